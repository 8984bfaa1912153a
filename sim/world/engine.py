"""The engine that most runs use: everybody at once, in compiled passes over columns.

An engine answers for all ordinary people: what they see and do when offers come (`expose`), and what that leaves
behind (`absorb`). `sim.world.persons` is the other one, where everybody is a Mesa agent; both give the same digests.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from sim.base import streams
from sim.world import handles
from sim.world.exposure import Moment, Reachable, State
from sim.world.records import ACT, RECORD, stacked
from sim.world.world import World

CHUNK = 1 << 16  # candidates a task; fixed, so that threads cannot change a result


class Engine:
    """What both engines share: the world, and the moment that a step's draws hang on."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._keys = {name: np.uint64(streams.stream_key(world.seed, name)) for name in ("views", "thin")}
        self.moment: Moment
        self.won: tuple[np.ndarray, ...] = ()  # followers, as `World.won_rows` gives them
        self._reachable: tuple[tuple[np.ndarray, ...] | None, list[Reachable]] = (None, [])

    def begin(self, step: int) -> None:
        """Move to a step: what is said from now on is said of it."""
        clock = self.world.clock
        delays = clock.delays_by_slot
        self.moment = Moment(
            step,
            step * clock.step_minutes,
            clock.step_minutes,
            clock.n_steps,
            self.world.ratio,
            self._keys["views"],
            self._keys["thin"],
            delays[step % len(delays)],
        )
        self.won = self.world.won_rows()

    @property
    def networks(self) -> list[Reachable]:
        """Who can be reached on each platform, with the followers won by the beginning of the step."""
        if self._reachable[0] is not self.won:
            self._reachable = self.won, self.world.networks()
        return self._reachable[1]

    def new_day(self) -> None:
        """Attention spent yesterday is forgotten."""
        raise NotImplementedError

    def recover(self) -> None:
        """Fatigue halves."""
        raise NotImplementedError

    def expose(self, platform: int, offers: np.ndarray) -> np.ndarray:
        """RECORD of every view of the offers (OFFER) on a platform, in the order of candidates. Changes nothing."""
        raise NotImplementedError

    def absorb(self, offers: np.ndarray, views: np.ndarray) -> np.ndarray:
        """Let the views change people and be counted; returns the acts (ACT) that will follow from them."""
        raise NotImplementedError

    def memory(self) -> State:
        """What everybody remembers, as columns of their own."""
        return State(*(column.copy(order="C") for column in self.world.state))

    def beliefs(self) -> np.ndarray:
        """What everybody believes of each story that may be untrue, u1[rumours, users]; not to be changed."""
        return self.world.state.belief

    def recall(self, memory: State) -> None:
        """Let everybody remember this and nothing else."""
        for column, kept in zip(self.world.state, memory, strict=True):
            column[:] = kept

    def close(self) -> None:
        """Let go of what the engine holds."""


class Vectorized(Engine):
    """Compiled passes over columns, in chunks; threads walk chunks of one step."""

    def __init__(self, world: World, threads: int = 1) -> None:
        super().__init__(world)
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None
        self._own = threading.local()  # of each thread, room for the views of a chunk
        self._run: handles.Run | None = None
        self._moved = (0, 0)  # how often the tables that it was told of had moved
        self._networks: list[handles.Network] = []

    def begin(self, step: int) -> None:
        """Move to a step, and tell the passes what has changed since the one before."""
        super().begin(step)
        world, before = self.world, self._moved
        self._moved = world.posts.moved, world.topics.moved
        if self._run is None:
            parts = world.people, world.state, world.known_posts(), world.tally(), self.moment
            self._run = handles.hold_run(*parts, *self.won)
            self._networks = [handles.hold_network(network) for network in self.networks]
            return
        handles.move(self._run, self.moment, *self.won)
        if self._moved != before:
            handles.enlarge(self._run, world.known_posts(), world.tally())

    def new_day(self) -> None:
        """Attention spent yesterday is forgotten."""
        self.world.state.attention[:] = 0

    def recover(self) -> None:
        """Fatigue halves."""
        np.right_shift(self.world.state.fatigue, 1, out=self.world.state.fatigue)

    def expose(self, platform: int, offers: np.ndarray) -> np.ndarray:
        """RECORD of every view, in the order of candidates. Changes nothing."""
        many = int(offers["count"].sum())
        if many <= CHUNK:
            return self._chunk(platform, offers, 0, many)
        spans = [(lo, min(lo + CHUNK, many)) for lo in range(0, many, CHUNK)]
        run = map if self._pool is None else self._pool.map
        return stacked(list(run(lambda span: self._chunk(platform, offers, *span), spans)), RECORD)

    def _chunk(self, platform: int, offers: np.ndarray, lo: int, hi: int) -> np.ndarray:
        if not hasattr(self._own, "room"):
            self._own.room = np.empty(CHUNK, RECORD)
        out: np.ndarray = self._own.room
        return out[: handles.expose_held(self._run, self._networks[platform], offers, lo, hi, out)].copy()

    def absorb(self, offers: np.ndarray, views: np.ndarray) -> np.ndarray:
        """Let the views change people and be counted; returns the acts that will follow from them."""
        acts = np.empty(len(views), ACT)
        return acts[: handles.absorb_held(self._run, views, offers, acts)]

    def close(self) -> None:
        """End the threads, and let the world go."""
        self._run, self._networks = None, []
        if self._pool:
            self._pool.shutdown()

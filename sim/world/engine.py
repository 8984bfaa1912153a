"""The engine that most runs use: everybody at once, in compiled passes over columns.

An engine answers for all ordinary people: what they see and do when offers come (`expose`), and what that leaves
behind (`absorb`). `sim.world.persons` is the other one, where everybody is a Mesa agent; both give the same digests.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from sim.base import streams
from sim.world import handles
from sim.world.exposure import Moment, Reachable, State
from sim.world.records import ACT, RECORD, raw
from sim.world.uptake import Tally, merge
from sim.world.world import World

CHUNK = 1 << 16  # candidates at a time
TASK = 1 << 19  # work of a task, some 3 ms: a task takes Python 0.1 ms
WORK = np.array([8, 2, 1, 2, 1, 8])  # work of a candidate by mode, in units of some 5 ns
CROWD = 1 << 20  # people from which threads share what is done to everybody
MANY = 1 << 16  # views from which threads share them; fewer are sooner taken in than shared


def _work(offers: np.ndarray) -> np.ndarray:
    """How much work each offer is, i8[offers]."""
    work: np.ndarray = offers["count"] * WORK[offers["mode"]]
    return work


def _none_of(tally: Tally) -> Tally:
    """Counts of nothing, like others; what is never counted takes no memory (`zeros_like` would fill it)."""
    return Tally(*(np.zeros(counts.shape, counts.dtype) for counts in tally))


def _tasks(offers: np.ndarray) -> list[tuple[int, int]]:
    """The candidates of some offers, cut so that each part is about as much work."""
    candidates = np.concatenate([[0], offers["count"].cumsum()])
    work = np.concatenate([[0], _work(offers).cumsum()])
    cuts = np.interp(np.arange(0, work[-1], TASK), work, candidates).astype(np.int64)
    return list(pairwise(np.unique([*cuts, candidates[-1]]).tolist()))


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

    def expose_all(self, offered: list[tuple[int, np.ndarray]]) -> list[tuple[np.ndarray, np.ndarray]]:
        """Offers of several platforms, each with views of it in order; one whose views are many comes repeatedly."""
        return [(offers, self.expose(platform, offers)) for platform, offers in offered]

    def absorb_all(self, seen: list[tuple[np.ndarray, np.ndarray]]) -> list[np.ndarray]:
        """Take in the views of several platforms, each with its offers; acts in several tables."""
        return [self.absorb(offers, views) for offers, views in seen]

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


class Room:
    """Memory that is used again in each step: fresh pages cost more than what is written to them.

    Rows are bytes to NumPy, which copies them so; records it would copy field by field.
    """

    def __init__(self, dtype: np.dtype) -> None:
        self._all = np.empty(0, raw(dtype))
        self._begun, self._end = 0, 0

    def clear(self) -> None:
        """Let all rows be free, and begin a new table."""
        self._begun, self._end = 0, 0

    def start(self) -> None:
        """Begin a new table."""
        self._begun = self._end

    def free(self, most: int) -> np.ndarray:
        """Free rows, at least so many, right after the table's."""
        if self._end + most > len(self._all):
            rows = self.rows()
            most = max(len(self._all), len(rows) + most)
            self._all = np.empty(2 * most, self._all.dtype)  # tables before this one stay where they are
            self._all[: len(rows)] = rows
            self._begun, self._end = 0, len(rows)
        return self._all[self._end :]

    def put(self, rows: int) -> None:
        """Let so many of the free rows be the table's."""
        self._end += rows

    def rows(self) -> np.ndarray:
        """The table."""
        return self._all[self._begun : self._end]


class Vectorized(Engine):
    """Compiled passes over columns, in chunks; threads walk chunks of one step."""

    def __init__(self, world: World, threads: int = 1) -> None:
        super().__init__(world)
        self._threads, self._pool = threads, ThreadPoolExecutor(threads) if threads > 1 else None
        self._own = threading.local()  # of each thread, room for the views that it finds
        self._views, self._acts = Room(RECORD), Room(ACT)
        self._rooms = [self._views, self._acts]  # all that is cleared in each step
        self._parts: list[tuple[Tally, Room]] = []  # of each thread but the first, what its share of the people came to
        self._run: handles.Run | None = None
        self._moved = (0, 0)  # how often the tables that it was told of had moved
        self._networks: list[handles.Network] = []

    def begin(self, step: int) -> None:
        """Move to a step, and tell the passes what has changed since the one before."""
        super().begin(step)
        for room in self._rooms:
            room.clear()
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
            self._parts = []

    def new_day(self) -> None:
        """Attention spent yesterday is forgotten."""
        self._each(lambda users: self.world.state.attention[users].fill(0))

    def recover(self) -> None:
        """Fatigue halves."""
        fatigue = self.world.state.fatigue
        self._each(lambda users: np.right_shift(fatigue[:, users], 1, out=fatigue[:, users]))

    def _each(self, change: Callable[[slice], object]) -> None:
        """Change everybody, by threads where that is many."""
        many = self.world.n_users
        if self._pool is None or many < CROWD:
            change(slice(None))
            return
        ends = [many * part // self._threads for part in range(self._threads + 1)]
        list(self._pool.map(change, map(slice, ends, ends[1:])))

    def expose(self, platform: int, offers: np.ndarray) -> np.ndarray:
        """RECORD of every view, in the order of candidates, there until the next step. Changes nothing."""
        many = int(offers["count"].sum())
        self._views.start()
        for lo in range(0, many, CHUNK):
            hi = min(lo + CHUNK, many)
            self._views.put(self._walk(platform, offers, lo, hi, self._views.free(hi - lo)))
        return self._views.rows().view(RECORD)

    def _walk(self, platform: int, offers: np.ndarray, lo: int, hi: int, out: np.ndarray) -> int:
        return int(handles.expose_held(self._run, self._networks[platform], offers, lo, hi, out.view(RECORD)))

    def absorb(self, offers: np.ndarray, views: np.ndarray) -> np.ndarray:
        """Let the views change people and be counted; returns the acts that will follow, there until the next step."""
        self._acts.start()
        acts = self._acts.free(len(views)).view(ACT)
        self._acts.put(int(handles.absorb_held(self._run, views, offers, acts)))
        return self._acts.rows().view(ACT)

    def expose_all(self, offered: list[tuple[int, np.ndarray]]) -> list[tuple[np.ndarray, np.ndarray]]:
        """As `Engine.expose_all`; threads take chunks of whatever platform comes next."""
        pool = self._threads_for("expose")
        if pool is None or sum(int(_work(offers).sum()) for _, offers in offered) < 2 * TASK:
            return super().expose_all(offered)
        tasks = [(*one, *span) for one in offered for span in _tasks(one[1])]
        return list(pool.map(lambda task: self._chunk(*task), tasks))

    def _threads_for(self, way: str) -> ThreadPoolExecutor | None:
        """The threads; none where a derived class has its own `expose` or `absorb`, which parts would go past."""
        return self._pool if getattr(type(self), way) is getattr(Vectorized, way) else None

    def _chunk(self, platform: int, offers: np.ndarray, lo: int, hi: int) -> tuple[np.ndarray, np.ndarray]:
        """Offers with the views among some candidates, in memory of the thread's own."""
        if not hasattr(self._own, "room"):
            self._own.room = Room(RECORD)
            self._rooms.append(self._own.room)
        room: Room = self._own.room
        room.start()
        room.put(self._walk(platform, offers, lo, hi, room.free(hi - lo)))
        return offers, room.rows().view(RECORD)

    def absorb_all(self, seen: list[tuple[np.ndarray, np.ndarray]]) -> list[np.ndarray]:
        """As `Engine.absorb_all`; each thread takes in all that a share of the people saw, with counts of its own."""
        pool = self._threads_for("absorb")
        if pool is None or sum(len(views) for _, views in seen) < MANY:
            return super().absorb_all(seen)
        tally, topic = self.world.tally(), self.world.known_posts().topic
        self._parts = self._parts or [(_none_of(tally), Room(ACT)) for _ in range(1, self._threads)]

        def share(number: int, own: Tally, room: Room) -> np.ndarray:
            room.clear()
            for offers, views in seen:
                acts = room.free(len(views)).view(ACT)
                room.put(int(handles.absorb_part(self._run, views, offers, acts, own, number, self._threads)))
            return room.rows().view(ACT)

        acts = list(pool.map(share, range(self._threads), *zip((tally, self._acts), *self._parts, strict=True)))
        tables = {id(offers): offers for offers, _ in seen}
        for own, _ in self._parts:
            for offers in tables.values():
                merge(offers, topic, own, tally)
        return acts

    def close(self) -> None:
        """End the threads, and let the world go."""
        self._run, self._networks = None, []
        if self._pool:
            self._pool.shutdown()

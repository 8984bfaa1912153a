"""Who computes: this process, worker processes, or a Dask cluster, all through ``concurrent.futures``."""

from __future__ import annotations

import atexit
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from sim.base.errors import RefusedError, SimError
from sim.base.workers import Workers
from sim.runs.ceilings import Ceiling
from sim.runs.recipe import maker

ANSWER_SECONDS = 5.0  # for a scheduler to answer, and again for a first worker to be there
SILENCE_SECONDS = 10.0  # without any worker, until it is told
PATIENCE = 300.0  # seconds without any worker, until it is given up
LOOK_SECONDS = 1.0  # between two looks at a cluster
AHEAD = 2  # runs under way or waiting a worker: the next is there when one is done

Tag = TypeVar("Tag")
Call = tuple[Callable[..., Any], tuple[Any, ...]]  # a function of a module, and what it is called with
Say = Callable[[str], None]


@dataclass(frozen=True)
class Cluster:
    """A Dask cluster: the address of its scheduler, such as tcp://127.0.0.1:8786, and how long to wait for workers."""

    address: str
    patience: float = PATIENCE


@dataclass(frozen=True)
class Crew:
    """An executor, how many jobs it is given at a time, and what is looked at while they are waited for.

    Attributes:
        executor: where jobs are submitted.
        slots: jobs that are under way or wait there.
        ceiling: what a run must watch itself; nothing where its process is ended from outside.
        look: called now and then while nothing comes back; may raise.
    """

    executor: Executor
    slots: int
    ceiling: Ceiling = field(default_factory=Ceiling)
    look: Callable[[], None] | None = None

    def carried_out(
        self, following: Callable[[], tuple[Tag, Call] | None], pause: Callable[[], float | None] = lambda: None
    ) -> Iterator[tuple[Tag, Future[Any]]]:
        """Each job's tag and future, as they are done.

        Args:
            following: the next job with its tag; None while there is none.
            pause: called before every wait; seconds after which it wants to be called again.
        """
        under_way: dict[Future[Any], Tag] = {}
        while True:
            while len(under_way) < self.slots and (job := following()):
                tag, (do, args) = job
                under_way[self.executor.submit(do, *args)] = tag
            if not under_way:
                return
            looks = (pause(), LOOK_SECONDS if self.look else None)
            soonest = min((seconds for seconds in looks if seconds is not None), default=None)
            done, _ = wait(under_way, timeout=soonest, return_when=FIRST_COMPLETED)
            if not done and self.look:
                self.look()
            for future in done:
                yield under_way.pop(future), future


class Here(Executor):
    """This process; a job is done when `submit` returns."""

    def submit(self, do: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do it at once."""
        future: Future[Any] = Future()
        try:
            future.set_result(do(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


_kept: list[Workers] = []  # one or none


def kept_workers(processes: int, limit: float | None = None) -> Workers:
    """Worker processes, kept for the next jobs: to start one takes seconds. ``limit``: seconds that a job may take."""
    if _kept and _kept[0].processes != processes:
        _kept.pop().shutdown()
    if not _kept:
        _kept.append(Workers(processes))
    _kept[0].limit = limit
    return _kept[0]


@atexit.register
def end_workers() -> None:
    """End the kept workers now, whatever they do."""
    while _kept:
        _kept.pop().stop()


@contextmanager
def engine(
    workers: int, cluster: Cluster | None = None, ceiling: Ceiling | None = None, say: Say | None = None
) -> Iterator[Crew]:
    """The engine that is asked for; what is still under way ends with it.

    Args:
        workers: processes on this machine; 0: none but this one.
        cluster: is to compute, instead.
        ceiling: what a run may take.
        say: hears what the user should know, a line each.
    """
    limits = ceiling or Ceiling()
    if cluster:
        with dask(cluster, limits, say) as made:
            yield made
    elif workers == 0:
        yield Crew(Here(), 1, limits)
    else:
        seconds = None if limits.seconds == float("inf") else limits.seconds
        crew = Workers(workers, seconds, begin=maker)  # which imports all that a run needs
        try:
            yield Crew(crew, AHEAD * workers, replace(limits, seconds=float("inf")))
        finally:
            crew.stop()


@contextmanager
def dask(cluster: Cluster, ceiling: Ceiling, say: Say | None = None) -> Iterator[Crew]:
    """A Dask cluster as an engine. Raises `SimError` where it does not answer, or lacks this software."""
    address = cluster.address
    try:
        from distributed import Client
    except ImportError:
        hint = "pip install 'virality-simulator[cluster]'"
        raise SimError(f"--cluster needs Dask, which is not installed: {hint}") from None
    try:
        client = Client(address, timeout=ANSWER_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        reason = f"no Dask scheduler answers at {address} ({type(error).__name__})"
        raise RefusedError(f"{reason}; start one with `dask scheduler`, or check the address") from None
    try:
        threads = _ready(client, address)
        executor = client.get_executor(pure=False)
        try:
            yield Crew(executor, AHEAD * threads, ceiling, _Attendance(client, cluster, say))
        finally:
            executor.shutdown(wait=False)
    finally:
        client.close(timeout=2)


class _Attendance:
    """Looks whether a cluster has workers at all: when the last one dies, jobs wait for the next without a word."""

    def __init__(self, client: Any, cluster: Cluster, say: Say | None) -> None:
        self.client, self.cluster, self.say = client, cluster, say or (lambda words: None)
        self._seen, self._told = time.monotonic(), False

    def __call__(self) -> None:
        """Say it after `SILENCE_SECONDS`. Raises `RefusedError` after the cluster's patience."""
        if self._there():
            self._seen, self._told = time.monotonic(), False
            return
        alone, most = time.monotonic() - self._seen, self.cluster.patience
        if alone > most:
            words = f"the Dask cluster at {self.cluster.address} has had no workers for {alone:.0f} s"
            raise RefusedError(f"{words}; start some with `dask worker {self.cluster.address}`")
        if alone > SILENCE_SECONDS and not self._told:
            self._told = True
            words = f"the Dask cluster at {self.cluster.address} has no workers any more"
            self.say(f"{words}; waiting for one, {most:g} s at most (--cluster-wait)")

    def _there(self) -> bool:
        try:
            return bool(sum(self.client.nthreads().values()))
        except Exception:  # the scheduler has gone; Dask goes on looking for it
            return False


def _ready(client: Any, address: str) -> int:
    """Threads of all workers, once each of them is known to have this software. Raises `SimError`."""
    began = time.monotonic()
    while not (threads := sum(client.nthreads().values())):
        if time.monotonic() - began > ANSWER_SECONDS:
            raise RefusedError(
                f"the Dask scheduler at {address} has no workers; start some with `dask worker {address}`"
            )
        time.sleep(0.1)
    found = client.run(maker, on_error="return")  # each worker; whoever joins later is asked with every run
    answers = {one for one in found.values() if not isinstance(one, OSError)}  # who has just died will not join
    if errors := [one for one in answers if isinstance(one, BaseException)]:
        words = f"{type(errors[0]).__name__}: {errors[0]}"[:200]
        fix = "install virality-simulator there, in the same version"
        raise SimError(f"the workers of {address} cannot import this package ({words}); {fix}")
    if others := answers - {maker()}:
        words = f"workers of {address} have version {', '.join(sorted(others))}, here is {maker()}"
        raise SimError(f"{words}; install the same everywhere")
    return int(threads)

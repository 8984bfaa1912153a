"""Independent jobs in several processes: the same results in whatever order they end."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

from sim.errors import SimError

Job = TypeVar("Job")
Result = TypeVar("Result")


def carry_out(do: Callable[[Job], Result], jobs: Sequence[Job], processes: int) -> Iterator[tuple[int, Result]]:
    """Each job's number and result, as they come; an error in one stops all.

    Args:
        do: a function of a module (workers import it anew).
        jobs: what it is called with; to be pickled, as are results.
        processes: how many work at once; 1: here, without a second process.
    """
    if processes == 1:
        yield from ((number, do(job)) for number, job in enumerate(jobs))
        return
    pool = _pool(processes)
    running = {pool.submit(do, job): number for number, job in enumerate(jobs)}
    try:
        yield from ((running[future], future.result()) for future in as_completed(running))
    except BrokenProcessPool:
        _end(pool)
        reason = "a worker process was ended from outside, or by the system for want of memory"
        raise SimError(f"{reason}; simulate fewer people, or use fewer processes (--jobs)") from None
    except BaseException:  # nobody waits for what is under way
        _end(pool)
        raise


_kept: dict[int, ProcessPoolExecutor] = {}


def _pool(processes: int) -> ProcessPoolExecutor:
    """Worker processes, kept for the next jobs: to start one takes seconds."""
    for other in [number for number in _kept if number != processes]:
        _kept.pop(other).shutdown(wait=False)
    if processes not in _kept:
        spawn = get_context("spawn")
        _kept[processes] = ProcessPoolExecutor(processes, mp_context=spawn, initializer=_heed_no_interrupt)
    return _kept[processes]


def _end(pool: ProcessPoolExecutor) -> None:
    _kept.clear()
    for worker in [*(pool._processes or {}).values()]:
        worker.terminate()
    pool.shutdown(cancel_futures=True)


def results(
    do: Callable[[Job], Result], jobs: Sequence[Job], processes: int, tell: Callable[[int], None] | None = None
) -> list[Result]:
    """The results of `carry_out` in the order of the jobs; ``tell`` hears how many are there."""
    done: dict[int, Result] = {}
    for number, result in carry_out(do, jobs, processes):
        done[number] = result
        if tell:
            tell(len(done))
    return [done[number] for number in range(len(jobs))]


def _heed_no_interrupt() -> None:
    """Ctrl-C reaches every process of a terminal; the first one answers it for all."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

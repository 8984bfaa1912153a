"""Independent jobs in several processes: the same results in whatever order they end."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from typing import TypeVar

from sim.base import notices
from sim.base.errors import SimError
from sim.base.notices import Notice
from sim.base.workers import JobDiedError, NoWorkersError, Workers

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
    workers = _workers(processes)
    try:
        running = {workers.submit(heard, do, job): number for number, job in enumerate(jobs)}
        for future in as_completed(running):
            result, said = future.result()
            notices.hand_on(said)
            yield running[future], result
    except (JobDiedError, NoWorkersError):
        _end()
        reason = "a worker process was ended from outside, or by the system for want of memory"
        raise SimError(f"{reason}; simulate fewer people, or use fewer processes (--jobs)") from None
    except BaseException:  # nobody waits for what is under way
        _end()
        raise


def heard(do: Callable[[Job], Result], job: Job) -> tuple[Result, list[Notice]]:
    """What a job gives, and the notices of it, which would stay in the worker's process."""
    with notices.gathered(onward=False) as said:
        result = do(job)
    return result, list(said)


_kept: list[Workers] = []  # one or none


def _workers(processes: int) -> Workers:
    """Worker processes, kept for the next jobs: to start one takes seconds."""
    if _kept and _kept[0].processes != processes:
        _kept.pop().shutdown()
    if not _kept:
        _kept.append(Workers(processes))
    return _kept[0]


@atexit.register
def _end() -> None:
    while _kept:
        _kept.pop().stop()


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

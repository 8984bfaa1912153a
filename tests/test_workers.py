"""Worker processes: results as from here, a worker that dies or hangs costs its own job alone, nothing hangs."""

import os
import signal
import threading
import time

import pytest

from sim.base.errors import Fault, ScenarioError, SimError
from sim.base.workers import JobDiedError, JobOverdueError, NoWorkersError, Workers


def begin():
    """Its import brings this module into a worker before the limit of a job runs."""


def square(x):
    return x * x


def killed(x):
    os.kill(os.getpid(), signal.SIGKILL)


def hung(x):
    time.sleep(60)


def slow(x):
    time.sleep(0.05)
    return x


def faulty(x):
    raise ScenarioError([Fault("a.yaml", 3, 1, "people.users", "must be 1 or more")])


class StubbornError(Exception):
    """Cannot be made anew from its words."""

    def __init__(self, one, two):
        super().__init__("stubborn")


def stubborn(x):
    raise StubbornError(1, 2)


def unsendable(x):
    return lambda: x


def test_one_bad_job_costs_no_other():
    with Workers(2, limit=1.5, begin=begin) as crew:
        good = [crew.submit(square, i) for i in range(200)]
        bad = [crew.submit(do, 1) for do in (killed, hung, faulty, stubborn, unsendable)]
        unpicklable = crew.submit(lambda: 1)
        more = [crew.submit(square, i) for i in range(50)]
        assert [f.result(60) for f in good + more] == [i * i for i in [*range(200), *range(50)]]
        died, overdue, fault, lost, unsent = [f.exception(60) for f in bad]
    assert isinstance(died, JobDiedError)
    assert "died 3 times" in str(died)
    assert "SIGKILL" in str(died)
    assert isinstance(overdue, JobOverdueError)
    assert "1.5 s" in str(overdue)
    assert fault.faults[0].path == "people.users"
    assert isinstance(lost, TypeError)
    assert isinstance(unsent, SimError)
    assert unpicklable.exception() is not None


def test_workers_killed_from_outside_are_replaced():
    with Workers(2) as crew:
        jobs = [crew.submit(slow, i) for i in range(100)]
        for _ in range(6):
            time.sleep(0.35)
            for pid in crew.pids[:1]:
                os.kill(pid, signal.SIGKILL)
        assert [job.result(60) for job in jobs] == [*range(100)]


def leave():
    os._exit(7)


def test_workers_that_cannot_begin_are_given_up_and_no_job_is_blamed():
    with Workers(1, begin=leave) as crew:
        job = crew.submit(square, 1)
        assert isinstance(job.exception(60), NoWorkersError)
        assert "exit code 7" in str(job.exception())
        with pytest.raises(NoWorkersError, match="before they begin"):
            crew.submit(square, 1)


def test_stop_ends_what_is_under_way_at_once():
    crew = Workers(2)
    jobs = [crew.submit(hung, i) for i in range(4)]
    while not any(job.running() for job in jobs):
        time.sleep(0.02)
    pids, began = crew.pids, time.monotonic()
    crew.stop()
    assert time.monotonic() - began < 5
    assert all(job.done() for job in jobs)
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    with pytest.raises(RuntimeError, match="after shutdown"):
        crew.submit(square, 1)


def test_an_error_in_the_block_does_not_wait_for_jobs():
    began, before = time.monotonic(), {*threading.enumerate()}

    def fail():
        with Workers(1) as crew:
            crew.submit(hung, 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert time.monotonic() - began < 5
    assert {*threading.enumerate()} <= before

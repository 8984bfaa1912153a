"""Jobs in other processes: the same results as here, and errors that come back as they were."""

import os
import signal

import pytest

from sim.base.errors import Fault, ScenarioError, SimError
from sim.studies.study import batch


def square(x):
    return x * x


def faulty(x):
    raise ScenarioError(
        [Fault("a.yaml", 3, 1, "people.users", "must be 1 or more", "try 1000"), Fault("a.yaml", 1, 1, "", "no")]
    )


def killed(x):
    os.kill(os.getpid(), signal.SIGKILL)


def pid(x):
    return os.getpid()


def broken(x):
    return {}[x]


@pytest.mark.parametrize("processes", [1, 2])
def test_results_stand_in_the_order_of_the_jobs_and_are_counted_as_they_come(processes):
    counted = []
    tell = lambda done, *_: counted.append(done)  # noqa: E731
    assert batch(square, range(5), [], processes=processes, tell=tell) == [0, 1, 4, 9, 16]
    assert counted == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("processes", [1, 2])
def test_every_fault_of_a_scenario_comes_back(processes):
    with pytest.raises(ScenarioError) as caught:
        batch(faulty, [1, 2], [], processes=processes)
    assert [fault.line for fault in caught.value.faults] == [1, 3]
    assert "people.users: must be 1 or more; try 1000" in str(caught.value)


def test_a_worker_that_is_killed_is_told_in_one_line():
    with pytest.raises(SimError, match="fewer people"):
        batch(killed, [1, 2], [], processes=2)


def test_a_bug_tells_its_place():
    with pytest.raises(KeyError) as caught:
        batch(broken, [7, 8], [], processes=2)
    assert "return {}[x]" in "".join(caught.value.__notes__)


def test_workers_are_kept_for_the_next_jobs_and_replaced_after_an_error():
    first = set(batch(pid, range(8), [], processes=2))
    assert set(batch(pid, range(8), [], processes=2)) & first
    with pytest.raises(KeyError):
        batch(broken, [7, 8], [], processes=2)
    assert not set(batch(pid, range(8), [], processes=2)) & first

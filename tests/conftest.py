"""Options of the suite."""

import gc
import signal
from collections import Counter
from pathlib import Path

import pytest
from dask_cluster import DaskCluster

from scripts.slow import KEPT
from sim.base.blas import one_thread

one_thread()  # before anything imports NumPy: the suite runs in several processes

# A process of the suite holds thousands of tests and their modules. Without this, a third of what reads and parses is
# spent on looking through them for what could be let go.
gc.set_threshold(50_000, 20, 20)


SLOW = frozenset((Path(__file__).parent / "slow.txt").read_text(encoding="utf-8").splitlines()[1:])
LONG = 15.0  # seconds of all cases of a function that is not listed, at which it is named


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items):
    for item in items:
        if item.nodeid.partition("[")[0] in SLOW:
            item.add_marker("slow")


def pytest_terminal_summary(terminalreporter):
    took = Counter()
    for report in (one for outcome in ("", "passed", "failed") for one in terminalreporter.getreports(outcome)):
        took[report.nodeid.partition("[")[0]] += report.duration
    for name, seconds in took.most_common():
        if seconds > LONG and name not in SLOW and not name.startswith(KEPT):
            terminalreporter.line(f"slow, not in tests/slow.txt (see scripts/slow.py): {name}, {seconds:.0f} s")


def pytest_collection_finish():
    gc.collect()
    gc.freeze()


def pytest_addoption(parser):
    parser.addoption(
        "--update-baselines",
        action="store_true",
        help="write today's results to tests/baselines/golden.json instead of comparing with it",
    )


# A shell starts background jobs with interrupts ignored, and children inherit that; these tests send some.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    """A Dask scheduler with one worker on loopback."""
    pytest.importorskip("distributed", reason="Dask is not installed: pip install -e '.[cluster]'")
    made = DaskCluster(tmp_path_factory.mktemp("dask"))
    try:
        made.hire()
        made.wait(1)
        yield made
    finally:
        made.end()

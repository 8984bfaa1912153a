"""Options of the suite."""

import gc
import signal

import pytest
from dask_cluster import DaskCluster

from sim.base.blas import one_thread

one_thread()  # before anything imports NumPy: the suite runs in several processes

# A process of the suite holds thousands of tests and their modules. Without this, a third of what reads and parses is
# spent on looking through them for what could be let go.
gc.set_threshold(50_000, 20, 20)


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

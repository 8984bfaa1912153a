"""Who computes: this process, worker processes, or a Dask cluster, all through ``concurrent.futures``."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sim.base.errors import RefusedError, SimError
from sim.base.workers import Workers
from sim.runs.recipe import maker
from sim.studies.sweep.jobs import Job, Outcome, carry_out

PATIENCE = 5.0  # seconds for a scheduler to answer, and again for a first worker to be there
AHEAD = 2  # runs under way or waiting a worker: the next is there when one is done


@dataclass(frozen=True)
class Crew:
    """An executor, how many runs it is given at a time, and how long a run may watch its own clock (None: it need not).

    Attributes:
        executor: where runs are submitted.
        slots: runs that are under way or wait there.
        limit: seconds after which a run should leave by itself; None where its process is ended from outside.
    """

    executor: Executor
    slots: int
    limit: float | None = None

    def submit(self, job: Job) -> Future[Outcome]:
        """Have a run made."""
        return self.executor.submit(carry_out, job)


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


@contextmanager
def engine(workers: int, cluster: str = "", limit: float | None = None) -> Iterator[Crew]:
    """The engine that is asked for; what is still under way ends with it.

    Args:
        workers: processes on this machine; 0: none but this one.
        cluster: address of a Dask scheduler, such as tcp://127.0.0.1:8786; empty: none.
        limit: seconds that a run may take.
    """
    if cluster:
        with _dask(cluster, limit) as made:
            yield made
    elif workers == 0:
        yield Crew(Here(), 1, limit)
    else:
        crew = Workers(workers, limit, begin=maker)  # which imports all that a run needs
        try:
            yield Crew(crew, AHEAD * workers)
        finally:
            crew.stop()


@contextmanager
def _dask(address: str, limit: float | None) -> Iterator[Crew]:
    try:
        from distributed import Client
    except ImportError:
        hint = "pip install 'virality-simulator[cluster]'"
        raise SimError(f"--cluster needs Dask, which is not installed: {hint}") from None
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        reason = f"no Dask scheduler answers at {address} ({type(error).__name__})"
        raise RefusedError(f"{reason}; start one with `dask scheduler`, or check the address") from None
    try:
        threads = _ready(client, address)
        executor = client.get_executor(pure=False)
        try:
            yield Crew(executor, AHEAD * threads, limit)
        finally:
            executor.shutdown(wait=False)
    finally:
        client.close(timeout=2)


def _ready(client: Any, address: str) -> int:
    """Threads of all workers, once each of them is known to have this software. Raises `SimError`."""
    began = time.monotonic()
    while not (threads := sum(client.nthreads().values())):
        if time.monotonic() - began > PATIENCE:
            raise RefusedError(
                f"the Dask scheduler at {address} has no workers; start some with `dask worker {address}`"
            )
        time.sleep(0.1)
    try:
        found = client.run(maker)  # each worker; whoever joins later is asked with every run
    except Exception as error:
        words = f"{type(error).__name__}: {error}"[:200]
        fix = "install virality-simulator there, in the same version"
        raise SimError(f"the workers of {address} cannot import this package ({words}); {fix}") from None
    if others := {one for one in found.values() if one != maker()}:
        words = f"workers of {address} have version {', '.join(sorted(others))}, here is {maker()}"
        raise SimError(f"{words}; install the same everywhere")
    return int(threads)

"""Worker processes as a `concurrent.futures.Executor`: one that dies or takes too long costs its own job alone.

The executor of the standard library breaks as a whole when a worker dies, cannot end a job that hangs, and does not
say which job it was. Here one thread minds the workers, each at the end of a pipe of its own, so it always knows who
does what. The same `submit` and futures serve a Dask cluster.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from os import _exit
from pickle import loads
from traceback import format_exc
from typing import Any

from sim.base.blas import one_thread
from sim.base.errors import SimError

MOST_DEATHS = 3  # of workers over one job, the last while nothing else runs, until the job is blamed
MOST_FALSE_STARTS = 10  # of workers in a row that never got ready; one that was killed counts a tenth
# On Linux a server loads once what jobs need, and every worker is its copy; elsewhere a worker loads all by itself.
_PROCESSES: BaseContext = get_context("forkserver" if sys.platform == "linux" else "spawn")
_loaded: list[str] = []


def load_in_workers(module: str) -> None:
    """Have a module loaded before workers begin, which takes them its time once and not each; it may start no thread.

    What is asked for after the first worker of a process has begun comes too late: workers load it themselves.
    """
    _loaded.append(module)
    if sys.platform == "linux":
        _PROCESSES.set_forkserver_preload([*_loaded])


class JobDiedError(SimError):
    """The worker of a job died, again and again, the last time while nothing else was running."""


class NoWorkersError(SimError):
    """Nobody is there any more to do the job; it is not to blame."""


class JobOverdueError(SimError):
    """The job took longer than it may."""


@dataclass(eq=False)
class _Job:
    """A call that is waited for, and how many workers have died over it."""

    future: Future[Any]
    call: tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]
    deaths: int = 0

    @property
    def alone(self) -> bool:
        """Whether it may only run while nothing else does: for want of memory, two may fail where one does not."""
        return self.deaths == MOST_DEATHS - 1


@dataclass(eq=False)
class _Worker:
    """A process and its number, our end of its pipe, what it does, and when it must be done."""

    process: Any
    pid: int
    pipe: Connection
    ready: bool = False
    job: _Job | None = None
    until: float = field(default=float("inf"))


class Workers(Executor):
    """So many processes for jobs.

    Args:
        processes: how many jobs run at once.
        limit: seconds that one job may take; its process is ended then, its future raises `JobOverdueError`.
        begin: called in every process before its first job; the limit does not run yet.

    A job whose worker dies is done again by another. After three deaths, the third while nothing else was running, its
    future raises `JobDiedError`. Functions, arguments and results are pickled; functions must belong to a module.
    """

    def __init__(self, processes: int, limit: float | None = None, begin: Callable[[], object] | None = None) -> None:
        self.processes, self.limit, self.begin = processes, limit, begin
        self._queue: deque[_Job] = deque()
        self._crew: list[_Worker] = []
        self._lock = threading.Lock()
        one_thread()  # each worker begins with the environment of this process
        self._heard, self._bell = _PROCESSES.Pipe(duplex=False)
        self._rung = self._closing = self._stopped = False
        self._false_starts, self._fault = 0.0, ""
        self._thread = threading.Thread(target=self._supervise, name="workers", daemon=True)
        self._thread.start()

    def submit(self, do: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a function called in a worker; its result or error comes in the future."""
        future: Future[Any] = Future()
        with self._lock:
            if self._fault:
                raise NoWorkersError(self._fault)
            if self._closing:
                raise RuntimeError("no jobs can be given after shutdown")
            self._queue.append(_Job(future, (do, args, kwargs)))
        self._ring()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more jobs; wait until those that were given are done, if asked."""
        with self._lock:
            self._closing = True
            if cancel_futures:
                for job in self._queue:
                    job.future.cancel()
        self._ring()
        if wait:
            self._thread.join()

    def stop(self) -> None:
        """End all workers now, whatever they do; futures that are not done are cancelled or raise `SimError`."""
        with self._lock:
            self._closing = self._stopped = True
        for worker in [*self._crew]:
            with contextlib.suppress(ValueError):  # it has just been let go
                worker.process.kill()
        self._ring()
        self._thread.join(timeout=5)

    def __exit__(self, error: Any, *rest: Any) -> None:
        """Nobody waits for what is under way when something went wrong."""
        self.shutdown() if error is None else self.stop()

    @property
    def pids(self) -> list[int]:
        """The processes that are there now."""
        return [worker.pid for worker in [*self._crew]]

    # ---- the thread

    def _ring(self) -> None:
        """Wake the thread; once is enough until it has heard."""
        with self._lock:
            if not self._rung:
                self._rung = True
                self._bell.send_bytes(b"!")

    def _supervise(self) -> None:
        try:
            while self._wanted():
                self._hire()
                self._hand_out()
                self._listen()
                self._end_overdue()
        finally:
            self._dismiss()

    def _wanted(self) -> bool:
        with self._lock:
            return not self._stopped and bool(not self._closing or self._queue or self._busy())

    def _busy(self) -> list[_Worker]:
        return [worker for worker in self._crew if worker.job]

    def _hire(self) -> None:
        """As many workers as there are jobs for; they start while others work."""
        wanted = min(self.processes, len(self._queue) + len(self._busy()))
        while len(self._crew) < wanted and not self._stopped:
            ours, theirs = _PROCESSES.Pipe()
            process = _PROCESSES.Process(target=_serve, args=(theirs, self.begin), daemon=True)  # type: ignore[attr-defined]
            process.start()
            theirs.close()  # so that the pipe ends when the worker does
            self._crew.append(_Worker(process, process.pid or 0, ours))

    def _hand_out(self) -> None:
        for worker in self._crew:
            if worker.ready and worker.job is None and (job := self._next()):
                worker.job = job
                worker.until = time.monotonic() + self.limit if self.limit else float("inf")
                with contextlib.suppress(OSError):  # it has just died: to be heard next
                    self._send(worker, job)

    def _next(self) -> _Job | None:
        """The first job that may run now and has not been cancelled."""
        busy = self._busy()
        with self._lock:
            while self._queue:
                if busy and (self._queue[0].alone or any(one.job and one.job.alone for one in busy)):
                    return None
                job = self._queue.popleft()
                if job.deaths or job.future.set_running_or_notify_cancel():
                    return job
        return None

    def _send(self, worker: _Worker, job: _Job) -> None:
        try:
            worker.pipe.send(job.call)
        except OSError:
            raise
        except Exception as error:  # it cannot be pickled
            worker.job, worker.until = None, float("inf")
            job.future.set_exception(error)

    def _listen(self) -> None:
        """Wait for a result, a death, a new job, or for somebody's time to be over."""
        soonest = min((worker.until for worker in self._crew), default=float("inf"))
        patience = None if soonest == float("inf") else max(0.0, soonest - time.monotonic())
        pipes = {worker.pipe: worker for worker in self._crew}
        for pipe in wait([self._heard, *pipes], patience):
            if pipe is self._heard:
                with self._lock:
                    self._heard.recv_bytes()
                    self._rung = False
            else:
                self._hear(pipes[pipe])  # type: ignore[index]

    def _hear(self, worker: _Worker) -> None:
        try:
            raw = worker.pipe.recv_bytes()
        except (EOFError, OSError):
            self._bury(worker)
            return
        if not worker.ready:
            worker.ready, self._false_starts = True, 0.0
            return
        job, worker.job, worker.until = worker.job, None, float("inf")
        try:
            result, error = loads(raw)
        except Exception as fault:  # an error that cannot be made anew from its words
            result, error = None, fault
        if job and error is None:
            job.future.set_result(result)
        elif job:
            job.future.set_exception(error)

    def _bury(self, worker: _Worker) -> None:
        """A worker is gone; its job goes to another, or is blamed."""
        code = self._release(worker)
        job = worker.job
        if self._stopped:
            worker.job = None
            if job:
                job.future.set_exception(NoWorkersError("stopped before it was done"))
        elif job is None:
            killed = code is not None and code < 0
            self._false_starts += 0.0 if worker.ready else 0.1 if killed else 1.0
            if self._false_starts >= MOST_FALSE_STARTS:
                self._give_up(f"worker processes end before they begin ({_ended(code)})")
        else:
            job.deaths += 1
            if job.deaths < MOST_DEATHS:
                with self._lock:
                    self._queue.append(job)  # behind the others: whoever kills workers now may hit another
            else:
                words = f"its worker process died {MOST_DEATHS} times, at last with nothing else running"
                job.future.set_exception(JobDiedError(f"{words} ({_ended(code)})"))

    def _release(self, worker: _Worker) -> int | None:
        self._crew.remove(worker)
        worker.process.kill()  # its pipe may be gone before itself
        worker.process.join()
        worker.pipe.close()
        code: int | None = worker.process.exitcode
        worker.process.close()
        return code

    def _end_overdue(self) -> None:
        now = time.monotonic()
        for worker in [one for one in self._crew if one.job and one.until <= now]:
            job = worker.job
            self._release(worker)
            if job:
                job.future.set_exception(JobOverdueError(f"took longer than {self.limit:g} s"))

    def _give_up(self, reason: str) -> None:
        with self._lock:
            self._closing = self._stopped = True
            self._fault = reason
            jobs = [*self._queue]
            self._queue.clear()
        for job in jobs:
            if job.deaths or job.future.set_running_or_notify_cancel():
                job.future.set_exception(NoWorkersError(reason))

    def _dismiss(self) -> None:
        for worker in [*self._crew]:
            job = worker.job
            self._release(worker)
            if job:
                job.future.set_exception(NoWorkersError("stopped before it was done"))
        for job in self._queue:
            job.future.cancel()


def _ended(code: int | None) -> str:
    """How a process ended, in words."""
    if code is None or code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        name = signal.Signals(-code).name
        return f"{name}, as when memory runs out" if name == "SIGKILL" else name
    return f"signal {-code}"


def _serve(pipe: Connection, begin: Callable[[], object] | None) -> None:
    """What a worker does: call what comes, send back what it gives, until nobody is there any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all of a terminal; the first process answers it
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    if begin:
        begin()
    pipe.send(True)
    with contextlib.suppress(EOFError, OSError):
        while True:
            _answer(pipe)


def _answer(pipe: Connection) -> None:
    raw = pipe.recv_bytes()
    answer: tuple[Any, BaseException | None]
    try:
        do, args, kwargs = loads(raw)
        answer = do(*args, **kwargs), None
    except Exception as error:
        if not isinstance(error, SimError):  # a bug, whose place would stay behind
            error.add_note(f"in a worker process:\n{format_exc()}")
        answer = None, error
    try:
        pipe.send(answer)
    except OSError:
        raise
    except Exception as error:  # it cannot be pickled
        pipe.send((None, SimError(f"its result cannot be sent: {type(error).__name__}: {error}")))


def _leave_with_parent() -> None:
    """A worker whose parent was killed has nobody to work for."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        _exit(1)

"""A Dask scheduler with workers on loopback, for tests; needs the extra `cluster`."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
SCRIPT = "from distributed.cli.dask_{0} import main; main()"


class DaskCluster:
    """Processes of a cluster, which a test may kill and replace."""

    def __init__(self, where):
        self.where, self.workers = where, []
        note = where / "scheduler.json"
        words = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(note)]
        self.scheduler = self._start("scheduler", *words)
        while not note.exists() or not note.read_text():
            time.sleep(0.05)
            assert self.scheduler.poll() is None
        self.address = json.loads(note.read_text())["address"]

    def _start(self, what, *words, root=ROOT):
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(ROOT / "tests")])}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": self.where, "env": environment}
        return subprocess.Popen([sys.executable, "-c", SCRIPT.format(what), *words], **quiet)

    def hire(self, root=ROOT):
        """One more worker of one thread with the source in a folder, without a nanny that would replace it."""
        words = ["--nthreads", "1", "--no-dashboard", "--no-nanny", "--local-directory", str(self.where)]
        self.workers.append(self._start("worker", self.address, *words, root=root))

    def wait(self, count):
        """Until so many workers are there."""
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=120)

    def kill(self):
        """Kill the worker that was hired last."""
        worker = self.workers.pop()
        worker.send_signal(signal.SIGKILL)
        worker.wait(20)

    def end(self):
        """End all."""
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait(20)

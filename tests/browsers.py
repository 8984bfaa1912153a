"""Where the browser of the tests is, how it is begun, the mark of tests that need it, and a server for it."""

import asyncio
import shutil
import threading

import pytest

from sim.studio.serving import HOST, bound

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE = 180_000  # ms that a page may take for a step, on a machine that does much else too
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no Chromium here: sudo apt-get install chromium fonts-noto-cjk"
)


def launched(playwright):
    """That browser; without a graphics processor it draws faster than by imitating one."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])


class Served:
    """An application on loopback, in a thread; ``make`` gets host and port, and the address."""

    def __init__(self, make):
        import uvicorn

        self.socket = bound(0)
        host = f"{HOST}:{self.socket.getsockname()[1]}"
        self.address = f"http://{host}"
        config = uvicorn.Config(make(host, self.address), log_level="error", timeout_graceful_shutdown=1)
        self.server = uvicorn.Server(config)
        self.server.install_signal_handlers = lambda: None
        self.thread = threading.Thread(target=lambda: asyncio.run(self.server.serve([self.socket])), daemon=True)
        self.thread.start()

    def end(self):
        self.server.should_exit = True
        self.thread.join(10)

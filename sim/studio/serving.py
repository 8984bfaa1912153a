"""The server of the studio: an address on this machine alone, a port that is free, and a browser that opens."""

from __future__ import annotations

import errno
import socket
import threading
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from sim.base.errors import SimError

MISSING = "the studio needs starlette, uvicorn and segno: pip install 'virality-simulator[studio]'"
HOST = "127.0.0.1"


def serve(out: Path, port: int, language: str, *, browse: bool, tell: Callable[[str], None], most: int = 0) -> None:
    """Serve the studio until it is interrupted.

    Args:
        out: folder of results, and of the notebook.
        port: 0: any that is free.
        language: in which it opens.
        browse: open a browser.
        tell: hears the address.
        most: runs at once; 0: one a core.

    Raises:
        SimError: the extra is not installed, or the port is taken; one line.
    """
    if find_spec("starlette") is None or find_spec("uvicorn") is None:
        raise SimError(MISSING)
    import uvicorn

    from sim.runs.folder import check_out
    from sim.studio.app import app
    from sim.studio.desk import Desk

    check_out(out, out)
    with bound(port) as listening:
        number = listening.getsockname()[1]
        hosts = [f"{name}:{number}" for name in (HOST, "localhost")]
        config = uvicorn.Config(
            app(Desk(out, most), hosts, language),
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=1,
            server_header=False,
        )
        tell(f"http://{HOST}:{number}/")
        if browse:
            threading.Timer(0.5, opened, [f"http://{HOST}:{number}/"]).start()
        uvicorn.Server(config).run(sockets=[listening])


def bound(port: int, host: str = HOST) -> socket.socket:
    """A socket that listens. Raises `SimError` where the port cannot be had, or the address is not this machine's."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()  # who asks before all is loaded waits
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRNOTAVAIL:
            raise SimError(f"{host} is no address of this machine; leave --host out") from None
        raise SimError(f"port {port} of this machine cannot be had ({error.strerror}); leave --port out") from None
    return listening


def opened(address: str) -> None:
    """Open a browser, where there is one."""
    with suppress(webbrowser.Error, OSError):
        webbrowser.open(address)

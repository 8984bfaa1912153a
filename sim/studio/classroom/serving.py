"""The server of a class: an address that phones reach and this machine's own, a code, and what to do if they do not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from importlib.util import find_spec

from sim.base.errors import SimError
from sim.studio.classroom.address import chosen
from sim.studio.serving import HOST, MISSING, bound, opened

NEEDS = ("starlette", "uvicorn", "segno")
MOST_CONNECTIONS = 600
IDLE = 20  # seconds for which a connection is held that asks nothing: longer than most think


def serve(host: str, port: int, language: str, *, browse: bool, tell: Callable[[str], None], most: int = 0) -> None:
    """Serve a class until it is interrupted.

    Args:
        host: under which phones reach this machine; empty: the likeliest.
        port: 0: any that is free.
        language: in which the projector's page opens.
        browse: open a browser for the projector.
        tell: hears what a person should know, line by line.
        most: processes of the engine; 0: one a core.

    Raises:
        SimError: the extra is not installed, no address, or the port is taken; one line.
    """
    if any(find_spec(name) is None for name in NEEDS):
        raise SimError(MISSING)
    import uvicorn

    from sim.studio.classroom.app import app
    from sim.studio.classroom.room import Room

    address, others = chosen(host)
    sockets = _sockets(address, port)
    number = sockets[0].getsockname()[1]
    room = Room(most=most)
    hosts = {f"{name}:{number}" for name in (address, host, HOST, "localhost") if name}
    phones, projector = f"http://{address}:{number}/", f"http://{HOST}:{number}/teach#{room.teacher}"
    for line in lines(phones, room.code, projector, others):
        tell(line)
    if browse:
        threading.Timer(0.5, opened, [projector]).start()
    config = uvicorn.Config(
        app(room, hosts, phones, language),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=IDLE,
    )
    try:
        uvicorn.Server(config).run(sockets=sockets)
    finally:
        for one in sockets:
            one.close()


def _sockets(address: str, port: int) -> list[socket.socket]:
    """One that phones reach, and one of this machine alone, both under one number."""
    first = bound(port, HOST)
    if address == HOST:
        return [first]
    try:
        return [first, bound(first.getsockname()[1], address)]
    except SimError:
        first.close()
        raise


def lines(phones: str, code: str, projector: str, others: list[str]) -> list[str]:
    """What is said at the start."""
    told = [
        f"phones open {phones} and enter the code {code}, or scan the code on the projector",
        f"the projector, on this machine alone: {projector}",
        "a phone that cannot open it: Wi-Fi of schools often keeps devices apart. Open a hotspot on this machine or a "
        "phone, have all join it, and start again; or send ladder.html (sim ladder), which needs no network",
        "nothing of a class is written to disk: Ctrl-C ends it, and all that was chosen is gone",
    ]
    if others:
        told.insert(1, f"this machine has other addresses too: {', '.join(others)}; --host takes one")
    return told

"""Under which address phones reach this machine: the one of the network it is in, found without asking anybody."""

from __future__ import annotations

import ipaddress
import socket
import threading
from contextlib import closing, suppress

from sim.base.errors import SimError

# Nothing is sent: which address of ours a datagram to there would leave from.
TRIED = ("192.0.2.1", "192.168.0.1", "192.168.137.2", "192.168.43.2", "172.16.0.1", "172.20.10.2", "10.0.0.1")
HOMES = ("192.168.0.0/16", "172.16.0.0/12", "10.0.0.0/8")  # of Wi-Fi and hotspots, the likeliest first
WAIT = 1.0  # seconds for the name of this machine: where there is no internet, nobody may answer
NONE = (
    "this machine is in no network that phones could join; join a Wi-Fi or open a hotspot, then start again, "
    "or name an address with --host"
)


def addresses() -> list[str]:
    """Addresses of this machine that others may reach, the likeliest first."""
    found = {address for target in TRIED if (address := _ours(target))} | _named()
    open_ = [one for one in found if not ipaddress.ip_address(one).is_loopback]
    return sorted(open_, key=_rank)


def chosen(host: str) -> tuple[str, list[str]]:
    """The address to be served, and others that there are.

    Args:
        host: an address or name of this machine; empty: the likeliest.

    Raises:
        SimError: there is none, or the name is nobody's.
    """
    known = addresses()
    if not host:
        if not known:
            raise SimError(NONE)
        return known[0], known[1:]
    try:
        address = socket.getaddrinfo(host, None, socket.AF_INET)[0][4][0]
    except OSError:
        raise SimError(f"--host {host}: no such address; this machine has {', '.join(known) or 'none'}") from None
    return str(address), [one for one in known if one != address]


def _ours(target: str) -> str:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as asked, suppress(OSError):
        asked.connect((target, 9))
        return str(asked.getsockname()[0])
    return ""


def _named() -> set[str]:
    """Addresses under this machine's own name; none, where the name is looked up for longer than one would wait."""
    found: set[str] = set()

    def look() -> None:
        with suppress(OSError):
            found.update(str(one[4][0]) for one in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET))

    looking = threading.Thread(target=look, name="address", daemon=True)
    looking.start()
    looking.join(WAIT)
    return {*found}


def _rank(address: str) -> tuple[int, str]:
    one = ipaddress.ip_address(address)
    homes = [i for i, net in enumerate(HOMES) if one in ipaddress.ip_network(net)]
    return (homes[0] if homes else len(HOMES), address)

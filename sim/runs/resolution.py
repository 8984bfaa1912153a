"""Which numbers of a run are too small for its simulated people to tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.base import notices
from sim.base.errors import both

FEW = 10  # simulated people on whom a number must rest


def tell(summary: Mapping[str, Any]) -> None:
    """Say of people reached and followers won that they rest on fewer than ten simulated people."""
    ratio = summary["people_per_row"]
    for name in ("people_reached", "followers_won"):
        if ratio > 1 and 0 < summary[name] < FEW * ratio:
            notices.add("below_resolution", both("notice_below_resolution", name=name, few=FEW, ratio=f"{ratio:,}"))

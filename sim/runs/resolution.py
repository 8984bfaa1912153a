"""Which numbers of a run are too small for its simulated people to tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.base import notices

FEW = 10  # simulated people on whom a number must rest


def tell(summary: Mapping[str, Any]) -> None:
    """Say of people reached and followers won that they rest on fewer than ten simulated people."""
    ratio = summary["people_per_row"]
    for name in ("people_reached", "followers_won"):
        if ratio > 1 and 0 < summary[name] < FEW * ratio:
            words = f"{name} rests on fewer than {FEW} simulated people, each of whom stands for {ratio:,}"
            notices.add("below_resolution", f"{words}; simulate more people to know it better")

"""Virality simulator: how stories spread across Chinese social platforms.

>>> from sim import run, load
>>> run("ding_zhen").plot()  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.runs.result import Result
    from sim.runs.runner import run
    from sim.scenario.load import load
    from sim.scenario.scenario import Scenario

__all__ = ["Result", "Scenario", "load", "run"]

_HOME = {
    "run": "sim.runs.runner",
    "Result": "sim.runs.result",
    "load": "sim.scenario.load",
    "Scenario": "sim.scenario.scenario",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first used, so that ``import sim`` costs nothing."""
    from importlib import import_module

    if name not in _HOME:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    return getattr(import_module(_HOME[name]), name)

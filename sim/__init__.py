"""Virality simulator: how stories spread across Chinese social platforms.

>>> from sim import run, load
>>> run("ding_zhen").plot()  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.runner import Result, run
    from sim.scenario import Scenario, load

__all__ = ["Result", "Scenario", "load", "run"]

_HOME = {"run": "sim.runner", "Result": "sim.runner", "load": "sim.scenario", "Scenario": "sim.scenario"}


def __getattr__(name: str) -> Any:
    """Import a name when it is first used, so that ``import sim`` costs nothing."""
    from importlib import import_module

    if name not in _HOME:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    return getattr(import_module(_HOME[name]), name)

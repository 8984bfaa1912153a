"""The numbers of summary.json, and what a run had come to at a time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.base.errors import SimError
from sim.scenario.numbers import RIVALS, platform_flow

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


def running_total(name: str, at: datetime, series: pd.DataFrame, actions: pd.DataFrame, scenario: Scenario) -> float:
    """What a run had come to at a time: a ``platform_flow`` such as ``weibo_impressions``, or rivals that had acted."""
    here = at.astimezone(datetime.fromisoformat(series.time.iloc[0]).tzinfo).isoformat(timespec="minutes")
    if name == RIVALS:
        rivals = rival_actions(actions, scenario)
        return float(rivals[rivals.time <= here].actor.nunique())
    found = platform_flow(name, series.platform.unique())
    if found is None:
        raise SimError(f"metric '{name}' is no platform_flow such as weibo_impressions, as a time needs it")
    platform, flow = found
    flows = ["comments", "reposts", "creations"] if flow == "discussions" else [flow]
    past = series[(series.platform == platform) & (series.time <= here)]  # times are compared as text
    return float(past[flows].to_numpy().sum())


def rival_actions(actions: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """What rival bureaus did by their own decision."""
    return actions[(actions.kind == "bureau") & actions.actor.isin(scenario.rivals)]


def within_a_day(actions: pd.DataFrame) -> int:
    """How many actors acted within 24 hours of the first action."""
    times = pd.to_datetime(actions.time)
    return int(actions[times < times.min() + pd.Timedelta(hours=24)].actor.nunique()) if len(actions) else 0


def by_hour(flow: np.ndarray, step_minutes: int) -> np.ndarray:
    """Sums of a flow by hour, from the flow by step."""
    per_hour = 60 // step_minutes
    return np.add.reduceat(flow, np.arange(0, len(flow), per_hour)) if len(flow) else flow


def first_reaching(flow: np.ndarray, level: int, step_minutes: int) -> float | None:
    """Hours until the running total reaches ``level``; None if it never does."""
    reached = np.flatnonzero(np.cumsum(flow) >= level)
    return round(int(reached[0]) * step_minutes / 60, 2) if len(reached) else None

"""The numbers that a run can be asked for: which there are, and which part of a run each is of."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sim.world.records import FLOWS

# Overall numbers of a run, as `summary.json` names them.
OVERALL = (
    "people_reached",
    "impressions",
    "discussions",
    "intents",
    "followers_won",
    "peak_hour_impressions",
    "days_listed",
    "spend_yuan",
)


RIVALS = "rival_bureaus_acted"  # has a running total too, beside the flows of platforms


def platform_flow(metric: str, platforms: Iterable[str]) -> tuple[str, str] | None:
    """Platform and flow that a metric such as ``weibo_impressions`` names; None if it names none."""
    flows = {*FLOWS, "discussions"} - {"attends"}
    pairs = ((platform, metric.removeprefix(f"{platform}_")) for platform in platforms)
    return next(((platform, flow) for platform, flow in pairs if flow != metric and flow in flows), None)


def has_running_total(metric: str, platforms: Iterable[str]) -> bool:
    """Whether one can say what a metric had come to at a time."""
    return metric == RIVALS or platform_flow(metric, platforms) is not None


BY_PLATFORM = ("impressions", "new_reach", "likes", "reposts", "discussions", "intents", "topics_listed")
_BOUND = re.compile(r"\s*(\w+)\s*>=\s*([0-9][0-9_]*\.?[0-9]*(?:[eE]\+?[0-9]{1,2})?)\s*(%?)\s*")


def goal_metrics(platforms: Iterable[str]) -> list[str]:
    """Numbers that a goal can be about."""
    overall = [name for name in OVERALL if name != "spend_yuan"]
    return [*overall, *(f"{platform}_{name}" for platform in platforms for name in BY_PLATFORM)]


def bound(text: str) -> tuple[str, float, bool] | None:
    """Metric, value, and whether that is in %, of ``metric>=value``; None where it is written otherwise."""
    match = _BOUND.fullmatch(text)
    return (match[1], float(match[2].replace("_", "")), bool(match[3])) if match else None


# What can be asked of a run by the day. With a platform's name before it: of that platform alone.
SUMS = (*FLOWS, "discussions")
LISTED = ("topics", "topic_hours", "topics_at_once")
OWN = ("followers_won", "rival_bureaus")


def daily_metrics(platforms: Iterable[str]) -> list[str]:
    """Names of daily numbers: ``weibo_topics``, ``weibo_impressions``, ``intents``, and so on."""
    return [*SUMS, *OWN, *(f"{platform}_{name}" for platform in platforms for name in (*SUMS, *LISTED))]


def parted(metric: str, platforms: Iterable[str]) -> tuple[str, str]:
    """Platform (empty: all together) and name of a daily number. Raises `KeyError` where there is none such."""
    if metric in (*SUMS, *OWN):
        return "", metric
    for platform in platforms:
        name = metric.removeprefix(f"{platform}_")
        if name != metric and name in (*SUMS, *LISTED):
            return platform, name
    raise KeyError(metric)

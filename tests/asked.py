"""Every study asked of a tiny world, for the tests that hold what all of them keep."""

from __future__ import annotations

from datetime import datetime

import pytest
import worlds

from sim.studies.calibrate import calibrate
from sim.studies.compare import compare
from sim.studies.counterfactuals import counterfactuals
from sim.studies.forecast import clock, forecast
from sim.studies.hindcast.hindcast import hindcast
from sim.studies.optimize import optimize
from sim.studies.optimize import question as asking
from sim.studies.optimize import search as searching
from sim.studies.outcomes import outcomes

CHANCES = {"attend": 0.5, "like": 0.3, "comment": 0.1, "repost": 0.2, "follow": 0.2, "intend": 0.1}
QUIET = worlds.MECHANISMS["hot_list"] | {"background": worlds.BACKGROUND | {"births_per_day": 5, "peak_median": 10}}
MECHANISMS = {"follow_feed": {"see": 0.5}, "hot_list": QUIET | {"reads_per_hour": 30.0}}
CAMPAIGN = {
    "budget": 300,
    "goal": {"metric": "impressions", "least": 300},
    "opens": "2021-01-01T02:00+08:00",
    "closes": "2021-01-01T20:00+08:00",
    "hours": [2, 8, 14, 20],
    "own": {"actor": "star", "posts": 2},
    "boosts": {"step": 10, "most": 100},
}
SILENT = {
    "title": "nobody posts",
    "drop": {"interventions": [{"kind": "post", "actor": "star"}]},
    "expect": [{"metric": "impressions", "most": 0.5}],
}
FIT = "platforms.square.response.like=0.1..0.6"
SHORT = "days=0.9"
LOUDER = "louder: interventions[0].appeal=3"
DAYS = ["2021-01-01", "2021-01-02"]
NOW = datetime.fromisoformat("2021-01-05T12:00+08:00")  # when forecasts are asked for


def world(**changes):
    """Two days of three hundred people, with a what-if and a campaign, as plain data."""
    mechanisms = MECHANISMS | {"paid_reach": worlds.MECHANISMS["paid_reach"]}
    square = worlds.platform(300, mechanisms=mechanisms, chances=CHANCES)
    facts = [worlds.post(), worlds.post(at="2021-01-02T06:00+08:00", topic="Later")]
    seen = {"figures": [{"metric": "square_likes", "value": 40, "source": "a test", "main": True}]}
    more = {"counterfactuals": {"silent": SILENT}, "campaign": CAMPAIGN, "interventions": facts, "observed": seen}
    return worlds.document(300, followers=60, days=2.0, step_minutes=60, platforms={"square": square}, **more | changes)


def quickly():
    """A search of few plans and seeds, and a clock that stands; workers know nothing of it."""
    patch = pytest.MonkeyPatch()
    patch.setattr(searching, "effort", lambda runs: searching.Effort((1, 2, 4), 6, 3, 3))
    patch.setattr(asking, "LEAST_RUNS", 50)
    patch.setattr(asking, "LEAST_SEEDS", 6)
    patch.setattr(clock, "now", lambda: NOW)
    return patch


# Each asked from Python, of a source that any scenario can be had of, in so many processes.
ASK = {
    "compare": lambda source, wish, jobs: compare(source, what=[LOUDER], seeds=4, jobs=jobs),
    "optimize": lambda source, wish, jobs: optimize(source, sets=[SHORT], runs=50, seeds=6, jobs=jobs),
    "calibrate": lambda source, wish, jobs: calibrate(source, [FIT], to=wish, runs=24, jobs=jobs),
    "hindcast": lambda source, wish, jobs: hindcast(source, *DAYS, seeds=3, users=300, jobs=jobs),
    "forecast": lambda source, wish, jobs: forecast(source, *DAYS[::-1], seeds=3, users=300, jobs=jobs),
    "counterfactuals": lambda source, wish, jobs: counterfactuals(source, seeds=3, users=300, jobs=jobs),
    "outcomes": lambda source, wish, jobs: outcomes(source, seeds=3, jobs=jobs),
}
SHELL = {"forecast": ["forecast", "register"]}  # of those that the shell calls otherwise


def command(name):
    """The words with which the shell asks a study."""
    return SHELL.get(name, [name])

"""Every study asked of a tiny world, for the tests that hold what all of them keep."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
import worlds

from sim.base import loader
from sim.studies.calibrate import calibrate
from sim.studies.compare import compare
from sim.studies.counterfactuals import counterfactuals
from sim.studies.forecast import clock, forecast
from sim.studies.hindcast.hindcast import hindcast
from sim.studies.optimize import optimize
from sim.studies.optimize import question as asking
from sim.studies.optimize import search as searching
from sim.studies.outcomes import outcomes
from sim.studies.seeds import seeds
from sim.studies.stress import stress
from sim.studies.tournament import tournament

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
    "kols": [
        {"name": f"kol_{n}", "platform": "square", "followers": 5 + 3 * n, "price": 60 + 10 * n, "fit": 1 + n / 4}
        for n in range(4)
    ],
}
SILENT = {
    "title": "nobody posts",
    "drop": {"interventions": [{"kind": "post", "actor": "star"}]},
    "expect": [{"metric": "impressions", "most": 0.5}],
}
FIT = "platforms.square.response.like=0.1..0.6"
SHORT = "days=0.9"
POSTS = ({"at": f"2021-01-01T{hour:02}:00+08:00", "by": "star", "platform": "square", "boost": 90} for hour in (4, 8))
PLAN = (f"plan={json.dumps({'posts': [*POSTS]})}", "campaign.budget=180", "campaign.own.posts=4")
FEW = ("budget_cut", "three_in_the_morning", "rival_event")
LOUDER = "louder: interventions[0].appeal=3"
DAYS = ["2021-01-01", "2021-01-02"]
RIVALS = [
    f"actors[+]={{name: {name}, kind: bureau, accounts: {{square: 50}}, policies: [{{kind: rivalry}}]}}"
    for name in ("north", "south")
]
MOVES = ["seize", "silence"]
NOW = datetime.fromisoformat("2021-01-05T12:00+08:00")  # when forecasts are asked for


def world(**changes):
    """Two days of three hundred people, with a what-if and a campaign, as plain data."""
    mechanisms = MECHANISMS | {"paid_reach": worlds.MECHANISMS["paid_reach"]}
    square = worlds.platform(300, mechanisms=mechanisms, chances=CHANCES)
    facts = [worlds.post(), worlds.post(at="2021-01-02T06:00+08:00", topic="Later")]
    seen = {"figures": [{"metric": "square_likes", "value": 40, "source": "a test", "main": True}]}
    more = {"counterfactuals": {"silent": SILENT}, "campaign": CAMPAIGN, "interventions": facts, "observed": seen}
    return worlds.document(300, followers=60, days=2.0, step_minutes=60, platforms={"square": square}, **more | changes)


# A classical world: a ring of friends, with some ties across.
TOWN = {
    "name": "town",
    "users": 300,
    "steps": 20,
    "network": {"kind": "watts_strogatz", "k": 6, "rewire": 0.1},
    "contagion": {"model": "independent_cascade", "p": 0.15},
}
WORLDS = {"tiny": world, "town": lambda: TOWN}
WORLD = {"seeds": "town"}  # of a case that asks about another world than `tiny`


def about(case):
    """The world that a case asks about."""
    return WORLD.get(case, "tiny")


def study_of(case):
    """The study, as its command is called, by which a case asks: its name up to the first underscore."""
    return case.partition("_")[0]


def write_worlds(place):
    """Files of all worlds that are asked about."""
    for name, made in WORLDS.items():
        (place / f"{name}.yaml").write_text(loader.dump(made()), encoding="utf-8")


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
    "stress": lambda source, wish, jobs: stress(
        source, sets=PLAN, only=FEW, seeds=3, confirm=3, pairs=2, tries=1, jobs=jobs
    ),
    "tournament": lambda source, wish, jobs: tournament(
        source, strategies=MOVES, sets=RIVALS, seeds=2, held=1, jobs=jobs
    ),
    "seeds": lambda source, wish, jobs: seeds(source, k=4, runs=30, jobs=jobs),
    "seeds_hires": lambda source, wish, jobs: seeds(source, k=2, runs=5, tries=2, sets=[SHORT], jobs=jobs),
}
SHELL = {"forecast": ["forecast", "register"]}  # of those that the shell calls otherwise


def command(name):
    """The words with which the shell asks a study."""
    return SHELL.get(name, [name])

"""Tiny scenarios for tests: one plain platform of the test's own, people who all use it, certain or impossible acts."""

import tempfile
from datetime import timedelta
from pathlib import Path

import numpy as np

from sim.base import loader
from sim.model import fork
from sim.model.model import ViralityModel
from sim.runs import snapshots
from sim.runs.runner import simulate
from sim.scenario import load as scenarios

NEVER = dict.fromkeys(("like", "comment", "repost", "create", "follow", "search", "intend"), 0.0) | {"attend": 1.0}
LEVEL = {name: {"level": 1.0, "daily_views": 200} for name in ("heavy", "daily", "weekly", "dormant")}
REACTION = {"flat_minutes": 5.0, "exponent": 2.0, "horizon_hours": 1}
POOLS = [{"impressions": 100, "hours": 0.25, "pass_score": 1.0}, {"impressions": 1000, "hours": 0.5, "pass_score": 3.0}]
BACKGROUND = {
    "births_per_day": 300, "night_births": 1.0, "peak_median": 1000, "peak_spread": 1.0, "rise_minutes": 30,
    "fall_minutes": 60, "fall_spread": 0.3,
}  # fmt: skip
SEGMENTS = (
    "generation_z",
    "post_90s",
    "lifestyle_artists",
    "knowledge_sharers",
    "socially_conscious",
    "silent_majority",
)
# A story that speaks to what everybody is keen on: where people are picked by what suits them, nobody is passed over.
KEEN = {"tale": {"title": "Tale", "interests": {"all": 1.0}}}
MECHANISMS = {
    "follow_feed": {"see": 1.0},
    "traffic_pools": {
        "pools": POOLS, "completion_reference": 0.5, "like_reference": 0.1, "freshness_hours": 24.0,
        "quality_spread": 0.5,
    },
    "hot_list": {
        "reads_per_hour": 1000.0, "rank_slope": 0.7, "smoothing_minutes": 60.0, "interaction": 1.0,
        "background": BACKGROUND,
    },
    "search": {"per_interest_hour": 0.002},
    "paid_reach": {"price_per_thousand": 10.0, "impressions_per_hour": 4000},
    "user_topics": {"per_interest_hour": 0.0005},
    "private_ties": {
        "see": 0.5, "to_group": 0.5, "spread": 0.5, "look_exponent": -0.3,
        "kinds": {"class": {"size": 4, "friends": 0.5, "see": 0.5}},
    },
    "crowd": {"gain": 0.5, "half": 20.0, "of": "comment"},
    "search_index": {
        "queries_per_need_day": 20.0, "need_half_life_days": 0.5, "tail_half_life_days": 1.0, "first_three": 0.6,
        "foreign_share": 0.5, "places": 5,
    },
    "slots": {"places": [{"share": 0.5, "hours": 2.0, "price": 10}, {"share": 0.2}], "visitors": 3000},
    "live_room": {
        "hours": 3.0, "notice": 0.5, "walk_ins_per_hour": 300, "per_viewer_hour": 0.5,
        "stay_half_life_minutes": 30.0,
    },
    "comment_wall": {"reads": 0.5, "back": 0.5},
    "bandwagon": {"gain": 0.5, "half": 20.0},
    "visits": {"plan_half_life_days": 1.0, "weekend": 0.5, "holiday": 0.5, "looks_up": 1.0, "writes": 0.5},
    "subscription": {"see": 0.5, "per_day": 2, "reply_factor": 2.0},
}  # fmt: skip


def platform(users, *, chances=None, content=None, mechanisms=None, **rest):
    """A complete platform: everybody's, everybody attends and does nothing else; only a follow feed that all see."""
    return {
        "title": "Square",
        "users": users,
        "response": NEVER | (chances or {}),
        "repost_spread": 0.0,
        "quality_spread": 0.0,
        "content": {"post": {"half_life_hours": 5.0}} | (content or {}),
        "default_content": "post",
        "mechanisms": {"follow_feed": {"see": 1.0}} if mechanisms is None else mechanisms,
    } | rest


def people(users, represents=None, **rest):
    """People without differences: always awake, never tired, all alike."""
    return {
        "users": users,
        "represents": represents or users,
        "day_clock": [1.0] * 24,
        "reaction": REACTION,
        "segments": {name: {"interests": {"all": 2.5}} for name in SEGMENTS},
        "activity": LEVEL,
        "communities": {"spread": 0.0},
        "fatigue": {"helps_until": 0, "help": 1.0, "tire": 1.0, "floor": 1.0, "half_life_hours": 24.0},
        "interest": {"half_life_hours": 24.0},
    } | rest


def document(users=100, *, represents=None, followers=1, days=1.0, **changes):
    """A whole scenario as plain data; one actor posts once, at minute 0. ``changes`` replace top-level keys."""
    represents = represents or users
    return {
        "name": "tiny",
        "start": "2021-01-01T00:00+08:00",
        "days": days,
        "seed": 1,
        "people": people(users, represents),
        "network": {"kind": "path"},
        "platforms": {"square": platform(represents)},
        "stories": {"tale": {"title": "Tale"}},
        "actors": [{"name": "star", "kind": "star", "accounts": {"square": followers}}],
        "interventions": [post()],
    } | changes


def post(at="2021-01-01T00:00+08:00", actor="star", **rest):
    """A scheduled post on the square."""
    return {"kind": "post", "at": at, "actor": actor, "platform": "square", "story": "tale"} | rest


def load(data):
    """Write plain data as YAML, read it back and check it: the way of every scenario."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tiny.yaml"
        path.write_text(loader.dump(data), encoding="utf-8")
        return scenarios.load(path)


def tiny(users=100, **changes):
    """A checked tiny scenario; see `document`."""
    return load(document(users, **changes))


def run(users=100, **changes):
    """The tables of a tiny run."""
    return simulate(tiny(users, **changes))


def model(users=100, *, steps=0, **changes):
    """A model of a tiny scenario after some steps."""
    made = ViralityModel(tiny(users, **changes))
    for _ in range(steps):
        made.step()
    return made


def gone_on(scenario, steps, path):
    """The model of a scenario at its end, kept in a file after so many steps and gone on with from there."""
    made = ViralityModel(scenario)
    for _ in range(steps):
        made.step()
    path.write_bytes(snapshots.to_bytes(fork.take(made)))
    later = fork.resume(scenario, snapshots.read(path, scenario))
    while later.running:
        later.step()
    return later


def stage(made, index=0):
    """The stage of one platform at the model's next step, for mechanisms to be called by hand."""
    return made.stages[index].at(made.steps)


def totals(tables, *names):
    """Sums of columns of the series."""
    return tuple(int(tables.series[name].sum()) for name in names)


def shorter(scenario, days, users=None):
    """The first days of a scenario: facts that lie beyond them fall away, and the what-ifs that may name them."""
    end = scenario.start + timedelta(days=days)
    facts = tuple(fact for fact in scenario.interventions if fact.at < end)
    crowd = scenario.people.model_copy(update={"users": users}) if users else scenario.people
    return scenario.model_copy(
        update={"days": days, "shortened": True, "interventions": facts, "people": crowd, "counterfactuals": {}}
    )


def rng(seed=1):
    """Numbers to make up data with; never used by the simulator."""
    return np.random.default_rng(seed)

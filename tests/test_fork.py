"""Snapshots and forks: an unchanged branch is the run itself; a changed one differs from its moment on."""

import copy
import pickle
from dataclasses import is_dataclass

import numpy as np
import pytest
import worlds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim import fork
from sim import scenario as scenarios
from sim.clock import Clock
from sim.errors import SimError
from sim.model import ViralityModel
from sim.population import Lots, People
from sim.results import Tables
from sim.world import Graph, Matrix, Table

QUICK = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
FACTS = (
    {"kind": "open_account", "actor": "star", "platform": "other", "followers": 5},
    {"kind": "offer", "story": "tale", "factor": 2.0, "until": "2021-01-01T06:00+00:00", "note": "free"},
    {"kind": "pin_topic", "platform": "square", "topic": "Tale", "until": "2021-01-01T07:00+00:00"},
    {"kind": "platform_change", "platform": "square", "mechanism": "follow_feed", "field": "see", "value": 0.4},
    {"kind": "platform_change", "platform": "square", "mechanism": "hot_list", "field": "interaction", "value": 3.0},
    {"kind": "post", "actor": "star", "platform": "square", "story": "tale", "boost": 5, "topic": "More"},
    {"kind": "post", "actor": "shop", "platform": "square", "story": "rival", "tone": "negative"},
)


def rich(number=1, users=300, facts=(), days=0.5, **changes):
    """Everything at once: two platforms, two stories, minds of every kind, paid reach, offers, pins, changes."""
    draw = worlds.rng(number)
    share, small = draw.random, lambda: float(draw.random() * 0.02)
    most = users * int(draw.choice([1, 8]))
    chances = {name: float(share()) for name in ("attend", "like", "comment", "follow", "search", "intend")}
    chances |= {"repost": small(), "create": small() / 5}
    ads = {"ad_places": (3, 6), "ad_price": 10, "ad_hours": 3.0, "pinned": True, "interaction_spread": 0.5}
    mechanisms = worlds.MECHANISMS | {"hot_list": worlds.MECHANISMS["hot_list"] | ads}
    more = {"content": {"user": {"half_life_hours": 2.0}}, "repost_spread": 0.5, "quality_spread": 0.5}
    platforms = {
        "square": worlds.platform(most, chances=chances, mechanisms=mechanisms, **more),
        "other": worlds.platform(most, chances={"repost": small(), "follow": 0.3}),
    }
    ride = {"kind": "ride_hot", "fit": 1.0, "eagerness": 1.0, "cooldown_hours": 3.0}
    buy = {"kind": "sponsor_when_rising", "min_reads": 0, "min_growth": 0, "boost": 30, "cooldown_hours": 2,
           "hire_tier": "tail", "hire_budget": 20_000_000}  # fmt: skip
    rivals = {"kind": "rivalry", "kinship": 1.0}
    news = {"kind": "open_topics", "topics_per_day": 20.0, "first_hour": 0, "last_hour": 12}
    people = worlds.people(users, most)
    for plain in ("segments", "activity", "communities", "fatigue"):
        del people[plain]
    return worlds.document(
        users,
        represents=most,
        seed=number,
        days=days,
        people=people | {"fatigue": {"half_life_hours": 3.0}},
        network={"kind": "computed", "circle_size": 8, "community_size": 64, "audience_median": 15},
        platforms=platforms,
        stories={"tale": {"title": "Tale"}, "rival": {"title": "Rival"}},
        actors=[
            {"name": "star", "kind": "star", "accounts": {"square": most // 4}, "home": True},
            {"name": "riders", "kind": "kol", "tier": "tail", "count": 4, "accounts": {"square": 0, "other": 9},
             "review_minutes": 30, "policies": [{"kind": "paid_collaboration", "fit": 1.0}, ride]},
            {"name": "bureau", "kind": "bureau", "accounts": {"square": 20}, "budget": 900, "policies": [rivals]},
            {"name": "shop", "kind": "brand", "accounts": {"square": 20}, "budget": 90_000_000, "review_minutes": 60,
             "delay_minutes": 30, "policies": [{"kind": "crisis_reply"}, buy]},
            {"name": "news", "kind": "media", "accounts": {"square": 20}, "policies": [news]},
        ],
        interventions=[worlds.post(boost=5), worlds.post("2021-01-01T00:20+00:00", actor="shop", boost=9), *facts],
    ) | changes  # fmt: skip


def dated(*facts):
    """Facts of `FACTS` by (number, minute)."""
    return [FACTS[n] | {"at": f"2021-01-01T{minute // 60:02}:{minute % 60:02}+00:00"} for n, minute in facts]


def through(scenario, until=None):
    """A model after so many steps; at the end by default."""
    model = ViralityModel(scenario)
    for _ in range(scenario.steps if until is None else until):
        model.step()
    return model


def ended(model):
    """Digests, summary and Mesa's columns at the end of a model's run."""
    while model.steps < model.scenario.steps:
        model.step()
    tables = Tables(model)
    return tables.digests(), tables.summary, model.datacollector.model_vars


times = st.lists(st.tuples(st.integers(0, len(FACTS) - 1), st.integers(0, 700)), max_size=5)


@QUICK
@given(number=st.integers(0, 10**6), facts=times, step=st.integers(0, 48), users=st.sampled_from([40, 300, 900]))
def test_an_unchanged_branch_is_the_run_itself(number, facts, step, users):
    scenario = worlds.load(rich(number, users, dated(*facts)))
    whole = ended(ViralityModel(scenario))
    model = through(scenario, step)
    snapshot = fork.take(model)
    assert ended(model) == whole  # taking changes nothing
    for again in (snapshot, pickle.loads(pickle.dumps(snapshot))):
        assert ended(fork.resume(scenario, again)) == whole
    assert ended(fork.resume(scenario, snapshot)) == whole  # nor does a branch


ALL = tuple((n, 30 + 40 * n) for n in range(len(FACTS)))


@pytest.mark.parametrize("engine", ["agents", "vectorized"])
def test_both_engines_go_on_from_a_snapshot_of_either(engine):
    scenario = worlds.load(rich(3, 60, dated(*ALL), engine=engine))
    other = scenario.model_copy(update={"engine": {"agents": "vectorized", "vectorized": "agents"}[engine]})
    model = through(scenario, 20)
    snapshot = fork.take(model)
    whole = ended(model)
    assert ended(fork.resume(scenario, snapshot)) == whole
    assert ended(fork.resume(other, snapshot)) == whole


def test_the_rich_world_uses_what_a_snapshot_must_hold():
    # A round trip proves as much as there is in it.
    found = set()
    for number in (3, 11):
        model = through(worlds.load(rich(number, 300, dated(*ALL))), 24)
        data = fork.take(model).data
        world, minds = data["world"], data["minds"].values()
        found |= {
            *(name for name in fork.TABLES if len(world[name][next(iter(world[name]))])),
            *(name for name in ("pending", "accounts", "home_topic") if world[name]),
            *(name for name in ("in_pools", "paid", "live_topics") if any(len(rows) for rows in world[name].values())),
            *("slots" for slots in world["slots"].values() if slots),
            *("won" for account in world["accounts"] if account.won),
            *(name for name in ("spent", "done") for mind in minds if mind[name]),
            *(action[3] for action in data["actions"]),
            *("offer pending" for _ in data["offers"]),
            *("fresh" for _ in data["fresh"]),
            *("interest" for _ in world["interest"].nonzero()[0]),
            *("joined" for known in data["board"]["joined"].values() if known),
        }
    wanted = {*fork.TABLES, "pending", "accounts", "in_pools", "paid", "live_topics", "slots", "won", "spent", "done"}
    wanted |= {"offer pending", "interest", "joined", "open_account", "offer", "pin", "platform_change", "hire"}
    assert wanted <= found, wanted - found


# What is neither kept nor the same: found anew when it is asked for, or written before it is read.
CACHES = {
    "Engine": {"moment", "networks"},  # of a step
    "Vectorized": {"moment", "networks"},
    "Persons": {"moment", "networks"},
    "PlatformStage": {"_keys", "_acceptance", "births", "step"},
    "Mind": {"_streams"},
    "Board": {"_seen"},
    "World": {"_won", "won_changed"},
    "Clock": {"_cumulative", "delays_by_slot"},
}
MESA = {"random", "rng", "_rng", "_seed", "_user_step", "_agents", "_agents_by_type", "_all_agents", "agents", "unique_id"}
MESA |= {"step", "_model_reporters", "model_reporters", "agent_reporters", "agenttype_reporters", "tables"}


def differences(a, b, path="model", seen=None):
    """Paths at which two object graphs differ, house objects attribute by attribute."""
    seen = set() if seen is None else seen
    if (id(a), id(b)) in seen:
        return
    seen.add((id(a), id(b)))
    if isinstance(a, list | tuple) and isinstance(b, list | tuple) and type(a) is type(b):
        if path.endswith((".pending", ".list_log", ".won", ".fresh")) or (a and isinstance(a[0], np.ndarray)):
            a, b = ([np.concatenate(x)] if len(x) > 1 else x for x in (a, b))  # cut anew
        if len(a) != len(b):
            yield f"{path}: {len(a)} and {len(b)} items"
        for i, pair in enumerate(zip(a, b, strict=False)):
            yield from differences(*pair, f"{path}[{i}]", seen)
    elif isinstance(a, dict) and isinstance(b, dict):
        if list(a) != list(b):
            yield f"{path}: keys {sorted(map(str, a))} and {sorted(map(str, b))}"
        for key in a.keys() & b.keys():
            yield from differences(a[key], b[key], f"{path}[{key!r}]", seen)
    elif isinstance(a, np.ndarray):
        if a.dtype != b.dtype or a.shape != b.shape or a.tobytes() != b.tobytes():
            yield path
    elif isinstance(a, Table):
        yield from differences(a.columns(), b.columns(), path, seen)
    elif isinstance(a, Matrix):  # with more or less room at the end
        rows = min(len(a.rows), len(b.rows))
        yield from differences(a.rows[:rows], b.rows[:rows], path, seen)
        if a.rows[rows:].any() or b.rows[rows:].any():
            yield f"{path}: rows beyond"
    elif type(a).__module__.startswith("sim.") and hasattr(a, "__dict__"):
        if type(a) is not type(b):
            yield f"{path}: {type(a)} and {type(b)}"
        left = MESA | CACHES.get(type(a).__name__, set())
        yield from differences(*({k: v for k, v in vars(x).items() if k not in left} for x in (a, b)), path, seen)
    elif type(a).__module__.startswith("mesa."):
        yield from differences(*({k: v for k, v in vars(x).items() if k not in MESA} for x in (a, b)), path, seen)
    elif not callable(a) and a != b:
        yield f"{path}: {a!r} and {b!r}"


@pytest.mark.parametrize("engine", ["vectorized", "agents"])
def test_no_attribute_of_the_model_is_forgotten(engine):
    scenario = worlds.load(rich(11, 60 if engine == "agents" else 300, dated(*ALL), engine=engine))
    model = through(scenario, 24)
    before = list(differences(model, fork.resume(scenario, fork.take(model))))
    assert before == []


def test_the_walk_finds_what_is_forgotten():
    # Each thing in turn is spoilt in one of the two; the walk must see it.
    scenario = worlds.load(rich(11, 300, dated(*ALL)))
    model = through(scenario, 24)
    snapshot = fork.take(model)
    spoils = {
        "interest": lambda m: m.world.interest.__iadd__(1),
        "posts": lambda m: m.world.posts.cursor.__iadd__(1),
        "attention": lambda m: m.world.state.attention.__iadd__(1),
        "claimed": lambda m: m.world.claimed.__imul__(2),
        "_offers": lambda m: m.deeds._offers.append((0, 1, 2.0)),
        "spent": lambda m: setattr(next(iter(m.deeds.minds.values())), "spent", 7),
        "mechanisms": lambda m: m.deeds.mechanisms[0].pop("search"),
        "_facts": lambda m: m._facts.pop(),
        "steps": lambda m: setattr(m, "steps", 99),
        "novel": lambda m: setattr(m.world, "novel", 1),
        "_shown": lambda m: m.board._shown.pop((0, 3)),
    }
    for name, spoil in spoils.items():
        again = fork.resume(scenario, snapshot)
        spoil(again)
        assert any(name in path for path in differences(model, again)), name

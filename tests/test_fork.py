"""Snapshots and forks: an unchanged branch is the run itself; a changed one differs from its moment on."""

import functools
import io
import os
import pickle
from pathlib import Path

import mesa
import networkx
import numpy as np
import pytest
import sizes
import worlds
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sim.base import loader
from sim.base.errors import SimError
from sim.base.files import packed
from sim.cli import main
from sim.cli.words import what
from sim.minds.actor import Actor
from sim.model import claims, fork
from sim.model.model import ViralityModel
from sim.networks.node_link import from_networkx
from sim.runs import snapshots
from sim.runs.branches import fork as fork_run
from sim.runs.result import Result
from sim.runs.runner import simulate
from sim.runs.tables import Tables
from sim.scenario.load import load
from sim.scenario.past import IDLE, first_difference
from sim.scenario.scenario import Scenario
from sim.world.tables import Entries, Table

EXAMPLES = int(os.environ.get("SIM_FORKS", "2"))  # of what hypothesis makes up; 30 by `make verify`
QUICK = settings(max_examples=EXAMPLES, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
FACTS = (
    {"kind": "open_account", "actor": "star", "platform": "other", "followers": 5},
    {"kind": "offer", "story": "tale", "factor": 2.0, "until": "2021-01-01T06:00+08:00", "note": "free"},
    {"kind": "pin_topic", "platform": "square", "topic": "Tale", "until": "2021-01-01T07:00+08:00"},
    {"kind": "platform_change", "platform": "square", "mechanism": "follow_feed", "field": "see", "value": 0.4},
    {"kind": "platform_change", "platform": "square", "mechanism": "hot_list", "field": "interaction", "value": 3.0},
    {"kind": "post", "actor": "star", "platform": "square", "story": "tale", "boost": 5, "topic": "More"},
    {"kind": "post", "actor": "shop", "platform": "square", "story": "rival", "tone": "negative"},
    {"kind": "broadcast", "story": "tale", "viewers": 20, "notice": 0.5},
    {"kind": "promote", "platform": "square", "story": "tale", "place": 2},
)


def rich(number=1, users=300, facts=(), days=0.5, **changes):
    """Everything at once: two platforms, two stories, minds of every kind, paid reach, offers, pins, changes."""
    draw = worlds.rng(number)
    share, small = draw.random, lambda: float(draw.random() * 0.1)
    most = users * int(draw.choice([1, 8]))
    chances = {name: float(share()) for name in ("attend", "like", "comment", "follow", "search", "intend")}
    chances |= {"repost": small(), "create": small() / 10}
    ads = {"ad_places": (3, 6), "ad_price": 10, "ad_hours": 3.0, "pinned": True, "interaction_spread": 0.5}
    ladder = [pool | {"impressions": 2 + most // part} for pool, part in zip(worlds.POOLS, (20, 10), strict=True)]
    pools = worlds.MECHANISMS["traffic_pools"] | {"pools": ladder, "freshness_hours": 2.0}
    mechanisms = worlds.MECHANISMS | {"hot_list": worlds.MECHANISMS["hot_list"] | ads, "traffic_pools": pools}
    mechanisms |= {"search_index": worlds.MECHANISMS["search_index"] | {"sated": 0.5}}
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
    back = {"kind": "follow_up", "per_topic": 0.9, "wait_hours": 0.1, "first_hour": 0, "last_hour": 23}
    editor = [
        {"kind": kind, "wait_hours": 0.5, "max_actions": 3} for kind in ("pin_listed", "promote_story", "hold_down")
    ]
    friends = [
        {"kind": "ask_to_give", "min_followers": 0, "first_hour": 2, "cooldown_hours": 4},
        {"kind": "account_for_gifts", "after_hours": 1},
        {
            "kind": "partner_posts",
            "days": ["2021-01-01"],
            "first_hour": 1,
            "last_hour": 4,
            "topic": "Day",
            "ask": "idol",
        },
    ]
    join = {
        "kind": "join_peers",
        "peers": 1,
        "deliberation_hours": 0.5,
        "first_hour": 0,
        "max_posts": 2,
        "cooldown_hours": 3,
    }
    answer = {
        "kind": "explain",
        "after_hours": 1,
        "within_hours": 3,
        "tone": "negative",
        "topic": "No",
        "first_hour": 0,
    }
    remake = {
        "kind": "ride_template",
        "min_growth": 0,
        "min_reads": 1,
        "after_hours": 0.5,
        "within_hours": 2,
        "fit": 1.0,
    }
    carry = {"kind": "carry_wire", "chance": 1.0}
    army = {"kind": "water_army", "accounts": 9, "burst_minutes": 400, "price_per_act": 1, "detection": 0.3}
    people = worlds.people(users, most, reaction=worlds.REACTION | {"horizon_hours": 6})
    for plain in ("segments", "activity", "communities", "fatigue"):
        del people[plain]
    return worlds.document(
        users,
        represents=most,
        seed=number,
        days=days,
        people=people | {"fatigue": {"half_life_hours": 3.0}, "kol_tiers": {"tail": {"price_per_follower": 2.0}}},
        network={"kind": "computed", "circle_size": 8, "community_size": 64, "audience_median": 15},
        platforms=platforms,
        stories={
            "tale": {"title": "Tale", "stirs": "dread", "against_stirs": "correction"},
            "rival": {"title": "Rival"},
        },
        actors=[
            {"name": "star", "kind": "star", "accounts": {"square": most // 4}, "home": True},
            {"name": "riders", "kind": "kol", "tier": "tail", "count": 4, "accounts": {"square": 20, "other": 9},
             "review_minutes": 30, "policies": [{"kind": "paid_collaboration", "fit": 1.0}, ride]},
            {"name": "bureau", "kind": "bureau", "accounts": {"square": 20}, "budget": 900, "policies": [rivals]},
            {"name": "shop", "kind": "brand", "accounts": {"square": 20}, "budget": 90_000_000, "review_minutes": 60,
             "delay_minutes": 30, "policies": [{"kind": "crisis_reply"}, buy]},
            {"name": "news", "kind": "media", "accounts": {"square": 20}, "policies": [back, news],
             "story": "tale", "delay_minutes": 0},
            {"name": "maker", "kind": "brand", "accounts": {"square": 20}, "budget": 500, "review_minutes": 60,
             "policies": [{k: v for k, v in buy.items() if not k.startswith("hire")}]},
            {"name": "editor", "kind": "editor", "accounts": {"square": 0}, "review_minutes": 30, "policies": editor},
            {"name": "friends", "kind": "organisation", "count": 2, "accounts": {"square": 20}, "policies": friends},
            {"name": "idol", "kind": "celebrity", "accounts": {"square": 20}, "policies": [join]},
            {"name": "expert", "kind": "specialist", "accounts": {"other": 20}, "policies": [answer]},
            {"name": "joker", "kind": "meme", "accounts": {"other": 20}, "policies": [remake]},
            {"name": "army", "kind": "bot", "accounts": {"square": 0}, "budget": 90, "policies": [army]},
            {"name": "wires", "kind": "media", "accounts": {"other": 20}, "policies": [carry]},
        ],
        interventions=[worlds.post(boost=5), worlds.post("2021-01-01T00:20+08:00", actor="shop", boost=9), *facts],
    ) | changes  # fmt: skip


def dated(*facts):
    """Facts of `FACTS` by (number, minute)."""
    return [FACTS[n] | {"at": f"2021-01-01T{minute // 60:02}:{minute % 60:02}+08:00"} for n, minute in facts]


def through(scenario, until=None):
    """A model after so many steps; at the end by default."""
    model = ViralityModel(scenario)
    for _ in range(scenario.steps if until is None else until):
        model.step()
    return model


def ended(model):
    """Digests, summary and Mesa's columns at the end of a model's run."""
    while model.steps < model.script.steps:
        model.step()
    tables = Tables(model)
    return tables.digests(), tables.summary, model.datacollector.model_vars


moments = st.tuples(st.integers(0, len(FACTS) - 1), st.integers(0, 340))
times = st.lists(moments, max_size=5, unique_by=lambda fact: fact[0])


@QUICK
@given(number=st.integers(0, 10**6), facts=times, step=st.integers(0, 48), users=st.sampled_from([40, 300]))
def test_an_unchanged_branch_is_the_run_itself(number, facts, step, users):
    scenario = worlds.load(rich(number, users, dated(*facts)))
    whole = ended(ViralityModel(scenario))
    model = through(scenario, step)
    snapshot = fork.take(model)
    assert ended(model) == whole  # taking changes nothing
    assert ended(fork.resume(scenario, snapshot)) == whole
    assert ended(fork.resume(scenario, pickle.loads(pickle.dumps(snapshot)))) == whole  # nor does a branch


ALL = tuple((n, 30 + 40 * n) for n in range(len(FACTS)))


@pytest.mark.grows
@pytest.mark.parametrize("engine", ["agents", "vectorized"])
def test_both_engines_go_on_from_a_snapshot_of_either(engine):
    scenario = worlds.load(rich(3, sizes.many(12, 25), dated(*ALL), days=0.25, engine=engine))
    other = scenario.model_copy(update={"engine": {"agents": "vectorized", "vectorized": "agents"}[engine]})
    model = through(scenario, 13)
    snapshot = fork.take(model)
    whole = ended(model)
    assert ended(fork.resume(scenario, snapshot)) == whole
    assert ended(fork.resume(other, snapshot)) == whole


def test_the_rich_world_uses_what_a_snapshot_must_hold():
    # A round trip proves as much as there is in it.
    found = set()
    model = ViralityModel(worlds.load(rich(11, 300, dated(*ALL))))
    for _ in range(30):
        model.step()
        data = fork.take(model).data
        world, minds = data["world"], data["minds"].values()
        found |= {name for name, table in world["tables"].items() if len(next(iter(table.values())))}
        found |= {name for name in ("pending", "accounts") if world[name]}
        found |= {name for name, places in world["lists"].items() if any(map(len, places))}
        found |= {"won" for account in world["accounts"] if account.won}
        found |= {name for name in ("spent", "done", "offers") for mind in minds if mind[name]}
        found |= {deed.action for deed in data["actions"]}
        found |= {"joined" for known in data["board"]["joined"].values() if known}
        found |= {"offer in force" for _ in data["offers"]}
        found |= {"fresh" for _ in data["fresh"]}
    wanted = {
        *model.world.tables,
        *model.world.lists,
        "pending",
        "accounts",
        "won",
        "spent",
        "done",
        "offers",
        "joined",
    }
    wanted |= {
        "offer in force",
        "fresh",
        "open_account",
        "offer",
        "pin",
        "platform_change",
        "hire",
        "pay",
        "broadcast",
        "promote",
        "follow_up",
        "pin_listed",
        "promote_story",
        "hold_down",
        "ask",
        "account",
        "partner",
        "join",
        "explain",
        "variant",
        "burst",
        "carry",
    }
    assert wanted <= found, wanted - found


# What is neither kept nor the same: found anew when it is asked for, or written before it is read.
CACHES = {
    "Vectorized": {"moment", "won", "_reachable", "_run", "_networks", "_moved"}  # of a step
    | {"_own", "_parts", "_views", "_acts", "_rooms"},
    "Persons": {"moment", "won", "_reachable"},
    "BackgroundTopics": {"lists", "pins"},
    "PlatformStage": {"_keys", "_acceptance", "_doing", "_lots", "_made", "_usual", "births", "step"},
    "Deeds": {"_acted", "_counted"},
    "ViralityModel": {"_told"},
    "Mind": {"_streams", "_me"},
    "Board": {"_seen", "_came", "_made", "_time"},
    "World": {"_told", "_won", "_shared", "_anywhere", "won_changed"},
    "Following": {"_known"},
    "Origins": {"_shares"},
    "Tags": {"_titles"},
    "Group": {"_alike"},
    "Clock": {"_cumulative", "delays_by_slot"},
}
BARE = mesa.Model()
# What Mesa keeps for itself, in each version something else; but a run is its steps and what was collected.
MESA = {*vars(BARE), *vars(mesa.Agent(BARE)), *vars(mesa.DataCollector()), "_model_reporters", "agents"}
MESA -= {"steps", "running", "model_vars", "model", "pos"}


def differences(a, b, path="model", seen=None):
    """Paths at which two object graphs differ, house objects attribute by attribute."""
    seen = {} if seen is None else seen
    if (id(a), id(b)) in seen:
        return
    seen[id(a), id(b)] = a, b  # held, so that no later object gets the same id
    if isinstance(a, list | tuple) and isinstance(b, list | tuple) and type(a) is type(b):
        if type(a) is list and a and isinstance(a[0], np.ndarray):  # parts of a table, which may be cut anew
            a, b = ([np.concatenate(parts)] for parts in (a, b))
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
    elif isinstance(a, Entries):
        yield from differences(a.rows, b.rows, path, seen)
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
    scenario = worlds.load(rich(11, 25 if engine == "agents" else 300, dated(*ALL), engine=engine))
    model = through(scenario, 13 if engine == "agents" else 24)
    before = list(differences(model, fork.resume(scenario, fork.take(model))))
    assert before == []


def test_a_snapshot_keeps_every_dashboard_that_may_still_be_seen():
    bounds = Actor.model_json_schema()["properties"]["delay_minutes"]
    assert bounds["maximum"] == fork.LONGEST_DELAY
    model = worlds.model(20, days=9.0, step_minutes=60, steps=200)
    kept = [step for _, step in fork.take(model).data["board"]["shown"]]
    assert kept[0] == model.steps - 1 - fork.LONGEST_DELAY // 60  # what is seen in the next step, so late
    assert kept[-1] == 199


def test_the_walk_finds_what_is_forgotten():
    # Each thing in turn is spoilt in one of the two; the walk must see it.
    scenario = worlds.load(rich(11, 300, dated(*ALL, (6, 500))))
    model = through(scenario, 24)
    snapshot = fork.take(model)
    spoils = {
        "interest": lambda m: m.world.by_platform.interest.__iadd__(1),
        "outside": lambda m: m.world.by_story.outside.__iadd__(1),
        "posts": lambda m: m.world.posts.cursor.__iadd__(1),
        "state'][0]": lambda m: m.world.state.attention.__iadd__(1),
        "claimed": lambda m: m.world.claimed.__imul__(2),
        "_offers": lambda m: m.deeds._offers.append((0, 1, 2.0)),
        "spent": lambda m: setattr(next(iter(m.deeds.minds.values())), "spent", 7),
        "mechanisms": lambda m: m.stages[1].mechanisms.pop("search"),
        "_facts": lambda m: m._facts.pop(),
        "steps": lambda m: setattr(m, "steps", 99),
        "novel": lambda m: setattr(m.world, "novel", 1),
        "_shown": lambda m: m.board._shown.pop((0, 3)),
    }
    for name, spoil in spoils.items():
        again = fork.resume(scenario, snapshot)
        spoil(again)
        assert any(name in path for path in differences(model, again)), name


# ---- files


def stored(number=11, step=24, users=300):
    """A scenario with its snapshot at a step, as bytes."""
    scenario = worlds.load(rich(number, users, dated(*ALL)))
    model = through(scenario, step)
    return scenario, model, snapshots.to_bytes(fork.take(model))


@QUICK
@given(number=st.integers(0, 10**6), step=st.integers(1, 47))
def test_a_file_gives_the_state_back(number, step):
    scenario, model, raw = stored(number, step)
    snapshot = snapshots.read(Bytes(raw), scenario)
    assert list(differences(model, fork.resume(scenario, snapshot))) == []
    assert snapshots.to_bytes(snapshot) == raw
    assert ended(fork.resume(scenario, snapshot)) == ended(model)


def test_a_set_of_claims_as_full_as_it_becomes_is_read_back():
    scenario, model, _ = stored()
    world = model.world
    places, own = len(world.claimed), set(world.claimed.tolist())
    while len(world.claimed) == places:  # one by one, until it is made larger
        fullest = snapshots.to_bytes(fork.take(model)) if 4 * (world.n_claimed + 1) > 3 * places else b""
        assert claims.claim(world, np.array([(1 << 50) + world.n_claimed])).all()
    assert len(world.claimed) == 2 * places
    assert own <= set(world.claimed.tolist())
    assert fork.resume(scenario, snapshots.read(Bytes(fullest), scenario)).world.n_claimed * 4 == 3 * places


@functools.cache
def eleven():
    """A scenario with its snapshot, to be read."""
    scenario, _, raw = stored()
    return scenario, raw


class Bytes:
    """A path to bytes in memory."""

    parents = ()

    def __init__(self, raw):
        self.raw = raw

    def read_bytes(self):
        """The bytes."""
        return self.raw

    def __str__(self):
        return "snapshots/there.npz"


@pytest.mark.grows
def test_a_damaged_file_is_refused_in_one_line():
    (scenario, raw), tries = eleven(), sizes.many(50, 200)
    draw, before = worlds.rng(1), fork_text(snapshots.read(Bytes(raw), scenario))
    told = []
    for _ in range(tries):
        place, bit = int(draw.integers(len(raw))), 1 << int(draw.integers(8))
        spoilt = raw[:place] + bytes([raw[place] ^ bit]) + raw[place + 1 :]
        try:
            same = fork_text(snapshots.read(Bytes(spoilt), scenario)) == before
        except SimError as error:
            told.append(str(error))
        else:
            assert same  # a bit that says nothing
    assert len(told) > 0.7 * tries  # most of it is said by few bytes, so some bits say nothing
    assert all(line.startswith("snapshots/there.npz: ") and "\n" not in line for line in told)
    for length in (0, 1, 100, len(raw) // 2, len(raw) - 1):
        with pytest.raises(SimError, match="it is damaged, or no snapshot at all; make it again"):
            snapshots.read(Bytes(raw[:length]), scenario)


def fork_text(snapshot):
    """All of a snapshot, to be compared."""
    return snapshots.to_bytes(snapshot)


def changed(raw, change, **head):
    """The bytes of a snapshot with other contents and a checksum that fits."""
    there, data = packed.unpacked(raw, snapshots.RECORDS)
    change(data)
    return Bytes(packed.packed(there | head, data, snapshots.RECORDS))


def put(where, column, value):
    """A change of one cell of a table."""
    return lambda data: data["world"]["tables"][where][column].__setitem__(0, value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (put("posts", "story", 9), "posts.story points outside of what there is"),
        (put("posts", "author", -1), "posts.author points outside"),
        (put("forest", "parent", 5), "forest.parent points outside"),
        (put("posts", "tier", 99), "posts.tier points outside"),
        (put("posts", "tier", -2), "posts.tier points outside"),
        (lambda data: data["world"]["lists"]["in_pools"].__setitem__(0, np.array([10**9])), "in_pools points outside"),
        (lambda data: data["world"]["lists"]["listed"][1]["slot"].fill(3), "listed points outside"),
        (lambda data: data["world"]["claimed"].fill(1), "set of claims"),
        (lambda data: data["people"].update(attention=np.zeros(7, np.uint8)), "attention has not the form"),
        (lambda data: data.pop("world"), "no run could have left this state"),
        (lambda data: data["world"]["lists"].update(slots=[["star"]]), "no run could have left this state"),
        (lambda data: data["world"]["tables"]["posts"].pop("bar"), "no run could have left this state"),
    ],
)
def test_a_state_that_no_run_could_have_left_is_refused(change, words):
    scenario, raw = eleven()
    with pytest.raises(SimError, match=words):
        snapshots.read(changed(raw, change), scenario)


def test_snapshots_of_other_versions_and_scenarios_are_refused(monkeypatch):
    scenario, raw = eleven()
    with pytest.raises(SimError, match=r"made by model version 1, and this is \d+; run its scenario again"):
        snapshots.read(changed(raw, lambda data: None, model_version=1), scenario)
    other = scenario.model_copy(update={"seed": 5})
    with pytest.raises(SimError, match="belongs to another scenario than the one beside it"):
        snapshots.read(Bytes(raw), other)
    monkeypatch.setattr(packed, "FORMAT", 0)
    with pytest.raises(SimError, match="written by another version of the program"):
        snapshots.read(Bytes(raw), scenario)


def test_pickles_are_never_read():
    buffer = io.BytesIO()
    np.savez(buffer, text=np.array([{"a": 1}], object), sha256=np.zeros(32, np.uint8))
    with pytest.raises(SimError, match="it is damaged, or no snapshot at all"):
        snapshots.read(Bytes(buffer.getvalue()), worlds.tiny())
    with pytest.raises(TypeError, match="a packed file holds no object"):
        packed.packed({}, [object()], {})


# ---- what may differ


def scenario_with(*facts, **changes):
    """A rich scenario with facts, some of them late."""
    return worlds.load(rich(5, 300, dated(*facts), **changes))


@QUICK
@given(
    number=st.integers(0, 10**6),
    past=st.lists(moments, max_size=2, unique_by=lambda fact: fact[0]),
    a=times,
    b=times,
    hours=st.sampled_from([12.0, 15.0]),
)
def test_two_runs_agree_before_their_first_difference(number, past, a, b, hours):
    first, second = (
        [*past, *((n, 60 + minute) for n, minute in own if n not in dict(past) and 60 + minute < 350)] for own in (a, b)
    )
    one = worlds.load(rich(number, 150, dated(*first)))
    other = worlds.load(rich(number, 150, dated(*second), days=hours / 24))
    step = first_difference(one, other)
    assert step == first_difference(other, one)
    branch = fork.resume(other, fork.take(through(one, step)))
    assert ended(branch) == ended(ViralityModel(other))


def test_the_first_difference_is_the_time_of_the_earliest_fact_that_differs():
    plain = scenario_with((1, 100), (5, 200))
    assert first_difference(plain, plain) == plain.steps == 48
    assert first_difference(plain, scenario_with((1, 100), (5, 200), title="x", about="y")) == 48
    assert first_difference(plain, scenario_with((1, 100), (5, 229))) == 200 // 15
    assert first_difference(plain, scenario_with((1, 100))) == 200 // 15
    assert first_difference(plain, scenario_with((1, 100), (5, 200), (6, 14))) == 0
    assert first_difference(plain, scenario_with((1, 100), (5, 200), (6, 15))) == 1
    off = plain.model_copy(
        update={"interventions": tuple(f.model_copy(update={"enabled": f.at.hour < 1}) for f in plain.interventions)}
    )
    assert first_difference(plain, off) == 100 // 15
    longer = scenario_with((1, 100), (5, 200), days=1.0)
    assert first_difference(plain, longer) == 48 - 26  # reactions take up to six hours
    for path, value in (("seed", 9), ("stories", {}), ("actors", ()), ("engine", "agents")):
        step = first_difference(plain, plain.model_copy(update={path: value}))
        assert step == (48 if path == "engine" else 0)
    people = plain.people.model_copy(update={"segments": dict(reversed(plain.people.segments.items()))})
    assert first_difference(plain, plain.model_copy(update={"people": people})) == 0  # their order counts
    assert {*Scenario.model_fields} > IDLE


@pytest.mark.parametrize("days", [0.75, 1.5, pytest.param(2.0, marks=pytest.mark.verify)])
def test_a_branch_may_end_earlier_or_later(days):
    one, other = worlds.load(rich(7, 150, days=1.25)), worlds.load(rich(7, 150, days=days))
    snapshot = fork.take(through(one, 40))
    assert ended(fork.resume(other, snapshot)) == ended(ViralityModel(other))


def test_an_end_too_near_is_refused():
    one, other = worlds.load(rich(7, 150, days=0.75)), worlds.load(rich(7, 150, days=1.0))
    snapshot = fork.take(through(one, 60))
    words = "days: neither end, old or new, may come within 6 hours of 2021-01-01 15:00.*or before"
    with pytest.raises(SimError, match=words) as refused:
        fork.resume(other, snapshot)
    assert "branch from 2021-01-01 11:30 or before" in str(refused.value)
    fork.resume(other, fork.take(through(one, 46)))  # which is 11:30


def nested(data, *path):
    """Plain data with the value at a path replaced."""
    *way, last, value = path
    where = data = pickle.loads(pickle.dumps(data))
    for step in way:
        where = where[step]
    where[last] = value
    return data


DATA = rich(5, 300, dated((4, 100), (5, 400)))


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("seed",), 6, "seed has shaped what happened before 2021-01-01 05:00"),
        (("start",), "2020-12-31T23:00+08:00", "start has shaped"),
        (("step_minutes",), 30, "step_minutes has shaped"),
        (("people", "users"), 250, "people.users has shaped"),
        (("people", "fatigue", "half_life_hours"), 9.0, "people.fatigue.half_life_hours has shaped"),
        (("network", "circle_size"), 16, "network.circle_size has shaped"),
        (("stories", "third"), {"title": "Third"}, "stories has shaped"),
        (("stories", "tale", "title"), "Fable", "stories.tale.title has shaped"),
        (("platforms", "square", "users"), 250, "platforms.square.users has shaped"),
        (("platforms", "square", "content", "clip"), {"half_life_hours": 1.0}, "platforms.square.content has shaped"),
        (("platforms", "square", "mechanisms", "search"), None, "platforms.square.mechanisms has shaped"),
        (
            ("platforms", "square", "mechanisms", "hot_list", "background", "births_per_day"),
            9,
            "platforms.square.mechanisms.hot_list.background.births_per_day has shaped",
        ),
        (
            ("platforms", "square", "mechanisms", "traffic_pools", "pools"),
            worlds.POOLS[:1],
            "mechanisms.traffic_pools.pools has shaped",
        ),
        (("actors", 3, "accounts", "square"), 30, r"actors\[shop\].accounts.square has shaped"),
        (("actors", 1, "count"), 5, r"actors\[riders\].count has shaped"),
        (("actors", 4, "name"), "desk", r"actors\[news\].kind has shaped"),
        (("interventions", 1, "boost"), 10, r"interventions\[1\], of 2021-01-01 00:20, lies before 2021-01-01 05:00"),
        (("interventions", 2, "enabled"), False, r"interventions\[2\], of 2021-01-01 01:40, lies before"),
        (("interventions", 3, "at"), "2021-01-01T04:59+08:00", r"interventions\[3\], of 2021-01-01 04:59, lies before"),
    ],
)
def test_what_shaped_the_past_is_refused_by_name(path, value, words):
    snapshot = at_twenty()[1]
    with pytest.raises(SimError, match=words) as refused:
        fork.resume(worlds.load(nested(DATA, *path, value)), snapshot)
    assert "\n" not in str(refused.value)


@functools.cache
def at_twenty():
    """The scenario of `DATA`, its state after twenty steps, a run of it from there, and what that came to."""
    scenario = worlds.load(DATA)
    snapshot = fork.take(through(scenario, 20))
    run = fork.resume(scenario, snapshot)
    return scenario, snapshot, run, ended(run)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("actors", 1, "policies"), []),
        (("actors", 3, "budget"), 0),
        (("actors", 1, "appeal"), 3.0),
        (("actors", 1, "review_minutes"), 15),
        (("platforms", "square", "mechanisms", "follow_feed", "see"), 0.0),
        (("platforms", "square", "response", "comment"), 0.0),
        (("stories", "tale", "appeal"), 5.0),
        (("stories", "tale", "talk"), 5.0),
        (("interventions", 3, "at"), "2021-01-01T05:00+08:00"),
    ],
)
def test_what_acts_later_changes_the_branch_and_not_the_past(path, value):
    _, snapshot, run, whole = at_twenty()
    branch = fork.resume(worlds.load(nested(DATA, *path, value)), snapshot)
    other = ended(branch)
    assert other[0]["all"] != whole[0]["all"]
    assert np.array_equal(run.board.series[:20], branch.board.series[:20])
    assert not np.array_equal(run.board.series[20:], branch.board.series[20:])


def test_a_new_actor_may_join():
    snapshot = at_twenty()[1]
    new = {"name": "guest", "kind": "star", "accounts": {"other": 40, "square": 7}}
    fact = worlds.post("2021-01-01T05:10+08:00", actor="guest", topic="Guest")
    data = DATA | {"actors": [new, *DATA["actors"]], "interventions": [*DATA["interventions"], fact]}
    branch = fork.resume(worlds.load(data), snapshot)
    ended(branch)
    tables = Tables(branch)
    assert tables.posts[tables.posts.topic == "Guest"].author.tolist()[0] == "guest"
    rows = [account.row for account in branch.world.accounts]
    assert rows == list(range(300, 300 + len(rows)))


GUEST = {"name": "aunt", "title": "Aunt", "kind": "star", "accounts": {"square": 200}, "home": True}


def hosting(guest=GUEST, **post):
    """A rich world with a guest who posts at six and whose account is the first of all; or one without."""
    actors, facts = [*DATA["actors"]], [*DATA["interventions"]]
    if guest:
        actors.append(guest)
        facts.append(worlds.post("2021-01-01T06:00+08:00", actor=guest["name"], topic="Aunt") | post)
    return worlds.load(DATA | {"actors": actors, "interventions": facts})


GUESTS = {
    "as it was": hosting(),
    "left": hosting(None),
    "more followers": hosting(GUEST | {"accounts": {"square": 250, "other": 90}}),
    "another kind": hosting(GUEST | {"kind": "kol", "title": "Aunt Li"}),
    "another": hosting(GUEST | {"name": "zoe", "accounts": {"other": 7, "square": 1}}, platform="other"),
}


@functools.cache
def guests_after(was):
    """The state of such a world after twenty steps, and who has won followers by then."""
    model = through(GUESTS[was], 20)
    return fork.take(model), {account.actor for account in model.world.accounts if account.won}


@pytest.mark.parametrize("change", GUESTS)
@pytest.mark.parametrize("was", ["as it was", "left"])
def test_who_has_no_past_may_leave_come_and_change_and_the_branch_is_the_run_made_whole(was, change):
    before, scenario = GUESTS[was], GUESTS[change]
    snapshot, won = guests_after(was)
    assert won & {"star", "shop"}
    assert "aunt" not in snapshot.acted
    branch, whole = fork.resume(scenario, snapshot), through(scenario, 20)
    assert [path for path in differences(whole, branch) if "claimed" not in path] == []  # its order means nothing
    assert sorted(whole.world.claimed) == sorted(branch.world.claimed)
    assert ended(branch) == ended(whole)
    assert first_difference(before, scenario) == (48 if was == change else 24)


def test_who_has_a_past_stays_as_it_was():
    snapshot = fork.take(through(GUESTS["as it was"], 26))
    assert {"star", "shop", "aunt"} <= snapshot.acted
    words = r"interventions\[\d\], of 2021-01-01 06:00, lies before 2021-01-01 06:30, where the branch begins"
    for change in ("left", "another"):
        with pytest.raises(SimError, match=words):
            fork.resume(GUESTS[change], snapshot)
    with pytest.raises(SimError, match=r"actors\[aunt\]\.kind has shaped what happened before 2021-01-01 06:30"):
        fork.resume(GUESTS["another kind"], snapshot)


def test_a_platform_change_of_the_past_stays_unless_the_branch_says_otherwise():
    data = rich(5, 100, [FACTS[4] | {"at": f"2021-01-01T0{h}:00+08:00", "value": v} for h, v in ((1, 3.0), (2, 4.0))])
    snapshot = fork.take(through(worlds.load(data), 20))
    where = ("platforms", "square", "mechanisms", "hot_list")
    for path, value, interaction in ((("places",), 20, 4.0), (("interaction",), 9.0, 9.0)):
        branch = fork.resume(worlds.load(nested(data, *where, *path, value)), snapshot)
        assert branch.stages[1].mechanisms["hot_list"].interaction == interaction
    assert branch.stages[1].mechanisms["hot_list"].places == 50


def test_a_given_graph_must_be_given_again():
    graph = from_networkx(networkx.path_graph(100))
    scenario = worlds.tiny(100, network={"kind": "computed"})
    model = ViralityModel(scenario, 1, graph)
    model.step()
    snapshot = fork.take(model)
    with pytest.raises(SimError, match="the follow network is another than the one of the snapshot"):
        fork.resume(scenario, pickle.loads(pickle.dumps(snapshot)))
    again = fork.resume(scenario, pickle.loads(pickle.dumps(snapshot)), stored=graph)
    assert ended(again) == ended(model)


# ---- folders and commands


@pytest.fixture
def world(tmp_path, monkeypatch):
    """A scenario file in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "rich.yaml"
    path.write_text(loader.dump(DATA), encoding="utf-8")
    return path


def ran(path, *options):
    """The folder of `sim run` with options."""
    assert main.main(["run", str(path), "--no-figures", "--quiet", *options]) == 0
    return next(p for p in Path("results/tiny").iterdir() if "-from-" not in p.name)


def test_forks_from_the_command_line(world, capsys):
    folder = ran(world, "--snapshot-at", "2021-01-01T05:00", "--snapshot-at", "2021-01-01T06:00+08:00")
    run = Result(folder)
    assert sorted(path.name for path in (folder / "snapshots").iterdir()) == [
        "2021-01-01T0500.npz",
        "2021-01-01T0600.npz",
    ]
    ran(world)  # once more, without: they stay
    assert len([*(folder / "snapshots").iterdir()]) == 2
    capsys.readouterr()
    silent, film = "no desk: actors[news].policies=[]", "film: interventions[3].topic=Film, interventions[3].appeal=2"
    options = ["--at", "2021-01-01T05:00", "--no-figures"]
    assert main.main(["fork", str(folder), *options]) == 0
    out = capsys.readouterr().out
    assert f"A  unchanged: the same digest as the run, {run.digest[:8]}" in out
    same = Result(Path(out.splitlines()[-1]))
    assert same.run["digest"] == run.run["digest"]
    assert same.summary == run.summary
    assert main.main(["fork", str(folder), *options, "--what", silent, "--what", film]) == 0
    *_, first, second = capsys.readouterr().out.splitlines()
    bare, other = (Result(Path(line)) for line in (first, second))
    assert bare.run["branch"] == {
        "of": run.digest, "folder": folder.name, "at": "2021-01-01T05:00", "what": "no desk",
        "sets": ["actors[news].policies=[]"], "from_start": False,
    }  # fmt: skip
    assert other.run["branch"]["from_start"]
    assert "Film" in other.table("topics").topic.tolist()
    assert len(bare.table("series")) == len(run.table("series"))
    assert {same.digest, bare.digest, other.digest} == {run.digest, bare.digest, other.digest}
    again = simulate(load(other.path / "scenario.resolved.yaml"))
    assert again.digests() == other.run["digest"]
    assert main.main(["explain", str(bare.path)]) == 2
    assert "rules that its past had not" in capsys.readouterr().err


def test_forks_from_python_name_the_moment_or_nothing(world):
    folder = ran(world, "--snapshot-at", "2021-01-01T05:00")
    same, bare = (fork_run(str(folder), since, sets=sets, figures=False) for since, sets in MOMENTS)
    assert same.digest == Result(folder).digest
    assert (same.run["branch"]["what"], bare.run["branch"]["what"]) == ("unchanged", MOMENTS[1][1][0])
    with pytest.raises(SimError, match="holds no snapshot at 2021-01-01T06:00"):
        fork_run(folder, "2021-01-01T06:00")


MOMENTS = (("", []), ("2021-01-01T05:00", ["actors[news].policies=[]"]))


def test_a_branch_of_a_branch(world, capsys):
    folder = ran(world, "--snapshot-at", "2021-01-01T05:00")
    film = "interventions[+]={kind: post, at: 2021-01-01T05:30+08:00, actor: star, platform: square, story: tale}"
    options = ["--no-figures", "--quiet", "--snapshot-at", "2021-01-01T07:00"]
    assert main.main(["fork", str(folder), "--what", film, *options]) == 0
    *_, branch = capsys.readouterr().out.splitlines()
    assert main.main(["fork", branch, "--no-figures", "--quiet"]) == 0
    *_, twig = capsys.readouterr().out.splitlines()
    assert Result(Path(twig)).run["digest"] == Result(Path(branch)).run["digest"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--at", "2021-01-01T06:00"], "holds no snapshot at 2021-01-01T06:00, but at 2021-01-01T05:00"),
        (["--at", "soon"], "'soon' is no date or time; write 2020-11-25 or 2020-11-25T18:00"),
        (["--what", "seed=3"], "seed has shaped what happened before"),
        (["--set", "interventions[9].at=1"], "has 4 items, so there is no [9]"),
    ],
)
def test_faults_of_a_fork_take_one_line(world, capsys, options, words):
    folder = ran(world, "--snapshot-at", "2021-01-01T05:00")
    capsys.readouterr()
    assert main.main(["fork", str(folder), *options]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
    assert [path.name for path in Path("results/tiny").iterdir()] == [folder.name]


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2021-01-01T05:07", "is not the beginning of a step of 15 minutes; 2021-01-01T05:00 is"),
        ("2021-01-02", "is not in the run, which goes from 2021-01-01T00:00 to before 2021-01-01T12:00"),
        ("2020-12-31T23:00", "is not in the run"),
    ],
)
def test_moments_outside_of_steps_are_refused(world, capsys, moment, words):
    assert main.main(["run", str(world), "--snapshot-at", moment]) == 2
    assert words in capsys.readouterr().err


def test_runs_without_a_snapshot_cannot_branch(world, capsys):
    folder = ran(world)
    assert main.main(["fork", str(folder)]) == 2
    assert "holds no snapshot; run its scenario again with sim run --snapshot-at DATE" in capsys.readouterr().err
    assert main.main(["fork", "nowhere"]) == 2
    assert "nowhere is not a folder of results" in capsys.readouterr().err
    assert main.main(["run", "sir", "--snapshot-at", "2021-01-01"]) == 2
    assert "is a classical world, which has no state to go on from" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a=1", ("a=1", ["a=1"])),
        ("two days: a.b=1, c[0].d=2020-11-25T10:00+08:00", ("two days", ["a.b=1", "c[0].d=2020-11-25T10:00+08:00"])),
        ("x: a=[], b={k: v, l=m}, c='y, d=e'", ("x", ["a=[]", "b={k: v, l=m}", "c='y, d=e'"])),
        ("a=one, two", ("a=one, two", ["a=one, two"])),
    ],
)
def test_what_is_read_as_name_and_changes(text, read):
    assert what(text) == read

"""Snapshots and forks: an unchanged branch is the run itself; a changed one differs from its moment on."""

import io
import pickle

import numpy as np
import pytest
import worlds
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sim import fork, snapshots, state
from sim.errors import SimError
from sim.model import ViralityModel
from sim.results import Tables
from sim.world import Matrix, Table

QUICK = settings(max_examples=12, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
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
    share, small = draw.random, lambda: float(draw.random() * 0.1)
    most = users * int(draw.choice([1, 8]))
    chances = {name: float(share()) for name in ("attend", "like", "comment", "follow", "search", "intend")}
    chances |= {"repost": small(), "create": small() / 10}
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
    people = worlds.people(users, most, reaction=worlds.REACTION | {"horizon_hours": 6})
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


moments = st.tuples(st.integers(0, len(FACTS) - 1), st.integers(0, 340))
times = st.lists(moments, max_size=5, unique_by=lambda fact: fact[0])


@QUICK
@given(number=st.integers(0, 10**6), facts=times, step=st.integers(0, 48), users=st.sampled_from([40, 300, 900]))
def test_an_unchanged_branch_is_the_run_itself(number, facts, step, users):
    scenario = worlds.load(rich(number, users, dated(*facts)))
    whole = ended(ViralityModel(scenario))
    model = through(scenario, step)
    snapshot = fork.take(model)
    assert ended(model) == whole  # taking changes nothing
    assert ended(fork.resume(scenario, snapshot)) == whole
    assert ended(fork.resume(scenario, pickle.loads(pickle.dumps(snapshot)))) == whole  # nor does a branch


ALL = tuple((n, 30 + 40 * n) for n in range(len(FACTS)))


@pytest.mark.parametrize("engine", ["agents", "vectorized"])
def test_both_engines_go_on_from_a_snapshot_of_either(engine):
    scenario = worlds.load(rich(3, 25, dated(*ALL), engine=engine))
    other = scenario.model_copy(update={"engine": {"agents": "vectorized", "vectorized": "agents"}[engine]})
    model = through(scenario, 20)
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
        found |= {name for name in fork.TABLES if len(world[name]["platform"])}
        found |= {name for name in ("pending", "accounts") if world[name]}
        found |= {name for name in fork.ROWS if any(len(rows) for rows in world[name].values())}
        found |= {"slots" for slots in world["slots"].values() if slots}
        found |= {"won" for account in world["accounts"] if account.won}
        found |= {name for name in ("spent", "done", "offers") for mind in minds if mind[name]}
        found |= {action[3] for action in data["actions"]}
        found |= {"joined" for known in data["board"]["joined"].values() if known}
        found |= {"offer in force" for _ in data["offers"]}
        found |= {"fresh" for _ in data["fresh"]}
    wanted = {*fork.TABLES, *fork.ROWS, "pending", "accounts", "slots", "won", "spent", "done", "offers", "joined"}
    wanted |= {"offer in force", "fresh", "open_account", "offer", "pin", "platform_change", "hire", "pay"}
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
MESA |= {"step", "_validated", "_model_reporters", "model_reporters", "agent_reporters", "agenttype_reporters", "tables"}


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
    scenario = worlds.load(rich(11, 25 if engine == "agents" else 300, dated(*ALL), engine=engine))
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
        "state'][0]": lambda m: m.world.state.attention.__iadd__(1),
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


class Bytes:
    """A path to bytes in memory."""

    def __init__(self, raw):
        self.raw = raw

    def read_bytes(self):
        """The bytes."""
        return self.raw

    def __str__(self):
        return "snapshots/there.npz"


def test_a_damaged_file_is_refused_in_one_line():
    scenario, _, raw = stored()
    draw, before = worlds.rng(1), fork_text(snapshots.read(Bytes(raw), scenario))
    refused = 0
    for _ in range(200):
        place, bit = int(draw.integers(len(raw))), 1 << int(draw.integers(8))
        spoilt = raw[:place] + bytes([raw[place] ^ bit]) + raw[place + 1 :]
        try:
            assert fork_text(snapshots.read(Bytes(spoilt), scenario)) == before  # a bit that says nothing
        except SimError as error:
            assert str(error).startswith("snapshots/there.npz: ")
            assert "\n" not in str(error)
            refused += 1
    assert refused > 150
    for length in (0, 1, 100, len(raw) // 2, len(raw) - 1):
        with pytest.raises(SimError, match="it is damaged, or no snapshot at all; make it again"):
            snapshots.read(Bytes(raw[:length]), scenario)


def fork_text(snapshot):
    """All of a snapshot, to be compared."""
    return snapshots.to_bytes(snapshot)


def changed(raw, change, **head):
    """The bytes of a snapshot with other contents and a checksum that fits."""
    there, data = state.unpacked(raw, snapshots.RECORDS)
    change(data)
    return Bytes(state.packed(there | head, data, snapshots.RECORDS))


def put(where, column, value):
    """A change of one cell of a table."""
    return lambda data: data["world"][where][column].__setitem__(0, value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (put("posts", "story", 9), "posts.story points outside of what there is"),
        (put("posts", "author", -1), "posts.author points outside"),
        (put("forest", "parent", 5), "forest.parent points outside"),
        (lambda data: data["world"]["in_pools"].update({0: np.array([10**9])}), "in_pools points outside"),
        (lambda data: data["world"]["claimed"].fill(1), "set of claims"),
        (lambda data: data["people"].update(attention=np.zeros(7, np.uint8)), "attention has not the form"),
        (lambda data: data.pop("world"), "no run could have left this state"),
        (lambda data: data["world"].update(slots={0: ["star"]}), "no run could have left this state"),
    ],
)
def test_a_state_that_no_run_could_have_left_is_refused(change, words):
    scenario, _, raw = stored()
    with pytest.raises(SimError, match=words):
        snapshots.read(changed(raw, change), scenario)


def test_snapshots_of_other_versions_and_scenarios_are_refused(monkeypatch):
    scenario, _, raw = stored()
    with pytest.raises(SimError, match=r"made by model version 1, and this is \d+; run its scenario again"):
        snapshots.read(changed(raw, lambda data: None, model_version=1), scenario)
    other = scenario.model_copy(update={"seed": 5})
    with pytest.raises(SimError, match="belongs to another scenario than the one beside it"):
        snapshots.read(Bytes(raw), other)
    monkeypatch.setattr(state, "FORMAT", 0)
    with pytest.raises(SimError, match="written by another version of the program"):
        snapshots.read(Bytes(raw), scenario)


def test_pickles_are_never_read():
    buffer = io.BytesIO()
    np.savez(buffer, text=np.array([{"a": 1}], object), sha256=np.zeros(32, np.uint8))
    with pytest.raises(SimError, match="it is damaged, or no snapshot at all"):
        snapshots.read(Bytes(buffer.getvalue()), worlds.tiny())
    with pytest.raises(TypeError, match="a snapshot holds no object"):
        state.packed({}, [object()], {})

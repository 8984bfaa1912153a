"""One contract for every registered plug-in, and one for every number of the catalogue.

Examples are made from a plug-in's own schema: what is required gets a value within its stated range. A new plug-in is
tested as soon as it is registered.
"""

import copy
import inspect
import math
from datetime import timedelta
from importlib import import_module
from typing import ClassVar, Literal

import numpy as np
import pytest
import worlds
from pydantic import Field, ValidationError

from sim import catalog
from sim.base import checker, loader, names, reader, strict
from sim.base.errors import ScenarioError, SimError
from sim.contagion import CONTAGION, WellMixed
from sim.minds import POLICIES, Action, Dashboard, Me, Policy
from sim.minds.action import Publish, RaiseIntents
from sim.minds.base import ContentName, StoryName
from sim.networks import NETWORKS
from sim.platforms import platform
from sim.platforms.base import MECHANISMS
from sim.runs.runner import simulate
from sim.scenario import load as scenarios
from sim.scenario.interventions import INTERVENTIONS, Intervention
from sim.world.records import OFFER

FAMILIES = {
    "policy": POLICIES, "mechanism": MECHANISMS, "intervention": INTERVENTIONS, "network": NETWORKS,
    "contagion": CONTAGION,
}  # fmt: skip
PLUGINS = [pytest.param(cls, id=f"{family}-{cls.name}") for family, all_of in FAMILIES.items() for cls in all_of]
KINDS = {family: [pytest.param(cls, id=cls.name) for cls in all_of] for family, all_of in FAMILIES.items()}
# What a tiny scenario calls the things that text fields name.
WORDS = {
    "actor": "star", "platform": "square", "story": "tale", "mechanism": "follow_feed", "field": "see", "topic": "mine",
    "at": "2021-01-01T01:00+08:00", "until": "2021-01-01T05:00+08:00",
}  # fmt: skip


# ---------------------------------------------------------------- examples from schemas


def example(schema, rest, name=""):
    """A value that a JSON Schema accepts; ``rest`` is the whole schema, where references point."""
    if "$ref" in schema:
        return example(rest["$defs"][schema["$ref"].rpartition("/")[2]], rest, name)
    if "const" in schema or "default" in schema:
        return schema.get("const", schema.get("default"))
    if "enum" in schema:
        return schema["enum"][0]
    options = [option for option in schema.get("anyOf", ()) if option.get("type") != "null"]
    if options:
        return example(options[0], rest, name)
    if schema["type"] == "object":
        needed = schema.get("required", ())
        for item in schema.get("patternProperties", {}).values():  # a mapping by name
            return {f"a{i}": example(item, rest) for i in range(schema.get("minProperties", 0))}
        return {key: example(value, rest, key) for key, value in schema["properties"].items() if key in needed}
    if schema["type"] == "array":
        return [example(schema["items"], rest) for _ in range(schema.get("minItems", 0))]
    if schema["type"] in ("number", "integer"):
        return number(schema)
    return WORDS.get(name, "a") if schema["type"] == "string" else False


def number(schema):
    """One half, or what comes nearest to it within the bounds."""
    low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    high = schema.get("maximum", schema.get("exclusiveMaximum", math.inf))
    value = min(max(0.5, low), high)
    if schema["type"] == "integer":
        return max(math.ceil(value), low + ("exclusiveMinimum" in schema))
    return value if value > low or "minimum" in schema else (low + min(high, low + 1)) / 2


def made(cls, tmp_path):
    """A plug-in with its defaults, and the least that it requires."""
    schema = cls.model_json_schema()
    given = example({"type": "object"} | schema, schema)
    if "path" in given:
        (tmp_path / "edges.txt").write_text("0 1\n1 2\n")
        given["path"] = str(tmp_path / "edges.txt")
    if cls.name == "complex_contagion":
        given["at_least"] = 2  # a rule of one of two fields, which no schema says
    if cls.name == "traffic_pools":
        given |= {"completion_reference": 0.5, "like_reference": 0.5}  # likewise: these two or a score by acts
    return cls.model_validate(given)


def numbers(schema, rest, path=()):
    """Path, field name and schema of every number in a schema."""
    if "$ref" in schema:
        yield from numbers(rest["$defs"][schema["$ref"].rpartition("/")[2]], rest, path)
    for option in schema.get("anyOf", ()):
        yield from numbers(option, rest, path)
    for key, value in schema.get("properties", {}).items():
        if value.get("type") in ("number", "integer"):
            yield (*path, key), value
        else:
            yield from numbers(value, rest, (*path, key))
    if isinstance(schema.get("items"), dict):
        yield from numbers(schema["items"], rest, (*path, "[]"))


# ---------------------------------------------------------------- every plug-in


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_is_registered_by_name(family):
    names = FAMILIES[family].names()
    assert len(names) > 2
    for name in names:
        cls = FAMILIES[family].get(name)
        assert cls.name == name
        assert getattr(import_module(cls.__module__), cls.__name__) is cls
    with pytest.raises(SimError, match=f"unknown {family} '{names[0]}x'; did you mean '{names[0]}'"):
        FAMILIES[family].get(names[0] + "x")
    with pytest.raises(ValueError, match="registered twice"):
        FAMILIES[family].register(FAMILIES[family].get(names[0]))


@pytest.mark.parametrize("cls", PLUGINS)
def test_a_plugin_can_be_made_and_never_changes(cls, tmp_path):
    plugin = made(cls, tmp_path)
    assert plugin == made(cls, tmp_path)
    for field in cls.model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(plugin, field, getattr(plugin, field))


@pytest.mark.parametrize("cls", PLUGINS)
def test_a_plugin_refuses_unknown_keys(cls, tmp_path):
    with pytest.raises(ValidationError, match="Extra inputs"):
        cls.model_validate(made(cls, tmp_path).model_dump(by_alias=True) | {"no_such_key": 1})


@pytest.mark.parametrize("cls", PLUGINS)
def test_a_plugin_refuses_what_is_no_number(cls, tmp_path):
    data = made(cls, tmp_path).model_dump(by_alias=True)
    for path, _ in numbers(schema := cls.model_json_schema(), schema):
        for value in (math.nan, math.inf, -math.inf):
            broken = copy.deepcopy(data)
            holder = broken
            for step in path[:-1]:
                holder = holder and holder[0 if step == "[]" else step]
            if isinstance(holder, tuple | None):  # a part that may be left out has tests of its own
                continue
            holder[path[-1]] = value
            with pytest.raises(ValidationError):
                cls.model_validate(broken)


@pytest.mark.parametrize("cls", PLUGINS)
def test_a_plugin_says_what_it_is(cls):
    own = cls.__dict__.get("__doc__") or ""
    assert len(own.splitlines()[0]) > 20
    assert own.splitlines()[0].rstrip().endswith((".", ":"))
    schema = cls.model_json_schema()
    silent = [".".join(path) for path, field in numbers(schema, schema) if not field.get("description")]
    assert not silent, f"numbers without a description: {silent}"


@pytest.mark.parametrize("cls", PLUGINS)
def test_a_plugins_numbers_have_a_least_value(cls):
    schema = cls.model_json_schema()
    bounds = {"minimum", "exclusiveMinimum"}
    below = [".".join(path) for path, field in numbers(schema, schema) if not bounds & set(field)]
    assert set(below) <= {"value"}  # of a platform change: whatever the field that it changes allows


@pytest.mark.parametrize("cls", PLUGINS)
def test_a_plugin_survives_yaml(cls, tmp_path):
    plugin = made(cls, tmp_path)
    path = tmp_path / "plugin.yaml"
    path.write_text(loader.dump(plugin.model_dump(mode="json", by_alias=True)), encoding="utf-8")
    back = reader.read(path)
    assert cls.model_validate(back.data) == plugin
    assert checker.check(cls, back) == plugin


# ---------------------------------------------------------------- policies


@pytest.mark.parametrize("cls", KINDS["policy"])
def test_a_policy_copes_with_an_empty_dashboard(cls, tmp_path):
    policy = made(cls, tmp_path)
    for draw in (0.0, 0.999):
        me = Me("mind", "Mind", "kol", ("square",), 10**9, 100, 60, (), (), lambda *_, draw=draw: draw)
        for hour in range(24):
            board = Dashboard("tale", 0, -60, hour)
            actions = policy.decide(board, me)
            assert isinstance(actions, list)
            assert actions == policy.decide(board, me)
            for action in actions:
                assert action.story == "tale"
                assert action.platform in me.platforms or action.platform == policy.platform
                assert action.why
                assert 0 <= action.spend <= me.budget_left


STAR = {"name": "star", "kind": "star", "accounts": {"square": 100}}


def mind_of(cls, tmp_path):
    """A mind with one policy."""
    policy = made(cls, tmp_path).model_dump(mode="json", by_alias=True) | {"kind": cls.name}
    if "platform" in policy:
        policy["platform"] = "square"
    name = f"mind_{cls.name}"
    return {"name": name, "kind": "kol", "accounts": {"square": 20}, "budget": 1000, "policies": [policy]}


def test_every_policy_runs_beside_the_others_and_the_same_seed_acts_the_same(tmp_path):
    scenario = full(actors=[STAR, *(mind_of(cls, tmp_path) for cls in POLICIES)], days=0.5)
    one, other = simulate(scenario), simulate(scenario)
    assert one.digests() == other.digests()
    assert one.actions.groupby("actor").spend.sum().drop("star", errors="ignore").max() <= 1000


@pytest.mark.verify
@pytest.mark.parametrize("cls", KINDS["policy"])
def test_a_policy_runs_and_the_same_seed_acts_the_same(cls, tmp_path):
    scenario = full(actors=[STAR, mind_of(cls, tmp_path)], days=0.5)
    one, other = simulate(scenario), simulate(scenario)
    assert one.digests() == other.digests()
    assert one.summary["spend_yuan"] <= 1000


# ---------------------------------------------------------------- names

# Text that names nothing: words to be shown, and what has a check of its own (`field`: of the mechanism it is in).
WORDING = {
    "kind", "note", "source", "star", "title", "invite_title", "host_title", "angle_title", "interview_title",
    "challenge_title", "field", "not_before", "first", "last",
}  # fmt: skip
OPENS = "post", "explain", "join_peers", "partner_posts", "carry_wire", "call_for_help"
OPENED = {(kind, "topic") for kind in OPENS}  # names that are given here
SAYING = [(family, cls) for family in ("policy", "intervention") for cls in FAMILIES[family]]
NAMING = [
    pytest.param(family, cls, field, what, id=f"{cls.name}-{field}")
    for family, cls in SAYING
    for field, what in names.marks(cls).items()
]


def texts(cls):
    """Fields of a plug-in that are text of any kind."""
    return {field for field, info in cls.model_fields.items() if info.annotation is str}


@pytest.mark.parametrize("cls", [cls for _, cls in SAYING], ids=lambda cls: cls.name)
def test_every_text_of_a_plug_in_says_what_it_names(cls):
    unsaid = texts(cls) - WORDING - set(names.marks(cls))
    assert {(cls.name, field) for field in unsaid} <= OPENED


def test_what_plug_ins_name():
    assert {what for *_, what in (param.values for param in NAMING)} == {
        "actor", "content", "mechanism", "platform", "story", "tier", "topic",
    }  # fmt: skip


@pytest.mark.parametrize(("family", "cls", "field", "what"), NAMING)
def test_a_name_that_nothing_has_is_refused_with_a_hint(family, cls, field, what, tmp_path):
    part = made(cls, tmp_path).model_dump(mode="json", by_alias=True) | {"kind": cls.name}
    part |= {field: "nothing_such", "platform": "square"} if field != "platform" and "platform" in part else {}
    part |= {field: "nothing_such"}
    star = {"name": "star", "kind": "star", "accounts": {"square": 100}}
    mind = {"name": "mind", "kind": "kol", "accounts": {"square": 20}, "policies": [part]}
    with pytest.raises(ScenarioError) as refused:
        full(actors=[star, mind]) if family == "policy" else full(actors=[star], interventions=[part])
    (fault,) = [fault for fault in refused.value.faults if fault.path.endswith(f".{field}")]
    assert fault.message == f"unknown {what} 'nothing_such'"
    assert fault.hint.startswith(("did you mean", "known: "))
    assert fault.line


# ---------------------------------------------------------------- plug-ins that come later


@pytest.fixture
def coming(request):
    """Registers a class as a plug-in of a family until the test is over."""
    registered = []

    def register(registry, cls):
        registered.append((registry, registry.register(cls)))
        return cls

    yield register
    for registry, cls in registered:
        registry._items.pop(cls.name)
        for act in registry._listeners:
            act()


class Sing(Policy):
    """A policy of this test: it sings once."""

    name: ClassVar[str] = "sing"
    kind: Literal["sing"] = "sing"
    content: ContentName = Field("song", description="kind of content")

    def decide(self, board, me):
        """Once."""
        effects = Publish(title="a song", content=self.content), RaiseIntents(2.0, 1.0)
        return [] if me.count("sing") else [Action("sing", me.platforms[0], board.story, "in the mood", effects)]


class Storm(Intervention):
    """A fact of this test: nobody wants to travel."""

    name: ClassVar[str] = "storm"
    kind: Literal["storm"] = "storm"
    story: StoryName = Field(description="which story")

    def apply(self, stage):
        """It comes."""
        stage.offer(self.story, 0.1, self.at + timedelta(hours=1), "a storm")


def test_a_plug_in_that_is_registered_later_works_in_scenario_files(coming):
    singer = {"name": "singer", "kind": "kol", "accounts": {"square": 20}, "policies": [{"kind": "sing"}]}
    star = {"name": "star", "kind": "star", "accounts": {"square": 100}}
    storm = {"kind": "storm", "at": "2021-01-01T02:00+08:00", "story": "tale"}
    world = {"actors": [star, singer], "interventions": [storm]}
    with pytest.raises(ScenarioError, match="unknown value 'sing'"):
        full(**world)
    coming(POLICIES, Sing)
    coming(INTERVENTIONS, Storm)
    tables = simulate(full(**world))
    assert tables.actions.action.tolist() == ["sing", "offer"] or tables.actions.action.tolist() == ["offer", "sing"]
    assert tables.actions[tables.actions.action == "sing"].topic.tolist() == ["a song"]
    assert {"Sing", "Storm"} <= set(scenarios.schema()["definitions"])
    for part, place, said in (
        ({"loud": True}, "actors[1].policies[0].loud", "unknown key"),
        ({"content": 3}, "actors[1].policies[0].content", "must be text, not 3"),
        ({"content": "pots"}, "actors[1].policies[0].content", "unknown content 'pots'"),
    ):
        bad = singer | {"policies": [{"kind": "sing"} | part]}
        with pytest.raises(ScenarioError) as refused:
            full(**world | {"actors": [star, bad]})
        assert [(fault.path, fault.message) for fault in refused.value.faults] == [(place, said)]


# ---------------------------------------------------------------- mechanisms


def full(**changes):
    """A tiny scenario whose platform has every mechanism."""
    sold = {"pinned": True, "ad_places": [3], "ad_price": 10}
    mechanisms = worlds.MECHANISMS | {"hot_list": worlds.MECHANISMS["hot_list"] | sold}
    content = {"user": {"half_life_hours": 2.0}}
    chances = {"attend": 0.5, "like": 0.3, "repost": 0.05, "create": 0.001, "follow": 0.1, "search": 0.1, "intend": 0.1}
    square = worlds.platform(300, chances=chances, content=content, mechanisms=mechanisms)
    plain = {"platforms": {"square": square}, "days": 0.25, "followers": 100}
    plain["interventions"] = [worlds.post(topic="mine", boost=5)]
    return worlds.tiny(300, **plain | changes)


def test_the_tiny_platform_has_every_mechanism():
    names = [name for name, _ in full().platforms["square"].mechanisms.present()]
    assert sorted(names) == MECHANISMS.names()
    assert set(platform.Mechanisms.model_fields) == set(MECHANISMS.names())


@pytest.mark.parametrize("cls", KINDS["mechanism"])
def test_a_mechanism_has_nothing_to_show_of_nothing(cls):
    model = worlds.ViralityModel(full(interventions=[]))
    mechanism = model.stages[0].mechanisms[cls.name]
    for step in range(3):
        stage = model.stages[0].at(step)
        assert sum(len(table) for table in mechanism.offers(stage)) == 0
        mechanism.trend(stage)
        assert stage.births == []


@pytest.mark.parametrize("cls", KINDS["mechanism"])
def test_a_mechanism_alone_runs_and_the_same_seed_shows_the_same(cls):
    scenario = full()
    square = scenario.platforms["square"]
    alone = platform.Mechanisms(**{cls.name: getattr(square.mechanisms, cls.name)})
    scenario = scenario.model_copy(update={"platforms": {"square": square.model_copy(update={"mechanisms": alone})}})
    one, other = simulate(scenario), simulate(scenario)
    assert one.digests() == other.digests()


@pytest.mark.parametrize("cls", KINDS["mechanism"])
def test_what_a_mechanism_offers_is_well_formed(cls):
    model = worlds.ViralityModel(full())
    for _ in range(6):
        model.step()
    model.world.by_platform.interest[:] = 1000.0
    stage, mechanism = worlds.stage(model), model.stages[0].mechanisms[cls.name]
    before = model.world.state.reached.copy(), model.world.posts.totals.copy()
    tables = mechanism.offers(stage)
    for offers in tables:
        assert offers.dtype == OFFER
        assert (offers["post"] < model.world.posts.n).all()
        assert (offers["event"] < model.world.forest.n).all()
        assert (offers["event"] >= 0).all()
        assert (offers["count"] >= 0).all()
        assert (offers["domain"] >= 1).all()
        assert ((offers["weight"] >= 1) & (offers["weight"] <= model.world.ratio)).all()
        assert (offers["minute"] >= 0).all()
    # Reading is all it does to people: whom a post reaches is for everybody to answer at once.
    assert (model.world.state.reached == before[0]).all()
    assert (model.world.posts.totals[: len(before[1])] == before[1]).all()


# ---------------------------------------------------------------- interventions


def with_facts(*facts):
    """What happens if these do, after a first post."""
    actors = [STAR, {"name": "new", "kind": "kol"}]
    return simulate(full(actors=actors, interventions=[worlds.post(topic="mine"), *facts]))


@pytest.fixture(scope="module")
def without():
    return with_facts()


@pytest.mark.parametrize("cls", KINDS["intervention"])
def test_an_intervention_happens_and_can_be_switched_off(cls, without, tmp_path):
    fact = made(cls, tmp_path).model_dump(mode="json", by_alias=True)
    if "value" in fact:
        fact["value"] = 0.25
    if cls.name == "open_account":
        fact["actor"] = "new"
    happens = with_facts(fact)
    off = with_facts(fact | {"enabled": False})
    assert off.digests() == without.digests()
    assert happens.digests()["actions"] != without.digests()["actions"]
    assert happens.digests() == with_facts(fact).digests()
    at = "2021-01-01T01:00+08:00"  # and before it nothing is different
    assert happens.series[happens.series.time < at].equals(without.series[without.series.time < at])
    assert happens.hot_list[happens.hot_list.time < at].equals(without.hot_list[without.hot_list.time < at])


# ---------------------------------------------------------------- networks


@pytest.mark.parametrize("cls", KINDS["network"])
def test_a_network_is_keyed(cls, tmp_path):
    network, n = made(cls, tmp_path), 2000
    one, again, other = network.build(n, 5), network.build(n, 5), network.build(n, 6)
    assert (one.indptr == again.indptr).all()
    assert (one.indices == again.indices).all()
    assert one.n_users == n
    assert network.estimate_bytes(n) >= 0
    fixed = {"star", "path", "complete", "edge_list"}
    assert np.array_equal(one.indices, other.indices) == (cls.name in fixed)


@pytest.mark.parametrize("cls", KINDS["network"])
def test_a_network_carries_a_story(cls, tmp_path):
    network = made(cls, tmp_path).model_dump(mode="json", by_alias=True) | {"kind": cls.name}
    small = {"circle_size": 8, "community_size": 32, "audience_median": 20, "m": 3, "max_degree": 40}
    network |= {key: value for key, value in small.items() if key in network}
    tables = worlds.run(
        300, network=network, platforms={"square": worlds.platform(300, chances={"repost": 1.0})}, followers=5
    )
    assert worlds.totals(tables, "impressions")[0] >= 5
    assert (
        tables.digests()
        == worlds.run(
            300, network=network, platforms={"square": worlds.platform(300, chances={"repost": 1.0})}, followers=5
        ).digests()
    )


# ---------------------------------------------------------------- the catalogue: every number has a source

FILES = [catalog.PEOPLE, *(catalog.platform_path(name) for name in catalog.platform_names())]


def leaves(data, path=()):
    if isinstance(data, dict):
        for key, value in data.items():
            yield from leaves(value, (*path, key))
    elif isinstance(data, list):
        for value in data:
            yield from leaves(value, path)
    elif isinstance(data, int | float) and not isinstance(data, bool):
        yield path


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_number_of_the_catalogue_has_a_source(path):
    data = reader.read(path).data
    sources = data.pop("sources")
    data.pop("ranges")
    found = list(leaves(data))
    assert len(found) > 20
    cited = {tuple(key.split(".")) for key in sources}
    bare = {".".join(leaf) for leaf in found if not any(leaf[:end] in cited for end in range(1, len(leaf) + 1))}
    assert not bare, f"numbers without a source: {sorted(bare)}"


def given(data, path=()):
    """Scalars of mappings with their paths; what stands in lists is left out."""
    for key, value in data.items():
        if isinstance(value, dict):
            yield from given(value, (*path, key))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield (*path, key), value


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_free_number_of_the_catalogue_has_a_range_that_holds_it(path):
    data = reader.read(path).data
    sources, ranges = data.pop("sources"), data.pop("ranges")
    grades = {tuple(key.split(".")): source["grade"] for key, source in sources.items()}
    numbers = dict(given(data))
    for leaf, value in numbers.items():
        grade = next(grades[leaf[:end]] for end in range(len(leaf), 0, -1) if leaf[:end] in grades)
        groups = leaf[0] in (
            "users",
            "represents",
            "segments",
            "kol_tiers",
            "overlap",
        )  # who there is, not how they behave
        if grade != "measured" and not groups:
            low, high = ranges[".".join(leaf)]
            assert low < high, leaf
            assert low <= value <= high, leaf
    assert {tuple(name.split(".")) for name in ranges} <= set(numbers), "a range of nothing"


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_source_of_the_catalogue_is_graded_and_belongs_to_something(path):
    data = reader.read(path).data
    for where, source in data["sources"].items():
        strict.Source.model_validate(source)
        assert len(source["source"]) > 3, where
        node = data
        for step in where.split("."):
            assert isinstance(node, dict), f"{where} points at nothing"
            assert step in node, f"{where} points at nothing"
            node = node[step]


@pytest.mark.parametrize("name", catalog.platform_names())
def test_a_platform_of_the_catalogue_runs_with_nothing_but_its_name(name):
    post = {"kind": "post", "at": "2021-01-01T12:00+08:00", "actor": "star", "platform": name, "story": "tale"}
    tables = simulate(
        worlds.load(
            {
                "name": "alone", "start": "2021-01-01T12:00+08:00", "days": 0.25, "people": {"users": 2000},
                "platforms": {name: {}}, "stories": {"tale": {"title": "Tale", "appeal": 4.0}},
                "actors": [{"name": "star", "kind": "star", "accounts": {name: 20_000_000}}], "interventions": [post],
            }
        )
    )  # fmt: skip
    assert tables.summary[f"{name}_impressions"] > 0


def test_plugins_are_plain_data():
    # Whatever a plug-in knows stands in its fields: no state of its own, nothing that is read from outside.
    for family in FAMILIES.values():
        for cls in family:
            assert not cls.__private_attributes__, cls
            assert "__init__" not in vars(cls), cls
            assert not inspect.isabstract(cls), cls


# ---------------------------------------------------------------- classical contagion


def shuffled(stored, order):
    """The same network with the followers of each user in another order."""
    rows = [order.permutation(stored.audience(u)) for u in range(stored.n_users)]
    return type(stored)(stored.indptr, np.concatenate(rows).astype(stored.indices.dtype))


@pytest.mark.parametrize("network", [pytest.param(cls, id=cls.name) for cls in NETWORKS])
@pytest.mark.parametrize("cls", KINDS["contagion"])
def test_a_contagion_keeps_its_word_on_every_network(cls, network, tmp_path):
    model, n = made(cls, tmp_path), 300
    small = {"circle_size": 8, "community_size": 32, "audience_median": 20, "m": 3, "max_degree": 40, "min_degree": 2}
    fields = {key: value for key, value in small.items() if key in network.model_fields}
    stored = made(network, tmp_path).model_copy(update=fields).build(n, 3)
    seeds = np.array([7, 1, 250, 30])
    found = model.spread(stored, seeds, 5)
    well_formed(found, n, seeds)
    followed = {(u, int(v)) for u in range(n) for v in stored.audience(u)}
    for row, parent in enumerate(found.parent):
        assert parent < 0 or (int(found.user[parent]), int(found.user[row])) in followed
    same(found, model.spread(stored, seeds, 5))
    same(found, model.spread(stored, seeds[::-1], 5))
    same(found, model.spread(shuffled(stored, np.random.default_rng(1)), seeds, 5))
    early = model.spread(stored, seeds, 5, 2)  # to be stopped early is all that fewer steps mean
    assert early.user.tolist() == found.user[found.step <= 2].tolist()
    assert early.parent.tolist() == found.parent[found.step <= 2].tolist()
    expected = model.expected(stored, seeds, 20)
    assert expected["adopted"][0] == len(seeds)
    assert (np.diff(expected["adopted"]) >= -1e-9).all()
    assert expected["adopted"][-1] <= n + 1e-6


def well_formed(found, n, seeds):
    rows = np.arange(len(found.user))
    assert (found.user.dtype, found.parent.dtype, found.step.dtype) == (np.uint32, np.int64, np.int32)
    assert len(set(found.user.tolist())) == len(found.user)
    assert (found.user < n).all()
    assert (found.parent < rows).all()
    order = np.lexsort((found.user, found.step))
    assert (order == rows).all()
    assert found.user[found.step == 0].tolist() == sorted(seeds.tolist())
    assert (found.parent[found.step == 0] == -1).all()
    child = found.parent >= 0
    assert (found.step[found.parent[child]] < found.step[child]).all()
    if found.recovered is not None:
        assert ((found.recovered == -1) | (found.recovered > found.step)).all()


def same(one, other):
    for a, b in zip(one, other, strict=True):
        assert (a is None and b is None) or np.array_equal(a, b)


@pytest.mark.parametrize("cls", KINDS["contagion"])
def test_a_contagion_without_people_to_pass_it_on(cls, tmp_path):
    model, stored = made(cls, tmp_path), NETWORKS.get("path").model_validate({}).build(5, 1)
    nobody = model.spread(stored, np.array([], dtype=np.int64), 1)
    assert (nobody.parent >= 0).sum() == 0 or cls.name == "bass"
    for seeds in ([5], [-1], [1, 1]):
        with pytest.raises(SimError, match="seeds must be different ids below 5"):
            model.spread(stored, np.array(seeds), 1)


@pytest.mark.parametrize("cls", KINDS["contagion"])
def test_a_contagion_runs_well_mixed_or_says_that_it_cannot(cls, tmp_path):
    model, seeds = made(cls, tmp_path), np.array([3, 1])
    if not cls.mixes:
        with pytest.raises(TypeError, match="needs a network"):
            model.spread(WellMixed(50), seeds, 1)
        return
    found = model.spread(WellMixed(50), seeds, 1)
    well_formed(found, 50, seeds)
    same(found, model.spread(WellMixed(50), seeds[::-1], 1))
    assert len(model.expected(WellMixed(50), seeds, 9)["adopted"]) == 10

"""Identity: a run is what its parts are, not where they stand. Order means nothing, and what is inert changes nothing.

Generated worlds are run as they are, with every mapping and list in another order, and with inert things added: all
rows that are not the inert thing's own must be the same, byte for byte.
"""

import copy
import os

import generated
import numpy as np
import pytest
import test_fork
import worlds

from sim.runs.runner import simulate
from sim.world import population

COUNT = int(os.environ.get("SIM_IDENTITY", "2"))  # generated worlds; 300 by `make verify`
WHATEVER_IS_TOLD = {  # acts on every story that somebody tells, read or not
    "sponsor_when_rising", "partner_posts", "ask_to_give", "join_peers", "explain", "carry_wire", "water_army",
    "promote_story", "hold_down", "ride_template", "call_for_help", "steady_posting",
}  # fmt: skip
COUNTS_WHO_TELLS = {"join_peers", "carry_wire", "rivalry", "explain", "call_for_help", "ride_template"}
ORDERED = {  # lists whose order says something; all others are sets
    "policies",  # the first that wants to act does
    "pools",  # a ladder
    "places",  # of the opening page, numbered
}
NEW = "aaa"  # the name of whatever is added: the first of all, so that it pushes the others on
INERT_AT = "2021-01-01T04:10+08:00"


def shuffled(value, draw, key=""):
    """The same data in another order."""
    if isinstance(value, dict):
        keys = [*value]
        draw.shuffle(keys)
        return {key: shuffled(value[key], draw, key) for key in keys}
    if isinstance(value, list):
        items = [shuffled(item, draw, key) for item in value]
        if key not in ORDERED and all(isinstance(item, dict) for item in items):
            draw.shuffle(items)
        return items
    return value


# ---- what is inert


def actor(world):
    """Somebody without an account, and some without followers, whose minds never want anything."""
    never = [{"kind": "news_desk", "chance": 0.0}]
    world["actors"].insert(0, {"name": NEW, "kind": "media"})
    world["actors"].insert(
        1, {"name": f"{NEW}s", "kind": "kol", "count": 3, "accounts": {"square": 0}, "policies": never}
    )


def story(world):
    """A story that nobody tells."""
    world["stories"] = {NEW: {"title": "Untold", "appeal": 9.0, "interests": {"looks": 1.0}}} | world["stories"]


def platform(world):
    """A platform on which nobody posts."""
    mechanisms = {"follow_feed": {"see": 1.0}, "search": {"per_interest_hour": 0.1}}
    quiet = worlds.platform(world["people"]["represents"], mechanisms=mechanisms)
    world["platforms"] = {NEW: quiet} | world["platforms"]


def segment(world):
    """A kind of people, and a level of activity, of whom there are none."""
    people = world["people"]
    traits = {"ages": {NEW: 1.0}, "regions": {NEW: 0.5, "west": 0.5}}
    people["segments"] = {NEW: {"share": 1e-300, "interests": {}} | traits} | people["segments"]
    people["activity"] = {NEW: {"share": 1e-300, "level": 0.5, "daily_views": 9}} | people["activity"]


def post(world):
    """A post that nobody sees: of its own story, by an account without followers, where nothing but followers look."""
    actor(world)
    story(world)
    platform(world)
    world["platforms"][NEW]["mechanisms"] = {"follow_feed": {"see": 0.0}}
    world["actors"][0]["accounts"] = {NEW: 0}
    unseen = {"kind": "post", "actor": NEW, "platform": NEW, "story": NEW, "at": INERT_AT, "topic": "nothing"}
    world["interventions"].insert(0, unseen)


def topic(world):
    """A topic of a known story that nobody sees."""
    post(world)
    world["interventions"][0]["story"] = "tale"


def fact(world):
    """A fact that is switched off, and an offer for a story that nobody tells."""
    story(world)
    offer = {"kind": "offer", "at": INERT_AT, "story": NEW, "factor": 3.0, "until": "2021-01-01T08:00+08:00"}
    world["interventions"].insert(0, offer)
    world["interventions"].insert(0, worlds.post(at="2021-01-01T00:30+08:00", topic="off") | {"enabled": False})


INERT = [actor, story, platform, segment, post, topic, fact]


# ---- what is compared


def rows(tables):
    """Every output as lines of text, without what belongs to the inert thing; by name of the output."""
    found = {}
    for name in tables.names:
        table = getattr(tables, name).drop(columns="id", errors="ignore")  # a running number, in the order of birth
        own = np.zeros(len(table), bool)
        for column in {"platform", "story", "name", "author"} & {*table.columns}:
            own |= table[column].astype(str).str.startswith(NEW).to_numpy()
        found[name] = table[~own].to_csv(index=False)
    found["summary"] = [f"{key} {value!r}" for key, value in tables.summary.items() if not key.startswith(NEW)]
    return found | {"cascades": shares(tables)}


def shares(tables):
    """The repost forest by what posts and people are, and not by their rows."""
    world, forest = tables.world, tables.world.forest
    who = np.where(forest.user < world.n_users, forest.user, -1)
    parent = np.maximum(forest.parent, 0)
    columns = (
        world.posts.ident[forest.post].astype(np.int64), forest.minute, who, forest.weight,
        np.array([*map(hash_of, world.channels)], np.int64)[forest.channel],
        np.where(forest.parent < 0, -1, who[parent]), np.where(forest.parent < 0, -1, forest.minute[parent]),
    )  # fmt: skip
    kept = np.array([not world.platforms[p].startswith(NEW) for p in forest.platform], bool)
    return np.unique(np.stack(columns, axis=1)[kept], axis=0).tobytes()


def hash_of(name):
    """A number for a name, the same in all processes."""
    return int.from_bytes(name.encode()[:7].ljust(7), "big")


def told(number):
    """A generated world, as data; half of them with minds of every kind."""
    world = generated.world(number) if number % 2 else test_fork.rich(number)
    for one in world["actors"]:
        if WHATEVER_IS_TOLD & {policy["kind"] for policy in one.get("policies", ())}:
            one["story"] = "tale"
    world["people"].setdefault("segments", worlds.document()["people"]["segments"])
    world["people"].setdefault("activity", worlds.document()["people"]["activity"])
    return world


def unheard(world):
    """Without minds that count who tells a story: to them a post of it is news, whether anybody sees it or not."""
    world = copy.deepcopy(world)
    for one in world["actors"]:
        one["policies"] = [policy for policy in one.get("policies", ()) if policy["kind"] not in COUNTS_WHO_TELLS]
    return world


def differing(one, other):
    """Names of the outputs that are not the same."""
    return [name for name, lines in one.items() if lines != other[name]]


@pytest.fixture(params=range(COUNT))
def number(request, monkeypatch):
    """A world's number; of some, few people are many blocks."""
    if request.param % 3 == 0:
        monkeypatch.setattr(population, "SMALL", 4)
    return request.param


ENGINES = ["vectorized", "agents"] if COUNT > 10 else ["vectorized"]


@pytest.mark.parametrize("engine", ENGINES)
def test_order_means_nothing_and_what_is_inert_changes_nothing(number, engine):
    world = told(number) | {"engine": engine}
    plain = rows(simulate(worlds.load(world)))
    other = rows(simulate(worlds.load(shuffled(world, worlds.rng(number)))))
    assert differing(plain, other) == []
    draw = worlds.rng(1000 + number)
    for add in INERT if engine == "vectorized" else [INERT[int(draw.integers(len(INERT)))]]:
        more = unheard(world) if add is topic else copy.deepcopy(world)
        alone = rows(simulate(worlds.load(more))) if add is topic else plain
        add(more)
        other = rows(simulate(worlds.load(shuffled(more, draw))))
        assert differing(alone, other) == [], add.__name__

"""A platform as it is now: every number that a fact may change has effect; nobody needs to know a mechanism by name."""

import itertools
from typing import ClassVar

import numpy as np
import pytest
import worlds
from pydantic import Field, ValidationError

from sim.base.errors import ScenarioError
from sim.model import fork
from sim.model.model import ViralityModel
from sim.platforms.base import MECHANISMS, Channel, Showing
from sim.platforms.platform import Mechanisms, Platform
from sim.platforms.serve import serve
from sim.platforms.stage import Order
from sim.runs import explain, runner, snapshots
from sim.runs.runner import simulate
from sim.scenario import citations
from sim.scenario.scenario import Scenario
from sim.world.records import RESPONSES
from sim.world.tables import Bound, ListOf, OfPlatform, OfPost

LIST = worlds.MECHANISMS["hot_list"] | {
    "ad_places": [3],
    "ad_price": 100,
    "ad_hours": 1.0,
    "pinned": True,
    "interaction_spread": 0.5,
    "entry_novelty": 0.1,
    "reads_per_hour": 4000.0,
    "open_share": 0.1,
    "audience": 20_000.0,
    "max_age_hours": 100.0,
}
CHANGED, LATER = "2021-01-01T01:00+08:00", "2021-01-01T02:00+08:00"


def square(represents, mechanisms=None, **rest):
    """A platform with every mechanism, and people who do everything now and then."""
    chances = {
        "repost": 0.01,
        "like": 0.3,
        "comment": 0.2,
        "search": 0.2,
        "create": 0.001,
        "follow": 0.1,
        "intend": 0.2,
        "attend": 0.6,
    }
    index = worlds.MECHANISMS["search_index"] | {"queries_per_need_day": 100.0, "places": 50}
    off = worlds.MECHANISMS["visits"] | {"holidays": [{"first": "2021-01-01", "last": "2021-01-01"}]}
    more = {"visits": off, "live_room": worlds.MECHANISMS["live_room"] | {"returns": 0.5}}
    feed = worlds.MECHANISMS["follow_feed"] | {"account_act_factor": 0.8}
    own = worlds.MECHANISMS | {"follow_feed": feed, "hot_list": LIST, "search_index": index} | more | (mechanisms or {})
    return {"square": worlds.platform(represents, chances=chances | {"attend": 0.6}, mechanisms=own, **rest)}


def busy(facts=(), users=300, represents=30_000, days=0.4, **changes):
    """A day's half in which there is something for every mechanism to do, before and after `CHANGED`."""
    late = [
        worlds.post(LATER, topic="late", boost=50),
        {"kind": "buy_place", "at": LATER, "platform": "square", "story": "tale", "payer": "star"},
        {"kind": "pin_topic", "at": LATER, "platform": "square", "topic": "Tale", "until": "2021-01-01T04:00+08:00"},
    ]
    late.append({"kind": "promote", "at": CHANGED, "platform": "square", "story": "tale", "place": 2})
    late.append(worlds.post(LATER, topic="aimed", boost=50, audience={"segments": ["generation_z"]}))
    late.append({"kind": "broadcast", "at": LATER, "story": "tale", "viewers": 20_000})
    star = {"name": "star", "kind": "star", "accounts": {"square": 3000}, "budget": 150}
    return worlds.tiny(
        users, represents=represents, actors=[star], days=days, **{"platforms": square(represents)} | changes,
        network={"kind": "computed", "circle_size": 8, "community_size": 64, "audience_median": 15},
        interventions=[worlds.post(boost=50), *late, *facts],
    )  # fmt: skip


def outcome(scenario):
    """Digests of all that happened, and what was done but for the change itself."""
    tables = simulate(scenario)
    done = tables.actions[tables.actions.action != "platform_change"].to_csv(index=False)
    return {name: digest for name, digest in tables.digests().items() if name not in ("actions", "all")} | {
        "done": done
    }


NUMBERS = [
    (kind.name, field)
    for kind in MECHANISMS.arranged()
    for field, info in kind.model_fields.items()
    if info.annotation in (int, float, bool, float | None)
]


@pytest.fixture(scope="module")
def plain():
    return busy()


@pytest.fixture(scope="module")
def unchanged():
    """What happens in some hours, in which most numbers tell, and in a day's half."""
    return {days: outcome(busy(days=days)) for days in (0.15, 0.4)}


ON_OTHER_DAYS = {("visits", "weekend"), ("visits", "ahead_days")}  # here is a holiday; tests/test_visits.py has others


@pytest.mark.parametrize(("mechanism", "field"), [one for one in NUMBERS if one not in ON_OTHER_DAYS])
def test_every_number_that_may_be_changed_has_effect(mechanism, field, plain, unchanged):
    now = getattr(plain.platforms["square"].mechanisms, mechanism)
    old = getattr(now, field)
    fact = {"kind": "platform_change", "at": CHANGED, "platform": "square", "mechanism": mechanism, "field": field}
    if field in now.shaping():
        with pytest.raises(ScenarioError, match=f"{field} of {mechanism} is laid down before a run"):
            busy([fact | {"value": old}])
        return
    tried = []
    for days, value in itertools.product(unchanged, (0.2 * old, 5 * old, 1.0 - old, 1, 2, 400)):
        try:
            made = busy([fact | {"value": value}], days=days)
        except ScenarioError:
            continue  # outside of its range
        if value != old:
            tried.append(value)
            if outcome(made) != unchanged[days]:
                return
    raise AssertionError(f"{mechanism}.{field} was set to {tried}, and nothing came of it")


def test_a_spread_of_interaction_holds_for_topics_opened_after_its_change():
    change = {"kind": "platform_change", "platform": "square", "mechanism": "hot_list", "field": "interaction_spread"}
    facts = [change | {"at": CHANGED, "value": 0.0}, *(worlds.post(LATER, topic=f"t{n}") for n in range(3))]
    made = ViralityModel(busy(facts))
    while made.steps < 12:
        made.step()
    topics = made.world.topics
    late = topics.minute >= 60
    assert late.sum() >= 3
    assert (topics.interaction[late] == 1).all()
    assert (topics.interaction[~late] != 1).any()


# ---------------------------------------------------------------- one answer to which content something is


def test_what_is_written_down_of_a_post_is_what_it_behaves_as():
    # No kind `user` here: users' posts are of the default kind, `post`, which nobody likes, not of the first one.
    kinds = {"loud": {"half_life_hours": 1.0, "like": 9.0}, "post": {"half_life_hours": 5.0, "like": 0.0}}
    places = {
        "square": worlds.platform(200, chances={"create": 0.3, "like": 0.1}, mechanisms={"follow_feed": {"see": 1.0}})
        | {"content": kinds}
    }
    made = worlds.model(200, followers=200, platforms=places, network={"kind": "complete"}, steps=6)
    own = np.flatnonzero(made.world.posts.by_actor == 0)
    assert len(own) > 5
    assert (made.world.posts.content[own] == 1).all()
    assert (made.world.posts.chance[own, RESPONSES.index("like")] == 0).all()


# ---------------------------------------------------------------- offers on intents


def test_an_offer_that_saturates_gives_the_threshold_back():
    offer = {"kind": "offer", "story": "tale", "factor": 50.0}
    times = [("01:00", "03:00"), ("02:00", "04:00")]
    facts = [offer | {"at": f"2021-01-01T{a}+08:00", "until": f"2021-01-01T{b}+08:00"} for a, b in times]
    made = worlds.model(50, platforms={"square": worlds.platform(50, chances={"intend": 0.1})},
                        interventions=[worlds.post(), *facts])  # fmt: skip
    seen = []
    for _ in range(20):
        made.step()
        seen.append(int(made.world.posts.chance[0, RESPONSES.index("intend")]))
    base = seen[0]
    assert abs(base - 0.1 * 2**32) < 10
    assert seen == [base] * 4 + [1 << 32] * 12 + [base] * 4
    assert made.world.by_story.offers_factor[0] == 1.0


# ---------------------------------------------------------------- a mechanism of a test's own


class Bulletin(Showing):
    """Serve: what is pinned to a board is shown, one level an hour, until it has come down all of them."""

    name: ClassVar[str] = "bulletin"
    channels: ClassVar[tuple[Channel, ...]] = (Channel("bulletin", words="bulletin board"),)
    keeps = (
        OfPost("level", blank=-1, bounds=(Bound(-1, "levels"),)),
        OfPlatform("pinned_so_far"),
        ListOf("pinned_posts", [("post", "i8"), ("minute", "i8")], bounds=(Bound(0, "posts", "post"),)),
    )
    sells: ClassVar[dict[str, str]] = {"corner": "has no board"}
    levels: tuple[int, ...] = Field((400, 200, 100), description="readers an hour by level")
    samples: int = Field(50, description="simulated views aimed at for one post and step")

    def published(self, stage, posts):
        stage.world.posts.level[posts] = 0
        stage.world.by_platform.pinned_so_far[stage.index] += len(posts)
        for post in posts.tolist():
            stage.entries("pinned_posts").add(np.array((post, stage.now), stage.entries("pinned_posts").rows.dtype))

    def offers(self, stage):
        rows = stage.entries("pinned_posts").rows["post"]
        rows = rows[stage.world.posts.level[rows] >= 0]
        if not len(rows):
            return []
        real = np.array(self.levels)[stage.world.posts.level[rows]] / stage.clock.steps_per_hour
        return [serve(self, stage, rows, real, None, "bulletin", targeted=False)]

    def trend(self, stage):
        if stage.hourly:
            rows = stage.entries("pinned_posts").rows["post"]
            level = stage.world.posts.level
            level[rows] = np.where((level[rows] < 0) | (level[rows] + 1 == len(self.levels)), -1, level[rows] + 1)

    def place(self, stage, post):
        return f"level {stage.world.posts.level[post] + 1}"

    def prices(self):
        return {"corner": 7}

    def sell(self, stage, order):
        return 7 if order.what == "corner" and order.yuan >= 7 else None


def rebuilt():
    Mechanisms.model_rebuild(force=True)
    Platform.model_rebuild(force=True)
    Scenario.model_rebuild(force=True)


@pytest.fixture
def bulletin():
    """The mechanism, registered for one test."""
    MECHANISMS.register(Bulletin)
    yield Bulletin
    del MECHANISMS._items[Bulletin.name], Mechanisms.model_fields[Bulletin.name]
    rebuilt()


def test_a_mechanism_of_a_test_runs_stops_goes_on_and_is_told_of(bulletin, tmp_path):
    scenario = busy(platforms=square(30_000, {"bulletin": {"levels": [900, 300]}}), days=0.15)
    result = runner.run(scenario, out=tmp_path, figures=False)
    assert result.summary["square_via_bulletin"] > 1000
    model = ViralityModel(scenario)
    while model.steps < 9:
        model.step()
    assert model.stages[0].price("corner") == 7
    assert model.stages[0].sell(Order("corner", 9)) == 7
    assert model.stages[0].sell(Order("corner", 6)) is None
    snapshot = fork.take(model)
    path = tmp_path / snapshots.file_name(snapshot)
    path.write_bytes(snapshots.to_bytes(snapshot))
    again = fork.resume(scenario, snapshots.read(path, scenario))
    assert again.world.by_platform.pinned_so_far[0] == len(again.world.lists["pinned_posts"][0]) > 1
    assert simulate(scenario, since=fork.take(again)).digests()["all"] == result.digest
    told = "\n".join(explain.explain_topic(result.path, "square/Tale", limit=3))
    assert "·bulletin" in told
    users = (explain.explain_user(result.path, user, limit=200) for user in range(4))
    assert any("bulletin board, level 1" in line for lines in users for line in lines)


def test_what_a_mechanism_of_a_test_declares_is_held_against_a_file(bulletin, tmp_path):
    scenario = busy(platforms=square(30_000, {"bulletin": {"levels": [900, 300]}}))
    model = ViralityModel(scenario)
    while model.steps < 3:
        model.step()
    for spoil in (
        lambda world: world["tables"]["posts"]["level"].fill(2),
        lambda world: world["lists"]["pinned_posts"][0]["post"].fill(10**6),
    ):
        snapshot = fork.take(model)
        spoil(snapshot.data["world"])
        path = tmp_path / "spoilt.npz"
        path.write_bytes(snapshots.to_bytes(snapshot))
        with pytest.raises(Exception, match="points outside of what there is"):
            snapshots.read(path, scenario)


def test_a_mechanism_that_nobody_uses_changes_nothing(bulletin, unchanged):
    assert outcome(busy()) == unchanged[0.4]


def test_without_being_registered_a_mechanism_is_an_unknown_key():
    with pytest.raises(ScenarioError, match="unknown key"):
        busy(platforms=square(30_000, {"bulletin": {}}))
    with pytest.raises(ValidationError):
        Mechanisms.model_validate({"bulletin": {}})


def test_each_number_has_the_grade_of_the_source_nearest_above_it():
    sources = {"a": {"grade": "measured"}, "a.b": {"grade": "estimated"}, "steps": {"grade": "measured"}}
    data = {"a": {"b": {"c": 1, "d": [2, 3]}, "e": 4.0}, "f": 5, "on": True, "steps": [{"x": 1}, {"x": 2}], "name": "7"}
    found = citations.grades(data | {"sources": sources, "ranges": {"a.e": [1, 2]}})
    assert found == {"estimated": 3, "measured": 3, "assumed": 1}

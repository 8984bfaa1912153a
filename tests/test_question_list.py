"""A list whose topics have an age at which they leave for good, and a background that comes and goes."""

from datetime import UTC, datetime
from itertools import pairwise

import generated
import numpy as np
import pytest
import test_engines
import worlds

from sim.platforms import background
from sim.platforms.background import Background
from sim.world.clock import Clock

TIME = Clock(datetime(2021, 1, 1, tzinfo=UTC), 15, 192, (1.0,) * 24)


def drawn(seed=1, **changes):
    data = Background.model_validate(worlds.BACKGROUND | changes)
    return data, background.draw_background(data, TIME, seed)


def lists(data, topics, max_age=float("inf"), places=50):
    return [background.hottest(data, topics, step, TIME, places, max_age) for step in range(192)]


def test_heat_flutters_around_its_course():
    # The same topics with and without: ln of the ratio is standard normal × sd, at the knots and between.
    plain, topics = drawn(births_per_day=2000, peak_median=1e9)
    restless, same = drawn(births_per_day=2000, peak_median=1e9, flutter=0.4, flutter_minutes=60)
    assert (topics.peak == same.peak).all()
    ids = np.arange(*background.alive(plain, topics, 1000, 1000))
    ids = ids[background.heat_of(plain, topics, ids, 1000) > 10**6]
    for now in (1000, 1017, 1030):
        ratio = background.heat_of(restless, same, ids, now) / background.heat_of(plain, topics, ids, now)
        z = np.log(ratio) / 0.4
        assert abs(z.mean()) < 5 / np.sqrt(len(z))
        assert z.std() == pytest.approx(1.0, abs=5 / np.sqrt(2 * len(z)))
    # An hour later another one, a minute later nearly the same.
    z = [np.log(background.heat_of(restless, same, ids, t) / background.heat_of(plain, topics, ids, t))
         for t in (1000, 1001, 1120)]  # fmt: skip
    assert np.corrcoef(z[0], z[1])[0, 1] > 0.99
    assert abs(np.corrcoef(z[0], z[2])[0, 1]) < 5 / np.sqrt(len(ids))


def test_topics_of_a_fluttering_background_come_back():
    def stays_per_topic(**flutter):
        slow = drawn(births_per_day=150, fall_minutes=400, **flutter)
        listed = [set(rows["topic"].tolist()) for rows in lists(*slow)]
        entries = sum(len(now - before) for before, now in pairwise(listed))
        return entries / len(set().union(*listed[1:]) - listed[0])

    assert stays_per_topic() < 1.1
    assert stays_per_topic(flutter=0.5) > 1.5


def test_nothing_of_the_background_is_on_the_list_past_its_age():
    data, topics = drawn(births_per_day=20, fall_minutes=2000, flutter=0.2)
    for step, rows in enumerate(lists(data, topics, max_age=300.0)):
        assert len(rows)
        assert (15 * step - topics.minute[-2 - rows["topic"]] <= 300).all()
    assert any(
        (15 * step - topics.minute[-2 - rows["topic"]] > 600).any() for step, rows in enumerate(lists(data, topics))
    )


def test_a_simulated_topic_leaves_the_list_at_its_age():
    hot = worlds.MECHANISMS["hot_list"] | {"max_age_hours": 3.0, "off_list_novelty": 0.0}
    square = worlds.platform(300, mechanisms={"follow_feed": {"see": 1.0}, "hot_list": hot})
    square["mechanisms"]["hot_list"]["background"] = worlds.BACKGROUND | {"births_per_day": 1}
    tables = worlds.run(300, platforms={"square": square}, stories=worlds.KEEN, followers=300)
    (own,) = tables.topics[tables.topics.story == "tale"].to_dict("records")
    assert own["first_listed"] == "2021-01-01T00:00+08:00"
    assert own["last_listed"] == "2021-01-01T02:45+08:00"


@pytest.mark.verify  # in `make test`, tests/test_engines.py has all options in its worlds
@pytest.mark.parametrize("number", [2])
def test_both_engines_give_the_same_digests(number):
    data = generated.world(number)
    own = data["platforms"]["square"]["mechanisms"]["hot_list"]
    flutter = {"flutter": 0.5, "flutter_minutes": 40.0}
    own = own | {"max_age_hours": 4.0, "background": own["background"] | flutter}
    data["platforms"]["square"]["mechanisms"]["hot_list"] = own
    columns, agents = test_engines.both(worlds.load(data))
    assert columns.digests() == agents.digests()

"""The long tail: who is found, in which order, by how many, and for how long."""

import numpy as np
import pytest
import worlds

from sim.base.errors import ScenarioError
from sim.platforms.search_index import SearchIndex

INDEX = {
    "queries_per_need_day": 24.0, "need_half_life_days": 2.0, "tail_half_life_days": 4.0, "first_three": 0.6,
}  # fmt: skip


def square(users, index=None, **more):
    mechanisms = {"search_index": INDEX | (index or {})} | more.pop("mechanisms", {})
    return {"square": worlds.platform(users, mechanisms=mechanisms, **more)}


def model(users, **changes):
    return worlds.model(users, stories=worlds.KEEN, **changes)


@pytest.mark.parametrize("share", [0.3, 0.62, 0.9])
def test_the_first_three_places_take_their_share(share):
    seen = SearchIndex(**INDEX | {"first_three": share}).seen(np.arange(1, 2000))
    assert seen[0] == 1.0
    assert seen[:3].sum() / seen.sum() == pytest.approx(share, abs=1e-6)
    assert np.ptp(seen[1:10] / seen[:9]) < 1e-6


def test_as_many_look_it_up_in_a_day_as_stated_whatever_the_clock():
    clock = [0.25] * 8 + [1.0] * 16
    made = model(100, platforms=square(100), people=worlds.people(100, day_clock=clock))
    stage, data = made.stages[0], made.stages[0].mechanisms["search_index"]
    stage.entries("need").put(np.array([50.0]))
    assert sum(data.queries(stage.at(step))[0] for step in range(96)) == pytest.approx(50 * 24)


def test_interest_becomes_need_and_is_forgotten_by_half_lives():
    made = model(100, platforms=square(100, {"foreign_share": 0.25}))
    stage, data = made.stages[0], made.stages[0].mechanisms["search_index"]
    made.world.by_platform.interest[:] = 1000.0
    made.world.by_story.outside[:] = 400.0
    for step in range(2 * 96):
        data.trend(stage.at(step))
    assert stage.entries("need").rows[0] == pytest.approx(0.5 * (1000 + 0.25 * 400), rel=1e-6)
    made.world.by_platform.interest[:], made.world.by_story.outside[:] = 0.0, 0.0
    for step in range(4 * 96):
        data.trend(stage.at(step))
    assert stage.entries("need").rows[0] == pytest.approx(0.125 * 1100, rel=1e-6)


def test_results_stand_by_readers_and_age():
    facts = [worlds.post(topic=f"t{i}") for i in range(7)]
    made = model(100, platforms=square(100, {"places": 4}), interventions=facts, steps=1)
    posts, stage, data = made.world.posts, made.stages[0], made.stages[0].mechanisms["search_index"]
    posts.totals[:, 1] = [10, 50, 20, 0, 0, 40, 30]
    posts.minute[1] = -4 * 1440  # older by a half-life: counts 25
    data.trend(stage.at(4))
    assert stage.entries("results").rows["post"].tolist() == [5, 6, 1, 2]
    assert stage.entries("results").rows["place"].tolist() == [1, 2, 3, 4]
    assert [data.place(stage, post) for post in (5, 2, 0)] == ["result 1", "result 4", ""]


def test_views_by_place_are_those_that_were_asked_for():
    # Need is held at 1,000 for a day: 24,000 searches. Views are trials of their own: 5 standard errors.
    facts = [worlds.post(topic=f"t{i}") for i in range(5)]
    made = model(3000, platforms=square(3000, {"tail_half_life_days": 1e4}), interventions=facts, followers=0)
    for step in range(96):
        made.world.posts.totals[:, 1] = [500, 400, 300, 200, 100][: made.world.posts.n]  # as they stand, they stay
        made.stages[0].entries("need").put(np.array([1000.0]))
        made.step()
        if step == 4:  # results have been put in order
            before = made.world.posts.totals[:, 0].copy()
    seen = made.world.posts.totals[:, 0] - before
    want = 24_000 * 91 / 96 * made.stages[0].mechanisms["search_index"].seen(np.arange(1, 6))
    assert (np.abs(seen - want) < 5 * np.sqrt(want)).all()


def test_a_post_is_found_once_it_is_in_the_pool():
    # Two pools of 100 and 200; who is liked passes the first within an hour, and stays found when out of both.
    pools = [{"impressions": n, "hours": 0.25, "pass_score": score} for n, score in ((100, 0.6), (200, 9.0))]
    ladder = {"pools": pools, "completion_reference": 1.0, "like_reference": 1.0, "freshness_hours": 1e4}
    for like, found in ((1.0, 1), (0.0, 0)):
        places = square(2000, {"from_pool": 2}, chances={"like": like}, mechanisms={"traffic_pools": ladder})
        made = model(2000, platforms=places, steps=16)
        assert made.world.posts.tier.tolist() == [-1]
        assert made.world.posts.found.tolist() == [found]
        index = made.world.channels.index("index")
        assert (made.world.by_platform.channels[0, index] > 0) == found


def test_a_pool_that_is_not_there_is_refused():
    with pytest.raises(ScenarioError, match=r"from_pool.*is 2, and the recommender has 0 pools"):
        worlds.tiny(100, platforms=square(100, {"from_pool": 2}))


def test_a_search_for_another_reason_than_need_is_one_more():
    made = model(100, platforms=square(100))
    stage, data = made.stages[0], made.stages[0].mechanisms["search_index"]
    stage.entries("need").put(np.array([50.0]))
    stage.entries("asked").put(np.array([300.0]))
    assert sum(data.queries(stage.at(step))[0] for step in range(96)) == pytest.approx(50 * 24 + 300)


def test_who_found_it_needs_it_no_more():
    made = model(100, platforms=square(100, {"sated": 1.0}))
    stage, data = made.stages[0], made.stages[0].mechanisms["search_index"]
    made.world.by_platform.interest[:] = 1000.0
    stage.entries("views_found").put(np.array([30.0]))
    stage.entries("views_all").put(np.array([40.0]))
    data.trend(stage.at(0))
    assert stage.entries("need").rows[0] == pytest.approx(1000 * (1 - 30 / 40) * (1 - 2 ** (-1 / 96 / 2)), rel=1e-6)

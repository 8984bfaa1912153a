"""The crowd: what others wrote makes later viewers write, like and follow more, and nothing else."""

import generated
import numpy as np
import pytest
import test_engines
import worlds

from sim.base.errors import ScenarioError
from sim.platforms.crowd import AT, Crowd
from sim.world.records import RESPONSES

CHANCES = {"like": 0.1, "comment": 0.05, "follow": 0.02, "search": 0.2, "bullet": 0.08}


def crowded(users, crowd, served=None, chances=CHANCES, **rest):
    mechanisms = {"paid_reach": {"price_per_thousand": 10.0, "impressions_per_hour": served or users}, "crowd": crowd}
    return {"square": worlds.platform(users, chances=chances, mechanisms=mechanisms, **rest)}


def test_a_factor_by_hand():
    crowd = Crowd(gain=0.3, half=100)
    assert crowd.factor(np.array([0, 100, 300, 10**9])).tolist() == pytest.approx([1.0, 1.15, 1.225, 1.3], abs=1e-6)


def test_thresholds_follow_what_was_written_and_begin_from_the_base():
    platforms = crowded(400, {"gain": 2.0, "half": 10.0}, served=100)
    made = worlds.model(400, stories=worlds.KEEN, platforms=platforms, interventions=[worlds.post(boost=4)])
    factors = []
    for _ in range(10):
        made.step()
        posts, base = made.world.posts, made.stages[0].bare(0)
        written = int(posts.totals[0, made.world.flows.index("bullets")])
        factors.append(1 + 2.0 * written / (written + 10.0))
        grown = posts.chance[0] / np.maximum(base, 1)
        assert grown[AT].tolist() == pytest.approx([factors[-1]] * len(AT), rel=1e-6)
        assert (posts.chance[0] == base)[[i for i in range(len(RESPONSES)) if i not in AT]].all()
        assert base[RESPONSES.index("like")] == int(0.1 * 2**32)
    assert (np.diff(factors) >= 0).all()
    assert factors[-1] > 1.5


def test_a_chance_that_is_lifted_over_one_is_one():
    chances = {"like": 0.9, "bullet": 0.5}
    made = worlds.model(50, platforms=crowded(50, {"gain": 9.0, "half": 1.0}, chances=chances),
                        interventions=[worlds.post(boost=1)], stories=worlds.KEEN, steps=8)  # fmt: skip
    assert made.world.posts.chance[0, RESPONSES.index("like")] == 1 << 32
    assert made.stages[0].bare(0)[RESPONSES.index("like")] == int(0.9 * 2**32)


def test_later_viewers_act_more_and_attend_no_more():
    # Ten groups of 2,000 views an hour of the same people who never tire; by the end the crowd is all there.
    def acts(gain):
        platforms = crowded(2000, {"gain": gain, "half": 5.0}, served=2000)
        tables = worlds.run(2000, platforms=platforms, stories=worlds.KEEN, interventions=[worlds.post(boost=200)])
        return np.array(worlds.totals(tables, "impressions", "likes", "comments", "bullets", "searches"))

    with_it, without = acts(1.0), acts(0.0)
    assert with_it[0] == without[0] > 15_000
    lift = with_it / without
    assert lift[1:4].tolist() == pytest.approx([2.0, 2.0, 2.0], rel=0.12)
    assert lift[4] == 1.0


def test_a_crowd_stays_where_it_is_when_a_post_is_carried_elsewhere():
    chances = {"like": 0.1, "bullet": 0.5, "relay": 0.02}
    square = crowded(300, {"gain": 4.0, "half": 1.0}, chances=chances, relay_to={"other": 1.0})["square"]
    other = worlds.platform(300, chances={"like": 0.2})
    made = worlds.model(300, platforms={"square": square, "other": other}, stories=worlds.KEEN,
                        interventions=[worlds.post(boost=3)], steps=24)  # fmt: skip
    posts, like = made.world.posts, RESPONSES.index("like")
    (twin,) = np.flatnonzero(posts.original == 0)
    assert posts.crowd_counted[0] > 5
    assert posts.chance[0, like] > 2 * 0.1 * 2**32
    assert posts.chance[twin, like] == pytest.approx(0.2 * 2**32, rel=1e-6)


def test_a_crowd_of_which_nobody_is_part_is_refused():
    with pytest.raises(ScenarioError, match=r"crowd\.of.*is bullet, and nobody writes any: response.bullet is 0"):
        worlds.tiny(100, platforms=crowded(100, {"gain": 1.0, "half": 1.0}, chances={"like": 0.1}))


@pytest.mark.verify  # in `make test`, tests/test_engines.py has all options in its worlds
@pytest.mark.parametrize("number", [2])
def test_both_engines_give_the_same_digests_with_bullet_comments(number):
    data = generated.world(number)
    data["platforms"]["square"]["mechanisms"]["crowd"] = {"gain": 3.0, "half": 2.0}
    columns, agents = test_engines.both(worlds.load(data))
    assert columns.digests() == agents.digests()

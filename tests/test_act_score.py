"""A recommender that goes by weighted acts: a score by hand, who passes, and what cannot be."""

import generated
import pytest
import test_engines
import worlds
from pydantic import ValidationError

from sim.base.errors import ScenarioError
from sim.platforms.traffic_pools import TrafficPools

POOLS = [{"impressions": n, "hours": 0.25, "pass_score": score} for n, score in ((100, 0.9), (200, 0.99), (300, 1.1))]


def pools(reference=1.0, **weights):
    score = {"weights": weights, "reference": reference}
    return {"pools": POOLS, "freshness_hours": 10_000.0, "quality_spread": 0.5, "act_score": score}


def square(users, data, **chances):
    return {"square": worlds.platform(users, chances=chances, mechanisms={"traffic_pools": data})}


def test_a_score_by_hand():
    data = TrafficPools(**pools(0.5, like=1, comment=4) | {"freshness_hours": 24.0})
    assert data.score(1000, 500, 100, 0.0, acts=500.0) == 1.0
    assert data.score(1000, 0, 0, 24.0, acts=500.0) == 0.5
    assert data.score(0, 0, 0, 0.0) == 0.0


@pytest.mark.parametrize(
    ("weights", "reference", "impressions"),
    [
        ({"like": 1, "favourite": 1, "comment": 4}, 6.0, 600),  # score 1 passes 0.9 and 0.99, not 1.1
        ({"like": 1, "favourite": 1, "comment": 4}, 6.1, 300),  # 0.984 passes the first
        ({"favourite": 5, "search": 9}, 5.0, 600),  # nobody searches
        ({"follow": 1, "repost": 1}, 0.5, 100),  # nobody does either
    ],
)
def test_a_post_climbs_while_people_act(weights, reference, impressions):
    chances = {"like": 1.0, "comment": 1.0, "favourite": 1.0}
    places = square(2000, pools(reference, **weights), **chances)
    tables = worlds.run(2000, stories=worlds.KEEN, platforms=places)
    assert worlds.totals(tables, "impressions")[0] == impressions


def test_only_what_was_done_in_the_pool_counts():
    # 100 views by likers fill the first pool; then likes end, and the second pool sees none of the old ones.
    made = worlds.model(2000, stories=worlds.KEEN, platforms=square(2000, pools(1.0, like=1), like=1.0))
    for step in range(20):
        made.step()
        if made.world.posts.tier[0] == 1 and not step >= 2:
            made.world.posts.chance[0, 1] = 0
    totals = made.world.posts.totals[0]
    assert (made.world.posts.tier[0], totals[made.world.flows.index("likes")]) == (-1, 100)
    assert totals[0] == 300


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"act_score": None}, "needs completion_reference and like_reference, or an act_score"),
        ({"like_reference": 0.1}, "has an act_score, which takes the place of"),
        ({"act_score": {"weights": {"likes": 1}, "reference": 1.0}}, "Extra inputs"),
    ],
)
def test_one_score_and_no_other(change, said):
    with pytest.raises(ValidationError, match=said):
        TrafficPools(**pools(like=1) | change)


def test_a_weight_on_what_nobody_does_is_refused():
    with pytest.raises(ScenarioError, match=r"weights\.favourite.*counts 1, and nobody does it"):
        worlds.tiny(100, platforms=square(100, pools(like=1, favourite=1), like=0.5))


@pytest.mark.verify  # in `make test`, tests/test_engines.py has all options in its worlds
@pytest.mark.parametrize("number", [2])
def test_both_engines_give_the_same_digests(number):
    data = generated.world(number)
    own = data["platforms"]["square"]["mechanisms"]["traffic_pools"]
    by = {key: value for key, value in own.items() if not key.endswith("reference")}
    by |= pools(0.3, like=1, comment=4, follow=8, favourite=1) | {"pools": own["pools"]}
    data["platforms"]["square"]["mechanisms"]["traffic_pools"] = by
    columns, agents = test_engines.both(worlds.load(data))
    assert columns.digests() == agents.digests()

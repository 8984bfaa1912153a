"""The comment wall: how many read it, what it moves them to, and who comes back."""

import generated
import pytest
import test_engines
import worlds

from sim.runs.runner import simulate


def heard(users=8000, days=1.0, chances=None, wall=None):
    """Tables of a run in which a follow feed brings a piece to everybody's ears, and a wall stands under it."""
    mechanisms = {"follow_feed": {"see": 1.0}, "comment_wall": {"reads": 0.48} | (wall or {})}
    data = worlds.document(users, followers=4000, days=days, stories=worlds.KEEN)
    data["platforms"] = {"square": worlds.platform(users, chances=chances, mechanisms=mechanisms)}
    return simulate(worlds.load(data))


def test_a_share_of_those_who_attend_reads_the_comments():
    tables = heard(chances={"attend": 0.4}, wall={"attend_factor": 0.2})
    attends = int(tables.world.posts.totals[0, 1])
    assert tables.summary["square_via_wall"] == pytest.approx(0.48 * attends, rel=0.06)


def test_who_is_struck_writes_more():
    def comments(act_factor):
        tables = heard(chances={"comment": 0.2, "attend": 0.4}, wall={"reads": 1.0, "act_factor": act_factor})
        return worlds.totals(tables, "comments")[0]

    plain = comments(0.0)
    assert comments(2.0) - plain == pytest.approx(2 * (comments(1.0) - plain), rel=0.2)


def test_readers_come_back_within_days():
    wall = {"attend_factor": 0.0, "back": 0.5, "back_half_life_hours": 6.0}
    tables = heard(wall=wall, days=2.0, chances={"attend": 0.1})
    read, back = tables.summary["square_via_wall"], tables.summary["square_via_back"]
    assert back == pytest.approx(0.5 * read, rel=0.15)
    assert "square_via_back" not in heard(chances={"attend": 0.1}).summary


def test_a_hug_is_a_gift_to_a_comment():
    tables = heard(chances={"gift": 0.5, "attend": 0.4}, wall={"attend_factor": 0.5, "act_factor": 0.2})
    feed = tables.summary["square_via_feed"]  # all of whom attend, for the story suits them
    struck = int(tables.world.posts.totals[0, 1]) - feed
    assert worlds.totals(tables, "gifts")[0] == pytest.approx(0.5 * feed + 0.1 * struck, rel=0.05)


@pytest.mark.verify  # in `make test`, tests/test_engines.py has all options in its worlds
@pytest.mark.parametrize("number", [20, 6])
def test_both_engines_give_the_same_digests_with_comment_walls(number):
    data = generated.world(number)
    share = worlds.rng(3000 + number).random
    wall = {"reads": float(share()), "back": float(share()), "back_half_life_hours": 1.0, "attend_factor": 0.3}
    data["platforms"]["other"]["mechanisms"]["comment_wall"] = wall
    columns, agents = test_engines.both(worlds.load(data))
    assert columns.digests() == agents.digests()

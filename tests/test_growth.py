"""Worlds that spread without end: what the first generation comes to, what a run does, and what is said of it."""

import math

import pytest

from sim.base import notices
from sim.cli.main import main
from sim.runs import growth
from sim.runs.estimate import estimate
from sim.runs.growth import cascade
from sim.runs.runner import simulate
from sim.runs.sown import minded
from sim.scenario.load import load, shipped

PLATFORMS = ("douyin", "weibo")


def world(users=500, days=1, base="ding_zhen", **responses):
    """A shipped case with other chances of responses on both platforms."""
    sets = [f"platforms.{on}.response.{what}={chance}" for on in PLATFORMS for what, chance in responses.items()]
    return load(base, users=users, sets=[f"days={days}", *sets])


@pytest.mark.parametrize("name", shipped())
def test_no_shipped_world_is_supercritical(name):
    scenario = load(name)
    if scenario.kind == "platform":
        assert max(one.mean for one in growth.offspring(scenario)) < growth.NEAR
        assert not growth.near(scenario)


@pytest.mark.parametrize(
    ("responses", "told"),
    [
        ({}, {}),
        ({"create": 0.03}, {}),
        ({"repost": 0.05}, {}),
        ({"create": 0.3}, {"douyin": "response.create is 0.3"}),
        ({"repost": 1}, {"weibo": "response.repost is 1"}),
        ({"create": 1, "repost": 1, "attend": 1}, {"douyin": "response.create is 1", "weibo": "response.repost is 1"}),
    ],
)
def test_what_multiplies_is_named(responses, told):
    with notices.gathered() as said:
        growth.tell(world(**responses))
    found = {notice.text.split()[1]: notice.text for notice in said}
    assert found.keys() == told.keys()
    assert all(told[platform] in text and "\n" not in text for platform, text in found.items())


@pytest.mark.parametrize(
    ("users", "days", "responses", "within"),
    [
        (500, 1, {"create": 0.1}, 4),
        (3000, 2, {"repost": 0.2}, 8),
        (3000, 2, {"repost": 1}, 8),
    ],
)
def test_shares_of_worlds_that_multiply_are_of_the_order_that_is_foreseen(users, days, responses, within):
    scenario = world(users, days, **responses)
    assert growth.near(scenario)
    foreseen = growth.grown(scenario).shares
    assert abs(math.log(foreseen / len(simulate(scenario).cascades["user"]))) < math.log(within)


def test_more_of_a_chance_is_more_offspring_and_costs_more():
    costs = [estimate(world(create=chance)) for chance in (0.001, 0.1, 0.3)]
    assert [cost.seconds for cost in costs] == sorted(cost.seconds for cost in costs)
    assert costs[-1].seconds > 20 * costs[0].seconds
    assert costs[-1].memory_bytes > 5 * costs[0].memory_bytes
    means = [growth.offspring(world(create=chance))[0].mean for chance in (0.001, 0.1, 0.2, 0.3)]
    assert means == sorted(means)


def test_what_minds_may_post_is_counted():
    few, many = (estimate(load("ding_zhen", users=500, sets=["days=2", f"actors[5].count={n}"])) for n in (1, 10_000))
    assert many.seconds > few.seconds + 5


def test_posts_of_minds_are_of_the_order_that_is_foreseen():
    scenario = load("ding_zhen", users=500, sets=["days=2", "actors[4].count=500"])
    assert 0.5 < len(simulate(scenario).actions) / minded(scenario) < 2


@pytest.mark.parametrize(
    ("begun", "again", "users", "reposts"),
    [(0, 3, 1000, 0), (5, 0, 1000, 5), (5, 0.5, 1000, 10), (1000, 2, 1000, 1000), (1, 2, 1000, 1000 * 0.797 * 0.55)],
)
def test_cascades_die_out_or_come_to_their_final_size(begun, again, users, reposts):
    assert cascade(begun, again, users) == pytest.approx(reposts, rel=0.02)


@pytest.mark.parametrize("words", [["validate"], ["run", "--dry-run"]])
def test_the_command_says_it_in_one_line(words, capsys):
    changed = ["--set", "days=1", "--set", "platforms.weibo.response.repost=1"]
    main([words[0], "ding_zhen", *words[1:], *changed])
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "leads to about" in line]
    assert line.startswith("note: on weibo each post or repost leads to about ")

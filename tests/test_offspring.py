"""Worlds that spread without end are told before they are run; what minds post is in the estimate."""

import pytest
import worlds

from sim.base import notices
from sim.cli.main import main
from sim.runs.costs import posts_of_minds
from sim.runs.estimate import estimate
from sim.runs.offspring import offspring, tell
from sim.runs.runner import simulate
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
        assert max(one.mean for one in offspring(scenario)) < 0.5


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
        tell(world(**responses))
    found = {notice.text.split()[1]: notice.text for notice in said}
    assert found.keys() == told.keys()
    assert all(told[platform] in text and "\n" not in text for platform, text in found.items())


def test_more_of_a_chance_is_more_offspring():
    for what in ("create", "repost", "attend"):
        found = [offspring(world(**{what: chance})) for chance in (0.001, 0.01, 0.1, 0.3)]
        means = [next(one.mean for one in worlds_own if one.platform == "douyin") for worlds_own in found]
        assert means == sorted(means)
        assert means[-1] > 3 * means[0]


def test_reposts_alone_have_as_many_offspring_as_followers_who_repost():
    # Only a follow feed: of ten followers each second sees a share, each second of those attends, one in five reposts.
    square = worlds.platform(1000, chances={"attend": 0.5, "repost": 0.2}, mechanisms={"follow_feed": {"see": 0.5}})
    scenario = worlds.tiny(1000, platforms={"square": square}, network={"kind": "watts_strogatz", "k": 10})
    assert offspring(scenario)[0].mean == pytest.approx(10 * 0.5 * 0.5 * 0.2)


def test_what_minds_may_post_is_counted():
    few, many = (estimate(load("ding_zhen", users=500, sets=["days=2", f"actors[5].count={n}"])) for n in (1, 10_000))
    assert many.seconds > few.seconds + 5


def test_posts_of_minds_are_of_the_order_that_is_foreseen():
    scenario = load("ding_zhen", users=500, sets=["days=1", "actors[sichuan_guancha].count=200"])
    assert 0.5 < len(simulate(scenario).actions) / posts_of_minds(scenario) < 2


@pytest.mark.parametrize("words", [["validate"], ["run", "--dry-run"]])
def test_the_command_says_it_in_one_line(words, capsys):
    changed = ["--set", "days=1", "--set", "platforms.weibo.response.repost=1"]
    main([words[0], "ding_zhen", *words[1:], *changed])
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "leads to about" in line]
    assert line.startswith("note: on weibo each post or repost leads to about ")

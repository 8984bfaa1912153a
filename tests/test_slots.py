"""Places of the opening page: who is shown what editors chose or somebody paid for, and for how long."""

import generated
import pytest
import test_engines
import worlds

from sim.base import notices
from sim.base.errors import ScenarioError
from sim.runs.runner import simulate

PLACES = [{"share": 0.5, "hours": 4.0, "price": 100}, {"share": 0.1}]
DAY = 24_000  # visitors: a thousand an hour, for people here are always awake


def page(*facts, days=0.5, budget=0, **slots):
    """Tables of a run in which a post is shown by slots alone."""
    mechanisms = {"slots": {"places": PLACES, "visitors": DAY} | slots}
    data = worlds.document(2000, represents=20_000, followers=0, days=days)
    data["platforms"] = {"square": worlds.platform(20_000, mechanisms=mechanisms)}
    data["actors"][0]["budget"] = budget
    data["interventions"] = [worlds.post(), *facts]
    return simulate(worlds.load(data))


def promote(at="2021-01-01T02:00+08:00", **rest):
    return {"kind": "promote", "at": at, "platform": "square", "story": "tale"} | rest


def shown(tables, channel):
    return tables.summary.get(f"square_via_{channel}", 0)


def test_a_place_shows_to_its_share_of_the_visitors_for_its_hours_and_nobody_before_or_after():
    tables = page(promote())
    assert shown(tables, "slot") == pytest.approx(0.5 * 1000 * 4, rel=0.1)
    assert shown(tables, "bought_slot") == 0
    hours = tables.series[tables.series.impressions > 0].time
    assert (hours.min()[11:16], hours.max()[11:16]) == ("02:00", "05:45")


def test_an_editor_may_say_until_when_and_in_which_place():
    tables = page(promote(place=2, until="2021-01-01T03:00+08:00"))
    assert shown(tables, "slot") == pytest.approx(0.1 * 1000, rel=0.2)


def test_a_bought_place_is_paid_for_and_its_views_are_paid():
    tables = page(promote(payer="star"), budget=150)
    assert shown(tables, "bought_slot") == tables.summary["square_paid"] == pytest.approx(2000, rel=0.1)
    assert tables.actions[tables.actions.action == "promote"].spend.tolist() == [100]


@pytest.mark.parametrize(
    ("facts", "budget", "why"),
    [
        ([promote(payer="star")], 99, "the place is taken, or the purse is too small"),
        ([promote(), promote("2021-01-01T03:00+08:00")], 0, "the place is taken, or the purse is too small"),
    ],
)
def test_what_cannot_be_had_is_said_and_not_paid(facts, budget, why):
    with notices.gathered() as said:
        tables = page(*facts, budget=budget)
    assert next(str(notice) for notice in said if notice.kind == "in_vain").endswith(why)
    assert tables.actions.spend.sum() == 0


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (promote(place=3), r"interventions\[1\]\.place.*square has no place 3"),
        (promote(place=2, payer="star"), r"interventions\[1\]\.payer.*place 2 of square is not for sale"),
        (promote(topic="nowhere"), r"nowhere"),
    ],
)
def test_what_a_platform_has_not_is_told_at_its_place(fact, said):
    with pytest.raises(ScenarioError, match=said):
        page(fact)


def test_a_platform_without_slots_says_so():
    data = worlds.document(50)
    data["interventions"] = [worlds.post(), promote()]
    with pytest.raises(ScenarioError, match="square has no slots"):
        worlds.load(data)


@pytest.mark.verify  # in `make test`, tests/test_engines.py has all options in its worlds
@pytest.mark.parametrize("number", [2])
def test_both_engines_give_the_same_digests_with_slots(number):
    data = generated.world(number)
    slots = {"places": PLACES, "visitors": 10 * data["people"]["represents"], "samples": 20}
    data["platforms"]["other"]["mechanisms"]["slots"] = slots
    data["interventions"] += [promote(platform="other"), promote(platform="other", place=2, topic="elsewhere")]
    columns, agents = test_engines.both(worlds.load(data))
    assert columns.digests() == agents.digests()

"""Stress tests of plans: worlds small enough to count by hand, templates over every scenario, the search by force."""

import itertools
import math
from pathlib import Path

import numpy as np
import pytest
import sizes
import worlds

from sim.base import intervals, loader, streams
from sim.base.errors import Bilingual, ScenarioError, SimError
from sim.runs.runner import simulate
from sim.scenario.adversity import filling
from sim.scenario.adversity.filling import Names, UnfitError, filled, names_of
from sim.scenario.adversity.stressed import cases, hedged, shields, stressed
from sim.scenario.adversity.templates import Catalogue, shipped, together
from sim.scenario.campaign import Goal
from sim.scenario.load import load
from sim.scenario.load import shipped as scenarios
from sim.scenario.past import first_difference
from sim.scenario.scenario import Scenario
from sim.studies.stress import bench, page, score, words
from sim.studies.stress.answer import stress
from sim.studies.stress.bench import PLAN, Bench, arm
from sim.studies.stress.mildest import joint, mildest
from sim.studies.stress.study import Question, Stress
from sim.studies.stress.study import stressed as asked

pytestmark = pytest.mark.filterwarnings("ignore::sim.base.notices.NoticeWarning")

CAMPAIGN = {
    "budget": 100,
    "goal": {"metric": "impressions", "least": 45},
    "opens": "2021-01-01T01:00+08:00",
    "closes": "2021-01-01T22:00+08:00",
    "own": {"actor": "star", "posts": 2},
    "boosts": {"most": 0},
    "kols": [
        {"name": "a", "platform": "square", "followers": 30, "price": 50, "fit": 1.0},
        {"name": "b", "platform": "square", "followers": 20, "price": 40, "fit": 1.0},
    ],
}
POSTS = [
    {"at": f"2021-01-01T{hour:02}:00+08:00", "by": who, "platform": "square"}
    for hour, who in ((8, "star"), (9, "a"), (10, "b"))
]
SAID = {"title": {"en": "something", "zh": "某事"}, "about": {"en": "something", "zh": "某事"}}
AWAKE = [1.0] * 3 + [1e-6] * 3 + [1.0] * 18  # nobody from three to six


def planned(**changes):
    """The star's 10 followers, A's 30 and B's 20 each see one post, and nothing else happens; till four at night."""
    people = worlds.people(100, day_clock=AWAKE)
    told = {"interventions": [], "campaign": CAMPAIGN, "plan": {"posts": POSTS}, "people": people, "days": 28 / 24}
    return load(worlds.document(100, followers=10, step_minutes=60, **told | changes))


def found(world, metric="impressions"):
    """What can happen to a plan, by key."""
    return {case.key: case for case in cases(world, shipped(), metric)[0]}


def seen(world, *happening, hedge=None):
    """Impressions of the plan's own stories, of one run, where some of the cases happen."""
    return bench.measured("impressions", [*world.stories], stressed(world, happening, hedge))


# ---- counted by hand


def test_each_adversity_loses_what_can_be_counted():
    world = planned()
    may = found(world)
    assert seen(world) == 10 + 30 + 20
    assert seen(world, may["budget_cut"]) == 10 + 30  # of 80 yuan A gets 50, and B's 40 cannot be paid
    assert seen(world, may["kol_drops_out/a"]) == 10 + 20
    assert seen(world, may["kol_drops_out/a"], may["kol_drops_out/b"]) == 10
    assert seen(world, may["three_in_the_morning"]) == 60  # followers find it when they wake up
    assert seen(world, may["budget_cut"], may["kol_drops_out/a"]) == 10 + 20  # then B can be paid


def test_a_late_post_loses_what_is_paid_for_while_nobody_is_awake():
    mechanisms = {"follow_feed": {"see": 1.0}, "paid_reach": {"price_per_thousand": 20.0, "impressions_per_hour": 1000}}
    world = planned(
        platforms={"square": worlds.platform(100, mechanisms=mechanisms)},
        campaign=CAMPAIGN | {"boosts": {"most": 5}, "budget": 101},
        plan={"posts": [POSTS[0] | {"boost": 1}, *POSTS[1:]]},
    )
    late = stressed(world, [found(world)["three_in_the_morning"]])
    paid, paid_late = (simulate(one).summary["square_paid"] for one in (world, late))
    assert 40 <= paid <= 50  # a yuan buys fifty
    assert paid_late <= 1
    assert seen(world) == 60 + paid
    assert seen(world, found(world)["three_in_the_morning"]) == 60 + paid_late


def test_a_story_that_an_adversity_brings_is_not_counted():
    world = planned(days=2.0)
    rival = found(world)["rival_event"]
    tables = simulate(stressed(world, [rival]))
    assert tables.summary["impressions"] == 60 + 2 * 10  # two posts to as many followers
    assert seen(world, rival) == 60
    (one,) = [unmet for unmet in cases(world, shipped(), "days_listed")[1] if unmet.name == "rival_event"]
    assert "one story alone" in one.why


def test_hedges_are_counted_too():
    """With 20 yuan more in the purse B's fee can be paid after the cut; a plan moved by a day is out of the run."""
    world = planned(campaign=CAMPAIGN | {"budget": 120})
    may = found(world)
    assert seen(world, may["budget_cut"]) == 60
    again = 'plan.posts[+]={at: "{struck + 3 hours}", by: {actor}, platform: {platform}}'
    hedges = {
        "cheaper": SAID | {"changes": ["drop b"]},
        "later": SAID | {"changes": ["shift plan by 2 days"]},
        "answer": SAID | {"answers": [again]},
    }
    catalogue = Catalogue.model_validate({"hedges": hedges})
    able, unable = shields(world, catalogue, list(may.values()))
    assert [shield.name for shield in able] == ["cheaper", "answer"]
    assert [(one.name, isinstance(one.why, Bilingual)) for one in unable] == [("later", True)]
    by_name = {shield.name: shield.what for shield in able}
    assert seen(world, hedge=by_name["cheaper"]) == 40
    assert seen(world, hedge=by_name["answer"]) == 60  # nothing has happened
    assert seen(world, may["kol_drops_out/a"], hedge=by_name["answer"]) == 30 + 10
    assert seen(world, may["kol_drops_out/b"], hedge=by_name["cheaper"]) == 40  # B was not hired


def test_a_hedge_may_not_cost_more_than_the_budget():
    world = planned()
    again = 'plan.posts[+]={at: "2021-01-01T12:00+08:00", by: b, platform: square}'
    dear = SAID | {"changes": [again, "campaign.kols[b].posts_each=2"]}
    _, (unable,) = shields(world, Catalogue.model_validate({"hedges": {"dear": dear}}), [])
    assert "budget" in unable.why


# ---- the world before


def test_worlds_are_equal_until_it_happens():
    """Also where an adversity brings a story, and no state can be shared."""
    world = planned(days=2.0)
    base = simulate(world).board.series[:, :, 0]
    parts = 0
    for case in found(world).values():
        other = stressed(world, [case])
        series = simulate(other).board.series[:, :, [*other.stories].index("tale")]
        differ = np.flatnonzero((series != base).any(axis=(1, 2)))
        step = int((case.struck - world.start).total_seconds() // 3600)
        assert not len(differ) or differ[0] >= min(step, first_difference(world, other) or step), case.key
        parts += bool(len(differ))
    assert parts > 3


def test_branches_give_the_numbers_of_whole_runs():
    world = planned(days=2.0)
    may = found(world)
    arms = [
        PLAN,
        *(arm([key]) for key in may),
        arm(["budget_cut", "rival_event"]),
        arm(["budget_cut", "kol_drops_out/a"]),
    ]
    made = Bench(world, "impressions", may, {})
    made.measure([(one, seed) for one in arms for seed in (5, 6)], "all")
    for one in arms:
        whole = bench.measured("impressions", ["tale"], made.world(one).model_copy(update={"seed": 5}))
        assert made.of(one, [5]) == [whole], one


# ---- templates


NAMES = sizes.many(["ding_zhen", "launch", "red_travel", "sir", "cases/mixue"], [*scenarios()])


@pytest.mark.grows
@pytest.mark.parametrize("name", NAMES)
def test_every_adversity_applies_to_every_scenario_or_says_why(name):
    world = load(name)
    if not isinstance(world, Scenario):
        with pytest.raises(SimError, match="has no plan"):
            stress(world)
        return
    may, unmet = cases(world, shipped())
    assert {case.name for case in may} | {one.name for one in unmet} == {*shipped().adversities}
    for one in unmet:
        assert one.why, one
        assert isinstance(one.why, Bilingual), one
        assert "{" not in one.title.en + one.why
    for case in may:
        assert "{" not in case.title.en + case.title.zh
        assert world.start <= case.struck < world.end
        assert stressed(world, [case]) != world
    able, unable = shields(world, shipped(), may[:1])
    assert {one.name for one in (*able, *unable)} == {*shipped().hedges}


def test_the_shipped_catalogues_are_told_in_both_languages_with_what_they_rest_on():
    catalogue = shipped()
    assert len(catalogue.adversities) >= 9
    assert len(catalogue.hedges) >= 6
    for what in (*catalogue.adversities.values(), *catalogue.hedges.values()):
        for label in (what.title, what.about):
            assert any("一" <= letter <= "鿿" for letter in label.zh)
            assert not any("一" <= letter <= "鿿" for letter in label.en)


def test_one_adversity_more_changes_no_other(tmp_path):
    """Neither its world, nor its key, nor in which futures it happens."""
    quiet = SAID | {"chance": 0.5, "source": "a test", "at": "{main}", "changes": ["drop b"]}
    more = {"adversities": {"quiet": quiet}}
    path = tmp_path / "mine.yaml"
    path.write_text(loader.dump(more), encoding="utf-8")
    world, catalogue = planned(), together(path)
    before, after = (cases(world, one)[0] for one in (shipped(), catalogue))
    assert [case for case in after if case.name != "quiet"] == before
    assert {case.key for case in after} - {case.key for case in before} == {"quiet"}
    chances = [(case.key, case.what.chance) for case in before]
    for number in range(50):
        both = score.future(3, number, [("quiet", 0.5), *chances])
        assert [key for key in both if key != "quiet"] == [*score.future(3, number, chances)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("adversities: {x: {chance: 2}}", "chance"),
        ("adversity: {}", "unknown key"),
        ("[]", "must be a mapping"),
    ],
)
def test_a_file_of_templates_with_a_fault_is_told_by_its_place(tmp_path, text, says):
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        together(path)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)


def test_names_are_filled_in():
    world = planned()
    names = names_of(world, "kols", "a")
    assert filled("{budget * 0.8}", names) == 80
    assert filled("{first - 90 minutes} {kol}", names) == "2021-01-01T06:30+08:00 a"
    assert filled("{post_at next 03:00}", names) == "2021-01-02T03:00+08:00"
    assert filled({"{kol}": ["{own}", "{left * 1.0}" if "left" in names.values else 0]}, names) == {"a": [10, 0]}
    for text in ("{budget + 2 hours}", "{first * 2}", "{first next 3}", "{nobody}", "{list}"):
        with pytest.raises(UnfitError) as caught:
            filled(text, names)
        assert isinstance(caught.value.why, Bilingual)
    for text in ("{main - 1.2.3 hours}", "{budget * .}", "{main next 25:00}", "{main - 99999999999 hours}"):
        with pytest.raises(UnfitError, match="cannot be reckoned"):
            filled(text, names)
    for text in ("{budget}", "2021-01-01T09:00"):  # the second is a time of no clock
        with pytest.raises(UnfitError, match="no time"):
            filling.moment(text, Names({"budget": 3}))


# ---- the search


def by_force(chances, broken, most):
    """The most plausible combination that breaks, of all."""
    every = (s for n in range(1, most + 1) for s in itertools.combinations(range(len(chances)), n))
    return max((joint(chances, s) for s in every if broken[s]), default=None)


@pytest.mark.parametrize("number", range(60))
def test_the_mildest_is_that_found_by_force(number):
    """On a table of outcomes that is made up, without any order in it."""
    key = streams.stream_key(number, "test/mildest")
    many, most = 2 + number % 5, 1 + number % 4
    chances = [0.02 + 0.9 * streams.py_uniform(key, i) for i in range(many)]
    every = [s for n in range(1, most + 1) for s in itertools.combinations(range(many), n)]
    broken = {s: streams.py_uniform(key, i, 1) < 0.15 for i, s in enumerate(every)}
    result = mildest(chances, broken.__getitem__, most=most)
    best = by_force(chances, broken, most)
    assert (result.found is None) == (best is None)
    assert result.whole
    if result.found:
        assert math.isclose(joint(chances, result.found), best)
        looked = [joint(chances, some) for some, _ in result.looked]
        assert looked == sorted(looked, reverse=True)
        assert sum(joint(chances, s) > best * (1 + 1e-12) for s in every) <= len(looked) - 1
    else:
        assert len(result.looked) == len(every)


def test_what_cannot_break_is_passed_over_but_not_what_contains_it():
    chances, cost = [0.5, 0.4, 0.3, 0.2], [1, 2, 3, 4]
    looks = []

    def breaks(some):
        looks.append(some)
        return sum(cost[i] for i in some) >= 5

    result = mildest(chances, breaks, lambda some: sum(cost[i] for i in some) >= 4)
    assert result.found == (1, 2)
    assert looks == [(3,), (0, 2), (1, 2)]
    assert set(result.passed) == {(0,), (1,), (2,), (0, 1)}
    assert mildest(chances, lambda some: None).whole is False
    assert mildest(chances, lambda some: False, most=2).found is None


# ---- the score


def test_the_worst_quarter_is_the_mean_of_the_worst_quarter():
    values = np.array([[3.0, 9.0], [1.0, 8.0], [7.0, 6.0], [2.0, 5.0]])
    assert math.isclose(score.worst(values).middle, (1 + 2) / 2)
    assert math.isclose(score.worst(values, 0.5).middle, (1 + 2 + 3 + 5) / 4)


def test_futures_happen_as_often_as_their_chance():
    drawn = [score.future(seed, number, [("x", 0.3), ("y", 0.1)]) for seed in range(500) for number in range(4)]
    for key, chance in (("x", 0.3), ("y", 0.1), ("xy", 0.03)):
        share = np.mean([{*key} <= {*keys} for keys in drawn])
        assert abs(share - chance) < 4 * math.sqrt(chance / len(drawn))


def test_robustness_weighs_what_may_happen():
    """Where one thing happens in half of all futures and halves the number, three quarters are left."""
    calm = np.array([10.0, 20.0, 30.0, 20.0])
    robust = score.Robust(calm, np.stack([calm, calm / 2], axis=1), 10.0)
    assert math.isclose(robust.kept.middle, 0.75)
    assert math.isclose(robust.weighed.middle, 15.0)
    assert robust.chance.middle == 7 / 8
    assert robust.chance_calm.middle == 1.0


# ---- the whole


@pytest.fixture(scope="module")
def answer():
    """A plan that meets its goal of 45 of 60, and of which what can be lost is known."""
    world = planned()
    names = ("budget_cut", "kol_drops_out", "three_in_the_morning")
    catalogue = shipped().model_copy(update={"adversities": {name: shipped().adversities[name] for name in names}})
    goal = Goal(metric="impressions", least=45)
    return asked(Question(world, goal, catalogue, seeds=4, confirm=3, paired=4, tries=5))


def test_the_order_is_that_of_the_costs(answer):
    cost = {key: answer.alone(key).middle for key in answer.order}
    assert cost == {"kol_drops_out/a": 30, "budget_cut": 20, "kol_drops_out/b": 20, "three_in_the_morning": 0}
    assert answer.order[0] == "kol_drops_out/a"
    assert answer.lost(arm(["kol_drops_out/a"]), anew=True).middle == 30
    both = {frozenset(pair): (answer.pair(pair).middle, answer.beyond(pair).middle) for pair in answer.tried}
    assert both[frozenset({"kol_drops_out/a", "budget_cut"})] == (30, -20)  # B is paid after all
    assert both[frozenset({"kol_drops_out/a", "kol_drops_out/b"})] == (50, 0)


def test_all_intervals_of_a_table_are_of_one_level_and_it_is_said(answer, monkeypatch):
    """Of noise in place of the runs: both columns of the pairs share what all their numbers are allowed to miss."""
    draws = worlds.rng(3)
    noise: dict = {}
    level, (one, other) = intervals.shared(2 * len(answer.tried)), answer.tried[0]
    with monkeypatch.context() as patch:
        patch.setattr(Stress, "values", lambda self, one, *, anew=False: noise.setdefault(one, draws.normal(size=9)))
        both, plan = answer.values(arm((one, other))), answer.values(PLAN)
        apart = answer.values(arm([one])) + answer.values(arm([other]))
        assert answer.pair((one, other)) == intervals.difference(both, plan, level)
        assert answer.beyond((one, other)) == intervals.difference(both, apart - plan, level)
    (manner,) = [line for line in words.lines(answer) if "Bonferroni" in line]
    assert f"{2 * len(answer.tried)} numbers of pairs" in manner
    assert "on new seeds for all 3 that were measured anew" in manner


def test_the_mildest_that_breaks_the_goal_is_the_most_plausible(answer):
    """The cut leaves 40 of 60, below the goal of 45; it is the likeliest of all. Two seeds more say the same."""
    assert answer.keys(answer.search.found) == ("budget_cut",)
    assert answer.met(PLAN).middle == 1.0
    assert answer.met(arm(["budget_cut"]), anew=True).middle == 0.0


def test_what_cannot_happen_together_is_told_and_not_taken_for_small():
    def ghost(followers):
        more = {"chance": 0.4, "source": "a guess", "at": "{first}"}
        return SAID | more | {"actors": [{"name": "ghost", "kind": "kol", "accounts": {"square": followers}}]}

    catalogue = Catalogue(adversities={"one": ghost(0), "other": ghost(5)})
    told = asked(Question(planned(), Goal(metric="impressions", least=45), catalogue, seeds=3, confirm=3, tries=9))
    assert told.tried == ()
    assert [(one.kind, one.name) for one in told.unmet] == [("together", "one + other")]
    assert "ghost" in told.unmet[0].why
    assert told.passed == len(told.search.passed) - 1
    assert all(set(keys) != {"one", "other"} for futures in told.futures for keys in futures)
    assert any(line.startswith("together  one + other") for line in words.lines(told))
    assert page.document(told)["kind"] == "stress"


def test_futures_weigh_by_chance(answer):
    values = answer.robust.futures
    for futures, row in zip(answer.futures, values, strict=True):
        for keys, value in zip(futures, row, strict=True):
            assert value == seen(answer.question.plan, *(answer.bench.cases[key] for key in keys))


def test_a_scenario_without_a_campaign_says_what_counts_by_its_goal():
    with pytest.raises(SimError, match="--goal"):
        stress("ding_zhen", users=100)
    with pytest.raises(SimError, match="must be above 0"):
        stress("ding_zhen", users=100, goal="people_reached>=0")
    with pytest.raises(SimError, match="only: needs a list"):
        stress("ding_zhen", users=100, only="rain")
    with pytest.raises(SimError, match="must look like"):
        stress("ding_zhen", goal="much", users=100)
    with pytest.raises(SimError, match="unknown adversity 'rian'; did you mean 'rain'"):
        stress("launch", only=["rian"])
    with pytest.raises(SimError, match="--seeds 2"):
        stress("launch", seeds=2)
    with pytest.raises(UnfitError, match="no campaign"):
        hedged(load("ding_zhen"), next(iter(shipped().hedges.values())))


def test_templates_lie_where_the_catalogue_says():
    place = Path(filling.__file__).parents[2] / "catalog"
    assert {path.stem for path in (place / "adversities").glob("*.yaml")} == {*shipped().adversities}
    assert {path.stem for path in (place / "hedges").glob("*.yaml")} == {*shipped().hedges}

"""Comparisons: intervals with known truth, worlds counted by hand, an arm against itself, the command for real."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from worlds import BACKGROUND, MECHANISMS, document, platform, post, rng, tiny

from sim.base import intervals, loader
from sim.base.errors import ScenarioError, SimError
from sim.cli import main
from sim.runs import runner
from sim.scenario import numbers
from sim.scenario.changes import parted
from sim.studies.compare import reached, runs
from sim.studies.compare import words as telling
from sim.studies.compare.answer import lines
from sim.studies.compare.arms import Arm, arms
from sim.studies.compare.runs import Job, Outcome, play
from sim.studies.compare.study import VIRAL, Bound, Comparison, Precision, Question, bound, paired
from sim.studies.compare.words import headline
from sim.studies.study import seeds
from verification.intervals import looked, studied

CHANCES = {"attend": 0.5, "like": 0.3, "comment": 0.1, "repost": 0.2, "create": 0.05, "follow": 0.2, "intend": 0.1}
QUIET = MECHANISMS["hot_list"] | {"background": BACKGROUND | {"births_per_day": 5, "peak_median": 10}}
FEW = {"follow_feed": {"see": 0.5}, "hot_list": QUIET | {"reads_per_hour": 30.0}}
NOON = "2021-01-01T12:00+08:00"


def lively(**changes):
    """A day of four hundred people who repost; a second post at noon."""
    square = platform(400, mechanisms=FEW, chances=CHANCES)
    facts = [post(), post(at=NOON, topic="Noon")]
    return document(400, followers=60, step_minutes=60, platforms={"square": square}, interventions=facts, **changes)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "tiny.yaml"
    path.write_text(loader.dump(lively()), encoding="utf-8")
    return path


def question(found, **rest):
    return Question(found, "people_reached", bound(VIRAL, 400), **rest)


def made(base, *others, metric="people_reached", **rest):
    """A comparison of numbers by hand, without a run."""
    found = tuple(Arm(f"arm {i}", "", tiny()) for i in range(1 + len(others)))
    numbers = tuple(
        tuple(Outcome({metric: float(value)}, np.zeros(2, np.int64)) for value in values)
        for values in zip(base, *others, strict=True)
    )
    return Comparison(Question(found, metric, Bound(metric, 10), seeds=len(numbers), **rest), numbers)


# ---- intervals with known truth


def normal(shape):
    return rng(1).normal(1, 1, shape), 1.0


def skewed(shape):
    return rng(2).lognormal(0, 1, shape), math.exp(0.5)


def few_hit(shape):
    """Seven pairs of ten do not differ, three do, some by much."""
    return np.where(rng(3).random(shape) < 0.3, rng(4).lognormal(0, 1, shape), 0.0), 0.3 * math.exp(0.5)


def exchangeable(shape):
    """Two arms that are the same but for chance, both with heavy tails."""
    return rng(5).lognormal(0, 1.5, shape) - rng(6).lognormal(0, 1.5, shape), 0.0


def coverage(draws, truth, level=0.95):
    found = [intervals.mean(row, level) for row in draws]
    return np.mean([one.low <= truth <= one.high for one in found])


# Measured with 20,000 samples each: normal .956 .953, skewed .923 .945, few hit .954 .954, exchangeable .98 .97.
@pytest.mark.parametrize(
    ("draw", "n", "least"),
    [
        (normal, 20, 0.94), (normal, 50, 0.94), (skewed, 20, 0.905), (skewed, 50, 0.925),
        (few_hit, 20, 0.935), (few_hit, 50, 0.935), (exchangeable, 20, 0.95), (exchangeable, 50, 0.95),
    ],
)  # fmt: skip
def test_the_mean_is_covered_as_often_as_the_decision_note_says(draw, n, least):
    draws, truth = draw((1500, n))
    assert coverage(draws, truth) >= least
    t = draws.std(axis=1, ddof=1) / np.sqrt(n) * 2.0
    assert draw in (normal, exchangeable) or np.mean(abs(draws.mean(axis=1) - truth) <= t) < coverage(draws, truth)


def test_false_alarms_stay_below_five_in_a_hundred():
    draws, _ = exchangeable((1500, 20))
    assert np.mean([intervals.mean(row).clear for row in draws]) <= 0.05


@pytest.mark.parametrize(("draw", "naive_misses"), [(normal, False), (skewed, True)])
def test_stopping_when_it_is_narrow_keeps_the_level_and_looking_naively_does_not(draw, naive_misses):
    """The stopping rule of `paired`, on 1500 studies of up to 160 pairs with a target met after some 60."""
    draws, truth = draw((1500, 160))
    study = made([0], [0], precision=Precision(1.0), most_seeds=160)
    looks = Question(study.arms, "x", Bound("x", 1), 20, precision=Precision(1.0), most_seeds=160)
    assert looks.looks == (20, 40, 80, 160)
    assert looks.level == pytest.approx(1 - 0.05 / 4)
    kept = {}
    for level in (looks.level, 0.95):
        target = np.median([intervals.mean(row[:60], level).half_width for row in draws[:200]])
        last = [stopped(row, target, looks.looks, level) for row in draws]
        kept[level] = np.mean([one.low <= truth <= one.high for one in last])
    assert kept[looks.level] >= 0.95
    assert not naive_misses or kept[0.95] < 0.93


def stopped(row, target, looks, level):
    for n in looks:
        interval = intervals.mean(row[:n], level)
        if interval.half_width <= target:
            break
    return interval


def test_the_mean_of_little_says_little():
    assert intervals.mean(np.array([])).middle is intervals.NOTHING.middle
    assert intervals.mean(np.array([3.0, np.nan])) == (3.0, -np.inf, np.inf, "one run: no interval")
    assert intervals.mean(np.array([1.0, 3.0])) == (2.0, -np.inf, np.inf, "two runs: no interval")
    found = intervals.mean(np.array([1.0, 2.0, 3.0]))  # not skewed: Student's own
    assert found[:3] == pytest.approx((2, 2 - 4.302653 / 3**0.5, 2 + 4.302653 / 3**0.5))
    assert not found.why


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([0] * 20, "the same in all 20"),
        ([0.1 + 0.2, 0.3, 0.3], "the same in all 3"),  # but for rounding
        ([7] * 200, "the same in all 200"),
        ([0] * 18 + [1, 40], "18 of 20 are the same; some 50 seeds are needed"),
        ([0] * 6 + [1, 2, 3, 40], "6 of 10 are the same; some 13 seeds are needed"),
        ([0] * 5 + [1, 2, 3, 4, 40], ""),
        ([0] * 95 + [1, 2, 3, 4, 40], ""),
        ([0, 0, 1, 2], ""),
        ([0, 0, 1], "2 of 3 are the same; some 15 seeds are needed"),
    ],
)
def test_where_most_pairs_are_the_same_there_is_no_interval(values, why):
    found = intervals.mean(np.array(values, float))
    assert found.why == why
    assert found.given == (why == "")
    assert found.given or not found.clear
    assert found.given or found.half_width == np.inf


def test_an_interval_ends_where_its_number_does():
    shares = np.array([0.01, 0.02, 0.5, 0.04, 0.97])
    assert intervals.mean(shares, within=(0, 1)).low == 0
    assert intervals.mean(1 - shares, within=(0, 1)).high == 1
    assert numbers.span("people_reached") == numbers.span("weibo_via_feed") == (0, np.inf)
    assert numbers.span("reached_share") == (0, 1)


def test_a_pair_that_comes_apart_is_allowed_for_on_the_side_to_which_pairs_differ():
    """Twenty pairs that agree to a person, of runs that differ by ten: one in seven may do otherwise all the same."""
    base = np.linspace(90, 110, 20)
    up, both = base + np.resize([1, 2, 3], 20), base + np.resize([-1, 1, 2, -2], 20)
    off = (1 - 0.05 ** (1 / 20)) * 2 * np.sqrt(base.var(ddof=1) + up.var(ddof=1))
    found, plain = intervals.difference(base, up), intervals.mean(up - base)
    assert found.low == plain.low  # no pair fell
    assert found.high == pytest.approx(plain.middle + off)
    found = intervals.difference(base, both)
    assert found.high - found.middle == pytest.approx(found.middle - found.low, rel=1e-9)
    wild = base + rng(4).normal(0, 100, 20)  # here the pairs themselves say more
    assert intervals.difference(base, wild) == intervals.mean(wild - base)


def rare(pairs):
    """One pair in five differs, always upwards, by a heavy tail; runs of both arms are as spread out as that."""
    draws = rng(7)
    base = draws.lognormal(0, 1.5, pairs).round()
    return np.column_stack([base, base + np.where(draws.random(pairs) < 0.2, draws.lognormal(1.5, 1, pairs), 0)])


def parting(pairs):
    """Pairs differ by little, and one in ten comes apart by as much as runs of other seeds do."""
    draws = rng(8)
    base = draws.normal(1000, 100, pairs)
    return np.column_stack([base, base + draws.lognormal(0, 1, pairs) + 150 * (draws.random(pairs) < 0.1)])


# Of 400 studies; a right program misses a bound once in a thousand suites, as `verification.intervals` measures it.
@pytest.mark.parametrize(("runs", "student"), [(rare, 0.1), (parting, 0.2)])
def test_intervals_of_pairs_miss_no_more_than_they_say_where_students_does(runs, student):
    found = studied(runs(4000), 10, 400)
    assert found.misses <= 0.07
    assert found.alarms <= 0.09
    assert found.by_student > student


def test_precision_does_not_stop_where_no_pair_differs():
    flat = np.column_stack([np.arange(200.0), np.arange(200.0)])
    flat[::40, 1] += 3  # one in forty
    stops, on_nothing, missed = looked(flat, 5, 40, 0.01, 60)
    assert (stops, on_nothing, missed) == (0, 0, 0)


def test_the_median_lies_between_two_draws():
    assert intervals.median(np.arange(6.0))[:3] == (2.5, 0, 5)  # 1 − 2/64 = 97 %
    assert intervals.median(np.arange(5.0))[:3] == (2, -np.inf, np.inf)  # at most 94 %
    assert intervals.median(np.arange(20.0))[:3] == (9.5, 5, 14)  # tables of the sign test: the 6th and the 15th
    draws, _ = skewed((2000, 20))
    inside = [one.low <= 1 <= one.high for one in map(intervals.median, draws)]
    assert np.mean(inside) >= 0.95


def test_a_share_has_wilsons_interval():
    assert intervals.share(0, 10)[1:3] == pytest.approx((0, 0.2775), abs=1e-4)  # Newcombe 1998, table I
    assert intervals.share(81, 263)[1:3] == pytest.approx((0.2553, 0.3662), abs=1e-4)  # Newcombe 1998
    assert intervals.share(10, 10).high == 1


def test_paired_shares_are_covered():
    """All tables of 20 pairs weighed by their chance: 10 % both, 5 % the first only, 25 % the second only."""
    cells = rng(7).multinomial(20, (0.1, 0.05, 0.25, 0.6), 1500)
    inside = []
    for both, first, second, neither in cells:
        base = np.repeat([True, True, False, False], [both, first, second, neither])
        arm = np.repeat([True, False, True, False], [both, first, second, neither])
        one = intervals.share_difference(base, arm)
        assert one.middle == pytest.approx((second - first) / 20)
        inside.append(one.low <= 0.2 <= one.high)
    assert np.mean(inside) >= 0.93
    same = intervals.share_difference(np.ones(20, bool), np.ones(20, bool))
    assert same.middle == 0
    assert -same.low == pytest.approx(same.high)


def test_narrowing_is_what_correlation_saves():
    common, own, other = rng(8).normal(size=(3, 4000))
    base, arm = common * 3 + own, common * 3 + other
    assert intervals.narrowing(base, arm) == pytest.approx(math.sqrt(10), rel=0.03)  # √(20 / 2)
    assert intervals.narrowing(np.arange(9.0), np.arange(9.0) + 5) == np.inf
    assert math.isnan(intervals.narrowing(np.ones(5), np.ones(5)))


def test_a_quotient_is_told_only_where_the_effect_is_clear():
    effect = rng(9).normal(10, 1, 40)
    assert intervals.quotient(3 * effect, effect)[:3] == pytest.approx((3, 3, 3))
    cost = np.full(40, 30.0)
    assert intervals.quotient(cost, effect).low < 3 < intervals.quotient(cost, effect).high
    assert math.isnan(intervals.quotient(cost, effect - 10).middle)


# ---- the verdict


def test_the_verdict_says_who_is_ahead_by_how_much_and_how_surely():
    base = [100.0 + i for i in range(20)]
    ahead = made(base, [value + 50 + i % 3 for i, value in enumerate(base)])
    (line,) = telling.verdict(ahead)
    assert line.startswith("'arm 1' is ahead of 'arm 0' in people reached: +51 (+47%) a run, +")
    assert "95 % interval, 20 seeds). It comes to people_reached ≥ 10 in 100 % of the runs, against 100 %" in line
    behind = telling.verdict(made([value + 50 + i % 3 for i, value in enumerate(base)], base))[0]
    assert behind.startswith("'arm 1' is behind 'arm 0' in people reached: −51 (−32%) a run, −")


def test_the_verdict_says_when_nothing_can_be_told():
    noise = [5.0, -4.0] * 5
    told = telling.verdict(made([100.0] * 10, [100 + x for x in noise]))[0]
    assert "cannot be told apart in people reached with 10 seeds: the difference is −" in told
    assert telling.verdict(made([7.0] * 10, [7.0] * 10)) == [
        "'arm 1' and 'arm 0' do not differ in people reached in any pair of 10 seeds."
    ]
    assert "with one seed: one run: no interval" in telling.verdict(made([1.0], [2.0]))[0]
    assert "(" not in telling.verdict(made([0.0] * 20, [float(i) + 5 for i in range(20)]))[0].split(" a run")[0]


def test_of_several_arms_the_one_furthest_ahead_comes_first_if_it_is_shown():
    base = [100.0 + i for i in range(20)]
    more, most = ([value + gain + i % 3 for i, value in enumerate(base)] for gain in (20, 50))
    first, *rest = telling.verdict(made(base, most, more))
    assert first == "Furthest ahead of 'arm 0' in people reached: 'arm 1'."
    assert len(rest) == 2
    near = [value + 0.5 * (i % 2) for i, value in enumerate(most)]
    first = telling.verdict(made(base, most, near))[0]
    assert first == "Ahead of 'arm 0' in people reached: 'arm 2', 'arm 1'; which is furthest is not shown."
    assert telling.verdict(made(most, more, base))[0] == "No arm is shown to be ahead of 'arm 0' in people reached."


def test_of_several_arms_like_the_first_one_is_rarely_called_another():
    """Five arms that do nothing: at 95 % each, one of five studies would call one of them ahead or behind.

    False alarms in 100 studies, at 5 % at most: more than 13 come by chance in one of two thousand.
    """
    draws = rng(11).normal(100, 1, (100, 6, 20))
    studies = [made(*map(list, arms)) for arms in draws]
    assert studies[0].question.level == pytest.approx(0.99)
    alarms = sum(any(study.difference("people_reached", arm).clear for arm in range(1, 6)) for study in studies)
    assert alarms <= 13
    told = telling.precision(studies[0])
    assert (
        told[1]
        == "5 arms beside the first share the 5 % in which intervals may miss, so each interval is one of 99.0 %"
    )


def test_arms_are_told_by_names_where_their_words_are_places(file, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text(loader.dump(lively(title="Other", days=2.0)), encoding="utf-8")
    found = arms([file, other], whats=["late: interventions[1].at=2021-01-01T13:00+08:00", "short: days=0.5"])
    told = telling.head(Comparison(question(found, seeds=1), ()))
    assert told[2:] == [
        "  " + str(file),
        "  " + str(other),
        "    days: 1 → 2",
        "  late: interventions[1].at=2021-01-01T13:00+08:00",
        "    interventions[post star tale square Noon 01 Jan 12:00].at: "
        "2021-01-01T12:00:00+08:00 → 2021-01-01T13:00:00+08:00",
        "  short: days=0.5",
    ]


# ---- arms


@pytest.mark.parametrize(
    ("text", "name", "changes"),
    [
        ("seed=1", "", ["seed=1"]),
        (
            "later: interventions[hop].at=2020-11-15T10:00+08:00",
            "later",
            ["interventions[hop].at=2020-11-15T10:00+08:00"],
        ),
        (
            "interventions[1].at=2020-11-15T10:00+08:00, days=3",
            "",
            ["interventions[1].at=2020-11-15T10:00+08:00", "days=3"],
        ),
        ("list: a.b=[1, 2], c={x: 1, y: 2}", "list", ["a.b=[1, 2]", "c={x: 1, y: 2}"]),
        ("stories.tale.title=Hello, world, days=2", "", ["stories.tale.title=Hello, world", "days=2"]),
        ("晚两天：days=2", "晚两天", ["days=2"]),
        ("a='it''s one, b=2', c=\"[, d=3\", e=4", "", ["a='it''s one, b=2'", 'c="[, d=3"', "e=4"]),
        ("a=it's one, b=2", "", ["a=it's one", "b=2"]),
        ("plan.posts[KOL A].boost=0, days=2", "", ["plan.posts[KOL A].boost=0", "days=2"]),
        (
            "late: shift plan by 2 days, swap KOL A with KOL B, days=2",
            "late",
            ["shift plan by 2 days", "swap KOL A with KOL B", "days=2"],
        ),
        (
            "buy place on b at 2021-01-01T04:00+00:00 for #x: y#",
            "",
            ["buy place on b at 2021-01-01T04:00+00:00 for #x: y#"],
        ),
    ],
)
def test_what_is_read(text, name, changes):
    assert parted(text) == (name, changes)


def test_arms_have_names_and_one_scenario(file):
    found = arms([file], whats=["late: days=2", "days=0.5"], sets=["seed=7"], users=300)
    assert [arm.name for arm in found] == ["as it is", "late", "days=0.5"]
    assert [arm.world.days for arm in found] == [1, 2, 0.5]
    assert {(arm.world.seed, arm.world.people.users) for arm in found} == {(7, 300)}
    assert [arm.name for arm in arms([file, "ding_zhen"])] == ["tiny", "ding_zhen"]


@pytest.mark.parametrize(
    ("sources", "words", "said"),
    [
        (1, {}, "nothing to compare with"),
        (1, {"whats": ["x: seed=1", "x: seed=2"]}, "two arms are called 'x'"),
        (1, {"whats": [f"seed={i}" for i in range(9)]}, "at most 8"),
        (1, {"whats": ["late: dayz=2"]}, "--what late: dayz=2"),
        (1, {"whats": ["late"]}, "path=value"),
        (1, {"drops": ["rival"]}, "has no counterfactuals"),
        (2, {}, "'tiny' is a platform world and 'sir' is a classical world"),
    ],
)
def test_what_cannot_be_compared_is_told(file, sources, words, said):
    with pytest.raises((SimError, ScenarioError), match=said.replace("[", r"\[")):
        arms([file, "sir"][:sources], **words)


@pytest.mark.parametrize(
    ("text", "least"), [("people_reached>=10%", 40), ("days_listed >= 2", 2), ("intents>=1.5e3", 1500)]
)
def test_what_is_viral_is_read(text, least):
    assert bound(text, 400).least == least


def test_what_is_not_viral_is_told():
    with pytest.raises(SimError, match="METRIC>=VALUE"):
        bound("a lot", 400)


# ---- numbers by hand


def test_pairs_by_hand():
    found = made([10, 20, 0, 9], [12, 20, 4, 9])
    assert found.differences("people_reached", 1).tolist() == [2, 0, 4, 0]
    assert found.difference("people_reached", 1).middle == 1.5
    assert found.ratio("people_reached", 1).middle == 1  # of 1.2, 1, 1; nothing over nothing says nothing
    assert found.went_viral(0).tolist() == [True, True, False, False]
    assert found.viral_difference(1).middle == 0
    assert found.middle_seed(1) == found.seeds[3]  # differences 0, 0, 2, 4 of the seeds at 1, 3, 0, 2


def test_a_metric_that_is_missing_was_never_won_and_a_blank_one_is_not_known():
    found = made([1, np.nan, 3], [2, 2, 2])
    assert found.differences("people_reached", 1)[[0, 2]].tolist() == [1, -1]
    assert found.difference("people_reached", 1).middle == 0
    assert found.differences("star_square_followers_won", 1).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("seeds", "most", "looks"), [(20, 200, (20, 40, 80, 160, 200)), (20, 20, (20,)), (30, 60, (30, 60)), (8, 9, (8, 9))]
)
def test_looks_double_up_to_the_limit(seeds, most, looks):
    found = made([1], [2]).arms
    asked = Question(found, "x", Bound("x", 1), seeds, precision=Precision(1.0), most_seeds=most)
    assert asked.looks == looks
    assert Question(found, "x", Bound("x", 1), seeds).looks == (seeds,)


# ---- worlds


def test_a_silent_star_reaches_nobody(tmp_path):
    """A star with ten followers of a hundred people posts once; in the other arm it does not."""
    path = tmp_path / "tiny.yaml"
    path.write_text(loader.dump(document(100, followers=10)), encoding="utf-8")
    found = arms([path], whats=["silent: interventions[0].enabled=false"])
    study = paired(Question(found, "people_reached", bound("people_reached>=10%", 100), seeds=3))
    assert study.differences("people_reached", 1).tolist() == [-10, -10, -10]
    assert study.differences("impressions", 1).tolist() == [-10, -10, -10]
    assert study.difference("people_reached", 1) == (-10, -np.inf, np.inf, "the same in all 3")
    assert headline(study) == "silent: people reached −10 in every pair"
    assert (study.viral_share(0).middle, study.viral_share(1).middle) == (1, 0)
    one = reached.told((*found, 1))
    assert (one.both, one.won.people, one.lost.people) == (0, 0, 10)
    assert one.parted == "2021-01-01T00:00+08:00"
    assert one.lost.by["platform"] == {"square": 10}
    assert sum(one.lost.by["segment"].values()) == sum(one.lost.by["activity"].values()) == 10
    assert [(words.split(",")[0], reads) for words, reads in one.lost.posts] == [("star", 10)]
    assert [name for name, _ in one.lost.topics] == ["square/Tale"]
    assert (one.won.posts, one.won.topics, one.won.actors) == ([], [], [])


def test_an_arm_against_itself_gives_exactly_nothing(file):
    found = arms([file], whats=["same: seed=5"])
    study = paired(question(found, seeds=6))
    for metric in study.metrics:
        pairs = study.differences(metric, 1)
        assert not pairs[np.isfinite(pairs)].any(), metric
    assert study.difference("impressions", 1).why == "the same in all 6"
    assert study.values("impressions", 0).std() > 0  # seeds do differ
    assert reached.told((*found, 1)).parted == ""
    assert study.precise


def test_worlds_are_the_same_until_what_differs(file):
    found = arms([file], whats=["without noon: interventions[1].enabled=false"])
    study = paired(question(found, seeds=4))
    assert (study.hourly(0)[:, :12] == study.hourly(1)[:, :12]).all()
    one = reached.told((*found, 2))
    assert one.parted == NOON
    assert one.lost.topics[0][0] == "square/Noon"
    assert len(one.lost.posts) == 1
    assert one.lost.people > 0
    for way in [*one.lost.ways, *one.won.ways]:
        assert "passes it on 01 Jan" in way[0]
        assert "star, post on square" in way[-1]


def test_what_is_won_and_lost_adds_up(file):
    found = arms([file], whats=["noon louder: interventions[1].appeal=3"])
    base, arm = (runner.simulate(one.world.model_copy(update={"seed": 3})) for one in found)
    one = reached.apart(base, arm, "louder", 3)
    everybody = [int((reached._reached(tables.world) > 0).sum()) for tables in (base, arm)]
    assert [one.both + one.lost.people, one.both + one.won.people] == everybody
    for side in (one.lost, one.won):
        assert sum(side.by["segment"].values()) == sum(side.by["community"].values()) == side.people


@pytest.mark.parametrize(
    ("change", "shared"),
    [
        ("interventions[1].appeal=3", 12), ("interventions[1].enabled=false", 12), ("people.fatigue.tire=0.9", 0),
        ("interventions[1].at=2021-01-01T20:00+08:00", 12), ("interventions[0].appeal=2", 0), ("title=Other", 24),
        ("actors[star].accounts.square=70", 0), ("days=3", 21), ("engine=agents", 24),
        ("engine=agents, interventions[1].appeal=3", 12),
    ],
)  # fmt: skip
def test_a_shared_past_changes_no_number(file, monkeypatch, change, shared):
    base, arm = found = arms([file], whats=[f"other: {change}"])
    assert runs.leaving(base.world, arm.world) == shared
    branched = play(Job(4, found))
    monkeypatch.setattr(runs, "leaving", lambda base, arm: 0)
    for one, whole in zip(branched, play(Job(4, found)), strict=True):
        assert one.series.tolist() == whole.series.tolist()
        assert one.metrics.keys() == whole.metrics.keys()
        np.testing.assert_array_equal([*one.metrics.values()], [*whole.metrics.values()])


def test_seeds_are_added_until_it_is_precise_or_the_limit_is_reached(file):
    found = arms([file], whats=["without noon: interventions[1].enabled=false"])
    asked = {"seeds": 4, "most_seeds": 10}
    study = paired(question(found, precision=Precision(0.0001, relative=True), **asked))
    assert len(study.seeds) == 10
    assert not study.precise
    study = paired(question(found, precision=Precision(1e6), **asked))
    assert len(study.seeds) == 4
    assert study.precise


def test_more_processes_give_the_same(file):
    found = arms([file], whats=["without noon: interventions[1].enabled=false"])
    one, two = (paired(question(found, seeds=3), jobs=jobs) for jobs in (1, 2))
    assert lines(one, []) == lines(two, [])
    assert (one.hourly(1) == two.hourly(1)).all()


def test_an_arm_that_fails_is_named(file, monkeypatch):
    found = arms([file], whats=["odd: days=0.5, people.fatigue.tire=0.9"])

    def fails(scenario, **_):
        raise SimError("no more ink") if scenario.days == 0.5 else ZeroDivisionError

    monkeypatch.setattr(runner, "simulate", fails)
    with pytest.raises(SimError, match="arm 'odd', seed 3: no more ink"):
        play(Job(3, found[1:]))
    with pytest.raises(ZeroDivisionError) as error:
        play(Job(3, found))
    assert error.value.__notes__ == ["in arm 'as it is' with seed 3"]


def test_an_unknown_metric_is_told_before_any_run(file, monkeypatch):
    monkeypatch.delattr(runner, "simulate")
    found = arms([file], whats=["odd: days=0.5"])
    with pytest.raises(SimError, match=r"--metric: no run has the metric 'intent'; did you mean 'intents'\?"):
        paired(Question(found, "intent", bound(VIRAL, 400), seeds=10**6))
    with pytest.raises(SimError, match=r"--viral: no run has the metric 'day_listed'; did you mean 'days_listed'\?"):
        paired(Question(found, "intents", bound("day_listed>=1", 400), seeds=10**6))


# ---- the command


def carry_out(capsys, *words):
    code = main.main(["compare", *map(str, words)])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_command_writes_what_it_tells(file, tmp_path, capsys):
    words = [
        file,
        "--what",
        "without noon: interventions[1].enabled=false",
        "--what",
        "louder: interventions[1].appeal=3",
    ]
    words += ["--seeds", 6, "--jobs", 1, "--out", tmp_path / "out", "--metric", "square_impressions"]
    code, out, _ = carry_out(capsys, *words)
    assert code == 0
    folder = next((tmp_path / "out" / "tiny").iterdir())
    assert folder.name.startswith("compare-without_noon-louder-")
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert names == {
        "CITATION.cff", "citation.bib",
        "SHA256SUMS", "compare.json", "compare.md", "runs.csv", "series.csv", "figures/compare.png",
        "page.html", "page.json",
        "arms/0.yaml", "arms/1.yaml", "arms/2.yaml",
    }  # fmt: skip
    record = json.loads((folder / "compare.json").read_text(encoding="utf-8"))
    made, series = (pd.read_csv(folder / f"{name}.csv") for name in ("runs", "series"))
    assert len(made) == 18
    assert made.seed.tolist() == np.repeat(seeds(1, "compare", 6), 3).tolist()
    pairs = made.pivot_table("square_impressions", "seed", "arm")
    off = (pairs["louder"] - pairs["as it is"]).mean()
    assert record["arms"][2]["metrics"]["square_impressions"]["difference"]["middle"] == pytest.approx(off)
    assert len(series) == 3 * 24
    assert (series.q05 <= series.q50).all()
    assert "pairing: louder: the error of square_impressions is" in out
    assert "Who was reached because of this: 'louder'" in out
    assert "square_impressions" in (folder / "compare.md").read_text(encoding="utf-8")
    assert out.rstrip().endswith(f"results: {folder}")
    again = carry_out(capsys, *words, "--quiet")
    assert again[1].strip() == str(folder)  # the same runs, the same digest


def test_the_command_says_why_it_stopped(file, tmp_path, capsys):
    words = [file, "--what", "louder: interventions[1].appeal=3", "--jobs", 1, "--out", tmp_path, "--no-who"]
    _, out, _ = carry_out(capsys, *words, "--seeds", 4, "--max-seeds", 8, "--precision", "0.01%")
    assert "not reached with the limit of 8 seeds" in out
    assert "2 looks share the 5 %" in out
    _, out, _ = carry_out(capsys, *words, "--seeds", 4, "--precision", "1e6")
    assert "asked ± 1.0 M, reached" in out


def test_classical_worlds_are_compared_too(tmp_path, capsys):
    words = ["sir", "--what", "slower: contagion.recover=0.5", "--seeds", 5, "--jobs", 1, "--set", "users=500"]
    code, out, _ = carry_out(capsys, *words, "--out", tmp_path)
    assert code == 0
    assert "peak_new" in out
    assert "Who was reached" not in out


def test_mistakes_are_one_line(file, tmp_path, capsys):
    for words, said in (
        ([], "nothing to compare with"),
        (["--what", "dayz=2"], "did you mean 'days'?"),
        (["--what", "days=2", "--viral", "lots"], "METRIC>=VALUE"),
        (["--what", "days=2", "--precision", "1%", "--max-seeds", 3], "below --seeds"),
    ):
        code, out, err = carry_out(capsys, file, *words, "--out", tmp_path / "out", "--jobs", 1)
        assert (code, out, len(err.splitlines())) == (2, "", 1)
        assert said in err
    assert not (tmp_path / "out").exists()


def test_an_interrupt_leaves_nothing(file, tmp_path, capsys, monkeypatch):
    def interrupted(world, **_):
        raise KeyboardInterrupt

    monkeypatch.setattr(runs, "outcome", interrupted)
    code, _, err = carry_out(capsys, file, "--what", "days=2", "--out", tmp_path / "out", "--jobs", 1, "--quiet")
    assert (code, err) == (130, "interrupted; nothing was written\n")
    assert not (tmp_path / "out").exists()

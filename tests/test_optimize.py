"""The search for plans: a known optimum is found, halves keep the best, the verdict is counted by hand, the command."""

import contextlib
import io
import json
import math
import re
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from test_campaign import data, post
from worlds import load as made
from worlds import rng

from sim.base import intervals, loader
from sim.base.words import humanise
from sim.cli import main
from sim.runs.runner import simulate
from sim.scenario.campaign import Plan
from sim.scenario.checks.campaign import findings
from sim.scenario.load import load
from sim.scenario.prices import candidates
from sim.studies.optimize import question as asking
from sim.studies.optimize import search as searching
from sim.studies.optimize import words
from sim.studies.optimize.answer import file_name
from sim.studies.optimize.frontier import Judged, frontier, in_mean, in_probability
from sim.studies.optimize.plans import boost_plan, draws, greedy_plan, market, random_plan
from sim.studies.optimize.question import Question
from sim.studies.optimize.search import FULL, Bench, chosen, effort, search, softened, tail

RUNGS = effort(FULL).rungs
PLANS = [Plan.model_validate({"posts": [post(boost=boost)]}) for boost in range(64)]


def judged(name, cost, values, goal=1.0):
    """A judged plan of which only the goal's metric is known."""
    return Judged(name, None, cost, np.array(values, float)[:, None], goal)


# ---- the search


def bowl(offered, luck=0.5):
    """A market in which the best plan is known: two own posts at noon pay, hired ones do, boosts and haste do not."""
    calls = Counter()

    def simulate_(wanted, words):
        calls[words] += len(wanted)
        return [(worth(offered, plan, seed, luck),) for plan, seed in wanted]

    return simulate_, calls


def worth(offered, plan, seed, luck=0.0):
    """What a plan is worth: a post at two o'clock in the afternoon three times one at other hours."""
    hours = [3.0 if one.at.hour == 14 else 1.0 for one in plan.posts]
    wasted = sum(one.boost for one in plan.posts) + 500 * len(plan.places)
    own = np.random.default_rng(seed).normal() + 0.3 * np.random.default_rng([seed, len(plan.posts)]).normal()
    return math.exp((sum(hours) - wasted / 500) / 4 + luck * own)


def points(offered, plan):
    """Worth without luck, on the scale on which it is counted."""
    return 4 * math.log(worth(offered, plan, 1, luck=0.0))


@pytest.fixture(scope="module")
def offered():
    return market(made(data(posts_a_day=9)))


@pytest.mark.parametrize("seed", range(4))
def test_a_known_optimum_is_found(offered, seed):
    """All hired and an own post at two, another own one later, nothing for boosts and places: 4 · 3 + 1 = 13."""
    simulate_, _ = bowl(offered)
    found = search(offered, simulate_, goal=20.0, runs=720, seed=seed)
    assert points(offered, found.nominees["best"]) > 12
    assert points(offered, greedy_plan(offered, 1000)) < 6
    assert np.median([points(offered, random_plan(offered, draws(i), 1000)) for i in range(200)]) < 8


def test_the_search_spends_no_more_runs_and_no_more_yuan_than_it_may(offered):
    simulate_, calls = bowl(offered)
    found = search(offered, simulate_, goal=30.0, runs=500, seed=5)
    assert sum(calls.values()) == len(found.runs) <= 500
    for plan in {plan for plan, _, _ in found.runs}:
        assert offered.cost(plan) <= offered.budget
        assert [*findings(offered.scenario.model_copy(update={"plan": plan}))] == []
    assert greedy_plan(offered, offered.budget) in {plan for plan, _, _ in found.runs}


@pytest.mark.parametrize("runs", [80, 120, 399])
def test_few_runs_make_a_shorter_search(offered, runs):
    simulate_, calls = bowl(offered, luck=0.1)
    found = search(offered, simulate_, goal=30.0, runs=runs, seed=5)
    assert sum(calls.values()) <= runs
    assert points(offered, found.nominees["best"]) > points(offered, greedy_plan(offered, 1000))


def test_all_plans_meet_the_same_seeds(offered):
    simulate_, _ = bowl(offered)
    found = search(offered, simulate_, goal=30.0, runs=720, seed=2)
    by_plan = {}
    for plan, seed, _ in found.runs:
        by_plan.setdefault(plan, []).append(seed)
    longest = max(by_plan.values(), key=len)
    assert {len(seeds) for seeds in by_plan.values()} >= set(RUNGS)
    assert all(sorted(seeds) == sorted(longest[: len(seeds)]) for seeds in by_plan.values())


def test_the_same_question_gives_the_same_plans(offered):
    one, other = (search(offered, bowl(offered)[0], goal=30.0, runs=400, seed=3) for _ in range(2))
    assert one == other
    assert one != search(offered, bowl(offered)[0], goal=30.0, runs=400, seed=4)


@pytest.mark.parametrize(("shared", "least"), [(1.0, 0.95), (0.0, 0.6)])
def test_halving_keeps_the_best_with_a_stated_rate(shared, least):
    """Sixteen plans, a tenth apart, noise of five times that: what is shared between plans does no harm."""
    kept, tries = 0, 200
    for turn in range(tries):
        numbers = rng(turn)
        means = 0.1 * numbers.permutation(16)
        common, own = numbers.normal(size=16), numbers.normal(size=(16, 16))
        noise = 0.5 * (shared * common + math.sqrt(1 - shared**2) * own) + 0.05 * own
        left = list(range(16))
        for seeds in RUNGS:
            scores = [softened(np.exp(means[i] + noise[i, :seeds]), math.exp(0.8)) for i in left]
            left = chosen(left, [1.0] * len(left), scores, max(2, len(left) // 2))
        kept += int(np.argmax(means)) in left
    assert kept / tries >= least


def test_cheap_plans_are_not_crowded_out_by_dear_ones():
    costs = [1.0] * 8 + [0.5, 0.25]
    scores = [0.9 - 0.01 * i for i in range(8)] + [0.2, 0.1]
    assert set(chosen(range(10), costs, scores, 6)) >= {8, 9}
    assert chosen(range(10), costs, scores, 1) == [0]
    assert chosen([0, 1], [0.4, 0.3], [0.5, 0.5], 1) == [1]  # as good and cheaper


def test_a_bench_makes_no_run_twice():
    calls = []

    def simulate_(wanted, words):
        calls.extend(wanted)
        return [(1.0,) for _ in wanted]

    bench = Bench(simulate_, 1.0, 7, effort(FULL))
    bench.measure([PLANS[0], PLANS[0], PLANS[1]], 4, "")
    bench.measure(PLANS[:2], 6, "")
    assert len(calls) == len(set(calls)) == 12
    assert len(bench.values(PLANS[0], 6)) == 6


def test_scores_by_hand():
    assert softened(np.array([10.0, 10.0]), 10.0) == pytest.approx(0.5)
    assert softened(np.array([10 * math.exp(searching.WIDTH)]), 10.0) == pytest.approx(0.8413, abs=1e-4)
    assert softened(np.array([0.0]), 10.0) < 1e-9
    assert tail(np.arange(20.0), 0.1) == 0.5
    assert tail(np.array([3.0, 9.0]), 0.1) == 3.0


# ---- simple plans


def test_the_greedy_plan_buys_most_followers_a_yuan_and_posts_at_once(offered):
    plan = greedy_plan(offered, 1000)
    hired = [one for one in plan.posts if one.by in offered.known]
    assert {one.by for one in hired} == set(candidates(offered.scenario))
    assert {one.at for one in hired} == {offered.slots[0]}
    assert offered.cost(plan) == 350 + 5 * 100
    assert {one.by for one in greedy_plan(offered, 260).posts} == {"star", "square_koc_03", "square_koc_01"}
    assert {one.by for one in boost_plan(offered, 1000).posts} == {"star"}


def test_random_plans_differ_and_hang_on_their_key_alone(offered):
    plans = [random_plan(offered, draws(key), 1000) for key in range(50)]
    assert len(set(plans)) > 40
    assert plans == [random_plan(offered, draws(key), 1000) for key in range(50)]


# ---- the verdict


def test_probabilities_and_bad_luck_by_hand():
    one = judged("one", 5, [0.5] * 12 + [2.0] * 8)
    assert one.probability == 0.4
    assert one.interval[1:3] == pytest.approx((0.2188, 0.6134), abs=1e-4)  # Wilson
    assert one.bad == 0.5


def test_paired_differences_by_hand():
    """Ten seeds gained and two lost of forty; Newcombe's method 10, by hand from Wilson's intervals and φ."""
    hit, miss = 2.0, 0.5
    one = judged("one", 0, [hit] * 10 + [miss] * 2 + [hit] * 14 + [miss] * 14)
    other = judged("other", 0, [miss] * 10 + [hit] * 2 + [hit] * 14 + [miss] * 14)
    found = in_probability(one, other)
    assert found.middle == pytest.approx(24 / 40 - 16 / 40)
    off = (24 / 40 - 0.445973, 0.554027 - 16 / 40)  # Wilson: 24 of 40 from 0.446, 16 of 40 up to 0.554
    phi = (14 * 14 - 10 * 2 - 40 / 2) / math.sqrt(24 * 16 * 16 * 24)
    half = math.sqrt(off[0] ** 2 - 2 * phi * off[0] * off[1] + off[1] ** 2)
    assert found.low == pytest.approx(8 / 40 - half, abs=1e-4)
    mean = in_mean(one, other)
    assert mean.middle == pytest.approx(1.5 * 8 / 40)
    assert mean.low < mean.middle < mean.high


def test_pairs_tell_what_groups_would_not():
    """Luck that both share leaves the difference: seeds differ a hundredfold, the plans by a tenth."""
    luck, own = np.exp(rng().normal(0, 2, 60)), rng(2).normal(0.1, 0.01, 60)
    found = in_mean(judged("one", 0, luck + own), judged("other", 0, luck))
    assert found.low == pytest.approx(0.1, abs=0.01)
    assert found.clear


def test_intervals_cover_as_often_as_they_say():
    """Over a thousand draws of paired successes, 95 in 100 intervals hold the true difference."""
    numbers, held = rng(3), 0
    for _ in range(1000):
        luck = numbers.random((40, 2))
        both = luck[:, 0] < 0.4
        one, other = both | (luck[:, 1] < 0.3), both | (luck[:, 1] > 0.9)
        found = in_probability(judged("one", 0, 2.0 * one), judged("other", 0, 2.0 * other))
        held += found.low <= 0.6 * (0.3 - 0.1) <= found.high
    assert 0.93 <= held / 1000 <= 0.99


def test_what_is_better_in_chance_or_in_mean_has_two_tries_at_one_level():
    """A dearer plan whose mean is clear at 95 %, and not where two tries share that, is not shown to be better."""
    cheap = judged("cheap", 1, rng(4).normal(5, 1, size=20), goal=0.0)
    for shift in np.arange(0, 2, 0.02):
        dear = judged("dear", 900, cheap.values + shift + rng(5).normal(size=20), goal=0.0)
        if in_mean(dear, cheap).low > 0:
            break
    assert in_mean(dear, cheap, intervals.shared(2)).low <= 0
    assert frontier([cheap, dear], 1000) == [True, False]


def test_the_frontier_holds_what_no_plan_beats():
    plans = [
        judged("nothing", 0, [0.0] * 40),
        judged("cheap", 5, [0.0] * 20 + [2.0] * 20),
        judged("dear", 10, [0.0] * 8 + [2.0] * 32),
        judged("wasteful", 11, [0.0] * 20 + [2.0] * 20),
        judged("safe", 10, [1.5] * 40),
    ]
    assert frontier(plans, 20) == [True, True, False, False, True]  # safe succeeds as often as can be
    assert frontier(plans[:4], 20) == [True, True, True, False]


def test_a_few_yuan_are_no_difference_and_what_the_seeds_cannot_tell_is_not_worth_money():
    ten = [0.0] * 20 + [2.0] * 20
    alike = [judged(f"plan {yuan}", yuan, ten) for yuan in (1000, 1002, 1003, 1009)]
    assert frontier(alike, 1000) == [True, False, False, False]
    lucky = judged("one run luckier", 900, [0.0] * 19 + [2.0] * 21)
    assert frontier([alike[0], judged("half", 500, ten), lucky], 1000) == [False, True, False]
    better = judged("better", 1003, [0.0] * 10 + [2.0] * 30)
    assert frontier([*alike, better], 1000) == [False, False, False, False, True]


def test_proposals_hang_on_names_and_not_on_places():
    """One more platform of the organiser's, first by name, and one more candidate leave the others' draws alone."""
    offered = market(made(data(own={"actor": "star", "posts": 9}, budget=10**6)))
    more = replace(offered, own=("arena", *offered.own))
    for key in range(20):
        plans = [random_plan(one, draws(key), 0) for one in (offered, more)]
        here = [[post for post in plan.posts if post.platform == "square"] for plan in plans]
        assert here[0] == here[1]


# ---- what cannot be answered


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ding_zhen"], "ding_zhen has no campaign"),
        (["ding_zhen", "--budget", "5"], "ding_zhen has no campaign"),
        (["sir"], "sir has no campaign"),
        (["launch", "--goal", "people_reached=5"], "is no goal; write it like people_reached>=60_000_000"),
        (["launch", "--goal", "people_reachd>=5"], "did you mean 'people_reached'?"),
        (["launch", "--runs", "20"], "--runs 20 are too few"),
        (["launch", "--seeds", "3"], "--seeds 3 are too few"),
    ],
)
def test_what_cannot_be_answered_is_told(arguments, words, tmp_path, capsys):
    assert main.main(["optimize", *arguments, "--out", str(tmp_path), "--quiet"]) == 2
    assert words in capsys.readouterr().err


# ---- for real


SMALL = ["--runs", "50", "--seeds", "6"]


@pytest.fixture(scope="module")
def quick():
    """A search of few seeds and plans; workers know nothing of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching, "effort", lambda runs: searching.Effort((1, 2, 4), 6, 3, 3))
        patch.setattr(asking, "LEAST_RUNS", 50)
        patch.setattr(asking, "LEAST_SEEDS", 6)
        yield


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A tiny world with a campaign, as a file."""
    path = tmp_path_factory.mktemp("world") / "tiny.yaml"
    document = data(users=400, posts_a_day=9, goal={"metric": "impressions", "least": 1200})
    document |= {"step_minutes": 60, "days": 0.9}
    path.write_text(loader.dump(document), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def printed(source, quick, tmp_path_factory):
    """What an optimisation by the command prints, and where its results are."""
    out, words = tmp_path_factory.mktemp("results"), io.StringIO()
    with contextlib.redirect_stdout(words):
        assert main.main(["optimize", str(source), "--out", str(out), "--jobs", "1", *SMALL]) == 0
    return words.getvalue(), out


@pytest.fixture(scope="module")
def folder(printed):
    """The folder of that optimisation."""
    (found,) = (printed[1] / "tiny").iterdir()
    return found


def test_the_command_leaves_a_whole_folder(folder):
    assert folder.name.startswith("optimize-")
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    plain = {name for name in names if not name.endswith(".yaml")}
    assert plain == {
        "CITATION.cff",
        "citation.bib",
        "SHA256SUMS",
        "frontier.csv",
        "optimize.json",
        "runs.csv",
        "figures/optimize.png",
        "page.html",
        "page.json",
    }
    assert "best.yaml" in names
    front, runs = pd.read_csv(folder / "frontier.csv"), pd.read_csv(folder / "runs.csv")
    assert {"best", "greedy", "paid reach only", "random 1", "nothing"} <= set(front.plan)
    assert (front.cost_yuan <= 1000).all()
    assert (front.most_spent_yuan <= front.cost_yuan).all()
    assert (runs.spend_yuan <= runs.cost_yuan).all()
    assert set(runs.seed[runs.stage == "search"]).isdisjoint(runs.seed[runs.stage == "held back"])
    best = front[front.plan == "best"].iloc[0]
    again = runs[(runs.stage == "held back") & (runs.plan == _number(runs, best))].impressions
    assert best.probability == pytest.approx((again >= 1200).mean())
    record = json.loads((folder / "optimize.json").read_text(encoding="utf-8"))
    assert record["plans"]["nothing"] is None
    assert len(record["verdict"]) >= 3


def _number(runs, best):
    """The plan whose held-back runs have the mean that the frontier names."""
    means = runs[runs.stage == "held back"].groupby("plan").impressions.mean()
    return (means - best["mean"]).abs().idxmin()


def test_the_best_plan_is_a_scenario_that_runs(folder):
    scenario = load(folder / "best.yaml")
    summary = simulate(scenario).summary
    assert scenario.plan is not None
    assert summary["spend_yuan"] <= 1000
    assert json.dumps(summary)


@pytest.mark.verify  # tests/contract/test_studies.py has it of a smaller question, from Python
def test_the_answer_is_the_same_for_any_number_of_processes(source, quick, folder, tmp_path, capsys):
    assert main.main(["optimize", str(source), "--out", str(tmp_path), "--jobs", "2", "--quiet", *SMALL]) == 0
    (other,) = (tmp_path / "tiny").iterdir()
    assert capsys.readouterr().out.strip() == str(other)
    for name in ("frontier.csv", "runs.csv", "best.yaml"):
        assert (other / name).read_bytes() == (folder / name).read_bytes()


def test_what_is_printed(printed, folder):
    text, _ = printed
    assert "goal: impressions ≥ 1,200; budget 1,000 yuan" in text
    assert "6 held-back seeds that it has not seen" in text
    table = pd.read_csv(folder / "frontier.csv").set_index("plan")
    assert f" {humanise(table.loc['nothing', 'median'])} " in next(
        x for x in text.splitlines() if x.startswith("nothing")
    )
    assert "'best' " in text
    assert f"sim run {folder / 'best.yaml'}" in text
    assert text.rstrip().endswith(f"results: {folder}")


def test_every_plan_with_a_star_is_printed_and_written(printed, folder):
    front = pd.read_csv(folder / "frontier.csv")
    plans = json.loads((folder / "optimize.json").read_text(encoding="utf-8"))["plans"]
    starred = [name for name in front.plan[front.on_frontier == 1] if plans[name]]
    assert starred
    written = {path.name: load(path).plan.model_dump(mode="json") for path in folder.glob("*.yaml")}
    shown = {name: plans[name] for name in re.findall(r"the plan '(.*)':", printed[0])}
    assert written == {file_name(name): plan for name, plan in shown.items()}
    assert "best" in shown
    assert all(plans[name] in shown.values() for name in starred)


def test_the_file_of_a_plan_has_its_name():
    assert [file_name(name) for name in ("best", "best at 50%", "random 3")] == [
        "best.yaml",
        "best_at_50.yaml",
        "random_3.yaml",
    ]


def test_a_random_plan_with_a_star_is_shown_and_one_plan_only_once(offered):
    plans = {"best": PLANS[3], "at half the cost": PLANS[3], "random 3": PLANS[9], "greedy": PLANS[5], "nothing": None}
    chances = {"best": 4, "at half the cost": 4, "random 3": 40, "greedy": 2, "nothing": 1}
    some = [
        Judged(name, plan, 500 if plan else 0, np.repeat([1.0, 0.0], [n, 40 - n])[:, None], 1.0)
        for (name, plan), n in zip(plans.items(), chances.values(), strict=True)
    ]
    answer = SimpleNamespace(judged=some, market=offered)
    assert [one.name for one in words.shown(answer)] == ["best", "random 3"]


def test_budget_and_goal_can_be_asked_for(source):
    asked = Question(str(source), budget=600, goal="impressions>=1_100").load().campaign
    assert (asked.budget, asked.goal.metric, asked.goal.least) == (600, "impressions", 1100)

"""Plans changed in words: each verb against the plan that one would have written, and every way to write it wrongly."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_campaign import data, post
from test_kols import KOLS

import sim
from sim.base import loader
from sim.base.errors import ScenarioError
from sim.base.notices import gathered
from sim.base.reader import Document
from sim.cli import main
from sim.runs.result import Result
from sim.scenario.changes import applied, is_change, parted
from sim.scenario.load import load

PLAN = {
    "posts": [post("KOL A", 3), post("star", 4), post("star", 8)],
    "places": [{"at": "2021-01-01T05:00+08:00", "platform": "square"}],
}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """A world with a plan as a file."""
    kols = [*KOLS, {"name": "KOL C", "platform": "arena", "followers": 50, "price": 1}]
    document = data(PLAN, kols=kols)
    document["platforms"]["arena"] = document["platforms"]["square"]
    document["platforms"]["square"]["content"]["draw"] = {"half_life_hours": 5, "lucky_draw": True}
    document["actors"][0]["accounts"]["arena"] = 10
    file = tmp_path_factory.mktemp("plan") / "world.yaml"
    file.write_text(loader.dump(document), encoding="utf-8")
    return file


def told(plan):
    """A plan as hours, names and platforms, and what else sets an item apart."""
    posts = sorted((one.at.hour, one.by, one.platform, one.prize) for one in plan.posts)
    return posts, [(one.at.hour, one.topic) for one in plan.places]


BASE = [(3, "KOL A", "square", 0), (4, "star", "square", 0), (8, "star", "square", 0)]


@pytest.mark.parametrize(
    ("text", "posts", "places"),
    [
        ("shift plan by 2 hours", [(5, "KOL A"), (6, "star"), (10, "star")], [(7, "")]),
        ("shift KOL A by -60 minutes", [(2, "KOL A"), (4, "star"), (8, "star")], [(5, "")]),
        ("shift plan.places by −1 hour", [(3, "KOL A"), (4, "star"), (8, "star")], [(4, "")]),
        ("shift plan.posts[1] by 0.5 days", [(3, "KOL A"), (8, "star"), (16, "star")], [(5, "")]),
        ("swap KOL A with plan.posts[2]", [(3, "star"), (4, "star"), (8, "KOL A")], [(5, "")]),
        ("replace KOL A with 甲号", [(3, "甲号"), (4, "star"), (8, "star")], [(5, "")]),
        ("replace KOL A with square_koc_02", [(3, "square_koc_02"), (4, "star"), (8, "star")], [(5, "")]),
        ("drop star", [(3, "KOL A")], [(5, "")]),
        ("drop plan.places[0]", [(3, "KOL A"), (4, "star"), (8, "star")], []),
        ("drop plan", [], []),
    ],
)
def test_a_verb_is_the_plan_that_one_would_have_written(path, text, posts, places):
    changed = told(load(path, sets=[text]).plan)
    assert ([one[:2] for one in changed[0]], changed[1]) == (posts, places)


def test_a_replacement_acts_where_it_has_its_account(path):
    plan = load(path, sets=["replace KOL A with KOL C"]).plan
    assert ("KOL C", "arena") in {(one.by, one.platform) for one in plan.posts}


def test_a_place_for_a_new_hashtag_and_a_lucky_draw(path):
    sets = [
        "drop plan.places",
        "plan.posts[KOL A].topic=新话题",
        "buy place on square at 2021-01-01 06:00 for #新话题#",
        "lucky draw of 1_0 yuan by KOL A",
    ]
    posts, places = told(load(path, sets=sets).plan)
    assert places == [(6, "新话题")]
    assert posts == [(3, "KOL A", "square", 10), *BASE[1:]]


@pytest.mark.parametrize(
    ("text", "audience"),
    [
        ("aim KOL A at ages 20-29 and 60+, regions west", {"ages": ("20-29", "60+"), "regions": ("west",)}),
        ("aim plan.posts[0] at segments post_90s", {"segments": ("post_90s",)}),
        ("aim KOL A at everybody", None),
    ],
)
def test_a_boost_is_aimed_at_an_audience(path, text, audience):
    sets = ["plan.posts[KOL A].boost=10", "plan.posts[KOL A].audience={ages: [30-39]}", text]
    (one,) = [one for one in load(path, sets=sets).plan.posts if one.by == "KOL A"]
    assert (one.audience.parts if one.audience else None) == audience


@settings(max_examples=50, deadline=None)
@given(st.integers(-100, 100), st.sampled_from(["minutes", "hours"]))
def test_a_shift_and_its_opposite_leave_the_plan(n, unit):
    document = Document({"plan": PLAN})
    there = applied(document, [f"shift plan by {n} {unit}", f"shift plan by {-n} {unit}"])
    assert {one["at"] for one in there.data["plan"]["posts"]} == {
        one["at"].replace("+08:00", ":00+08:00") for one in PLAN["posts"]
    }
    assert document.data == {"plan": PLAN}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("shift plan by two days", "is not understood; write 'shift plan by 2 days'"),
        ("shift plan by 2 days", ".at: lies outside the campaign"),
        ("shift KOL B by 2 days", "nothing in the plan is meant by 'KOL B'; did you mean 'KOL A'?"),
        ("swap KOL A with star", "as many times must go each way, and KOL A has 1 items and star 2"),
        ("swap star with star", "as many times must go each way"),
        ("replace KOL A with KOL B", "'KOL B' is neither the organiser nor among the KOLs; did you mean 'KOL"),
        ("replace plan.places with KOL A", "a place on a list is nobody's"),
        ("buy place on square at noon", "is not understood; write 'buy place on PLATFORM at"),
        ("buy place on square at 2021-99-01", "'2021-99-01' is no time"),
        ("buy place on square at 2021-01-01T06:00 for #x#", "plan.places[1].topic: unknown topic 'x'"),
        ("lucky draw of 10 by plan.places", "only a post can hold a lucky draw"),
        ("aim KOL A at ages 20-29", "audience: says for whom a boost is, and there is no boost"),
        ("aim KOL A at west", "'west' stands before segments or ages or regions; write 'aim KOL A at ages"),
        ("aim KOL A at regions", "audience: asks for nobody"),
        ("aim KOL A at regions wset", "audience.regions[0]: unknown region 'wset'; did you mean 'west'?"),
        ("aim plan.places at ages 60+", "only a post can have a boost"),
        ("aim KOL A", "is not understood; write 'aim KOL A at ages"),
        ("shift plan by 1e99 days", "is not understood"),
        ("shift plan by 999999999999 weeks", "goes beyond all calendars"),
    ],
)
def test_what_cannot_be_done_is_told_in_the_words_that_asked_for_it(path, text, words):
    with pytest.raises(ScenarioError) as caught:
        load(path, sets=[text])
    (line,) = str(caught.value).splitlines()[:1]
    assert line.startswith(f"--set {text}: ")
    assert words in line


def test_a_verb_needs_a_plan(path):
    with pytest.raises(ScenarioError, match="drop star: needs a plan, and the scenario has none"):
        load(path, sets=["plan=null", "drop star"])


def test_verbs_are_changes_wherever_changes_are():
    assert all(
        map(is_change, ["aim x at ages 60+", "shift plan by 2 days", "a[b c].d=1", "days=2", "lucky  draw of 5 by x"])
    )
    assert not any(map(is_change, ["shifty plan", "swap", "hello", "a b=1"]))


def test_compare_takes_verbs(path, tmp_path, capsys):
    whats = ["--what", "later: shift plan by 2 hours, plan.posts[KOL A].boost=10", "--what", "drop star"]
    asked = ["compare", str(path), *whats, "--seeds", "2", "--no-who", "--out", str(tmp_path), "--jobs", "1"]
    assert main.main([*asked, "--users", "200"]) == 0
    said = capsys.readouterr().out
    assert "later: shift plan by 2 hours, plan.posts[KOL A].boost=10" in said
    assert "drop star" in said


VERBS = (
    "plan=null",
    "plan.posts=[]",
    "drop KOL A",
    "drop plan",
    "replace KOL A with 甲号",
    "replace KOL A with KOL C",
    "replace KOL A with square_koc_02",
    "swap KOL A with plan.posts[2]",
    "shift plan by 2 hours",
    "shift KOL A by -30 minutes",
    "plan.places=[], buy place on square at 2021-01-01T07:00 for #Tale#",
    "plan.posts[1].boost=10, aim plan.posts[1] at ages 20-29",
    "lucky draw of 3 yuan by KOL A",
    "plan.posts[KOL A].boost=10",
    "campaign.budget=5000",
)


@pytest.fixture(scope="module")
def run(path, tmp_path_factory):
    """A run of the world with its plan, kept as it was before the first post and after it."""
    moments = ["2021-01-01T02:00", "2021-01-01T03:30"]
    return sim.run(path, users=200, out=tmp_path_factory.mktemp("run"), snapshot_at=moments, figures=False).path


@pytest.mark.parametrize("text", VERBS)
def test_a_fork_from_before_the_plan_is_the_run_of_the_change_made_whole(path, run, text, tmp_path, capsys):
    asked = ["fork", str(run), "--at", "2021-01-01T02:00", "--what", f"x: {text}", "--no-figures", "--quiet"]
    assert main.main([*asked, "--out", str(tmp_path)]) == 0, capsys.readouterr().err
    branch = Result(capsys.readouterr().out.strip())
    whole = sim.run(path, users=200, sets=parted(text)[1], out=tmp_path / "whole", figures=False)
    assert (branch.digest, branch.summary) == (whole.digest, whole.summary)
    assert branch.run["branch"]["from_start"]


@pytest.mark.parametrize("text", ["plan=null", "plan.posts=[]", "drop KOL A", "replace KOL A with 甲号"])
def test_a_plan_that_has_begun_is_refused_in_words_of_the_plan(run, text, tmp_path, capsys):
    asked = ["fork", str(run), "--at", "2021-01-01T03:30", "--what", f"x: {text}", "--out", str(tmp_path)]
    assert main.main(asked) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "the plan's post of " in err
    assert ", of 2021-01-01 03:00, lies before 2021-01-01 03:30, where the branch begins" in err


# ---- what-ifs that a change leaves without what they are about


def test_a_what_if_without_its_plan_is_left_aside_and_told(path):
    what = "counterfactuals={less: {title: less, set: {'plan.posts[1].boost': 5}}, gone: {title: x, set: {plan: null}}}"
    whole = load(path, sets=[what])
    with gathered() as said:
        bare = load(whole, sets=["plan=null"])
    assert [*bare.counterfactuals] == ["gone"]
    (notice,) = said
    assert notice.kind == "counterfactual_left_aside"
    assert "counterfactual 'less' is left aside, it no longer applies: set: plan.posts: has 0 items" in notice.text
    with pytest.raises(ScenarioError, match="has 3 items, so there is no"):
        load(whole, sets=["counterfactuals.less.set={'plan.posts[7].boost': 5}"])

"""`sim diff` and `sim show` of parts: differences by names and not by places, in scenarios and in result folders."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.base import loader
from sim.cli import main
from sim.scenario.differences import NOTHING, differences
from sim.scenario.load import load

LAUNCH = load("launch")
NIGHT = "{at: 2021-04-09T20:00+08:00, kind: post, actor: bureau, platform: douyin, story: lanterns}"


def told(*sets):
    """In what a changed launch differs, in lines."""
    return [str(one) for one in differences(LAUNCH, load(LAUNCH, sets=sets))]


def said(capsys, *words):
    """Exit code, what was printed, what was complained of."""
    code = main.main([*words])
    out = capsys.readouterr()
    return code, out.out.splitlines(), out.err


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("actors[papers].count=8", "actors[papers].count: 4 → 8"),
        (
            "interventions[0].at=2021-04-07T11:00+08:00",
            "interventions[post bureau lanterns weibo 07 Apr 10:00].at: "
            "2021-04-07T10:00:00+08:00 → 2021-04-07T11:00:00+08:00",
        ),
        ("plan.posts[7].boost=0", "plan.posts[bureau douyin 10 Apr 20:00].boost: 200,000 → 0"),
        (
            "replace douyin_waist_01 with douyin_head_02",
            "plan.posts[douyin_waist_01 douyin 09 Apr 18:00].by: douyin_waist_01 → douyin_head_02",
        ),
        ("campaign.portfolio[1].appeal=2", "campaign.portfolio[douyin waist].appeal: 1.3 → 2"),
        ("actors[papers].policies[0].chance=0.5", "actors[papers].policies[news_desk].chance: 0.15 → 0.5"),
        ("stories.lanterns.interests.food=1", "+ stories.lanterns.interests.food: 1"),
    ],
)
def test_a_change_is_told_by_names(change, line):
    if "food" in change:  # an interest that nobody has would be refused
        change, line = change.replace("food", "nature"), line.replace("food", "nature")
    assert told(change) == [line]


def test_what_is_added_or_dropped_is_one_line():
    (added,) = told(f"interventions[+]={NIGHT}")
    assert added.startswith("+ interventions[post bureau lanterns douyin 09 Apr 20:00]: {at: 2021-04-09T20:00:00+08:00")
    (gone,) = told("drop douyin_tail_04")
    assert gone.startswith("− plan.posts[douyin_tail_04 douyin 11 Apr 18:00]: {at:")
    (plan,) = told("plan=null")
    assert re.fullmatch(r"plan: \{posts: \[.*→ null", plan)


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(len(LAUNCH.plan.posts))), st.permutations(range(len(LAUNCH.actors))))
def test_the_order_of_a_file_is_no_difference(posts, actors):
    plan = LAUNCH.plan.model_copy(update={"posts": tuple(LAUNCH.plan.posts[i] for i in posts)})
    other = {"plan": plan, "actors": tuple(LAUNCH.actors[i] for i in actors)}
    assert differences(LAUNCH, LAUNCH.model_copy(update=other)) == []


def test_differences_turn_round():
    other = load(LAUNCH, sets=["days=9", f"interventions[+]={NIGHT}", "drop douyin_tail_04"])
    there, back = differences(LAUNCH, other), differences(other, LAUNCH)
    assert {(one.path, str(one.before), str(one.after)) for one in there} == {
        (one.path, str(one.after), str(one.before)) for one in back
    }
    assert sum(one.before is NOTHING for one in there) == 1


def test_the_command_compares_scenarios(capsys):
    assert said(capsys, "diff", "launch", "launch") == (0, ["the same, defaults included"], "")
    assert said(capsys, "diff", "sir", "sir", "--set", "steps=9")[1] == ["steps: 120 → 9"]
    assert said(capsys, "diff", "launch", "lunch")[0] == 2


def test_the_command_compares_results(capsys, tmp_path):
    folders = []
    for p in ("0.05", "0.9", "0.05"):
        asked = ["--users", "300", "--set", f"contagion.infect={p}", "--no-figures", "--quiet"]
        assert main.main(["run", "sir", *asked, "--out", str(tmp_path / p)]) == 0
        folders.append(capsys.readouterr().out.strip())
    code, lines, _ = said(capsys, "diff", folders[0], folders[1])
    assert code == 0
    assert lines[:2] == ["recipe: 1 differences", "  contagion.infect: 0.05 → 0.9"]
    assert any(line.split()[0] == "people_reached" for line in lines)
    assert lines[-1].startswith("first difference: ")
    same = said(capsys, "diff", folders[0], folders[2])[1]
    assert same[0] == "recipe: the same"
    assert same[1].startswith("results: the same, digest ")
    assert "side by side" in said(capsys, "diff", folders[0], "sir")[2]
    assert "it has no run.json" in said(capsys, "diff", folders[0], str(tmp_path))[2]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["show", "actor", "launch"], "papers 省内新闻号 media 4 weibo 3,000,000 news_desk"),
        (["show", "story", "launch", "lanterns"], "title: 南汀灯会"),
        (["show", "actor", "launch", "papers"], "count: 4"),
        (["show", "plan", "launch"], "boosts 970,000 65% behind 13 of 33 posts"),
        (["show", "campaign", "launch"], "places on the list weibo 800,000 yuan, at most 1"),
        (["list", "interests"], "travel 1 1 1.6 1.3 0.7 1"),
        (["list", "interests", "launch"], "travel 1 1 1.6 1.3 0.7 1"),
        (["list", "metrics", "launch"], "people_reached people people reached summary, goal, headline, card"),
        (["list", "metrics"], "days_listed days days on which a topic"),
    ],
)
def test_parts_and_words_are_shown(capsys, words, line):
    code, lines, _ = said(capsys, *words)
    assert code == 0
    assert any(line in " ".join(shown.split()) for shown in lines)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["show", "actor"], "of which scenario? sim show actor launch"),
        (["show", "story", "launch", "lantrns"], "unknown story 'lantrns'; did you mean 'lanterns'?"),
        (["show", "plan", "ding_zhen"], "ding_zhen has no plan"),
        (["show", "campaign", "sir"], "sir is a classical world: it has no campaign"),
        (["show", "platform", "weibo", "x"], "'x' is one word too many"),
        (["list", "platforms", "launch"], "platforms are the same in all scenarios"),
    ],
)
def test_what_cannot_be_shown_is_told(capsys, words, complaint):
    code, _, err = said(capsys, *words)
    assert code == 2
    assert complaint in err


def test_the_plan_of_a_file_without_one_is_not_shown(capsys, tmp_path):
    (tmp_path / "bare.yaml").write_text(loader.dump(LAUNCH.model_dump(mode="json", by_alias=True) | {"plan": None}))
    assert "launch has no plan" in said(capsys, "show", "plan", str(tmp_path / "bare.yaml"))[2]

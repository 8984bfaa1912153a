"""The other cases: their files follow the rules of their kinds, the measures are right by hand, the page is current."""

import functools
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import worlds

from sim.base import reader
from sim.base.errors import SimError
from sim.cli import main
from sim.model.model import MODEL_VERSION
from sim.scenario.load import load, shipped
from sim.studies.ensemble import Job, Trace, follow, new_topics, relaxation, topic_hours, undated
from sim.studies.reality import cases, cases_page
from sim.studies.reality.page import version_of

ROOT = Path(__file__).parent.parent
CASES = cases.observed().cases
CAST = ("peoples_daily", "cctv_news", "press", "gossip", "news_desks", "weibo_head", "weibo_waist", "weibo_tail")


@functools.cache
def scenario(name):
    """The world of a case; making it anew for each test takes most of the time."""
    return cases.scenario(name)


def facts(name, note=""):
    """Facts of a case, those with a note if one is given."""
    return [fact for fact in scenario(name).interventions if note in ("", fact.note)]


def peak_ends(name):
    """The first minute after the observed peak day."""
    day = CASES[name].peak + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=scenario(name).start.tzinfo)


@pytest.mark.parametrize("name", list(CASES))
def test_a_case_is_shipped_and_lasts_as_long_as_its_slope_needs(name):
    world = cases.scenario(name, seed=3)
    assert f"cases/{name}" in shipped()
    assert (load(f"cases/{name}").name, world.name, world.seed) == (name, name, 3)
    assert world.start.date() <= CASES[name].peak
    assert world.end >= peak_ends(name) + timedelta(days=21)
    assert all(world.start <= fact.at < world.end for fact in world.interventions)
    assert all(fact.source for fact in world.interventions)


@pytest.mark.parametrize("name", list(CASES))
def test_after_the_peak_only_what_was_announced(name):
    """The audiences of announced days; an echo of the peak day may fall behind midnight."""
    late = [fact for fact in facts(name) if fact.at >= peak_ends(name)]
    assert {fact.note for fact in late} <= {"programme", "echo"}
    assert all(fact.at < peak_ends(name) + timedelta(hours=3) for fact in late if fact.note == "echo")
    assert CASES[name].kind == ("programme" if facts(name, "programme") else "news")


@pytest.mark.parametrize("name", list(CASES))
def test_each_dated_post_on_weibo_has_one_echo_where_no_programme_is_on(name):
    """Topic for topic, three hours later; but on days of a programme, whose second topics come from the audience."""
    days = {fact.at.date() for fact in facts(name, "programme")}
    posts = [fact for fact in facts(name) if fact.kind == "post" and fact.platform == "weibo" and fact.note != "echo"]
    told = {(fact.at + timedelta(hours=3), f"{fact.topic}·热议") for fact in posts if fact.at.date() not in days}
    assert {(fact.at, fact.topic) for fact in facts(name, "echo")} == told


@pytest.mark.parametrize("name", list(CASES))
def test_appeals_are_those_of_the_rule(name):
    """1.5 for the first report, 1.2 for the others, 3.6 for the video with which it began."""
    dated = [fact for fact in facts(name) if fact.kind == "post" and fact.note != "echo"]
    first, *others = [fact.appeal for fact in dated if fact.platform == "weibo"]
    assert {fact.appeal for fact in dated if fact.platform == "douyin"} <= {3.6}
    assert first == 1.5
    assert set(others) <= {1.2}


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.kind == "programme"])
def test_each_day_of_a_programme_is_its_audience_and_nothing_else(name):
    """Once a day; how many watch is a fact or said to be assumed, how many of them take notice is the rule's."""
    shown = facts(name, "programme")
    assert {(fact.kind, fact.notice) for fact in shown} == {("broadcast", 0.1)}
    days = [fact.at.date() for fact in shown]
    assert days == sorted({*days})
    assert all(fact.viewers > 0 and fact.source for fact in shown)


def test_the_cast_is_the_same_in_every_case_and_nothing_of_the_catalogue_is_changed():
    def cast(name):
        known = {actor.name: actor.model_dump_json() for actor in cases.scenario(name).actors}
        return {who: re.sub(r'"star":"[^"]*"', "", known[who]) for who in CAST}

    casts = [cast(name) for name in CASES]
    assert all(other == casts[0] for other in casts)
    assert set(CASES) == {path.stem for path in cases.SCENARIOS.glob("*.yaml")}
    ours = {"name", "title", "about", "start", "days", "seed", "people", "platforms", "stories", "actors"}
    for name in CASES:
        document = reader.read(cases.SCENARIOS / f"{name}.yaml").data
        assert set(document) == {*ours, "interventions"}
        assert all(changed == {} for changed in document["platforms"].values())
        assert document["people"] == {"users": 100000, "represents": 989000000}
        assert set(*document["stories"].values()) == {"title", "interests", "source", "grade"}


def test_measures_by_hand():
    halving, fresh = np.zeros(40), np.zeros(40)
    halving[3], halving[4:] = 100, 64 / np.arange(1.0, 37)
    fresh[:4], fresh[4], fresh[5], fresh[24], fresh[25] = 2, 100, 1, 4, 100  # days 0 to 3; 1; 2; 21; 22 after the peak
    got = cases.measure(halving, fresh)
    assert (got.peak_hours, got.half_days, got.before, got.later) == (100, 2, 8, 5)
    assert got.early == pytest.approx(64 * (1 + 1 / 2 + 1 / 3))
    assert got.late == pytest.approx(64 * sum(1 / day for day in range(4, 22)))
    assert got.slope == pytest.approx(-1, abs=0.03)  # means of bins stand at their mean day
    assert cases.measure(np.zeros(5), np.zeros(5)).half_days == 0
    assert np.isnan(cases.measure(np.zeros(30), np.zeros(30)).slope)


def test_slopes_from_a_peak_that_is_told():
    """Halved with each doubling of the time after day 5, whatever stood on day 2."""
    hours = np.zeros(40)
    hours[2], hours[5], hours[6:] = 500, 100, 64 / np.arange(1.0, 35)
    assert relaxation(hours, 5) == pytest.approx(-1, abs=0.03)
    assert abs(relaxation(hours) + 1) > 0.3


def test_what_is_dated_after_a_runs_own_peak_did_not_come_back():
    """Fullest on day 0; of two topics that facts opened, that of day 2 is left out, and from day 2 on it is not."""
    flows, start = np.zeros((96, 1, 1), np.int64), datetime(2021, 1, 1, tzinfo=UTC)
    listed = [[0, 0, 5, 1], [1, 0, 5, 1], [2, 0, 5, 1], [30, 0, 5, 9], [49, 0, 6, 1], [50, 0, 6, 1], [51, 0, 7, 3]]
    empty = np.zeros((96, 0))
    dated = np.array([[5, 0], [6, 49]])
    trace = Trace(1, start, ("weibo",), flows, np.array(listed), empty[:, :0], empty[:, :0], empty, dated=dated)
    assert topic_hours(undated(trace, 0), "weibo").tolist() == [3, 1, 1, 0]
    assert topic_hours(undated(trace, 2), "weibo").tolist() == [3, 1, 3, 0]
    case = CASES["erke"].model_copy(update={"peak": date(2021, 1, 3)})
    (got,) = cases._line("erke", case, [trace], "weibo").runs
    assert (got.peak_hours, got.before, got.later, got.early, got.late) == (3, 1, 1, 2, 0)


def test_a_run_knows_which_topics_dated_facts_opened():
    facts = [worlds.post(f"2021-01-01T0{hour}:00+08:00", topic=topic) for hour, topic in ((1, "A"), (3, "B"), (4, "B"))]
    rides = worlds.post("2021-01-01T05:00+08:00", topic="C", news=False)
    trace = follow(Job(worlds.tiny(interventions=[*facts, rides])))
    assert trace.dated[:, 1].tolist() == [1, 3]


def test_a_topic_is_new_once():
    flows = np.zeros((50, 1, 1), np.int64)
    listed = [[0, 0, 5, 1], [1, 1, 7, 3], [2, 1, 7, 2], [26, 1, 7, 9], [26, 1, 8, 4], [49, 1, 9, 1]]
    start = datetime(2021, 1, 1, tzinfo=UTC)
    trace = Trace(1, start, ("douyin", "weibo"), flows, np.array(listed), np.zeros(50), np.zeros(50), np.zeros((50, 0)))
    assert new_topics(trace, "weibo").tolist() == [1, 1, 1]
    line = cases._line("erke", CASES["erke"], [trace], "weibo")
    assert (line.hours.tolist(), line.runs[0].before) == ([[2, 2, 1]], 1)  # the first of two fullest days is the peak


def test_rank_correlation_by_hand():
    assert cases.spearman([1, 2, 3, 4], [10, 20, 30, 40]) == pytest.approx(1)
    assert cases.spearman([1, 2, 3, 4], [2, 1, 4, 3]) == pytest.approx(0.6)
    assert cases.spearman([1, 2, 3], [5, 5, 9]) == pytest.approx(np.sqrt(3) / 2)
    assert np.isnan(cases.spearman([1, 2], [1, 2]))
    assert cases.spearman([1, 2, 3, 4], [5, 6, np.nan, 9]) == pytest.approx(1)  # a blank takes no part
    assert np.isnan(cases.spearman([1, 2, 3], [4, 4, 4]))


def made(slopes):
    """A score of cases with these slopes over two seeds; a blank is measured in no run."""
    hours = np.tile(np.maximum(0.0, 20.0 - np.arange(30)), (2, 1))
    lines = [
        cases.Line(name, CASES[name], date(2021, 1, 1), (cases.Measured(slope, 20, 11, 6, 3),) * 2, hours)
        for name, slope in slopes.items()
    ]
    return cases.Score(tuple(lines), 2, "the archive")


def test_only_cases_with_both_slopes_are_ranked():
    result = made({"erke": -3, "zhangtongxue": -2, "altay": float("nan"), "bingdundun": -1, "caoxian": -9})
    assert [line.name for line in result.ranked] == ["erke", "zhangtongxue", "bingdundun"]
    assert result.correlation == pytest.approx(1)
    assert np.isnan(result.pooled_correlation)  # the same means in all
    text = cases_page.text(result, date(2022, 1, 1), None)
    assert version_of(text) == MODEL_VERSION
    assert "simulated slopes: 1.00 over 3 cases (met; 0.6" in text
    assert "| 阿勒泰 `altay` | programme | -1.03 | – | 0 of 2 |" in text
    assert "| 6, 3.0 (observed 5, 2) |" in text  # caoxian
    assert "| without a slope (fitted to) | 1.20 | 0.50 (observed 0.40) |" in text  # 20 over 16.7; 3 over 6
    assert "With other seeds it would be 1.00 to 1.00" in text  # all runs of a case are alike
    assert f"<!-- cases {cases.digest()} -->" in text
    assert "| kind only | 0.87 | " in text  # ranks 1 2 3 beside 1 1 2
    assert (
        "| 曹县 `caoxian` | 0.50 (observed 0.40) | 0.0 (observed 2.1) | 0.0 (observed 4.4) | – (observed –) |" in text
    )
    assert "Mean absolute error of the slopes:\n1.02 from the run's own peak day, – from the archive's.\n" in text


def test_the_page_says_what_bounds_a_miss_and_only_that():
    """Runs return 0.5 topics for each one before: Erke 0.19, the series 1.73; Cao County 0.40 is near."""
    text = cases_page.text(made({"erke": -3, "altay": -2, "caoxian": -9}), date(2022, 1, 1), None)
    told = re.findall(r"^- \S+ `(\w+)`: (.+)\.$", text, re.MULTILINE)
    assert told == [("erke", CASES["erke"].limit), ("altay", CASES["altay"].limit)]
    assert "Not beaten" not in text  # as the order of both is right
    beaten = cases_page.text(made({"erke": -1, "zhangtongxue": -2, "altay": -3}), date(2022, 1, 1), None)
    assert f"*Not beaten because*: {cases.observed().limit}." in beaten


def test_peaks_and_returns_by_hand():
    line = made({"erke": -3}).lines[0]
    runs = (cases.Measured(-1, 10, 1, 4, 1), cases.Measured(-1, 26, 1, 4, 3))  # mean peak 18 of 36
    whole = cases.Line("erke", line.case, line.start, runs, line.hours)
    other = cases.Line("altay", CASES["altay"], line.start, (cases.Measured(-1, 41.8, 1, 6, 1),), line.hours)  # twice
    back = cases.back((whole, other))
    assert (back.peaks, back.later) == (pytest.approx(1), pytest.approx(3 / 10))  # √(½ · 2); (2 + 1) / (4 + 6)
    assert back.observed == pytest.approx((3 + 19) / (16 + 11))


def test_returns_and_sizes_by_hand():
    """Larger peaks return more in the runs, in the archive the second does."""
    hours = np.zeros((1, 30))
    line = made({"erke": -3}).lines[0]

    def case(peak, later, size, back):
        seen = line.case.model_copy(update={"peak_hours": peak, "before": 10, "later": later})
        return cases.Line("erke", seen, line.start, (cases.Measured(-1, size, 1, 4, back),), hours)

    lines = (case(10, 1, 12, 0), case(20, 9, 15, 2), case(30, 3, 40, 8))
    assert [one.returned for one in lines] == [0, 0.5, 2]
    assert cases.sizes(lines) == cases.Sizes(0.5, 1.0, 0.5)  # ranks 1 3 2 beside 1 2 3
    nothing = cases.Line("erke", line.case, line.start, (cases.Measured(-1, 0, 0, 0, 0),), hours)
    assert np.isnan(nothing.returned)


def test_rules_by_hand():
    """Four slopes in order: a rule that swaps the middle two has 0.8; without one case 0.5 to 1."""
    assert cases.rule([1, 2, 3, 4], [1, 3, 2, 4]) == cases.Rule(0.8, 0.5, 1.0)
    score = made({"erke": -3, "zhangtongxue": -2, "altay": -1.5, "bingdundun": -1})
    assert score.rules["the model"] == cases.Rule(1.0, 1.0, 1.0)
    kinds = score.rules["kind only"]  # observed ranks 1 2 3 4 beside 1.5 1.5 3.5 3.5
    assert kinds.all == pytest.approx(4 / np.sqrt(20))
    assert score.rules["slow up, slow down"].all == cases.spearman([-1.62, -1.27, -1.03, -0.04], [4, 13, 7, 11])


def test_errors_of_slopes_by_hand():
    """Of −1.62 and −1.27, by −1.38 and 0.27; from the archive's day one case has none."""
    score = made({"erke": -3, "zhangtongxue": -1})
    assert score.error("slope") == pytest.approx((1.38 + 0.27) / 2)
    assert np.isnan(score.error("slope_known"))
    known = [cases.Measured(slope, 20, 11, 6, 3, slope_known=-1.12) for slope in (-3, -1)]
    lines = (replace(score.lines[0], runs=(known[0],)), replace(score.lines[1], runs=(known[1],)))
    told = cases.Score(lines, 1, "")
    assert told.error("slope_known") == pytest.approx((0.5 + 0.15) / 2)
    assert np.isnan(told.known_correlation)  # two cases are no order


def test_the_band_comes_from_runs_and_few_slopes_are_told():
    flat = made({"erke": -3, "zhangtongxue": -2, "bingdundun": -1})
    none = cases.Measured(float("nan"), 20, 11, 6, 3)
    runs = tuple(cases.Measured(slope, 20, 11, 6, 3) for slope in (-0.5, -0.5, -0.5, -2.5, -2.5, -2.5))
    wild = cases.Line("altay", CASES["altay"], date(2021, 1, 1), runs, flat.lines[0].hours)
    seldom = cases.Line("dongyuhui2022", CASES["dongyuhui2022"], wild.start, (runs[0], *[none] * 4), wild.hours)
    result = cases.Score((*flat.lines, wild, seldom), 2, "")
    low, high = result.band
    assert low < result.correlation < high
    assert result.band == (low, high)
    assert [line.name for line in result.seldom] == ["dongyuhui2022"]
    assert result.without == cases.spearman([-1.62, -1.27, -0.04, -1.03], [-3, -2, -1, -1.5])
    assert "Without dongyuhui2022 (1 of 5 runs have a slope) it is 1.00." in cases_page.text(
        result, date(2022, 1, 1), None
    )


def test_every_case_is_drawn(tmp_path):
    cases_page.write(tmp_path, made(dict.fromkeys(CASES, -1.0)))  # a letter that the typeface lacks would be a warning


def test_days_are_aligned_at_the_peak():
    row = cases_page.around(np.arange(10.0), 8)
    assert row[cases_page.DAYS == 0] == 8
    assert row[cases_page.DAYS == -7] == 1
    assert np.isnan(row[cases_page.DAYS == 2])


def test_the_command_prints_and_writes_only_where_it_is_told(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cases, "score", lambda *_, **__: made({"erke": -3, "zhangtongxue": -2, "bingdundun": -1}))
    assert main.main(["verify-reality", "--cases", "--only", "erke", "--seeds", "2"]) == 0
    assert "Spearman of slopes: 1.00 over 3 cases, 2 seeds" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
    assert main.main(["verify-reality", "--cases", "--seeds", "2", "--out", "here"]) == 0
    assert sorted(path.name for path in (tmp_path / "here").rglob("*")) == ["cases", "cases.md", "curves.png"]


def test_unknown_cases_are_refused():
    with pytest.raises(SimError, match="unknown case 'erkee'; did you mean 'erke'"):
        cases.chosen(("erkee",))


def test_the_page_is_of_this_model_version():
    text = (ROOT / "docs/cases.md").read_text(encoding="utf-8")
    assert version_of(text) == MODEL_VERSION, "run `sim verify-reality --cases`: the model has changed since"
    assert f"<!-- cases {cases.digest()} -->" in text, "run `sim verify-reality --cases`: the cases have changed since"
    assert all(f"`{name}`" in text for name in CASES)

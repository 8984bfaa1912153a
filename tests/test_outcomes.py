"""Observed figures beside many runs, and the page of all cases."""

import functools
import json
import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import worlds

from sim.base.errors import ScenarioError, SimError
from sim.model.model import MODEL_VERSION
from sim.runs.runner import simulate
from sim.scenario.load import shipped
from sim.scenario.observed import Figure
from sim.studies.outcomes import gallery, outcomes, words
from sim.studies.outcomes.study import Line

SEEN = "2021-01-01T03:00+08:00"
SILENT = {
    "title": "nobody posts",
    "drop": {"interventions": [{"kind": "post"}]},
    "expect": [{"metric": "impressions", "most": 0.5}],
}


def world(*figures, **more):
    """A star whose hundred followers all read its one post in the first hours, and what was observed of it."""
    figures = [{"value": 100, "source": "a test"} | figure for figure in figures]
    return worlds.document(
        200, followers=100, days=0.5, teaches=["one", "two", "three"], observed={"figures": figures}, **more
    )


def line(*runs, **figure):
    return Line(Figure(**{"metric": "impressions", "value": 100.0, "source": "a test"} | figure), np.array(runs, float))


def test_each_figure_stands_beside_what_the_runs_came_to():
    data = world(
        {"metric": "impressions", "main": True},
        {"metric": "impressions", "at": SEEN},
        {"metric": "impressions", "per": "people_reached", "value": 1},
        {"metric": "impressions", "per": "square_comments", "value": 1},
        {"metric": "impressions", "at": "2021-01-01T12:00+08:00", "used": True},
    )
    scenario = worlds.load(data)
    answer = outcomes(scenario, seeds=2)
    total = [simulate(scenario.model_copy(update={"seed": seed})).summary["impressions"] for seed in answer.seeds]
    whole, early, each, none, used = answer.figures
    assert whole.runs.tolist() == total == used.runs.tolist() == [100, 100]
    assert (early.runs <= whole.runs).all()
    assert each.runs.tolist() == [1.0, 1.0]
    assert np.isnan(none.runs).all()  # nobody comments: nothing to divide by
    assert [one.verdict for one in (whole, each, none, used)] == ["met", "met", "not simulated", "used"]
    assert answer.tables()["views"]["median"].sum() == 100
    assert "* impressions" in "\n".join(answer.lines())


def test_a_figure_may_be_of_a_span_over_another_span_and_a_sum():
    later = {"since": SEEN, "at": "2021-01-01T12:00+08:00"}
    first = {"per_since": "2021-01-01T00:00+08:00", "per_at": SEEN}
    data = world(
        {"metric": "impressions", "at": SEEN},
        {"metric": "impressions", **later},
        {"metric": "impressions", "per": "impressions", "value": 1, **later, **first},
        {"metric": "impressions", "plus": ["people_reached", "impressions"]},
    )
    early, late, over, thrice = (one.runs for one in outcomes(worlds.load(data), seeds=2).figures)
    assert (early + late).tolist() == [100, 100]
    assert over.tolist() == pytest.approx((late / early).tolist())
    assert thrice.tolist() == [300, 300]


def test_runs_without_such_a_number_are_told_and_a_majority_of_them_is_a_miss():
    some, few = line(100, 100, np.nan), line(100, np.nan, np.nan)
    assert (some.verdict, some.without, few.verdict, few.without) == ("met", 1, "missed", 2)
    (cells,) = words.table(worlds.load(world({"metric": "impressions"})), [few])[1:]
    assert cells[2] == "100 (100 to 100); none in 2 of 3"
    assert line(np.nan, np.nan).verdict == "not simulated"


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ({"since": SEEN}, "is needed where a figure begins later"),
        ({"since": SEEN, "at": SEEN}, "is not before the end of its time"),
        ({"plus": ["impresions"]}, "impresions"),
        ({"per": "impressions", "per_at": "2020-12-01T00:00+08:00", "at": SEEN}, "lies before the start"),
    ],
)
def test_a_span_of_a_figure_lies_in_the_run_and_in_order(figure, words):
    with pytest.raises(ScenarioError, match=words):
        worlds.load(world({"metric": "impressions"} | figure))


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        (line(50, 50, 1000), "met"),
        (line(200), "met"),
        (line(201, 49, 201), "missed"),
        (line(49), "missed"),
        (line(float("nan"), 100), "met"),
        (line(float("nan")), "not simulated"),
        (line(5, used=True), "used"),
        (line(5, value=0.0), "not simulated"),
        (line(500, at_least=True), "met"),
        (line(49, at_least=True), "missed"),
    ],
)
def test_a_median_within_a_factor_of_two_is_met(one, verdict):
    assert one.verdict == verdict


def test_what_cannot_be_asked_is_told_in_one_line():
    with pytest.raises(SimError, match="has no observed figures"):
        outcomes(worlds.tiny(), seeds=1)
    with pytest.raises(ScenarioError, match=r"observed.figures\[0\].per: "):
        worlds.load(world({"metric": "impressions", "per": "imprisons"}))


def test_the_page_is_made_of_the_records_of_all_cases(tmp_path, monkeypatch):
    scenario = worlds.load(world({"metric": "impressions", "main": True}, counterfactuals={"silent": SILENT}))
    monkeypatch.setattr(gallery, "cases", lambda: {"tiny": scenario})
    monkeypatch.setattr(gallery, "digest", lambda name: "0" * 12)
    with pytest.raises(SimError, match="unknown case 'tinny'; did you mean 'tiny'"):
        gallery.shown(1, only=["tinny"])
    page = gallery.write(tmp_path, gallery.shown(2))
    record = json.loads((tmp_path / "gallery" / "tiny.json").read_text())
    assert record["figures"][0]["verdict"] == "met"
    assert record["expectations"][0]["verdict"] == "held"
    assert (tmp_path / "gallery" / "tiny.png").stat().st_size > 10_000
    text = page.read_text()
    assert "1 cases. Of their main outcomes 1 lie within" in text
    assert "- one\n- two\n- three\n" in text
    worse = {**record, "name": "worse", "figures": [record["figures"][0] | {"verdict": "missed"}]}
    both = gallery.text_of([record, worse], date(2021, 1, 1))
    assert "**missed**" in both
    assert "2 cases. Of their main outcomes 1 lie" in both


# ---- the cases that are shipped

DOCS = Path(__file__).parents[1] / "docs"
NAMES = sorted(name for name, path in shipped().items() if "main: true" in path.read_text(encoding="utf-8"))
cases = functools.cache(gallery.cases)


def test_the_cases_are_those_with_a_main_outcome():
    assert sorted(cases()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_case_has_one_main_outcome_two_what_ifs_and_three_lines_on_what_it_teaches(name):
    scenario = cases()[name]
    assert sum(figure.main for figure in scenario.observed.figures) == 1
    assert not any(figure.main and figure.used for figure in scenario.observed.figures)
    assert len(scenario.counterfactuals) >= 2
    assert len(scenario.teaches) == 3
    assert all(figure.source for figure in scenario.observed.figures)


@pytest.fixture(scope="module")
def shown():
    """The records of the page that is shipped."""
    return gallery.records(DOCS)


def test_the_page_of_all_cases_is_of_this_model_and_of_these_files(shown):
    assert [one["name"] for one in shown] == NAMES
    for one in shown:
        assert (one["model_version"], one["file"]) == (MODEL_VERSION, gallery.digest(one["name"])), one["name"]
        assert one["seeds"] >= 10
        assert (DOCS / "gallery" / f"{one['name']}.png").stat().st_size > 10_000


def test_the_page_of_all_cases_says_what_its_records_say(shown):
    text = (DOCS / "gallery.md").read_text(encoding="utf-8")
    day = date.fromisoformat(re.search(r"written (\S+) -->", text)[1])
    assert text == gallery.text_of(shown, day)

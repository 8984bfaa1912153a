"""What a person meets who explores: completion, short words, tables by name, pictures in a notebook."""

import html
import re
import rlcompleter
from datetime import UTC, timedelta

import numpy as np
import pandas as pd
import pytest
import worlds
from matplotlib.figure import Figure

import sim
from sim.base.errors import SimError
from sim.runs.result import MAIN, WORDS


@pytest.fixture(scope="module")
def spread(tmp_path_factory):
    return sim.run("sir", users=200, sets=["steps=10", "title='<b>名</b>'"], out=tmp_path_factory.mktemp("sir"))


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    stories = {"tale": {"title": "520"}}  # a title that looks like a number
    world = worlds.tiny(
        60, represents=600, days=0.25, start="2021-01-01T08:00+08:00", stories=stories,
        interventions=[worlds.post(at="2021-01-01T08:00+08:00")],
    )  # fmt: skip
    return sim.run(world, out=tmp_path_factory.mktemp("tiny"), figures=False)


def test_the_public_names_complete():
    completer = rlcompleter.Completer({"sim": sim})
    found = {re.sub(r"^sim\.|\(?\)?$", "", completer.complete("sim.", at)) for at in range(len(sim.__all__))}
    assert found == {*sim.__all__}
    assert completer.complete("sim.", len(sim.__all__)) is None


def test_a_scenario_is_told_in_a_line():
    assert repr(sim.load("sir", users=500)) == (
        "<Classic sir: sir on erdos_renyi; 500 people; seeds 100; at most 120 steps; seed 1>"
    )
    told = repr(sim.load("ding_zhen", users=1000))
    assert told.startswith("<Scenario ding_zhen: 1,000 people, each standing for ")
    assert len(told) < 300


def test_tables_are_listed_and_had_by_name(spread, platform):
    assert spread.tables == ["cascades", "series", "theory"]
    assert platform.tables == ["actions", "cascades", "hot_list", "posts", "series", "topics"]
    for result in (spread, platform):
        assert all(isinstance(result.table(name), pd.DataFrame) for name in result.tables)
    assert spread.table("cascades").columns.tolist() == ["user", "parent", "step", "recovered"]
    assert len(spread.table("cascades")) == spread.summary["people_reached"]


@pytest.mark.parametrize("name", ["casc", "../series", "", "page.html"])
def test_a_table_that_is_not_there_is_told_in_a_line(spread, name):
    with pytest.raises(SimError) as error:
        spread.table(name)
    assert str(error.value) == f"{spread.path} has no table '{name}'; there are cascades, series, theory"


def test_times_are_datetimes_of_beijing(platform):
    series, topics = platform.table("series"), platform.table("topics")
    assert series.time.iloc[0] == pd.Timestamp("2021-01-01T00:00", tz=UTC)
    assert {frame[name].dt.tz.utcoffset(None) for frame, name in ((series, "time"), (topics, "born"))} == {
        timedelta(hours=8)
    }
    assert (series.time.diff().dropna() == timedelta(minutes=15)).all()
    assert topics.first_listed.isna().all()  # nothing is ranked here
    assert platform.as_written("series").time.iloc[0] == "2021-01-01T08:00+08:00"


def test_words_stay_words(platform):
    assert platform.table("topics").topic.tolist() == ["520"]
    for name in set(platform.tables) - {"cascades"}:  # the forest holds numbers alone
        frame = platform.table(name)
        for column in frame.columns.intersection(list(WORDS)):
            assert not pd.api.types.is_numeric_dtype(frame[column]), (name, column)


def test_a_result_shows_itself(spread, platform):
    page = spread._repr_html_()
    assert html.escape("<b>名</b>") in page
    assert "<b>名</b>" not in page
    assert f"<b>{spread.summary['people_reached']:,}</b>" in page
    assert page.count("data:image/png;base64,") == 1
    without = platform._repr_html_()
    assert without.count("<svg") == 1, "the chart of its page stands in for pictures that were not drawn"
    assert "data:image" not in without
    assert all("\n" not in repr(result) and str(result.path) in repr(result) for result in (spread, platform))


def test_what_plot_gives_are_figures(spread):
    (figure,) = spread.plot("curve")
    assert isinstance(figure, Figure)
    assert figure.axes
    assert spread.plot()._repr_html_().count("data:image/png;base64,") == 1
    with pytest.raises(SimError, match="unknown figure 'curv'; did you mean 'curve'"):
        spread.plot("curv")


def test_what_draw_gives_are_paths_and_pictures(spread):
    drawn = spread.draw("curve")
    assert [path.name for path in drawn] == ["curve.png"]
    assert drawn == [spread.path / "figures" / "curve.png"]
    assert drawn._repr_html_().count("data:image/png;base64,") == 1
    assert "curve" in MAIN


def test_the_forest_is_that_of_the_file(platform):
    with np.load(platform.path / "cascades.npz") as columns:
        assert {name: column.tolist() for name, column in columns.items()} == platform.table("cascades").to_dict("list")

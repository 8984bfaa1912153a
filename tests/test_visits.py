"""Visits: when plans are carried out, looked up and told of, by hand."""

from datetime import date

import numpy as np
import pytest
import worlds

from sim.base.errors import ScenarioError
from sim.platforms.visits import Visits
from sim.world.records import F_CREATIONS

# 1 January 2021 is a Friday and here a holiday; then a weekend; the Wednesday after is one more holiday.
OFF = [{"first": date(2021, 1, 1), "last": date(2021, 1, 1)}, {"first": date(2021, 1, 6), "last": date(2021, 1, 6)}]
PLAN = {"holidays": OFF, "plan_half_life_days": 1e4, "weekend": 0.1, "holiday": 0.4, "ahead_days": 1, "looks_up": 2.0}
INDEX = {"queries_per_need_day": 0.0, "need_half_life_days": 2.0, "tail_half_life_days": 4.0, "first_three": 0.6}


def world(days=1.0, plan=None, **more):
    mechanisms = {"search_index": INDEX, "visits": PLAN | (plan or {})}
    return worlds.document(100, days=days, platforms={"square": worlds.platform(100, mechanisms=mechanisms, **more)})


def test_people_go_on_holidays_and_weekends_by_season():
    visits = Visits(**PLAN | {"season": [0.5] + [1.0] * 11})
    goes = [visits.goes(date(2021, 1, day)) for day in (1, 2, 3, 4)]
    assert goes == pytest.approx([0.2, 0.05, 0.05, 0.0])
    assert [visits.near(date(2021, 1, day)) for day in (1, 2, 4, 5, 6, 7)] == [True, False, False, True, True, False]


def test_of_plans_a_share_is_carried_out_in_a_day_off_and_the_rest_is_looked_up():
    made = worlds.ViralityModel(worlds.load(world()))
    stage, visits = made.stages[0], made.stages[0].mechanisms["visits"]
    stage.entries("plans").put(np.array([1000.0]))
    for step in range(96):
        visits.trend(stage.at(step))
    gone = 1000 * (1 - (1 - 0.4 / 96) ** 96)
    assert stage.entries("visited").rows[0] == pytest.approx(gone, rel=1e-4)
    assert stage.entries("plans").rows[0] == pytest.approx(1000 - gone, rel=1e-3)
    assert stage.entries("asked").rows[0] == pytest.approx(2 * (1000 - gone), rel=1e-3)
    visits.trend(stage.at(2 * 96))  # Sunday: no holiday is near
    assert stage.entries("asked").rows[0] == 0


def test_visitors_write_and_are_counted():
    data = world(days=2.0, plan={"writes": 0.5, "holiday": 1.0, "looks_up": 0.0}, chances={"intend": 1.0})
    data["actors"][0]["accounts"]["square"] = 80
    data["platforms"]["square"]["mechanisms"]["follow_feed"] = {"see": 1.0}
    made = worlds.ViralityModel(worlds.load(data))
    for _ in range(192):
        made.step()
    visited = float(made.stages[0].entries("visited").rows[0])
    posts = made.world.posts
    written = int(posts.weight[: posts.n][posts.by_actor[: posts.n] == 0].sum())
    assert visited > 40
    assert written == pytest.approx(visited / 2, abs=4 * (visited / 2) ** 0.5)
    assert int(posts.totals[: posts.n, F_CREATIONS].sum()) == written


def test_what_they_write_must_be_there_and_a_holiday_must_end():
    with pytest.raises(ScenarioError, match="is not among its kinds of content"):
        worlds.load(world(plan={"content": "novel"}))
    with pytest.raises(ScenarioError, match="last lies before first"):
        worlds.load(world(plan={"holidays": [{"first": date(2021, 1, 2), "last": date(2021, 1, 1)}]}))

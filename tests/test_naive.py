"""Forecasts that need no model, and skill beside them: by hand, and what must hold of any."""

from datetime import date, timedelta
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.studies import naive
from sim.studies.hindcast import score
from sim.studies.hindcast.hindcast import hindcast
from sim.studies.naive import NAIVE, Compared

FIRST = date(2021, 1, 1)
FOUR = np.array([1.0, 8.0, 4.0])  # the peak is on the second day, the third is the last known one


def test_each_continues_what_is_known_as_it_says():
    ahead = np.array([1, 2])
    assert naive.persistence(FOUR, ahead).tolist() == [4.0, 4.0]
    assert naive.exponential_decay(FOUR, ahead, half_life=1).tolist() == [2.0, 1.0]
    assert naive.power_law(FOUR, ahead, exponent=1).tolist() == pytest.approx([8 / 3, 2.0])  # 2 and 3 days after it


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=30))
def test_none_expects_more_than_there_was_nor_less_than_nothing(known):
    for forecast in NAIVE.values():
        daily = forecast(np.array(known), np.arange(1, 40))
        assert (daily >= 0).all()
        assert (daily <= max(known)).all()
        assert (np.diff(daily) <= 0).all()


def test_horizons_follow_one_another_without_a_gap():
    for (_, last), (first, _) in zip(naive.HORIZONS, naive.HORIZONS[1:], strict=False):
        assert first == last + 1
    assert [naive.horizon(days) for days in (1, 3, 4, 14, 15, 400)] == [
        (1, 3), (1, 3), (4, 7), (8, 14), (15, 10_000), (15, 10_000),
    ]  # fmt: skip


def row(crps, **beside):
    return Compared(
        "q", 1, 1, 1, 1.0, 1.0, crps, {"persistence": 4.0, "exponential_decay": 2.0, "power_law": 3.0} | beside
    )


def test_skill_is_against_the_best_naive_forecast_and_nothing_else():
    assert row(1.0).skill == 0.5
    assert row(1.0).best == "exponential_decay"
    assert row(2.0).skill == 0.0
    assert row(4.0).skill == -1.0
    assert row(1.0, unweighted=0.1).skill == 0.5
    assert isnan(row(1.0, power_law=0.0).skill)


def test_days_count_alike_where_rows_are_pooled():
    long = Compared("q", 4, 6, 3, 0.0, 1.0, 2.0, dict.fromkeys(NAIVE, 8.0))
    both = naive.pooled([row(6.0), long], "all")
    assert (both.first, both.last, both.days, both.within_50, both.within_90) == (1, 6, 4, 0.25, 1.0)
    assert both.crps == 3.0
    assert both.naive == {"persistence": 7.0, "exponential_decay": 6.5, "power_law": 6.75}


def runs(values, cut=2):
    return score.Runs(
        FIRST, FIRST + timedelta(days=cut), np.ones(1), {n: np.array([v], float) for n, v in values.items()}
    )


def test_a_hindcast_of_one_run_by_hand():
    """Known to the third day, 4 of it; of the two days after, one is what the run said."""
    table = runs({"flow": [1, 8, 4, 4, 0, 0], "flow_total": [1, 9, 13, 17, 17, 17]})
    truth = {
        "flow": {FIRST + timedelta(days=3): 4.0, FIRST + timedelta(days=4): 1.0},
        "flow_total": {FIRST + timedelta(days=4): 21.0},
    }
    flow, total = score.compared(table, truth)
    assert (flow.days, flow.first, flow.last, flow.crps) == (2, 3 - 2, 2, 0.5)
    assert flow.naive["persistence"] == 1.5  # right at first, then 3 off
    assert flow.skill == pytest.approx(1 - 0.5 / flow.naive[flow.best])
    assert total.naive["persistence"] == 0.0  # 13, and 4 on each of two days
    decay = 13 + naive.exponential_decay(FOUR, np.array([1, 2])).sum()
    assert total.naive["exponential_decay"] == pytest.approx(21 - decay)
    assert isnan(total.skill)


def test_horizons_are_told_apart_and_what_was_seen_goes_before_the_runs():
    table = runs({"flow": [1, 8, 4] + [4] * 20})
    seen = score.Runs(table.first, table.cut, table.weights, table.values, {"flow": {FIRST + timedelta(days=2): 6.0}})
    truth = {"flow": {FIRST + timedelta(days=d): 4.0 for d in (3, 6, 20)}}
    rows = score.compared(seen, truth)
    assert [(one.first, one.last, one.days) for one in rows] == [(1, 1, 1), (4, 4, 1), (18, 18, 1)]
    assert [one.naive["persistence"] for one in rows] == [2.0, 2.0, 2.0]
    (whole,) = score.by_quantity(rows)
    assert (whole.first, whole.last, whole.days, whole.skill) == (1, 18, 3, 1.0)


def test_what_a_scenario_has_observed_of_later_days_scores_its_hindcast(tmp_path):
    """Nothing but the score hangs on it."""
    asked = {"until": "2020-11-25", "to": "2020-11-27", "seeds": 2, "users": 200}
    blind, scored = hindcast("ding_zhen", **asked), hindcast("ding_zhen", **asked, against="observed")
    assert [one.to_csv() for one in blind.tables().values()] == [one.to_csv() for one in scored.tables().values()]
    days = {name: [day.isoformat() for day in days] for name, days in scored.truth.items()}
    assert days["weibo_topics"] == ["2020-11-26", "2020-11-27"]
    assert days["weibo_basket_reads_total"] == ["2020-11-27"]
    assert {one["quantity"] for one in scored.record()["against"]["compared"]} == {*days}
    assert "against" not in blind.record()
    told = "\n".join(scored.lines())
    assert "skill" in told
    assert "power law" in told

"""How cases are foreseen: by hand on made days, and what the page says of it."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from sim.studies.naive import EXPONENT, HALF_LIFE
from sim.studies.reality import cases, foresight
from sim.studies.reality.foresight import AHEAD, Foreseen

CASES = cases.observed().cases
EVEN = np.full(2, 0.5)


def foreseen(name, truth, runs, known=(0.5, 1.0), fitted=True):
    truth = np.resize(np.asarray(truth, float), AHEAD)
    return Foreseen(name, fitted, np.array(known), truth, np.resize(np.asarray(runs, float), (2, AHEAD)), EVEN)


def archive(peak, before, after):
    """The table of an archive: so many topic-hours on the days up to the peak day, and on those after it."""
    first = peak - timedelta(days=len(before) - 1)
    days = [(first + timedelta(days=i)).isoformat() for i in range(len(before) + len(after))]
    return days, [*before, *after]


def line(name, hours, start):
    return cases.Line(name, CASES[name], start, (cases.Measured(-1, 1, 1, 1, 1),) * len(hours), np.array(hours, float))


def test_a_case_is_cut_at_the_peak_day_of_the_archive():
    peak = CASES["erke"].peak
    days, seen = archive(peak, [0, 18, 36], [18] + [0] * 20)
    daily = pd.DataFrame({"case": "erke", "day": days, "topic_hours": seen})
    alike, far = [0, 18, 36, 9] + [0] * 20, [0, 18, 36 * 64, 9] + [0] * 20
    (found,) = foresight.foresee([line("erke", [alike, far], peak - timedelta(days=2))], daily)
    assert found.known.tolist() == [0, 0.5, 1]
    assert found.truth.tolist() == [0.5] + [0] * 20
    assert found.runs[:, :2].tolist() == [[0.25, 0], [0.25, 0]]
    assert found.weights[0] > 10 * found.weights[1]  # it had the peak of the archive, the other 64 times that
    assert not found.fitted
    short = line("erke", [alike[:10]], peak - timedelta(days=2))
    assert foresight.foresee([short], daily) == []


def test_crps_coverage_and_naive_errors_by_hand():
    """One case right in both runs, one half off; each forecast by what the other falls by."""
    right = foreseen("right", [0.25], [0.25])
    off = foreseen("off", [0.0], [0.5])
    found = foresight.compared([right, off])
    assert [row.crps for row in found["right"]] == [0.0] * 4
    assert [row.crps for row in found["off"]] == [0.5] * 4
    assert [(row.first, row.last) for row in found["off"]] == [(1, 3), (4, 7), (8, 14), (15, 21)]
    assert {row.naive["persistence"] for row in found["off"]} == {1.0}
    assert {row.naive["nothing"] for row in found["right"]} == {0.25}
    assert [row.within_90 for row in found["right"]] == [1.0] * 4
    assert [row.within_90 for row in found["off"]] == [0.0] * 4
    first = foresight.by_horizon(found, ["right", "off"], "both")[0]
    assert (first.crps, first.days, first.within_90) == (0.25, 6, 0.5)


def test_what_naive_forecasts_fall_by_is_that_of_the_other_cases():
    fast = foreseen("fast", 2.0 ** -np.arange(1, AHEAD + 1), [0.0])
    slow = foreseen("slow", 2.0 ** -(np.arange(1, AHEAD + 1) / 8), [0.0])
    found = foresight.compared([fast, slow, foreseen("slow too", slow.truth, [0.0])])
    assert found["slow"][3].naive["exponential_decay"] > 0.01
    alone = foresight.compared([slow, foreseen("slow too", slow.truth, [0.0])])
    assert alone["slow"][3].naive["exponential_decay"] < 0.01


def test_quiet_days_and_weeks_are_held_against_what_their_bands_state():
    busy = foreseen("busy", [0.0] * 7 + [1.0] * 14, [0.2])  # seven quiet days, none of which it foresaw
    calm = foreseen("calm", [0.0], [0.0])
    days, weeks = foresight.quiet([busy, calm])
    assert (days.cases, days.inside, days.stated) == (28, pytest.approx(21 / 28), 1.0)
    assert (weeks.cases, weeks.inside) == (4, pytest.approx(3 / 4))


def test_the_page_says_what_was_not_scored():
    peak = CASES["erke"].peak
    lines = [line(name, [[0.0] * 20 + [1.0] * 40], CASES[name].peak - timedelta(days=20)) for name in ("erke", "altay")]
    lines.append(line("mixue", [[0.0] * 5], peak))
    tables = {name: archive(CASES[name].peak, [0, 5], [1] * AHEAD) for name in ("erke", "altay")}
    made = [pd.DataFrame({"case": name, "day": days, "topic_hours": hours}) for name, (days, hours) in tables.items()]
    daily = pd.concat(made)
    text = foresight.text(lines, daily)
    assert "Not scored, the run or the archive is too short: mixue." in text
    assert "| erke | 1–21 |" in text
    assert "worth 1.0 equal ones in the median case, whose whole range would hold 0% of days" in text  # one run each
    assert "the archive's days are not here" in foresight.text(lines, None)


def test_the_numbers_of_hindcasts_are_those_of_the_archive():
    """What `naive` falls by is what all twelve cases of the archive give, where it is here."""
    from sim.studies.reality import cases_page, measured

    daily = measured.table(measured.folder(None), cases_page.DAILY)
    if daily is None:
        pytest.skip("the archives are not here")
    found = []
    for name, case in CASES.items():
        seen = dict(zip(daily[daily.case == name].day, daily[daily.case == name].topic_hours, strict=True))
        truth = [seen[(case.peak + timedelta(days=d)).isoformat()] / case.peak_hours for d in range(1, AHEAD + 1)]
        found.append(foreseen(name, truth, [0.0], known=(1.0,)))
    assert foresight._fitted(foresight.power_law, foresight.EXPONENTS, found) == pytest.approx(EXPONENT, abs=0.051)
    half_life = foresight._fitted(foresight.exponential_decay, foresight.HALF_LIVES, found)
    assert half_life == pytest.approx(HALF_LIFE, rel=0.1)


def test_nothing_is_foreseen_from_one_case_alone():
    text = foresight.text(
        [line("erke", [[1.0] * 60], date(2021, 7, 1))], pd.DataFrame(columns=["case", "day", "topic_hours"])
    )
    assert "Not scored" in text

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.world.clock import QUANTILES, Clock

CHINA = timezone(timedelta(hours=8))
MIDNIGHT = datetime(2020, 11, 11, tzinfo=CHINA)
AWAKE = (1.0,) * 24
NIGHTS = (0.2,) * 6 + (1.0,) * 18


def clock(day_clock=AWAKE, *, start=MIDNIGHT, step_minutes=15, **rest):
    return Clock(start, step_minutes, 96, day_clock, **rest)


# ---------------------------------------------------------------- minutes, steps, times


def test_times_carry_their_zone():
    made = clock(start=datetime(2020, 11, 11, 14, 0, tzinfo=CHINA))
    assert made.iso(0) == "2020-11-11T14:00+08:00"
    assert made.iso(10 * 60 + 1) == "2020-11-12T00:01+08:00"
    assert datetime.fromisoformat(made.iso(77)) == made.time(77)


@pytest.mark.parametrize("step_minutes", [15, 60])
def test_a_fact_off_the_grid_of_steps_has_its_own_minute_in_posts_and_actions(step_minutes):
    odd = worlds.post("2021-01-01T01:07+08:00", topic="Odd")
    tables = worlds.run(step_minutes=step_minutes, interventions=[odd, worlds.post("2021-01-01T02:59+08:00")])
    times = ["2021-01-01T01:07+08:00", "2021-01-01T02:59+08:00"]
    assert tables.actions.time.tolist() == times
    assert tables.posts[tables.posts.author_kind != "user"].born.tolist() == times
    assert tables.topics.set_index("topic").born["Odd"] == times[0]


def test_minutes_count_from_the_start_in_whatever_zone():
    made = clock()
    assert made.minute(MIDNIGHT + timedelta(seconds=59)) == 0
    assert made.minute(MIDNIGHT - timedelta(seconds=1)) == -1
    assert made.minute(datetime(2020, 11, 10, 17, 30, tzinfo=UTC)) == 90
    assert all(made.minute(made.time(minute)) == minute for minute in (-1440, 0, 1, 100_000))


def test_the_day_clock_goes_by_the_local_hour():
    levels = tuple((hour + 1) / 24 for hour in range(24))
    made = clock(levels, start=datetime(2020, 11, 11, 22, 30, tzinfo=CHINA))
    assert made.level(0) == made.level(1) == levels[22]  # 22:30 and 22:45
    assert [made.level(step) for step in (0, 2, 6, 10)] == [levels[22], levels[23], levels[0], levels[1]]
    assert [made.hour(minute) for minute in (-1400, -1, 0, 89, 90, 4000)] == [
        made.time(minute).hour for minute in (-1400, -1, 0, 89, 90, 4000)
    ]
    assert made.level(3) == made.level(3 + 96)
    assert made.steps_per_hour == 4


# ---------------------------------------------------------------- how long people take to react


def test_the_start_is_flat_and_the_tail_a_power_law():
    # Rate of reactions a minute, from the table itself; all day at full activity, so clock minutes are operational.
    made = clock(flat_minutes=30.0, exponent=1.6)
    minutes = made.delays(0)
    rate = np.bincount(minutes, minlength=2881)
    assert rate[:30].min() >= rate[:30].max() - 1  # equally likely in each of the first 30 minutes
    tail = (1 - (2880 / 30) ** -0.6) / 0.6
    assert rate[:30].sum() / QUANTILES == pytest.approx(1 / (1 + tail), abs=1 / QUANTILES)
    edges = np.array([30, 60, 120, 240, 480, 960, 1920])
    density = np.histogram(minutes, edges)[0] / np.diff(edges)
    slope = np.polyfit(np.log(edges[:-1]), np.log(density), 1)[0]
    assert slope == pytest.approx(-1.6, abs=0.03)


def test_half_of_all_reactions_come_within_the_hour():
    # Flat for 5 minutes, exponent 1.13, two days: close to the catalogue's reaction.
    minutes = clock().delays(0)
    assert 20 < np.median(minutes) < 60
    assert 0.5 < (minutes < 60).mean() < 0.7


def test_a_night_holds_reactions_back():
    made = clock(NIGHTS)
    noon, night = made.delays(12 * 4), made.delays(1 * 4)
    assert (noon < 60).mean() > 1.5 * (night < 60).mean()
    assert np.median(night) > 2 * np.median(noon)
    rate = np.bincount(night, minlength=2881)
    before, after = rate[270:300].sum(), rate[300:330].sum()  # 05:30 to 06:00, and the half hour after people wake
    assert after > 3 * before


@pytest.mark.parametrize("step", [0, 20, 23, 24, 60, 95])
def test_delays_follow_operational_time(step):
    # By hand: minute after minute of the local day, a reaction uses up its operational minutes at the hour's level.
    made = clock(NIGHTS, exponent=1.5, horizon_minutes=1440)
    at = step * 15
    level = [NIGHTS[(at + minute) // 60 % 24] for minute in range(1441)]
    passed = np.concatenate([[0.0], np.cumsum(level)])
    delays = made.delays(step).astype(int)
    used = passed[delays]  # operational minutes at the start of the minute of each reaction
    share = (np.arange(QUANTILES) + 0.5) / QUANTILES
    end = passed[1440]
    mass = lambda t: np.where(t <= 5, t / 5, 1 + (1 - (np.maximum(t, 5) / 5) ** -0.5) / 0.5)  # noqa: E731
    assert (mass(used) / mass(np.array(end)) <= share + 1e-6).all()
    assert (share <= mass(passed[delays + 1]) / mass(np.array(end)) + 1e-6).all()


@given(
    day_clock=st.lists(st.floats(0.01, 1), min_size=24, max_size=24).map(tuple),
    flat=st.floats(0.5, 600),
    exponent=st.floats(1.01, 3),
    hours=st.integers(1, 168),
    step=st.integers(0, 95),
)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_delays_rise_and_none_passes_the_horizon(day_clock, flat, exponent, hours, step):
    made = clock(day_clock, flat_minutes=flat, exponent=exponent, horizon_minutes=60 * hours)
    delays = made.delays(step).astype(int)
    assert delays[0] >= 0
    assert (np.diff(delays) >= 0).all()
    assert delays[-1] <= 60 * hours
    assert (delays == 60 * hours).sum() <= 1  # nobody waits for the last minute: what is later is left out
    assert len(np.unique(delays)) > 10
    assert (
        14 + delays[-1]
    ) // 15 < made.horizon_steps  # a ring of so many steps holds them all, from any minute of a step


def test_the_table_by_slot_serves_every_day():
    made = clock(NIGHTS, start=datetime(2020, 11, 11, 14, 30, tzinfo=CHINA), step_minutes=60)
    table = made.delays_by_slot
    assert table.shape == (24, QUANTILES)
    assert all((table[step % 24] == made.delays(step)).all() for step in (0, 5, 23, 24, 50))

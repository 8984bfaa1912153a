"""What a step leaves on record, found in compiled passes, beside what it is by definition."""

import numpy as np
import pytest

from sim.model.board import Windows
from sim.world.acts import in_turn
from sim.world.glance import lately, lead_topics
from sim.world.records import ACT, F_ATTENDS, F_IMPRESSIONS, MADE

STEPS, SPANS = 40, (12, 6, 3)


@pytest.fixture
def draw():
    return np.random.default_rng(5)


@pytest.fixture
def series(draw):
    """Counts of two platforms and three stories."""
    return draw.integers(0, 100, (STEPS, 2, 3, 5))


@pytest.mark.parametrize("first", [0, 1, 7, 30])
def test_windows_hold_the_last_steps_from_wherever_a_run_goes_on(series, first):
    windows, anywhere = Windows(*SPANS), np.zeros(series.shape[2:], np.int64)
    for step in range(first, STEPS):
        windows.roll(series, step, anywhere)
        assert (anywhere == series[step].sum(axis=0)).all()
        for span, total in zip(SPANS, windows.totals, strict=True):
            assert (total == series[max(0, step + 1 - span) : step + 1].sum(axis=0)).all()


def test_what_a_story_came_to_lately(series, draw):
    windows, anywhere = Windows(*SPANS), np.zeros(series.shape[2:], np.int64)
    negative, watched = draw.integers(0, 9, (2, STEPS, 3))
    step, story = 25, 1
    windows.roll(series, step, anywhere)
    found = lately(story, step + 1 - SPANS[0], step, windows.totals, negative, watched)
    day, half, quarter = (series[step + 1 - span : step + 1, :, story].sum(axis=0) for span in SPANS)
    assert found.day.tolist() == day.sum(axis=0).tolist()
    assert (found.half, found.quarter) == (half[:, F_IMPRESSIONS].sum(), quarter[:, F_IMPRESSIONS].sum())
    assert found.read_on.tolist() == np.stack([day, quarter])[..., F_IMPRESSIONS].T.tolist()
    since = slice(step + 1 - SPANS[0], step + 1)
    assert (found.against, found.viewers) == (negative[since, story].sum(), watched[since, story].sum())


def test_the_liveliest_post_of_an_actor_leads_its_topic(draw):
    by_actor, topic = draw.integers(0, 2, 60), draw.integers(0, 8, 60)
    totals = np.zeros((60, 4), np.int64)
    totals[:, F_ATTENDS] = draw.integers(0, 5, 60)  # many are equal: then the last
    lead = np.arange(100, 109)
    expected = lead.copy()
    for post in sorted(np.flatnonzero(by_actor), key=lambda post: totals[post, F_ATTENDS]):
        expected[topic[post]] = post
    lead_topics(by_actor, topic, totals, lead)
    assert lead.tolist() == expected.tolist()
    assert lead[8] == 108  # nobody has posted there


@pytest.mark.parametrize("n", [0, 1, 500])
def test_acts_are_put_in_turn(n, draw):
    acts = np.zeros(n, ACT)
    acts["minute"], acts["user"] = draw.integers(0, 900, n), np.arange(n)
    acts["flags"] = np.where(draw.random(n) < 0.3, MADE, 1)
    soonest, end = 20, 45
    ordered, spans = in_turn(acts, 15, soonest, end)
    due = np.maximum(acts["minute"] // 15, soonest)
    kept = np.flatnonzero((due < end) | (acts["flags"] == MADE))
    kept = kept[np.argsort(due[kept], kind="stable")]
    assert ordered["user"].tolist() == kept.tolist()
    steps = np.unique(due[kept])
    assert spans.tolist() == [[step, np.count_nonzero(due[kept] <= step)] for step in steps]

"""An account's messages: to all its followers at once, so many a day, and more readily opened by who came lately."""

import generated
import numpy as np
import pytest
import test_engines
import worlds

from sim.base import notices
from sim.runs.runner import simulate

ALONE = {"subscription": {}}


def sent(days=1.0, users=400, posts=("00:00",), chances=None, represents=None, followers=400, **subscription):
    """Tables of a run in which nothing but a subscription shows anything."""
    represents = represents or users
    mechanisms = {"subscription": subscription}
    data = worlds.document(users, represents=represents, followers=followers, days=days)
    data["platforms"] = {"square": worlds.platform(represents, chances=chances, mechanisms=mechanisms)}
    data["interventions"] = [worlds.post(f"2021-01-01T{at}+08:00") for at in posts]
    return simulate(worlds.load(data))


def test_a_message_is_delivered_to_every_follower_and_opened_by_the_response_rule():
    tables = sent(users=4000, followers=2000, chances={"attend": 0.25}, attend_factor=0.4)
    totals = tables.world.posts.totals[0]
    assert totals[0] == tables.summary["square_via_message"] == 2000
    assert totals[1] == pytest.approx(200, abs=4 * np.sqrt(200))
    assert tables.summary["square_owned"] == 2000


def test_beyond_the_quota_of_a_day_nothing_is_sent_and_it_is_said():
    with notices.gathered() as said:
        tables = sent(posts=("00:00", "09:00", "23:50"), per_day=1)
    assert tables.world.posts.totals[:, 0].tolist() == [400, 0, 0]
    assert [str(notice) for notice in said if notice.kind == "not_sent"] == [
        "posts of star on square beyond its messages of the day were not sent to its followers (2)"
    ]
    assert sent(posts=("00:00", "09:00"), per_day=2).world.posts.totals[:, 0].tolist() == [400, 400]


def test_a_new_day_has_a_new_quota():
    data = worlds.document(50, followers=50, days=2.0)
    data["platforms"] = {"square": worlds.platform(50, mechanisms=ALONE)}
    data["interventions"] = [worlds.post("2021-01-01T23:59+08:00"), worlds.post("2021-01-02T00:00+08:00")]
    assert simulate(worlds.load(data)).world.posts.totals[:, 0].tolist() == [50, 50]


def answered(window, factor, per_day=9):
    """Followers won at noon by a served post, and what a post ten hours later brings them."""
    users = 2000
    mechanisms = {
        "subscription": {
            "per_day": per_day,
            "reply_window_hours": window,
            "reply_factor": factor,
            "attend_factor": 0.1,
        },
        "paid_reach": {"price_per_thousand": 10.0, "impressions_per_hour": 4000},
    }
    data = worlds.document(users, followers=0)
    data["platforms"] = {"square": worlds.platform(users, chances={"follow": 0.5}, mechanisms=mechanisms)}
    data["interventions"] = [worlds.post(boost=10), worlds.post("2021-01-01T10:00+08:00")]
    tables = simulate(worlds.load(data))
    return tables, tables.world.posts.totals[1]


def test_who_followed_lately_opens_more_readily_and_who_did_not_does_not():
    lately, answer = answered(window=48, factor=8.0)
    won = lately.summary["followers_won"]
    assert won > 200
    assert lately.summary["square_via_answer"] == answer[0] == won
    assert "square_via_message" not in lately.summary
    assert answer[1] == pytest.approx(0.8 * won, abs=4 * np.sqrt(0.16 * won))
    long_ago, message = answered(window=1, factor=8.0)
    assert long_ago.summary["square_via_message"] == message[0] == long_ago.summary["followers_won"]
    assert message[1] == pytest.approx(0.1 * won, abs=4 * np.sqrt(0.09 * won))


def test_those_it_may_answer_are_answered_beyond_the_quota():
    tables, answer = answered(window=48, factor=8.0, per_day=1)
    assert answer[0] == tables.summary["followers_won"] > 200


@pytest.mark.verify  # in `make test`, tests/test_engines.py has all options in its worlds
@pytest.mark.parametrize("number", [20, 6])
def test_both_engines_give_the_same_digests_with_subscriptions(number):
    data = generated.world(number)
    share = worlds.rng(2000 + number).random
    data["platforms"]["other"]["mechanisms"] = {
        "subscription": {"see": float(share()), "per_day": 1 + number % 3, "reply_window_hours": 3 * float(share()),
                         "reply_factor": 3.0, "samples": 1 + number * 20},
        "search": {"per_interest_hour": 0.01, "per_foreign_interest_hour": 0.01},
    }  # fmt: skip
    later = [worlds.post(f"2021-01-01T0{hour}:30+08:00", platform="other") for hour in range(2, 6)]
    data["interventions"] = [*data["interventions"], *later]
    columns, agents = test_engines.both(worlds.load(data))
    assert columns.digests() == agents.digests()

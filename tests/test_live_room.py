"""A live room: who comes while it is on, what they do there, and that nothing comes of it after."""

import math

import generated
import pytest
import test_engines
import worlds

from sim.base.errors import ScenarioError
from sim.runs.runner import simulate

ROOM = {"hours": 2.0, "notice": 0.8, "notice_half_life_minutes": 30.0, "stay_half_life_minutes": 30.0}


def on_air(followers=2000, users=4000, chances=None, extra=None, room=None, **rest):
    mechanisms = {"live_room": ROOM | (room or {})} | (extra or {})
    data = worlds.document(users, followers=followers, **{"days": 0.5} | rest)
    data["platforms"] = {"square": worlds.platform(users, chances=chances, mechanisms=mechanisms)}
    return simulate(worlds.load(data))


def test_followers_look_at_the_notice_with_a_half_life_until_the_end():
    tables = on_air()
    assert tables.summary["square_via_notice"] == pytest.approx(0.8 * 2000 * (1 - 2**-4), rel=0.05)
    by_step = tables.series.impressions.to_numpy()[:10].tolist()
    assert by_step[0] == pytest.approx(0.8 * 2000 * (1 - 2**-0.5), rel=0.1)
    assert by_step[2] == pytest.approx(by_step[0] / 2, rel=0.2)
    assert by_step[8:] == [0, 0]


def test_entries_are_counted_room_by_room():
    data = worlds.document(4000, followers=2000, days=0.5)
    data["platforms"] = {"square": worlds.platform(4000, mechanisms={"live_room": ROOM})}
    alone = simulate(worlds.load(data)).summary
    assert alone["square_first_room_entries"] == alone["square_room_entries"] == alone["square_via_notice"] > 0
    data["interventions"].append(worlds.post("2021-01-01T05:00+08:00", topic="again"))
    both = simulate(worlds.load(data)).summary
    assert both["square_first_room_entries"] == alone["square_first_room_entries"]
    assert both["square_room_entries"] == both["square_via_notice"] > 1.5 * alone["square_room_entries"]


def test_walk_ins_come_from_the_feed_and_the_more_the_more_viewers_there_are():
    plain = on_air(followers=0, room={"walk_ins_per_hour": 400})
    assert plain.summary["square_via_walk_in"] == pytest.approx(800, rel=0.1)
    pulled = on_air(followers=1000, room={"walk_ins_per_hour": 400, "per_viewer_hour": 1.0})
    assert pulled.summary["square_via_walk_in"] > 1.3 * plain.summary["square_via_walk_in"]


def test_viewers_leave_with_a_half_life():
    data = worlds.document(4000, followers=4000)
    room = ROOM | {"notice_half_life_minutes": 1.0, "hours": 4.0}
    data["platforms"] = {"square": worlds.platform(4000, mechanisms={"live_room": room})}
    made = worlds.ViralityModel(worlds.load(data))
    there = []
    for _ in range(18):
        made.step()
        there.append(float(made.world.posts.in_room[0]))
    assert there[0] == pytest.approx(3200, rel=0.05)
    assert there[4] == pytest.approx(there[0] / 4, rel=0.02)
    assert there[-1] == 0
    assert made.world.posts.chance[0].sum() == 0


def test_of_those_who_leave_a_share_comes_back_and_is_counted_again():
    room = {
        "notice_half_life_minutes": 1.0,
        "hours": 10.0,
        "stay_half_life_minutes": 15.0,
        "away_half_life_minutes": 15.0,
    }
    once, again = (on_air(room=room | {"returns": share}, days=1.0).summary for share in (0.0, 0.5))
    assert again["square_via_notice"] == once["square_via_notice"] == once["square_room_entries"]
    # each stay is followed by another with 0.5: 1 + 0.5 + 0.25 ... = 2, all but the last of them before the end
    assert again["square_room_entries"] / once["square_room_entries"] == pytest.approx(2, abs=0.02)
    assert again["star_square_first_room_entries"] == again["square_first_room_entries"]


def test_there_is_less_time_to_act_for_who_comes_late():
    early = on_air(chances={"intend": 0.5}, room={"notice_half_life_minutes": 1.0})
    late = on_air(chances={"intend": 0.5}, room={"notice_half_life_minutes": 1.0, "hours": 0.5})
    for tables, hours in ((early, 2.0), (late, 0.5)):
        seen, intents = worlds.totals(tables, "impressions", "intents")
        chance = 0.5 * (1 - 2 ** (-hours * 60 / 30))
        assert intents == pytest.approx(chance * seen, abs=4 * math.sqrt(seen * chance))


def test_nothing_comes_of_it_after_the_end():
    search = {"search": {"per_interest_hour": 0.5}}
    tables = on_air(chances={"intend": 0.5, "comment": 0.5, "gift": 0.5}, extra=search)
    late = tables.series[tables.series.time >= "2021-01-01T02:00"]
    assert late.impressions.sum() > 0  # it is still found, and answers to nobody
    assert late[["intents", "comments", "gifts"]].to_numpy().sum() == 0


def test_only_what_is_live_is_on_air():
    data = worlds.document(100, followers=100, days=0.1)
    kinds = {"live": {"half_life_hours": 2.0}}
    room = {"live_room": ROOM | {"kinds": ["live"]}}
    data["platforms"] = {"square": worlds.platform(100, content=kinds, mechanisms=room)}
    assert simulate(worlds.load(data)).summary["impressions"] == 0
    data["interventions"] = [worlds.post(content="live")]
    assert simulate(worlds.load(data)).summary["impressions"] > 0


def test_a_kind_that_is_not_there_is_told_at_its_place():
    with pytest.raises(ScenarioError, match=r"live_room\.kinds\[0\].*'song' is not among the platform's kinds"):
        on_air(room={"kinds": ["song"]})


@pytest.mark.verify  # in `make test`, tests/test_engines.py has all options in its worlds
@pytest.mark.parametrize("number", [20, 6])
def test_both_engines_give_the_same_digests_with_live_rooms(number):
    data = generated.world(number)
    room = ROOM | {"hours": 1.0, "walk_ins_per_hour": data["people"]["represents"] // 10, "per_viewer_hour": 2.0}
    data["platforms"]["other"]["mechanisms"]["live_room"] = room | {"samples": 5 + 40 * number}
    columns, agents = test_engines.both(worlds.load(data))
    assert columns.digests() == agents.digests()

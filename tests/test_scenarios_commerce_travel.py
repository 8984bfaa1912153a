"""Live commerce and camping, small: what each must show, whatever its size."""

import pytest
from test_scenarios_stories import by, made


def night_of_the_pre_sale(*sets):
    return made("double_11", 4000, "start=2020-10-18T00:00+08:00", "step_minutes=60", *sets, days=4.2)


@pytest.fixture(scope="module")
def sale():
    return night_of_the_pre_sale()


def test_the_two_hosts_have_most_of_the_night(sale):
    entered = {key: n for key, n in sale.summary.items() if key.endswith("_live_commerce_first_room_entries")}
    hosts = sum(n for key, n in entered.items() if key.startswith(("li_jiaqi", "viya")))
    brands = [n for key, n in entered.items() if key.startswith("brands")]
    assert brands
    assert hosts > 10 * max(brands)
    assert hosts > sum(brands)


def test_attention_gathers_on_the_night_of_the_pre_sale(sale):
    night = by(sale, "live_commerce", "attends", since="2020-10-20T18:00", until="2020-10-21T02:00")
    later = by(sale, "live_commerce", "attends", since="2020-10-21T18:00", until="2020-10-22T02:00")
    assert night > 1.5 * later > 0
    assert by(sale, "live_commerce", "attends", since="2020-10-19T00:00", until="2020-10-20T18:00") < 0.3 * night


def test_who_comes_back_is_counted_again(sale):
    once = night_of_the_pre_sale("platforms.live_commerce.mechanisms.live_room.returns=0")
    first = "li_jiaqi_live_commerce_first_room_entries"
    assert 1.3 < sale.summary[first] / once.summary[first] < 2.5


@pytest.mark.verify  # forty days
def test_camping_is_many_small_notes_found_by_search_and_visitors_write_after_holidays():
    tables = made(
        "red_travel", 3000, "start=2020-04-01T00:00+08:00", "interventions[0].at=2020-04-01T12:00+08:00", days=40
    )
    red = tables.summary
    assert red["red_via_recommend"] > 5 * red["red_via_feed"]
    posts = tables.posts[(tables.posts.platform == "red")]
    assert posts.impressions.max() < 0.5 * posts.impressions.sum()
    assert by(tables, "red", "creations") > 0

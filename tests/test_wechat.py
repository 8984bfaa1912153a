"""The catalogue's WeChat: what it says of people's ties, and that nothing else brings anything before anybody.

`sim verify-reality --only wechat` sets what articles there come to beside what was measured.
"""

import pytest

from sim import catalog
from sim.base import reader
from sim.networks.circles import mean_friends
from sim.platforms.platform import Platform
from sim.runs.runner import simulate
from sim.scenario.load import load
from sim.studies.reality.platforms import articles
from sim.studies.reality.platforms.facts import platform_facts
from sim.studies.reality.platforms.watch import finished

WECHAT = Platform.model_validate(reader.read(catalog.platform_path("wechat")).data)


def test_people_have_as_many_friends_as_the_white_paper_says():
    ties = WECHAT.mechanisms.private_ties
    assert mean_friends(ties.layers(), ties.spread) == pytest.approx(128, rel=0.02)


def test_there_is_no_list_and_no_recommender():
    assert not {"hot_list", "traffic_pools", "follow_feed"} & {name for name, _ in WECHAT.mechanisms.present()}
    assert not WECHAT.ranks


def test_live_rooms_and_places_of_channels_bring_nothing_where_nobody_uses_them():
    small = ["people.represents=2300", "platforms.wechat.users=2185", "days=1"]
    small += [f"actors[{i}].accounts.wechat=460" for i in range(5)]
    whole = load("reality_wechat", sets=small, users=2300)
    mechanisms = whole.platforms["wechat"].mechanisms.model_copy(update={"live_room": None, "slots": None})
    wechat = whole.platforms["wechat"].model_copy(update={"mechanisms": mechanisms})
    bare = whole.model_copy(update={"platforms": {"wechat": wechat}})
    assert simulate(whole).digests() == simulate(bare).digests()


def test_a_card_that_opens_at_once_is_worth_five_to_ten_links():
    assert 5 <= WECHAT.content["mini_program"].intend / WECHAT.content["link"].intend <= 10


def test_of_those_to_whom_a_message_is_delivered_one_in_eighty_opens_it():
    calm = ["people.reaction.horizon_hours=48"]  # so that the day holds nearly all who come
    run = finished(load("reality_wechat_sharing", sets=["days=1", "platforms.wechat.response.repost=0.0322", *calm]))
    messages = run.ways[(run.ways.channel == "message") & run.ways.account]
    sent = messages.impressions.sum()
    assert sent == pytest.approx(5 * 4000 * 0.68, rel=0.08)  # followers who look into it, with attention left
    assert platform_facts()["P01"].hit(
        (articles.open_rate(messages),)
    )  # five articles, of which some suit fewer people
    reads = run.posts.attends[run.posts.account].sum()
    assert 0.8 * 0.012 * sent < reads < 3.5 * 0.012 * sent  # with what friends and groups add

"""Two engines, one result: everybody at once in compiled columns, and everybody a Mesa agent on its own."""

import os
from dataclasses import fields

import mesa
import numpy as np
import pytest
import worlds

from sim.base.errors import RefusedError
from sim.model.model import ViralityModel
from sim.model.publishing import FACT, MIND
from sim.platforms.base import channels as all_channels
from sim.runs.runner import simulate
from sim.scenario import load as scenarios
from sim.world import persons, population
from sim.world.exposure import respond
from sim.world.records import FLOW_OF, FLOWS, OFFER, RESPONSES

COUNT = int(os.environ.get("SIM_ENGINES", "10"))  # generated worlds; 30 by `make verify`
KINDS = [
    {"kind": "computed", "circle_size": 8, "community_size": 64, "audience_median": 15},
    {"kind": "computed"},
    {"kind": "watts_strogatz", "k": 4},
    {"kind": "barabasi_albert", "m": 3},
    {"kind": "path"},
]
TONES = ["", "awe", "anger", "dread", "wish", "sadness", "correction"]
AUDIENCES = {"computed": 200, "watts_strogatz": 4, "barabasi_albert": 6, "path": 2}  # followers of a user, about


def generated(number):
    """Scenario of a number: 5 to 5,000 people with all their differences, two platforms, every mechanism."""
    draw = worlds.rng(number)
    users = int(5 * 1000 ** draw.random())
    network = KINDS[number % len(KINDS)] if users > 20 else {"kind": "complete"}
    most = 0.3 / AUDIENCES.get(network["kind"], users)  # of reposts, that cascades may end
    share, small = draw.random, lambda: float(draw.random() * most)
    represents = users * int(draw.choice([1, 2, 5, 16] if users < 1000 else [1, 2]))
    chances = {name: float(share()) for name in ("attend", "like", "comment", "follow", "search", "intend")}
    chances |= {"repost": small(), "create": small() / 100}
    chances |= dict.fromkeys(("relay", "favourite", "gift", "bullet"), 0.1 * (1 + number % 7))
    more = {
        "repost_spread": float(share()),
        "quality_spread": float(share()),
        "content": {"user": {"half_life_hours": 2.0}},
    }
    mechanisms = worlds.MECHANISMS | {"follow_feed": {"see": float(share()), "samples": int(draw.integers(1, 300))}}
    mechanisms |= {"search": {"per_interest_hour": 0.003, "samples": 20}, "user_topics": {"per_interest_hour": 0.002}}
    ladder = [
        {"impressions": 2 + represents // 20, "hours": 0.25, "pass_score": 0.5},
        {"impressions": 2 + represents // 10, "hours": 0.5, "pass_score": 3.0},
    ]
    mechanisms["traffic_pools"] = mechanisms["traffic_pools"] | {
        "pools": ladder,
        "freshness_hours": 2.0,
        "samples": 200,
    }
    mechanisms["hot_list"] = mechanisms["hot_list"] | {
        "ad_places": [2, 5],
        "ad_price": 20,
        "ad_hours": 2.0,
        "list_share": float(share()),
        "interaction_spread": 2 * float(share()),
        "entry_novelty": float(share()),
        "off_list_novelty": 0.3 * float(share()),
    }
    more |= {"talk_spread": float(share()), "half_life_spread": float(share())}
    crowd = max(4, round(represents * (0.2 + 0.8 * share())))
    square = worlds.platform(crowd, chances=chances, mechanisms=mechanisms, **more)
    other = worlds.platform(
        represents, chances={"repost": small(), "follow": 0.3, "relay": 0.02}, relay_to={"square": 0.5}
    )
    platforms = {"square": square | {"relay_to": {"other": 0.05 * (number % 4)}}, "other": other}
    ride = {"kind": "ride_hot", "fit": 1.0, "eagerness": 1.0, "cooldown_hours": 3.0}
    buy = {"kind": "sponsor_when_rising", "min_reads": 0, "min_growth": 0, "boost": 30, "cooldown_hours": 2}
    news = {"kind": "open_topics", "topics_per_day": 20.0, "first_hour": 2, "last_hour": 6, "spread": float(share())}
    back = {"kind": "follow_up", "per_topic": 0.9, "wait_hours": 0.1, "first_hour": 0, "last_hour": 23}
    people = worlds.people(users, represents)
    for plain in ("segments", "activity", "communities", "fatigue"):
        del people[plain]
    return worlds.document(
        users,
        represents=represents,
        seed=number,
        days=0.4 if users < 1000 else 0.25,  # the plain engine takes seconds for the larger ones
        people=people | {"fatigue": {"half_life_hours": 3.0}},
        network=network,
        platforms=platforms,
        stories={
            "tale": {"title": "Tale", "interests": {"looks": 1.0}, "talk": 0.5 + float(share()),
                     "stirs": TONES[number % 7]},
            "rival": {"title": "Rival", "interaction": 0.5 + 4 * float(share())},
        },
        actors=[
            {"name": "star", "kind": "star", "accounts": {"square": users, "other": users // 2}},
            {"name": "kol", "kind": "kol", "accounts": {"other": 5, "square": min(50, users)}, "policies": [ride]},
            {"name": "brand", "kind": "brand", "accounts": {"square": min(9, users)}, "budget": 200, "policies": [buy]},
            {"name": "news", "kind": "media", "accounts": {"square": min(20, users)}, "policies": [back, news],
             "story": "tale", "delay_minutes": 0},
        ],
        interventions=[
            worlds.post(boost=5),
            worlds.post(at="2021-01-01T00:40+08:00", boost=5, audience={"ages": ["20-29", "60+"], "regions": ["west"]}),
            {"kind": "broadcast", "at": "2021-01-01T02:00+08:00", "story": "tale", "viewers": represents},
            worlds.post(at="2021-01-01T01:10+08:00", platform="other", topic="elsewhere"),
            worlds.post(at="2021-01-01T04:20+08:00", topic="second", story="rival"),
            *({"kind": "promote", "at": "2021-01-01T00:30+08:00", "platform": "square", "story": "tale"} | how
              for how in ({"place": 2}, {"payer": "brand"})),
        ],
    )  # fmt: skip


def both(scenario):
    """The tables of a scenario from either engine."""
    return simulate(scenario), simulate(scenario.model_copy(update={"engine": "agents"}))


@pytest.mark.parametrize("number", range(COUNT))
def test_both_engines_give_the_same_digests(number, monkeypatch):
    if number % 3 == 0:  # otherwise so few people are one block
        monkeypatch.setattr(population, "SMALL", 4)
    columns, agents = both(worlds.load(generated(number)))
    assert columns.digests() == agents.digests()
    assert columns.summary == agents.summary


def test_the_generated_scenarios_use_every_channel_and_response():
    # What the thirty have to say is worth as much as what happens in them.
    names = [channel.name for channel in all_channels()]
    channels, flows, sizes, opened = np.zeros(len(names), int), {}, [], 0
    for number in range(30):
        made = ViralityModel(worlds.load(generated(number)))
        for _ in range(made.script.steps):
            made.step()
        channels += made.world.by_platform.channels.sum(axis=0) > 0
        sizes.append(made.world.n_users)
        topics, square = made.world.topics, made.world.topics.platform == made.world.platforms.index("square")
        opened += int((topics.origin == MIND).sum())
        for factor in (topics.talk[square], topics.interaction[square], topics.decay[square & (topics.origin != FACT)]):
            assert len(np.unique(factor)) == len(factor)  # no topic is the usual one
        totals = made.world.posts.totals.sum(axis=0)
        for name, flow in FLOW_OF.items():
            flows[name] = flows.get(name, 0) + (totals[FLOWS.index(flow)] > 0)
    assert dict(zip(names[1:], channels[1:] > 5, strict=True)) == dict.fromkeys(names[1:], True)
    assert min(flows.values()) > 5, flows
    assert opened > 100
    assert min(sizes) < 50
    assert max(sizes) > 3000


def test_the_shipped_case_is_the_same_with_agents():
    columns, agents = both(worlds.shorter(scenarios.load("ding_zhen"), 1.5, users=3000))
    assert columns.digests() == agents.digests()
    assert columns.summary["people_reached"] > 0


def test_users_are_mesa_agents():
    made = ViralityModel(worlds.tiny(50, followers=50, engine="agents"))
    crowd = made.agents.select(agent_type=persons.Person)
    assert len(crowd) == 50
    assert isinstance(crowd, mesa.agent.AgentSet)
    for _ in range(8):
        made.step()
    assert crowd.agg("attention", sum) == 50  # everybody saw the one post


def test_so_many_agents_are_refused_in_words():
    scenario = worlds.tiny(200_000, engine="agents", network={"kind": "computed"})
    with pytest.raises(RefusedError, match="engine: agents makes an agent of each of 200,000 people"):
        simulate(scenario)


def test_an_offer_has_the_fields_of_its_record():
    assert tuple(field.name for field in fields(persons.Offer)) == OFFER.names


def test_draws_told_one_by_one_are_the_response_rule():
    # 3,000 exposures with random thresholds: what `sim explain` prints is what happened.
    draw = worlds.rng(5)
    for _ in range(3000):
        chance = draw.integers(0, 1 << 32, 8).astype(np.uint64)
        h, attend, act = (int(draw.integers(0, 1 << 63)), *(int(x) for x in draw.integers(0, 1 << 17, 2)))
        flags = respond(np.uint64(h), chance, np.uint64(attend), np.uint64(act))
        met = persons.Encounter(0, 1, 1, h, attend, 0, flags)
        told = sum(1 << RESPONSES.index(name) for name, coin, below in persons.draws(met, chance, act) if coin < below)
        assert told == flags

"""Two engines, one result: everybody at once in compiled columns, and everybody a Mesa agent on its own."""

import os
from dataclasses import fields

import generated
import mesa
import numpy as np
import pytest
import sizes
import worlds

from sim.base.errors import RefusedError
from sim.minds.base import POLICIES
from sim.model.model import ViralityModel
from sim.model.publishing import FACT, MIND
from sim.platforms.base import MECHANISMS
from sim.platforms.base import channels as all_channels
from sim.runs.runner import simulate
from sim.scenario import load as shipped
from sim.scenario.interventions import INTERVENTIONS
from sim.world import persons, population
from sim.world.exposure import respond
from sim.world.records import FLOW_OF, FLOWS, OFFER, RESPONSES

COUNT = int(os.environ.get("SIM_ENGINES", "0"))  # generated worlds; 30 by `make verify`
# Otherwise small ones, of which no agent takes long: of each kind of network, of odd and even, of each group of minds.
FEW = (6, 8, 12, 19, 20, 25, 29)


def both(scenario):
    """The tables of a scenario from either engine."""
    return simulate(scenario), simulate(scenario.model_copy(update={"engine": "agents"}))


@pytest.mark.parametrize("number", range(COUNT) if COUNT else FEW)
def test_both_engines_give_the_same_digests(number, monkeypatch):
    if number % 3 == 0:  # otherwise so few people are one block
        monkeypatch.setattr(population, "SMALL", 4)
    columns, agents = both(worlds.load(generated.world(number)))
    assert columns.digests() == agents.digests()
    assert columns.summary == agents.summary


@pytest.fixture(scope="module")
def generated_worlds():
    """The worlds that are run in both engines, run in one: thirty in `make verify`; and (mind, action) by policy."""
    decided = {kind.name: set() for kind in POLICIES}
    with pytest.MonkeyPatch.context() as patch:
        for kind in POLICIES:
            patch.setattr(kind, "decide", noted(kind.decide, decided[kind.name]))
        made = [ran(number) for number in sizes.many(FEW, range(30))]
    return made, decided


def noted(decide, into):
    """A policy's decision, which also writes down who decided on what."""

    def decides(policy, board, me):
        actions = decide(policy, board, me)
        into.update((me.name, action.kind) for action in actions)
        return actions

    return decides


SEEN = sizes.many(0, 5)  # a channel or a response is seen in more worlds than these


def ran(number):
    """The model of a generated world at its end."""
    made = ViralityModel(worlds.load(generated.world(number)))
    for _ in range(made.script.steps):
        made.step()
    return made


@pytest.mark.grows
def test_the_generated_scenarios_use_every_channel_and_response(generated_worlds):
    # What they have to say is worth as much as what happens in them.
    names = [channel.name for channel in all_channels()]
    channels, flows, people, opened = np.zeros(len(names), int), {}, [], 0
    for made in generated_worlds[0]:
        channels += made.world.by_platform.channels.sum(axis=0) > 0
        people.append(made.world.n_users)
        topics, square = made.world.topics, made.world.topics.platform == made.world.platforms.index("square")
        opened += int((topics.origin == MIND).sum())
        for factor in (topics.talk[square], topics.interaction[square], topics.decay[square & (topics.origin != FACT)]):
            assert len(np.unique(factor)) == len(factor)  # no topic is the usual one
        totals = made.world.posts.totals.sum(axis=0)
        for name, flow in FLOW_OF.items():
            flows[name] = flows.get(name, 0) + (totals[FLOWS.index(flow)] > 0)
    assert dict(zip(names[1:], channels[1:] > SEEN, strict=True)) == dict.fromkeys(names[1:], True)
    assert min(flows.values()) > SEEN, flows
    assert opened > sizes.many(10, 100)
    assert min(people) < 50
    assert max(people) > sizes.many(200, 3000)


@pytest.mark.grows
def test_the_generated_scenarios_have_every_mechanism_with_every_option(generated_worlds):
    scenarios = [made.script for made in generated_worlds[0]]
    present = {}
    for scenario in scenarios:
        for platform in scenario.platforms.values():
            for name, mechanism in platform.mechanisms.present():
                present.setdefault(name, []).append(mechanism)
    assert set(present) == set(MECHANISMS.names())
    squares = [scenario.platforms["square"] for scenario in scenarios]
    stories = [story for scenario in scenarios for story in scenario.stories.values()]
    parts = present | {"platform": squares, "content": [one.content["note"] for one in squares], "story": stories}
    at_rest = {name: [field for field in unmoved(made) if field not in TOLD_ONLY] for name, made in parts.items()}
    assert {name: fields for name, fields in at_rest.items() if fields} == {}


TOLD_ONLY = {"title", "about", "help", "source", "grade", "sources", "ranges", "user_topic_title"}  # no engine sees it
TOLD_ONLY |= {"kol_prices"}  # nor what places cost: minds do


def unmoved(parts):
    """Fields that have a default, and in all these parts are at it."""
    fields = type(parts[0]).model_fields.items()
    defaults = {name: info.get_default(call_default_factory=True) for name, info in fields if not info.is_required()}
    return [name for name, default in defaults.items() if all(getattr(part, name) == default for part in parts)]


@pytest.mark.grows
def test_the_generated_scenarios_have_every_fact_tone_and_network_of_the_test(generated_worlds):
    scenarios = [made.script for made in generated_worlds[0]]
    done = {action.action for made in generated_worlds[0] for action in made.deeds.actions}
    facts = {fact.name for scenario in scenarios for fact in scenario.interventions}
    assert facts == set(INTERVENTIONS.names())
    assert {
        "post",
        "open_account",
        "offer",
        "withdraw",
        "broadcast",
        "pin",
        "place",
        "promote",
        "platform_change",
    } <= done
    whys = {deed.why for made in generated_worlds[0] for deed in made.deeds.actions}
    assert {"pinned", "bought", "in place 1", "in place 2"} <= whys
    scenarios = [worlds.load(generated.world(number)) for number in range(30)]  # the tones go round by number
    stories = [story for scenario in scenarios for story in scenario.stories.values()]
    tones = {name for scenario in scenarios for name in scenario.people.tones}
    assert tones == {story.stirs for story in stories} - {""}
    assert tones - {"shrug"} <= {story.against_stirs for story in stories}
    assert any(held.any() for made in generated_worlds[0] for held in made.board.beliefs.sum(axis=0))
    spilt = [made.world.by_platform.spill[:, :, 0] for made in generated_worlds[0]]
    assert sum(1 for one in spilt if one[0, 1] and one[1, 0]) > SEEN  # carried over both ways


@pytest.mark.grows
def test_in_the_generated_scenarios_every_policy_acts(generated_worlds):
    done = {
        (mind.name, kind)
        for made in generated_worlds[0]
        for mind in made.deeds.minds.values()
        for kind, *_ in mind.done
    }
    assert [name for name, decided in generated_worlds[1].items() if not decided & done] == []


@pytest.mark.grows
def test_the_shipped_case_is_the_same_with_agents():
    columns, agents = both(worlds.shorter(shipped.load("ding_zhen"), sizes.many(0.4, 1.5), sizes.many(500, 3000)))
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
        make = int(draw.integers(0, 1 << 19))
        flags = respond(np.uint64(h), chance, np.uint64(attend), np.uint64(act), np.uint64(make))
        met = persons.Encounter(0, 1, 1, h, attend, make, 0, flags)
        told = sum(1 << RESPONSES.index(name) for name, coin, below in persons.draws(met, chance, act) if coin < below)
        assert told == flags

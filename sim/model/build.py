"""From a scenario to a world at its first minute: who everybody is, who follows whom, which accounts there are."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from sim.base import streams
from sim.base.lazy import Kept
from sim.minds.actor import Actor
from sim.networks import Computed
from sim.networks.stored import Stored
from sim.platforms.base import channels, keeps
from sim.platforms.stage import PlatformStage
from sim.scenario import tiers
from sim.scenario.affinity import KEEN, LOTS, affinities
from sim.scenario.audience import Audience
from sim.scenario.interventions import Post
from sim.scenario.scenario import Rumour, Scenario
from sim.world import population
from sim.world.clock import Clock
from sim.world.population import Aimed, Lots, Traits
from sim.world.records import BASIC, RELAY, RESPONSES
from sim.world.world import Account, Graph, World

FIX = 1 << 16
GROUND = ("start", "days", "step_minutes", "seed", "people", "network", "platforms", "stories")
COMMUNITIES = 200  # at least so many, where there are people enough


def people(scenario: Scenario) -> Traits:
    """Traits by lane, and responses as integer tables."""
    spec = scenario.people
    activity = list(spec.activity.values())
    affinity = affinities(scenario)
    small = spec.users <= population.SMALL
    size = _network(scenario).community_size
    segment, active, member = population.draw_lanes(
        spec.users if small else size,
        {name: s.share for name, s in spec.segments.items()},
        np.array([a.share for a in activity]),
        dict(zip(scenario.platforms, members(scenario), strict=True)),
        streams.stream_key(scenario.seed, "traits"),
        overlaps(scenario),
    )
    communities = streams.stream_key(scenario.seed, "communities")
    story_key = np.array([streams.stream_key(0, f"story/{name}") for name in scenario.stories], np.uint64)
    return Traits(
        n_users=spec.users,
        lane_bits=np.uint64(32 if small else size.bit_length() - 1),
        step=np.uint64(1 if small else population.STEP),
        back=np.uint64(1 if small else population.BACK),
        turn=np.uint64(0 if small else streams.stream_key(scenario.seed, "turn") | 1),
        segment=segment,
        activity=active,
        member=member,
        see_fix=np.array([round(a.level * FIX) for a in activity], np.uint64),
        fatigue_fix=np.array([round(fatigue_factor(scenario, n) * FIX) for n in range(256)], np.uint64),
        attention_fix=np.stack([_attention(a.daily_views) for a in activity]),
        affinity_fix=np.round(affinity * FIX).astype(np.uint64),
        fit_fix=np.round(_fits(scenario)[2] * FIX).astype(np.uint64),
        community_bits=np.uint64(size.bit_length() - 1),
        community_key=np.uint64(communities),
        story_key=story_key,
        kind=population.draw_kinds(communities, story_key, -(-spec.users // size)),
        **_rumours(scenario),
    )


def _rumours(scenario: Scenario) -> dict[str, np.ndarray]:
    """Of each story that may be untrue, its row, and the thresholds of believing, being corrected, holding back."""
    told = [story.rumour for story in scenario.stories.values()]
    rows = np.cumsum([one is not None for one in told]) - 1
    belief = [one or Rumour(convince=0, correct=0, blocks=0) for one in told]
    return {
        "rumour": np.where([one is not None for one in told], rows, -1),
        "convince": np.array([[one.convinces(name) for name in scenario.people.segments] for one in belief], np.uint64),
        "correct": np.array([streams.threshold(one.correct) for one in belief], np.uint64),
        "block": np.array([streams.threshold(one.blocks) for one in belief], np.uint64),
    }


def _fits(scenario: Scenario) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How the chance that a targeted slot takes a person is split between lots, places and a last coin.

    Returns:
        The segment's best chance, which its number of lots stands for, f8[stories, segments]; places that a community
        of each class holds, i8[stories, 16], 1 at most in a small world, where a block is no community; and what is
        left to the coin, f8[stories, segments, 16].
    """
    people = scenario.people
    fit = np.minimum(affinities(scenario) / KEEN, 1)
    best = fit.max(axis=2, keepdims=True)
    most = 1 if people.users <= population.SMALL else max(1, min(LOTS, people.ratio // LOTS))
    relative = np.divide(fit, best, out=np.zeros_like(fit), where=best > 0)
    held = np.ceil(np.round(relative.max(axis=1) * most, 6)).astype(np.int64)
    return best[..., 0], held, relative * most / np.maximum(held, 1)[:, None, :]


def lots(scenario: Scenario, who: Traits) -> list[Lots]:
    """Whom each platform serves: its members by activity, and for each story by what suits them too.

    A row that stands for several people may hold several lots; one that stands for itself has one, so that a post
    comes to everybody before it comes again.
    """
    best, held, _ = _fits(scenario)
    anywhere = np.arange(population.blocks(who), dtype=np.uint32)
    places = [anywhere]
    for story in range(len(best)):
        places.append(population.draw_places(who.kind[story], held[story]) if who.turn else anywhere)
    made = []
    for index, name in enumerate(scenario.platforms):
        served, drawn = _served(who, index), _drawn(scenario, name)
        tables = population.draw_lots([served * fit for fit in (1.0, *best[:, who.segment])], *drawn)
        made.append(
            Lots(
                np.concatenate([lane for lane, _ in tables]),
                np.concatenate([fix for _, fix in tables]),
                np.cumsum([0, *(len(lane) for lane, _ in tables)]),
                np.concatenate(places),
                np.cumsum([0, *(len(place) for place in places)]),
            )
        )
    return made


def _served(who: Traits, platform: int) -> np.ndarray:
    """How much of a platform each lane takes, f8[lanes]: nothing without an account, by activity with one."""
    return who.see_fix[who.activity] / who.see_fix.max() * (who.member >> platform & 1)


def _drawn(scenario: Scenario, platform: str) -> tuple[int, int]:
    """Most lots of a lane, and the stream key of a platform's lots."""
    return min(LOTS, scenario.people.ratio), streams.stream_key(scenario.seed, f"{platform}/lots")


def aimed(scenario: Scenario, who: Traits, served: list[Lots]) -> tuple[list[Lots], dict[tuple[int, int, int], Aimed]]:
    """The lots with a table more for each audience that a scheduled post is boosted for, and the audiences by key.

    Without audiences, what is given. Nobody's traits are drawn before somebody asks for them.
    """
    asked = {
        (fact.platform, fact.story, fact.audience)
        for fact in scenario.interventions
        if isinstance(fact, Post) and fact.audience is not None
    }
    served, found = list(served), {}
    for platform, story, audience in sorted(asked, key=lambda one: (*one[:2], one[2].words)):
        p, s = list(scenario.platforms).index(platform), list(scenario.stories).index(story)
        among = lanes_of(scenario, who, audience)
        weights = _served(who, p) * _fits(scenario)[0][s, who.segment] * among
        [(lane, fix)] = population.draw_lots([weights], *_drawn(scenario, platform))
        old = served[p]
        found[p, s, audience.key] = Aimed(len(old.starts) - 1, population.members(who, p, among), audience.words)
        served[p] = old._replace(
            lane=np.append(old.lane, lane),
            see_fix=np.append(old.see_fix, fix),
            starts=np.append(old.starts, old.starts[-1] + len(lane)),
        )
    return served, found


def lanes_of(scenario: Scenario, who: Traits, audience: Audience) -> np.ndarray:
    """Lanes whose people are in an audience, b1[lanes]."""
    among = np.ones(len(who.segment), np.bool_)
    names = list(scenario.people.segments)
    for what, values in audience.parts.items():
        known = names if what == "segments" else scenario.people.of(what)
        is_ = who.segment if what == "segments" else trait(scenario, who, what)
        among &= np.isin(is_, [known.index(value) for value in values])
    return among


def trait(scenario: Scenario, who: Traits, name: str) -> np.ndarray:
    """One of the `people.TRAITS` of every lane, u1[lanes], as a number into `People.of`; by the trait's name."""
    values = scenario.people.of(name)
    shares = [
        np.array([getattr(segment, name).get(value, 0.0) for value in values])
        for segment in scenario.people.segments.values()
    ]
    return population.draw_trait(who.segment, shares, streams.stream_key(scenario.seed, f"traits/{name}"))


def members(scenario: Scenario) -> np.ndarray:
    """Probability of using each platform by segment, f8[platforms, segments]; their mean gives its users."""
    spec = scenario.people
    shares = tuple(s.share for s in spec.segments.values())
    rows = []
    for name, platform in scenario.platforms.items():
        usage = tuple(s.usage.get(name, 1.0) for s in spec.segments.values())
        rows.append(_scaled_to(min(1.0, platform.users / spec.represents), usage, shares))
    return np.array(rows)


def overlaps(scenario: Scenario) -> dict[str, tuple[str, np.ndarray]]:
    """Of each platform with a stated overlap, the earlier one, and the chance of using it for those who use that.

    The stated share is of all users; among the people of each segment it is more or less likely by one factor.
    """
    index = {name: i for i, name in enumerate(scenario.platforms)}
    shares, using = np.array([s.share for s in scenario.people.segments.values()]), members(scenario)
    shares /= math.fsum(shares)
    found = {}
    for one, others in scenario.people.overlap.items():
        for other, share in others.items():
            if one not in index or other not in index:
                continue  # a platform that is not simulated
            both = share * math.fsum(using[index[one]] * shares)
            lift = both / math.fsum(using[index[one]] * using[index[other]] * shares)
            first, later = sorted((one, other), key=index.__getitem__)
            found[later] = first, np.minimum(using[index[later]] * lift, 1.0).round(9)
    return found


@lru_cache(maxsize=256)  # worlds of a study have the same people
def _scaled_to(mean: float, index: tuple[float, ...], people: tuple[float, ...]) -> np.ndarray:
    """Probabilities proportional to ``index`` but at most 1 whose mean over shares of ``people`` is ``mean``."""
    shares = np.array(people) / math.fsum(people)
    p = np.minimum(np.array(index) * mean, 1.0)
    for _ in range(60):
        p = np.minimum(p * mean / max(math.fsum(p * shares), 1e-12), 1.0)
    return p.round(9)


def membership(world: World, index: int) -> float:
    """Share of people who use the platform, as the lanes have it; one lane at least."""
    return membership_of(world.people, index)


def membership_of(who: Traits, index: int) -> float:
    """The same, of people who are in no world yet."""
    return round(max(1, int((who.member >> index & 1).sum())) / len(who.member), 9)


def fatigue_factor(scenario: Scenario, exposures: int) -> float:
    """Factor on attending after so many exposures to the story."""
    fatigue = scenario.people.fatigue
    if exposures == 0:
        return 1.0
    beyond = max(0, exposures - fatigue.helps_until)
    return max(fatigue.floor, fatigue.help * fatigue.tire**beyond)


def _attention(daily_views: int) -> np.ndarray:
    """Factor on seeing by views of today: 1 up to the limit, then halved with each further view."""
    beyond = np.maximum(0, np.arange(256) - daily_views + 1)
    return np.floor(FIX * 0.5 ** np.minimum(beyond, 40)).astype(np.uint64)


def _network(scenario: Scenario) -> Computed:
    """The computed network, or its defaults where one is stored; few people make smaller communities.

    With fewer than `COMMUNITIES` of them, luck would decide whether a story suits anyone at all.
    """
    network = scenario.network if isinstance(scenario.network, Computed) else Computed()
    most = 1 << max(0, (scenario.people.users // COMMUNITIES).bit_length() - 1)
    return network.model_copy(update={"community_size": max(network.circle_size, min(network.community_size, most))})


def graph(scenario: Scenario, stored: Stored | None = None) -> Graph:
    """The follow graph: a computed layout a platform, or one stored network for all of them."""
    n, computed = scenario.people.users, isinstance(scenario.network, Computed)
    network = _network(scenario)
    layouts = tuple(
        network.layout(n, streams.stream_key(scenario.seed, f"{name}/graph")) for name in scenario.platforms
    )
    cap = network.cap(scenario.people.ratio)
    private = tuple(
        platform.mechanisms.circles_of(n, network.community_size, streams.stream_key(scenario.seed, f"{name}/circles"))
        for name, platform in scenario.platforms.items()
    )
    none = np.zeros(1, np.int64), np.zeros(1, np.uint32)
    if computed and stored is None:
        return Graph(layouts, private, network.audience_table(cap), *none)
    stored = (stored or scenario.network.build(n, streams.stream_key(scenario.seed, "graph"))).told()
    return Graph(layouts, private, network.audience_table(cap), stored.indptr, stored.indices, stored.nodes)


class Ground(NamedTuple):
    """What of a world no run ever changes; worlds of the same people can stand on one."""

    clock: Clock
    people: Traits
    graph: Graph
    lots: list[Lots]
    mechanisms: dict[tuple[int, str], Any]  # by platform and mechanism


_grounds = Kept[Ground](4)  # the runs of a study often differ in what happens alone: its arms, its plans


def ground(scenario: Scenario, stored: Stored | None = None, like: Ground | None = None) -> Ground:
    """What the world of a scenario stands on; the same as of an earlier world where nothing that it is made of differs.

    Args:
        scenario: whose world.
        stored: a follow graph that replaces the scenario's network.
        like: the ground of a scenario with the same people, network, platforms, stories and seed, to be shared.
    """
    if like or stored or not isinstance(scenario.network, Computed):  # a stored network may fill the memory
        return _ground(scenario, stored, like)
    return _grounds.of((population.SMALL, scenario.said(*GROUND)), lambda: _ground(scenario))


def _ground(scenario: Scenario, stored: Stored | None = None, like: Ground | None = None) -> Ground:
    places = enumerate(scenario.platforms.items())
    present = [(i, place, name, m) for i, (place, platform) in places for name, m in platform.mechanisms.present()]
    same = like is not None and like.mechanisms.keys() == {(i, name) for i, _, name, _ in present}
    if like and same and like.clock.n_steps == scenario.steps:
        return like
    who, time = like.people if like else people(scenario), scenario.clock
    made = {
        (i, name): mechanism.ground(time, lambda stream, on=place: streams.stream_key(scenario.seed, f"{on}/{stream}"))
        for i, place, name, mechanism in present
    }
    net, served = (like.graph, like.lots) if like else (graph(scenario, stored), lots(scenario, who))
    return Ground(time, who, net, served, made)


def world(scenario: Scenario, stored: Stored | None = None, on: Ground | None = None) -> World:
    """The world before the first step: nobody reached, no post, lists full of background.

    ``stored``: a follow graph that replaces the scenario's network; ``on``: what the world stands on, if it is there.
    """
    on = on or ground(scenario, stored)
    served, audiences = aimed(scenario, on.people, on.lots)
    made = World(
        on.clock,
        on.people,
        on.graph,
        served,
        scenario.people.ratio,
        list(scenario.platforms),
        list(scenario.stories),
        scenario.seed,
        [channel.name for channel in channels()],
        keeps(),
        responses(scenario),
        tagged=scenario.tagged,
    )
    made.ground.update(on.mechanisms)
    made.aimed.update(audiences)
    return made


def responses(scenario: Scenario) -> int:
    """How many responses a world has columns for: the basic ones, and up to the last that some platform has.

    Sharing onwards is none where nothing can be carried to another platform that is simulated.
    """
    platforms = scenario.platforms
    return max(
        BASIC,
        *(
            i + 1
            for platform in platforms.values()
            for i, name in enumerate(RESPONSES)
            if getattr(platform.response, name) and (1 << i != RELAY or platform.relay_to.keys() & platforms.keys())
        ),
    )


def stages(scenario: Scenario, made: World) -> list[PlatformStage]:
    """The platforms of a world, as they are at its first minute."""
    stories = list(scenario.stories.values())
    return [
        PlatformStage(made, i, platform, stories, membership(made, i))
        for i, platform in enumerate(scenario.platforms.values())
    ]


def open_account(
    made: World, actor: str, title: str, kind: str, platform: int, followers: int, minute: int = 0
) -> Account:
    """Give an actor an account from a minute on; its row follows the users' and the earlier accounts'."""
    ident = streams.stream_key(0, f"account/{actor}/{made.platforms[platform]}")
    row = made.n_users + len(made.accounts)
    account = Account(actor, title, kind, platform, row, ident, followers, opened=minute)
    made.accounts.append(account)
    return account


def drawn_followers(scenario: Scenario, actor: Actor, name: str, platform: str) -> int:
    """Followers of a KOL of a tier, drawn by its name and the run's seed."""
    tier = scenario.people.kol_tiers[actor.tier]
    coin = streams.py_uniform(streams.stream_key(scenario.seed, f"followers/{name}/{platform}"), 0)
    return tiers.followers((tier.from_, tier.to), scenario.people.kol_followers, coin)

"""From a scenario to a world at its first minute: who everybody is, who follows whom, which accounts there are."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from sim import streams
from sim.clock import Clock
from sim.exposure import People
from sim.hot_list import draw_background
from sim.networks import Computed
from sim.networks.stored import Stored
from sim.scenario import Actor, Scenario
from sim.world import Account, Graph, World

FIX = 1 << 16
COMMUNITIES = 200  # at least so many, where there are people enough
CLASSES = 16  # community classes of affinity
KEEN = 2.5  # affinity from which a targeted slot always takes a person; below it in proportion


def clock(scenario: Scenario) -> Clock:
    """The run's clock."""
    reaction = scenario.people.reaction
    return Clock(
        scenario.start,
        scenario.step_minutes,
        scenario.steps,
        scenario.people.day_clock,
        reaction.flat_minutes,
        reaction.exponent,
        reaction.horizon_hours * 60,
    )


def people(scenario: Scenario) -> People:
    """Traits as lanes of a hash, and responses as integer tables."""
    spec = scenario.people
    activity = list(spec.activity.values())
    affinity = affinities(scenario)
    return People(
        n_users=spec.users,
        trait_key=np.uint64(streams.stream_key(scenario.seed, "traits")),
        segment_of=lanes([s.share for s in spec.segments.values()], 1024),
        activity_of=lanes([a.share for a in activity], 256),
        member=members(scenario),
        see_fix=np.array([round(a.level * FIX) for a in activity], np.uint64),
        fatigue_fix=np.array([round(fatigue_factor(scenario, n) * FIX) for n in range(256)], np.uint64),
        attention_fix=np.stack([_attention(a.daily_views) for a in activity]),
        affinity_fix=np.round(affinity * FIX).astype(np.uint64),
        target_fix=np.round(np.minimum(affinity / KEEN, 1) * FIX).astype(np.uint64),
        community_size=_network(scenario).community_size,
        community_key=np.uint64(streams.stream_key(scenario.seed, "communities")),
    )


def lanes(shares: list[float], n: int) -> np.ndarray:
    """``n`` lanes of a hash given out to classes in proportion to ``shares``, u1[n]."""
    ends = np.round(np.cumsum(shares) / sum(shares) * n).astype(int)
    return np.searchsorted(ends, np.arange(n), side="right").astype(np.uint8)


def members(scenario: Scenario) -> np.ndarray:
    """32-bit thresholds of using each platform by segment, u8[platforms, segments]; their mean gives its users."""
    spec = scenario.people
    shares = np.array([s.share for s in spec.segments.values()])
    rows = []
    for name, platform in scenario.platforms.items():
        usage = np.array([s.usage.get(name, 1.0) for s in spec.segments.values()])
        rows.append(_scaled_to(min(1.0, platform.users / spec.represents), usage, shares / shares.sum()))
    return np.round(np.array(rows) * 2.0**32).astype(np.uint64)


def _scaled_to(mean: float, index: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Probabilities proportional to ``index`` but at most 1 whose mean over ``shares`` is ``mean``."""
    p = np.minimum(index * mean, 1.0)
    for _ in range(60):
        p = np.minimum(p * mean / max(float((p * shares).sum()), 1e-12), 1.0)
    return p.round(9)


def membership(scenario: Scenario, world: World, index: int) -> float:
    """Share of people who use the platform, as the lanes have it."""
    segments = np.bincount(world.people.segment_of, minlength=len(scenario.people.segments)) / 1024
    return round(float((segments * world.people.member[index] / 2.0**32).sum()), 9)


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


def affinities(scenario: Scenario) -> np.ndarray:
    """Factor on attending by story, segment and community class, f8[stories, segments, 16]; mean 1 over communities."""
    spread = scenario.people.communities.spread
    z = np.array([NormalDist().inv_cdf((c + 0.5) / CLASSES) for c in range(CLASSES)])
    community = np.exp(spread * z)
    community /= community.mean()
    rows = []
    for story in scenario.stories.values():
        weights = story.interests or {"": 1.0}
        total = sum(weights.values()) or 1.0
        fit = [
            sum(w * s.interests.get(k, 1.0) for k, w in weights.items()) / total
            for s in scenario.people.segments.values()
        ]
        rows.append(np.outer(fit, community))
    return np.array(rows).round(6)


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
    cap = max(2000, 100_000 // scenario.people.ratio)
    none = np.zeros(1, np.int64), np.zeros(1, np.uint32)
    if computed and stored is None:
        return Graph(layouts, network.audience_table(cap), *none)
    stored = stored or scenario.network.build(n, streams.stream_key(scenario.seed, "graph"))
    return Graph(layouts, network.audience_table(cap), stored.indptr, stored.indices)


def world(scenario: Scenario, stored: Stored | None = None) -> World:
    """The world before the first step: nobody reached, no post, lists full of background.

    ``stored``: a follow graph that replaces the scenario's network.
    """
    made = World(
        clock(scenario),
        people(scenario),
        graph(scenario, stored),
        scenario.people.ratio,
        list(scenario.platforms),
        list(scenario.stories),
        scenario.seed,
    )
    for index, (name, platform) in enumerate(scenario.platforms.items()):
        if platform.mechanisms.hot_list:
            key = streams.stream_key(scenario.seed, f"{name}/background")
            made.background[index] = draw_background(platform.mechanisms.hot_list.background, made.clock, key)
    return made


def open_account(made: World, actor: str, title: str, kind: str, platform: int, followers: int) -> Account:
    """Give an actor an account; its row follows the users' and the earlier accounts'."""
    ident = streams.stream_key(0, f"account/{actor}/{made.platforms[platform]}")
    account = Account(actor, title, kind, platform, made.n_users + len(made.accounts), ident, followers)
    made.accounts.append(account)
    return account


def drawn_followers(scenario: Scenario, actor: Actor, name: str, platform: str) -> int:
    """Followers of a KOL of a tier: the catalogue's share of accounts above each size, cut to the tier, inverted."""
    tier = scenario.people.kol_tiers[actor.tier]
    key = streams.stream_key(scenario.seed, f"followers/{name}/{platform}")
    coin = streams.py_uniform(key, 0)
    points = scenario.people.kol_followers
    if tier.to <= points[0][0]:  # below the table: log-uniform
        return round(math.exp(math.log(max(tier.from_, 1)) + coin * (math.log(tier.to) - math.log(max(tier.from_, 1)))))
    size, share = (np.log([p[i] for p in points]) for i in (0, 1))
    high, low = (float(np.exp(np.interp(math.log(x), size, share))) for x in (tier.from_, tier.to))
    return round(float(np.exp(np.interp(-math.log(high - coin * (high - low)), -share, size))))

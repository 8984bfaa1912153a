"""Who everybody is: traits held by lane, communities by place, and the tables of whom a platform serves.

Nothing is stored a person. A community is a block of neighbouring ids; each holds every lane once, in an order that
is the block's own, and a lane says which segment, activity and platforms its person has. So shares are exact, and one
can ask who has a lane as well as which lane somebody has. A small world is one block with a lane for each person.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sim.base.jit import njit
from sim.base.kernels import mix, table_bits
from sim.base.streams import K1, K2, np_mix, py_uniform, stream_key

STEP = 0x9E3779B97F4A7C15  # neighbouring ids are so many lanes apart; odd, so that it can be undone
BACK = pow(STEP, -1, 1 << 64)
SMALL = 1 << 16  # people up to whom each has a lane of their own

_K1, _K2, _32, _60 = np.uint64(K1), np.uint64(K2), np.uint64(32), np.uint64(60)


class Traits(NamedTuple):
    """Who everybody is, and how the world bears on a response. All integers.

    ``fix`` is a fixed-point factor with 16 fractional bits.
    """

    n_users: int
    lane_bits: np.uint64  # a block holds 1 << lane_bits ids
    step: np.uint64  # neighbouring ids are so many lanes apart; odd
    back: np.uint64  # undoes it
    turn: np.uint64  # each block's lanes are turned by its number times this
    segment: np.ndarray  # u1[lanes]
    activity: np.ndarray  # u1[lanes]
    member: np.ndarray  # u2[lanes] bit by platform
    see_fix: np.ndarray  # u8[activity] factor on seeing
    fatigue_fix: np.ndarray  # u8[256] factor on attending by exposures to the story
    attention_fix: np.ndarray  # u8[activity, 256] factor on seeing by attention spent today
    affinity_fix: np.ndarray  # u8[stories, segments, 16] factor on attending by segment and community class
    fit_fix: np.ndarray  # u8[stories, segments, 16] chance when targeted that lots and places leave to a coin
    community_bits: np.uint64  # a community holds 1 << community_bits ids
    community_key: np.uint64
    story_key: np.ndarray  # u8[stories] who a story is in draws, whatever its place
    kind: np.ndarray  # u1[stories, communities] `community_class` of everybody in each community
    rumour: np.ndarray  # i8[stories] row of what people believe; −1: no question of belief
    convince: np.ndarray  # u8[stories, segments] 32-bit threshold: who attends to a post for it believes it
    correct: np.ndarray  # u8[stories] who attends to a post against it does so no more, or never will
    block: np.ndarray  # u8[stories] who is corrected passes on nothing for it


class Lots(NamedTuple):
    """Whom one platform serves, as tables of lots: the more active and the better suited hold more of them.

    A candidate is a place (which block of ids) and a lot (who of the block). Table 0 is for anybody, table 1 + s for
    those whom story s suits; then come those of audiences (`Aimed`), whose places are their story's.
    """

    lane: np.ndarray  # u2[lots]
    see_fix: np.ndarray  # u4[lots] chance of being taken, 16 fractional bits
    starts: np.ndarray  # i8[tables + 1]
    place: np.ndarray  # u4[places] blocks of ids
    place_starts: np.ndarray  # i8[1 + stories + 1]


class Aimed(NamedTuple):
    """An audience on one platform for one story."""

    table: int  # of the platform's lots: its people alone
    users: int  # how many rows it has there
    words: str  # who they are


@njit(cache=True, inline="always")
def lane_of(people, v):
    """Lane, uint64, of user ``v``."""
    mask = (np.uint64(1) << people.lane_bits) - np.uint64(1)
    block = np.uint64(v) >> people.lane_bits
    turned = (np.uint64(v) & mask) * people.step + ((block * people.turn) >> _32)
    return turned & mask


def np_lane_of(people: Traits, users: np.ndarray) -> np.ndarray:
    """`lane_of` of many, i8[users]."""
    v, bits = users.astype(np.uint64), people.lane_bits
    with np.errstate(over="ignore"):
        mask = (np.uint64(1) << bits) - np.uint64(1)
        return (((v & mask) * people.step + (((v >> bits) * people.turn) >> _32)) & mask).astype(np.int64)


def members(people: Traits, platform: int, among: np.ndarray | None = None) -> int:
    """How many users use a platform: each whole block of ids holds every lane once, the last block only some.

    ``among``: b1[lanes], who is counted at all; nobody is left out where it is not given.
    """
    whole, rest = divmod(people.n_users, len(people.member))
    uses, first = people.member >> platform & 1, people.n_users - people.n_users % len(people.member)
    uses = uses if among is None else uses * among
    return whole * int(uses.sum()) + sum(int(uses[lane_of(people, first + v)]) for v in range(rest))


@njit(cache=True, inline="always")
def holder(people, block, lane):
    """User, uint64, who has ``lane`` in ``block``; may lie beyond the last user. Undoes `lane_of`."""
    mask = (np.uint64(1) << people.lane_bits) - np.uint64(1)
    turned = np.uint64(lane) - ((np.uint64(block) * people.turn) >> _32)
    return (np.uint64(block) << people.lane_bits) | ((turned * people.back) & mask)


@njit(cache=True, inline="always")
def community_class(people, story_key, v):
    """Class 0..15 of how well the story of this key (`Traits.story_key`) suits the user's community."""
    place = (np.uint64(v) >> people.community_bits) * _K1 + story_key * _K2
    return np.int64(mix(people.community_key ^ place) >> _60)


def blocks(people: Traits) -> int:
    """How many blocks of ids there are."""
    return max(1, -(-people.n_users >> int(people.lane_bits)))


def draw_lanes(
    n: int,
    segments: Mapping[str, float],
    activity: np.ndarray,
    member: Mapping[str, np.ndarray],
    key: int,
    given: Mapping[str, tuple[str, np.ndarray]] | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Traits of ``n`` lanes in a keyed order; shares hold to within one lane; traits are independent but for ``given``.

    Args:
        n: lanes.
        segments: shares of people, by name.
        activity: f8[classes] shares, the same in every segment.
        member: f8[segments] probability of using a platform, by its name.
        key: stream key.
        given: of a platform that overlaps with an earlier one as stated, the name of that one, and f8[segments]
            probability of using the platform for those who use it.

    Returns:
        Segment u1[n], activity u1[n], platforms used as bits u2[n].
    """
    everybody = np.arange(n)
    place = _shuffled(everybody, key)
    segment = _shares_of(n, np.array([*segments.values()]))
    ends = np.searchsorted(segment, np.arange(len(segments) + 1)).tolist()  # lanes stand by segment, then by activity
    active = np.concatenate([_shares_of(hi - lo, activity) for lo, hi in pairwise(ends)])
    group, used = segment.astype(np.uint16) * np.uint16(len(activity)) + active, np.zeros(n, np.uint16)
    for bit, (platform, shares) in enumerate(member.items()):
        shuffled = _shuffled(everybody, stream_key(key, platform))
        shuffled = shuffled[np.argsort(group[shuffled], kind="stable")]
        for s, name in enumerate(segments):
            own = shuffled[ends[s] : ends[s + 1]]
            start = py_uniform(stream_key(key, f"{platform}/{name}"), 0)
            for part, share in _strata(own, used, member, s, float(shares[s]), (given or {}).get(platform)):
                steps = np.floor(np.round(np.arange(len(part) + 1) * share + start, 9))
                used[part[np.diff(steps) > 0]] |= np.uint16(1 << bit)
    traits = segment.astype(np.uint8), active, used
    where = np.empty_like(place)
    where[place] = np.arange(n)
    return tuple(column[where] for column in traits)


def _shuffled(ids: np.ndarray, key: int) -> np.ndarray:
    """Ids in a keyed order. Two ids never draw the same bits (each step of the mixer can be undone), so it is one."""
    bits = table_bits(key, ids)
    low = np.uint64((1 << len(ids).bit_length()) - 1)
    sorted_ = np.sort(bits & ~low | np.arange(len(ids), dtype=np.uint64))  # places ride along: three times as fast
    if (np.diff(sorted_ | low) == 0).any():  # two that differ in low bits alone, which is rare
        return ids[np.argsort(bits)]
    return ids[(sorted_ & low).astype(np.int64)]


def draw_trait(segment: np.ndarray, shares: list[np.ndarray], key: int) -> np.ndarray:
    """One more trait of lanes, u1[lanes], independent of all others within a segment; shares hold to within one lane.

    Args:
        segment: of each lane.
        shares: f8[values] by segment; their sum may be any.
        key: stream key of the trait.
    """
    values = np.zeros(len(segment), np.uint8)
    for s, own_shares in enumerate(shares):
        own = np.flatnonzero(segment == s)
        shuffled = _shuffled(own, key)
        values[shuffled] = _shares_of(len(own), own_shares)
    return values


def _strata(
    own: np.ndarray,
    used: np.ndarray,
    member: Mapping[str, np.ndarray],
    segment: int,
    share: float,
    given: tuple[str, np.ndarray] | None,
) -> list[tuple[np.ndarray, float]]:
    """Lanes of a segment and the chance of using a platform; who uses another that bears on it, apart."""
    if given is None:
        return [(own, share)]
    other, chance = given
    theirs = used[own] >> np.uint16([*member].index(other)) & np.uint16(1) > 0
    with_it = float(chance[segment])
    users = float(theirs.mean()) if len(own) else 0.0
    without = min(1.0, max(0.0, (share - users * with_it) / (1 - users))) if users < 1 else 0.0
    return [(own[theirs], with_it), (own[~theirs], round(without, 9))]


def _shares_of(n: int, shares: np.ndarray) -> np.ndarray:
    """Classes of ``n`` places in proportion to ``shares``, in order."""
    upto = np.array([math.fsum(shares[: i + 1]) for i in range(len(shares))])
    ends = np.round(np.round(upto / math.fsum(shares) * n, 9))  # the last bit of a sum tips no half
    return np.searchsorted(ends, np.arange(n), side="right").astype(np.uint8)


def draw_lots(weights: Sequence[np.ndarray], most: int, key: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Tables in which each lane holds lots in proportion to its weight, in one keyed order.

    Args:
        weights: f8[lanes] between 0 and 1 of each table; 0: never served.
        most: lots of a lane of weight 1.
        key: stream key.

    Returns:
        Of each table lanes u2[lots] and the chance of being taken there, u4[lots] with 16 fractional bits.
    """
    held = [np.ceil(np.round(one * most, 6)).astype(np.int64) for one in weights]
    longest = _shuffled(np.arange(max(int(lots.sum()) for lots in held)), key)
    tables = []
    for one, lots in zip(weights, held, strict=True):
        lane = np.repeat(np.arange(len(one)), lots)
        taken = np.round(one * most / np.maximum(lots, 1) * 65536).astype(np.uint32)
        drawn = lane[longest[longest < len(lane)]]
        tables.append((drawn.astype(np.uint16), taken[drawn]))
    return tables


def draw_places(kinds: np.ndarray, held: np.ndarray) -> np.ndarray:
    """Each block as often as a community of its class holds places; ``kinds``: class by block, ``held``: by class."""
    return np.repeat(np.arange(len(kinds), dtype=np.uint32), held[kinds])


def draw_kinds(key: int, story_keys: np.ndarray, communities: int) -> np.ndarray:
    """`community_class` of each community for each story, u1[stories, communities]."""
    with np.errstate(over="ignore"):
        place: np.ndarray = np.arange(communities, dtype=np.uint64) * _K1 + story_keys[:, None] * _K2
        return (np_mix(place ^ np.uint64(key)) >> _60).astype(np.uint8)


def acceptance(people: Traits, lots: Lots, table: int, story: int | None = None) -> float:
    """Mean chance that a candidate of a table is served; attention spent is left out.

    ``story``: whom it suits, is taken; none: anybody.
    """
    part = slice(lots.starts[table], lots.starts[table + 1])
    chance = lots.see_fix[part] / 65536
    if story is not None:
        fit = people.fit_fix[story] / 65536
        where = lots.place[lots.place_starts[story + 1] : lots.place_starts[story + 2]]
        share = np.full(fit.shape[1], 1 / fit.shape[1])
        if people.turn:
            share = np.bincount(people.kind[story][where], minlength=fit.shape[1]) / len(where)
        chance = chance * (fit @ share)[people.segment[lots.lane[part]]]
    there = people.n_users / (blocks(people) << int(people.lane_bits)) if people.turn else 1.0
    return round(float(chance.sum()) / max(1, len(chance)) * there, 9)

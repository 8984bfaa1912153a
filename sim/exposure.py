"""From offers to views to responses: the two compiled passes of a step, and the one response rule.

An *offer* says that one post may be seen by a run of candidates: the followers of whoever shared it (push) or the
people a platform shows it to (serve). `expose` walks the candidates and only reads; `absorb` is the only writer.
Everybody responds to the world as it was before the step, so neither chunks nor threads can change a result.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.jit import njit
from sim.kernels import bits, mix
from sim.networks.walks import Layout, affine, audience_size, fill_followers, start_walk, world_member
from sim.records import (
    ACCOUNT,
    AUDIENCE,
    COMMENT,
    CREATE,
    F_ATTENDS,
    F_COMMENTS,
    F_IMPRESSIONS,
    F_INTENTS,
    F_LIKES,
    F_NEW,
    F_SEARCHES,
    FOLLOW,
    FOLLOWERS,
    INTEND,
    LIKE,
    RECOMMEND,
    REPOST,
    SEARCH,
    SERVE,
)
from sim.streams import K1, K2

BLOCK = 256  # candidates enumerated at a time

_ONE = np.uint64(1)
_16, _32 = np.uint64(16), np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_FULL = np.uint64(1 << 32)
_K1, _K2 = np.uint64(K1), np.uint64(K2)


class People(NamedTuple):
    """Who everybody is, as functions of the id, and how the world bears on a response. All integers.

    ``fix`` is a fixed-point factor with 16 fractional bits.
    """

    n_users: int
    trait_key: np.uint64
    segment_of: np.ndarray  # u1[1024] segment by trait lane
    activity_of: np.ndarray  # u1[256] activity class by trait lane
    member: np.ndarray  # u8[platforms, segments] 32-bit threshold of using the platform
    see_fix: np.ndarray  # u8[activity] factor on seeing
    fatigue_fix: np.ndarray  # u8[256] factor on attending by exposures to the story
    attention_fix: np.ndarray  # u8[activity, 256] factor on seeing by attention spent today
    affinity_fix: np.ndarray  # u8[stories, segments, 16] factor on attending by segment and community class
    target_fix: np.ndarray  # u8[stories, segments, 16] acceptance when targeted, 1 << 16 = always
    community_size: int
    community_key: np.uint64


class Network(NamedTuple):
    """Who follows whom on one platform, and who was won in the run."""

    platform: int
    layout: Layout  # the computed network
    indptr: np.ndarray  # i8[users + 1] of a stored network used instead; one entry when there is none
    indices: np.ndarray
    won_rows: np.ndarray  # u4[m] followers won in the run, account after account
    won_spans: np.ndarray  # i8[accounts, 2] slice of them


class Posts(NamedTuple):
    """What the passes need to know of each post."""

    ident: np.ndarray  # u8[posts] what identifies it in draws, whatever its row number
    story: np.ndarray
    platform: np.ndarray
    topic: np.ndarray
    chance: np.ndarray  # u8[posts, 8] 32-bit thresholds of the responses


class State(NamedTuple):
    """What changes in a person: one byte of attention; by story one byte of fatigue and 16 bits of reach."""

    attention: np.ndarray  # u1[users] views of today
    fatigue: np.ndarray  # u1[stories, users] recent exposures
    reached: np.ndarray  # u2[stories, users] bit by platform


class Tally(NamedTuple):
    """Where flows are counted, in real people."""

    flow: np.ndarray  # i8[topics, horizon, flows] ring over the steps to come
    totals: np.ndarray  # i8[posts, flows]
    recommended: np.ndarray  # i8[posts, 3] impressions, attends, likes in the recommender
    new_total: np.ndarray  # i8[stories] people reached for the first time on any platform
    channels: np.ndarray  # i8[platforms, channels] impressions by channel
    owned: np.ndarray  # i8[platforms] impressions by an actor's own followers


class Moment(NamedTuple):
    """The step: where the clock stands and the keys of its draws."""

    step: int
    now: int
    step_minutes: int
    n_steps: int
    ratio: int
    view_key: np.uint64
    thin_key: np.uint64
    delays: np.ndarray  # u2[4096] minutes of the reaction delay by quantile


@njit(cache=True, inline="always")
def traits(people, v):  # type: ignore[no-untyped-def]
    """Hash that holds user ``v``'s static traits."""
    return mix(people.trait_key ^ (np.uint64(v) * _K1))


@njit(cache=True, inline="always")
def is_member(people, trait, segment, platform):  # type: ignore[no-untyped-def]
    """Whether the user uses the platform."""
    return (mix(trait ^ (np.uint64(platform + 1) * _K2)) >> _32) < people.member[platform, segment]


@njit(cache=True, inline="always")
def community_class(people, story, v):  # type: ignore[no-untyped-def]
    """Class 0..15 of how well the story suits the user's community."""
    place = np.uint64(v // people.community_size) * _K1 + np.uint64(story) * _K2
    return np.int64(mix(people.community_key ^ place) >> np.uint64(60))


@njit(cache=True, inline="always")
def respond(h, chance, attend_fix, act_fix):  # type: ignore[no-untyped-def]
    """The response rule, for every exposure whatever its channel. Returns the flags of what the person does.

    First a gate: the person attends (watches to the end, opens, reads) or goes on. Whoever attends may like,
    comment, repost, create, follow, search or form an intent, each by its own keyed draw, so that raising one
    chance never lowers another.

    Args:
        h: 64 keyed bits of this exposure.
        chance: u8[8] 32-bit thresholds of the post; entry 0 unconditional, the others given attending.
        attend_fix: factor on attending, 16 fractional bits (channel, affinity, fatigue).
        act_fix: factor on the others, 16 fractional bits (channel).
    """
    gate = min((chance[0] * attend_fix) >> _16, _FULL)
    if (h >> _32) >= gate:
        return 0
    flags = 1
    for i in range(1, 8):
        if i & 1:
            h = mix(h + np.uint64(i))
        lane = (h >> _32) if i & 1 else (h & _LOW)
        if lane < min((chance[i] * act_fix) >> _16, _FULL):
            flags |= 1 << i
    return flags


@njit(cache=True)
def walk_lengths(users, table, inflate, layout, sizes, lengths):  # type: ignore[no-untyped-def]
    """Audience size of each ordinary user, members of other platforms included, and the candidates to walk for it.

    ``inflate``: 1 / share of people who use the platform, 16 fractional bits. Writes ``sizes`` and ``lengths``, i8
    each.
    """
    for i in range(users.shape[0]):
        size = np.uint64(audience_size(users[i], layout.key, table))
        sizes[i] = np.int64((size * inflate + np.uint64(32768)) >> _16)
        lengths[i] = start_walk(users[i], sizes[i], layout).length


@njit(cache=True)
def start_reach(o, people, network):  # type: ignore[no-untyped-def]
    """What is constant along an offer's candidates: a permutation of everybody, the first row of a list, a walk."""
    a, b, row = np.int64(1), np.int64(0), np.int64(0)
    walk = start_walk(np.int64(0), np.int64(0), network.layout)
    source = np.int64(o.source)
    if o.mode in (SERVE, ACCOUNT):
        a, b = affine(mix((o.source * _K1) ^ network.layout.key), people.n_users)
    elif o.mode == FOLLOWERS:
        row = network.won_spans[o.row - people.n_users, 0]
    elif network.indptr.shape[0] > 1:
        row = network.indptr[source]
    else:
        walk = start_walk(source, o.domain, network.layout)
    return a, b, row, walk


@njit(nogil=True, cache=True)
def fill_block(o, start, stop, reach, people, network, block, visits):  # type: ignore[no-untyped-def]
    """Candidates ``start..stop`` of an offer into ``block``, and which visit to that row each is; returns how many.

    Running counters instead of divisions: this is half the cost of a view.
    """
    a, b, row, walk = reach
    if o.mode == AUDIENCE:
        visits[: stop - start] = 0
        if network.indptr.shape[0] == 1:
            return fill_followers(start, stop, np.int64(o.source), walk, network.layout, block)
        for k in range(start, stop):
            block[k - start] = network.indices[row + k]
        return stop - start
    domain, n_users, listed = o.domain, people.n_users, o.mode == FOLLOWERS
    place, visit = start % domain, np.uint64(start // domain)
    v = world_member(place, n_users, a, b)
    for k in range(stop - start):
        block[k] = np.int64(network.won_rows[row + place]) if listed else v
        visits[k] = visit
        place += 1
        v += a
        if v >= n_users:
            v -= n_users
        if place == domain:
            place, v = np.int64(0), b
            visit += _ONE
    return stop - start


@njit(nogil=True, cache=True)
def expose(offers, ends, lo, hi, moment, people, network, posts, state, out):  # type: ignore[no-untyped-def]
    """Walk candidates ``lo..hi`` of all offers of a platform; write a record for each view, return how many.

    Args:
        offers: OFFER[n].
        ends: i8[n] cumulative candidate counts.
        lo: first candidate of this chunk, counted over all offers.
        hi: one past the last.
        moment: the step.
        people: who everybody is.
        network: who follows whom on the platform.
        posts: what is known of each post.
        state: attention, fatigue and reach of everybody; only read.
        out: RECORD[hi - lo].
    """
    n = 0
    i = np.searchsorted(ends, lo, side="right")
    at = lo
    while at < hi:
        first = offers[i].first + (at - (ends[i] - offers[i].count))
        last = offers[i].first + offers[i].count - max(np.int64(0), ends[i] - hi)
        n = _expose_one(offers[i], i, first, last, moment, people, network, posts, state, out, n)
        at = ends[i]
        i += 1
    return n


@njit(nogil=True, cache=True)
def _expose_one(o, i, first, last, moment, people, network, posts, state, out, n):  # type: ignore[no-untyped-def]
    """Candidates ``first..last`` of offer number i; see `expose`."""
    story, offered, targeted = posts.story[o.post], o.see, o.targeted
    anyone = o.mode == FOLLOWERS  # whoever followed in the run uses the platform
    salt = mix(moment.view_key ^ posts.ident[o.post]) ^ mix(o.source + _K2)
    reach = start_reach(o, people, network)
    block, visits = np.empty(BLOCK, np.int64), np.empty(BLOCK, np.uint64)
    for start in range(first, last, BLOCK):
        for j in range(fill_block(o, start, min(start + BLOCK, last), reach, people, network, block, visits)):
            v = block[j]
            # One coin against the product of all that bears on seeing, and one branch: a mispredicted one costs more
            # than the arithmetic it would save.
            h = mix(salt ^ (np.uint64(v) * _K2) ^ (visits[j] * _K1))
            coin = h & _LOW
            trait = traits(people, v)
            active = people.activity_of[(trait >> np.uint64(10)) & np.uint64(255)]
            see = (offered * people.see_fix[active]) >> _16
            segment = people.segment_of[trait & np.uint64(1023)]
            kind = community_class(people, story, v)
            if targeted:
                see = (see * people.target_fix[story, segment, kind]) >> _16
            passed_over = not (anyone | is_member(people, trait, segment, network.platform))
            if passed_over | (coin >= see):
                continue
            if coin >= (see * people.attention_fix[active, state.attention[v]]) >> _16:
                continue
            h = mix(h)
            fit = (people.affinity_fix[story, segment, kind] * people.fatigue_fix[state.fatigue[story, v]]) >> _16
            out[n].user, out[n].offer = v, i
            out[n].delay = moment.delays[np.int64(h & np.uint64(4095))] if o.delayed else 0
            out[n].flags = respond(mix(h + _ONE), posts.chance[o.post], (fit * o.attend) >> _16, o.act)
            n += 1
    return n


@njit(nogil=True, cache=True)
def absorb(records, offers, moment, posts, state, tally, acts):  # type: ignore[no-untyped-def]
    """Write the views of a step into the world; returns the number of acts (reposts, creations, follows) to come.

    A row stands for ``ratio`` real people and a view for ``weight`` of them: the row's own state changes with
    probability ``weight / ratio``. Views that fall after the end of the run are not counted.

    Args:
        records: RECORD[n] in candidate order.
        offers: the OFFER table they index.
        moment: the step.
        posts: what is known of each post.
        state: attention, fatigue and reach of everybody. Written.
        tally: where flows are counted. Written.
        acts: ACT[n]. Written.
    """
    n = 0
    for r in range(records.shape[0]):
        rec = records[r]
        o = offers[rec.offer]
        v, flags, own = np.int64(rec.user), np.int64(rec.flags), o.mode in (ACCOUNT, FOLLOWERS)
        if own:  # a follower cannot follow once more
            flags &= ~FOLLOW
        minute = max(o.minute + np.int64(rec.delay), moment.now)
        new = _touch(v, o, minute, moment, posts, state, tally)
        step = min(minute // moment.step_minutes, moment.step + tally.flow.shape[1] - 1)
        if step >= moment.n_steps:
            continue
        cell = tally.flow[posts.topic[o.post], step % tally.flow.shape[1]]
        cell[F_NEW] += new
        _count(cell, flags, o.weight)
        _count(tally.totals[o.post], flags, o.weight)
        tally.channels[posts.platform[o.post], o.channel] += o.weight
        if own:
            tally.owned[posts.platform[o.post]] += o.weight
        if o.channel == RECOMMEND:
            _count_recommended(tally.recommended[o.post], flags, o.weight)
        if flags & (REPOST | CREATE | FOLLOW):
            a = acts[n]
            a.minute, a.post, a.user, a.parent, a.weight = minute, o.post, v, o.event, o.weight
            a.flags, a.channel = flags & (REPOST | CREATE | FOLLOW), o.channel
            n += 1
    return n


@njit(nogil=True, cache=True, inline="always")
def _touch(v, o, minute, moment, posts, state, tally):  # type: ignore[no-untyped-def]
    """Charge a view to the row's attention and fatigue and mark it reached; returns people newly reached there."""
    story, platform = posts.story[o.post], posts.platform[o.post]
    if o.weight < moment.ratio:
        coin = bits(moment.thin_key, np.uint64(v), posts.ident[o.post], np.uint64(minute)) >> _32
        if coin * np.uint64(moment.ratio) >= (np.uint64(o.weight) << _32):
            return np.int64(0)
    if state.fatigue[story, v] < 255:
        state.fatigue[story, v] += 1
    if state.attention[v] < 255:
        state.attention[v] += 1
    seen = state.reached[story, v]
    if seen == 0 and minute < moment.n_steps * moment.step_minutes:
        tally.new_total[story] += moment.ratio
    if (seen >> platform) & 1:
        return np.int64(0)
    state.reached[story, v] = seen | (np.uint16(1) << np.uint16(platform))
    return np.int64(moment.ratio)


@njit(nogil=True, cache=True, inline="always")
def _count(cell, flags, weight):  # type: ignore[no-untyped-def]
    """Add one view to the flows that happen when it is seen."""
    cell[F_IMPRESSIONS] += weight
    if flags:
        cell[F_ATTENDS] += weight
        if flags & LIKE:
            cell[F_LIKES] += weight
        if flags & COMMENT:
            cell[F_COMMENTS] += weight
        if flags & SEARCH:
            cell[F_SEARCHES] += weight
        if flags & INTEND:
            cell[F_INTENTS] += weight


@njit(nogil=True, cache=True, inline="always")
def _count_recommended(row, flags, weight):  # type: ignore[no-untyped-def]
    row[0] += weight
    if flags:
        row[1] += weight
    if flags & LIKE:
        row[2] += weight


@njit(cache=True)
def claim(table, keys, fresh):  # type: ignore[no-untyped-def]
    """Enter keys into an open-addressing hash set; ``fresh[i]`` tells whether key i was new. Returns how many were.

    ``table``: i8[2^b], -1 where free, at most half full after the call.
    """
    mask = np.uint64(table.shape[0] - 1)
    new = 0
    for i in range(keys.shape[0]):
        slot = mix(np.uint64(keys[i])) & mask
        while table[slot] != -1 and table[slot] != keys[i]:
            slot = (slot + _ONE) & mask
        fresh[i] = table[slot] == -1
        if fresh[i]:
            table[slot] = keys[i]
            new += 1
    return new

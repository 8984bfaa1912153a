"""From offers to views to responses: the two compiled passes of a step, and the one response rule.

An *offer* says that one post may be seen by a run of candidates: the followers of whoever shared it (push) or the people a
platform shows it to (serve). `expose` walks the candidates and only reads; `absorb` is the only writer. Everybody responds to the
world as it was before the step, so neither chunks nor threads can change a result.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from sim.kernels import bits, mix
from sim.networks.walks import affine, audience_size, follower, start_walk, world_member
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
    community = np.uint64(v // people.community_size)
    return np.int64(bits(people.community_key, community, np.uint64(story), np.uint64(0)) >> np.uint64(60))


@njit(cache=True, inline="always")
def respond(h, chance, attend_fix, act_fix):  # type: ignore[no-untyped-def]
    """The response rule, for every exposure whatever its channel. Returns the flags of what the person does.

    First a gate: the person attends (watches to the end, opens, reads) or goes on. Whoever attends may like, comment, repost,
    create, follow, search or form an intent, each by its own keyed draw, so that raising one chance never lowers another.

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

    ``inflate``: 1 / share of people who use the platform, 16 fractional bits. Writes ``sizes`` and ``lengths``, i8 each.
    """
    for i in range(users.shape[0]):
        size = np.uint64(audience_size(users[i], layout.key, table))
        sizes[i] = np.int64((size * inflate + np.uint64(32768)) >> _16)
        lengths[i] = start_walk(users[i], sizes[i], layout).length


@njit(nogil=True, cache=True)
def expose(offers, ends, lo, hi, view_key, delays, platform, people, layout, indptr, indices, chance, ident, story_of,
           attention, fatigue, account_rows, account_span, out):  # type: ignore[no-untyped-def]  # fmt: skip
    """Walk candidates ``lo..hi`` of all offers and write a record for each view; returns the number of records.

    Args:
        offers: OFFER[n].
        ends: i8[n] cumulative candidate counts.
        lo: first candidate of this chunk, counted over all offers.
        hi: one past the last.
        view_key: stream key of views.
        delays: u2[4096] minutes of the reaction delay by quantile.
        platform: the platform all offers are on.
        people: who everybody is.
        layout: the computed network of the platform.
        indptr: i8[users + 1] and ``indices``: a stored network, used instead when there is one (else one entry).
        chance: u8[posts, 8] thresholds of each post.
        ident: u8[posts] what identifies a post in draws, whatever its row number.
        story_of: i8[posts].
        attention: u1[users]; ``fatigue``: u1[stories, users]; only read.
        account_rows: u4[m] followers won in the run, by account.
        account_span: i8[accounts, 2] slice of ``account_rows``.
        out: RECORD[hi - lo].
    """
    n = 0
    i = np.searchsorted(ends, lo, side="right")
    at = lo
    n_users = people.n_users
    stored = indptr.shape[0] > 1
    while at < hi:
        o = offers[i]
        first = o.first + (at - (ends[i] - o.count))
        last = o.first + o.count - max(np.int64(0), ends[i] - hi)
        post, mode, domain = o.post, o.mode, o.domain
        story = story_of[post]
        source = np.int64(o.source)
        salt = mix(view_key ^ ident[post]) ^ mix(o.source + _K2)
        a, b, row = np.int64(1), np.int64(0), np.int64(0)
        walk = start_walk(np.int64(0), np.int64(0), layout)
        if mode == SERVE or mode == ACCOUNT:
            a, b = affine(mix((o.source * _K1) ^ layout.key), n_users)
        elif mode == FOLLOWERS:
            row = account_span[source - n_users, 0]
        elif stored:
            row = indptr[source]
        else:
            walk = start_walk(source, domain, layout)
        for k in range(first, last):
            visit = np.uint64(0)
            if mode == AUDIENCE:
                if stored:
                    v = np.int64(indices[row + k])
                else:
                    v = follower(k, source, walk, layout)
                    if v < 0:
                        continue
            else:
                place = k % domain
                visit = np.uint64(k // domain)
                if mode == FOLLOWERS:
                    v = np.int64(account_rows[row + place])
                else:
                    v = world_member(place, n_users, a, b)
            trait = traits(people, v)
            segment = people.segment_of[trait & np.uint64(1023)]
            if mode != FOLLOWERS and not is_member(people, trait, segment, platform):
                continue
            active = people.activity_of[(trait >> np.uint64(10)) & np.uint64(255)]
            h = mix(salt ^ (np.uint64(v) * _K2) ^ (visit * _K1))
            see = (o.see * people.see_fix[active]) >> _16
            see = (see * people.attention_fix[active, attention[v]]) >> _16
            kind = community_class(people, story, v)
            if o.targeted:
                see = (see * people.target_fix[story, segment, kind]) >> _16
            if (h & _LOW) >= see:
                continue
            h = mix(h)
            fit = (people.affinity_fix[story, segment, kind] * people.fatigue_fix[fatigue[story, v]]) >> _16
            delay = delays[np.int64(h & np.uint64(4095))] if o.delayed else np.uint16(0)
            out[n].user = v
            out[n].offer = i
            out[n].delay = delay
            out[n].flags = respond(mix(h + _ONE), chance[post], (fit * o.attend) >> _16, o.act)
            n += 1
        at = ends[i]
        i += 1
    return n


@njit(nogil=True, cache=True)
def absorb(records, offers, now, step_minutes, n_steps, step, ratio, thin_key, ident, story_of, platform_of, topic_of, totals, recommended,
           flow, attention, fatigue, reached, new_total, acts):  # type: ignore[no-untyped-def]  # fmt: skip
    """Write the views of a step into the world; returns the number of acts (reposts, creations, follows) to come.

    A row stands for ``ratio`` real people and a view for ``weight`` of them: the row's own state changes with probability
    ``weight / ratio``. Views that fall after the end of the run are not counted.

    Args:
        records: RECORD[n] in candidate order.
        offers: the OFFER table they index.
        now: minute at the start of the step; ``step_minutes``, ``n_steps``, ``step``: the clock.
        ratio: real people a row stands for.
        thin_key: stream key of the thinning.
        ident: u8[posts]; ``story_of``: i8[posts]; ``platform_of``: i8[posts]; ``topic_of``: i8[posts].
        totals: i8[posts, 10] flows of each post. Written.
        recommended: i8[posts, 3] impressions, attends, likes in the recommender. Written.
        flow: i8[topics, horizon, 10] ring of flows to come. Written.
        attention: u1[users]; ``fatigue``: u1[stories, users]; ``reached``: u2[stories, users]. Written.
        new_total: i8[stories] people reached for the first time on any platform. Written.
        acts: ACT[n]. Written.
    """
    n = 0
    horizon = flow.shape[1]
    for r in range(records.shape[0]):
        rec = records[r]
        o = offers[rec.offer]
        v, w, post, flags = np.int64(rec.user), o.weight, o.post, np.int64(rec.flags)
        minute = max(o.minute + np.int64(rec.delay), now)
        at = min(minute // step_minutes, step + horizon - 1)
        story, platform = story_of[post], platform_of[post]
        whole = w >= ratio
        if not whole:
            coin = bits(thin_key, np.uint64(v), ident[post], np.uint64(minute)) >> _32
            whole = coin * np.uint64(ratio) < (np.uint64(w) << _32)
        new = np.int64(0)
        if whole:
            if fatigue[story, v] < 255:
                fatigue[story, v] += 1
            if attention[v] < 255:
                attention[v] += 1
            seen = reached[story, v]
            if not (seen >> platform) & 1:
                new = ratio
                reached[story, v] = seen | (np.uint16(1) << np.uint16(platform))
            if seen == 0:
                new_total[story] += ratio
        if at >= n_steps:
            continue
        cell = flow[topic_of[post], at % horizon]
        cell[F_IMPRESSIONS] += w
        totals[post, F_IMPRESSIONS] += w
        cell[F_NEW] += new
        if o.channel == RECOMMEND:
            recommended[post, 0] += w
        if flags == 0:
            continue
        cell[F_ATTENDS] += w
        totals[post, F_ATTENDS] += w
        if flags & LIKE:
            cell[F_LIKES] += w
            totals[post, F_LIKES] += w
        if o.channel == RECOMMEND:
            recommended[post, 1] += w
            if flags & LIKE:
                recommended[post, 2] += w
        if flags & COMMENT:
            cell[F_COMMENTS] += w
            totals[post, F_COMMENTS] += w
        if flags & SEARCH:
            cell[F_SEARCHES] += w
            totals[post, F_SEARCHES] += w
        if flags & INTEND:
            cell[F_INTENTS] += w
            totals[post, F_INTENTS] += w
        if flags & (REPOST | CREATE | FOLLOW):
            a = acts[n]
            a.minute, a.post, a.user, a.parent, a.weight = minute, post, v, o.event, w
            a.flags, a.channel = flags & (REPOST | CREATE | FOLLOW), o.channel
            n += 1
    return n


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

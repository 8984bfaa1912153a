"""What a step's views do to the world: `absorb` is the only writer of people's state and of the flows.

Views come in the order of their candidates, whatever chunks or threads found them, and are absorbed in it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.base.jit import inner, njit
from sim.base.kernels import bits, mix
from sim.world.exposure import BLOCK
from sim.world.population import lane_of
from sim.world.records import (
    ACCOUNT,
    BELIEVES,
    CORRECTED,
    F_ATTENDS,
    F_BESIDE,
    F_BULLETS,
    F_COMMENTS,
    F_CREATIONS,
    F_FAVOURITES,
    F_FIRST,
    F_GIFTS,
    F_IMPRESSIONS,
    F_INTENTS,
    F_LIKES,
    F_LISTED,
    F_NEW,
    F_REPOSTS,
    F_SEARCHES,
    F_TAGGED,
    FOLLOW,
    FOLLOWERS,
    KNOWS,
    LATER,
    LISTED_NOTE,
    RECOMMENDED_NOTE,
    SUSCEPTIBLE,
    TAG_BESIDE,
)

_ONE, _32 = np.uint64(1), np.uint64(32)
_SHARE = np.uint64(12)  # people in a row of ids, as a power of two, who are in the same share of `absorb`
BELIEF = 1 << 40  # sets draws of belief apart from those of a row taking in a view, which are of minutes
_BELIEF = np.uint64(BELIEF)
FOLLOW_KEY, CREATE_KEY, POST_SHIFT = 1 << 62, 1 << 61, 32  # keys of the set of claims: (what, post or account, user)


class Tally(NamedTuple):
    """Where flows are counted, in real people."""

    flow: np.ndarray  # i8[topics, horizon, flows] ring over the steps to come
    totals: np.ndarray  # i8[posts, flows]
    recommended: np.ndarray  # i8[posts, 3] impressions, attends, likes of views noted as recommended
    channels: np.ndarray  # i8[platforms, channels] impressions by channel
    owned: np.ndarray  # i8[platforms] impressions by an actor's own followers
    spill: np.ndarray  # i8[platforms, platforms, 2] impressions and people new there, by where the cascade came from


@njit(nogil=True, cache=True)
def absorb(records, offers, moment, people, posts, state, tally, acts, part, parts):
    """Write the views of a step into the world; returns how many acts (reposts, creations, …) are to come.

    A row stands for ``ratio`` real people and a view for ``weight`` of them: the row's own state changes with
    probability ``weight / ratio``, and until it has, each view reaches ``weight`` new people. So they are as many, in
    the mean, as if the row's people were drawn one by one, and never more than the views. Views that fall after the end
    of the run are not counted.

    Args:
        records: RECORD[n] in candidate order.
        offers: the OFFER table they index.
        moment: the step.
        people: who everybody is.
        posts: what is known of each post.
        state: attention, fatigue, reach and belief of everybody. Written.
        tally: where flows are counted. Written.
        acts: ACT[n]. Written.
        part: which people's views are taken in, of ``parts`` shares of all people; the others' are left.
        parts: how many. Who is in one share is in no other, so shares may be worked on at once, each with a tally.
    """
    n, start = np.int64(0), 0  # a literal would be a type of its own, for which all is compiled once more
    seen, counts = np.empty(BLOCK, np.uint16), np.empty((1, 1, tally.flow.shape[2]), np.int64)
    room = np.empty(BLOCK if parts > 1 else 0, records.dtype)
    while start < records.shape[0]:
        stop = start + 1
        while stop < min(records.shape[0], start + BLOCK) and records[stop].offer == records[start].offer:
            stop += 1
        run, o = records[start:stop], offers[records[start].offer]
        if parts > 1:
            run = room[: _pick(run, np.uint64(part), np.uint64(parts), room)]
        _recall(run, state.reached[posts.story[o.post]], seen)
        n = _absorb_run(run, o, moment, people, posts, state, tally, counts, acts, n)
        start = stop
    return n


@inner(nogil=True, cache=True, counts=False)
def _pick(run, part, parts, room):
    """Copy the records of one share of the people; returns how many. Shares are made of blocks of ids, a page each."""
    n = 0
    for r in range(run.shape[0]):
        room[n] = run[r]
        n += (np.uint64(run[r].user) >> _SHARE) % parts == part
    return n


@njit(cache=True)
def merge(offers, topic, part, tally):
    """Add what one share of the people came to, and let its counts be 0 again; only what the offers are about.

    Args:
        offers: OFFER[n].
        topic: i8[posts].
        part: the share's tally. Written.
        tally: of everybody. Written.
    """
    added = np.zeros(part.flow.shape[0], np.bool_)
    for i in range(offers.shape[0]):
        post, about = offers[i].post, topic[offers[i].post]
        _move(part.totals[post], tally.totals[post])
        _move(part.recommended[post], tally.recommended[post])
        if not added[about]:
            added[about] = True
            _move(part.flow[about].reshape(-1), tally.flow[about].reshape(-1))
    _move(part.channels.reshape(-1), tally.channels.reshape(-1))
    _move(part.owned, tally.owned)
    _move(part.spill.reshape(-1), tally.spill.reshape(-1))


@inner(cache=True)
def _move(source, target):
    """Add counts to others of their kind, and let them be 0."""
    for i in range(source.shape[0]):
        target[i] += source[i]
        source[i] = 0


@inner(nogil=True, cache=True, counts=False)
def _recall(run, reached, seen):
    """Ask for the state of everybody in a run at once; what is not in the cache comes while the others do."""
    for r in range(run.shape[0]):
        seen[r] = reached[run[r].user]


@inner(nogil=True, cache=True, counts=False)
def _absorb_run(run, o, moment, people, posts, state, tally, counts, acts, n):
    """Some records of one offer; ``acts`` is filled from place ``n`` on, the next free place is returned.

    All arrays are taken out of their tuples before the loop: inside it each mention would count references.
    """
    own, story, platform = o.mode in (ACCOUNT, FOLLOWERS), posts.story[o.post], posts.platform[o.post]
    topic, ident, weight, shared = posts.topic[o.post], posts.ident[o.post], o.weight, o.minute
    flow, horizon, end = tally.flow, tally.flow.shape[1], moment.n_steps * moment.step_minutes
    attention, fatigue, reached = state.attention, state.fatigue[story], state.reached[story]
    ratio, now, thin_key, bit = moment.ratio, moment.now, moment.thin_key, np.uint16(1 << platform)
    named, tags = posts.names_subject[o.post] != 0, posts.tags[o.post]
    keep = ~FOLLOW if own and not named else ~0  # a follower cannot follow once more
    knows = KNOWS if own and named else 0
    views, new, first, rumour = np.int64(0), np.int64(0), np.int64(0), people.rumour[story]
    delayed, minute, listed = o.delayed != 0, max(shared, now), weight * np.int64(o.note == LISTED_NOTE)
    counts[:] = 0
    for r in range(run.shape[0]):
        v, flags = np.uint64(run[r].user), np.int64(run[r].flags) & keep
        if delayed:
            minute = max(shared + np.int64(run[r].delay), now)
        seen = reached[v]
        if weight == ratio or whole(bits(thin_key, v, ident, np.uint64(minute)), weight, ratio):
            attention[v] += np.uint8(attention[v] < 255)
            fatigue[v] += np.uint8(fatigue[v] < 255)
            reached[v] = seen | bit
            if rumour >= 0 and flags & 1:
                belief = state.belief[rumour, v]
                coin = bits(thin_key, v, ident, np.uint64(minute) + _BELIEF) >> _32
                state.belief[rumour, v] = _held(belief, coin, v, story, posts.negative[o.post] != 0, people)
        if minute >= end:
            continue
        views, new, first = views + 1, new + np.int64(seen & bit == 0), first + np.int64(seen == 0)
        if delayed:
            slot = _slot(minute, moment, horizon)
            flow[topic, slot, F_NEW] += np.int64(seen & bit == 0) * weight
            flow[topic, slot, F_FIRST] += np.int64(seen == 0) * weight
            _count_shown(flow, topic, slot, weight, listed, tags)
            if flags:
                _count(flow, topic, slot, flags, weight)
        if flags:
            _count(counts, 0, 0, flags, weight)
        if flags & LATER:
            a = acts[n]
            a.minute, a.post, a.user, a.parent, a.weight = minute, o.post, v, o.event, weight
            a.flags, a.channel = flags & LATER | knows, o.channel
            n += 1
    _count_shown(counts, 0, 0, views * weight, views * listed, tags)
    if not delayed and views:  # all in one step, so they are counted together
        slot = _slot(minute, moment, horizon)
        flow[topic, slot, F_NEW] += new * weight
        flow[topic, slot, F_FIRST] += first * weight
        for kind in range(counts.shape[2]):
            flow[topic, slot, kind] += counts[0, 0, kind]
    tally.spill[platform, o.from_platform, 1] += new * weight
    _add_up(o, own, platform, counts[0, 0], tally)
    return n


@inner(nogil=True, cache=True, counts=False)
def _held(belief, coin, v, story, against, people):
    """What somebody holds of a story who has attended to a post for or against it, u1; who was corrected stays so."""
    if against:
        return np.uint8(CORRECTED) if coin < people.correct[story] else belief
    convinced = coin < people.convince[story, people.segment[lane_of(people, v)]]
    return np.uint8(BELIEVES) if belief == SUSCEPTIBLE and convinced else belief


@inner(nogil=True, cache=True, inline="always")
def whole(h, weight, ratio):
    """Whether a view that stands for ``weight`` of the ``ratio`` people in a row changes the row."""
    return (h >> _32) * np.uint64(ratio) < (np.uint64(weight) << _32)


@inner(nogil=True, cache=True, inline="always")
def _count(flow, topic, slot, flags, weight):
    """Add what one view led to. No slices: each costs a count of references."""
    flow[topic, slot, F_ATTENDS] += weight
    flow[topic, slot, F_LIKES] += weight * (flags >> 1 & 1)
    flow[topic, slot, F_COMMENTS] += weight * (flags >> 2 & 1)
    flow[topic, slot, F_SEARCHES] += weight * (flags >> 6 & 1)
    flow[topic, slot, F_INTENTS] += weight * (flags >> 7 & 1)
    if flags >> 8:  # what few platforms have
        flow[topic, slot, F_FAVOURITES] += weight * (flags >> 9 & 1)
        flow[topic, slot, F_GIFTS] += weight * (flags >> 10 & 1)
        flow[topic, slot, F_BULLETS] += weight * (flags >> 11 & 1)


@inner(nogil=True, cache=True, inline="always")
def _slot(minute, moment, horizon):
    """Where on the ring of steps to come a minute's counts stand. Divided in 32 bits, which takes half the time."""
    ahead = min(np.int64(np.uint32(minute - moment.now) // np.uint32(moment.step_minutes)), horizon - 1)
    slot = moment.step % horizon + ahead
    return slot - horizon if slot >= horizon else slot


@inner(nogil=True, cache=True, inline="always")
def _count_shown(flow, topic, slot, weight, listed, tags):
    """Add that posts were shown. Worlds without a standing tag have no columns for it."""
    flow[topic, slot, F_IMPRESSIONS] += weight
    flow[topic, slot, F_LISTED] += listed
    if tags:
        flow[topic, slot, F_TAGGED] += weight
        flow[topic, slot, F_BESIDE] += weight * (tags == TAG_BESIDE)


@inner(nogil=True, cache=True, counts=False)
def _add_up(o, own, platform, counts, tally):
    """Enter the counts of a run of views in the totals of its post, its channel and its platform."""
    for flow in range(counts.shape[0]):
        tally.totals[o.post, flow] += counts[flow]
    tally.channels[platform, o.channel] += counts[F_IMPRESSIONS]
    tally.spill[platform, o.from_platform, 0] += counts[F_IMPRESSIONS]
    if own:
        tally.owned[platform] += counts[F_IMPRESSIONS]
    if o.note == RECOMMENDED_NOTE:
        row = tally.recommended[o.post]
        row[0] += counts[F_IMPRESSIONS]
        row[1] += counts[F_ATTENDS]
        row[2] += counts[F_LIKES]


@njit(cache=True, counts=False)
def claim(table, keys, fresh):
    """Enter keys into an open-addressing hash set; ``fresh[i]`` tells whether key i was new. Returns how many were.

    ``table``: i8[2^b], -1 where free, of which some are left after the call.
    """
    new = 0
    for i in range(keys.shape[0]):
        fresh[i] = enter(table, keys[i])
        new += fresh[i]
    return new


@inner(cache=True, counts=False)
def enter(table, key):
    """Enter one key into the set; whether it was new."""
    mask = np.uint64(table.shape[0] - 1)
    lot = mix(np.uint64(key)) & mask
    while table[lot] != -1 and table[lot] != key:
        lot = (lot + _ONE) & mask
    new = table[lot] == -1
    table[lot] = key
    return new


@njit(cache=True)
def remember(flow, kept, platform, story, reads, discussions, interest, outside):
    """Add what happened to topics in a step, i8[topics, flows], to their counts and the interest of their stories.

    ``kept``: share of the interest in stories, f8[platforms, stories] and f8[stories], that is left from before.
    """
    for s in range(outside.shape[0]):
        outside[s] *= kept
        for p in range(interest.shape[0]):
            interest[p, s] *= kept
    for t in range(flow.shape[0]):
        f = flow[t]
        if f[F_ATTENDS]:
            interest[platform[t], story[t]] += f[F_ATTENDS]
        reads[t] += f[F_IMPRESSIONS]
        discussions[t] += f[F_COMMENTS] + f[F_REPOSTS] + f[F_CREATIONS]

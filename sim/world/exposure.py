"""From offers to views to responses: the two compiled passes of a step, and the one response rule.

An *offer* says that one post may be seen by a run of candidates: the followers of whoever shared it (push) or the
people a platform shows it to (serve). `expose` walks the candidates and only reads; `absorb` is the only writer.
Everybody responds to the world as it was before the step, so neither chunks nor threads can change a result.

What costs is memory that is far away, so candidates come in blocks: first who they are and whether they look, which
is arithmetic, without a branch; then what they remember, all lines asked for at once; then the answers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.base.jit import inner, njit
from sim.base.kernels import fill_words, low_places, lowest_bit, mix, place_byte
from sim.base.streams import K1, K2, K3
from sim.networks.circles import Circles
from sim.networks.ties import fill_tied, is_member, layer_at, nothing_known, sociability
from sim.networks.walks import Layout, Walk, affine, audience_size, fill_followers, start_walk, world_member
from sim.world.population import Lots, holder, lane_of
from sim.world.records import ACCOUNT, AUDIENCE, CORRECTED, FOLLOWERS, FRIENDS, MAKE, PASSING_ON, SERVE

BLOCK = 256  # candidates enumerated at a time
WIDE = 1024  # of an account's followers, most of whom are never looked at
PRIVATE = 4096  # of them along private circles, where most are nobody's friends and a block is soon done

_ONE = np.uint64(1)
_16, _24, _32 = np.uint64(16), np.uint64(24), np.uint64(32)
_BYTE, _ALL = np.uint64(255), np.uint64((1 << 64) - 1)
_LOW = np.uint64(0xFFFFFFFF)
_FULL = np.uint64(1 << 32)
_WHOLE = np.uint64(1 << 16)
_K1, _K2, _K3 = np.uint64(K1), np.uint64(K2), np.uint64(K3)
REINFORCED = 3  # recent exposures after which more make nobody apter to join: Romero et al. 2011, curves of hashtags
BLOCKED = 2  # what of an exposure's bits decides whether one who is corrected holds back
_BLOCK = np.uint64(BLOCKED)


class Reachable(NamedTuple):
    """Who can be reached on one platform: who follows whom, who was won in the run, whom it serves."""

    platform: int
    layout: Layout  # the computed network
    indptr: np.ndarray  # i8[users + 1] of a stored network used instead; one entry when there is none
    indices: np.ndarray
    won_rows: np.ndarray  # u4[m] followers won in the run, account after account
    won_spans: np.ndarray  # i8[accounts, 2] slice of them
    lots: Lots
    circles: Circles  # private ties


class Posts(NamedTuple):
    """What the passes need to know of each post."""

    ident: np.ndarray  # u8[posts] what identifies it in draws, whatever its row number
    story: np.ndarray
    platform: np.ndarray
    topic: np.ndarray
    negative: np.ndarray  # whether it is against its story
    chance: np.ndarray  # u8[posts, responses] 32-bit thresholds
    reinforced: np.ndarray  # u8[posts] what each recent exposure adds to the factor on create, 16 fractional bits
    names_subject: np.ndarray  # whether who follows after it may follow whom its story is about
    tags: np.ndarray  # the standing tag of its story: 0, TAG_ALONE or TAG_BESIDE


class State(NamedTuple):
    """What changes in a person: one byte of attention; by story one byte of fatigue and 16 bits of reach.

    The first three are views of one array of records, so that all of a person lies in one line of the cache; belief is
    there for stories that may be untrue.
    """

    attention: np.ndarray  # u1[users] views of today
    fatigue: np.ndarray  # u1[stories, users] recent exposures
    reached: np.ndarray  # u2[stories, users] bit by platform
    belief: np.ndarray  # u1[rumours, users] SUSCEPTIBLE, BELIEVES or CORRECTED


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


class Ring(NamedTuple):
    """What is constant along an offer's candidates; made by `start_reach`."""

    key: np.uint64
    size: int  # of the ring: everybody, or all blocks of ids
    a: int  # the ring is k → (a·k + b) mod size
    b: int
    row: int  # first row of a list, or first lot of a table
    place: int  # first place of a table
    turns: int  # lots of the table
    turn: int  # the lot moves on by so much each round
    walk: Walk


class Block(NamedTuple):
    """Some candidates of one offer, as columns of places enough for a block of any kind."""

    user: np.ndarray  # i8
    visit: np.ndarray  # u8 which visit to that row it is
    see: np.ndarray  # u8 threshold of seeing
    hash: np.ndarray  # u8
    attention: np.ndarray  # u1
    fatigue: np.ndarray  # u1
    words: np.ndarray  # u8[8] first bytes of the coins of 64 places
    strides: np.ndarray  # i8[64] how far the next places of a ring are
    own: np.ndarray  # i8[layers + 1, 10] what is known of the sharer's private circles, where they are what is walked


@njit(cache=True, inline="always")
def respond(h, chance, attend_fix, act_fix, make_fix):
    """The response rule, for every exposure whatever its channel. Returns the flags of what the person does.

    First a gate: the person attends (watches to the end, opens, reads) or goes on. Whoever attends may like,
    comment, repost, create, follow, search, form an intent and so on (`RESPONSES`), each by its own keyed draw, so that
    raising one chance never lowers another.

    Args:
        h: 64 keyed bits of this exposure.
        chance: u8[responses] 32-bit thresholds of the post; entry 0 unconditional, the others given attending.
        attend_fix: factor on attending, 16 fractional bits (channel, affinity, fatigue).
        act_fix: factor on the others, 16 fractional bits (channel).
        make_fix: further factor on making an own post, 16 fractional bits (how often the story was seen lately).
    """
    gate = min((chance[0] * attend_fix) >> _16, _FULL)
    if (h >> _32) >= gate:
        return 0
    flags = 1
    for i in range(1, chance.shape[0]):
        if i & 1:
            h = mix(h + np.uint64(i))
        lane = (h >> _32) if i & 1 else (h & _LOW)
        fix = (act_fix * make_fix) >> _16 if i == MAKE else act_fix
        flags |= (lane < min((chance[i] * fix) >> _16, _FULL)) << i
    return flags


@njit(cache=True, inline="always")
def making(reinforced, seen):
    """Factor on making an own post of whoever has seen the story so often lately, 16 fractional bits."""
    return _WHOLE + reinforced * np.uint64(min(seen, REINFORCED))


@njit(cache=True, counts=False)
def walk_lengths(users, table, inflate, layout, sizes, lengths):
    """Audience size of each ordinary user, members of other platforms included, and the candidates to walk for it.

    ``inflate``: 1 / share of people who use the platform, 16 fractional bits. Writes ``sizes`` and ``lengths``, i8
    each.
    """
    for i in range(users.shape[0]):
        size = np.uint64(audience_size(users[i], layout.key, table))
        sizes[i] = np.int64((size * inflate + np.uint64(32768)) >> _16)
        lengths[i] = start_walk(users[i], sizes[i], layout).length


@njit(cache=True, counts=False)
def start_reach(o, story, people, network):
    """The rings, lists and walks that an offer's candidates follow."""
    source, key = np.int64(o.source), mix((o.source * _K1) ^ network.layout.key)
    size, row, place, turns, turn = people.n_users, np.int64(0), np.int64(0), np.int64(1), np.int64(0)
    zero = np.int64(0)
    walk = Walk(zero, zero, zero, zero, zero, zero, zero, zero, zero, zero)
    if o.mode == SERVE:
        told = story + 1 if o.targeted else np.int64(0)
        row, place = network.lots.starts[o.table], network.lots.place_starts[told]
        turns, size = network.lots.starts[o.table + 1] - row, network.lots.place_starts[told + 1] - place
        turn, _ = affine(mix(key + _K2), turns)
    elif o.mode == FOLLOWERS:
        row = network.won_spans[o.row - people.n_users, 0]
    elif o.mode == AUDIENCE and network.indptr.shape[0] > 1:
        row = network.indptr[source]
    elif o.mode == AUDIENCE:
        walk = start_walk(source, o.domain, network.layout)
    a, b = affine(key, size)
    return Ring(key, size, a, b, row, place, turns, turn, walk)


@inner(nogil=True, cache=True, counts=False)
def look(o, story, start, stop, reach, salt, people, network, block):
    """Those of candidates ``start..stop`` who look, before what they remember is known; returns how many.

    One coin against the product of all that bears on seeing. A mispredicted branch costs more than the arithmetic it
    would save, so every candidate is written and the place moves on only past those who are kept.
    """
    if o.mode == SERVE:
        return _look_served(o, story, start, stop, reach, salt, people, network.lots, block)
    if o.mode >= FRIENDS:
        return _look_private(o, start, stop, salt, people, network, block)
    return _look_in_audience(o, start, stop, reach, salt, people, network, block)


@inner(nogil=True, cache=True, counts=False)
def _look_in_audience(o, start, stop, reach, salt, people, network, block):
    """Followers: their coin is first held against the most that seeing can be, which needs no trait."""
    user, _, see, hashes, _, _, _, _, _ = block
    see_fix, activity, member, offered = people.see_fix, people.activity, people.member, o.see
    platform, most = np.uint64(network.platform), np.uint64(0)
    for factor in see_fix:
        most = max(most, (offered * factor) >> _16)
    if o.mode == ACCOUNT:
        m = _draw_on_ring(o, start, stop, most, salt, reach, block)
    else:
        m = _draw_from_list(o, start, stop, most, salt, reach, network, block)
    anyone, n = np.uint64(o.mode == FOLLOWERS), 0  # whoever followed in the run uses the platform
    for j in range(m):
        v, h = user[j], hashes[j]
        lane = lane_of(people, np.uint64(v))
        uses = (np.uint64(member[lane]) >> platform) & _ONE
        threshold = ((offered * see_fix[activity[lane]]) >> _16) * (anyone | uses)
        user[n], see[n], hashes[n] = v, threshold, h
        n += (h & _LOW) < threshold
    return n


@inner(nogil=True, cache=True, counts=False)
def _draw_on_ring(o, start, stop, most, salt, reach, block):
    """Write those of an account's followers whose coin may be below ``most``, with their bits; returns how many.

    The first byte of a follower's coin is that of the place on the account's ring. Sixty-four places share the words
    that it is read from (`low_places`), so whoever draws too high costs nothing; nor does a step along the ring.
    """
    user, _, _, hashes, _, _, words, strides, _ = block
    size, places_key, n, k = reach.size, mix(salt + _K3), np.int64(0), start
    byte = min(most - _ONE, _LOW) >> _24
    for j in range(1, 64):
        strides[j] = strides[j - 1] + reach.a
        strides[j] -= size if strides[j] >= size else 0
    while k < stop and most > 0:
        turn, shift = k // o.domain, k & 63
        end = min(stop, k - shift + 64, (turn + 1) * o.domain)
        fill_words(places_key, k >> 6, words)
        low = low_places(words, byte) >> np.uint64(shift) & (_ALL >> np.uint64(64 - (end - k)))
        base, visit = world_member(k - turn * o.domain, size, reach.a, reach.b), np.uint64(turn) * _K1
        while low:
            j = np.int64(lowest_bit(low))
            low &= low - _ONE
            v = base + strides[j]
            v -= size if v >= size else 0
            h = mix(salt ^ (np.uint64(v) * _K2) ^ visit)
            user[n], hashes[n] = v, h & ~(_BYTE << _24) | place_byte(words, shift + j) << _24
            n += 1
        k = end
    return n


@inner(nogil=True, cache=True, counts=False)
def _draw_from_list(o, start, stop, most, salt, reach, network, block):
    """Write those of an audience, or of followers won, whose coin is below ``most``, with their bits; returns how many.

    Their order is nothing of theirs, so each draws by who they are.
    """
    user, visit, _, hashes, _, _, _, _, _ = block
    m, n = _fill_followers(o, start, stop, reach, network, block), 0
    for j in range(m):
        hashes[j] = mix(salt ^ (np.uint64(user[j]) * _K2) ^ (visit[j] * _K1))
    for j in range(m):
        v, h = user[j], hashes[j]
        user[n], hashes[n] = v, h
        n += (h & _LOW) < most
    return n


@inner(nogil=True, cache=True, counts=False)
def _fill_followers(o, start, stop, reach, network, block):
    """Followers ``start..stop`` of a list, with the turn of each; returns how many."""
    user, visit, n = block.user, block.visit, stop - start
    if o.mode == AUDIENCE:
        visit[:n] = 0
        if network.indptr.shape[0] == 1:
            return fill_followers(start, stop, np.int64(o.source), reach.walk, network.layout, user)
        for k in range(n):  # a slice's lengths would be compared, and the words of an error compiled
            user[k] = network.indices[reach.row + start + k]
        return n
    for k in range(n):
        place = (start + k) % o.domain
        user[k], visit[k] = np.int64(network.won_rows[reach.row + place]), np.uint64((start + k) // o.domain)
    return n


@inner(nogil=True, cache=True, counts=False)
def _look_private(o, start, stop, salt, people, network, block):
    """Friends, or those of a group, layer by layer: who is tied to the sharer, then who of them would look.

    Only of those few is asked whether they take part and are no friends from an earlier layer, which costs the most.
    """
    n, k, u, friends_only, circles = np.int64(0), start, np.int64(o.source), o.mode == FRIENDS, network.circles
    user, _, see, hashes, _, _, _, _, own = block
    see_fix, activity, member, look_fix = people.see_fix, people.activity, people.member, circles.look_fix
    platform, offered = np.uint64(network.platform), o.see
    most = max(look_fix[0], look_fix[-1])  # it rises or falls with sociability
    while k < stop:
        layer = layer_at(k, circles)
        end = min(stop, circles.starts[layer + 1])
        for j in range(n, fill_tied(layer, k, end, u, friends_only, circles, own, user, see, n)):
            v = np.uint64(user[j])
            lane, h = lane_of(people, v), mix(salt ^ (v * _K2))
            uses = (np.uint64(member[lane]) >> platform) & _ONE
            threshold = ((offered * see_fix[activity[lane]]) >> _16) * uses
            if (h & _LOW) >= (threshold * most) >> _16:
                continue
            sociable = sociability(v, circles)
            threshold = (threshold * look_fix[sociable]) >> _16
            if (h & _LOW) < threshold and is_member(u, np.int64(v), sociable, layer, friends_only, own, circles):
                user[n], see[n], hashes[n] = v, threshold, h
                n += 1
        k = end
    return n


@inner(nogil=True, cache=True, counts=False)
def _look_served(o, story, start, stop, reach, salt, people, lots, block):
    """People served: a round visits each place once and takes the holder of one lot in its block of ids.

    From round to round the lot moves on; after as many rounds as there are lots, everybody has come as often as
    the table says.
    """
    if reach.turns == 0 or reach.size == 0:
        return 0
    user, _, see, hashes, _, _, _, _, _ = block
    lanes, see_fix, fit_fix, segment = lots.lane, lots.see_fix, people.fit_fix[story], people.segment
    places, n_users, targeted = lots.place[reach.place :], np.uint64(people.n_users), o.targeted
    turns, row, turn, key = np.uint64(reach.turns), np.uint64(reach.row), np.uint64(reach.turn), reach.key
    kind, community = people.kind[story], people.community_bits
    size, a, b, number = np.uint64(reach.size), np.uint64(reach.a), np.uint64(reach.b), np.uint64(start) * _K1
    passed, shift = np.uint64(start % reach.size), (np.uint64(start // reach.size) % turns) * turn % turns
    at = np.uint64(world_member(np.int64(passed), reach.size, reach.a, reach.b))
    n = 0
    for _ in range(start, stop):
        lot = shift + ((((key ^ (at * _K2)) * _K1 >> _32) * turns) >> _32)
        lot = (lot - turns if lot >= turns else lot) + row
        lane = np.uint64(lanes[lot])
        v = holder(people, places[at], lane)
        h = mix(salt ^ number)
        threshold = np.uint64(see_fix[lot]) << _16
        if targeted:
            threshold = (threshold * fit_fix[segment[lane], kind[v >> community]]) >> _16
        user[n], see[n], hashes[n] = v, threshold, h
        n += ((h & _LOW) < threshold) & (v < n_users)
        number += _K1
        passed += _ONE
        at += a
        at = at - size if at >= size else at
        if passed == size:
            passed, at = np.uint64(0), b
            shift += turn
            shift = shift - turns if shift >= turns else shift
    return n


@njit(nogil=True, cache=True)
def expose(offers, lo, hi, moment, people, network, posts, state, out):
    """Walk candidates ``lo..hi`` of all offers of a platform; write a record for each view, return how many.

    Args:
        offers: OFFER[n].
        lo: first candidate of this chunk, counted over all offers.
        hi: one past the last.
        moment: the step.
        people: who everybody is.
        network: who can be reached on the platform.
        posts: what is known of each post.
        state: attention, fatigue and reach of everybody; only read.
        out: RECORD[at least hi - lo]. Written.
    """
    block = Block(
        np.empty(PRIVATE, np.int64),
        np.empty(PRIVATE, np.uint64),
        np.empty(PRIVATE, np.uint64),
        np.empty(PRIVATE, np.uint64),
        np.empty(PRIVATE, np.uint8),
        np.empty(PRIVATE, np.uint8),
        np.empty(8, np.uint64),
        np.zeros(64, np.int64),
        nothing_known(network.circles.tie.shape[0]),
    )
    n, i, at = np.int64(0), -1, lo
    end = np.int64(0)  # of the candidates of offer i
    while at < hi:
        while end <= at:
            i += 1
            end += offers[i].count
        o = offers[i]
        first = o.first + (at - (end - o.count))
        last = o.first + o.count - max(np.int64(0), end - hi)
        story = posts.story[o.post]
        reach = start_reach(o, story, people, network)
        salt = mix(moment.view_key ^ posts.ident[o.post]) ^ mix(o.source + _K2)
        width = WIDE if o.mode == ACCOUNT else PRIVATE if o.mode >= FRIENDS else BLOCK
        block.own[:] = 0
        for start in range(first, last, width):
            m = look(o, story, start, min(start + width, last), reach, salt, people, network, block)
            n = _answer(o, i, story, m, moment, people, posts, state, block, out, n)
        at = end
    return n


@inner(nogil=True, cache=True, counts=False)
def _answer(o, i, story, m, moment, people, posts, state, block, out, n):
    """Records of those whose attention lasts, from place ``n`` of ``out`` on; returns the next free place."""
    user, _, see, hashes, spent, tired, _, _, _ = block
    attention, fatigue = state.attention, state.fatigue[story]
    for j in range(m):  # nothing here waits for anything, so the reads go out together
        v = np.uint64(user[j])
        spent[j], tired[j] = attention[v], fatigue[v]
    chance, delayed, delays, attend, act = posts.chance[o.post], o.delayed, moment.delays, o.attend, o.act
    activity, segment, attention_fix = people.activity, people.segment, people.attention_fix
    affinity_fix, fatigue_fix = people.affinity_fix[story], people.fatigue_fix
    kind, community = people.kind[story], people.community_bits
    rumour, block = people.rumour[story], people.block[story]
    reinforced = posts.reinforced[o.post]
    doubted = rumour >= 0 and posts.negative[o.post] == 0
    for j in range(m):
        v, h = np.uint64(user[j]), hashes[j]
        lane = lane_of(people, v)
        if (h & _LOW) >= (see[j] * attention_fix[activity[lane], spent[j]]) >> _16:
            continue
        h, seen = mix(h), tired[j]
        fit = (affinity_fix[segment[lane], kind[v >> community]] * fatigue_fix[seen]) >> _16
        out[n].user, out[n].offer = v, i
        out[n].delay = delays[h & np.uint64(4095)] if delayed else 0
        out[n].flags = respond(mix(h + _ONE), chance, (fit * attend) >> _16, act, making(reinforced, seen))
        if doubted and state.belief[rumour, v] == CORRECTED and (mix(h + _BLOCK) >> _32) < block:
            out[n].flags &= ~PASSING_ON
        n += 1
    return n

"""What happens once: the set of claims, who is won as a follower, and which post is whose."""

from __future__ import annotations

import numpy as np

from sim.base import streams
from sim.base.kernels import table_bits
from sim.world import uptake
from sim.world.world import World

FOLLOW_KEY, CREATE_KEY, POST_SHIFT = 1 << 62, 1 << 61, 32  # keys of the set of claims: (what, post or account, user)


def claim(world: World, keys: np.ndarray) -> np.ndarray:
    """Enter keys into the set of claims; which of them are new, bool."""
    if (world.n_claimed + len(keys)) * 2 > len(world.claimed):
        old = world.claimed[world.claimed != -1]
        world.claimed = np.full(max(4 * len(world.claimed), 4 << int(len(old) + len(keys)).bit_length()), -1, np.int64)
        uptake.claim(world.claimed, old, np.empty(len(old), np.bool_))
    fresh = np.empty(len(keys), np.bool_)
    world.n_claimed += uptake.claim(world.claimed, keys, fresh)
    return fresh


def wins_row(world: World, users: np.ndarray, accounts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Whether views for ``weights`` people win whole rows as followers of accounts (their idents); one coin a pair."""
    coin = table_bits(streams.stream_key(world.seed, "follow"), users, accounts) >> np.uint64(32)
    return np.asarray(coin * np.uint64(world.ratio) < (weights.astype(np.uint64) << np.uint64(32)))


def claims_moved(claimed: np.ndarray, n_users: int, rows: np.ndarray) -> np.ndarray:
    """A set of claims whose accounts have other rows now; ``rows[row]``: where each is."""
    accounts = rows[n_users:] - n_users
    keys = claimed[claimed != -1]
    follows = keys >= FOLLOW_KEY
    number = (keys[follows] ^ FOLLOW_KEY) >> POST_SHIFT
    if (accounts[number] == number).all():
        return claimed.copy()
    keys[follows] += (accounts[number] - number) << POST_SHIFT
    moved = np.full(len(claimed), -1, np.int64)
    uptake.claim(moved, keys, np.empty(len(keys), np.bool_))
    return moved


def own_idents(seed: int, users: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Idents of the posts that users make about posts they have seen (their idents)."""
    return table_bits(streams.stream_key(seed, "quality"), users, seen, 7)

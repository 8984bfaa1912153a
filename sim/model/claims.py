"""What happens once: the set of claims, and which post is whose."""

from __future__ import annotations

import numpy as np

from sim.base import streams
from sim.base.kernels import table_bits
from sim.world import uptake
from sim.world.uptake import FOLLOW_KEY, POST_SHIFT
from sim.world.world import World


def too_full(claims: int, places: int) -> bool:
    """Whether so many claims need more places: at most three quarters are taken, as a country has tens of millions."""
    return 4 * claims > 3 * places


def room_for(world: World, more: int) -> np.ndarray:
    """The set of claims, with room for so many more; what it was is let go of before it is made larger."""
    most = world.n_claimed + more
    if too_full(most, len(world.claimed)):
        old = world.claimed[world.claimed != -1]
        world.claimed = np.zeros(0, np.int64)
        world.claimed = np.full(1 << (4 * most // 3).bit_length(), -1, np.int64)
        uptake.claim(world.claimed, old, np.empty(len(old), np.bool_))
    return world.claimed


def claim(world: World, keys: np.ndarray) -> np.ndarray:
    """Enter keys into the set of claims; which of them are new, bool."""
    fresh = np.empty(len(keys), np.bool_)
    world.n_claimed += uptake.claim(room_for(world, len(keys)), keys, fresh)
    return fresh


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

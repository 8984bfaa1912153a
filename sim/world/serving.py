"""Offers of posts to people whom a platform chooses by lot, filled in as one compiled pass: most are a few rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.base.jit import njit
from sim.base.kernels import bits
from sim.world.records import SERVE

_11, _NONE = np.uint64(11), np.uint64(0)


class Turn(NamedTuple):
    """When posts are served, and what their draws hang on.

    Attributes:
        key: stream key.
        step: of the coins that decide on a part of a candidate.
        salt: what salts are drawn by: a step, or for a post that goes on where it ended, always the same.
        now: minutes since the start.
    """

    key: np.uint64
    step: int
    salt: int
    now: int


@njit(cache=True)
def fill_served(offers, posts, real, weight, chance, tables, turn, ident, root, minute):
    """Let offers bring posts before about so many real people each.

    Args:
        offers: OFFER[n] that nothing but channel and factors is known of. Written.
        posts: i8[n] their rows.
        real: f8[n] people who are to see them.
        weight: i8[n] real people that one view stands for.
        chance: f8[n] mean chance that a candidate is served; 0: nobody is there, so nobody is asked.
        tables: i8[n] of lots.
        turn: when.
        ident: u8[posts] of all posts what identifies each in draws.
        root: i8[posts] its row in the repost forest.
        minute: i8[posts] when it was posted.
    """
    for i in range(posts.shape[0]):
        post, o, views = posts[i], offers[i], 0.0
        if chance[i] > 0:
            views = real[i] / weight[i] / chance[i]
        coin = np.float64(bits(turn.key, ident[post], np.uint64(turn.step), _NONE) >> _11) / np.float64(1 << 53)
        o.post, o.event, o.mode, o.weight, o.table = post, root[post], SERVE, weight[i], tables[i]
        o.source = bits(turn.key, ident[post], np.uint64(turn.salt), _NONE)
        o.count = np.int64(np.floor(np.rint(views * 1e6) / 1e6 + coin))  # rounded as NumPy does
        o.minute = max(turn.now, minute[post])

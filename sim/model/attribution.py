"""What a repost is a repost of: what somebody met, or the post itself, which every share of it shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.base import streams
from sim.base.kernels import table_bits, table_normal
from sim.platforms.stage import PlatformStage
from sim.world.world import World


def reposted(world: World, stages: Sequence[PlatformStage], acts: np.ndarray) -> np.ndarray:
    """Row of the forest that each act (ACT) reposts, i8[acts]: the share that was met, or the root of its post.

    On a platform with ``to_origin`` a coin of the person and the post decides. Nothing else changes: the same people
    share the same post at the same minutes to the same followers.
    """
    posts, parent = world.posts, acts["parent"].copy()
    key = streams.stream_key(world.seed, "attribution")
    here = posts.platform[acts["post"]]
    for number in np.unique(here):
        spec = stages[number].spec
        if spec.to_origin:
            at = np.flatnonzero(here == number)
            post = acts["post"][at]
            coin = streams.unit(table_bits(key, acts["user"][at], posts.ident[post]))
            share = to_origin(world.seed, posts.ident[post], spec.to_origin, spec.to_origin_spread)
            parent[at] = np.where(coin < share, posts.root[post], parent[at])
    return parent


def to_origin(seed: int, ident: np.ndarray, middle: float, spread: float) -> np.ndarray:
    """Share of those who repost the post itself, whichever repost they met, of each post; log-odds are normal."""
    normal = table_normal(streams.stream_key(seed, "origins"), ident, 1)
    odds = np.log(middle / (1 - middle)) + spread * normal
    return np.asarray((1 / (1 + np.exp(-odds))).round(9))

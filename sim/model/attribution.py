"""What a repost is a repost of: what somebody met, or the post itself, which every share of it shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.base import streams
from sim.base.kernels import table_normal
from sim.platforms.stage import PlatformStage
from sim.world.tables import Entries
from sim.world.world import World


class Origins:
    """How many of those who repost a post repost the post itself, which each post has from the beginning.

    On a platform with ``to_origin`` a coin of the person and the post decides. Nothing else changes: the same people
    share the same post at the same minutes to the same followers.

    Attributes:
        key: stream key of that coin.
    """

    def __init__(self, world: World, stages: Sequence[PlatformStage]) -> None:
        self.world, self.key = world, np.uint64(streams.stream_key(world.seed, "attribution"))
        self._say = {stage.index: stage.spec for stage in stages if stage.spec.to_origin}
        self._shares = Entries(np.float64)

    def shares(self) -> np.ndarray:
        """The share of each post there is by now, f8[posts]."""
        posts, known = self.world.posts, self._shares.n
        if known < posts.n:
            new = self._shares.room(posts.n - known)
            for platform in self._say.keys() & {*posts.platform[known:].tolist()}:
                own, spec = posts.platform[known:] == platform, self._say[platform]
                ident = posts.ident[known:][own]
                new[own] = to_origin(self.world.seed, ident, spec.to_origin, spec.to_origin_spread)
            self._shares.n = posts.n
        return self._shares.rows


def to_origin(seed: int, ident: np.ndarray, middle: float, spread: float) -> np.ndarray:
    """Share of those who repost the post itself, whichever repost they met, of each post; log-odds are normal."""
    normal = table_normal(streams.stream_key(seed, "origins"), ident, 1)
    odds = np.log(middle / (1 - middle)) + spread * normal
    return np.asarray((1 / (1 + np.exp(-odds))).round(9))

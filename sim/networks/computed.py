"""The default network, as its fields; the compiled functions that compute it are in `walks`."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from sim.base.machine import require_memory
from sim.base.streams import threshold
from sim.networks.base import NETWORKS, Network, require_users

if TYPE_CHECKING:
    from sim.networks.stored import Stored
    from sim.networks.walks import Layout

QUANTILES = 4096


@NETWORKS.register
class Computed(Network):
    """The default: audiences are computed, nothing is stored.

    A circle is a block of neighbouring ids, a community a block of circles; communities have about the given
    size and are equal to within a circle. Audience sizes are lognormal around the median and pass over into a
    Pareto tail where both have the same density and slope. Ties inside a circle are mutual, others one-way;
    nobody has fewer followers than the circle gives. Median and tail are measured. Sizes of circles and
    communities are assumed; density and share are estimated: set so that reciprocity and mean distance are those
    of targets S40 and S39 (`sim/catalog/targets.yaml`) and clustering stays below 0.1.
    Not modelled: overlapping circles, and communities that share an interest.
    """

    name: ClassVar[str] = "computed"
    kind: Literal["computed"] = "computed"
    circle_size: int = Field(64, ge=2, le=256, description="people in a circle (a class, a chat group); 2^i")
    circle_density: float = Field(0.5, ge=0, le=1, description="probability that two in a circle are friends")
    community_size: int = Field(4096, ge=2, le=2**24, description="people in a community; 2^i, whole circles")
    community_share: float = Field(0.7, ge=0, le=1, description="share of the other followers in one's community")
    audience_median: int = Field(180, ge=1, le=10**6, description="median followers of an ordinary user, people")
    audience_sd: float = Field(1.0, ge=0.1, le=4, description="sd of ln(followers) in the body; assumed")
    tail_exponent: float = Field(2.4, gt=1, le=10, description="density exponent of the tail of followers")
    audience_cap: int = Field(100_000, ge=1, le=10**9, description="most followers of an ordinary user, people")

    @model_validator(mode="after")
    def _blocks_nest(self) -> Computed:
        for size in (self.circle_size, self.community_size):
            if size & (size - 1):
                raise ValueError(f"circle_size and community_size are powers of two, not {size}")
        if self.community_size < self.circle_size:
            raise ValueError("community_size must be at least circle_size")
        return self

    def audience_table(self, cap: int) -> np.ndarray:
        """Audience size by quantile, rising, none above ``cap`` or ``audience_cap``; uint32[4096].

        Rounded to integers here, before any draw is compared with it.
        """
        sizes = _audience_sizes(self.audience_median, self.audience_sd, self.tail_exponent)
        return np.minimum(sizes, min(cap, self.audience_cap)).astype(np.uint32)

    def layout(self, n_users: int, key: int) -> Layout:
        """The integers of this network for a population; raises `SimError` unless 1 ≤ n_users ≤ 2**32."""
        from sim.networks.walks import Layout

        require_users(n_users, "a computed network", 1)
        circles = -(-n_users // self.circle_size)
        homes = max(1, (n_users + self.community_size // 2) // self.community_size)
        return Layout(
            key=np.uint64(key),
            n_users=np.int64(n_users),
            circle_size=np.int64(self.circle_size),
            circle_mean=np.int64(round(self.circle_density * (self.circle_size - 1))),
            circles=np.int64(circles),
            homes=np.int64(homes),
            density32=np.uint64(threshold(self.circle_density)),
            share32=np.uint64(threshold(self.community_share)),
        )

    def build(self, n_users: int, key: int) -> Stored:
        """The same network, stored: every row in the order of `follower`, for tests and for other tools."""
        from sim.networks.walks import materialise

        layout, table = self.layout(n_users, key), self.audience_table(n_users - 1)
        require_memory(8 * (n_users + 1) + 4 * n_users * int(table.mean()), f"storing {n_users} audiences")
        return materialise(table, layout)

    def mean_audience(self, n_users: int, ratio: int) -> float:
        """Mean of the table; nobody has more followers than there are others."""
        return float(self.audience_table(min(self.cap(ratio), max(1, n_users - 1))).mean())

    def cap(self, ratio: int) -> int:
        """Most simulated followers of a user, where each stands for ``ratio`` people."""
        return max(2000, 100_000 // ratio)

    def estimate_bytes(self, n_users: int) -> int:
        """Memory of the computed network, in bytes: none."""
        return 0


@lru_cache(maxsize=16)
def _audience_sizes(median: int, sd: float, exponent: float) -> np.ndarray:
    """Audience size by quantile without a cap, rounded; int64[4096]. Thousands of worlds ask for the same one.

    The log-slope of a lognormal density reaches −exponent sd·(exponent − 1) standard deviations above its centre: there
    the Pareto tail takes over, and both are scaled to a total of 1.
    """
    normal, alpha = NormalDist(), exponent - 1
    z = sd * alpha
    tail, body = normal.pdf(z) / z, normal.cdf(z)

    def log_size(above: float) -> float:
        """ln(size / centre of the body) that the share ``above`` of users exceeds."""
        rank = above * (body + tail)
        return sd * z + math.log(tail / rank) / alpha if rank < tail else sd * normal.inv_cdf(body + tail - rank)

    centre = math.log(median) - log_size(0.5)
    logs = (centre + log_size((QUANTILES - i - 0.5) / QUANTILES) for i in range(QUANTILES))
    return np.array([round(math.exp(min(size, 40.0))) for size in logs], dtype=np.int64)

"""How many followers has a KOL of a tier? The catalogue's share of accounts above each size, cut to it, inverted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np


def followers(span: tuple[int, int], table: Sequence[tuple[int, float]], coin: float) -> int:
    """Followers at a quantile of a tier.

    Args:
        span: least and most followers of the tier.
        table: rows of followers and the share of accounts with more, followers rising; log-log between rows.
        coin: the quantile, 0 to below 1.
    """
    least, most = span
    if most <= table[0][0]:  # below the table: log-uniform
        return round(math.exp(math.log(max(least, 1)) + coin * (math.log(most) - math.log(max(least, 1)))))
    size, share, high, low = _cut(span, tuple(table))
    return round(float(np.exp(np.interp(-math.log(high - coin * (high - low)), -share, size))))


@lru_cache(maxsize=64)  # a tier has many KOLs
def _cut(span: tuple[int, int], table: tuple[tuple[int, float], ...]) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Sizes and shares of the table as logarithms, and the shares of accounts above the tier's least and most."""
    size, share = (np.log([row[i] for row in table]) for i in (0, 1))
    high, low = (float(np.exp(np.interp(math.log(x), size, share))) for x in span)
    return size, share, high, low

"""How much a client may ask: a bucket of tokens for each, which fills at a steady rate."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

MOST = 2000  # clients that are remembered; the one that asked longest ago is forgotten first


@dataclass
class Bucket:
    """What one client may still ask for, and when that was so.

    Attributes:
        left: tokens.
        at: seconds.
    """

    left: float
    at: float


class Buckets:
    """A bucket for each client.

    Args:
        burst: tokens that a full bucket holds.
        rate: tokens a second that come back.
        clock: seconds.
    """

    def __init__(self, burst: float, rate: float, clock: Callable[[], float] = lambda: time.monotonic()) -> None:
        self.burst, self.rate, self.clock = burst, rate, clock
        self.known: OrderedDict[Hashable, Bucket] = OrderedDict()

    def take(self, client: Hashable, tokens: float = 1) -> bool:
        """Take tokens out of a client's bucket; whether there were enough."""
        bucket = self._filled(client)
        if bucket.left < tokens:
            return False
        bucket.left -= tokens
        return True

    def empty(self, client: Hashable) -> bool:
        """Whether a client has none left."""
        return self._filled(client).left < 1

    def _filled(self, client: Hashable) -> Bucket:
        now = self.clock()
        bucket = self.known.pop(client, None) or Bucket(self.burst, now)
        bucket.left = min(self.burst, bucket.left + (now - bucket.at) * self.rate)
        bucket.at = now
        self.known[client] = bucket
        while len(self.known) > MOST:
            self.known.popitem(last=False)
        return bucket

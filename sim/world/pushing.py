"""Offers of shares to those who are tied to whoever shared, filled in as one compiled pass."""

from __future__ import annotations

import numpy as np

from sim.base.jit import njit


@njit(cache=True, counts=False)
def fill_pushed(offers, blank, shares, first, count, domain, attend):
    """Let each share of a user be offered to some candidates.

    Args:
        offers: OFFER[n]. Written.
        blank: OFFER[1], what they have in common: channel, mode, factors, who sees it.
        shares: ACT[n], ``parent`` being the share's own row in the forest.
        first: i8[n] first candidate; empty: the blank's.
        count: i8[n] candidates.
        domain: i8[n] candidates after which they repeat; empty: the blank's.
        attend: u8[n] factor on attending; empty: the blank's.
    """
    for i in range(shares.shape[0]):
        offers[i] = blank[0]
        o, share = offers[i], shares[i]
        o.post, o.event, o.source = share.post, share.parent, np.uint64(share.user)
        o.count, o.weight, o.minute = count[i], share.weight, share.minute
        if first.shape[0]:
            o.first = first[i]
        if domain.shape[0]:
            o.domain = domain[i]
        if attend.shape[0]:
            o.attend = attend[i]

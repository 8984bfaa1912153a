"""Serving a slot: posts before people whom a platform chooses by lot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.platforms.base import Channel, Showing
from sim.world.records import OFFER

if TYPE_CHECKING:
    from sim.platforms.stage import PlatformStage

NONE = np.zeros(0, np.int64)


def serve(
    mechanism: Showing,
    stage: PlatformStage,
    posts: np.ndarray,
    real: np.ndarray,
    weight: np.ndarray | None,
    stream: str,
    *,
    targeted: bool,
    tables: np.ndarray | None = None,
    cursor: str = "",
    channel: Channel | None = None,
) -> np.ndarray:
    """Offer ``posts`` to people of the platform so that about ``real`` of them see each.

    Candidates are drawn by lot, in a keyed order of all lots (`Lots`); who is less active or (if targeted) fits less is
    passed over, so ``real / weight`` views need more candidates. Where no weight is given, views are as fine as the
    mechanism's ``samples`` say. With a cursor, a column of posts, a post's next call goes on where the last ended. The
    views come by the mechanism's first channel, unless another of its own is named. ``tables``: of lots, by post, where
    not the whole platform is meant.
    """
    from sim.world.serving import fill_served  # to read a scenario takes no compiler

    own, people = np.ascontiguousarray(posts, np.int64), np.ascontiguousarray(real, np.float64)
    samples, ratio, at, odds, lots, *turn = serving(mechanism, stage, stream, targeted=targeted, goes_on=bool(cursor))
    views = (NONE, samples, ratio) if weight is None else (weight, 0, ratio)
    if tables is None:
        at = at[own]
    else:
        at, asked = np.arange(len(own)), zip(tables.tolist(), at[own].tolist(), strict=True)
        odds = np.array([stage.acceptance(table, story if targeted else None) for table, story in asked])
        lots = tables
    offers, blank = np.empty(len(own), OFFER), mechanism.blank(stage, channel, targeted=int(targeted))
    goes = getattr(stage.world.posts, cursor) if cursor else NONE
    fill_served(offers, blank, own, people, *views, at, odds, lots, *turn, goes)
    return offers


def serving(
    mechanism: Showing, stage: PlatformStage, stream: str, *, targeted: bool, goes_on: bool = False
) -> tuple[Any, ...]:
    """What the compiled passes need to know to serve posts at a step (`world.serving.fill_served`), lots by story."""
    known, (lots, odds) = stage.world.posts, stage.lots(targeted=targeted)
    turn = np.uint64(stage.key(stream)), stage.step, 0 if goes_on else stage.step + 1, stage.now
    views = getattr(mechanism, "samples", 1), stage.world.ratio
    return (*views, known.story, odds, lots, *turn, known.ident, known.root, known.minute)

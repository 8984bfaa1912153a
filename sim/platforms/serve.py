"""Serving a slot: posts before people whom a platform chooses by lot."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

    known, step = stage.world.posts, stage.step
    own, people = np.ascontiguousarray(posts, np.int64), np.ascontiguousarray(real, np.float64)
    if tables is None:
        at, (tables, chance) = known.story[own], stage.lots(targeted=targeted)
    else:
        at, asked = np.arange(len(own)), zip(tables.tolist(), known.story[own].tolist(), strict=True)
        chance = np.array([stage.acceptance(table, story if targeted else None) for table, story in asked])
    offers, blank = np.empty(len(own), OFFER), mechanism.blank(stage, channel, targeted=int(targeted))
    views = NONE if weight is None else weight, 0 if weight is not None else mechanism.samples, stage.world.ratio
    turn = np.uint64(stage.key(stream)), step, 0 if cursor else step + 1, stage.now
    where = known.ident, known.root, known.minute, getattr(known, cursor) if cursor else NONE
    fill_served(offers, blank, own, people, *views, at, chance, tables, *turn, *where)
    return offers

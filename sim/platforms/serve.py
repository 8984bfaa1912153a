"""Serving a slot: posts before people whom a platform chooses by lot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.platforms.base import Channel, Showing

if TYPE_CHECKING:
    from sim.platforms.stage import PlatformStage


def serve(
    mechanism: Showing,
    stage: PlatformStage,
    posts: np.ndarray,
    real: np.ndarray,
    weight: np.ndarray,
    stream: str,
    *,
    targeted: bool,
    tables: np.ndarray | None = None,
    cursor: str = "",
    channel: Channel | None = None,
) -> np.ndarray:
    """Offer ``posts`` to people of the platform so that about ``real`` of them see each.

    Candidates are drawn by lot, in a keyed order of all lots (`Lots`); who is less active or (if targeted) fits less is
    passed over, so ``real / weight`` views need more candidates. With a cursor, a column of posts, a post's next call
    goes on where the last ended. The views come by the mechanism's first channel, unless another of its own is named.
    ``tables``: of lots, by post, where not the whole platform is meant.
    """
    from sim.world.serving import Turn, fill_served  # to read a scenario takes no compiler

    known = stage.world.posts
    own, people = np.ascontiguousarray(posts), np.asarray(real, np.float64)
    if tables is None:
        at, (tables, chance) = known.story[own], stage.lots(targeted=targeted)
    else:
        at, asked = np.arange(len(own)), zip(tables.tolist(), known.story[own].tolist(), strict=True)
        chance = np.array([stage.acceptance(table, story if targeted else None) for table, story in asked])
    offers = mechanism.table(stage, len(own), channel, targeted=int(targeted))
    turn = Turn(np.uint64(stage.key(stream)), stage.step, 0 if cursor else stage.step + 1, stage.now)
    fill_served(offers, own, people, weight, at, chance, tables, turn, known.ident, known.root, known.minute)
    if cursor:
        offers["first"] = getattr(known, cursor)[own]
        getattr(known, cursor)[own] += offers["count"]
    return offers

"""Search: people whom a story interests look it up."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sim.platforms.base import Channel, Showing
from sim.platforms.serve import serving
from sim.world.records import OFFER

if TYPE_CHECKING:
    from sim.platforms.stage import PlatformStage


class Search(Showing):
    """Serve: people whom a story interests look it up; the reads go to its live topics by appeal and novelty.

    The interest of a story is a slowly decaying stock of attention, fed on every platform; who met
    it elsewhere looks it up here.
    """

    name: ClassVar[str] = "search"
    channels: ClassVar[tuple[Channel, ...]] = (Channel("search", words="search"),)
    per_interest_hour: float = Field(
        ge=0, le=1, description="reads an hour per unit of the story's interest on this platform, fullest hours"
    )
    per_foreign_interest_hour: float = Field(
        0.0, ge=0, le=1, description="the same for its interest on other platforms and outside of all"
    )
    samples: int = Field(60, ge=1, le=10**7, description="simulated views aimed at for one topic and step")

    def offers(self, stage: PlatformStage) -> list[np.ndarray]:
        """Lead posts of the story's topics, in proportion to their pull."""
        from sim.world.searching import fill_searched  # to read a scenario takes no compiler

        topics, own = stage.world.topics, stage.own_topics()
        if not len(own):
            return []
        offers, blank = np.empty(len(own), OFFER), self.blank(stage, targeted=1)
        known, served = (topics.lead, topics.novelty, topics.appeal), serving(self, stage, "search", targeted=True)
        n = fill_searched(offers, blank, own, self.demand(stage), *known, *served)
        return [offers[:n]] if n else []

    def demand(self, stage: PlatformStage) -> np.ndarray:
        """Reads of each story's topics in this step (people), f8[stories]."""
        from sim.world.searching import wanted

        world, pace = stage.world, (stage.level, stage.clock.steps_per_hour)
        interest = world.by_platform.interest[stage.index], world.anywhere(), world.by_story.outside
        return np.asarray(wanted(*interest, self.per_interest_hour, self.per_foreign_interest_hour, *pace))

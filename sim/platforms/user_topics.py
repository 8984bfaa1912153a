"""Topics that users start."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from sim.base import streams
from sim.platforms.base import Mechanism

if TYPE_CHECKING:
    from sim.platforms.stage import PlatformStage


class UserTopics(Mechanism):
    """Topics that users start: a Poisson number a step, at a rate fed by the story's interest here (self-excitation).

    Source of the form: a slowly decaying memory of past attention raises the rate of new topics; the rate itself is
    assumed.
    """

    name: ClassVar[str] = "user_topics"
    per_interest_hour: float = Field(ge=0, le=1, description="new topics an hour per unit of interest, fullest hours")
    max_per_hour: float = Field(4.0, gt=0, le=1000, description="most new topics an hour that find a name")

    def trend(self, stage: PlatformStage) -> None:
        """Let users start topics."""
        for story, interest in enumerate(stage.world.by_platform.interest[stage.index].tolist()):
            rate = min(interest * self.per_interest_hour, self.max_per_hour) * stage.level / stage.clock.steps_per_hour
            key = stage.key(f"births/{stage.world.stories[story]}")
            for k in range(streams.poisson(rate, streams.py_uniform(key, stage.step))):
                stage.births.append((story, k))

"""What all policies share: their registry, their base class, and the words and numbers of their reasons."""

from __future__ import annotations

import math
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from sim.base.registry import Registry
from sim.minds.action import Action
from sim.minds.dashboard import HOUR, Dashboard, Listed, Me

POLICIES = Registry("policy")


class Policy(BaseModel):
    """Base of all policies: frozen data, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    name: ClassVar[str]
    takes_fees: ClassVar[bool] = False  # whether brands may offer fees to whoever has it

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """What to do now; an empty list is to wait."""
        raise NotImplementedError


def topic_words(topic: Listed) -> str:
    """A listed topic as reasons name it."""
    return f"#{topic.title}# at rank {topic.rank} on {topic.platform}"


def hours_ago(now: int, minute: int) -> str:
    """How long ago a minute was, as reasons say it."""
    return f"{max(0, now - minute) / HOUR:.0f} h ago"


def log2(x: float) -> float:
    """log2 rounded so that no CPU's last bit can tip a decision."""
    return round(math.log2(x), 9)

"""The measured facts of single platforms, as data (`sim/catalog/platform_targets.yaml`)."""

from __future__ import annotations

from typing import Literal

from sim.base.strict import Instant
from sim.catalog import FOLDER
from sim.studies.reality.targets import Fact, facts_of

FILE = FOLDER / "platform_targets.yaml"


class PlatformFact(Fact):
    """A fact of a platform, or of a case there; its family is the platform's name, or what several have in common."""

    value: float
    low: float
    high: float
    grade: Literal["measured", "estimated", "assumed"]
    on: tuple[str, ...] = ()  # platforms that the measure looks at, in its order
    beside: str = ""  # a second world; ours is the number of the first over that of the second, seed by seed
    since: Instant | None = None  # from when to when it is measured, where that is not the whole run
    until: Instant | None = None
    naive: float | None = None  # what the baseline gives, where one means anything
    put_in: str = ""  # what of the catalogue or the world says the number, or nearly: then it is no hit
    unmodelled: str = ""  # why no run has the number
    limit: str = ""  # what keeps ours from the range, where it is missed


def platform_facts() -> dict[str, PlatformFact]:
    """All facts of platforms by id, in the order of the file."""
    return facts_of(FILE, PlatformFact)

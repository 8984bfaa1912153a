"""What was observed: figures and stays that stand beside a run, and never enter it."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime, ConfigDict, Field, field_serializer

from sim.base.strict import Grade, Strict


class Figure(Strict):
    """One observed number, to be printed beside the simulated one of the same name."""

    metric: str = Field(description="name in summary.json")
    label: str = ""
    at: AwareDatetime | None = Field(
        None,
        description="compare with what the metric has come to by this time: steps that have ended",
    )
    value: float
    unit: str = ""
    source: str
    grade: Grade = "measured"
    note: str = ""

    @field_serializer("at")
    def _iso(self, when: Any) -> str | None:
        return str(when.isoformat()) if when else None


class Stay(Strict):
    """One observed stay of a topic on a list."""

    topic: str
    first: AwareDatetime
    last: AwareDatetime
    best_rank: int = Field(ge=0, le=1000)

    @field_serializer("first", "last")
    def _iso(self, when: Any) -> str:
        return str(when.isoformat())


class Stays(Strict):
    """Observed stays on a platform's list, and the span that the record covers."""

    platform: str
    source: str
    grade: Grade = "measured"
    from_: AwareDatetime = Field(alias="from")
    until: AwareDatetime
    list: tuple[Stay, ...] = ()
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True, populate_by_name=True)

    @field_serializer("from_", "until")
    def _iso(self, when: Any) -> str:
        return str(when.isoformat())


class Observed(Strict):
    """Real numbers, plotted and scored beside the simulation; never an input of it."""

    figures: tuple[Figure, ...] = ()
    stays: Stays | None = None

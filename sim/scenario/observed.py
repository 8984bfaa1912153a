"""What was observed: figures and stays that stand beside a run, and never enter it."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from sim.base.strict import Grade, Instant, Strict, Title


class Figure(Strict):
    """One observed number, to be printed beside the simulated one of the same name."""

    metric: str = Field(description="name in summary.json")
    per: str = Field("", description="over this number, where a ratio was observed; empty: the number itself")
    plus: tuple[str, ...] = Field(
        (), max_length=20, description="numbers that are added to it, such as those of others"
    )
    label: str = ""
    since: Instant | None = Field(None, description="count only what came from this time on; it needs ``at``")
    at: Instant | None = Field(
        None,
        description="compare with what the metric has come to by this time: steps that have ended",
    )
    per_since: Instant | None = Field(
        None, description="the same of ``per``, where that was another time; empty: the same"
    )
    per_at: Instant | None = Field(None, description="the same of ``per``; empty: as ``at``")
    value: float
    unit: str = ""
    source: str
    grade: Grade = "measured"
    at_least: bool = Field(False, description="only a lower bound is known: more is no miss")
    main: bool = Field(False, description="what the case is known by: its main outcome")
    used: bool = Field(
        False, description="a number of the scenario was set by it: that it is met shows the fit, and nothing foreseen"
    )
    note: str = ""


class Stay(Strict):
    """One observed stay of a topic on a list."""

    topic: Title
    first: Instant
    last: Instant
    best_rank: int = Field(ge=0, le=1000)
    rival: bool | None = Field(
        None, description="whether a bureau other than the story's own opened it, or its province did; empty: not known"
    )


class Stays(Strict):
    """Observed stays on a platform's list, and the span that the record covers."""

    platform: str
    source: str
    grade: Grade = "measured"
    from_: Instant = Field(alias="from")
    until: Instant
    list: tuple[Stay, ...] = ()
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True, populate_by_name=True)


class Observed(Strict):
    """Real numbers, plotted and scored beside the simulation; never an input of it."""

    figures: tuple[Figure, ...] = ()
    stays: Stays | None = None

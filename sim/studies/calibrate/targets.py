"""What is to be met: metrics with their observed values and how near is near enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from pydantic import Field

from sim.base import checker, loader, reader
from sim.base.errors import SimError
from sim.base.files.inputs import Input, described
from sim.base.registry import did_you_mean
from sim.base.strict import Instant, Strict
from sim.runs import kinds
from sim.runs.kinds import World
from sim.runs.result import opened
from sim.runs.summary import running_total
from sim.scenario.numbers import actor_names, expect, number, sparse

OBSERVED, FACTS = "observed", "facts"
TOLERANCE = {"measured": 0.1, "estimated": 0.3, "assumed": 0.5}  # of an observed figure, by its grade
OF_A_FILE, OF_A_RUN = 0.1, 0.02
FLOOR = 0.01  # of what was observed: below, all values are as good as none
NEVER = 2.0  # what never happened counts as so many times the largest value there is
MOST = 20


class Measured(Protocol):
    """Whatever has numbers: the tables of a run, or the facts of a world."""

    @property
    def summary(self) -> Mapping[str, Any]:
        """Metric to number."""


@dataclass(frozen=True)
class Target:
    """A metric of the summary, or a running total at a time, and what was observed of it.

    Attributes:
        metric: name in summary.json, or what has a running total where ``at`` is set.
        value: what was observed.
        tolerance: relative sd that is granted besides the scatter of runs.
        held_out: predicted and told, but not fitted.
        kept: held back for good, whoever asks.
    """

    metric: str
    value: float
    tolerance: float
    at: datetime | None = None
    label: str = ""
    unit: str = ""
    held_out: bool = False
    kept: bool = False

    @property
    def name(self) -> str:
        """The metric, and its time where it has one."""
        return self.metric if self.at is None else f"{self.metric}@{self.at:%Y-%m-%dT%H:%M}"

    def transformed(self, values: np.ndarray | float) -> np.ndarray:
        """On the scale on which distances are taken: ln(value + 1 % of what was observed, for counts at least 1).

        Where what was observed is negative, minus the values are taken.
        """
        floor, sign = FLOOR * abs(self.value), -1 if self.value < 0 else 1
        sizes = np.maximum(sign * np.asarray(values), 0)
        return np.asarray(np.log(sizes + (max(1.0, floor) if self.value % 1 == 0 else floor)))

    @property
    def goal(self) -> float:
        """What was observed, transformed."""
        return float(self.transformed(self.value))

    def of(self, tables: Measured) -> float:
        """The metric of a run; NaN where it never happened, 0 where the summary passes it over."""
        if self.at is not None:
            return running_total(self.metric, self.at, tables.series, tables.actions, tables.scenario)  # type: ignore[attr-defined]
        value = tables.summary.get(self.metric, 0)
        return np.nan if value is None else float(value)

    def column(self, values: Sequence[float]) -> np.ndarray:
        """Values of many runs as numbers: what never happened lies beyond all that did, f8[n]."""
        found = np.array(values, float)
        largest = np.nanmax([*found, self.value, 1.0])
        return np.where(np.isnan(found), NEVER * largest, found)


class _Wanted(Strict):
    value: float
    tolerance: float = Field(OF_A_FILE, ge=0, le=5)
    at: Instant | None = None


class _Wish(Strict):
    targets: dict[str, float | _Wanted] = Field(min_length=1)


def choose(
    known: Sequence[Target],
    *,
    only: Sequence[str] = (),
    hold_out: Sequence[str] = (),
    tolerance: float | None = None,
) -> list[Target]:
    """What a run is to meet.

    Args:
        known: all there are.
        only: names of those to be fitted; if none is given, all that are not held out from the start.
        hold_out: names of those to be predicted, not fitted.
        tolerance: replaces that of every target.
    """
    fitted = _matching(known, only, "--metrics") if only else [target for target in known if not target.held_out]
    held = [target for target in known if target.held_out and target not in fitted]
    held += _matching(known, hold_out, "--hold-out")
    if kept := [target.name for target in fitted if target.kept]:
        raise SimError(f"--metrics {kept[0]}: is held back, and only predicted")
    found = [replace(target, held_out=target in held) for target in known if target in fitted or target in held]
    if tolerance is not None:
        found = [replace(target, tolerance=tolerance) for target in found]
    count = sum(not target.held_out for target in found)
    if not 1 <= count <= MOST:
        raise SimError(f"{count} metrics to fit to; choose 1 to {MOST} with --metrics")
    return found


def targets(scenario: World, source: str, names: Sequence[str] = ()) -> list[Target]:
    """All metrics of ``observed``, of a YAML file of metric → value, or of the folder of a run."""
    return _of_scenario(scenario) if source == OBSERVED else _of_path(Path(source), names)


def read_for(source: str) -> list[Input]:
    """The files that the targets came from; none where the scenario has them."""
    path = Path(source)
    return [described(file) for file in (path, path / "summary.json") if file.is_file()]


def _of_scenario(scenario: World) -> list[Target]:
    """The observed figures that lie within the run."""
    figures = scenario.observed.figures
    if not figures:
        raise SimError(f"{scenario.name} has no observed figures; name a file or the folder of a run with --to")
    span = kinds.of(scenario).span(scenario)
    return [
        Target(figure.metric, figure.value, TOLERANCE[figure.grade], figure.at, figure.label, figure.unit)
        for figure in figures
        if figure.at is None or span is None or figure.at <= span[1]
    ]


def _of_path(path: Path, names: Sequence[str]) -> list[Target]:
    """Targets of a file, or the named metrics of a run's folder."""
    if (path / "summary.json").is_file():
        return _of_run(path, names)
    if path.is_dir() or not path.exists():
        what = "is a folder without summary.json" if path.is_dir() else "does not exist"
        raise SimError(f"--to {path}: {what}; give `observed`, a YAML file of metrics, or the folder of a run")
    wish = checker.check(_Wish, loader.nest(reader.read(path), ("targets",)))
    wanted = {name: _Wanted(value=one) if not isinstance(one, _Wanted) else one for name, one in wish.targets.items()}
    return [Target(name, one.value, one.tolerance, one.at) for name, one in wanted.items()]


def _of_run(path: Path, names: Sequence[str]) -> list[Target]:
    summary = opened(path).summary
    numbers = {name: value for name, value in summary.items() if isinstance(value, int | float)}
    if not names:
        raise SimError(f"{path} has {len(numbers)} metrics; choose some with --metrics, such as {_examples(numbers)}")
    for name in names:
        if name not in numbers:
            raise SimError(f"{path} has no number '{name}'; {did_you_mean(name, list(numbers))}")
    return [Target(name, float(numbers[name]), OF_A_RUN) for name in numbers if name in names]


def _examples(numbers: Mapping[str, float]) -> str:
    return ",".join([name for name in numbers if name.endswith(("reached", "impressions"))][:3] or [*numbers][:3])


def _matching(known: Sequence[Target], names: Sequence[str], option: str) -> list[Target]:
    """Targets of these names; what lacks its time, its hour, or its number of several, means all that begin so."""
    found = []
    for name in names:
        begins = (name,) if "@" in name else (f"{name}.",)
        own = [one for one in known if name in (one.name, one.metric) or one.name.startswith(begins)]
        own = [one for one in own if not one.kept] or own
        if not own:
            raise SimError(f"{option} {name}: no such metric; {did_you_mean(name, [one.name for one in known])}")
        found += own
    return found


def check_asked(chosen: Sequence[Target], scenario: World) -> None:
    """`SimError` for an unknown metric; for one with a time that has no running total, or a time outside the run."""
    span = kinds.of(scenario).span(scenario)
    for target in chosen:
        if target.at is None:
            expect("--to", target.metric, [scenario])
            continue
        if span is None:
            raise SimError(f"metric '{target.name}' has a time, and a {scenario.kind} world has no clock")
        number(target.metric, "running", scenario.platforms)
        if not span[0] <= target.at <= span[1]:
            raise SimError(f"metric '{target.name}' lies outside the run, which ends {span[1].isoformat()}")


def check_names(chosen: Sequence[Target], summary: Mapping[str, Any], scenario: World) -> None:
    """`SimError` for a metric that this run does not have; some enter a summary only once they are not 0."""
    world = scenario.platforms, actor_names(scenario)
    for target in chosen:
        if target.at is None and target.metric not in summary and not sparse(target.metric, *world):
            known = [name for name, value in summary.items() if value is None or isinstance(value, int | float)]
            raise SimError(f"no run has the metric '{target.metric}'; {did_you_mean(target.metric, known)}")

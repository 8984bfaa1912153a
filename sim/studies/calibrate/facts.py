"""The measured facts of a world for measuring, as metrics: fitted on one part of the archives, predicted on the other.

Each number of a fact that is known of both parts stands twice: as `S19`, to be fitted to what was measured on the part
`fit`, and as `S19_held`, the same number of the same run beside what was measured on the part held back. Facts whose
archive cannot be split are predicted, or fitted to the whole where they are named. Numbers of a fact with several are
told apart as `S28.1`, `S28.2`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sim.base.errors import SimError
from sim.scenario.scenario import Scenario
from sim.studies.calibrate.targets import Target
from sim.studies.reality.measures import of_trace
from sim.studies.reality.targets import FIT, HELD, Fact, Number, parts
from sim.studies.reality.targets import targets as facts
from sim.studies.reality.trace import follow

NINE_TENTHS = 1.645  # sd to either side of the middle


@dataclass(frozen=True)
class Facts:
    """What a run gave of each fact, under the names of the metrics."""

    summary: dict[str, float]


def of_world(scenario: Any) -> list[Target]:
    """The facts that a world is for; raises `SimError` for any other scenario."""
    own = {name: fact for name, fact in facts().items() if fact.world == scenario.name}
    if not own:
        worlds = sorted({fact.world for fact in facts().values() if fact.world.startswith("reality_")})
        raise SimError(f"--to facts: no fact is measured in {scenario.name}, but in {', '.join(worlds)}")
    return [target for name, fact in own.items() for target in _metrics(name, fact)]


def measured(scenario: Scenario) -> Facts:
    """Run a world and measure its facts."""
    made = of_trace(scenario.name, follow(scenario)).values
    summary: dict[str, float] = {}
    for name, fact in facts().items():
        if name in made:
            for metric, value in zip(_names(name, fact.value), made[name], strict=True):
                summary |= {metric: value, f"{metric}_held": value}
    return Facts(summary)


def _metrics(name: str, fact: Fact) -> Iterator[Target]:
    """The numbers of one fact as metrics, the fitted ones before those held back."""
    label = fact.name.replace("_", " ")
    for part, tail in ((FIT, ""), (HELD, "_held")) if fact.parts else (("", ""),):
        values = parts(getattr(fact.parts, part) if part else fact.value)
        ends = fact.range_on(part) if part else (parts(fact.low), parts(fact.high))
        for metric, value, low, high in zip(_names(name, fact.value), values, *ends, strict=True):
            told = label + {FIT: "", HELD: ", held back", "": ", whole"}[part]
            granted = _granted(value, low, high)
            yield Target(metric + tail, value, granted, label=told, held_out=part != FIT, kept=part == HELD)


def _names(name: str, value: Number) -> list[str]:
    count = len(parts(value))
    return [name] if count == 1 else [f"{name}.{i + 1}" for i in range(count)]


def _granted(value: float, low: float, high: float) -> float:
    """The sd of which nine tenths are as wide as the accepted range; where that begins at 0, as its upper half."""
    scale = Target("", value, 0).transformed
    width = abs(float(scale(high) - scale(low))) / 2 if low else float(scale(high) - scale(value))
    return width / NINE_TENTHS

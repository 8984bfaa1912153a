"""What was simulated, in two lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import TypeIs

    from sim.contagion.classic import Classic
    from sim.scenario.scenario import Scenario


def heading(scenario: Scenario | Classic) -> list[str]:
    """Two lines that say what was simulated, and at what scale."""
    title = " ".join((scenario.title or scenario.name).split())
    return [title, f"{people(scenario)}; {days(scenario)}; seed {scenario.seed}"]


def days(scenario: Scenario | Classic) -> str:
    """How long a run is: in days, or in steps where there is no clock."""
    if _is_classic(scenario):
        return f"{scenario.steps:,} step{'' if scenario.steps == 1 else 's'}"
    return f"{scenario.days:g} day{'' if scenario.days == 1 else 's'}"


def _is_classic(scenario: Scenario | Classic) -> TypeIs[Classic]:
    return hasattr(scenario, "contagion")


def people(scenario: Scenario | Classic) -> str:
    """How many are simulated, and for how many each stands."""
    each = f", each standing for {scenario.people.ratio:,}" if scenario.people.ratio > 1 else ""
    return f"{scenario.people.users:,} people simulated{each}"

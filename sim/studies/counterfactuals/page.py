"""What the page of counterfactuals is told: every expectation, its pairs, its verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.base.bands import median
from sim.pages.amounts import day
from sim.pages.studies import counterfactuals as page
from sim.pages.words import Said, said, same
from sim.runs.paging import telling
from sim.scenario import numbers
from sim.scenario.scenario import Scenario
from sim.scenario.whatif import Expectation
from sim.studies.counterfactuals.study import Outcome
from sim.studies.paging import title

VERDICTS = {"held": "held", "failed": "failed", "nothing to compare": "no_pairs"}


def document(world: Scenario, seeds: Sequence[int], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The document of counterfactuals."""
    found = page.WhatIfs(
        title(world), world.people.users, world.seed, len(seeds), [_told(world, one) for one in outcomes]
    )
    return page.document(found)


def _told(world: Scenario, one: Outcome) -> page.Outcome:
    asked = one.expectation
    return page.Outcome(
        name=one.name,
        title=world.counterfactuals[one.name].title,
        number=_number(world, asked),
        kind=asked.compare,
        least=asked.least,
        most=asked.most,
        share=asked.share,
        pairs=[float(value) for value in one.compared],
        base=median(one.base),
        bare=median(one.bare),
        kept=one.share,
        verdict=VERDICTS[one.verdict],
    )


def _number(world: Scenario, asked: Expectation) -> Said:
    """Which number an expectation is of, in both languages."""
    titles = telling.titles(world, telling.places(world))
    found = numbers.find(asked.metric, "daily", world.platforms, numbers.actor_names(world))
    words = same(asked.metric.replace("_", " "))
    if found:
        words = Said(en=found.label("en", titles["en"]), zh=found.label("zh", titles["zh"]))
    told = said("peak_of" if asked.of == "peak" else "sum_of", label=words)
    for key, when in (("since_day", asked.from_), ("until_day", asked.until)):
        told = said(key, label=told, day=day(when)) if when else told  # type: ignore[arg-type]  # a date will do
    return told

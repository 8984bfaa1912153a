"""What the page of a sweep is told: knobs, points, the mean of every metric with its interval, what it rests on."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sim.base import intervals, loader
from sim.base.errors import SimError
from sim.pages.studies import frame
from sim.pages.studies import sweep as page
from sim.pages.told import Named
from sim.pages.words import Said
from sim.runs import kinds
from sim.runs.paging import telling
from sim.runs.recipe import version_of_program
from sim.scenario import load as scenarios
from sim.scenario import numbers
from sim.studies.laws.held import Held
from sim.studies.laws.told import told as lawful
from sim.studies.paging import SCENARIO
from sim.studies.sweep.effects import Effect, effects, ranked
from sim.studies.sweep.found import Found, is_number
from sim.studies.sweep.plan import Plan

SWEEP = "sweep.yaml"


def rests(plan: Plan) -> dict[str, Any]:
    """What the runs of a plan rest on, as JSON has it, so that a page can be made without the scenario."""
    world = plan.load()
    try:
        text = scenarios.resolved(scenarios.completed(plan.document))
    except SimError:  # it holds together only with what the sweep sets
        text = loader.dump(plan.document.data)
    return {
        "model": kinds.of(world).version(),
        "yaml": text,
        "citations": telling.cited(world),
        "grades": telling.graded(world),
        "platforms": {name: [one.said, one.colour] for name, one in telling.places(world).items()},
    }


def document(
    found: Found,
    sweep: Mapping[str, Any],
    rested: Mapping[str, Any],
    *,
    title: str,
    scenario: str,
    seeds: int,
    digest: str,
    runs: int,
    failed: int,
    held: Held | None = None,
) -> dict[str, Any]:
    """The document of a sweep; ``sweep``: as its file says it; ``rested``: as `rests` told it; ``held``: its law."""
    columns = [found.column(path) for path in range(len(found.paths))]
    values = [_ordered(column) for column in columns]
    every = [effects(found, metric) for metric in range(len(found.metrics))]
    told = page.Swept(
        title=title,
        scenario=scenario,
        knobs=[
            page.Knob(path, _plain(values[i]), [_ends(effect[i]) for effect in every], found.log(i))
            for i, path in enumerate(found.paths)
        ],
        metrics=[Said(en=numbers.label(name, "en"), zh=numbers.label(name, "zh")) for name in found.metrics],
        points=[[values[i].index(column[p]) for i, column in enumerate(columns)] for p in range(len(found.texts))],
        cells=[
            [_cell(name, own) for name, own in zip(found.metrics, samples, strict=True)] for samples in found.values
        ],
        order=[path for path, _ in ranked(found, 0)],
        raw=[_plain([column[p] for column in columns]) for p in range(len(found.texts))],
        seeds=seeds,
        design=found.design,
        whole=len(found.texts) == int(np.prod([len(one) for one in values])),
        runs=runs,
        failed=failed,
        law=lawful(held) if held else None,
    )
    return frame.finished(page.document(told), _rests(sweep, rested, scenario, digest))


def _rests(sweep: Mapping[str, Any], rested: Mapping[str, Any], scenario: str, digest: str) -> frame.Rests:
    file = {key: value for key, value in sweep.items() if value is not None} | {"scenario": SCENARIO}
    return frame.Rests(
        scenario=scenario,
        seed=sweep["seed"],
        digest=digest,
        versions=(version_of_program(), rested["model"]),
        command=shlex.join(["sim", "sweep", SWEEP]),
        files=[(SWEEP, loader.dump(file)), (SCENARIO, rested["yaml"])],
        citations=rested["citations"],
        grades=rested["grades"],
        platforms={name: Named(words, colour) for name, (words, colour) in rested["platforms"].items()},
    )


def _ordered(column: Sequence[Any]) -> list[Any]:
    """The values of a path, numbers rising, words as they come."""
    known = list(dict.fromkeys(column))
    return sorted(known) if all(map(is_number, known)) else known


def _plain(values: Sequence[Any]) -> list[float | str]:
    return [value if is_number(value) else str(value) for value in values]


def _ends(effect: Effect) -> tuple[float, float, bool]:
    low, high = effect.ends
    return low, high, effect.swing.given and effect.swing.clear


def _cell(metric: str, samples: np.ndarray) -> frame.Ends:
    one = intervals.mean(samples, within=numbers.span(metric))
    return one.middle, one.low, one.high

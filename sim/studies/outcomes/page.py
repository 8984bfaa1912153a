"""What the page of outcomes is told: every figure beside the runs, and views over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.pages.data import local_ms
from sim.pages.studies import outcomes as page
from sim.pages.studies.frame import Ends
from sim.runs.paging import telling, verdicts
from sim.scenario.scenario import Scenario
from sim.studies.outcomes.study import BAND, FACTOR, Line, Ran
from sim.studies.paging import title

HOUR = 3_600_000  # ms
BINS = 260  # moments of the bands at most


def document(world: Scenario, lines: Sequence[Line], runs: Sequence[Ran]) -> dict[str, Any]:
    """The document of outcomes."""
    places = telling.places(world)
    views = np.array([run.views for run in runs], float)
    hours = next((size for size in (1, 2, 3, 6, 12) if views.shape[1] <= size * BINS), 24)
    binned = np.add.reduceat(views, np.arange(0, views.shape[1], hours), axis=1)
    titles = telling.titles(world, places)
    found = page.Outcomes(
        title=title(world),
        users=world.people.users,
        seed=world.seed,
        seeds=len(runs),
        factor=FACTOR,
        figures=[_figure(world, line, titles) for line in lines],
        platforms=places,
        views={name: _bands(binned[:, :, i]) for i, name in enumerate(world.platforms)},
        begin=local_ms(world.start.isoformat()),
        step=hours * HOUR,
        hours=hours,
    )
    return page.document(found)


def _bands(values: np.ndarray) -> list[Ends]:
    """Low, middle, high over the seeds at each moment."""
    levels = np.quantile(values, (BAND[0], 0.5, BAND[1]), axis=0).round(1).T
    return [(float(low), float(middle), float(high)) for low, middle, high in levels]


def _figure(world: Scenario, line: Line, titles: dict[str, dict[str, str]]) -> page.Figure:
    figure = line.figure
    label, unit = verdicts.label(figure, world, titles)
    low, high = line.band
    return page.Figure(
        label=label,
        unit=unit,
        observed=figure.value,
        runs=line.runs.tolist(),
        spread=(line.median, low, high),
        verdict=line.verdict.replace(" ", "_"),
        source=figure.source,
        grade=figure.grade,
        main=figure.main,
    )

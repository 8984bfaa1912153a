"""What a page needs to draw a run while it goes on: what can be followed, specifications, names, and the clock."""

from __future__ import annotations

from typing import Any

from sim.pages import charts, words
from sim.pages.data import local_ms
from sim.pages.words import Said
from sim.runs.kinds import World
from sim.runs.live.hearing import VIEWS, Step
from sim.runs.paging.telling import places
from sim.scenario.scenario import Scenario
from sim.studio.words import said

BINS = (60, 120, 180, 360, 720, 1440, 2880)  # minutes
MOST_BINS = 500
STEP, PEOPLE, ACTS, BELIEVERS, FIRST = range(5)  # columns of a row; from FIRST on those by platform
FLOW, LEVEL, COUNT = "flow", "level", "count"  # a running total, a state, a number of each step
Row = list[int | None]


def row(step: Step) -> Row:
    """A step as the browser gets it: `STEP` … `BELIEVERS`, then views so far and topics listed of every platform.

    Of a classical world: step, and people so far.
    """
    if step.time is None:
        return [step.step, step.people]
    views = [counts[VIEWS] for counts in step.counts.values()]
    return [step.step, step.people, len(step.acts), step.believers, *views, *step.listed.values()]


def frame(world: World) -> dict[str, Any]:
    """The frame of the live curve: what can be followed, in which columns of a row, and the clock.

    Each of ``metrics`` has a ``key``, a ``label``, a specification ``spec``, the ``columns`` by name, the place ``at``
    of the first of them in a row, and ``how`` they add up: `FLOW`, `LEVEL` or `COUNT`.
    """
    if not isinstance(world, Scenario):
        return _of_steps(world.steps)
    begin, step = local_ms(world.start.isoformat()), world.step_minutes * 60_000
    bin_ = next((size for size in BINS if world.steps * world.step_minutes / size <= MOST_BINS), BINS[-1])
    return {
        "metrics": _metrics(world, bin_, [begin, begin + world.steps * step]),
        "key": "time",
        "begin": begin,
        "each": step,
        "bin": bin_ * 60_000,
        "steps": world.steps,
        "zone": world.start.strftime("%z"),
    }


def _metrics(world: Scenario, bin_: int, span: list[int]) -> list[dict[str, Any]]:
    named = list(places(world).values())
    names, looks = [one.said for one in named], [one.colour for one in named]
    hours = bin_ // 60

    def metric(key: str, at: int, how: str, unit: Said, columns: list[Said], colours: list[str]) -> dict[str, Any]:
        spec = charts.views(columns, colours, unit, stacked=False, span=span)
        return {"key": key, "label": said(f"live_{key}"), "spec": spec, "columns": columns, "at": at, "how": how}

    def one(key: str, at: int, how: str, unit: Said) -> dict[str, Any]:
        return metric(key, at, how, unit, [said(f"live_{key}")], [charts.ACCENT])

    found = [
        metric("views", FIRST, FLOW, said("views_in", hours=hours), names, looks),
        one("people", PEOPLE, LEVEL, said("people_axis")),
        metric("topics", FIRST + len(named), LEVEL, said("topics_axis"), names, looks),
        one("acts", ACTS, COUNT, said("acts_in", hours=hours)),
    ]
    if any(story.rumour for story in world.stories.values()):
        found.append(one("believers", BELIEVERS, LEVEL, said("believers_axis")))
    return found


def _of_steps(steps: int) -> dict[str, Any]:
    """Of a classical world: people so far, and new ones, step by step."""

    def metric(key: str, column: str, how: str, unit: Said) -> dict[str, Any]:
        spec = charts.curve([column], unit, [0, steps])
        return {
            "key": key,
            "label": said(f"live_{key}"),
            "spec": spec,
            "columns": [words.said(column)],
            "at": PEOPLE,
            "how": how,
        }

    found = [metric("people", "adopted", LEVEL, said("people_axis")), metric("new", "new", FLOW, said("new_axis"))]
    return {"metrics": found, "key": "step", "steps": steps}

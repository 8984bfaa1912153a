"""What a run tells while it goes on, step by step; whoever hears it may end the run early.

A run that was ended is the run of the scenario that ends there (``days`` or ``steps`` shortened), digest for digest: so
it can be made again, and nothing half done has to be explained.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.minds import Deed
from sim.scenario import load as scenarios
from sim.world.records import FLOWS

if TYPE_CHECKING:
    from sim.contagion.classic import Classic
    from sim.model.model import ViralityModel
    from sim.runs.spreading import SpreadTables
    from sim.scenario.scenario import Scenario

VIEWS = "impressions"


class StopRun(Exception):  # noqa: N818  as StopIteration is called, and no more of an error
    """Raised by who hears a run, to end it with the step that was just heard; its result is of what was run."""


@dataclass(frozen=True)
class Step:
    """One step of a run, as ``on_step`` hears it.

    Attributes:
        step: steps done, from 1 on.
        steps: of the whole run.
        time: local time at the end of the step; None where there is no clock.
        people: reached so far, anywhere.
        counts: flows so far by platform, such as ``counts["weibo"]["impressions"]``; of a classical world, which has
            no platforms, ``counts["network"]["adopted"]`` and its other columns.
        acts: what minds and scheduled facts did in the step.
        listed: topics of the stories that stand on each platform's hot list at its end.
        believers: people who then believe a story that may be untrue; None where no story may.
    """

    step: int
    steps: int
    time: datetime | None
    people: int
    counts: dict[str, dict[str, int]]
    acts: tuple[Deed, ...] = ()
    listed: dict[str, int] = field(default_factory=dict)
    believers: int | None = None

    def __repr__(self) -> str:
        at = f", {self.time:%Y-%m-%d %H:%M}" if self.time else ""
        return f"<Step {self.step:,} of {self.steps:,}{at}: {self.people:,} people reached, {len(self.acts)} acts>"


OnStep = Callable[[Step], Any]  # True: that was the last step


def _ends(hear: OnStep, step: Step) -> bool:
    try:
        return hear(step) is True
    except StopRun:
        return True


def shorter(scenario: Scenario, steps: int) -> Scenario:
    """The scenario that ends after so many steps."""
    days = steps * scenario.step_minutes / 1440
    return scenarios.load(scenario, sets=[f"days={days!r}"])  # type: ignore[return-value]  # it stays one of platforms


def _listed(model: ViralityModel) -> dict[str, int]:
    """Topics of the stories on each platform's list now."""
    topics, platforms = model.world.topics, model.world.platforms
    found = np.bincount(topics.platform[np.flatnonzero(topics.rank >= 0)], minlength=len(platforms))
    return {name: int(count) for name, count in zip(platforms, found, strict=True)}


class Ear:
    """Hears the steps of one run of platforms, and tells them on.

    Attributes:
        shortened: the world that was run, where it was ended early.
    """

    def __init__(self, hear: OnStep) -> None:
        self.hear = hear
        self.shortened: Scenario | Classic | None = None
        self._acts = 0
        self._sums: Any = None

    def begin(self, model: ViralityModel) -> None:
        """What lies before the first step that is heard."""
        self._acts = len(model.deeds.actions)
        self._sums = model.board.series[: model.steps].sum(axis=(0, 2))

    def ends(self, model: ViralityModel) -> bool:
        """Tell the step that was just done; whether it was the last one."""
        self._sums += model.board.series[model.steps - 1].sum(axis=1)
        world, scenario, acts = model.world, model.script, model.deeds.actions
        names = [name for name in world.flows if name in FLOWS]
        counts = {
            place: {name: int(row[FLOWS.index(name)]) for name in names}
            for place, row in zip(world.platforms, self._sums, strict=True)
        }
        new, self._acts = tuple(acts[self._acts :]), len(acts)
        time = world.clock.time(model.steps * scenario.step_minutes)
        people = int(model.board.reached.anywhere.sum())
        belief = model.board.beliefs[model.steps - 1, :, 0]
        believers = int(belief.sum()) if len(belief) else None
        step = Step(model.steps, scenario.steps, time, people, counts, new, _listed(model), believers)
        return _ends(self.hear, step)

    def shorten(self, scenario: Scenario, steps: int) -> Scenario:
        """The scenario that ends after so many steps."""
        self.shortened = found = shorter(scenario, steps)
        return found

    def heard(self, world: Classic, tables: SpreadTables) -> int:
        """Tell the steps of a classical run, which are all done at once; after how many it was ended, 0 if it was not.

        Step 0 has the seeds, and is told with the first.
        """
        columns = {name: column.tolist() for name, column in tables.series.items() if name not in ("step", "new")}
        for step in range(1, world.steps + 1):
            counts = {str(name): column[step] for name, column in columns.items()}
            if _ends(self.hear, Step(step, world.steps, None, counts["adopted"], {"network": counts})):
                return step if step < world.steps else 0
        return 0

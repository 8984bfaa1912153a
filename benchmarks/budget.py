"""Where a step's time goes: CPU milliseconds a step of a run, by phase and platform.

``python -m benchmarks.budget --people 5000`` prints it for the Ding Zhen case; `spent` gives the numbers. Nothing in
the model is written for it: methods of one model are wrapped. Each wrapped call adds a microsecond or two.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from benchmarks.report import table
from sim.model.model import ViralityModel
from sim.scenario.load import load

PHASES = ("change", "act", "reach", "respond", "trend", "record")
ALL = ""  # not of one platform


def spent(scenario: str, people: int, days: float | None = None, threads: int = 1) -> dict[tuple[str, str], float]:
    """CPU milliseconds a step by phase and platform; the platform is `ALL` in the row of a whole phase.

    What a platform has of *reach* and *trend* is that of its mechanisms, of *respond* that of its views; the rest of a
    phase is of no platform. A first short run compiles and is not counted.

    Args:
        scenario: name or path.
        people: simulated ones.
        days: length; that of the scenario unless said.
        threads: for the passes over views; their time adds up.
    """
    sets = [f"people.users={people}", *([] if days is None else [f"days={days:g}"])]
    world = load(scenario, sets=sets)
    _run(ViralityModel(load(scenario, sets=["people.users=2000", "days=2"])))
    model, seconds = ViralityModel(world, threads), defaultdict[tuple[str, str], float](float)
    _watch(model, seconds)
    _run(model)
    return {place: 1000 * took / world.steps for place, took in seconds.items()}


def rows(found: dict[tuple[str, str], float]) -> str:
    """The budget as a Markdown table: a row a platform, a column a phase; the first row has the whole phases."""
    platforms = sorted({platform for _, platform in found} - {ALL})
    of = {platform: [found.get((phase, platform), 0.0) for phase in PHASES] for platform in [ALL, *platforms]}
    lines = [[platform or "**all**", *map(_ms, own), _ms(sum(own))] for platform, own in of.items()]
    return table(["ms a step", *PHASES, "together"], lines)


def _ms(value: float) -> str:
    return f"{value:.3f}" if value else ""


def _run(model: ViralityModel) -> None:
    while model.running:
        model.step()
    model.close()


def _watch(model: ViralityModel, seconds: defaultdict[tuple[str, str], float]) -> None:
    """Wrap the phases of a model, and what its platforms do in them."""
    world, engine = model.world, model.engine
    for phase in PHASES:
        _wrap(model, f"_{phase}", lambda *_, phase=phase: (phase, ALL), seconds)
    for stage in model.stages:
        _wrap(stage, "offers", lambda *_, name=stage.name: ("reach", name), seconds)
        _wrap(stage, "trend", lambda *_, name=stage.name: ("trend", name), seconds)
    _wrap(engine, "expose", lambda platform, *_: ("respond", world.platforms[platform]), seconds)

    def shown(offers: Any, *_: Any) -> tuple[str, str]:
        return "respond", world.platforms[world.posts.platform[offers["post"][0]]]

    _wrap(engine, "absorb", shown, seconds)


def _wrap(
    owner: Any, name: str, place: Callable[..., tuple[str, str]], seconds: defaultdict[tuple[str, str], float]
) -> None:
    """Let a method of one object add the CPU time of its calls to the place that its arguments say."""
    method = getattr(owner, name)

    def timed(*args: Any) -> Any:
        begun = time.process_time()
        try:
            return method(*args)
        finally:
            seconds[place(*args)] += time.process_time() - begun

    setattr(owner, name, timed)


def main() -> None:
    """Print the budget that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", nargs="?", default="ding_zhen")
    parser.add_argument("--people", type=float, default=20_000)
    parser.add_argument("--days", type=float)
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    print(rows(spent(asked.scenario, int(asked.people), asked.days, asked.threads)))


if __name__ == "__main__":
    main()

"""Virality simulator: how stories spread across Chinese social platforms, person by person and post by post.

>>> import sim
>>> result = sim.run("sir", users=500, figures=False)
>>> result.summary["people_reached"] > 250
True

``dir(sim)`` lists what is offered; each name is imported when it is first used, so ``import sim`` costs nothing.
The rooms below are for whoever works on the package: docs/architecture.md has their map.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.base.lazy import lazily

if TYPE_CHECKING:
    from sim.base.errors import RefusedError, ScenarioError, SimError
    from sim.contagion.classic import Classic
    from sim.runs.branches import fork
    from sim.runs.explain.topic import explain_topic
    from sim.runs.explain.user import explain_user
    from sim.runs.export.asked import export
    from sim.runs.result import Result
    from sim.runs.runner import run
    from sim.scenario.load import load, shipped
    from sim.scenario.scenario import Scenario
    from sim.studies.calibrate.answer import calibrate
    from sim.studies.compare.answer import compare
    from sim.studies.counterfactuals.answer import counterfactuals
    from sim.studies.folder import write
    from sim.studies.hindcast.hindcast import hindcast
    from sim.studies.optimize.answer import optimize
    from sim.studies.outcomes.answer import outcomes
    from sim.studies.sweep.answer import sweep

__all__ = [
    "Classic",
    "RefusedError",
    "Result",
    "Scenario",
    "ScenarioError",
    "SimError",
    "calibrate",
    "compare",
    "counterfactuals",
    "explain_topic",
    "explain_user",
    "export",
    "fork",
    "hindcast",
    "load",
    "optimize",
    "outcomes",
    "run",
    "shipped",
    "sweep",
    "write",
]

__getattr__ = lazily(
    __name__,
    {
        "Classic": "sim.contagion.classic",
        "RefusedError": "sim.base.errors",
        "Result": "sim.runs.result",
        "Scenario": "sim.scenario.scenario",
        "ScenarioError": "sim.base.errors",
        "SimError": "sim.base.errors",
        "calibrate": "sim.studies.calibrate.answer",
        "compare": "sim.studies.compare.answer",
        "counterfactuals": "sim.studies.counterfactuals.answer",
        "outcomes": "sim.studies.outcomes.answer",
        "explain_topic": "sim.runs.explain.topic",
        "explain_user": "sim.runs.explain.user",
        "export": "sim.runs.export.asked",
        "fork": "sim.runs.branches",
        "hindcast": "sim.studies.hindcast.hindcast",
        "load": "sim.scenario.load",
        "optimize": "sim.studies.optimize.answer",
        "run": "sim.runs.runner",
        "shipped": "sim.scenario.load",
        "sweep": "sim.studies.sweep.answer",
        "write": "sim.studies.folder",
    },
)


def __dir__() -> list[str]:
    """What is offered; the rooms are there too, but are nobody's face."""
    return __all__

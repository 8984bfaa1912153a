"""A calibration as an answer: every draw, every run, the fitted scenario; and how one is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.base.progress import Tell
from sim.runs.kinds import World
from sim.scenario.given import checked
from sim.scenario.load import Source, resolved
from sim.studies.calibrate import chart, page, words
from sim.studies.calibrate.fit import RUNS, Fitted, Question, fit
from sim.studies.calibrate.study import CHECK, EXPLORE, Calibration, quantiles
from sim.studies.calibrate.targets import OBSERVED, read_for
from sim.studies.paging import SCENARIO
from sim.studies.shown import Shown
from sim.studies.study import Asked, Jobs

FITTED = "fitted.yaml"


@checked
def calibrate(
    scenario: Source,
    parameters: Sequence[str],
    *,
    to: str = OBSERVED,
    metrics: Sequence[str] = (),
    hold_out: Sequence[str] = (),
    tolerance: float | None = None,
    runs: int = RUNS,
    seeds: int = 1,
    sets: Sequence[str] = (),
    users: int | None = None,
    seed: int | None = None,
    jobs: Jobs = 1,
    tell: Tell | None = None,
) -> Answer:
    """Fit numbers of a scenario to what was observed, and tell which of them the data identify.

    Args:
        scenario: a loaded one, a name or a path.
        parameters: numbers to fit, ``PATH`` (half to double) or ``PATH=LOW..HIGH``.
        to: ``observed``, ``facts``, a YAML file of metrics, or the folder of a run.
        metrics: names of those to fit to (all there are).
        hold_out: names of those to predict, not to fit.
        tolerance: relative sd that is granted to every metric (by its grade).
        runs: simulations in all.
        seeds: simulations of each choice of parameters.
        sets: changes of the scenario, ``path=value``.
        users: people in every run.
        seed: of the plan and all runs (the scenario's own).
        jobs: processes; the answer does not depend on them.
        tell: hears how many runs are done.

    Raises:
        SimError: a parameter or metric is unknown, or too few runs are asked for.
        RefusedError: not even one run fits this machine.

    >>> answer = calibrate("ding_zhen", ["stories.ding_zhen.appeal"], users=20_000, jobs=2)  # doctest: +SKIP
    >>> list(answer.tables())  # doctest: +SKIP
    ['draws', 'runs']
    """
    words = tuple(parameters), to, tuple(metrics), tuple(hold_out), tuple(sets)
    return Answer(fit(Question(scenario, *words, users, seed, tolerance, runs, seeds), jobs=jobs, tell=tell))


@dataclass(frozen=True, repr=False)
class Answer(Shown):
    """What a calibration found: the posterior, every run, and the scenario that was asked about."""

    found: Fitted
    study: ClassVar[str] = "calibrate"
    label: ClassVar[str] = ""

    @property
    def world(self) -> World:
        """The scenario as it was."""
        return self.found.scenario

    def tables(self) -> dict[str, pd.DataFrame]:
        """``draws``: a row a draw from the posterior; ``runs``: a row a run."""
        return {"draws": _draws(self.found.found), "runs": _runs(self.found.found)}

    def record(self) -> dict[str, Any]:
        """The question, each parameter, each metric, warnings; ``sets`` and ``fitted.yaml`` are for going on."""
        return _record(self.found)

    def texts(self) -> dict[str, str]:
        """``fitted.yaml``: the scenario with the middle of the posterior."""
        return {FITTED: resolved(self.found.question.load(self.found.found.settings()))}

    def lines(self) -> list[str]:
        """Parameters, metrics, warnings."""
        return words.lines(self.found)

    def document(self) -> dict[str, Any]:
        """What the page shows."""
        return page.document(self.found)

    def asked(self) -> Asked:
        """The question, to be asked again; and the fitted scenario, to be run."""
        question = self.found.question
        fit = [
            word
            for one in self.found.found.parameters
            for word in ("--fit", f"{one.path}={one.low:.12g}..{one.high:.12g}")
        ]
        words = ["calibrate", SCENARIO, *fit, "--to", question.to]
        for name, given in (("--metrics", question.metrics), ("--hold-out", question.hold_out)):
            words += [name, ",".join(given)] if given else []
        words += ["--tolerance", f"{question.tolerance:.12g}"] if question.tolerance is not None else []
        words += ["--runs", str(question.runs), "--seeds", str(question.seeds)]
        files = [(SCENARIO, resolved(self.found.scenario)), *self.texts().items()]
        return Asked(words, files, ("onward_fitted", ("run", FITTED)))

    def picture(self) -> Figure:
        """Parameters in a triangle, metrics beside them."""
        return chart.picture(self.found)


def _draws(found: Calibration) -> pd.DataFrame:
    values = found.values(found.draws)
    return pd.DataFrame({p.path: [_digits(v) for v in values[:, i]] for i, p in enumerate(found.parameters)})


def _runs(found: Calibration) -> pd.DataFrame:
    """A row a run: why it was made, its seed, its parameters, its metrics; blank where one never happened."""
    values = found.values(np.array([run.point for run in found.runs]))
    head = pd.DataFrame({"stage": [run.stage for run in found.runs], "seed": [run.seed for run in found.runs]})
    own = {parameter.path: [_digits(v) for v in values[:, i]] for i, parameter in enumerate(found.parameters)}
    metrics = {target.name: [run.metrics[i] for run in found.runs] for i, target in enumerate(found.targets)}
    return head.assign(**own, **metrics)


def _record(answer: Fitted) -> dict[str, Any]:
    found, question = answer.found, answer.question
    return {
        "to": question.to,
        "inputs": [one.record() for one in (*answer.scenario.network.inputs(), *read_for(question.to))],
        "changes": list(question.sets),
        "runs": len(found.runs),
        "sets": found.settings(),
        "parameters": [_parameter(found, i) for i in range(len(found.parameters))],
        "correlation": found.posterior.correlation().round(3).tolist(),
        "metrics": [_metric(answer, i) for i in range(len(found.targets))],
        "in_band": {"of_checks": found.covered[1], "inside": found.covered[0], "expected": 0.9},
        "warnings": words.warnings(answer),
    }


def _parameter(found: Calibration, i: int) -> dict[str, Any]:
    parameter = found.parameters[i]
    low, middle, high = (_digits(value) for value in found.values(found.posterior.band())[:, i])
    return {
        "path": parameter.path,
        "now": parameter.now,
        "range": [parameter.low, parameter.high],
        "scale": "log" if parameter.log else "linear",
        "median": middle,
        "band": [low, high],
        "narrower": round(max(0.0, 1 - float(found.posterior.widths()[i])), 3),
        "verdict": words.verdicts(found)[i],
    }


def _metric(answer: Fitted, i: int) -> dict[str, Any]:
    found, target, now = answer.found, answer.found.targets[i], answer.now[i]
    before, after = (quantiles(found.simulated(target, stage)) for stage in (EXPLORE, CHECK))
    off = dict(zip((one.name for one in found.fitted), found.reach.alone, strict=True)).get(target.name)
    return {
        "name": target.name,
        "label": target.label,
        "observed": target.value,
        "tolerance": target.tolerance,
        "held_out": target.held_out,
        "now": None if np.isnan(now) else now,
        "anywhere": [_digits(value) for value in before],
        "fitted": [_digits(value) for value in after],
        "off_at_best_sd": None if off is None else round(float(off), 2),
    }


def _digits(value: float) -> float:
    return float(f"{value:.6g}")

"""A calibration as a folder: the fitted scenario, the record, every draw, every run, the picture."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.base import loader
from sim.scenario import load as scenarios
from sim.studies.calibrate.chart import picture
from sim.studies.calibrate.fit import Answer
from sim.studies.calibrate.study import CHECK, EXPLORE, Calibration, quantiles
from sim.studies.calibrate.words import verdicts, warnings
from sim.studies.folder import publish_study


def write(answer: Answer, out: Path) -> Path:
    """Write ``out/SCENARIO/calibration-DIGEST8-sSEED``, whole or not at all; returns its path."""
    found = answer.found
    draws, runs = _draws(found), _runs(found)
    digest = hashlib.sha256((draws + runs).encode("utf-8")).hexdigest()
    texts = {
        "calibration.yaml": loader.dump(_record(answer)),
        "fitted.yaml": scenarios.resolved(answer.question.load(found.settings())),
        "draws.csv": draws,
        "runs.csv": runs,
    }
    target = out / answer.scenario.name / f"calibration-{digest[:8]}-s{answer.scenario.seed}"
    return publish_study(target, texts, "calibration", lambda: picture(answer))


def _draws(found: Calibration) -> str:
    values = found.values(found.draws)
    frame = pd.DataFrame({p.path: values[:, i] for i, p in enumerate(found.parameters)})
    return frame.to_csv(index=False, lineterminator="\n", float_format="%.6g")


def _runs(found: Calibration) -> str:
    """A row a run: why it was made, its seed, its parameters, its metrics; blank where one never happened."""
    values = found.values(np.array([run.point for run in found.runs]))
    head = pd.DataFrame({"stage": [run.stage for run in found.runs], "seed": [run.seed for run in found.runs]})
    own = {parameter.path: [float(f"{v:.6g}") for v in values[:, i]] for i, parameter in enumerate(found.parameters)}
    metrics = {target.name: [run.metrics[i] for run in found.runs] for i, target in enumerate(found.targets)}
    return head.assign(**own, **metrics).to_csv(index=False, lineterminator="\n")


def _record(answer: Answer) -> dict[str, Any]:
    """What was asked and what came out; ``sets`` and ``fitted.yaml`` are for going on."""
    found, question = answer.found, answer.question
    return {
        "scenario": answer.scenario.name,
        "source": question.source,
        "to": question.to,
        "given": list(question.sets),
        "users": answer.scenario.people.users,
        "seed": answer.scenario.seed,
        "runs": len(found.runs),
        "sets": found.settings(),
        "parameters": [_parameter(found, i) for i in range(len(found.parameters))],
        "correlation": found.posterior.correlation().round(3).tolist(),
        "metrics": [_metric(answer, i) for i in range(len(found.targets))],
        "in_band": {"of_checks": found.covered[1], "inside": found.covered[0], "expected": 0.9},
        "warnings": warnings(answer),
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
        "verdict": verdicts(found)[i],
    }


def _metric(answer: Answer, i: int) -> dict[str, Any]:
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

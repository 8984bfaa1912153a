"""A hindcast as tables and as a folder, and its score against numbers that somebody has of later."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from sim.base.bands import quantiles
from sim.model.model import MODEL_VERSION
from sim.runs.folder import publish
from sim.studies.hindcast import chart
from sim.studies.hindcast.hindcast import Hindcast
from sim.studies.hindcast.words import BANDS, _known_until, bands_table, runs_table

# ---- the folder


def write(cast: Hindcast, out: Path) -> Path:
    """Write tables, recipe and picture into ``out/SCENARIO/hindcast-DATE-DIGEST8``, whole or not at all."""
    runs, bands = runs_table(cast), bands_table(cast)
    text = runs.to_csv(index=False, lineterminator="\n")
    digest = hashlib.sha256(text.encode()).hexdigest()
    record = _record(cast, digest)

    def fill(folder: Path) -> None:
        (folder / "runs.csv").write_text(text, encoding="utf-8")
        bands.to_csv(folder / "hindcast.csv", index=False, lineterminator="\n")
        words = json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False)
        (folder / "hindcast.json").write_text(words + "\n", encoding="utf-8")
        chart.draw(folder)

    plan = cast.plan
    return publish(out / plan.scenario.name / f"hindcast-{_known_until(cast)}-{digest[:8]}", fill)


def _record(cast: Hindcast, digest: str) -> dict[str, Any]:
    """hindcast.json: what was run, what was known, the weights, and the numbers of the whole run."""
    plan, scenario = cast.plan, cast.plan.scenario
    shown = {
        name: dict(zip(BANDS, _plain(quantiles(v, cast.weights)), strict=True)) for name, v in cast.scalars.items()
    }
    return {
        "scenario": scenario.name,
        "title": scenario.title,
        "model_version": MODEL_VERSION,
        "users": scenario.people.users,
        "start": scenario.start.isoformat(),
        "known_until": _known_until(cast).isoformat(),
        "to": plan.to.isoformat(),
        "platform": plan.platform,
        "switched_off": list(plan.later),
        "conditioned_on": [
            {"group": one.group, "label": one.label, "value": one.value, "factor": one.factor} for one in plan.known
        ],
        "not_used": list(plan.unused),
        "candidates": cast.candidates,
        "weight_retained": round(cast.retained, 6),
        "effective_size": round(cast.size, 3),
        "scalars": shown,
        "runs": [
            {"seed": run.seed, "weight": float(weight)} | {name: _plain([v[i]])[0] for name, v in cast.scalars.items()}
            for i, (run, weight) in enumerate(zip(cast.traces, cast.weights, strict=True))
        ],
        "digest": digest,
    }


def _plain(values: Sequence[float] | np.ndarray) -> list[float | None]:
    """Numbers as JSON has them: none where there is none."""
    return [round(float(value), 6) if isfinite(value) else None for value in values]

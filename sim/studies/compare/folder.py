"""A comparison as a folder: the numbers, every run, the bands, the pictures and the page; whole or not at all."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.base.bands import LEVELS
from sim.base.intervals import Interval
from sim.base.words import columns
from sim.scenario import load as scenarios
from sim.studies.compare import words
from sim.studies.compare.chart import picture
from sim.studies.compare.reached import Reached
from sim.studies.compare.runs import Outcome
from sim.studies.compare.study import Comparison
from sim.studies.folder import publish_study

LONGEST = 60  # letters of the folder's name before the digest
SCHEMA_VERSION = 1


def write(found: Comparison, reached: Sequence[Reached], out: Path, command: Sequence[str] = ()) -> Path:
    """Write ``out/compare/NAMES-DIGEST8``; returns its path.

    ``comparison.json``: all that is told; ``runs.csv``: a row a run; ``series.csv``: bands by the hour; ``arms/``: the
    scenarios; ``comparison.md`` and ``figures/comparison.png``: to read and to look at.
    """
    runs, series = _runs(found), bands(found).to_csv(index=False, lineterminator="\n")
    digest = hashlib.sha256((runs + series).encode("utf-8")).hexdigest()
    texts = {
        "comparison.json": json.dumps(_record(found, reached, digest, command), ensure_ascii=False, indent=1) + "\n",
        "runs.csv": runs,
        "series.csv": series,
        "comparison.md": _page(found, reached),
        **{f"arms/{i}.yaml": scenarios.resolved(arm.world) for i, arm in enumerate(found.arms)},
    }
    target = out / "compare" / f"{_slug(found)}-{digest[:8]}"
    return publish_study(target, texts, "comparison", lambda: picture(found))


def _slug(found: Comparison) -> str:
    """The names of case and arms as part of a file name."""
    names = [found.arms[0].world.name, *(arm.name for arm in found.arms[1:])]
    plain = "-".join(re.sub(r"[^\w]+", "_", name).strip("_") for name in names)
    while len(plain.encode("utf-8")) > LONGEST:
        plain = plain[:-1]
    return plain


def _runs(found: Comparison) -> str:
    """A row a run: arm, seed, metrics; blank where one never happened."""
    rows = [
        {"arm": arm.name, "seed": seed, **_known(run, found.metrics)}
        for seed, pair in zip(found.seeds, found.runs, strict=True)
        for arm, run in zip(found.arms, pair, strict=True)
    ]
    return pd.DataFrame(rows).to_csv(index=False, lineterminator="\n")


def _known(run: Outcome, names: Sequence[str]) -> dict[str, float | int | None]:
    numbers = {name: run.metrics.get(name, 0.0) for name in names}
    return {name: None if math.isnan(value) else _plain(value) for name, value in numbers.items()}


def _plain(value: float) -> float | int:
    return int(value) if value == int(value) else value


def bands(found: Comparison) -> pd.DataFrame:
    """Quantiles over seeds of what every arm's runs did each hour (each step of a classical world)."""
    frames = []
    for a, arm in enumerate(found.arms):
        values = found.hourly(a)
        quantiles = np.quantile(values, LEVELS, axis=0)
        names = {f"q{round(100 * level):02d}": column.round(1) for level, column in zip(LEVELS, quantiles, strict=True)}
        time = "step" if found.question.kind == "classical" else "hour"
        frame = {"arm": arm.name, time: np.arange(values.shape[1]), "mean": values.mean(axis=0).round(1), **names}
        frames.append(pd.DataFrame(frame))
    return pd.concat(frames, ignore_index=True)


# ---- the record


def _record(found: Comparison, reached: Sequence[Reached], digest: str, command: Sequence[str]) -> dict[str, Any]:
    question = found.question
    return {
        "schema_version": SCHEMA_VERSION,
        "command": list(command),
        "digest": digest,
        "scenario": question.arms[0].world.name,
        "users": question.arms[0].world.people.users,
        "seeds": [found.seeds[0], found.seeds[-1]],
        "level": round(question.level, 6),
        "looks": list(question.looks),
        "metric": question.metric,
        "half_width": _finite(found.half_width),
        "asked": _finite(found.asked),
        "precise": found.precise if question.precision else None,
        "viral": {"metric": question.viral.metric, "least": question.viral.least},
        "arms": [_arm(found, a) for a in range(len(found.arms))],
        "reached": [asdict(one) for one in reached],
    }


def _arm(found: Comparison, a: int) -> dict[str, Any]:
    arm = found.arms[a]
    own: dict[str, Any] = {"name": arm.name, "change": arm.change, "scenario": f"arms/{a}.yaml"}
    own["viral_share"] = _interval(found.viral_share(a))
    if a == 0:
        return own | {"means": {name: _finite(float(found.values(name, 0).mean())) for name in found.metrics}}
    own["viral_difference"] = _interval(found.viral_difference(a))
    own["metrics"] = {name: _metric(found, name, a) for name in found.metrics}
    if "spend_yuan" in found.metrics:
        own["yuan_per"] = {name: _interval(found.cost_per(name, a)) for name in ("people_reached", "intents")}
    return own


def _metric(found: Comparison, name: str, a: int) -> dict[str, Any]:
    return {
        "mean": _finite(float(found.values(name, a).mean())),
        "difference": _interval(found.difference(name, a)),
        "ratio": _interval(found.ratio(name, a)),
        "narrower": _finite(found.narrowing(name, a)),
        "higher": int((found.differences(name, a) > 0).sum()),
        "lower": int((found.differences(name, a) < 0).sum()),
    }


def _interval(interval: Interval) -> dict[str, float | None]:
    return {name: _finite(value) for name, value in interval._asdict().items()}


def _finite(value: float) -> float | None:
    """Seven digits; nothing for what is no number."""
    return float(f"{value:.7g}") if np.isfinite(value) else None


# ---- the page


def _page(found: Comparison, reached: Sequence[Reached]) -> str:
    title, *rest = words.head(found)
    parts = [f"# {title}", _list(rest), "![bands and paired differences](figures/comparison.png)"]
    for a in range(1, len(found.arms)):
        parts += [f"## {words.beside(found, a)}", _table(words.differences(found, a))]
    parts += ["## Going viral", _table(words.viral(found))]
    parts += ["## How sure", _list([*words.told_viral(found), *words.precision(found), *words.pairing(found)])]
    parts += [_list(words.costs(found))]
    ratio = found.arms[0].world.people.ratio
    for one in reached:
        about = "\n".join(words.who(one, found.arms[0].name, ratio))
        parts += [f"## {one.arm}: who was reached because of it", f"```text\n{about}\n```"]
    return "\n\n".join(part for part in parts if part) + "\n"


def _list(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line.strip()}" for line in lines)


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    head, *body = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows]
    return "\n".join([f"| {head} |", "|" + "---|" * len(rows[0]), *(f"| {row} |" for row in body)])


def lines(found: Comparison, reached: Sequence[Reached]) -> list[str]:
    """All of it for a terminal."""
    told = [*words.head(found), *words.unchanged(found)]
    for a in range(1, len(found.arms)):
        told += ["", words.beside(found, a), *columns(words.differences(found, a))]
    told += ["", *columns(words.viral(found)), *words.told_viral(found), ""]
    told += [*words.pairing(found), *words.precision(found), *words.costs(found)]
    ratio = found.arms[0].world.people.ratio
    for one in reached:
        told += ["", *words.who(one, found.arms[0].name, ratio)]
    return told

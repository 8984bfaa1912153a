"""What a sealed forecast states: of every quantity what each run has on each day ahead, and what was known by then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.base import places
from sim.base.bands import quantiles
from sim.base.errors import SimError
from sim.base.registry import did_you_mean
from sim.runs import kinds
from sim.runs.recipe import identity, sha256, version_of_program
from sim.studies.forecast import seal
from sim.studies.forecast.data import used
from sim.studies.hindcast import score
from sim.studies.hindcast.known import DAY, Cut
from sim.studies.hindcast.page import label
from sim.studies.hindcast.score import AHEAD, TOTAL
from sim.studies.hindcast.study import Hindcast, daily_metrics
from sim.studies.hindcast.words import BANDS

FORM = 1  # of the files
CIRCUMSTANCES = (
    "digest",
    "hindsight",
    "labels",
    "registered",
    "software",
    seal.SEAL,
)  # what a forecast is not known by
MAIN = ("people_reached_total", "followers_won_total", "intents_total", "rival_bureaus_total")
NEEDED = {
    "form",
    "scenario",
    "asked",
    "known_until",
    "to",
    "first",
    "weights",
    "seeds",
    "known",
    "stated",
    "bands",
    "data",
}


# ---- what may be stated


def names(plan: Cut) -> list[str]:
    """All quantities that can be stated: by the day, as running totals, and counted from the first day ahead."""
    daily = daily_metrics(plan)
    return [*daily, *(f"{name}{AHEAD}" for name in daily if not name.endswith(TOTAL))]


def chosen(plan: Cut, wanted: Sequence[str]) -> tuple[str, ...]:
    """The quantities that are asked for; without any the main ones: totals, views of each platform, each list.

    Raises:
        SimError: there is no such quantity.
    """
    known = names(plan)
    for name in wanted:
        if name not in known:
            raise SimError(f"unknown quantity '{name}'; {did_you_mean(name, known)}")
    lists = [f"{name}_{what}" for name in plan.lists for what in ("topics", "topic_hours", f"topic_hours{AHEAD}")]
    views = [f"{name}_impressions{TOTAL}" for name in plan.scenario.platforms]
    return tuple(dict.fromkeys(wanted)) or tuple(name for name in (*MAIN, *views, *lists) if name in known)


# ---- into the file


def content(
    cast: Hindcast,
    wanted: Sequence[str],
    at: datetime,
    *,
    until: date | None = None,
    note: str = "",
    hindsight: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What the file of a forecast says, without its seal.

    Args:
        cast: runs to the end, weighed by what was known.
        wanted: quantities that are stated.
        at: when it is registered.
        until: last day of which anything may have been observed, as it was asked (that of ``at``); of a run that begins
            later the cut lies ahead of it.
        note: what whoever reads it should know.
        hindsight: what the scenario holds of later days, as `data.allowed` says.
    """
    plan, runs = cast.plan, stating(cast, wanted)
    ahead = (runs.cut - runs.first).days + 1
    told = {
        "form": FORM,
        "scenario": _scenario(plan),
        "asked": {"seeds": len(cast.traces), "candidates": cast.candidates, "with_plan": plan.with_plan},
        "known_until": runs.cut.isoformat(),
        "to": plan.to.isoformat(),
        "first": runs.first.isoformat(),
        "effective_size": seal.plain(cast.size),
        "seeds": [run.seed for run in cast.traces],
        "weights": runs.weights.tolist(),
        "known": {
            name: {f"{day}": seal.plain(value) for day, value in days.items()} for name, days in runs.seen.items()
        },
        "stated": {
            name: [list(map(seal.plain, row[ahead:])) for row in values] for name, values in runs.values.items()
        },
        "bands": {name: _bands(values[:, ahead:], runs.weights) for name, values in runs.values.items()},
        "data": used(plan, min(runs.cut, at.date() if until is None else until)),
        "note": note,
    }
    told["digest"] = known_by(told)
    words = {name: dict(label(cast, name)) for name in wanted}
    head = {"registered": at.isoformat(), "software": software(), "labels": words, "hindsight": dict(hindsight or {})}
    return told | head


def known_by(told: Mapping[str, Any]) -> str:
    """The digest of a forecast: SHA-256 of question, data and numbers, whoever asks again, whenever, with whatever."""
    return seal.digest(seal.canonical({key: value for key, value in told.items() if key not in CIRCUMSTANCES}))


def stating(cast: Hindcast, wanted: Sequence[str]) -> score.Runs:
    """The runs of a hindcast with what is stated alone, and what was known day by day of all that it rests on."""
    whole = score.of(cast)
    first = min(whole.first, whole.cut + DAY)
    ahead = (whole.cut - whole.first).days + 1
    values = {name: rounded(_values(whole, name, ahead)) for name in wanted}
    flows = dict.fromkeys(flow for name in wanted for flow in _rests_on(name))
    return score.Runs(first, whole.cut, rounded(whole.weights), values, {name: _so_far(whole, name) for name in flows})


def _so_far(whole: score.Runs, name: str) -> dict[date, float]:
    """What naive forecasts go on from: days from the first observed one on; where there is none, all, as runs say."""
    days = [whole.first + timedelta(days=d) for d in range((whole.cut - whole.first).days + 1)]
    begin = min(whole.seen.get(name, days), default=whole.cut)
    return {day: seal.plain(value) for day, value in zip(days, score.known(whole, name), strict=False) if day >= begin}


def _rests_on(name: str) -> tuple[str, ...]:
    """Whose known days naive forecasts of a quantity go on from."""
    flow = name.removesuffix(TOTAL).removesuffix(AHEAD)
    return (flow, name) if name.endswith(TOTAL) else (flow,)


def _values(whole: score.Runs, name: str, ahead: int) -> np.ndarray:
    if not name.endswith(AHEAD):
        return whole.values[name]
    daily = whole.values[name.removesuffix(AHEAD)].copy()
    daily[:, :ahead] = 0
    return np.asarray(daily.cumsum(axis=1))


def _scenario(plan: Cut) -> dict[str, Any]:
    """The world as it was run; what was observed is no part of it, so what came later cannot change who it is."""
    world = plan.scenario
    told = identity(world)
    told.pop("observed", None)
    facts = {"name": world.name, "title": " ".join((world.title or world.name).split()), "users": world.people.users}
    return facts | {"seed": world.seed, "start": world.start.isoformat(), "content": sha256(told)}


def software() -> dict[str, Any]:
    """With what a forecast is made: package, model, and the source that decides results."""
    version = kinds.named("platform").version()
    return {"version": version_of_program(), "model_version": version, "source": places.source()}


def _bands(values: np.ndarray, weights: np.ndarray) -> list[list[float]]:
    return [list(map(seal.plain, quantiles(values[:, d], weights))) for d in range(values.shape[1])]


def rounded(values: np.ndarray) -> np.ndarray:
    """The same of an array."""
    return np.array([seal.plain(value) for value in np.asarray(values, float).ravel().tolist()], float).reshape(
        values.shape
    )


# ---- out of the file


def read(path: Path) -> dict[str, Any]:
    """What a sealed forecast says; ``path``: its file, or a folder that holds it.

    Raises:
        SimError: some byte is not as it was sealed, or it is no forecast of this form.
    """
    place = path / FILE if path.is_dir() else path
    found = seal.opened(place)
    if not found.keys() >= NEEDED or found["form"] != FORM or found.get("digest") != known_by(found):
        raise SimError(f"{place}: is no forecast that this program reads")
    return found


FILE = "sealed.json"


def runs(told: Mapping[str, Any]) -> score.Runs:
    """The runs of a sealed forecast, as they are scored. Before the first day ahead there is what was known."""
    first, cut = (date.fromisoformat(told[key]) for key in ("first", "known_until"))
    before = (cut - first).days + 1
    blank = np.zeros((len(told["weights"]), before))
    values = {name: np.hstack([blank, np.array(rows, float)]) for name, rows in told["stated"].items()}
    seen = {name: {date.fromisoformat(day): x for day, x in days.items()} for name, days in told["known"].items()}
    weights = np.array(told["weights"], float)
    return score.Runs(first, cut, weights / weights.sum(), values, seen)  # twelve digits of thirds are not quite one


def ahead(told: Mapping[str, Any]) -> list[date]:
    """The days that are predicted."""
    cut, to = (date.fromisoformat(told[key]) for key in ("known_until", "to"))
    return [cut + timedelta(days=d) for d in range(1, (to - cut).days + 1)]


def tables(told: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """``runs``: a row a run and day ahead; ``bands``: a row a quantity and day ahead."""
    days, stated = [day.isoformat() for day in ahead(told)], told["stated"]
    rows = [
        pd.DataFrame({"seed": number, "weight": weight, "date": days, **{name: stated[name][i] for name in stated}})
        for i, (number, weight) in enumerate(zip(told["seeds"], told["weights"], strict=True))
    ]
    bands = [
        (day, name, *levels) for name, found in told["bands"].items() for day, levels in zip(days, found, strict=True)
    ]
    return {
        "runs": pd.concat(rows, ignore_index=True),
        "bands": pd.DataFrame(bands, columns=["date", "quantity", *BANDS]),
    }

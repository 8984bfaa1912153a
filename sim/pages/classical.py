"""The document of a classical run: its curve with theory, and the forest replayed step by step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from sim.pages import charts, forest
from sim.pages.amounts import amount, percent
from sim.pages.data import wide
from sim.pages.told import Source, Told
from sim.pages.words import Said, capitals, said, same

CARDS = ("people_reached", "theory_people_reached", "peak_new", "peak_step", "largest_cascade", "deepest_cascade")
RAMP = ("#3b0f70", "#8c2981", "#de4968", "#e0732f", "#b98a00")  # early to late


def title(told: Told) -> Said:
    """How many were reached, and how many theory expects."""
    users = int(told.run["users"])
    expected = told.summary.get("theory_people_reached")
    parts = {"users": amount(users), "step": told.summary["last_step"]}
    share = percent(told.summary["people_reached"] / users)
    if expected is None:
        return said("found_classical", share=share, **parts)
    return said("found_theory", share=share, theory=percent(float(expected) / users), **parts)


def cards(told: Told) -> list[dict[str, Any]]:
    """The numbers told first."""
    known = [(name, told.summary.get(name)) for name in CARDS if name in told.labels]
    return [
        {"id": name, "label": capitals(told.labels[name]), "value": amount(float(value))}
        for name, value in known
        if value is not None
    ]


def sections(told: Told, source: Source) -> Iterator[dict[str, Any] | None]:
    """Curve and forest."""
    series, theory = source.frame("series"), source.frame("theory")
    yield _curve(told, series, theory)
    yield _forest(told, source)


def _settled(series: pd.DataFrame, theory: pd.DataFrame) -> int:
    """The last step worth drawing: a little after nearly all have been reached who will be, here and in theory."""
    found = [frame["adopted"] for frame in (series, theory) if "adopted" in frame]
    return min(len(series) - 1, max(4, *(int((one < 0.999 * one.iloc[-1]).sum()) for one in found)) + 3)


def _curve(told: Told, series: pd.DataFrame, theory: pd.DataFrame) -> dict[str, Any]:
    last = _settled(series, theory)
    series, theory = series[series["step"] <= last], theory[theory["step"] <= last]
    stock = [name for name in ("adopted", "infectious", "recovered") if name in series]
    peak = int(series["new"].iloc[1:].to_numpy().argmax()) + 1 if len(series) > 1 else 0
    about = said("curve_about", theory=told.run["theory"]) if told.run.get("theory") else said("curve_plain")
    expected = theory.assign(new=theory["adopted"].diff()) if "adopted" in theory else theory
    return {
        "id": "curve",
        "nav": said("nav_curve"),
        "title": said("curve_title", step=peak, peak=amount(float(series["new"].iloc[peak]))),
        "about": about,
        "chart": {
            "data": _columns(series, expected, [*stock, "new"]),
            "variants": [
                {"label": said("so_far"), "spec": charts.curve(stock, said("people")), "only": ["measure", *stock]},
                {"label": said("each_step"), "spec": charts.curve(["new"], said("people")), "only": ["measure", "new"]},
            ],
            "window": {"said": "steps", "of": "new"},
        },
    }


def _columns(series: pd.DataFrame, theory: pd.DataFrame, names: list[str]) -> dict[str, Any]:
    simulated = [
        ({"key": name, "measure": said(name), "theory": False}, series[name].to_numpy(np.float64)) for name in names
    ]
    expected = [
        ({"key": name, "measure": said(name), "theory": True}, theory[name].to_numpy(np.float64))
        for name in names
        if name in theory
    ]
    return wide("step", 0, 1, [*simulated, *expected])


def _forest(told: Told, source: Source) -> dict[str, Any] | None:
    columns = source.forest()
    parent = np.asarray(columns["parent"], np.int64)
    if not len(parent):
        return None
    step = np.asarray(columns["step"], np.int64)
    times = forest.frames(int(step.max()))
    age = step * len(RAMP) // (int(step.max()) + 1)
    depth = int(forest.depths(parent).max(initial=0))
    trees = int((parent < 0).sum())
    found = forest.rows(parent, step, np.ones(len(parent), np.int64), time=age)
    spans = [
        same(f"{i * int(step.max()) // len(RAMP)}–{(i + 1) * int(step.max()) // len(RAMP)}") for i in range(len(RAMP))
    ]
    colours = [{"key": "time", "label": said("by_time_reached"), "codes": [
        {"label": span, "colour": colour} for span, colour in zip(spans, RAMP, strict=True)]}]  # fmt: skip
    packed = forest.document(found, times, colours)
    return {
        "id": "forest",
        "nav": said("nav_forest"),
        "title": said("forest_title_classical", people=amount(len(parent)), trees=amount(trees), depth=depth),
        "about": said("forest_about_classical"),
        "cut": said("forest_cut", drawn=f"{packed['n']:,}", all=f"{packed['all']:,}")
        if packed["n"] < packed["all"]
        else None,
        "forest": packed | {"clock": "step"},
    }

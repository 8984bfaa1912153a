"""The document of two arms over several seeds: mean paired differences with their intervals, curves, every seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from sim.base.intervals import Interval
from sim.pages import charts
from sim.pages.amounts import amount
from sim.pages.arms.pair import MAIN, Arm, curve, settings, signed
from sim.pages.data import table, wide
from sim.pages.document import SCHEMA
from sim.pages.words import Said, capitals, said, same, ui

Pair = tuple[Arm, ...]
Difference = Callable[[np.ndarray, np.ndarray], Interval]
CARDS = 4


def document(
    runs: Sequence[Pair],
    labels: Mapping[str, Said],
    changes: Sequence[Said | str],
    seeds: Sequence[int],
    difference: Difference,
) -> dict[str, Any]:
    """The document of a pair of arms.

    Args:
        runs: both arms of each seed.
        labels: of the numbers that are told, in their order.
        changes: in what the second arm differs.
        seeds: of the runs.
        difference: the mean paired difference of values f8[n] of either arm, with its interval.
    """
    names = tuple(arm.name for arm in runs[0])
    found = {name: difference(*values) for name in labels if (values := _values(runs, name)) is not None}
    first = runs[0][0].page
    return {
        "schema": SCHEMA,
        "kind": "pair",
        "world": first["world"],
        "title": _title(found.get(MAIN), runs),
        "name": said("pair_name", a=names[0], b=names[1]),
        "about": [said("pair_about", count=len(runs))],
        "notices": [],
        "cards": _cards(runs, labels, found),
        "sections": [
            part
            for part in (_curves(runs, names), _numbers(runs, labels, found), _seeds(runs, seeds), settings(changes))
            if part
        ],
        "names": {},
        "words": ui(),
    }


def _values(runs: Sequence[Pair], name: str) -> tuple[np.ndarray, np.ndarray] | None:
    """A number of all runs of either arm, f8[n]; None where some run has none."""
    rows = [[arm.summary.get(name) for arm in pair] for pair in runs]
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for row in rows for value in row):
        return None
    one, other = np.array(rows, np.float64).T
    return one, other


def _title(found: Interval | None, runs: Sequence[Pair]) -> Said:
    if found is None:
        return said("pair_untold")
    values = _values(runs, MAIN)
    assert values is not None  # there is an interval
    base = float(values[0].mean())
    share = same(f"{found.middle / base:+.1%}".replace("-", "−")) if base else same("–")
    parts = {"gap": signed(found.middle), "share": share, "count": len(runs)}
    if not found.given:
        return said("pair_no_interval" if found.middle else "pair_same", **parts, people=amount(base))
    ends = {"low": signed(found.low), "high": signed(found.high)}
    return said("pair_clear" if found.clear else "pair_unclear", **parts, **ends)


def _cards(runs: Sequence[Pair], labels: Mapping[str, Said], found: Mapping[str, Interval]) -> list[dict[str, Any]]:
    """The main number, then those of which the sign is known, in their order."""
    some = [name for name in found if found[name].middle]
    order = sorted(some, key=lambda name: (name != MAIN, not found[name].clear))
    return [_card(runs, name, labels[name], found[name]) for name in order[:CARDS]]


def _card(runs: Sequence[Pair], name: str, label: Said, interval: Interval) -> dict[str, Any]:
    values = _values(runs, name)
    assert values is not None  # there is an interval
    means = {"a": amount(float(values[0].mean())), "b": amount(float(values[1].mean()))}
    if interval.given:
        note = said("pair_between", low=signed(interval.low), high=signed(interval.high), **means)
    else:
        note = said("pair_means", **means)
    return {"id": name, "label": label, "value": signed(interval.middle), "note": note, "verdict": None}


def _numbers(runs: Sequence[Pair], labels: Mapping[str, Said], found: Mapping[str, Interval]) -> dict[str, Any]:
    """Every number that differs anywhere."""
    lines = []
    for name, interval in found.items():
        values = _values(runs, name)
        if values is None or (values[0] == values[1]).all():
            continue
        ends = [interval.low, interval.high] if interval.given else [None, None]
        up, down = int((values[1] > values[0]).sum()), int((values[1] < values[0]).sum())
        sure = said("pair_sure" if interval.given and interval.clear else "pair_unsure")
        means = [float(one.mean()) for one in values]
        lines.append([labels[name], *means, interval.middle, *ends, sure, said("pair_ways", up=up, down=down)])
    titles = [("number", said("arms_number"), "text")]
    titles += [("a", said("pair_mean_a"), "count"), ("b", said("pair_mean_b"), "count")]
    titles += [
        ("gap", said("arms_gap"), "count"),
        ("low", said("pair_low"), "count"),
        ("high", said("pair_high"), "count"),
    ]
    titles += [("sure", said("pair_sign"), "text"), ("ways", said("pair_seeds_ways"), "text")]
    return {
        "id": "numbers",
        "nav": said("arms_nav_numbers"),
        "title": said("arms_numbers", count=len(lines)),
        "about": said("pair_numbers_about"),
        "table": table(titles, lines),
    }


def _curves(runs: Sequence[Pair], names: Sequence[Said]) -> dict[str, Any] | None:
    """Mean curves of both arms, and their difference: its mean, and the lowest and highest of all seeds."""
    drawn = [[curve(arm.page) for arm in pair] for pair in runs]
    if any(one is None for pair in drawn for one in pair):
        return None
    data = drawn[0][0][0]  # type: ignore[index]  # none is missing
    long = max(len(one[1]) for pair in drawn for one in pair)  # type: ignore[index]
    padded = [[np.pad(one[1], (0, long - len(one[1]))) for one in pair] for pair in drawn]  # type: ignore[index]
    both = np.array(padded)  # f8[seeds, 2, times]
    gap = both[:, 1] - both[:, 0]
    told = [said("pair_gap_mean"), said("pair_gap_low"), said("pair_gap_high")]
    columns: list[tuple[dict[str, Any], np.ndarray]] = [
        *(({"key": "both", "arm": name}, both[:, i].mean(axis=0)) for i, name in enumerate(names)),
        *(({"key": "gap", "arm": one}, line) for one, line in zip(told, _ends(gap), strict=True)),
        *(({"key": "so_far", "arm": one}, line) for one, line in zip(told, _ends(gap.cumsum(axis=1)), strict=True)),
    ]
    clock = data["key"] == "time"
    unit = said("arms_views") if clock else said("people")
    spec = charts.arms(told, [charts.INK, "#7a8592", "#7a8592"], unit, clock=clock)
    colours = [charts.ACCENT, charts.WARM]
    return {
        "id": "curves",
        "nav": said("arms_nav_curves"),
        "title": capitals(said("pair_curves", gap=signed(float(gap.sum(axis=1).mean())))),
        "about": said("pair_curves_about", count=len(runs)),
        "chart": {
            "data": wide(data["key"], data["from"], data["by"], columns),
            "variants": [
                {
                    "label": said("arms_both"),
                    "spec": charts.arms(names, colours, unit, clock=clock),
                    "only": ["key", "both"],
                },
                {"label": said("arms_gap"), "spec": spec, "only": ["key", "gap"]},
                {"label": said("arms_so_far"), "spec": spec, "only": ["key", "so_far"]},
            ],
        },
    }


def _ends(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, lowest and highest over seeds."""
    return values.mean(axis=0), values.min(axis=0), values.max(axis=0)


def _seeds(runs: Sequence[Pair], seeds: Sequence[int]) -> dict[str, Any] | None:
    """The main number seed by seed, with the digests of both runs."""
    values = _values(runs, MAIN)
    if values is None:
        return None
    lines = [
        [str(seed), one, other, other - one, *(arm.digest[:8] for arm in pair)]
        for seed, one, other, pair in zip(seeds, *values, runs, strict=True)
    ]
    titles = [("seed", said("pair_seed"), "text"), ("a", same("A"), "count"), ("b", same("B"), "count")]
    titles += [("gap", said("arms_gap"), "count")]
    titles += [("digest_a", said("pair_digest", arm="A"), "text"), ("digest_b", said("pair_digest", arm="B"), "text")]
    higher = int((values[1] > values[0]).sum())
    title = said("pair_seeds_title", higher=higher, count=len(runs))
    return {"id": "seeds", "nav": said("pair_nav_seeds"), "title": title, "table": table(titles, lines)}

"""In what do two finished runs differ? Their recipes, their figures, and where they first part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.base.words import columns, humanise
from sim.runs.result import Result
from sim.scenario import numbers
from sim.scenario.differences import differences

MOST = 12  # figures that are told


def lines(one: Result, other: Result) -> Iterator[str]:
    """Recipe, figures, first difference: what two folders of runs do not share."""
    changed = [str(difference) for difference in differences(one.scenario, other.scenario)]
    was, now = (result.run.get("model_version") for result in (one, other))
    changed += [f"model version: {was} → {now}"] if was != now else []
    yield "recipe: " + ("the same" if not changed else f"{len(changed)} differences")
    yield from (f"  {line}" for line in changed)
    if one.digest == other.digest:
        yield f"results: the same, digest {one.digest[:8]}"
        return
    yield f"results: digest {one.digest[:8]} → {other.digest[:8]}"
    yield from (f"  {line}" for line in columns([*_figures(one, other)]))
    yield f"first difference: {_first(one, other)}"


def _figures(one: Result, other: Result) -> Iterator[tuple[str, ...]]:
    """Figures of the summaries that differ: headlines first, then by how much."""
    was, now = one.summary, other.summary
    names = [name for name in {**was, **now} if was.get(name) != now.get(name)]
    told = numbers.names("headline", world=one.scenario.kind)
    by_change = sorted(names, key=lambda name: (-abs(_change(was.get(name), now.get(name))), name))
    names = [*(name for name in told if name in names), *(name for name in by_change if name not in told)]
    for name in names[:MOST]:
        before, after = was.get(name), now.get(name)
        share = f"{_change(before, after):+.1%}" if _sized(before) else ""
        yield name, humanise(before), "→", humanise(after), share
    if len(names) > MOST:
        yield f"… {len(names) - MOST} more", "", "", "", ""


def _sized(value: Any) -> bool:
    return isinstance(value, int | float) and value != 0


def _change(was: Any, now: Any) -> float:
    """By what share a figure changed; none where there is none."""
    if not _sized(was) or not isinstance(now, int | float):
        return 0.0
    return float(now / was - 1)


def _first(one: Result, other: Result) -> str:
    """The first row of the series that differs, and in what."""
    tables = [result.as_written("series") for result in (one, other)]
    shared = [name for name in tables[0].columns if name in tables[1].columns]
    keys = [name for name in ("time", "step", "platform", "story") if name in shared]
    rows = [table[shared].set_index(keys).sort_index() for table in tables]
    both = rows[0].index.intersection(rows[1].index)
    here, there = (table.loc[both] for table in rows)
    off = (here != there).any(axis=1).to_numpy()
    if not off.any():
        return f"none in the {len(both)} rows of the series that both have"
    at = int(off.argmax())
    where = both[at] if isinstance(both[at], tuple) else (both[at],)
    names = [name for name in here.columns if here[name].iloc[at] != there[name].iloc[at]]
    name = names[0]
    return f"{', '.join(map(str, where))}: {name} {here[name].iloc[at]} → {there[name].iloc[at]}"

"""What the shell prints of a sweep: its plan and cost before, its findings after."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.base.intervals import Interval
from sim.base.words import columns, humanise_bytes, humanise_seconds, tail
from sim.pictures.paper import count
from sim.scenario import numbers
from sim.studies.laws import words as laws
from sim.studies.sweep.charts import headline, share
from sim.studies.sweep.cost import Cost
from sim.studies.sweep.design import Factor
from sim.studies.sweep.effects import ranked
from sim.studies.sweep.folder import Report
from sim.studies.sweep.found import is_number
from sim.studies.sweep.plan import Plan

MOST_PRINTED = 8  # values of a path, or paths


def plan_lines(plan: Plan, cost: Cost) -> list[str]:
    """What a sweep would be, and what it would cost."""
    sweep, (k, n) = plan.sweep, plan.shard
    runs = f"{cost.runs:,}" + (f" of {plan.whole:,} (shard {k} of {n})" if n > 1 else "")
    runs += f", {cost.kept:,} of them done" if cost.kept else ""
    pilot = "of one run" if cost.piloted == 1 else f"of {cost.piloted:.0%} of one run"
    rows = [
        ("sweep", f"{sweep.name}: {sweep.title or plan.load().title}"),
        *((f"vary {tail(one.path, 44)}", _values(one)) for one in plan.points.factors),
        ("design", f"{sweep.design}, {len(plan.points):,} points × {sweep.replicates:,} seeds"),
        ("runs", runs),
        ("time of a run", f"about {humanise_seconds(cost.seconds)}, from a pilot {pilot}"),
        ("time in all", f"about {humanise_seconds(cost.wall_seconds)} with {cost.workers} workers"),
        ("memory", f"about {humanise_bytes(cost.memory_bytes)}"),
        ("disk", f"about {humanise_bytes(cost.disk_bytes)}"),
    ]
    return columns(rows)


def _values(one: Factor) -> str:
    if not one.levels:
        return f"{one.low:g} to {one.high:g}" + (", even in the logarithm" if one.log else "")
    shown = ", ".join(one.levels[:MOST_PRINTED])
    return shown + (f", … ({len(one.levels):,})" if len(one.levels) > MOST_PRINTED else "")


def findings(report: Report) -> Iterator[str]:
    """What came out, in a few lines."""
    head, found = report.head, report.found
    missing = head.total - report.done - report.failed
    counts = f"{head.title}: {report.done:,} of {head.total:,} runs"
    counts += f", {report.failed:,} failed" if report.failed else ""
    yield counts + (f", {missing:,} not made yet" if missing else "")
    yield f"digest {report.digest[:16]}"
    if report.held:
        yield from ("", *laws.lines(report.held))
    if not report.done or not found.metrics:
        return
    yield from ("", headline(found))
    if swings := list(_swings(report)):
        yield from ("", *columns([("", "from", "to", "mean from", "mean to", "difference, 95 %"), *swings]))
    if report.indices:
        yield from ("", *columns(list(_indices(report))))


def _swings(report: Report) -> Iterator[tuple[str, ...]]:
    """A row a path and metric: its two ends, what lies between them, and how sure that is."""
    found = report.found
    for metric, name in enumerate(found.metrics):
        for path, one in ranked(found, metric)[:MOST_PRINTED]:
            if not np.isfinite(one.swing.middle):
                continue
            ends = [_label(one.labels[place]) for place in (one.low, one.high)]
            swing = f"{_signed(one.swing.middle)} ({_sure(one.swing)})"
            yield (f"{numbers.label(name)} by {tail(found.paths[path], 36)}", *ends, *map(count, one.ends), swing)


def _sure(swing: Interval) -> str:
    return f"{_signed(swing.low)} to {_signed(swing.high)}" if swing.given else swing.why


def _label(value: object) -> str:
    return f"{value:g}" if is_number(value) else str(value)


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{count(abs(value))}"


def _indices(report: Report) -> Iterator[tuple[str, ...]]:
    yield ("share of the variance", "on its own", "with interactions")
    for one in sorted(report.indices, key=lambda one: (report.found.metrics.index(one.metric), -one.total.middle)):
        yield (f"{numbers.label(one.metric)} by {tail(one.path, 44)}", share(one.first), share(one.total))

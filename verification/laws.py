"""Checks of the laws: the shipped sweeps, run beside their known answers (`sim/studies/laws`)."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from scipy import special

from sim.runs.runner import simulate
from sim.studies.laws.dots import Dot
from sim.studies.laws.held import Held, held
from sim.studies.sweep import plan as plans
from sim.studies.sweep.plan import Plan
from verification.registry import Outcome, Picture, Subject, check

ALARM = 1e-5  # few runs estimate their own spread, and near a threshold they are skewed
ASKED = 2.5  # t of a rise that must be found; 7.4 is there
ROOM = 1.5  # so the bound of Student's t is taken half as large again


def runs_of(plan: Plan) -> Held:
    """All runs of a sweep with a law, beside its known answer."""
    law = plan.law
    assert law is not None
    worlds = plan.worlds()
    asked = law.asks(worlds)
    values = np.empty((len(worlds), len(asked), plan.sweep.replicates))
    for run in plan.runs():
        summary = simulate(run.scenario).summary
        values[run.point, :, run.replicate] = [summary[name] for name in asked]
    return held(law, law.places(worlds), values)


def _planned(name: str, fast: bool, seeds: int, every: int = 1, people: int | None = None) -> Plan:
    """The shipped sweep of a law; ``fast``: with fewer seeds, every so-many-th point of it, fewer people."""
    plan = plans.planned(f"laws/{name}", {}, **({"replicates": seeds, "users": people} if fast else {}))
    if not fast:
        return plan
    factors = tuple(replace(one, levels=_thinned(one.levels, every)) for one in plan.points.factors)
    return replace(plan, points=replace(plan.points, factors=factors))


def _thinned(levels: tuple[str, ...], every: int) -> tuple[str, ...]:
    """Every so-many-th level, and the last."""
    return tuple(dict.fromkeys([*levels[::every], levels[-1]]))


def _score(dot: Dot) -> float:
    """|t| of what was measured less what is known; 0 where nothing is known, or all runs are as it says."""
    off = dot.off.middle
    if not np.isfinite(off) or abs(off) < 1e-9 * max(abs(dot.known), 1e-9):
        return 0.0
    low, high = dot.off.low, dot.off.high
    if not dot.off.given:
        return math.inf
    return abs(off) / ((high - low) / 2) * _t(len(dot.runs), 0.05)


def _t(seeds: int, alarm: float) -> float:
    return float(special.stdtrit(seeds - 1, 1 - alarm / 2))


def outcome_of(plan: Plan, found: Held) -> Outcome:
    """The largest |t| of all points; without bound where a statement of order comes out contrary."""
    scores = [_score(dot) for dot in found.dots]
    contrary = sum(claim.holds is False for claim in found.claims)
    holding = sum(claim.holds is True for claim in found.claims)
    known = sum(np.isfinite(dot.known) for dot in found.dots)
    words = f"{len(plan):,} runs, {known} known numbers; {holding} of {len(found.claims)} statements hold"
    bound = ROOM * _t(plan.sweep.replicates, ALARM / max(known, 1))
    return Outcome(math.inf if contrary else max(scores), bound, words, _pictures(found) if known else ())


def _pictures(found: Held) -> tuple[Picture, ...]:
    """A picture a line on which numbers are known."""
    law, made = found.law, []
    for dots in found.lines.values():
        there = [dot for dot in dots if np.isfinite(dot.known)]
        x = [dot.x for dot in there]
        title = f"{law.said('title')['en']}: {law.label(dots[0].place)['en']}"
        axes = law.said("across")["en"], law.said("up")["en"]
        made.append(
            Picture(
                title, *axes, (x, [dot.measured.middle for dot in there]), (x, [dot.known for dot in there]), law.log
            )
        )
    return tuple(made)


@check("law `percolation`: share that a cascade reaches, against the root of its equation; largest t", ALARM)
def law_percolation(subject: Subject, fast: bool) -> Outcome:
    """On both sides of the threshold."""
    plan = _planned("percolation", fast, 8, 2, 4000)
    return outcome_of(plan, runs_of(plan))


@check("law `clustering`: reach on rewired rings, at both ends known, between them ordered; largest t", ALARM)
def law_clustering(subject: Subject, fast: bool) -> Outcome:
    """Simple contagion falls with clustering, complex contagion rises."""
    plan = _planned("clustering", fast, 8, 7, 1500)
    return outcome_of(plan, runs_of(plan))


@check("law `early`: reach by delay and number that begins, against edge-based equations; largest t", ALARM)
def law_early(subject: Subject, fast: bool) -> Outcome:
    """Whoever should win does."""
    plan = _planned("early", fast, 8, 3, 20_000)
    return outcome_of(plan, runs_of(plan))


@check("law `paid`: what is earned beside money, against the same equation; largest t", ALARM)
def law_paid(subject: Subject, fast: bool) -> Outcome:
    """Up to the known share it rises, beyond it falls."""
    plan = _planned("paid", fast, 8, 3, None)
    return outcome_of(plan, runs_of(plan))


@check("law `second`: who is reached by two platforms, against what each reaches alone; largest t", ALARM)
def law_second(subject: Subject, fast: bool) -> Outcome:
    """With the people and the lots of the platform model."""
    plan = _planned("second", fast, 8, 3, None)
    return outcome_of(plan, runs_of(plan))


@check(
    "law `fate`: histories of one topic differ more with a list than without; what is asked of it over what is found"
)
def law_fate(subject: Subject, fast: bool) -> Outcome:
    """The rise of the Gini coefficient over its error: a t of 2.5 is asked, where 7.4 is found."""
    plan = _planned("fate", fast, 24, 5, 4000)
    return fate_of(plan, runs_of(plan))


def fate_of(plan: Plan, found: Held) -> Outcome:
    """What is asked of the rise over what is found."""
    dots = found.dots
    rise = dots[-1].runs - dots[0].runs
    score = float(rise.mean() / (rise.std(ddof=1) / math.sqrt(len(rise))))
    words = f"{len(plan):,} runs; Gini {dots[0].measured.middle:.2f} → {dots[-1].measured.middle:.2f}, t {score:.1f}"
    return Outcome(ASKED / score if score > 0 else math.inf, 1.0, words)

"""What a calibration found, in words and tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sim.base.words import columns, humanise, tail
from sim.runs.words import heading
from sim.studies.calibrate.fit import Fitted
from sim.studies.calibrate.parameters import Parameter
from sim.studies.calibrate.posterior import IDENTIFIED, WEAKLY
from sim.studies.calibrate.study import CHECK, EXPLORE, Calibration, quantiles
from sim.studies.calibrate.targets import FACTS, OBSERVED, Target

FAR = 2.576  # sd beyond which one metric in a hundred lies by chance
CROWDED = 0.2  # share of a posterior in a twentieth of its range at which it leans on the end
COVERED = 0.7  # of nine tenths that are expected
STRONG = 0.6  # correlation worth a line
TO = {OBSERVED: "what was observed", FACTS: "facts as measured on one part of the archives, the other held back"}
YES, WEAK, NO = "identified", "weakly", "NOT identified"


def verdicts(found: Calibration) -> list[str]:
    """For each parameter whether the data tell it: its band against its range's own."""
    return [YES if width < IDENTIFIED else WEAK if width < WEAKLY else NO for width in found.posterior.widths()]


def lines(answer: Fitted) -> list[str]:
    """The whole answer for a terminal."""
    found, question = answer.found, answer.question
    to = TO.get(question.to, question.to)
    return [
        *heading(answer.scenario),
        f"fitted to {to}: {len(found.runs)} runs, each with a seed of its own",
        "",
        *columns([PARAMETER_HEAD, *parameter_rows(found)]),
        "",
        *columns([METRIC_HEAD, *metric_rows(answer)]),
        "",
        *(f"! {line}" for line in warnings(answer)),
        *(["", "strongest correlations: " + "; ".join(tied)] if (tied := correlations(found)) else []),
    ]


PARAMETER_HEAD = ("parameter", "now", "range", "median", "5–95 %", "narrower", "verdict")


def parameter_rows(found: Calibration) -> Iterator[tuple[str, ...]]:
    """Cells for each parameter: now, range, median, band, how much narrower than the range's own, verdict."""
    bands, widths = found.values(found.posterior.band()), found.posterior.widths()
    for i, (parameter, verdict) in enumerate(zip(found.parameters, verdicts(found), strict=True)):
        low, middle, high = bands[:, i]
        ends = f"{parameter.low:.4g}–{parameter.high:.4g}" + ("" if parameter.chosen else " (½–2×)")
        less = f"{max(0.0, 1 - widths[i]):.0%}"
        yield (
            tail(parameter.path),
            f"{parameter.now:.4g}",
            ends,
            f"{middle:.3g}",
            f"{low:.3g}–{high:.3g}",
            less,
            verdict,
        )


METRIC_HEAD = ("metric", "observed", "now", "fitted", "5–95 % of runs", "seeds", "")


def metric_rows(answer: Fitted) -> Iterator[tuple[str, ...]]:
    """Cells for each metric: observed, at the current values, after the fit, factor by which seeds scatter, verdict."""
    found = answer.found
    noise = dict(zip((target.name for target in found.fitted), found.noise, strict=True))
    for target, now in zip(found.targets, answer.now, strict=True):
        low, middle, high = quantiles(found.simulated(target, CHECK))
        words = "in the band" if within(target, low, high) else "outside"
        words += ", held out" if target.held_out else ""
        scatter = f"×{np.exp(noise[target.name]):.3g}" if target.name in noise else ""
        band = f"{humanise(low)} – {humanise(high)}"
        yield (tail(target.name), humanise(target.value), humanise(now), humanise(middle), band, scatter, words)


def within(target: Target, low: float, high: float) -> bool:
    """Whether what was observed lies in a band of runs, or no farther from it than its tolerance allows."""
    room = 1.645 * target.tolerance
    ends = np.sort(target.transformed(np.array([low, high])))
    return bool(ends[0] - room <= target.goal <= ends[1] + room)


def warnings(answer: Fitted) -> list[str]:
    """Everything a reader must not miss, the worst first."""
    found = answer.found
    return [
        *_out_of_reach(found),
        *_shortened(answer),
        *_not_identified(found),
        *_ties(found),
        *_at_an_end(found),
        *_missed_checks(found),
        *_never(found),
    ]


def _out_of_reach(found: Calibration) -> Iterator[str]:
    alone = np.abs(found.reach.alone) > FAR
    for target, off, missed in zip(found.fitted, found.reach.alone, alone, strict=True):
        if missed:
            most = found.simulated(target, EXPLORE)
            nearest = humanise(float(most.max() if off > 0 else most.min()))
            end = "most" if off > 0 else "least"
            yield (
                f"{target.name}: no choice within the ranges reaches {humanise(target.value)}; the {end} of any run "
                f"was {nearest}, and {abs(off):.1f} sd remain: the fit means little"
            )
    if found.reach.missed and not alone.any():
        order = np.argsort(-np.abs(found.reach.together))[:2]
        names = " and ".join(found.fitted[i].name for i in order)
        yield f"no choice within the ranges meets all metrics together; at the best, {names} miss most"


def _shortened(answer: Fitted) -> Iterator[str]:
    """Figures without a time are compared at the end; of a shortened run that may be another time."""
    if answer.question.to == OBSERVED and any(text.startswith("days=") for text in answer.question.sets):
        names = [target.name for target in answer.found.targets if target.at is None]
        if names:
            yield f"days was set: {', '.join(names)} {'is' if len(names) == 1 else 'are'} compared at the run's new end"


def _not_identified(found: Calibration) -> Iterator[str]:
    for parameter, verdict, width in zip(found.parameters, verdicts(found), found.posterior.widths(), strict=True):
        if verdict == NO:
            yield f"{parameter.path}: NOT identified: these data leave {min(width, 1):.0%} of its range open"


def _ties(found: Calibration) -> Iterator[str]:
    """Products that are known although their factors are not."""
    for direction in found.posterior.ties():
        parts = np.flatnonzero(direction)
        names = [found.parameters[i] for i in parts]
        if all(parameter.log for parameter in names):
            powers = np.array([direction[i] / found.parameters[i].width for i in parts])
            powers /= powers[np.argmax(np.abs(powers))]
            logs = sum(
                p * np.log(parameter.value(found.draws[:, i]))
                for p, parameter, i in zip(powers, names, parts, strict=True)
            )
            factor = np.exp(1.645 * np.std(logs))
            alone = any(found.posterior.widths()[parts] < IDENTIFIED)
            words = "a product is known better than its parts" if alone else "only a product is known"
            yield f"{words}, to a factor of {factor:.2g}: {_product(names, powers)}"
        else:
            yield f"only a combination is known, of {' and '.join(parameter.path for parameter in names)}"


def _product(names: Sequence[Parameter], powers: np.ndarray) -> str:
    words = [
        parameter.path if abs(power - 1) < 0.15 else f"{parameter.path}^{power:.1f}"
        for parameter, power in zip(names, powers, strict=True)
    ]
    return " · ".join(words)


def _at_an_end(found: Calibration) -> Iterator[str]:
    for parameter, ends, verdict in zip(found.parameters, found.posterior.at_an_end().T, verdicts(found), strict=True):
        if verdict != NO and ends.max() > CROWDED:
            end, value = ("lower", parameter.low) if ends[0] > ends[1] else ("upper", parameter.high)
            yield f"{parameter.path}: leans on the {end} end of its range, {value:.4g}; try a wider one"


def _missed_checks(found: Calibration) -> Iterator[str]:
    inside, count = found.covered
    if count and inside < COVERED * count:
        yield (
            f"of {count} metrics in the checking runs, {inside} lay in their 90 % band: the runs scatter otherwise "
            "than was learned; raise --runs, or narrow the ranges"
        )


def _never(found: Calibration) -> Iterator[str]:
    for target in found.fitted:
        at = found.targets.index(target)
        missing = sum(bool(np.isnan(run.metrics[at])) for run in found.runs)
        if missing:
            yield f"{target.name}: never happened in {missing} of {len(found.runs)} runs; counted as twice the largest"


def correlations(found: Calibration, most: int = 3) -> list[str]:
    """The strongest correlations of the posterior."""
    matrix = np.triu(found.posterior.correlation(), 1)
    order = np.argsort(-np.abs(matrix), axis=None)[:most]
    pairs = [tuple(map(int, np.unravel_index(place, matrix.shape))) for place in order]
    return [
        f"{found.parameters[i].path} with {found.parameters[j].path} {matrix[i, j]:+.2f}"
        for i, j in pairs
        if abs(matrix[i, j]) > STRONG
    ]

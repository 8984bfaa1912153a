"""What the page of a calibration is told: parameters before and after, targets, how far every run was from them."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.pages.studies import calibrate as page
from sim.pages.words import Said, same
from sim.scenario.citations import Citation, citations
from sim.studies.calibrate import words
from sim.studies.calibrate.fit import Fitted
from sim.studies.calibrate.parameters import Parameter
from sim.studies.calibrate.study import CHECK, EXPLORE, Calibration, quantiles
from sim.studies.calibrate.targets import Target
from sim.studies.paging import label, title

BINS = 24
VERDICTS = {words.YES: "identified", words.WEAK: "weakly", words.NO: "not_identified"}


def document(answer: Fitted) -> dict[str, Any]:
    """The document of a calibration."""
    found, world = answer.found, answer.scenario
    known = citations(world)
    r = found.posterior.correlation()
    paths = [parameter.path for parameter in found.parameters]
    told = page.Calibrated(
        title=title(world),
        users=world.people.users,
        seed=world.seed,
        to=answer.question.to,
        parameters=[_parameter(found, i, _cited(known, path)) for i, path in enumerate(paths)],
        targets=[_target(answer, i) for i in range(len(found.targets))],
        misfits=list(zip((run.stage for run in found.runs), misfits(found).tolist(), strict=True)),
        covered=found.covered,
        correlations=[(a, b, float(r[i, j])) for i, a in enumerate(paths) for j, b in enumerate(paths) if i < j],
        warnings=words.warnings(answer),
    )
    return page.document(told)


def misfits(found: Calibration) -> np.ndarray:
    """How far every run was from the fitted targets: root mean square of the distances in tolerances, f8[runs]."""
    squares = []
    for target in found.fitted:
        at = found.targets.index(target)
        values = target.transformed(target.column([run.metrics[at] for run in found.runs]))
        squares.append(np.square((values - target.goal) / max(target.tolerance, 1e-3)))
    return np.asarray(np.sqrt(np.mean(squares, axis=0)))


def _cited(known: list[Citation], path: str) -> tuple[str, str]:
    """Grade and source of a number: of the nearest that is stated above it, else assumed."""
    dotted = path.replace("[", ".").replace("]", "")
    above = [one for one in known if (dotted + ".").startswith(one.path.replace("[", ".").replace("]", "") + ".")]
    nearest = max(above, key=lambda one: len(one.path), default=None)
    return (nearest.grade, nearest.source) if nearest else ("assumed", "")


def _parameter(found: Calibration, i: int, cited: tuple[str, str]) -> page.Parameter:
    parameter, posterior = found.parameters[i], found.posterior
    low, middle, high = posterior.band()[:, i].tolist()
    values = parameter.value(np.array([middle, low, high])).tolist()
    heights, edges = np.histogram(posterior.points[:, i], BINS, (0, 1), weights=posterior.weights * BINS)
    verdict = VERDICTS[words.verdicts(found)[i]]
    grade, source = cited
    return page.Parameter(
        path=parameter.path,
        now=parameter.now,
        low=parameter.low,
        high=parameter.high,
        fractions=(middle, low, high, _fraction(parameter)),
        band=(values[0], values[1], values[2]),
        narrower=round(max(0.0, 1 - float(posterior.widths()[i])), 3),
        verdict=verdict,
        before=grade,
        after=grade if verdict == "not_identified" else "estimated",
        source=source,
        heights=heights.tolist(),
        edges=_edges(parameter, edges),
    )


def _edges(parameter: Parameter, edges: np.ndarray) -> list[float]:
    """Fractions of the range as values, not rounded, so that no bin is empty."""
    scaled = (
        parameter.low * np.exp(parameter.width * edges) if parameter.log else parameter.low + parameter.width * edges
    )
    return [float(value) for value in scaled]


def _fraction(parameter: Parameter) -> float | None:
    """Where the value of before lies in the range; None: outside."""
    if not parameter.low <= parameter.now <= parameter.high:
        return None
    if parameter.log:
        return float(np.log(parameter.now / parameter.low) / parameter.width)
    return (parameter.now - parameter.low) / parameter.width


def _target(answer: Fitted, i: int) -> page.Target:
    found, target = answer.found, answer.found.targets[i]
    before, after = (quantiles(found.simulated(target, stage)).tolist() for stage in (EXPLORE, CHECK))
    return page.Target(
        label=_label(answer, target),
        observed=target.value,
        tolerance=target.tolerance,
        now=answer.now[i],
        before=(before[1], before[0], before[2]),
        after=(after[1], after[0], after[2]),
        met=words.within(target, after[0], after[2]),
        held=target.held_out,
    )


def _label(answer: Fitted, target: Target) -> Said:
    """The target's own words; where it has none, what its number is called."""
    if target.label:
        return same(target.label)
    words_ = label(answer.scenario, target.metric)
    at = f" @ {target.at:%Y-%m-%d %H:%M}" if target.at else ""
    return Said(en=words_["en"] + at, zh=words_["zh"] + at)

"""How a metric goes with each path of a sweep: means over points with the same value, or a surface through all points.

Grids meet every value of a path together with the same values of all others, so means can be compared, seed by seed. In
designs that fill a space no two points share a value but for chance, and whatever else they differ in would be taken
for the path's. There a polynomial without interactions goes through all points by least squares; its error is that of a
jackknife over points (those that share values leave together) and of the seeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from scipy import special

from sim.base import intervals
from sim.base.intervals import LEVEL, Interval
from sim.scenario import numbers
from sim.studies.sweep.found import Found, is_number

FILLING = ("latin", "sobol", "saltelli")  # designs that fill a space
PLACES = 9  # along a path at which a surface is shown
GROUPS = 64  # of points that leave together in a jackknife, at most
ROOM = 3  # points for each coefficient of a curved surface; with fewer it is a plane


@dataclass(frozen=True)
class Effect:
    """How a metric goes with one path, all other paths averaged over.

    Attributes:
        labels: values of the path, rising.
        curve: of each the mean.
        low, high: places in ``labels`` whose difference is the swing: both ends, or of words least and most.
        swing: mean at ``high`` less mean at ``low``; paired by seed.
    """

    labels: list[Any]
    curve: list[Interval]
    low: int
    high: int
    swing: Interval

    @property
    def numeric(self) -> bool:
        """Whether the labels can stand on an axis."""
        return all(is_number(label) for label in self.labels)

    @property
    def ends(self) -> tuple[float, float]:
        """Means at both ends of the swing."""
        return self.curve[self.low].middle, self.curve[self.high].middle

    @property
    def size(self) -> Interval:
        """The swing without its sign."""
        low, high = sorted((abs(self.swing.low), abs(self.swing.high)))
        return self.swing._replace(middle=abs(self.swing.middle), low=low if self.swing.clear else 0.0, high=high)


def still(found: Found, metric: int) -> bool:
    """Whether a metric is the same at all points, seed by seed."""
    values = found.values[:, metric]
    several = values[:, np.isfinite(values).sum(axis=0) > 1]
    return bool(several.size and (np.nanmax(several, axis=0) == np.nanmin(several, axis=0)).all())


def effects(found: Found, metric: int) -> list[Effect]:
    """The effect of every path, in their order."""
    if still(found, metric):
        return [_none(found, path, metric) for path in range(len(found.paths))]
    if found.design in FILLING:
        return fitted(found, metric)
    return [_of_means(found, path, metric) for path in range(len(found.paths))]


def _none(found: Found, path: int, metric: int) -> Effect:
    """Of a metric that is the same at all points: no fit, whose rounding would look like an effect."""
    values = found.values[:, metric]
    by_seed = np.nanmax(values[:, np.isfinite(values).any(axis=0)], axis=0)
    labels = _groups(found, path)[0]
    if found.design in FILLING and len(labels) > PLACES and all(is_number(label) for label in labels):
        labels = _even(labels[0], labels[-1], found.log(path))
    level = intervals.mean(by_seed, within=numbers.span(found.metrics[metric]))
    why = "the same in all runs" if (by_seed == by_seed[0]).all() else "no seed differs"
    return Effect(labels, [level] * len(labels), 0, len(labels) - 1, Interval(0.0, -np.inf, np.inf, why))


def ranked(found: Found, metric: int) -> list[tuple[int, Effect]]:
    """Paths by their swing: those with a clear one first, the widest first."""
    return sorted(
        enumerate(effects(found, metric)),
        key=lambda pair: (not pair[1].swing.clear, -np.nan_to_num(abs(pair[1].swing.middle), nan=-1.0)),
    )


def stands_out(order: Sequence[tuple[int, Effect]]) -> bool:
    """Whether the first of several paths surely moves a metric farther than any other."""
    (_, first), *others = order
    return first.swing.clear and all(one.swing.given and first.size.low > one.size.high for _, one in others)


# ---- grids: means of points with the same value


def _of_means(found: Found, path: int, metric: int) -> Effect:
    labels, groups = _groups(found, path)
    by_seed = [_mean(found.values[group, metric]) for group in groups]
    within = numbers.span(found.metrics[metric])
    curve = [intervals.mean(one, within=within) for one in by_seed]
    low, high = _chosen(labels, curve)
    return Effect(labels, curve, low, high, intervals.difference(by_seed[low], by_seed[high], _level(labels)))


def _groups(found: Found, path: int) -> tuple[list[Any], list[np.ndarray]]:
    """Values of a path and the points of each; only its own where paths vary alone."""
    column = found.column(path)
    kept = [place for place, texts in enumerate(found.texts) if not found.alone or texts[path] is not None]
    labels = _labels([column[place] for place in kept])
    return labels, [np.array([place for place in kept if column[place] == label]) for label in labels]


def _labels(column: Sequence[Any]) -> list[Any]:
    """Different values, rising if they are numbers."""
    labels = list(dict.fromkeys(column))
    return sorted(labels) if all(is_number(label) for label in labels) else labels


def _chosen(labels: Sequence[Any], curve: Sequence[Interval]) -> tuple[int, int]:
    """Between which labels the swing is."""
    middles = np.array([one.middle for one in curve])
    if all(is_number(label) for label in labels) or not np.isfinite(middles).any():
        return 0, len(labels) - 1
    return int(np.nanargmin(middles)), int(np.nanargmax(middles))


def _level(labels: Sequence[Any]) -> float:
    """Level of a swing: least and most of several words are chosen by what came out, so all pairs share the 5 %."""
    pairs = 1 if all(is_number(label) for label in labels) else max(1, len(labels) * (len(labels) - 1) // 2)
    return intervals.shared(pairs)


def _mean(values: np.ndarray) -> np.ndarray:
    """Mean over points of what is there, by seed."""
    n = np.isfinite(values).sum(axis=0)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.nansum(values, axis=0) / np.where(n, n, np.nan))


# ---- designs that fill a space: a surface


class _Path(NamedTuple):
    """One path as columns of a regression.

    Attributes:
        labels: where the surface is shown.
        columns: f8[points, own], of the points.
        rows: f8[labels, own], of the labels.
    """

    labels: list[Any]
    columns: np.ndarray
    rows: np.ndarray


class _Fit(NamedTuple):
    """Coefficients of a surface: of all points; without each group; of each seed."""

    all: np.ndarray
    without: np.ndarray
    by_seed: np.ndarray
    freedom: int


def fitted(found: Found, metric: int) -> list[Effect]:
    """Effects from a surface through all points; without a number where points are too few for one."""
    values = found.values[:, metric]
    there = np.isfinite(values).all(axis=1) if values.size else np.zeros(0, bool)
    paths = [_path(found, path, there, curved=True) for path in range(len(found.paths))]
    if there.sum() < ROOM * (1 + sum(path.columns.shape[1] for path in paths)):
        paths = [_path(found, path, there, curved=False) for path in range(len(found.paths))]
    x = np.column_stack([np.ones(there.sum()), *(path.columns for path in paths)])
    groups = _leaving(found, there)
    if len(x) <= x.shape[1] + 1 or np.linalg.matrix_rank(x) < x.shape[1]:
        return [_unknown(path.labels, "too few points") for path in paths]
    fit, own = _solved(x, values[there], groups), np.cumsum([1, *(path.columns.shape[1] for path in paths)])
    within = numbers.span(found.metrics[metric])
    return [_along(path, slice(*ends), x, fit, within) for path, ends in zip(paths, pairwise(own), strict=True)]


def _unknown(labels: list[Any], why: str) -> Effect:
    nothing = Interval(np.nan, -np.inf, np.inf, why)
    return Effect(labels, [nothing] * len(labels), 0, len(labels) - 1, nothing)


def _path(found: Found, path: int, there: np.ndarray, *, curved: bool) -> _Path:
    """A path in −1 to 1 (in the logarithm, if it was drawn so) and its square; words as yes or no, the first as no."""
    column = [value for value, kept in zip(found.column(path), there, strict=True) if kept]
    labels = _labels(column)
    if len(labels) < 2 or not all(is_number(label) for label in labels):
        yes_or_no = (np.array([[v == one for one in labels[1:]] for v in values], float) for values in (column, labels))
        return _Path(labels, *(rows.reshape(-1, max(0, len(labels) - 1)) for rows in yes_or_no))
    if len(labels) > PLACES:
        labels = _even(labels[0], labels[-1], found.log(path))
    scale = np.log if found.log(path) else np.asarray
    low, high = scale(labels[0]), scale(labels[-1])
    powers = (1, 2) if curved and len(labels) > 2 else (1,)

    def basis(values: Sequence[Any]) -> np.ndarray:
        z = 2 * (scale(np.array(values, float)) - low) / (high - low) - 1
        return np.column_stack([z**power for power in powers])

    return _Path(labels, basis(column), basis(labels))


def _even(low: float, high: float, log: bool) -> list[Any]:
    """Places from one end to the other; both ends to the last digit."""
    between = np.geomspace(low, high, PLACES) if log else np.linspace(low, high, PLACES)
    return [low, *(float(f"{place:.4g}") for place in between[1:-1]), high]


def _leaving(found: Found, there: np.ndarray) -> list[np.ndarray]:
    """Groups of points that leave a jackknife together: of a Saltelli design, those that share their values."""
    one = found.numbers if len(found.numbers) == len(there) else range(len(there))
    block = np.asarray(one)[there] // (len(found.paths) + 2 if found.design == "saltelli" else 1)
    names = np.unique(block)
    return [np.flatnonzero(np.isin(block, names[i :: min(GROUPS, len(names))])) for i in range(min(GROUPS, len(names)))]


def _solved(x: np.ndarray, values: np.ndarray, groups: Sequence[np.ndarray]) -> _Fit:
    """Least squares on means over seeds, on those without each group, and on each seed alone."""
    y = values.mean(axis=1)
    squares, products = (np.array([x[group].T @ what[group] for group in groups]) for what in (x, y))
    left = np.linalg.pinv(squares.sum(axis=0) - squares, hermitian=True)  # normal equations: x is within −1 to 1
    without = np.einsum("gij,gj->gi", left, products.sum(axis=0) - products)
    by_seed = np.linalg.lstsq(x, values, rcond=None)[0].T
    return _Fit(by_seed.mean(axis=0), without, by_seed, min(len(groups) - 1, len(x) - x.shape[1]))


def _along(path: _Path, own: slice, x: np.ndarray, fit: _Fit, within: tuple[float, float]) -> Effect:
    """The surface along a path, at the mean of all others."""
    at = np.tile(x.mean(axis=0), (len(path.labels), 1))
    at[:, own] = path.rows
    curve = [_read(row, fit, LEVEL, within) for row in at]
    low, high = _chosen(path.labels, curve)
    swing = _read(at[high] - at[low], fit, _level(path.labels), intervals.ANYTHING)
    return Effect(path.labels, curve, low, high, swing)


def _read(row: np.ndarray, fit: _Fit, level: float, within: tuple[float, float]) -> Interval:
    """A combination of coefficients with its interval: what points do and what seeds do, added as squares."""
    middle, seeds = float(row @ fit.all), fit.by_seed @ row
    if len(seeds) == 2:
        return intervals.mean(seeds)
    off = fit.without @ row
    of_points = np.sqrt((len(off) - 1) / len(off) * np.square(off - off.mean()).sum())
    half = of_points * special.stdtrit(fit.freedom, (1 + level) / 2)
    if len(seeds) > 2:
        half = np.hypot(
            half, seeds.std(ddof=1) / np.sqrt(len(seeds)) * special.stdtrit(len(seeds) - 1, (1 + level) / 2)
        )
    return Interval(*np.clip([middle, middle - half, middle + half], *within).tolist())

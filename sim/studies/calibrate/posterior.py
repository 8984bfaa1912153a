"""How likely parameters are, given what was observed: emulators, noise and tolerance in, weighted points out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtri, ndtri

from sim.base.streams import np_bits, stream_key
from sim.studies.calibrate.emulator import Emulator

POINTS = 2**12
ENOUGH, ROUNDS = 400, 12  # points that must count, or others are laid about those that do, at most so often
DRAWS = 1000
BAND = (0.05, 0.5, 0.95)
IDENTIFIED, WEAKLY = 0.5, 0.85  # band over the range's own band, at most
ALARM = 0.01  # how often data that the model can make is called out of reach, at most
TIED = 0.35  # a combination is known if its sd is at most this share of the prior's


class Likelihood:
    """Gaussian in the transformed metrics: scatter of single runs, emulators' own error, tolerance.

    What was observed is one draw of the world, so the whole scatter of a run counts, not that of a mean.

    Args:
        emulators: one a metric.
        observed: f8[m], transformed.
        tolerances: f8[m]; sd that is granted besides.
    """

    def __init__(self, emulators: list[Emulator], observed: np.ndarray, tolerances: np.ndarray) -> None:
        self.emulators, self.observed, self.tolerances = emulators, observed, tolerances
        self.correlation = _correlation(np.column_stack([emulator.residuals for emulator in emulators]))

    def misfit(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """At points f8[p, d]: how far off each metric is in sd, f8[p, m]; all together, χ²; log-likelihood."""
        told = zip(*(emulator.predict(points) for emulator in self.emulators), strict=True)
        means, errors, noise = (np.column_stack(part) for part in told)
        own = np.einsum("pi,ij->pij", errors**2 + self.tolerances**2, np.eye(len(self.observed)))
        covariance = self.correlation * noise[:, :, None] * noise[:, None, :] + own
        off = self.observed - means
        square = np.einsum("pi,pi->p", off, np.linalg.solve(covariance, off[..., None])[..., 0])
        each = off / np.sqrt(np.einsum("pii->pi", covariance))
        return each, square, -0.5 * (square + np.linalg.slogdet(covariance)[1])

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """Log-likelihood, f8[p]."""
        return self.misfit(points)[2]


def _correlation(residuals: np.ndarray) -> np.ndarray:
    """Of what is left of the metrics in the same run, f8[m, m], drawn towards none where runs are few."""
    n, m = residuals.shape
    if m == 1:
        return np.ones((1, 1))
    still = residuals.std(axis=0) < 1e-9
    found = np.eye(m)
    found[np.ix_(~still, ~still)] = np.corrcoef(residuals[:, ~still], rowvar=False)
    return np.asarray(np.where(np.eye(m) > 0, 1.0, found * n / (n + 2 * m)))


@dataclass(frozen=True)
class Posterior:
    """Points of the unit cube, each parameter's range, with weights that sum to 1.

    Attributes:
        points: f8[p, d].
        weights: f8[p].
        logs: log-likelihood, f8[p].
    """

    points: np.ndarray
    weights: np.ndarray
    logs: np.ndarray

    def band(self) -> np.ndarray:
        """5 %, 50 % and 95 % of each parameter, f8[3, d], as fractions of its range."""
        return np.column_stack([weighted_quantiles(column, self.weights, BAND) for column in self.points.T])

    def widths(self) -> np.ndarray:
        """Width of each 5-95 % band over that of the range itself, f8[d]: 1 where the data say nothing."""
        low, _, high = self.band()
        return np.asarray((high - low) / (BAND[2] - BAND[0]))

    def covariance(self) -> np.ndarray:
        """Of the parameters as fractions of their ranges, f8[d, d]."""
        return np.atleast_2d(np.cov(self.points, rowvar=False, aweights=self.weights, ddof=0))

    def correlation(self) -> np.ndarray:
        """Of the parameters, f8[d, d]."""
        covariance = self.covariance()
        sd = np.sqrt(np.diag(covariance))
        return np.asarray(covariance / np.outer(sd, sd))

    def draws(self, number: int, power: float = 1.0) -> np.ndarray:
        """So many points, each as often as it weighs, f8[number, d]; a ``power`` below 1 spreads them out."""
        # In their own order, every so-manieth of the points would lie in one strip of the cube.
        order = np.argsort(np_bits(stream_key(0, "draws"), np.arange(len(self.points))), kind="stable")
        ends = np.cumsum(self.weights[order] ** power)
        at = np.searchsorted(ends, (np.arange(number) + 0.5) / number * ends[-1])
        return np.asarray(self.points[order[at.clip(0, len(ends) - 1)]])

    def centre(self) -> np.ndarray:
        """One point to go on with, f8[d]: of the likelier half, the nearest to the median of all."""
        order = np.argsort(-self.logs, kind="stable")
        likely = order[: int(np.searchsorted(np.cumsum(self.weights[order]), 0.5)) + 1]
        spread = np.sqrt(np.diag(self.covariance())) + 1e-9
        away = (((self.points[likely] - self.band()[1]) / spread) ** 2).sum(1)
        return np.asarray(self.points[likely[np.argmin(away)]])

    def at_an_end(self) -> np.ndarray:
        """Share of the posterior in the lowest and highest twentieth of each range, f8[2, d]; 0.05 if flat."""
        return np.stack([self.weights @ (self.points < 0.05), self.weights @ (self.points > 0.95)])

    def ties(self) -> list[np.ndarray]:
        """Directions f8[d], longest part 1, that the data know although they do not know the parameters in them."""
        variances, directions = np.linalg.eigh(12 * self.covariance())
        own = np.sqrt(12 * np.diag(self.covariance()))
        found = []
        for variance, direction in zip(variances, directions.T, strict=True):
            direction = direction / direction[np.argmax(np.abs(direction))]
            parts = np.abs(direction) > 0.2
            known = np.sqrt(max(variance, 0.0))
            if parts.sum() > 1 and known < TIED and (own[parts] > 2 * known).all() and (own[parts] > TIED).any():
                found.append(np.where(parts, direction, 0.0))
        return found


def weighted_quantiles(values: np.ndarray, weights: np.ndarray, at: tuple[float, ...]) -> np.ndarray:
    """Quantiles of weighted values."""
    order = np.argsort(values, kind="stable")
    ends = np.cumsum(weights[order])
    return np.interp(at, (ends - 0.5 * weights[order]) / ends[-1], values[order])


def sobol(dimensions: int, number: int, seed: int) -> np.ndarray:
    """Points that fill the unit cube evenly, f8[number, dimensions]; of a power of two, the first so many."""
    from scipy.stats import qmc  # half a second to import, and no worker needs it

    whole = 1 << max(number - 1, 1).bit_length()
    return np.asarray(qmc.Sobol(dimensions, scramble=True, rng=seed).random(whole)[:number])


def explore(likelihood: Callable[[np.ndarray], np.ndarray], dimensions: int, seed: int) -> Posterior:
    """Weigh points of the unit cube by their likelihood; where few count, once more with points about those that do.

    The next points follow a normal distribution twice as wide as what a flattened likelihood leaves, tilted as it is,
    and weigh the less the denser they lie. Where no round is enough, the flattened weights are kept: bands then come
    out too wide, never too narrow.
    """
    unit = sobol(dimensions, POINTS, seed)
    points, dense = unit, np.zeros(len(unit))
    for _ in range(ROUNDS):
        logs = likelihood(points)
        power = _flattened(logs, dense)
        found = Posterior(points, _weights(power * logs - dense), logs)
        if power == 1:
            break
        points, dense = _about(found, unit)
    return found


def _about(found: Posterior, unit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points of the cube about a posterior, f8[p, d], and the log of how dense they lie, f8[p]."""
    spread = np.linalg.cholesky(2 * found.covariance() + 1e-12 * np.eye(unit.shape[1]))
    normal = ndtri(np.clip(unit, 1e-9, 1 - 1e-9))
    points = found.weights @ found.points + normal @ spread.T
    inside = ((points >= 0) & (points <= 1)).all(1)
    return points[inside], -0.5 * (normal[inside] ** 2).sum(1)


def _weights(logs: np.ndarray) -> np.ndarray:
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def _flattened(logs: np.ndarray, dense: np.ndarray) -> float:
    """The highest power up to 1 of the likelihood at which enough points count."""
    if _effective(logs - dense) >= ENOUGH:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if _effective(middle * logs - dense) >= ENOUGH else (low, middle)
    return low


def _effective(logs: np.ndarray) -> float:
    return float(1 / (_weights(logs) ** 2).sum())


@dataclass(frozen=True)
class Reach:
    """How near the model comes to the data, wherever its parameters lie.

    Attributes:
        alone: f8[m]; by how many sd each metric is missed where it is met best.
        together: f8[m]; the same where all of them are met best.
        missed: whether all together lie out of reach.
    """

    alone: np.ndarray
    together: np.ndarray
    missed: bool


def reach(likelihood: Likelihood, posterior: Posterior, seed: int) -> Reach:
    """Look for the nearest miss among the posterior's points and in the whole range."""
    points = np.vstack([posterior.points, sobol(posterior.points.shape[1], POINTS, seed + 1)])
    each, square, _ = likelihood.misfit(points)
    nearest = each[np.argmin(np.abs(each), axis=0), np.arange(each.shape[1])]
    return Reach(nearest, each[np.argmin(square)], bool(square.min() > chdtri(each.shape[1], ALARM)))

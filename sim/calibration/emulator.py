"""A Gaussian process: what a metric is on average at any parameters, and how far single runs scatter about it."""

from __future__ import annotations

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

# Weak priors of the logarithms: of the sd of the curved part, the sd of the noise (both in sd of the values), and
# the length over which the curve bends (half the range is 1).
CENTRES, SPREADS = (np.log(0.4), np.log(0.4), np.log(1.2)), (1.0, 1.5, 0.6)
LEAST, MOST = np.log(1e-3), np.log(20.0)
LINEAR = 10.0  # prior sd of the mean and of each slope: the straight part is left to the data
LEAST_SCALE = 1e-3  # values that differ less than this count as all the same


class Emulator:
    """A straight line plus a smooth curve plus noise, fitted to one metric by its marginal likelihood.

    Attributes:
        noise: sd of a single run about the mean, in units of the values.
        residuals: f8[n]; what each run lies off the mean that all others predict, in standard deviations.

    Args:
        points: f8[n, d]; parameters as fractions of their ranges.
        values: f8[n]; the metric, transformed.
    """

    def __init__(self, points: np.ndarray, values: np.ndarray) -> None:
        self.points = _centred(points)
        self.offset, self.scale = float(values.mean()), max(float(values.std()), LEAST_SCALE)
        self.values = (values - self.offset) / self.scale
        self.squares = (self.points[:, None] - self.points[None]) ** 2
        self.logs = self._fitted()
        factor = cho_factor(self._covariance(self.logs)[0], lower=True)
        self.inverse = cho_solve(factor, np.eye(len(values)))
        self.alpha = self.inverse @ self.values
        self.noise = float(np.exp(self.logs[1])) * self.scale
        self.residuals = self.alpha / np.sqrt(np.diag(self.inverse))

    def predict(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean of the metric at points f8[m, d], and the sd of what is not known of that mean: f8[m] each."""
        points = _centred(points)
        squares = (points[:, None] - self.points[None]) ** 2
        bend, lengths = np.exp(2 * self.logs[0]), np.exp(self.logs[2:])
        cross = LINEAR**2 * (1 + points @ self.points.T) + bend * np.exp(-0.5 * (squares / lengths**2).sum(2))
        own = LINEAR**2 * (1 + (points**2).sum(1)) + bend
        variance = np.maximum(own - np.einsum("ij,jk,ik->i", cross, self.inverse, cross, optimize=True), 0)
        return self.offset + self.scale * (cross @ self.alpha), self.scale * np.sqrt(variance)

    def _covariance(self, logs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of the values with each other, f8[n, n], and its curved part alone."""
        curve = np.exp(2 * logs[0] - 0.5 * (self.squares / np.exp(2 * logs[2:])).sum(2))
        straight = LINEAR**2 * (1 + self.points @ self.points.T)
        return straight + curve + np.exp(2 * logs[1]) * np.eye(len(self.points)), curve

    def _fitted(self) -> np.ndarray:
        """The most likely logs of bend, noise and lengths; the best of two beginnings."""
        d = self.points.shape[1]
        centre = np.array([*CENTRES[:2], *[CENTRES[2]] * d])
        spread = np.array([*SPREADS[:2], *[SPREADS[2]] * d])
        starts = (centre, centre + np.array([0.7, -1.5, *[-0.5] * d]))
        bounds = [(LEAST, MOST)] * len(centre)
        fits = [
            minimize(self._loss, start, (centre, spread), jac=True, bounds=bounds, method="L-BFGS-B")
            for start in starts
        ]
        return np.asarray(min(fits, key=lambda fit: float(fit.fun)).x)

    def _loss(self, logs: np.ndarray, centre: np.ndarray, spread: np.ndarray) -> tuple[float, np.ndarray]:
        """Minus the log posterior of ``logs``, and its gradient."""
        covariance, curve = self._covariance(logs)
        factor = cho_factor(covariance, lower=True)
        inverse = cho_solve(factor, np.eye(len(covariance)))
        alpha = inverse @ self.values
        off = (logs - centre) / spread
        loss = 0.5 * self.values @ alpha + np.log(np.diag(factor[0])).sum() + 0.5 * (off**2).sum()
        slack = inverse - np.outer(alpha, alpha)
        bent = slack * curve
        lengths = 0.5 * np.einsum("ij,ijk->k", bent, self.squares) / np.exp(2 * logs[2:])
        slopes = np.array([bent.sum(), np.exp(2 * logs[1]) * np.trace(slack), *lengths])
        return float(loss), slopes + off / spread


def _centred(points: np.ndarray) -> np.ndarray:
    """Fractions of a range as numbers from -1 to 1."""
    return 2 * np.asarray(points, float) - 1

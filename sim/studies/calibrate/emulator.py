"""A Gaussian process: what a metric is on average at any parameters, and how far single runs scatter about it."""

from __future__ import annotations

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

# Weak priors of the logarithms: of the sd of the curved part and of the noise (both in sd of the values), then, for
# each parameter, of the length over which the curve bends (half the range is 1) and of the growth of the noise.
BEND, NOISE, LENGTH, GROWTH = (np.log(0.4), 1.0), (np.log(0.4), 1.5), (np.log(1.2), 0.6), (0.0, 0.5)
LEAST, MOST = np.log(1e-3), np.log(20.0)
LEAST_NOISE = 1e-3  # sd that keeps the sums invertible
LINEAR = 10.0  # prior sd of the mean and of each slope: the straight part is left to the data
LEAST_SCALE = 1e-3  # values that differ less than this count as all the same


class Emulator:
    """A straight line plus a smooth curve plus noise, fitted to one metric by its marginal likelihood.

    The noise may grow or shrink along each parameter: near a threshold, seeds decide.

    Attributes:
        still: whether all runs gave the same.
        residuals: f8[n]; what each run lies off the mean that all others predict, in standard deviations.

    Args:
        points: f8[n, d]; parameters as fractions of their ranges.
        values: f8[n]; the metric, transformed.
    """

    def __init__(self, points: np.ndarray, values: np.ndarray) -> None:
        self.points = _centred(points)
        self.still = float(values.std()) < LEAST_SCALE
        self.offset, self.scale = float(values.mean()), max(float(values.std()), LEAST_SCALE)
        self.values = (values - self.offset) / self.scale
        self.squares = (self.points[:, None] - self.points[None]) ** 2
        self.logs = self._fitted()
        self.inverse = cho_solve(cho_factor(self._covariance(self.logs)[0], lower=True), np.eye(len(values)))
        self.alpha = self.inverse @ self.values
        self.residuals = self.alpha / np.sqrt(np.diag(self.inverse))

    def predict(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """At points f8[m, d]: the mean, the sd of what is not known of it, and the sd of a single run about it, f8[m].

        All are in units of the values.
        """
        points = _centred(points)
        bend, _, lengths, _ = self._parts(self.logs)
        squares = (points[:, None] - self.points[None]) ** 2
        cross = LINEAR**2 * (1 + points @ self.points.T) + bend**2 * np.exp(-0.5 * (squares / lengths**2).sum(2))
        own = LINEAR**2 * (1 + (points**2).sum(1)) + bend**2
        variance = np.maximum(own - np.einsum("ij,jk,ik->i", cross, self.inverse, cross, optimize=True), 0)
        mean = self.offset + self.scale * (cross @ self.alpha)
        # The noise and its growth were fitted to the same runs, so it came out too small: a regression's n / (n - k).
        few = np.sqrt(len(self.values) / max(len(self.values) - 1 - points.shape[1], 1))
        return mean, self.scale * np.sqrt(variance), self.scale * few * self._noise(self.logs, points)

    def _parts(self, logs: np.ndarray) -> tuple[float, float, np.ndarray, np.ndarray]:
        """Sd of the curve, log sd of the noise, lengths f8[d], growth of the log sd of the noise f8[d]."""
        lengths, growth = logs[2:].reshape(2, -1)
        return float(np.exp(logs[0])), float(logs[1]), np.exp(lengths), growth

    def _noise(self, logs: np.ndarray, points: np.ndarray) -> np.ndarray:
        """Sd of a single run at centred points, f8[m]."""
        _, noise, _, growth = self._parts(logs)
        return np.asarray(np.exp(noise + points @ growth))

    def _covariance(self, logs: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of the values with each other, f8[n, n]; its curved part, f8[n, n]; its noise, f8[n]."""
        bend, _, lengths, _ = self._parts(logs)
        curve = bend**2 * np.exp(-0.5 * (self.squares / lengths**2).sum(2))
        noise = self._noise(logs, self.points) ** 2
        straight = LINEAR**2 * (1 + self.points @ self.points.T)
        return straight + curve + np.diag(noise + LEAST_NOISE**2), curve, noise

    def _fitted(self) -> np.ndarray:
        """The most likely logs; the best of two beginnings."""
        d = self.points.shape[1]
        centre, spread = np.array([BEND, NOISE, *[LENGTH] * d, *[GROWTH] * d]).T
        starts = (centre, centre + np.array([0.7, -1.5, *[-0.5] * d, *[0.0] * d]))
        bounds = [(LEAST, MOST)] * len(centre)
        fits = [
            minimize(self._loss, start, (centre, spread), jac=True, bounds=bounds, method="L-BFGS-B")
            for start in starts
        ]
        return np.asarray(min(fits, key=lambda fit: float(fit.fun)).x)

    def _loss(self, logs: np.ndarray, centre: np.ndarray, spread: np.ndarray) -> tuple[float, np.ndarray]:
        """Minus the log posterior of ``logs``, and its gradient."""
        covariance, curve, noise = self._covariance(logs)
        factor = cho_factor(covariance, lower=True)
        inverse = cho_solve(factor, np.eye(len(covariance)))
        alpha = inverse @ self.values
        off = (logs - centre) / spread
        loss = 0.5 * self.values @ alpha + np.log(np.diag(factor[0])).sum() + 0.5 * (off**2).sum()
        slack = inverse - np.outer(alpha, alpha)
        bent, noisy = slack * curve, np.diag(slack) * noise
        lengths = 0.5 * np.einsum("ij,ijk->k", bent, self.squares) / self._parts(logs)[2] ** 2
        slopes = np.array([bent.sum(), noisy.sum(), *lengths, *(noisy @ self.points)])
        return float(loss), slopes + off / spread


def _centred(points: np.ndarray) -> np.ndarray:
    """Fractions of a range as numbers from -1 to 1."""
    return 2 * np.asarray(points, float) - 1

"""Time: steps, minutes, the day's rhythm, and how long people take to react."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property, lru_cache

import numpy as np

QUANTILES = 4096  # resolution of the delay table: one 12-bit lane of a draw


@dataclass(frozen=True)
class Clock:
    """Steps of equal length from ``start``, with an hourly day clock.

    Attributes:
        start: first minute of the run, with a zone.
        step_minutes: length of one step.
        n_steps: number of steps.
        day_clock: 24 levels of activity by hour of the local day, 1 = the fullest hours.
        flat_minutes: reactions are equally likely in each of these first minutes.
        exponent: after them the density falls as ``t ** -exponent``.
        horizon_minutes: later reactions are not modelled.
    """

    start: datetime
    step_minutes: int
    n_steps: int
    day_clock: tuple[float, ...]
    flat_minutes: float = 5.0
    exponent: float = 1.13
    horizon_minutes: int = 2880

    @property
    def steps_per_hour(self) -> float:
        """Steps in an hour."""
        return 60.0 / self.step_minutes

    @property
    def horizon_steps(self) -> int:
        """Steps that a reaction can lie ahead, plus one."""
        return self.horizon_minutes // self.step_minutes + 2

    def time(self, minute: int) -> datetime:
        """Local time at ``minute`` minutes after the start."""
        return self.start + timedelta(minutes=int(minute))

    def hour(self, minute: int) -> int:
        """Hour of the local day at ``minute`` minutes after the start, 0..23."""
        return (self.start.hour * 60 + self.start.minute + minute) // 60 % 24

    def iso(self, minute: int) -> str:
        """``time(minute)`` as ISO 8601 with its zone."""
        return self.time(minute).isoformat(timespec="minutes")

    def minute(self, when: datetime) -> int:
        """Whole minutes from the start to ``when`` (negative before it)."""
        return int((when - self.start).total_seconds() // 60)

    def level(self, step: int) -> float:
        """Activity of the day at the start of ``step``, 0..1."""
        return self.day_clock[self.hour(step * self.step_minutes)]

    def pace(self, step: int) -> float:
        """The same over its mean of a day."""
        return round(self.level(step) / (sum(self.day_clock) / len(self.day_clock)), 9)

    @cached_property
    def _cumulative(self) -> np.ndarray:
        """Operational minutes passed by each minute of three local days (minute 0 = midnight), float64[4321]."""
        level = np.repeat(np.asarray(self.day_clock), 60)
        return np.concatenate([[0.0], np.cumsum(np.tile(level, 1 + -(-self.horizon_minutes // 240)))])

    def _reaction_quantiles(self, end: float) -> np.ndarray:
        """Operational minutes of a reaction at 4096 mid-quantiles: flat, then a power law, cut at ``end``.

        Sources: shape SEISMIC (Zhao et al. 2015, doi:10.1145/2783258.2783401); exponent: see catalogue ``reaction``.
        """
        theta, flat = self.exponent - 1.0, min(self.flat_minutes, end)
        tail = (1.0 - (end / flat) ** -theta) / theta
        mass = (np.arange(QUANTILES) + 0.5) / QUANTILES * (1.0 + tail)
        late = flat * (1.0 - theta * np.clip(mass - 1.0, 0.0, tail)) ** (-1.0 / theta)
        return np.where(mass <= 1.0, mass * flat, np.minimum(late, end)).round(6)

    def delays(self, step: int) -> np.ndarray:
        """Minutes from ``step`` to the reaction at each of 4096 quantiles, uint16; nights stretch them.

        A reaction runs in operational time, which passes slowly while people sleep: the day clock gates it.
        Whoever would react after the horizon reacts within it.
        """
        at = self.time(step * self.step_minutes)
        midnight = at.hour * 60 + at.minute
        passed = self._cumulative
        target = passed[midnight] + self._reaction_quantiles(passed[midnight + self.horizon_minutes] - passed[midnight])
        minutes = np.searchsorted(passed, target, side="right") - 1 - midnight
        return np.clip(minutes, 0, self.horizon_minutes).astype(np.uint16)

    @cached_property
    def delays_by_slot(self) -> np.ndarray:
        """`delays` for every step of a day, uint16[steps a day, 4096]; the start's minute of day decides the row."""
        day = datetime(2000, 1, 1, self.start.hour, self.start.minute)
        return _delays_by_slot(replace(self, start=day, n_steps=0))


@lru_cache(maxsize=16)
def _delays_by_slot(clock: Clock) -> np.ndarray:
    """One table for all runs of the same days: it takes longer than a step."""
    return np.stack([clock.delays(step) for step in range(max(1, 1440 // clock.step_minutes))])

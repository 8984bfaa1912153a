"""What all classical models share: their registry, the columns they return, and worlds without a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict

from sim.base.errors import SimError
from sim.base.registry import Registry

if TYPE_CHECKING:
    from sim.networks.stored import Stored

CONTAGION = Registry("contagion")
LONGEST = 100_000  # steps after which a model that never settles is stopped
Curves = Mapping[str, np.ndarray]


class WellMixed(NamedTuple):
    """Everybody meets everybody: the complete graph, without a list of its edges."""

    n_users: int


class Spread(NamedTuple):
    """Who adopted, from whom, and when; rows in the order of (step, user).

    Attributes:
        user: uint32[rows], each user at most once.
        parent: int64[rows], the row of whoever passed it on, always an earlier one; −1 for seeds and innovators.
        step: int32[rows], never falling; 0 for seeds.
        recovered: int32[rows], the last step in which it could be passed on, −1 if that never came; SIR only.
    """

    user: np.ndarray
    parent: np.ndarray
    step: np.ndarray
    recovered: np.ndarray | None = None


class Contagion(BaseModel):
    """A classical model of contagion as frozen data with one verb, ``spread``; users adopt once and for good."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)
    name: ClassVar[str]
    theory: ClassVar[str] = ""  # what `expected` computes, in a few words with its source; empty: nothing
    mixes: ClassVar[bool] = False  # whether it also runs without a network

    def spread(self, stored: Stored | WellMixed, seeds: np.ndarray, key: int, steps: int = LONGEST) -> Spread:
        """Let it spread from ``seeds`` (ids, each once) for at most ``steps`` steps.

        Every draw is a hash of ``key`` and what it is about, so the order of visits cannot matter. Among several
        who could be the parent in the same step, the one with the smallest hash is: each is equally likely.
        """
        raise NotImplementedError

    def expected(self, stored: Stored | WellMixed, seeds: np.ndarray, steps: int) -> Curves:
        """What theory expects: ``adopted`` (people so far), float64[steps + 1], and further columns of the model."""
        return {}


def check_seeds(n_users: int, seeds: np.ndarray) -> np.ndarray:
    """The seeds as rising uint32 ids; `SimError` if one is outside [0, n_users) or comes twice."""
    rising = np.unique(np.asarray(seeds, dtype=np.int64))
    if len(rising) != len(seeds) or (len(rising) and (rising[0] < 0 or rising[-1] >= n_users)):
        raise SimError(f"seeds must be different ids below {n_users}")
    return rising.astype(np.uint32)


def in_order(step: np.ndarray, source: np.ndarray, recovered: np.ndarray | None = None) -> Spread:
    """Rows of a spread from columns by user: when each adopted (−1: never), from whom (−1: from nobody)."""
    users = np.flatnonzero(step >= 0)
    users = users[np.argsort(step[users], kind="stable")]
    row = np.empty(len(step), dtype=np.int64)
    row[users] = np.arange(len(users))
    given = source[users]
    parent = np.where(given >= 0, row[given], -1)
    last = None if recovered is None else recovered[users]
    return Spread(users.astype(np.uint32), parent, step[users], last)

"""One user of a classical run: who could have won it over, step by step, each coin, and what it was held against."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.base import streams
from sim.base.progress import Tell
from sim.contagion import WellMixed
from sim.contagion.cascade import edge_coin
from sim.contagion.models import SIR, Bass, ComplexContagion, IndependentCascade, LinearThreshold
from sim.runs.explain.rerun import again, same, users_to_follow
from sim.runs.spreading import SpreadTables

if TYPE_CHECKING:
    from sim.runs.result import Result

NEVER = 1 << 60


class Trial(NamedTuple):
    """A draw of a user's at a step, held against a threshold; both of 32 bits."""

    step: int
    source: int  # who tries; −1: nobody in particular
    coin: int
    below: int
    why: str = ""

    @property
    def won(self) -> bool:
        """Whether the user adopts."""
        return self.coin < self.below


class Story:
    """What a finished spread says of one user, who could have passed it on, and when they adopted."""

    def __init__(self, tables: SpreadTables, user: int) -> None:
        self.world, self.stored, self.user, found = tables.world, tables.stored, user, tables.cascades
        self.model, self.key = self.world.contagion, self.world.key("contagion")
        self.step = np.full(self.world.users, NEVER)
        self.step[found["user"]] = found["step"]
        self.recovered = np.full(self.world.users, NEVER)
        if "recovered" in found:
            last = found["recovered"].astype(np.int64)
            self.recovered[found["user"]] = np.where(last < 0, NEVER, last)
        row = np.flatnonzero(found["user"] == user)
        parent = int(found["parent"][row[0]]) if len(row) else -1
        self.parent = int(found["user"][parent]) if parent >= 0 else -1
        self.adopted = int(self.step[user])
        self.followed = self._followed()

    def _followed(self) -> np.ndarray:
        """Whom the user follows, rising."""
        if isinstance(self.stored, WellMixed):
            return np.delete(np.arange(self.world.users), self.user)
        edges = np.flatnonzero(self.stored.indices == self.user)
        return np.searchsorted(self.stored.indptr, edges, side="right") - 1

    @property
    def last(self) -> int:
        """The last step in which something could happen to the user."""
        return min(self.adopted, self.world.steps)

    def trials(self) -> Iterator[Trial]:
        """Every draw of the user until it adopted, in the order of steps."""
        mixed = isinstance(self.stored, WellMixed)
        if isinstance(self.model, IndependentCascade):
            return self._cascade(streams.threshold(self.model.p))
        if isinstance(self.model, SIR):
            return (
                self._mixed_infections(self.model) if mixed else self._infections(streams.threshold(self.model.infect))
            )
        assert isinstance(self.model, Bass)
        return self._adoptions(streams.threshold(self.model.p), streams.threshold(self.model.q))

    def _cascade(self, threshold: int) -> Iterator[Trial]:
        order = self.followed[np.argsort(self.step[self.followed], kind="stable")]
        for u in order.tolist():
            if self.step[u] < self.last:
                coin = int(edge_coin(np.uint64(self.key), u, self.user))
                yield Trial(int(self.step[u]) + 1, u, coin, threshold)

    def _infections(self, threshold: int) -> Iterator[Trial]:
        own = self.followed[self.step[self.followed] < NEVER]
        for t in range(1, self.last + 1):
            for u in own[(self.step[own] < t) & (self.recovered[own] >= t)].tolist():
                yield Trial(t, u, streams.py_bits(self.key, u, self.user, 2 * t) >> 32, threshold)

    def _mixed_infections(self, model: SIR) -> Iterator[Trial]:
        for t in range(1, self.last + 1):
            sick = int(((self.step < t) & (self.recovered >= t)).sum())
            if not sick:
                return
            below = streams.threshold(1 - (1 - model.infect) ** sick)
            yield Trial(t, -1, streams.py_bits(self.key, self.user, 0, 2 * t) >> 32, below, f"{sick:,} infectious")

    def _adoptions(self, p32: int, q32: int) -> Iterator[Trial]:
        degree = max(len(self.followed), 1)
        for t in range(1, self.last + 1):
            count = int((self.step[self.followed] < t).sum())
            coin = streams.py_bits(self.key, self.user, t, 1) >> 32
            why = f"{count:,} of {len(self.followed):,} followed had adopted"
            yield Trial(t, -1, coin, p32 + q32 * count // degree, why + ("; innovates" if coin < p32 else ""))

    def need(self) -> int:
        """How many of those followed must have adopted, for the models with a threshold."""
        followed = np.array([len(self.followed)])
        if isinstance(self.model, LinearThreshold):
            return int(self.model.need(followed, np.array([self.user]), self.key)[0])
        assert isinstance(self.model, ComplexContagion)
        return int(self.model.need(followed)[0])


def told(result: Result, user: int, limit: int, exact: bool, progress: Tell | None) -> list[str]:
    """Lines about one user of a classical run."""
    tables = again(result, progress=progress)
    assert isinstance(tables, SpreadTables)
    story = Story(tables, user)
    lines = [same(result), "", *_portrait(story), ""]
    if story.adopted == 0:
        lines.append("It was a seed: it had adopted at step 0.")
    elif isinstance(story.model, LinearThreshold | ComplexContagion):
        lines += _tipped(story, limit)
    else:
        lines += _tried(story, limit, exact)
    return lines + _end(story, result)


def _portrait(story: Story) -> list[str]:
    names = f"follows {len(story.followed):,}"
    if not isinstance(story.stored, WellMixed):
        indptr = story.stored.indptr
        names += f", followed by {int(indptr[story.user + 1] - indptr[story.user]):,}"
    return [f"User {story.user}: {names}", "  A trial succeeds when its draw, from 0 to 1, is below its chance."]


def _tried(story: Story, limit: int, exact: bool) -> list[str]:
    lines, count = [], 0
    for count, trial in enumerate(story.trials(), 1):
        if count <= limit or trial.won:
            lines.append(_line(story, trial, exact))
    if count > len(lines):
        lines.append(f"… {count - len(lines):,} further trials that failed; --limit {count} shows all")
    return lines or ["Nobody whom it follows ever tried: nothing ever met it."]


def _line(story: Story, trial: Trial, exact: bool) -> str:
    coin, below = (f"{x}" if exact else f"{x / streams.ONE32:.4f}" for x in (trial.coin, trial.below))
    who = f"user {trial.source} tries" if trial.source >= 0 else trial.why
    won = " ✓" if trial.won else ""
    parent = ", the parent" if won and trial.source >= 0 and trial.source == story.parent else ""
    return f"step {trial.step:3}  {who}: {coin} {'<' if trial.won else '≥'} {below}{won}{parent}"


def _tipped(story: Story, limit: int) -> list[str]:
    """Each adoption among those followed, and how many were still wanting."""
    need = story.need()
    adopters = story.followed[story.step[story.followed] < story.last]
    order = adopters[np.argsort(story.step[adopters], kind="stable")].tolist()
    lines = [f"It adopts one step after {need:,} of the {len(story.followed):,} it follows have adopted."]
    for count, u in enumerate(order[:limit], 1):
        lines.append(f"step {int(story.step[u]):3}  user {u} adopts: {count} {'≥' if count >= need else '<'} {need}")
    return lines + ([f"… and {len(order) - limit:,} more"] if len(order) > limit else [])


def _end(story: Story, result: Result) -> list[str]:
    if story.adopted == NEVER:
        lines = ["", f"It never adopted in {story.world.steps} steps."]
        return lines + [f"User {other} passed it on to most: --user {other}" for other, _ in users_to_follow(result, 1)]
    whom = f" from user {story.parent}" if story.parent >= 0 else ""
    lines = ["", f"It adopted at step {story.adopted}{whom}."] if story.adopted else []
    return lines + _recovery(story)


def _recovery(story: Story) -> list[str]:
    if not isinstance(story.model, SIR):
        return []
    t: Any = int(story.recovered[story.user])
    if t == NEVER:
        return ["It had not recovered at the end."]
    return [f"It recovered at the end of step {t}."]

"""Minds of like policies, as columns: who of them may want something at a look? The others are not asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import numpy as np

from sim.base import streams
from sim.base.kernels import table_bits
from sim.minds.dashboard import Dashboard
from sim.minds.mind import Mind

See = Callable[[str, int], Dashboard]


class Time(Protocol):
    """What of the run's clock minds may know."""

    @property
    def step_minutes(self) -> int:
        """Minutes of a step."""

    def hour(self, minute: int) -> int:
        """Hour of the day, 0 to 23."""

    def pace(self, step: int) -> float:
        """Activity of a step over the day's mean."""


AHEAD = 96  # steps for which it is found out at once who may want something


class Alike:
    """Minds with a policy of the same kind before one story, and all their looks in some steps to come.

    What `Policy.stirred` says holds until its policy sees something else (`Policy.watched`) or these steps are over: it
    is asked for all looks at once, and most steps only compare. ``us["fit"]`` are the policies' numbers of that name,
    an entry a mind; what is said of looks has a row for each round of them.

    Attributes:
        minds: who they are; ``policies``: theirs, in the same order; ``story``: before which.
        phase: i8[minds] in which step of a ``period`` each looks.
        now: i8[looks, minds] minute of the look that is asked about; ``hour``: of the day.
        review_hours: f8[minds] how often they look.
    """

    def __init__(
        self, minds: list[Mind], policies: list[Any], story: str, phase: np.ndarray, period: int, time: Time
    ) -> None:
        self.minds, self.policies, self.story, self._time = minds, policies, story, time
        self.phase, self.period = phase, period
        self._rounds = np.arange(max(1, AHEAD // period))[:, None] * period + phase
        self._span = len(self._rounds) * period  # steps
        self.review_hours = np.array([mind.spec.review_minutes / 60 for mind in minds])
        self._kind = type(policies[0])
        self._knows = "stirred" in vars(self._kind)
        self._columns: dict[str, np.ndarray] = {}
        self._keys: dict[str, np.ndarray] = {}
        self._each: dict[tuple[str, ...], set[tuple[Any, ...]]] = {}
        self._from, self._seen, self._sheet = -1, ((),), dict[int, list[int]]()
        self._everybody = self._by_step(np.ones(len(minds), np.bool_))

    def __len__(self) -> int:
        return len(self.minds)

    def __getitem__(self, field: str) -> np.ndarray:
        if field not in self._columns:
            self._columns[field] = np.array([getattr(policy, field) for policy in self.policies])
        return self._columns[field]

    def each(self, *fields: str) -> set[tuple[Any, ...]]:
        """What policies of theirs have under some fields, every combination once."""
        if fields not in self._each:
            self._each[fields] = {tuple(getattr(policy, field) for field in fields) for policy in self.policies}
        return self._each[fields]

    def draw(self, what: str, *trial: int | np.ndarray) -> np.ndarray:
        """What `Me.draw` gives each of them, f8[minds], or with a row for each row of trials."""
        if what not in self._keys:
            own = [mind.key(f"{self.story}/{what}") for mind in self.minds]
            self._keys[what] = np.array(own, np.uint64)
        return streams.unit(table_bits(self._keys[what], *(trial or (0,))))

    def named(self, names: Iterable[str]) -> np.ndarray:
        """Which of them bear one of some names, bool[minds]."""
        return np.array([mind.name in names for mind in self.minds])

    @property
    def at_work(self) -> np.ndarray:
        """Which looks fall into working hours, ``first_hour`` to ``last_hour``, bool[looks, minds]."""
        return np.asarray((self["first_hour"] <= self.hour) & (self.hour <= self["last_hour"]))

    @property
    def pace(self) -> np.ndarray:
        """Activity of looks over the day's mean, f8[looks, minds]."""
        paces = [self._time.pace(step) for step in range(self._from, self._from + self._span)]
        return np.array(paces)[self._rounds]

    @property
    def decides(self) -> np.ndarray:
        """Whose coin says at a look that it decides, for which it takes ``deliberation_hours`` in the mean."""
        return np.asarray(self.draw("decide", self.now) < self.review_hours / self["deliberation_hours"])

    def looking(self, step: int) -> Sequence[int]:
        """Places of those who look in a step."""
        return self._everybody.get(step % self._span, ())

    def stirred(self, step: int, board: Dashboard) -> Sequence[int]:
        """Places of those who look in a step and may want something."""
        if not self._knows:  # what a class knows of its own decisions holds for none derived from it
            return self.looking(step)
        seen = self._kind.watched(board, self)
        if not seen:
            return ()
        begun = step - step % self._span
        if self._from != begun or self._seen != seen:
            self._look_ahead(begun, seen)
        return self._sheet.get(step % self._span, ())

    def _look_ahead(self, begun: int, seen: tuple[Any, ...]) -> None:
        """Find out who may want something in the steps from ``begun`` on, if what they wait for stays as it is."""
        if self._from != begun:
            minutes = self._time.step_minutes
            self.now = (begun + self._rounds) * minutes
            self.hour = np.array([self._time.hour(minutes * step) for step in range(begun, begun + self._span)])[
                self._rounds
            ]
        self._from, self._seen = begun, seen
        self._sheet = self._by_step(self._kind.stirred(seen, self))

    def _by_step(self, stirred: np.ndarray) -> dict[int, list[int]]:
        """Places of those who are, bool[looks, minds] or bool[minds], by the step in which they look."""
        sheet: dict[int, list[int]] = {}
        rounds, places = np.nonzero(np.broadcast_to(stirred, self._rounds.shape))
        for step, place in zip(self._rounds[rounds, places].tolist(), places.tolist(), strict=True):
            sheet.setdefault(step, []).append(place)
        return sheet


class Group:
    """Minds that look equally often, mind the same stories, see as late, and have policies of the same kinds."""

    def __init__(self, minds: list[Mind], period: int, time: Time) -> None:
        self.minds, self._period, self._time = minds, period, time
        self._phase = np.array([phase_of(mind, period) for mind in minds])
        self._phases = frozenset(self._phase.tolist())
        self._stories, self._delay = minds[0].stories, minds[0].spec.delay_minutes
        self._paid: list[set[int]] = [set() for _ in range(period)]  # by phase, who takes fees
        for place in [place for place, mind in enumerate(minds) if mind.takes_fees]:
            self._paid[self._phase[place]].add(place)
        self._alike: dict[str, list[Alike]] = {}

    def asked(self, step: int, see: See) -> list[tuple[Mind, bool]]:
        """Those who look and may want something, and (false) those who do only if a fee is offered before their turn.

        Args:
            step: when.
            see: the dashboard of a story as it was so many minutes ago.
        """
        if step % self._period not in self._phases:
            return []
        stirred: set[int] = set()
        for story in self._stories():
            board = see(story, self._delay)
            for alike in self._alike.get(story) or self._before(story):
                stirred.update(alike.stirred(step, board))
        paid = self._paid[step % self._period]
        return [(self.minds[place], place in stirred) for place in (stirred | paid if paid else stirred)]

    def _before(self, story: str) -> list[Alike]:
        """Its minds before a story, policy by policy."""
        columns = zip(*(mind.spec.policies for mind in self.minds), strict=True)
        self._alike[story] = [
            Alike(self.minds, list(column), story, self._phase, self._period, self._time) for column in columns
        ]
        return self._alike[story]


def phase_of(mind: Mind, period: int) -> int:
    """In which step of a period a mind looks."""
    return int(mind.draw("phase") * period)


def groups(minds: Iterable[Mind], time: Time) -> list[Group]:
    """Minds that have policies, in groups of their like."""
    found: dict[Any, list[Mind]] = defaultdict(list)
    for mind in minds:
        spec = mind.spec
        if spec.policies:
            period = max(1, spec.review_minutes // time.step_minutes)
            found[period, spec.story, spec.delay_minutes, *map(type, spec.policies)].append(mind)
    return [Group(alike, period, time) for (period, *_), alike in found.items()]

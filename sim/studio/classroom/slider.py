"""Each student moves a slider: how many friends it takes, how easily one is persuaded, or how far a story will come."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import mean, median
from typing import Any, ClassVar

from sim.studio.classroom.game import COMPUTING, OPEN, OVER, Class, Game, flag, one_of, whole
from sim.studio.classroom.nodes import WAYS, model_of
from sim.studio.classroom.ties import KINDS
from sim.studio.classroom.words import RefusalError

QUESTIONS = ("threshold", "chance", "guess")
NEVER = 105  # per cent of friends: shares whatever they do
BY = 5  # per cent between two places of the slider
STEPS = 20  # of the model


class Slider(Game):
    """One round. ``threshold`` and ``chance`` are per cent, ``guess`` is a number of people."""

    kind: ClassVar[str] = "slider"

    def __init__(self, room: Class, numbers: list[int], options: Mapping[str, Any]) -> None:
        super().__init__(room, numbers, dict(options) | {"rounds": 1})
        self.question = one_of(options, "question", QUESTIONS, "threshold")
        self.shown = flag(options, "shown", self.question != "guess")
        self.network = one_of(options, "network", KINDS, "small_world")
        self.way = one_of(options, "way", WAYS, "lot")
        self.count = min(whole(options, "beginners", 1, 20, 2), len(numbers))
        self.model = model_of(options)
        self.values: dict[int, int] = {}
        self.found: dict[str, Any] | None = None

    @property
    def most(self) -> int:
        """The upper end of the slider."""
        return {"threshold": NEVER, "chance": 100, "guess": len(self.numbers)}[self.question]

    @property
    def by(self) -> int:
        """The distance of two places of the slider."""
        return 1 if self.question == "guess" else BY

    def begin(self) -> None:
        """Open at once."""
        self.open_next()

    def take(self, number: int, value: Any) -> None:
        """Set the slider of a seat."""
        if type(value) is not int or not 0 <= value <= self.most or value % self.by:
            raise RefusalError("bad_choice", 422)
        self.values[number] = value
        self.room.changed([number])

    def close(self) -> None:
        """Ask what the model makes of these values."""
        if self.state != OPEN:
            return
        self.state = COMPUTING
        self.room.changed()
        data = {"question": self.question, "numbers": self.numbers, "values": self.values, "seed": self.room.seed}
        wanted = data | {"count": self.count, "way": self.way, "rounds": STEPS, "model": self.model}
        kinds = [self.network] if self.question == "guess" else [*KINDS]
        self.room.ask("values", wanted | {"kinds": kinds}, self._found, self._not_found)

    def end(self) -> None:
        """Be over now, with what was set."""
        self.close()

    def _found(self, found: dict[str, Any]) -> None:
        self.found, self.state = found, OVER
        self.room.changed()

    def _not_found(self, why: Any) -> None:
        self.state, self.why = OVER, why
        self.room.changed()

    def view(self, number: int) -> dict[str, Any]:
        """What a phone is told; of the others only once it is over."""
        told = super().view(number) | {"question": self.question, "most": self.most, "by": self.by, "left": self.left}
        told |= {"value": self.values.get(number), "never": NEVER, "people": len(self.numbers), "count": self.count}
        if self.state == OVER and self.values:
            told |= {"median": median(self.values.values())}
        return told

    def stage(self) -> dict[str, Any]:
        """What the projector is told."""
        told = super().stage() | {"question": self.question, "most": self.most, "by": self.by, "left": self.left}
        told |= {"network": self.network, "model": self.model, "never": NEVER, "count": self.count}
        told |= {"chosen": len(self.values), "hidden": not self.shown and self.state == OPEN}
        if told["hidden"] or not self.values:
            return told | {"values": []}
        middle = {"median": median(self.values.values()), "mean": mean(self.values.values())}
        return told | middle | {"values": sorted(self.values.values()), "found": self.found}

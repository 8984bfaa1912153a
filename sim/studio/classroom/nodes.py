"""Each student is a node: shares a title or does not, with or without seeing how many friends have."""

from __future__ import annotations

from collections.abc import Mapping
from math import comb
from typing import Any, ClassVar

from sim.studio.classroom.game import COMPUTING, OPEN, OVER, PREPARING, Class, Game, flag, one_of, share, whole
from sim.studio.classroom.ties import KINDS
from sim.studio.classroom.words import RefusalError

MODELS = ("independent_cascade", "linear_threshold", "bass")
WAYS = ("lot", "friends", "near")
MANY = 4  # friends from which they are one row of the table


class Nodes(Game):
    """Rounds in which everybody who has not shared yet may; all change at once when a round closes, as in the models.

    Whoever says nothing in a round does not share in it.
    """

    kind: ClassVar[str] = "nodes"

    def __init__(self, room: Class, numbers: list[int], options: Mapping[str, Any]) -> None:
        super().__init__(room, numbers, options)
        self.network = one_of(options, "network", KINDS, "small_world")
        self.sees = flag(options, "sees", True)
        self.way = one_of(options, "way", WAYS, "lot")
        self.count = min(whole(options, "beginners", 1, 20, 2), len(numbers))
        self.model = model_of(options)
        self.ties: list[tuple[int, int]] = []
        self.places: list[tuple[float, float]] = []
        self.friends: dict[int, set[int]] = {number: set() for number in numbers}
        self.begun: list[int] = []
        self.shared: dict[int, int] = {}
        self.choices: dict[int, bool] = {}
        self.told: list[tuple[int, int]] = []  # of each who was asked: friends who had shared, and what came of it
        self.expected: dict[str, Any] | None = None

    # ---- rounds

    def begin(self) -> None:
        """Have the network drawn."""
        data = {"kind": self.network, "numbers": self.numbers, "way": self.way, "count": self.count}
        self.room.ask("network", data | {"seed": self.room.seed}, self._drawn, self.failed)

    def _drawn(self, found: dict[str, Any]) -> None:
        self.ties = [(a, b) for a, b in found["ties"]]
        self.places, self.begun = found["places"], found["begin"]
        for a, b in self.ties:
            self.friends[a].add(b)
            self.friends[b].add(a)
        self.shared = dict.fromkeys(self.begun, 0)
        self.open_next()

    def take(self, number: int, value: Any) -> None:
        """Share, or not."""
        if type(value) is not bool:
            raise RefusalError("bad_choice", 422)
        if number in self.shared:
            return  # for good
        self.choices[number] = value
        self.room.changed([number])

    def close(self) -> None:
        """Let all who chose to share have shared."""
        if self.state != OPEN:
            return
        before = {number: self._heard(number) for number in self.numbers if number not in self.shared}
        for number, friends in before.items():
            shares = self.choices.get(number, False)
            self.told.append((friends, int(shares)))
            if shares:
                self.shared[number] = self.round
        self.choices = {}
        if self.round >= self.rounds or len(self.shared) == len(self.numbers):
            self._finish()
        else:
            self.open_next()

    def end(self) -> None:
        """Be over after the last round that was closed."""
        if self.state == OPEN:
            self.round -= 1  # the one that is open was not closed, so it does not count
            self.choices = {}
            self._finish()

    def _finish(self) -> None:
        self.state = COMPUTING
        self.room.changed()
        self.expect(self.model)

    def expect(self, model: Mapping[str, Any]) -> None:
        """Ask what a model expects of this network and these beginners."""
        self.model = dict(model)
        data = {"ties": self.ties, "numbers": self.numbers, "begin": self.begun, "model": self.model}
        wanted = data | {"rounds": max(self.round, 1), "seed": self.room.seed}
        asked = self.model
        self.room.ask("band", wanted, lambda found: self._expected(asked, found), self._unexpected)

    def _expected(self, asked: dict[str, Any], found: dict[str, Any]) -> None:
        if asked is self.model:  # and not one that another was asked after
            self.expected, self.state, self.why = found, OVER, None
            self.room.changed()

    def _unexpected(self, why: Any) -> None:
        """What the class did stays, whatever became of the model."""
        self.state, self.why = OVER, why
        self.room.changed()

    # ---- what is told

    def _heard(self, number: int) -> int:
        return sum(friend in self.shared for friend in self.friends[number])

    def view(self, number: int) -> dict[str, Any]:
        """What a phone is told: of friends only where it may see them."""
        told = super().view(number) | {"sees": self.sees, "left": self.left}
        if number not in self.numbers or self.state == PREPARING:
            return told
        told |= {"shared": self.shared.get(number), "choice": self.choices.get(number)}
        if self.sees or self.state == OVER:
            told |= {"friends": len(self.friends[number]), "friends_shared": self._heard(number)}
        return told

    def stage(self) -> dict[str, Any]:
        """What the projector is told; who has shared stays hidden while nobody may see it."""
        told = super().stage() | {"sees": self.sees, "left": self.left, "network": self.network, "model": self.model}
        told |= {"chosen": len(self.choices), "asked": len(self.numbers) - len(self.shared), "way": self.way}
        hidden = not self.sees and self.state in (PREPARING, OPEN)
        told |= {"hidden": hidden, "numbers": self.numbers, "ties": self.ties, "places": self.places}
        if hidden:
            return told | {"shared": {}, "begun": [], "curve": []}
        return told | {
            "shared": self.shared,
            "begun": self.begun,
            "curve": self.curve(),
            "expected": self.expected if self.state == OVER else None,
            "answers": self.answers() if self.state == OVER else [],
        }

    def curve(self) -> list[int]:
        """People who have shared after each round that was closed."""
        closed = self.round - (self.state == OPEN)
        return [sum(when <= at for when in self.shared.values()) for at in range(closed + 1)]

    def answers(self) -> list[dict[str, int]]:
        """Of those asked with so many friends who had shared: how often that was, and how often they shared."""
        rows = []
        for friends in range(MANY + 1):
            said = [shares for heard, shares in self.told if min(heard, MANY) == friends]
            rows.append({"friends": friends, "asked": len(said), "shared": sum(said)})
        return rows


def model_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """The textbook model that is held beside the class."""
    name = one_of(options, "model", MODELS, "independent_cascade")
    if name == "independent_cascade":
        return {"model": name, "p": share(options, "p", 0.3)}
    if name == "bass":
        p, q = share(options, "p", 0.05), share(options, "q", 0.3)
        return {"model": name, "p": p, "q": min(q, 1 - p)}
    return {"model": name}


def paired(one: Nodes, other: Nodes) -> dict[str, Any] | None:
    """The same seats without and with seeing friends; None where the two are no pair.

    Who began in either is left out. ``chance``: that as uneven a split of those who changed came of even odds (exact
    sign test). Choices within a cascade hang together, so it says too little rather than too much of doubt.
    """
    if one.sees == other.sees or one.network != other.network or not {*one.begun} & {*other.begun}:
        return None
    blind, seeing = (other, one) if one.sees else (one, other)
    both = [
        number
        for number in one.numbers
        if number in other.numbers and number not in one.begun and number not in other.begun
    ]
    if not both:
        return None
    split = [(number in blind.shared, number in seeing.shared) for number in both]
    only_blind, only_seeing = split.count((True, False)), split.count((False, True))
    return {
        "people": len(both),
        "both": split.count((True, True)),
        "neither": split.count((False, False)),
        "only_blind": only_blind,
        "only_seeing": only_seeing,
        "chance": sign_test(only_blind, only_seeing),
        "blind": {"title": blind.title, "curve": blind.curve(), "people": len(blind.numbers)},
        "seeing": {"title": seeing.title, "curve": seeing.curve(), "people": len(seeing.numbers)},
    }


def sign_test(fewer: int, more: int) -> float:
    """The exact two-sided chance of a split at least as uneven, at even odds; 1 where there is nothing to split."""
    count, least = fewer + more, min(fewer, more)
    return min(1.0, 2 * sum(comb(count, k) for k in range(least + 1)) / 2**count)

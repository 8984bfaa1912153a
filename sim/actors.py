"""The minds: a `mesa.Agent` sitting on its rows, with a purse and policies. Users are rows and have none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa

from sim import streams
from sim.policies import Action, Me, Offer
from sim.scenario import Actor

if TYPE_CHECKING:
    from sim.model import ViralityModel


class Mind(mesa.Agent):
    """One decision-maker: KOL, tourism bureau, brand, medium or star.

    Attributes:
        name: unique name; members of a group carry a number.
        rows: its account's row by platform.
        order_key: stream key of its turn among those that look in the same step.
        spent: yuan spent so far, never above the budget.
        done: (kind of action, minute) of all it did.
        offers: fees offered to it and not yet looked at.
    """

    def __init__(
        self, model: ViralityModel, spec: Actor, name: str, title: str, rows: dict[str, int], price: int
    ) -> None:
        super().__init__(model)
        self.spec, self.name, self.title, self.rows, self.price = spec, name, title, rows, price
        self.story = spec.story or next(iter(model.script.stories))
        self.spent = 0
        self.done: list[tuple[str, int]] = []
        self.offers: list[Offer] = []
        self._key = streams.stream_key(model.script.seed, f"mind/{name}")
        self._streams: dict[str, int] = {}
        self.order_key = self.key("order")
        self._me: tuple[tuple[Any, ...], Me] | None = None

    @property
    def kind(self) -> str:
        """What kind of mind it is."""
        return self.spec.kind

    def draw(self, what: str, *keys: int) -> float:
        """A uniform number keyed by this mind, what it is for, and up to three integers."""
        return streams.py_uniform(self.key(what), *(keys or (0,)))

    def key(self, what: str) -> int:
        """Stream key of what this mind draws for."""
        if what not in self._streams:
            self._streams[what] = streams.stream_key(self._key, what)
        return self._streams[what]

    def step(self) -> None:
        """Look at the dashboard and do the first thing that a policy wants, if any; without an account, nothing."""
        if not self.rows:
            return
        board, me = self.model.dashboard(self.story, self.spec.delay_minutes), self.me()
        for policy in self.spec.policies:
            actions = policy.decide(board, me)
            if actions:
                for action in actions:
                    self.carry_out(action, board.now)
                break
        self.offers.clear()

    def me(self) -> Me:
        """What it knows of itself; most looks find it as the last one did."""
        ledger = len(self.rows), self.spent, len(self.done), tuple(self.offers)
        if self._me is None or self._me[0] != ledger:
            self._me = ledger, self._known()
        return self._me[1]

    def _known(self) -> Me:
        return Me(
            self.name,
            self.title,
            self.kind,
            tuple(self.rows),
            self.spec.budget - self.spent,
            self.price,
            self.spec.review_minutes,
            tuple(self.done),
            tuple(self.offers),
            self.draw,
        )

    def carry_out(self, action: Action, now: int) -> None:
        """Do it, if the purse allows and the account exists, and remember it."""
        if action.platform not in self.rows or action.spend > self.spec.budget - self.spent:
            return
        self.spent += action.spend
        self.done.append((action.kind, now))
        self.model.deeds.perform(self, action)

"""The minds: a `mesa.Agent` sitting on its rows, with a purse and policies. Users are rows and have none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mesa

from sim.base import streams
from sim.minds.action import Action
from sim.minds.actor import Actor
from sim.minds.dashboard import Dashboard, Fee, Me


class Mind(mesa.Agent):
    """One decision-maker: KOL, tourism bureau, brand, medium or star.

    Attributes:
        name: unique name; members of a group carry a number.
        rows: its account's row by platform.
        order_key: stream key of its turn among those that look in the same step.
        spent: yuan spent so far, never above the budget.
        done: (kind of action, minute) of all it did.
        offers: fees offered to it and not yet looked at.

    ``see`` gives the dashboard of a story as it was so many minutes ago; ``do`` carries an action out.
    """

    def __init__(
        self,
        model: mesa.Model,
        spec: Actor,
        name: str,
        title: str,
        rows: dict[str, int],
        price: int,
        *,
        story: str,
        seed: int,
        see: Callable[[str, int], Dashboard],
        do: Callable[[Mind, Action], None],
    ) -> None:
        super().__init__(model)
        self.spec, self.name, self.title, self.rows, self.price = spec, name, title, rows, price
        self.story, self._see, self._do = story, see, do
        self.spent = 0
        self.done: list[tuple[str, int]] = []
        self.offers: list[Fee] = []
        self._key = streams.stream_key(seed, f"mind/{name}")
        self._streams: dict[str, int] = {}
        self.order_key = self.key("order")
        self._me: tuple[tuple[Any, ...], Me] | None = None

    @property
    def kind(self) -> str:
        """What kind of mind it is."""
        return self.spec.kind

    @property
    def takes_fees(self) -> bool:
        """Whether brands may offer it fees."""
        return any(policy.takes_fees for policy in self.spec.policies)

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
        board, me = self._see(self.story, self.spec.delay_minutes), self.me()
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
        self._do(self, action)

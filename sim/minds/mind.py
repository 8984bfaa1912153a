"""The minds: a `mesa.Agent` sitting on its rows, with a purse and policies. Users are rows and have none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import mesa

from sim.base import streams
from sim.minds.action import Action
from sim.minds.actor import Actor
from sim.minds.dashboard import Dashboard, Fee, Me, Spreading


class Mind(mesa.Agent):
    """One decision-maker: KOL, tourism bureau, brand, medium, editor (`minds.base.KINDS`).

    Attributes:
        name: unique name; members of a group carry a number.
        rows: its account's row by platform.
        stories: gives the names of those it minds now, one after the other; they share nothing but its purse.
        order_key: stream key of its turn among those that look in the same step.
        spent: yuan spent so far, never above the budget.
        done: (kind of action, minute, story, title of the topic it dealt with) of all it did.
        offers: fees offered to it and not yet looked at.

    ``see`` gives the dashboard of a story as it was so many minutes ago; ``do`` carries an action out, if it can;
    ``followers_won``: how many followers (people) it has won in the run, on all platforms; ``spreading``: posts of a
    story on its platforms that are being reposted.
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
        stories: Callable[[], Sequence[str]],
        seed: int,
        see: Callable[[str, int], Dashboard],
        do: Callable[[Mind, Action], bool],
        followers_won: Callable[[Mind], int] = lambda mind: 0,
        spreading: Callable[[Mind, str, int, int], tuple[Spreading, ...]] = lambda mind, story, minutes, least: (),
    ) -> None:
        super().__init__(model)
        self.spec, self.name, self.title, self.rows, self.price = spec, name, title, rows, price
        self.stories, self._see, self._do = stories, see, do
        self._followers_won, self._spreading = partial(followers_won, self), partial(spreading, self)
        self.spent = 0
        self.done: list[tuple[str, int, str, str]] = []
        self.offers: list[Fee] = []
        self._key = streams.stream_key(seed, f"mind/{name}")
        self._streams: dict[str, int] = {}
        self.order_key = self.key("order")
        self._me: dict[str, tuple[tuple[Any, ...], Me]] = {}

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
        """Look at each story's dashboard and do the first thing a policy wants; without an account, nothing."""
        if not self.rows:
            return
        for story in self.stories():
            self._decide(self._see(story, self.spec.delay_minutes), self.me(story))
        self.offers.clear()

    def _decide(self, board: Dashboard, me: Me) -> None:
        for policy in self.spec.policies:
            if actions := policy.decide(board, me):
                for action in actions:
                    self.carry_out(action, board.now)
                return

    def me(self, story: str) -> Me:
        """What it knows of itself in a story; most looks find it as the last one did."""
        ledger = len(self.rows), self.spent, len(self.done), tuple(self.offers) if self.offers else ()
        known = self._me.get(story)
        if known is None or known[0] != ledger:
            known = self._me[story] = ledger, self._known(story)
        return known[1]

    def _known(self, story: str) -> Me:
        return Me(
            self.name,
            self.title,
            self.kind,
            tuple(self.rows),
            self.spec.budget - self.spent,
            self.price,
            self.spec.review_minutes,
            tuple((kind, minute) for kind, minute, of, _ in self.done if of == story),
            tuple(self.offers),
            lambda what, *keys: self.draw(f"{story}/{what}", *keys),
            frozenset((kind, on) for kind, _, of, on in self.done if of == story and on),
            self._followers_won,
            partial(self._spreading, story),
        )

    def carry_out(self, action: Action, now: int) -> None:
        """Do it, if the purse allows and the account exists; remember it, if it came about; then its cost is paid."""
        if action.platform not in self.rows or action.spend > self.spec.budget - self.spent:
            return
        if self._do(self, action):
            self.done.append((action.kind, now, action.story, action.on))

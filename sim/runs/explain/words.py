"""An exposure in words: when, where, which post; the coins and what they were held against; what came of it."""

from __future__ import annotations

import textwrap
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sim.base.streams import ONE32
from sim.platforms.base import channels
from sim.world.records import AUDIENCE, FOLLOWERS, FRIENDS, GROUP, SERVE

if TYPE_CHECKING:
    from sim.runs.explain.onlooker import Met
    from sim.runs.tables import Tables
    from sim.world.persons import Offer

FIX = 1 << 16
INDENT = " " * 5
TIES = {AUDIENCE: "follower of", FRIENDS: "friend of", GROUP: "in a group with"}  # by which a user's share is seen


class Words:
    """Names and numbers of one run, as a reader wants them; ``exact``: whole numbers instead of probabilities."""

    def __init__(self, tables: Tables, exact: bool = False) -> None:
        self.tables, self.world, self.clock, self.exact = tables, tables.world, tables.clock, exact
        self.scenario = tables.scenario

    def time(self, minute: int) -> str:
        """Day and local time."""
        return self.clock.time(minute).strftime("%d %b %H:%M")

    @cached_property
    def zone(self) -> str:
        """What all times are in."""
        return f"{self.clock.start.year}, UTC{self.clock.start.isoformat()[-6:]}"

    def chance(self, threshold: int) -> str:
        """A 32-bit number as a probability of four digits, more where it is small."""
        if self.exact:
            return str(threshold)
        p = threshold / ONE32
        return f"{p:.4f}" if p >= 0.001 or not threshold else f"{p:.6f}"

    def against(self, coin: int, threshold: int) -> str:
        """A draw and what it was held against."""
        return f"{self.chance(coin)} {'<' if coin < threshold else '≥'} {self.chance(threshold)}"

    def name(self, row: int) -> str:
        """A user or an account."""
        return self.tables.author(row)[0]

    def title(self, story: int) -> str:
        """Title of a story."""
        return list(self.scenario.stories.values())[story].title

    def post(self, row: int) -> str:
        """A post: kind, author, topic."""
        posts = self.world.posts
        topic, author = self.world.topic_titles[posts.topic[row]], self.name(int(posts.author[row]))
        kind = f", {self.tables.content(row)} by" if posts.by_actor[row] else " of"
        return f"post {row}{kind} {author} on “{topic}”"

    def channel(self, met: Met) -> str:
        """How it came to the user."""
        offer = met.offer
        if offer.mode != SERVE:
            sharer = self.name(offer.source if offer.mode in TIES else offer.row)
            won = ", won in the run" if offer.mode == FOLLOWERS else ""
            shared = f", sharing row {offer.event}" if self.world.forest.parent[offer.event] >= 0 else ""
            over = self._came_over(offer)
            return f"{TIES.get(offer.mode, 'follower of')} {sharer}{won}{shared}{over}"
        words = channels()[offer.channel].words
        return f"{words}, {met.place}" if met.place else words

    def _came_over(self, offer: Offer) -> str:
        """From which other platform a share came over last."""
        from_platform = int(self.world.forest.from_platform[offer.event])
        here = int(self.world.posts.platform[offer.post])
        return f", come over from {self.world.platforms[from_platform]}" if from_platform != here else ""

    # ---- one exposure

    def heading(self, number: int, visits: list[Met]) -> str:
        """When, where, how, what."""
        met, last = visits[0], f"–{number + len(visits) - 1}" if len(visits) > 1 else ""
        where = f"{self.world.platforms[met.platform]}, {self.channel(met)}"
        return f"{number:3}{last}  {self.time(met.offer.minute)}  {where}: {self.post(met.offer.post)}"

    def look(self, visits: list[Met]) -> list[str]:
        """The coin of seeing, and the product it was held against; of several visits all coins."""
        met, found = visits[0], visits[0].encounter
        verdict = f": {self._seen(met) if found.seen else 'passed by'}"
        if len(visits) == 1:
            return [f"look     {self.against(found.coin, found.seen_below)}{self._product(met)}{verdict}"]
        coins = textwrap.wrap(" ".join(self.chance(visit.encounter.coin) for visit in visits), 90)
        rule = f"look     {len(visits)} visits, as a row is several people; all"
        rule += f" ≥ {self.chance(found.seen_below)}{self._product(met)}{verdict}"
        return [rule, *(f"         {part}" for part in coins)]

    def _product(self, met: Met) -> str:
        found, base = met.encounter, met.exposure.chance
        if self.exact:
            return f"; base {base}, with fit {found.suits}, with attention {found.seen_below}"
        attention = found.seen_below / found.suits if found.suits else 0.0
        return f" = base {base / ONE32:.4f} × fit {found.suits / base:.4f} × attention {attention:.4f}"

    def _seen(self, met: Met) -> str:
        wait = met.minute - met.offer.minute
        return f"seen {wait} min later, {self.time(met.minute)}" if wait else "seen at once"

    def answers(self, met: Met) -> list[str]:
        """What the user remembered, and each response with its draw; four to a line."""
        who = met.who
        before = f"before   {who.attention} views today, {who.fatigue} recent exposures to “{self.title(met.story)}”"
        if self.world.ratio > 1:
            kept = "remembers" if met.kept else "does not remember"
            before += f"; stands for {met.offer.weight:,} of {self.world.ratio:,} people: row {kept}"
        (_, coin, gate), *acts = met.draws
        rate, own = met.rate, met.encounter.attend_fix
        parts = (
            f"; post {rate}, user {own} / 65536" if self.exact else f" = post {rate / ONE32:.4f} × user {own / FIX:.4f}"
        )
        told = f"attend   {self.against(coin, gate)}{parts}" + (" ✓" if acts else ": goes on")
        can = [one for one in acts if one[2]]  # what nobody does on this platform tells nothing
        cells = [f"{name} {self.against(coin, below)}{' ✓' if coin < below else ''}" for name, coin, below in can]
        return [before, told, *("         " + "   ".join(cells[i : i + 4]) for i in range(0, len(cells), 4))]

    def told(self, number: int, visits: list[Met]) -> list[str]:
        """All lines of one exposure, or of several visits to one share that were all passed by."""
        met = visits[0]
        body = [*self.look(visits), *(self.answers(met) if met.encounter.seen else [])]
        return [self.heading(number, visits), *(INDENT + line for line in body)]


def due(words: Words, met: Met) -> tuple[int, int]:
    """The order in which acts happen: by step, the next one at the earliest, and minute."""
    return max(met.minute // words.clock.step_minutes, met.step + 1), met.minute


def happened(words: Words, met: Met) -> bool:
    """Whether what follows from it falls due before the run's end."""
    return due(words, met)[0] < words.clock.n_steps


def rows_of(words: Words, user: int) -> np.ndarray:
    """The user's rows in the repost forest."""
    return np.flatnonzero(words.world.forest.user == user)

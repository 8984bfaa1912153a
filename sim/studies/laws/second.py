"""The value of the second platform: it adds its people, less those who were reached on the first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

import numpy as np

from sim.base import intervals
from sim.base.errors import SimError
from sim.pages.amounts import percent
from sim.pages.words import Said
from sim.runs.kinds import World
from sim.scenario.affinity import KEEN, affinities
from sim.scenario.interventions import Post
from sim.scenario.scenario import Scenario
from sim.studies.laws.dots import Claim, Dot, Place, Reading, change, claim
from sim.studies.laws.law import LAWS, Law


class Groups(NamedTuple):
    """People who look alike, a row each: segment, activity and how a community takes to the story.

    Attributes:
        people: f8[groups], share of everybody.
        look: f8[groups], chance that a place shown to them is seen.
        first, second: f8[groups], chance of using each platform.
    """

    people: np.ndarray
    look: np.ndarray
    first: np.ndarray
    second: np.ndarray


@LAWS.register
class Second(Law):
    """Share reached by either of two platforms, by the share that the second reaches.

    If reaching on one said nothing of the other it would be 1 − (1 − a)·(1 − b), the reference. But who uses both,
    looks often and likes the story is reached on both: duplication is larger. Known from a and b alone: a post goes
    round the members of a platform, each of whom looks with a chance of its own, until a share a was reached; likewise
    b; who was reached on both follows from the groups that the catalogue states.
    Not modelled: that a view on one platform makes people look on the other; prices.
    Sources: Agostini 1961; Metheringham 1964; Goodhardt & Ehrenberg 1969 (duplication of viewing).
    """

    name: ClassVar[str] = "second"
    metrics: ClassVar[tuple[str, ...]] = ("people_reached",)
    sources: ClassVar[tuple[str, ...]] = (
        "Agostini 1961, How to estimate unduplicated audiences, J. Advertising Research 1(3)",
        "Metheringham 1964, Measuring the net cumulative coverage of a print campaign, J. Advertising Research 4(4)",
        "Goodhardt & Ehrenberg 1969, Duplication of television viewing, J. Marketing Research 6(2)",
    )

    def asks(self, worlds: Sequence[World]) -> tuple[str, ...]:
        """People reached on either, and on each."""
        return (*self.metrics, *(f"{name}_new_reach" for name in self._checked(worlds[0]).platforms))

    def _checked(self, world: World) -> Scenario:
        if not isinstance(world, Scenario) or len(world.platforms) != 2 or len(world.stories) != 1:
            raise SimError(f"law {self.name} is of one story on two platforms; {world.name} is no such world")
        return world

    def places(self, worlds: Sequence[World]) -> list[Place]:
        """Along what is spent on the second platform, one curve."""
        return [self._place(self._checked(world)) for world in worlds]

    def _place(self, world: Scenario) -> Place:
        _, second = world.platforms
        spent = sum(fact.boost for fact in world.interventions if isinstance(fact, Post) and fact.platform == second)
        table = np.array(groups(world)).round(9).tolist()
        return Place(spent, "all", {"people": world.people.represents, "groups": table})

    def read(self, place: Place, sample: np.ndarray) -> Reading:
        """The share reached by either; known from the shares that each reached."""
        either, a, b = sample / place.facts["people"]
        who = Groups(*np.array(place.facts["groups"]))
        both = np.array([duplicated(who, *pair) for pair in zip(a, b, strict=True)])
        return Reading(either, a + b - both, a + b - a * b)

    def claims(self, dots: Sequence[Dot]) -> list[Claim]:
        """The second platform adds people, yet fewer than if reaching on one said nothing of the other."""
        first, last = dots[0], dots[-1]
        more = self.said("adds_told", share=percent(last.measured.middle - first.measured.middle))
        less = intervals.mean(last.runs - last.reference)
        figures = self.said("fewer_told", found=percent(last.measured.middle), apart=percent(last.reference))
        return [
            claim(self.said("adds"), change(first, last), 1, more),
            claim(self.said("fewer"), less, -1, figures),
        ]

    def label(self, place: Place) -> Said:
        """There is one line."""
        return self.said("line")


def groups(world: Scenario) -> Groups:
    """Who looks alike in a world of one story and two platforms."""
    from sim.model.build import members

    people = world.people
    segment = np.array([one.share for one in people.segments.values()])
    share = np.array([one.share for one in people.activity.values()])
    level = np.array([one.level for one in people.activity.values()])
    suits = np.minimum(affinities(world)[0] / KEEN, 1)  # segments, classes of communities
    weight = np.einsum("s,a,c->sac", segment / segment.sum(), share / share.sum(), np.full(suits.shape[1], 1.0))
    look = np.einsum("a,sc->sac", level / level.max(), suits)
    first, second = (np.broadcast_to(one[:, None, None], look.shape) for one in members(world))
    return Groups(*(one.ravel() for one in (weight / suits.shape[1], look, first, second)))


def duplicated(who: Groups, a: float, b: float) -> float:
    """Share of everybody reached on both platforms where a share ``a`` is on the first and ``b`` on the second."""
    return float(who.people @ (who.first * _reached(who, who.first, a) * who.second * _reached(who, who.second, b)))


def _reached(who: Groups, uses: np.ndarray, share: float) -> np.ndarray:
    """Chance of each group's members to be reached once so large a share of everybody was, f8[groups]."""
    low, high = 0.0, 1e4
    for _ in range(60):
        rounds = (low + high) / 2
        low, high = (rounds, high) if who.people @ (uses * _after(who.look, rounds)) < share else (low, rounds)
    return _after(who.look, high)


def _after(look: np.ndarray, rounds: float) -> np.ndarray:
    """Chance of having looked after so many rounds of a post among all members, the last one in part."""
    whole = int(rounds)
    return 1 - (1 - look) ** whole * (1 - (rounds - whole) * look)

"""What all policies share: their registry, their base class, and the words and numbers of their reasons."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal, Protocol, get_args

import numpy as np
from pydantic import BaseModel, ConfigDict

from sim.base.errors import Finding
from sim.base.names import Known, Names, misnamed, placeholders
from sim.base.registry import Registry
from sim.base.strict import OneOf
from sim.minds.action import Action, Publish
from sim.minds.dashboard import HOUR, Dashboard, Listed, Me

POLICIES = Registry("policy")
Kind = Literal[
    "kol",
    "bureau",
    "brand",
    "media",
    "star",
    "organisation",
    "editor",
    "celebrity",
    "specialist",
    "meme",
    "bot",
]  # of minds
KINDS: tuple[str, ...] = get_args(Kind)
PLACES = 50  # of a usual list

# What a text field may name; each is checked against what the world has.
ActorName = Annotated[str, Names("actor")]
ContentName = Annotated[str, Names("content")]
PlatformName = Annotated[str, Names("platform")]
StoryName = Annotated[str, Names("story")]
TierName = Annotated[str, Names("tier")]


class Holder(Protocol):
    """What a policy may ask of the actor that has it, before a run."""

    @property
    def count(self) -> int:
        """How many like it."""

    @property
    def review_minutes(self) -> int:
        """How often it looks."""


class Alike(Protocol):
    """Minds of like policies, as their policy may ask of them: `sim.minds.alike`, which says what each is."""

    policies: list[Any]
    now: np.ndarray
    hour: np.ndarray
    review_hours: np.ndarray

    def __len__(self) -> int: ...

    def __getitem__(self, field: str) -> np.ndarray: ...

    def each(self, *fields: str) -> set[tuple[Any, ...]]:
        """What policies of theirs have under some fields, every combination once."""

    def draw(self, what: str, *trial: int | np.ndarray) -> np.ndarray:
        """What `Me.draw` gives each of them."""

    def named(self, names: Any) -> np.ndarray:
        """Which of them bear one of some names."""

    @property
    def at_work(self) -> np.ndarray:
        """Which looks fall into working hours."""

    @property
    def pace(self) -> np.ndarray:
        """Activity of looks over the day's mean."""

    @property
    def decides(self) -> np.ndarray:
        """Whose coin says at a look that it decides."""


class Policy(BaseModel):
    """Base of all policies: frozen data, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)
    name: ClassVar[str]
    takes_fees: ClassVar[bool] = False  # whether brands may offer fees to whoever has it
    kind: str

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """What to do now; an empty list is to wait."""
        raise NotImplementedError

    @classmethod
    def watched(cls, board: Dashboard, us: Alike) -> tuple[Any, ...]:
        """What some minds wait for, as it stands on a dashboard; empty: whoever looks now wants nothing.

        Besides time nothing else may bear on what `stirred` says, and the less of the dashboard it is, the better.
        """
        return (True,)

    @classmethod
    def stirred(cls, seen: tuple[Any, ...], us: Alike) -> np.ndarray:
        """Who of some minds may want something, bool[minds], or a row for each of ``us.now``; others are not asked.

        False only for one whose ``decide`` would give nothing, whatever it has done so far and whatever else it sees:
        it is a shorter way to the same answer. Fees need not be thought of: who is offered one is asked. A class that
        does not say it itself has all its minds asked.

        Args:
            seen: what `watched` found.
            us: the minds, all with a policy of this kind.
        """
        return np.ones(len(us), np.bool_)

    def expected_posts(self, actor: Holder, days: float) -> float:
        """Mean number of posts in so many days to reckon with, by one who has it; if it does not say, one a look.

        A run's cost is estimated from it, as if what the policy waits for were there: a story at any place of a list.
        """
        return looks(actor, days)

    def findings(self, actor: Holder, known: Known, places: Sequence[str]) -> Iterator[Finding]:
        """What does not fit in it, by paths from its own fields.

        Args:
            actor: who has it.
            known: what there is to be named.
            places: platforms where the actor has, or opens, an account.

        An account that is never opened is no fault: without it the policy waits, which is what a what-if may ask.
        A kind of content that is a default need not exist, for where it does not the platform's own default applies.
        """
        where = getattr(self, "platform", "")
        yield from misnamed(self, known, [where] if where else places)
        if getattr(self, "first_hour", 0) > getattr(self, "last_hour", 23):
            yield Finding(("last_hour",), "lies before first_hour, so that it would never act")
        for name, field in type(self).model_fields.items():
            if isinstance(field.default, str) and "{" in field.default:
                yield from placeholders(self, name)


AnyPolicy = Annotated[Policy, OneOf(POLICIES)]


def looks(actor: Holder, days: float) -> float:
    """How often an actor looks in so many days."""
    return 24 * HOUR * days / actor.review_minutes


def within(rank: int) -> float:
    """Share of the places of a usual list down to a rank."""
    return min(1.0, rank / PLACES)


def exponential(mean_hours: float, coin: float) -> float:
    """Minutes of a wait of such a mean, from a uniform number."""
    return round(-mean_hours * HOUR * math.log1p(-coin), 6)


def spaced(days: float, hours: float) -> float:
    """How often something can happen in so many days that needs so many hours between two times."""
    return 1 + 24 * days / hours if hours else math.inf


def named_apart(title: str, actor: Holder) -> Iterator[Finding]:
    """Each topic that a policy opens needs a name of its own: a number, and in a group the member's title."""
    for part, what in (("n", "the number"), ("title", "the member of the group"))[: 1 + (actor.count > 1)]:
        if f"{{{part}}}" not in title:
            yield Finding(("title",), f"needs {{{part}}}, {what} that tells its topics apart")


def opening(title: str, words: dict[str, str], n: int, post: Publish) -> Publish:
    """The post under a topic that it opens: the n-th of a title with braces, or where that is taken a later one."""

    def later(places: int) -> str:
        return title.format(n=n + places, **words)

    return replace(post, title=later(0), later=later if "{n}" in title else None)


def topic_words(topic: Listed) -> str:
    """A listed topic as reasons name it."""
    return f"#{topic.title}# at rank {topic.rank} on {topic.platform}"


def hours_ago(now: int, minute: int) -> str:
    """How long ago a minute was, as reasons say it."""
    return f"{max(0, now - minute) / HOUR:.0f} h ago"


def some_come(mean: np.ndarray, coin: np.ndarray) -> np.ndarray:
    """Where `streams.poisson` numbers of such means may be above 0, bool; sure to be so where they are."""
    return np.asarray(coin >= np.exp(-mean) - 1e-9)


def ceiling(count: int) -> int:
    """A power of two above a count, for those who need not see every change of it."""
    return 1 << int(count).bit_length()


def log2(x: float) -> float:
    """log2 rounded so that no CPU's last bit can tip a decision."""
    return round(math.log2(x), 9)

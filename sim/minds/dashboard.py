"""What a mind sees, and what it knows of itself: plain records, no rules."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter

HOUR = 60


@dataclass(frozen=True)
class Listed:
    """One of the story's topics as it stands on a hot list."""

    platform: str
    topic: int
    title: str
    rank: int
    heat: int
    minutes: int
    about: str
    tone: str

    @property
    def key(self) -> int:
        """Who it is in draws: its name and where, whatever its row."""
        return zlib.crc32(f"{self.platform}/{self.title}".encode())


STANDING = attrgetter("rank", "platform", "title")  # what the best comes first by: two lists have the same ranks


@dataclass(frozen=True)
class Latest:
    """The topic of the story that was born last on a platform: its row, title, and minute of birth."""

    topic: int
    title: str
    minute: int

    @property
    def key(self) -> int:
        """Who it is in draws: its name, whatever its row."""
        return zlib.crc32(self.title.encode())


@dataclass(frozen=True)
class Joined:
    """An actor that has acted on the story in public.

    ``home``: the story is its own, so it is nobody's rival; ``topic``: under which its first post stood, -1: none.
    """

    actor: str
    title: str
    kind: str
    minute: int
    home: bool = False
    topic: int = -1


@dataclass(frozen=True)
class Spreading:
    """A post of the story as its page shows it: how often it was reposted so far (people).

    ``key``: who it is in draws, whatever its row; ``own``: it is the looking actor's; ``convinces``: chance that who
    meets it believes it, 1 where nobody asks (no rumour, or a post against one).
    """

    platform: str
    post: int
    key: int
    reposts: int
    minute: int
    title: str
    own: bool = False
    convinces: float = 1.0


@dataclass(frozen=True)
class Reads:
    """Reads of a story: of the last 24 h, of the last 6 h, and since the start."""

    day: int = 0
    quarter: int = 0
    so_far: int = 0


@dataclass(frozen=True)
class Dashboard:
    """Public counts of one story as a mind sees them; ``seen`` lies its observation delay before ``now`` (minutes).

    ``pace`` is the activity of the hour over the day's mean; ``came``: when each of the story's topics first came on a
    list by itself (any platform's), the earliest first; ``title``: the story's, for the words of those who act.
    ``date``: the day of ``now``, as 2020-11-30; ``intends_day``: intents of the last 24 h, such as gifts; ``latest``:
    by platform the topic of the last 24 h that was born last; ``against``: the same of those against the story;
    ``viewers_day``: who watched it elsewhere in the last 24 h;
    ``read_on``: reads of the story by platform.
    """

    story: str
    now: int
    seen: int
    hour: int
    pace: float = 1.0
    listed: tuple[Listed, ...] = ()
    listed_day: int = 0
    reads_day: int = 0
    discussions_day: int = 0
    growth: float = 1.0
    negative_share: float = 0.0
    negative_topic: int = -1
    joined: tuple[Joined, ...] = ()
    present: tuple[str, ...] = ()
    called: dict[str, tuple[str, int]] = field(default_factory=dict)
    came: tuple[int, ...] = ()
    title: str = ""
    date: str = ""
    intends_day: int = 0
    latest: dict[str, Latest] = field(default_factory=dict)
    against: dict[str, Latest] = field(default_factory=dict)
    viewers_day: int = 0
    read_on: Mapping[str, Reads] = field(default_factory=dict)

    def seen_at(self, now: int, hour: int, pace: float, date: str) -> Dashboard:
        """The same, looked at later; `dataclasses.replace` takes ten times as long, and there is one a step."""
        later = object.__new__(Dashboard)
        vars(later).update(vars(self), now=now, hour=hour, pace=pace, date=date)
        return later

    def read(self, places: Iterable[str]) -> Reads:
        """Reads of the story on some platforms together."""
        found = [self.read_on[place] for place in places if place in self.read_on]
        return Reads(*(sum(getattr(one, part) for one in found) for part in ("day", "quarter", "so_far")))

    def rivals(self, hours: float = math.inf, but: str = "") -> list[Joined]:
        """Bureaus that joined in the last ``hours`` and whose story it is not, ``but`` one."""
        after = self.now - hours * HOUR
        return [j for j in self.joined if j.kind == "bureau" and not j.home and j.actor != but and j.minute >= after]

    def best(self, max_rank: int, min_minutes: int = 0, on: tuple[str, ...] = ()) -> Listed | None:
        """The story's highest topic of at most ``max_rank`` that has stayed ``min_minutes``, ``on`` these platforms."""
        if not self.listed:  # as for most looks of most minds
            return None
        fit = [t for t in self.listed if 1 <= t.rank <= max_rank and t.minutes >= min_minutes]
        fit = [t for t in fit if t.platform in on] if on else fit
        return min(fit, key=STANDING) if fit else None


@dataclass(frozen=True)
class Fee:
    """A fee that a brand offers to a KOL for one post."""

    brand: str
    title: str
    fee: int
    story: str


@dataclass(frozen=True)
class Me:
    """What a mind knows of itself.

    ``draw(what, *keys)`` is its keyed uniform number; ``dealt``: kinds of action and titles of the topics that they
    dealt with; ``followers_won()``: followers (people) won in the run; ``spreading(minutes, least)``: posts of the
    story on its own platforms, so young and reposted so often, by reposts.
    """

    name: str
    title: str
    kind: str
    platforms: tuple[str, ...]
    budget_left: int
    price: int
    review_minutes: int
    done: tuple[tuple[str, int], ...]
    offers: tuple[Fee, ...]
    draw: Callable[..., float]
    dealt: frozenset[tuple[str, str]] = frozenset()
    followers_won: Callable[[], int] = lambda: 0
    spreading: Callable[[int, int], tuple[Spreading, ...]] = lambda minutes, least: ()

    def since(self, now: int, *kinds: str) -> float:
        """Minutes since the last own action of these kinds (any, if none is named)."""
        times = [minute for kind, minute in self.done if not kinds or kind in kinds]
        return now - max(times) if times else float("inf")

    def count(self, *kinds: str) -> int:
        """How many own actions of these kinds there were."""
        return sum(1 for kind, _ in self.done if kind in kinds)

    def today(self, now: int, *kinds: str) -> int:
        """Own actions of these kinds in the last 24 hours."""
        return sum(1 for kind, minute in self.done if kind in kinds and now - minute < 24 * HOUR)

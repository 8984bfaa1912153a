"""What articles on a platform of messages and private ties come to, beside what was measured: rows P01 to P09.

``python scripts/wechat_targets.py [people] [seeds]`` prints each figure of simulated articles and its target. Five
accounts send an article of ordinary appeal each, each under a story of its own, at 17:00, when most are sent; two and
a half days are simulated, everybody a row.
"""

from __future__ import annotations

import math
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import spearmanr

from sim import catalog
from sim.base import loader, reader
from sim.model.model import ViralityModel
from sim.networks.circles import mean_friends
from sim.networks.ties import members_at, memberships
from sim.platforms.platform import Platform
from sim.scenario.load import load
from sim.scenario.scenario import Scenario
from sim.world.records import ATTEND, F_LIKES, F_REPOSTS, REPOST

NAME = "wechat"
ACCOUNTS, FOLLOWERS = 5, 0.2  # of an account, as a share of people
SHARED = 0.3  # share rate where P09 is looked at: its shape does not hang on the rate, and 0.03 shows nothing twice


def articles(people: int, seed: int, changes: dict[str, Any] | None = None) -> dict[str, Any]:
    """The scenario, as plain data; ``changes`` to what the catalogue says of the platform."""
    stories = {f"s{i}": {"title": f"S{i}", "interests": {"all": 1.0}} for i in range(ACCOUNTS)}
    followers = round(people * FOLLOWERS)
    interests = {"all": 1.0}
    segments = {name: {"interests": interests} for name in reader.read(catalog.PEOPLE).data["segments"]}
    post = {"kind": "post", "at": "2021-01-04T17:00+08:00", "platform": NAME}
    return {
        "name": "articles",
        "start": "2021-01-04T16:00+08:00",
        "days": 2.5,
        "seed": seed,
        "people": {"users": people, "represents": people, "segments": segments},
        "platforms": {NAME: {"users": round(0.95 * people)} | (changes or {})},
        "stories": stories,
        "actors": [{"name": f"a{i}", "kind": "media", "accounts": {NAME: followers}} for i in range(ACCOUNTS)],
        "interventions": [post | {"actor": f"a{i}", "story": f"s{i}"} for i in range(ACCOUNTS)],
    }


def plain(data: dict[str, Any]) -> Scenario:
    """A checked scenario from plain data."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "articles.yaml"
        path.write_text(loader.dump(data), encoding="utf-8")
        scenario = load(path)
    assert isinstance(scenario, Scenario)
    return scenario


class Watch:
    """What is counted while articles run: impressions and reads by channel, and who was shown what how often."""

    def __init__(self, scenario: Scenario) -> None:
        self.model = ViralityModel(scenario)
        self.world = self.model.world
        self.by_channel = np.zeros((len(self.world.channels), 2), np.int64)
        self.shown: Counter[tuple[int, int]] = Counter()  # by post and user, by ties
        self.at = np.zeros((30, 2), np.int64)  # of the nth showing by ties: how many, and how many shared
        self.read = np.zeros(self.world.n_users, np.int64)  # by ties with friends
        self.first_day = 0  # reads within 24 hours of the article
        self._expose = self.model.engine.expose
        self.model.engine.expose = self._count  # type: ignore[method-assign]
        for _ in range(scenario.steps):
            self.model.step()

    def _count(self, platform: int, offers: np.ndarray) -> np.ndarray:
        views = self._expose(platform, offers)
        channel, read = offers["channel"][views["offer"]], views["flags"] & ATTEND > 0
        np.add.at(self.by_channel, (channel, 0), 1)
        np.add.at(self.by_channel, (channel[read], 1), 1)
        when = np.maximum(offers["minute"][views["offer"]] + views["delay"], self.model.now)
        sent = self.world.posts.minute[offers["post"][views["offer"]]]
        self.first_day += int((read & (when - sent < 1440)).sum())
        by_friends = channel == self.world.channels.index("friends")
        np.add.at(self.read, views["user"][by_friends & read], 1)
        tied = by_friends | (channel == self.world.channels.index("group"))
        for offer, user, flags in views[tied][["offer", "user", "flags"]].tolist():
            key = int(offers["post"][offer]), user
            self.shown[key] += 1
            self.at[min(self.shown[key], 29)] += 1, flags & REPOST > 0
        return views

    def by_degree(self) -> float:
        """Rank correlation, over people to whom friends sent something, of friends and the share of it that is read."""
        ties, forest = self.world.graph.circles[0], self.world.forest
        sharers = forest.user[(forest.user < self.world.n_users) & (forest.parent >= 0)]
        sent = np.zeros(self.world.n_users, np.int64)
        for user in sharers.tolist():
            members = members_at(user, True, ties)
            sent[members[members >= 0]] += 1
        people = np.flatnonzero(sent)
        friends = [int((members_at(user, True, ties) >= 0).sum()) for user in people.tolist()]
        return float(spearmanr(friends, self.read[people] / sent[people])[0])

    def figures(self) -> Counter[str]:
        """Counts of a run."""
        totals, tied = self.world.posts.totals.sum(axis=0), self.by_channel
        names = self.world.channels
        found = Counter({"reads": int(tied[:, 1].sum()), "articles": int(self.world.posts.by_actor.sum())})
        found.update(first_day=self.first_day, likes=int(totals[F_LIKES]), shares=int(totals[F_REPOSTS]))
        found.update({f"sent by {name}": int(n) for name, n in zip(names, tied[:, 0], strict=True)})
        found.update({f"read by {name}": int(n) for name, n in zip(names, tied[:, 1], strict=True)})
        return found


def circles_line(people: int) -> str:
    """Friends and groups of the people of the catalogue's platform."""
    platform = Platform.model_validate(reader.read(catalog.platform_path(NAME)).data)
    ties = platform.mechanisms.private_ties
    own = ties.circles(people, 4096, 7)
    inside = memberships(np.arange(people), own)
    groups = inside[:, [kind.looks > 0 for kind in ties.kinds.values() for _ in range(kind.each)]].sum(axis=1)
    friends = np.array([(members_at(user, True, own) >= 0).sum() for user in range(0, people, max(1, people // 2000))])
    cut = [float(np.mean((groups > low) & (groups <= high))) for low, high in ((-1, 10), (10, 30), (30, 50), (50, 999))]
    few = [float(np.mean((friends >= low) & (friends < high))) for low, high in ((0, 50), (50, 100), (100, 10**9))]
    return (
        f"friends: mean {mean_friends(ties.layers(), ties.spread):.1f} by formula, {friends.mean():.1f} counted (128); "
        f"<50, 50-99, 100+: {few[0]:.2f} {few[1]:.2f} {few[2]:.2f} (.28 .22 .50)\n"
        f"groups: <=10, -30, -50, more: {cut[0]:.2f} {cut[1]:.2f} {cut[2]:.2f} {cut[3]:.3f} (.25 .59 .14 .02)"
    )


class Figure(NamedTuple):
    """A simulated figure beside its target: value, and the range in which it is taken as met."""

    name: str
    value: float
    target: str = ""
    low: float = -math.inf
    high: float = math.inf

    def __str__(self) -> str:
        met = "" if self.low <= self.value <= self.high else "   MISSED"
        span = f"   target {self.target} ({self.low:g} to {self.high:g})" if self.target else ""
        return f"{self.name:45} {self.value:8.4f}{span}{met}"


def measured(people: int, seeds: int) -> list[Figure]:
    """All figures of so many runs, the shape of P09 from one more."""
    runs = [Watch(plain(articles(people, seed))) for seed in range(1, seeds + 1)]
    count = sum((run.figures() for run in runs), Counter())
    reads, shares, message = count["reads"], count["shares"], count["read by message"]
    crowded = Watch(plain(articles(people // 5, 1, {"response": {"repost": SHARED}})))
    often = [shared / shown for shown, shared in crowded.at[1:].tolist() if shown > 500]
    degree = float(np.mean([run.by_degree() for run in runs]))
    middling = 46_000 / (people * FOLLOWERS)  # an account of so many followers
    return [
        Figure("articles", count["articles"]),
        Figure("reads", reads),
        Figure("shares", shares),
        Figure("P01 open rate of a message", message / count["sent by message"], "0.012", 0.008, 0.025),
        Figure("P02 readers who share", shares / reads, "0.0322", 0.02, 0.05),
        Figure("P03 reads from the message", message / reads, "0.5615", 0.45, 0.65),
        Figure("P04 reads from Moments", count["read by friends"] / reads, "0.2041", 0.15, 0.35),
        Figure("    reads from groups", count["read by group"] / reads),
        Figure("    reads from search", count["read by search"] / reads),
        Figure("P05 reads a share", (reads - message) / shares, "12.5", 9, 16),
        Figure("P06 likes a read", count["likes"] / reads, "0.0091", 0.006, 0.014),
        Figure("    reads within 24 of 54 hours", count["first_day"] / reads, "0.8", 0.7, 0.95),
        Figure("P07 reads where 46,000 follow", reads / count["articles"] * middling, "982", 700, 1300),
        Figure("P08 rank correlation, friends and reading", degree, "-0.1", -1, -0.01),
        Figure(f"P09 showing of {len(often)} at which most share", 1 + int(np.argmax(often)), "3", 2, 8),
    ]


def main(people: int, seeds: int) -> None:
    """Print each figure beside its target."""
    sys.stdout.write(circles_line(people) + "\n")
    sys.stdout.writelines(f"{figure}\n" for figure in measured(people, seeds))


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    main(*(numbers + [100_000, 3][len(numbers) :]))

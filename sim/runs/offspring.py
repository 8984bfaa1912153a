"""Does a world spread without end? The mean number of posts and reposts to which a post by a user leads, in words.

From one each on (a supercritical branching process) a run grows until its end, or until everybody has taken part
once: a person reposts a post once, makes one post of its own about it, and has attention for so many views a day. How
far that goes is not foreseen, only told; a run that takes too much is stopped (`ceilings`). Left out: search, lists
and walls, that talk differs between topics, that ties are local, and what people carry over to other platforms. What
is shown of a post is asked of the mechanisms (`Mechanism.shown`). Nothing is drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from sim.base import notices
from sim.base.errors import both
from sim.base.lazy import Kept
from sim.platforms.base import Prospect, Shown
from sim.platforms.platform import Platform
from sim.scenario.affinity import KEEN, affinities
from sim.scenario.scenario import Scenario, Story

LEAST = 1e-9


class Offspring(NamedTuple):
    """Posts and reposts that a user's post, or a share of it, leads to on a platform; the response that makes most."""

    platform: str
    mean: float
    response: str
    value: float


class Chances(NamedTuple):
    """Chances of a post by a user: of attending, and given that, of making a post of one's own and of reposting."""

    attend: float
    create: float
    repost: float


@dataclass(frozen=True)
class Outlook:
    """A platform, and the story that appeals most; ``affinity``: factor on attending by segment and community class."""

    scenario: Scenario
    name: str
    platform: Platform
    story: Story
    affinity: np.ndarray

    @cached_property
    def anybody(self) -> np.ndarray:
        """Shares of segments and classes among those who use it."""
        segments = self.scenario.people.segments.values()
        shares = np.array([one.share * one.usage.get(self.name, 1.0) for one in segments])
        return np.repeat(shares[:, None], self.affinity.shape[1], 1) / max(shares.sum() * self.affinity.shape[1], LEAST)

    @cached_property
    def keen(self) -> np.ndarray:
        """Their shares among those whom targeted slots serve."""
        taken = self.anybody * np.minimum(self.affinity / KEEN, 1)
        return taken / max(taken.sum(), LEAST)

    @property
    def people(self) -> float:
        """Real people who use it."""
        return min(float(self.platform.users), float(self.scenario.people.represents))

    @property
    def member(self) -> float:
        """Share of people who use it."""
        return self.people / self.scenario.people.represents

    @property
    def followers(self) -> float:
        """Mean followers of a user who use it; nobody has more than there are simulated people."""
        people = self.scenario.people
        return min(self.member * people.users, self.scenario.network.mean_audience(people.users, people.ratio))

    @cached_property
    def usual(self) -> dict[str, float]:
        """Chances of the responses to what users make, by name."""
        return self.platform.usual(self.platform.user_content)

    @cached_property
    def chances(self) -> Chances:
        """Of what users make, in the mean over topics."""
        talk = math.sqrt(self.story.talk) * math.exp(self.platform.talk_spread**2 / 8)
        tone = self.scenario.people.tone(self.story.stirs)
        attend = self.usual["attend"] * self.story.appeal * tone.attend
        return Chances(attend, self.usual["create"] * talk, self.usual["repost"] * tone.repost)

    def attending(self, factor: float, targeted: bool) -> float:
        """Mean chance that a view is attended."""
        values = np.minimum(self.chances.attend * factor * self.affinity, 1.0)
        return float((values * (self.keen if targeted else self.anybody)).sum())

    def shown(self) -> list[Shown]:
        """What all mechanisms show of a post by a user."""
        given = {name: min(1.0, chance) for name, chance in self.usual.items()} | {"attend": 1.0}
        post = Prospect(self.people, self.member, self.followers, self.attending, given, self.platform.quality_spread)
        return [one for _, mechanism in self.platform.mechanisms.present() for one in mechanism.shown(post)]

    def leads_to(self, one: Shown) -> tuple[float, float]:
        """Posts and reposts that come of what is shown; no more than there are people."""
        attends = one.views * self.attending(one.attend, one.targeted)
        acts = (min(1.0, chance * one.act) for chance in self.chances[1:])
        create, repost = (min(self.people, attends * chance) for chance in acts)
        return create, repost

    @property
    def offspring(self) -> Offspring:
        """The largest eigenvalue of how many posts and reposts a post, and a repost, lead to."""
        sums = {"post": [0.0, 0.0], "share": [0.0, 0.0]}
        for one in self.shown():
            for i, count in enumerate(self.leads_to(one)):
                sums[one.per][i] += count
        (creates, reposts), (on, again) = sums["post"], sums["share"]
        mean = (creates + again) / 2 + math.sqrt((creates - again) ** 2 / 4 + reposts * on)
        response = "repost" if 2 * again > mean else "create"
        return Offspring(self.name, mean, response, getattr(self.platform.response, response))


_found = Kept[list[Offspring]](16)  # by what all the runs of a study share


def offspring(scenario: Scenario) -> list[Offspring]:
    """Of each platform; from a mean of 1 on a run grows until its end, or until everybody has taken part."""
    return _found.of(scenario.said("people", "network", "platforms", "stories"), lambda: _offspring(scenario))


def _offspring(scenario: Scenario) -> list[Offspring]:
    stories = list(scenario.stories.values())
    most = max(range(len(stories)), key=lambda i: stories[i].appeal * math.sqrt(stories[i].talk))
    affinity = affinities(scenario)[most]
    places = scenario.platforms.items()
    return [Outlook(scenario, name, one, stories[most], affinity).offspring for name, one in places]


def tell(scenario: Scenario) -> None:
    """Say, as a notice, on which platforms posts multiply without end, and by which number."""
    for one in offspring(scenario):
        if one.mean >= 1:
            cause = {"platform": one.platform, "key": f"response.{one.response}", "value": f"{one.value:g}"}
            notices.add("supercritical", both("notice_supercritical", mean=f"{one.mean:,.2g}", **cause))

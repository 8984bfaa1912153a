"""How far a world spreads by itself: what a typical post by a user leads to, and the sums over a run, as means.

A post by a user leads to further posts and to reposts. From one each on (a supercritical branching process) a run
grows until its end, or until everybody has taken part once: a person reposts a post once, makes one post of its own
about it, and has attention for so many views a day. `offspring` is the mean of the first generation, `grown` the
deterministic sums over steps, in which posts are told apart by how many people they stand for. Nothing is drawn.
Left out: search, that talk differs between topics, that ties are local. Both are asked of the mechanisms, each of
which says what it shows (`Mechanism.shown`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from sim.base import notices
from sim.platforms.base import Prospect, Shown
from sim.platforms.content import Content
from sim.platforms.platform import Platform
from sim.runs.sown import sown
from sim.scenario.affinity import KEEN, LOTS, affinities
from sim.scenario.people import Fatigue, People
from sim.scenario.scenario import Scenario, Story

NEAR = 0.5  # mean offspring from which a run's cost hangs on them
ROUNDS = 30  # of a fixed point
NEW_DAY = 4  # hour at which attention comes back
GENERATIONS = 3  # of delays, until a repost cascade that takes hold has come to most
LEAST = 1e-9


class Grown(NamedTuple):
    """What a run comes to: posts and shares (reposts included), candidates asked, views of the busiest step."""

    posts: float = 0.0
    shares: float = 0.0
    candidates: float = 0.0
    busiest: float = 0.0


class Offspring(NamedTuple):
    """Posts and reposts that a user's post leads to on a platform, or a share of it, by the number that makes most."""

    platform: str
    mean: float
    response: str
    value: float


class _What(NamedTuple):
    """A post: its kind, the factor on its appeal, and followers of the account that posts (people), if one does."""

    content: Content
    appeal: float = 1.0
    account: int = 0


class Chances(NamedTuple):
    """Chances of a kind of content: of attending, and given that, of making a post of its own and of reposting."""

    attend: float
    create: float
    repost: float


@dataclass(frozen=True)
class Ground:
    """A platform as growth needs it, for the story that appeals most.

    Attributes:
        affinity: factor on attending by segment and community class.
        tired: factor on attending by what people have seen.
    """

    scenario: Scenario
    name: str
    platform: Platform
    story: Story
    affinity: np.ndarray
    tired: float = 1.0

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

    @cached_property
    def member(self) -> float:
        """Share of people who use it."""
        return min(1.0, self.platform.users / self.scenario.people.represents)

    @cached_property
    def users(self) -> float:
        """Simulated people who use it."""
        return max(1.0, self.member * self.scenario.people.users)

    @cached_property
    def followers(self) -> float:
        """Mean followers of a user who use it."""
        people = self.scenario.people
        return min(self.users, self.scenario.network.mean_audience(people.users, people.ratio))

    @cached_property
    def taken(self) -> float:
        """Share of the candidates of a slot that are served, by how lots are held."""
        people, most = self.scenario.people, min(LOTS, self.scenario.people.ratio)
        levels = np.array([[one.level, one.share] for one in people.activity.values()])
        fit = np.minimum(self.affinity / KEEN, 1)
        best = fit.max(axis=1)
        lots = levels[:, :1] / levels[:, 0].max() * best * most
        held = levels[:, 1:] * self.anybody.sum(axis=1)
        coin = (fit / np.maximum(best, LEAST)[:, None]).mean(axis=1)
        return float((lots * held * coin).sum() / max((np.ceil(lots) * held).sum(), LEAST))

    def chances(self, content: Content, appeal: float = 1.0) -> Chances:
        """Of a kind of content, in the mean over topics."""
        made, talk = self.platform.response, math.sqrt(self.story.talk) * math.exp(self.platform.talk_spread**2 / 8)
        attend = made.attend * content.attend * self.story.appeal * appeal
        return Chances(attend, made.create * content.create * talk, made.repost * content.repost)

    def attending(self, chance: float, factor: float, targeted: bool) -> float:
        """Mean chance that a view is attended."""
        values = np.minimum(chance * factor * self.tired * self.affinity, 1.0)
        return float((values * (self.keen if targeted else self.anybody)).sum())

    def shown(self, weight: int, what: _What) -> list[Shown]:
        """What all mechanisms show of a post that stands for so many people."""
        chance, content = self.chances(what.content, what.appeal).attend, what.content

        def attend(factor: float, targeted: bool) -> float:
            return self.attending(chance, factor, targeted)

        like = min(1.0, self.platform.response.like * content.like)
        spread, hourly = self.platform.quality_spread, self.scenario.clock.steps_per_hour
        people = self.scenario.people
        post = Prospect(
            weight,
            people.ratio,
            self.member * people.represents,
            self.followers,
            attend,
            like,
            spread,
            hourly,
            what.account,
        )
        return [one for _, mechanism in self.platform.mechanisms.present() for one in mechanism.shown(post)]

    def acts(self, one: Shown, chances: Chances) -> tuple[float, float]:
        """Chances that a view leads to a post of one's own, and to a repost."""
        attends = self.attending(chances.attend, one.attend, one.targeted)
        return attends * min(1.0, chances.create * one.act), attends * min(1.0, chances.repost * one.act)

    def kind(self, wanted: str) -> Content:
        """A kind of content, or the default where there is none such."""
        return self.platform.content.get(wanted) or self.platform.content[self.platform.default_content]

    @property
    def own(self) -> _What:
        """What users make."""
        return _What(self.platform.content[self.platform.user_content])


def grounds(scenario: Scenario) -> list[Ground]:
    """Each platform of a world."""
    stories = list(scenario.stories.values())
    most = max(range(len(stories)), key=lambda i: stories[i].appeal * math.sqrt(stories[i].talk))
    affinity = affinities(scenario)[most]
    return [Ground(scenario, name, one, stories[most], affinity) for name, one in scenario.platforms.items()]


# ---- the first generation


def tell(scenario: Scenario) -> None:
    """Say of each platform where posts multiply without end."""
    for one in offspring(scenario):
        if one.mean >= 1:
            words = (
                f"on {one.platform} each post or repost leads to about {one.mean:,.2g} more (response.{one.response} is"
            )
            words += f" {one.value:g}): it spreads until the run ends, or until everybody has taken part once"
            notices.add("supercritical", words)


def offspring(scenario: Scenario) -> list[Offspring]:
    """Of each platform; from a mean of 1 on a run grows until its end, or until everybody has taken part."""
    return [_offspring(ground, 1) for ground in grounds(scenario)]


def _offspring(ground: Ground, weight: int) -> Offspring:
    """Mean of posts and reposts in a generation: the largest eigenvalue of who leads to how many of what."""
    totals, chances = {"post": [0.0, 0.0], "share": [0.0, 0.0], "topic": [0.0, 0.0]}, ground.chances(ground.own.content)
    for one in ground.shown(weight, ground.own):
        for i, chance in enumerate(ground.acts(one, chances)):
            totals[one.per][i] += min(ground.users, one.views * chance)
    (creates, reposts), (on, again) = totals["post"], totals["share"]
    mean = (creates + again) / 2 + math.sqrt((creates - again) ** 2 / 4 + reposts * on)
    response = "repost" if 2 * again > mean else "create"
    return Offspring(ground.name, mean, response, getattr(ground.platform.response, response))


def near(scenario: Scenario) -> bool:
    """Whether posts multiply so much that a run's cost hangs on it, also where each stands for several people."""
    several = min(scenario.people.ratio, 10)
    return any(_offspring(ground, weight).mean >= NEAR for ground in grounds(scenario) for weight in (1, several))


# ---- all generations


def grown(scenario: Scenario) -> Grown:
    """The means of a whole run."""
    return _Growth(scenario).whole()


class _Led(NamedTuple):
    """What comes of a post, by its weight, by steps after it, and by the weight of what comes; attention left out.

    Attributes:
        views, creates, reposts: f8[weights, steps, weights]; reposts by those who have been shown the post itself, at
            the time at which the cascades that they begin are about half way.
        asked: candidates, f8[weights, steps].
    """

    views: np.ndarray
    creates: np.ndarray
    reposts: np.ndarray
    asked: np.ndarray


class _Stand:
    """A platform in the course of a run: what is still to come, by step and weight, and sums of what has come."""

    def __init__(self, ground: Ground, steps: int, weights: int) -> None:
        self.ground = ground
        self.views, self.creates, self.reposts = (np.zeros((steps + 1, weights)) for _ in range(3))
        self.asked = np.zeros(steps + 1)
        self.posts = self.shares = self.reposted = self.made = 0.0
        self.lead: _What | None = None  # the first post: it leads its topic
        self.known: dict[tuple[Any, ...], _Led] = {}


class _Growth:
    """The sums over steps. Weights (people that a post stands for) are classes by powers of two."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario, self.clock, self.steps = scenario, scenario.clock, scenario.steps
        powers = np.arange(scenario.people.ratio.bit_length())
        self.weights = np.minimum(np.where(powers > 0, 1.4, 1.0) * 2.0**powers, scenario.people.ratio)
        self.stands = [_Stand(ground, self.steps, len(powers)) for ground in grounds(scenario)]
        self.sown = sown(scenario)
        self.delays = [_by_step(row, self.clock.step_minutes) for row in self.clock.delays_by_slot]
        self.seen = self.tired = self.candidates = self.busiest = 0.0  # seen: views of today, a person
        self.attention = self.factor = 1.0

    def whole(self) -> Grown:
        """Step by step."""
        for step in range(self.steps):
            self._pass_time(step)
            self.busiest = max(self.busiest, sum(self._step(stand, step) for stand in self.stands))
        posts, shares = (sum(getattr(one, what) for one in self.stands) for what in ("posts", "shares"))
        return Grown(posts, shares, self.candidates, self.busiest)

    def _pass_time(self, step: int) -> None:
        """Attention comes back each day, and who is tired recovers."""
        people, minute = self.scenario.people, step * self.clock.step_minutes
        if self.clock.hour(minute) == NEW_DAY and self.clock.time(minute).minute < self.clock.step_minutes:
            self.seen = 0.0
        self.tired *= 2.0 ** (-1 / (people.fatigue.half_life_hours * self.clock.steps_per_hour))
        self.attention, self.factor = _attention(people, self.seen), round(_tired(people.fatigue, self.tired), 1)

    def _step(self, stand: _Stand, step: int) -> float:
        """One step of a platform: what has come due, what is sown, what leads the list; returns the views."""
        ground, room = stand.ground, max(stand.posts, 1.0) * stand.ground.users
        new = stand.creates[step] * self.attention * max(0.0, 1 - stand.made / room)
        again = stand.reposts[step] * self.attention * max(0.0, 1 - stand.reposted / room)
        stand.made, stand.reposted = stand.made + new.sum(), stand.reposted + again.sum()
        self._publish(stand, step, new, ground.own)
        if again.sum() > LEAST:
            self._show(stand, step, again, self._led(stand, step, ground.own, "share"))
        for one in self.sown:
            if (one.platform, one.step) == (ground.name, step):
                self._publish(
                    stand, step, self._single(1.0), _What(ground.kind(one.content), one.appeal, one.followers)
                )
                stand.lead = stand.lead or _What(ground.kind(one.content), one.appeal)
        if stand.lead:
            listed = self._single(self.clock.level(step))
            self._show(stand, step, listed, self._led(stand, step, stand.lead, "topic"))
        stand.shares += again.sum()
        views = stand.views[step] * self.attention
        seen = float(views @ self.weights) / self.scenario.people.represents
        self.candidates, self.seen, self.tired = (
            self.candidates + stand.asked[step],
            self.seen + seen,
            self.tired + seen,
        )
        return float(views.sum())

    def _single(self, count: float) -> np.ndarray:
        """So many posts that stand for themselves."""
        return np.r_[count, np.zeros(len(self.weights) - 1)]

    def _publish(self, stand: _Stand, step: int, new: np.ndarray, what: _What) -> None:
        """Posts of each weight: what they are shown for, and the cascades of reposts that begin with them."""
        if new.sum() < LEAST:
            return
        led = self._led(stand, step, what)
        self._show(stand, step, new, led)
        stand.posts, stand.shares = stand.posts + new.sum(), stand.shares + new.sum()
        again = self._led(stand, step, stand.ground.own, "share").reposts[0].sum() * self.attention
        begun = led.reposts.sum(axis=(1, 2)) * self.attention
        whole = np.array([cascade(one, again, stand.ground.users) for one in begun])
        _add(stand.reposts, step, _sum(new * whole / np.maximum(begun, LEAST), led.reposts))

    def _show(self, stand: _Stand, step: int, shown: np.ndarray, led: _Led) -> None:
        """Views of posts or shares of each weight, and the posts that people make of them."""
        if shown.sum() > LEAST:
            _add(stand.views, step, _sum(shown, led.views))
            _add(stand.creates, step, _sum(shown, led.creates))
            _add(stand.asked, step, shown @ led.asked)

    def _led(self, stand: _Stand, step: int, what: _What, per: str = "post") -> _Led:
        """What comes of a post, share or topic at this hour, as tired as people are."""
        key = (self.clock.hour(step * self.clock.step_minutes), self.factor, id(what.content), *what[1:], per)
        if key not in stand.known:
            stand.known[key] = self._drawn_up(replace(stand.ground, tired=self.factor), step, what, per)
        return stand.known[key]

    def _drawn_up(self, ground: Ground, step: int, what: _What, per: str) -> _Led:
        """The same, from what the mechanisms say that they show."""
        size, steps = len(self.weights), min(self.steps, round(2 * 24 * self.clock.steps_per_hour))
        views, creates, reposts = (np.zeros((size, steps + 1, size)) for _ in range(3))
        asked = np.zeros((size, steps + 1))
        chances, delays = ground.chances(what.content, what.appeal), self.delays[step % len(self.delays)]
        pace = self.clock.steps_per_hour / max(self.clock.level(step), 0.05)
        rows = 1 if what.account or per == "topic" else size
        for weight in range(rows):
            begin = 0
            for one in ground.shown(int(self.weights[weight]), what):
                if one.per != per:
                    continue
                to = one.weight.bit_length() - 1
                create, repost = ground.acts(one, chances)
                when = _spread(one.hours * pace)
                begin = begin if one.then else 0
                each = one.asked / ground.member if one.asked else 1 / ground.taken
                _add(views[weight, :, to], begin, one.views * when)
                _add(asked[weight], begin, one.views * each * when)
                acts = delays[0] if one.asked else np.r_[0.0, when]
                _add(creates[weight, :, to], begin, one.views * create * acts)
                _add(reposts[weight, :, to], begin, one.views * repost * acts)
                begin += len(when)
        if per == "post":
            reposts[:rows] = _later(reposts[:rows], delays[GENERATIONS - 2])
        return _Led(views, creates, reposts, asked)


def cascade(begun: float, again: float, users: float) -> float:
    """Reposts of a post in the mean: a final size, with those who begin and those whom each repost brings.

    Below one each they die out, 1 / (1 - again) for each that began. Above it a cascade dies out or takes hold; if it
    does, it comes to the share z of users for which z = 1 - exp(-again z).

    >>> cascade(2, 0.5, 1000)
    4.0
    >>> round(cascade(2, 3.0, 1000))
    798
    """
    share = 0.0
    if again > 1:
        share = 1.0
        for _ in range(ROUNDS):
            share = 1 - math.exp(-again * share)
    small = begun / max(1 - again * (1 - share), 1e-3)
    return min(users, users * share * (1 - math.exp(-begun * share)) + small)


def _attention(people: People, seen: float) -> float:
    """Factor on seeing in the mean, where a person has seen so much today."""
    classes = np.array([[one.share * one.level, one.level, one.daily_views] for one in people.activity.values()])
    part = classes[:, 0] / classes[:, 0].sum()
    own = seen * classes[:, 1] / classes[:, 0].sum()
    return float((part * 0.5 ** np.maximum(0, own - classes[:, 2] + 1)).sum())


def _tired(fatigue: Fatigue, seen: float) -> float:
    """Factor on attending, where a person has seen so much of late."""
    if seen <= fatigue.helps_until:
        return 1 + (fatigue.help - 1) * min(1.0, seen)
    return max(fatigue.floor, fatigue.help * fatigue.tire ** (seen - fatigue.helps_until))


def _spread(length: float) -> np.ndarray:
    """Which share of what takes so many steps falls into each, and one more, in which what was missed is made up."""
    return np.diff(np.minimum(np.arange(math.ceil(length) + 2) / max(length, LEAST), 1.0))


def _sum(many: np.ndarray, each: np.ndarray) -> np.ndarray:
    """What comes of so many of each weight, f8[steps, weights]."""
    total: np.ndarray = many @ each.reshape(len(each), -1)
    return total.reshape(each.shape[1:])


def _later(what: np.ndarray, delays: np.ndarray) -> np.ndarray:
    """What is to come, f8[weights, steps, weights], each after a delay; what lies beyond the last step falls away."""
    size = what.shape[1] + len(delays)
    whole = np.fft.rfft(what, size, axis=1) * np.fft.rfft(delays, size)[:, None]
    return np.maximum(np.fft.irfft(whole, size, axis=1)[:, : what.shape[1]], 0.0)


def _by_step(delays: np.ndarray, step_minutes: int) -> list[np.ndarray]:
    """Shares of reactions by steps after, the next at the earliest, f8[steps]; and those of two and three in a row."""
    one = np.bincount(np.maximum(delays.astype(np.int64) // step_minutes, 1)) / len(delays)
    two = np.convolve(one, one)
    return [one, two, np.convolve(two, one)]


def _add(total: np.ndarray, first: int, part: np.ndarray) -> None:
    """Add to what is to come from a step on; what lies beyond the end falls away."""
    room = total[first : first + len(part)]
    room += part[: len(room)]

"""Plans that can be bought: at random, greedily, and by small changes to others; none costs more than its cap."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sim.base.streams import py_uniform, stream_key
from sim.scenario.campaign import Campaign, Plan, PlannedPlace, PlannedPost
from sim.scenario.prices import Candidate, candidates, cost, day_of, place_price
from sim.scenario.scenario import Scenario

HOLD = 0.25  # probability that a random plan tries for a place on a list
LARGE = 10**9  # yuan
FOCUS = 3  # a change moves at most so many posts

Draw = Callable[..., float]  # (purpose, *which) → a uniform number


def draws(key: int) -> Draw:
    """Keyed uniform numbers by purpose and up to three integers."""
    known: dict[str, int] = {}

    def draw(purpose: str, *which: int) -> float:
        if purpose not in known:
            known[purpose] = stream_key(key, purpose)
        return py_uniform(known[purpose], *(which or (0,)))

    return draw


@dataclass(frozen=True)
class Market:
    """What a plan can be made of.

    Attributes:
        scenario: with its campaign.
        known: candidates by name.
        own: platforms of the organiser's accounts.
        slots: times at which posts may go out, in order.
        boosted: platforms that sell paid reach.
        prices: yuan of a place on a list, by platform that may be used.
    """

    scenario: Scenario
    known: dict[str, Candidate]
    own: tuple[str, ...]
    slots: tuple[datetime, ...]
    boosted: frozenset[str]
    prices: dict[str, int]

    @property
    def budget(self) -> int:
        """Yuan in all."""
        return self.campaign.budget

    @property
    def campaign(self) -> Campaign:
        """The campaign that offers it."""
        assert self.scenario.campaign is not None
        return self.scenario.campaign

    def price(self, by: str) -> int:
        """Yuan of one post of somebody; an own one costs nothing."""
        return self.known[by].price if by in self.known else 0

    def cost(self, plan: Plan) -> int:
        """Yuan of a plan."""
        return cost(self.scenario, plan, self.known)

    def fitted(self, posts: Iterable[PlannedPost], places: Iterable[PlannedPlace], cap: int) -> Plan:
        """A plan of these, in this order of preference, as far as limits and ``cap`` (yuan) allow.

        A post for which its day is full goes to the next time with room; boosts are whole steps.
        """
        room = _Room(self, min(cap, self.budget))
        kept_places = [place for place in places if room.take_place(place)]
        kept = [post for post in map(room.take_post, posts) if post]
        boosted = [post.model_copy(update={"boost": room.take_boost(post, wish)}) for post, wish in kept]
        boosted.sort(key=lambda post: (post.at, post.platform, post.by))
        return Plan(posts=tuple(boosted), places=tuple(sorted(kept_places, key=lambda p: (p.at, p.platform))))


class _Room:
    """What limits and purse still allow while a plan is put together."""

    def __init__(self, market: Market, cap: int) -> None:
        self.market, self.campaign, self.left = market, market.campaign, cap
        self.each: Counter[tuple[str, str]] = Counter()
        self.days: Counter[tuple[str, str]] = Counter()
        self.places: Counter[str] = Counter()
        self.taken: set[tuple[str, str, datetime]] = set()

    def take_place(self, place: PlannedPlace) -> bool:
        price = self.market.prices.get(place.platform)
        if price is None or price > self.left or self.places[place.platform] >= self.campaign.places[place.platform]:
            return False
        self.places[place.platform] += 1
        self.left -= price
        return True

    def take_post(self, post: PlannedPost) -> tuple[PlannedPost, int] | None:
        """The post at a time with room and without its boost, and the boost that it wishes for."""
        who, price = (post.by, post.platform), self.market.price(post.by) + post.prize
        one = self.market.known.get(post.by)
        if price > self.left or self.each[who] >= (one.posts_each if one else self.campaign.own.posts):
            return None
        at = next((at for at in self.market.slots if at >= post.at and self._free(post, at)), None)
        if at is None:
            return None
        self.each[who] += 1
        self.days[post.platform, day_of(self.campaign, at)] += 1
        self.taken.add((*who, at))
        self.left -= price
        return post.model_copy(update={"at": at, "boost": 0}), post.boost

    def _free(self, post: PlannedPost, at: datetime) -> bool:
        full = self.days[post.platform, day_of(self.campaign, at)] >= self.campaign.posts_a_day
        return not full and (post.by, post.platform, at) not in self.taken

    def take_boost(self, post: PlannedPost, wish: int) -> int:
        if post.platform not in self.market.boosted:
            return 0
        step = self.campaign.boosts.step
        yuan: int = min(wish, self.campaign.boosts.most, self.left) // step * step
        self.left -= yuan
        return yuan


def market(scenario: Scenario) -> Market:
    """What a scenario's campaign offers. It must have one."""
    campaign = scenario.campaign
    assert campaign is not None
    organiser = next(actor for actor in scenario.actors if actor.name == campaign.own.actor)
    first, zone = campaign.opens.replace(hour=0, minute=0, second=0, microsecond=0), campaign.opens.tzinfo
    days = (campaign.closes.astimezone(zone).date() - first.date()).days + 1
    times = [first + timedelta(days=day, hours=hour) for day in range(days) for hour in sorted(set(campaign.hours))]
    slots = [at for at in times if campaign.opens <= at <= campaign.closes and at < scenario.end]
    return Market(
        scenario,
        candidates(scenario),
        organiser.places,
        tuple(slots or [campaign.opens]),
        frozenset(name for name, platform in scenario.platforms.items() if platform.price("reach") is not None),
        {name: place_price(scenario, name) for name, most in campaign.places.items() if most},
    )


# ---- plans without thought


def random_plan(market: Market, draw: Draw, cap: int) -> Plan:
    """A plan at random: which tiers, how much for boosts, how concentrated in time, are drawn first."""
    order = _hired(market, draw)
    share = draw("boosts")
    time = _times(market, draw)
    posts = [_post(market, by, time(f"{platform}/{n}"), platform) for by, platform, n in _own(market, draw)]
    paid, left = [], round((1 - share) * cap)
    for by, n in order:
        if market.price(by) <= left:
            left -= market.price(by)
            paid.append(_post(market, by, time(f"{by}/{n}"), market.known[by].platform))
    places = [
        PlannedPlace(at=time(f"place/{name}"), platform=name) for name in market.prices if draw(f"place/{name}") < HOLD
    ]
    return market.fitted(_boosted(market, [*posts, *paid], draw, round(share * cap)), places, cap)


def _hired(market: Market, draw: Draw) -> list[tuple[str, int]]:
    """All who may be hired, in a random order in which some groups come first, by name and number of the post."""
    names = [(by, n) for by, one in market.known.items() for n in range(one.posts_each)]
    groups = {one.name: f"{one.platform}/{one.tier}" for one in market.known.values()}
    weight = {group: -math.log(1 - draw(group)) + 1e-3 for group in groups.values()}
    return sorted(names, key=lambda one: (-math.log(1 - draw("order/" + one[0])) / weight[groups[one[0]]], one))


def _own(market: Market, draw: Draw) -> list[tuple[str, str, int]]:
    """Own posts: by whom, where, the how many-th there."""
    own = market.campaign.own
    return [(own.actor, name, n) for name in market.own for n in range(round(draw(f"own/{name}") * own.posts))]


def _times(market: Market, draw: Draw) -> Callable[[str], datetime]:
    """When something goes out, by its name: around a drawn centre, within a drawn share of the window."""
    n, width = len(market.slots), draw("width") ** 2
    centre = draw("centre") * (1 - width) + width / 2
    return lambda what: market.slots[min(n - 1, max(0, int(n * (centre + width * (draw(f"time/{what}") - 0.5)))))]


def _names(posts: Sequence[PlannedPost]) -> list[str]:
    """What tells posts of a plan apart, wherever they stand in it: who, where, the how many-th there by time."""
    found, seen = [""] * len(posts), Counter[tuple[str, str]]()
    for i in sorted(range(len(posts)), key=lambda i: (posts[i].at, i)):
        who = posts[i].by, posts[i].platform
        found[i] = f"{who[0]}/{who[1]}/{seen[who]}"
        seen[who] += 1
    return found


def _post(market: Market, by: str, at: datetime, platform: str, boost: int = 0) -> PlannedPost:
    return PlannedPost(at=at, by=by, platform=platform, boost=boost)


def _boosted(market: Market, posts: Sequence[PlannedPost], draw: Draw, yuan: int) -> list[PlannedPost]:
    """Spread a sum over some of the posts; each takes what it may."""
    able = [i for i, post in enumerate(posts) if post.platform in market.boosted]
    names = _names(posts)
    able.sort(key=lambda i: draw(f"boosted/{names[i]}"))
    some = able[: max(1, math.ceil(draw("spread") * len(able)))]
    each = {i: yuan // len(some) for i in some}
    return [post.model_copy(update={"boost": each.get(i, 0)}) for i, post in enumerate(posts)]


def greedy_plan(market: Market, cap: int) -> Plan:
    """Most followers per yuan first, all posts as early as may be, every own post too; what is left boosts them."""
    start = market.slots[0]
    own = [(market.campaign.own.actor, name) for name in market.own for _ in range(market.campaign.own.posts)]
    ranked = sorted(market.known.values(), key=lambda one: (one.price / one.followers, -one.followers, one.name))
    posts = [_post(market, by, start, platform) for by, platform in own]
    posts += [_post(market, one.name, start, one.platform) for one in ranked for _ in range(one.posts_each)]
    return _topped(market, market.fitted(posts, (), cap), cap)


def hired_plan(market: Market, names: Iterable[str]) -> Plan:
    """Those who are named post once each, as early as may be; nothing else is bought."""
    start = market.slots[0]
    posts = [_post(market, name, start, market.known[name].platform) for name in names]
    return market.fitted(posts, (), market.budget)


def boost_plan(market: Market, cap: int) -> Plan:
    """Nobody is hired: all money goes behind own posts, the cheapest impressions first, as early as may be."""
    start = market.slots[0]
    own = market.campaign.own
    posts = [_post(market, own.actor, start, name) for name in market.own for _ in range(own.posts)]
    return _topped(market, market.fitted(posts, (), cap), cap)


def _topped(market: Market, plan: Plan, cap: int) -> Plan:
    """What is left of the cap as boosts, where an impression costs least, to the earliest posts first."""
    left, most = min(cap, market.budget) - market.cost(plan), market.campaign.boosts.most
    posts = list(plan.posts)
    able = [i for i, post in enumerate(posts) if post.platform in market.boosted]
    for i in sorted(able, key=lambda i: (_per_thousand(market, posts[i].platform), posts[i].at, i)):
        more = min(left, most - posts[i].boost)
        left -= more
        posts[i] = posts[i].model_copy(update={"boost": posts[i].boost + more})
    return market.fitted(posts, plan.places, cap)


def _per_thousand(market: Market, platform: str) -> float:
    """Yuan that a thousand impressions cost, taken from a large sum, where they can be bought."""
    reach = market.scenario.platforms[platform].reach_for(LARGE)
    return 1000 * LARGE / reach if reach else math.inf


# ---- plans from plans


def changed(market: Market, draw: Draw, plan: Plan, other: Plan, cap: int) -> Plan:
    """A plan near ``plan``: one or two changes, now and then half of ``other``; what is left over may go to boosts."""
    posts, places = list(plan.posts), list(plan.places)
    if draw("cross") < 0.2:
        posts = [p for p, name in zip(posts, _names(posts), strict=True) if draw(f"mine/{name}") < 0.5]
        theirs = zip(other.posts, _names(other.posts), strict=True)
        posts += [p for p, name in theirs if draw(f"theirs/{name}") < 0.5]
    for turn in range(1 + (draw("twice") < 0.5)):
        change = CHANGES[int(draw("change", turn) * len(CHANGES))]
        posts, places = change(market, lambda what, *which, turn=turn: draw(f"{turn}/{what}", *which), posts, places)
    posts.sort(key=lambda post: (draw(f"keep/{post.by}", int(post.at.timestamp())), post.by, post.at))
    made = market.fitted(posts, places, cap)
    return _topped(market, made, cap) if draw("top") < 0.5 else made


Changed = tuple[list[PlannedPost], list[PlannedPlace]]


def _some(draw: Draw, posts: list[PlannedPost]) -> list[int]:
    """A few of the posts, as places in the list."""
    names = _names(posts)
    order = sorted(range(len(posts)), key=lambda i: draw(f"some/{names[i]}"))
    return order[: 1 + int(draw("many") * FOCUS)]


def _drop(market: Market, draw: Draw, posts: list[PlannedPost], places: list[PlannedPlace]) -> Changed:
    gone = set(_some(draw, posts))
    return [post for i, post in enumerate(posts) if i not in gone], places


def _add(market: Market, draw: Draw, posts: list[PlannedPost], places: list[PlannedPlace]) -> Changed:
    """One or a few more, by whoever is not busy: hired or own."""
    own = [(market.campaign.own.actor, name) for name in market.own]
    offers = [*own, *((one.name, one.platform) for one in market.known.values())]
    offers.sort(key=lambda offer: draw("offer/" + "/".join(offer)))
    busy = Counter((post.by, post.platform) for post in posts)
    free = [offer for offer in offers if busy[offer] < 1 or offer in own]
    time = _times(market, draw)
    more = [_post(market, by, time(f"{by}/{on}"), on) for by, on in free[: 1 + int(draw("more") * FOCUS)]]
    return [*posts, *more], places


def _swap(market: Market, draw: Draw, posts: list[PlannedPost], places: list[PlannedPlace]) -> Changed:
    fewer, _ = _drop(market, draw, posts, places)
    return _add(market, draw, fewer, places)


def _move(market: Market, draw: Draw, posts: list[PlannedPost], places: list[PlannedPlace]) -> Changed:
    """A few posts to other times."""
    some, time = set(_some(draw, posts)), _times(market, draw)
    names = _names(posts)
    return [p.model_copy(update={"at": time(names[i])}) if i in some else p for i, p in enumerate(posts)], places


def _retime(market: Market, draw: Draw, posts: list[PlannedPost], places: list[PlannedPlace]) -> Changed:
    """All posts and places to other times: together, spread, early or late."""
    time = _times(market, draw)
    moved = [place.model_copy(update={"at": time(f"place/{place.platform}")}) for place in places]
    named = zip(posts, _names(posts), strict=True)
    return [post.model_copy(update={"at": time(name)}) for post, name in named], moved


def _reboost(market: Market, draw: Draw, posts: list[PlannedPost], places: list[PlannedPlace]) -> Changed:
    """The money behind posts goes behind others."""
    yuan = sum(post.boost for post in posts)
    return (_boosted(market, posts, draw, yuan) if posts else posts), places


def _weigh(market: Market, draw: Draw, posts: list[PlannedPost], places: list[PlannedPlace]) -> Changed:
    """More or less money behind a few posts."""
    some, most = set(_some(draw, posts)), market.campaign.boosts.most
    return [
        p.model_copy(update={"boost": round(draw(f"yuan/{name}") * most)}) if i in some else p
        for i, (p, name) in enumerate(zip(posts, _names(posts), strict=True))
    ], places


def _place(market: Market, draw: Draw, posts: list[PlannedPost], places: list[PlannedPlace]) -> Changed:
    """A place on a list is given up or moved, or one is bought."""
    if places and draw("give up") < 0.5:
        return posts, places[1:]
    if not market.prices:
        return _move(market, draw, posts, places)
    where = min(market.prices, key=lambda name: draw(f"which/{name}"))
    return posts, [PlannedPlace(at=_times(market, draw)(f"place/{where}"), platform=where)]


CHANGES = (_drop, _add, _add, _swap, _swap, _move, _retime, _reboost, _weigh, _place)

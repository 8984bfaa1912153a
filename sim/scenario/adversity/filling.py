"""Names that templates over a scenario may use: what its plan does first, spends most on, where, with whom.

``{main - 2 hours}`` is two hours before what most money is behind, ``{budget * 0.8}`` four fifths of the budget,
``{post_at next 03:00}`` the next three o'clock after a post. Where a scenario has no such thing, `UnfitError` says why.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.base.errors import SimError, both
from sim.base.looks import look
from sim.base.strict import BEIJING
from sim.catalog import LOOKS
from sim.scenario.interventions import Post
from sim.scenario.prices import candidates, cost, story_of

if TYPE_CHECKING:
    from sim.scenario.adversity.templates import Over
    from sim.scenario.scenario import Scenario

_NAMED = re.compile(r"\{(\w+)(?: ([*+-]|next) ([0-9.:]+)(?: (minutes|hours|days))?)?\}")
TRAVEL = "travel"  # the interest of those who may go there


class UnfitError(SimError):
    """A template that says nothing of a scenario, and why; the words are in both languages."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Item(NamedTuple):
    """A post that is planned or dated: where it stands, when, whose, on which platform, yuan in all and of boost."""

    path: str
    at: datetime
    by: str
    platform: str
    yuan: int
    boost: int


@dataclass(frozen=True)
class Names:
    """What names stand for in a scenario, and why others stand for nothing."""

    values: Mapping[str, Any]
    missing: Mapping[str, str] = field(default_factory=dict)

    def with_(self, **more: Any) -> Names:
        """The same with further names."""
        return Names({**self.values, **more}, self.missing)

    def __getitem__(self, name: str) -> Any:
        if name in self.values:
            return self.values[name]
        known = ", ".join(sorted({*self.values, *self.missing}))
        raise UnfitError(self.missing.get(name) or both("no_such_name", name=name, names=known))


# ---- filling in


def filled(template: Any, names: Names) -> Any:
    """A template with its names filled in; a text that is one name alone becomes what that is, such as a number.

    Raises:
        UnfitError: the scenario has nothing of a name.

    >>> filled({"factor": "{a * 0.5}", "title": "about {b}"}, Names({"a": 6, "b": "x"}))
    {'factor': 3, 'title': 'about x'}
    """
    if isinstance(template, Mapping):
        return {filled(key, names): filled(value, names) for key, value in template.items()}
    if isinstance(template, list | tuple):
        return [filled(one, names) for one in template]
    if not isinstance(template, str):
        return template
    alone = _NAMED.fullmatch(template)
    return _value(alone, names) if alone else _NAMED.sub(lambda match: str(_value(match, names)), template)


def moment(template: str, names: Names) -> datetime:
    """The time that a template names. Raises `UnfitError`, also where it is none."""
    value = filled(template, names)
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise UnfitError(both("no_moment", text=template)) from None
    if found.tzinfo is None:  # which clock?
        raise UnfitError(both("no_moment", text=template))
    return found


def _value(match: re.Match[str], names: Names) -> Any:
    name, sign, amount, unit = match.groups()
    value = names[name]
    if sign:
        try:
            value = _reckoned(value, sign, amount, unit or "")
        except (ValueError, OverflowError):  # 1.2.3 is no number, 25:00 no hour, and a calendar has an end
            value = None
        if value is None:
            raise UnfitError(both("no_reckoning", text=match[0]))
    return value.isoformat(timespec="minutes") if isinstance(value, datetime) else value


def _reckoned(value: Any, sign: str, amount: str, unit: str) -> Any:
    """A time later, earlier or at the next such hour; a number times a factor. None: there is no such thing."""
    if isinstance(value, datetime) and sign == "next" and (clock := re.fullmatch(r"(\d\d):(\d\d)", amount)):
        then = value.astimezone(BEIJING).replace(hour=int(clock[1]), minute=int(clock[2]))
        return then if then > value else then + timedelta(days=1)
    if isinstance(value, datetime) and sign in "+-" and unit and ":" not in amount:
        return value + (1 if sign == "+" else -1) * timedelta(**{unit: float(amount)})
    if isinstance(value, int | float) and sign == "*" and not unit and ":" not in amount:
        product = round(value * float(amount), 9)
        return int(product) if isinstance(value, int) else product
    return None


# ---- what a scenario has


def names_of(world: Scenario, over: Over = "", thing: str = "") -> Names:
    """What templates may name in a scenario; ``thing``: which KOL or platform, of those that `things` lists."""
    found = Names({"story": story_of(world), "end": world.end})
    story = world.stories[found["story"]]
    found = found.with_(appeal=story.appeal, interests=dict(story.interests))
    items = posts(world)
    found = _of_posts(world, items, found) if items else _without(found, both("nobody_posts"), *OF_POSTS)
    found = _of_place(world, items, found)
    found = _of_money(world, items, found)
    return _of_thing(world, items, found, over, thing)


OF_POSTS = ("first", "main", "post", "post_at", "boost", "actor", "platform", "platform_title", "own", "second")
OF_MONEY = ("budget", "left", "spare", "spare_platform", "boost_less_spare")
OF_KOL = ("kol", "kol_title", "kol_at", "kol_platform", "kol_followers")


def _without(names: Names, why: str, *gone: str) -> Names:
    return Names(names.values, {**names.missing, **dict.fromkeys(gone, why)})


def posts(world: Scenario) -> list[Item]:
    """Posts of the plan in order of time; without a plan, those that are dated."""
    if world.campaign and world.plan:
        known = candidates(world)
        found = [
            Item(
                f"plan.posts[{i}]",
                post.at,
                post.by,
                post.platform,
                post.boost + (known[post.by].price if post.by in known else 0),
                post.boost,
            )
            for i, post in enumerate(world.plan.posts)
            if post.at < world.end
        ]
    else:
        found = [
            Item(f"interventions[{i}]", fact.at, fact.actor, fact.platform, fact.fee + fact.boost, fact.boost)
            for i, fact in enumerate(world.interventions)
            if isinstance(fact, Post) and fact.enabled
        ]
    return sorted(found, key=lambda one: (one.at, one.platform, one.by))


def _main(items: list[Item]) -> Item:
    """What most money is behind; the first of several."""
    return max(items, key=lambda one: (one.yuan, -one.at.timestamp()))


def _of_posts(world: Scenario, items: list[Item], names: Names) -> Names:
    main, actor = _main(items), world.campaign.own.actor if world.campaign else ""
    own = _main([one for one in items if one.by == actor]) if any(one.by == actor for one in items) else main
    accounts = _accounts(world, actor or own.by)
    others = sorted((p for p in accounts if p != own.platform), key=lambda p: (-accounts[p], p))
    found = names.with_(
        first=items[0].at,
        main=main.at,
        post=own.path,
        post_at=own.at,
        boost=own.boost,
        actor=actor or own.by,
        own=accounts.get(own.platform, 0),
        **_titled(world, own.platform),
    )
    sold = [p for p in others if world.platforms[p].price("reach") is not None]
    return found.with_(second=sold[0]) if sold else _without(found, both("no_second_platform"), "second")


def _titled(world: Scenario, platform: str) -> dict[str, str]:
    return {"platform": platform, "platform_title": world.platforms[platform].title or platform}


def _accounts(world: Scenario, name: str) -> dict[str, int]:
    return next((dict(a.accounts) for a in world.actors if name in [one for one, _ in a.members]), {})


def _of_place(world: Scenario, items: list[Item], names: Names) -> Names:
    """The list where the story may stand, and whether people may go where it plays."""
    lists = [p for p in _used(items) if any(kind == "hot_list" for kind, _ in world.platforms[p].mechanisms.present())]
    names = names.with_(list=lists[0]) if lists else _without(names, both("no_list_used"), "list")
    if world.stories[names["story"]].interests.get(TRAVEL, 0) > 0:
        return names.with_(outing=names["story"])
    return _without(names, both("no_outing"), "outing")


def _used(items: list[Item]) -> list[str]:
    """Platforms that are posted on, the one with most money first, then with most posts."""
    yuan, count = dict[str, int](), dict[str, int]()
    for one in items:
        yuan[one.platform] = yuan.get(one.platform, 0) + one.yuan
        count[one.platform] = count.get(one.platform, 0) + 1
    return sorted(yuan, key=lambda p: (-yuan[p], -count[p], p))


def _of_money(world: Scenario, items: list[Item], names: Names) -> Names:
    if world.campaign is None or world.plan is None:
        return _without(names, both("no_plan_to_change"), *OF_MONEY)
    known, hired = candidates(world), {one.by for one in items}
    left = max(0, world.campaign.budget - cost(world, world.plan, known))
    names = names.with_(budget=world.campaign.budget)
    most = world.campaign.boosts.most
    names = names.with_(left=min(left, most)) if left and most else _without(names, both("nothing_left"), "left")
    boost = names.values.get("boost", 0)
    may = [one for name, one in known.items() if name not in hired and 2 * one.price <= boost]
    if not may:
        return _without(names, both("no_spare_kol"), "spare", "spare_platform", "boost_less_spare")
    spare = max(may, key=lambda one: (one.price, one.name))
    return names.with_(spare=spare.name, spare_platform=spare.platform, boost_less_spare=boost - spare.price)


def things(world: Scenario, over: Over) -> list[str]:
    """What a template is over: hired KOLs, dearest first; or platforms that are used; or once, without a name."""
    if over == "platforms":
        return _used(posts(world))
    return list(_hired(world, posts(world))) if over == "kols" else [""]


def _hired(world: Scenario, items: list[Item]) -> dict[str, int]:
    """Yuan of each KOL that is hired, fee and paid reach, dearest first."""
    if world.campaign is None or world.plan is None:
        return {}
    yuan = dict[str, int]()
    for one in items:
        if one.by != world.campaign.own.actor:
            yuan[one.by] = yuan.get(one.by, 0) + one.yuan
    return dict(sorted(yuan.items(), key=lambda pair: (-pair[1], pair[0])))


def _of_thing(world: Scenario, items: list[Item], names: Names, over: Over, thing: str) -> Names:
    """What is known of the KOL or platform that a template is over."""
    if over == "platforms" and thing:
        return names.with_(**_titled(world, thing))
    if over != "kols" or not thing:
        return _without(names, both("nobody_hired"), *OF_KOL)
    first = next((one for one in items if one.by == thing), None)
    if first is None:
        return _without(names, both("nobody_hired"), *OF_KOL)
    one = candidates(world)[thing]
    return names.with_(
        kol=thing, kol_title=thing, kol_at=first.at, kol_platform=first.platform, kol_followers=one.followers
    )


def in_chinese(world: Scenario, names: Names) -> Names:
    """The same names with the titles of platforms in Chinese, where there are such."""
    platform = names.values.get("platform", "")
    chinese = look(LOOKS, platform).zh if platform else ""
    return names.with_(platform_title=chinese) if chinese else names

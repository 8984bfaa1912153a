"""What a campaign bought and what each of it brought, as the page of a run takes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sim.base.strict import BEIJING
from sim.pages.told import Bought, Campaign
from sim.pages.words import Said
from sim.scenario import numbers
from sim.scenario.prices import candidates, parts, place_price

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.scenario import Scenario

Line = tuple[str, str, str, str, int]


def campaign(
    world: Scenario, summary: Mapping[str, Any], posts: pd.DataFrame, titles: Mapping[str, Mapping[str, str]]
) -> Campaign | None:
    """Goal, budget, hired accounts and plan; None where there is no campaign."""
    found = world.campaign
    if found is None:
        return None
    goal = numbers.number(found.goal.metric, "goal", world.platforms, numbers.actor_names(world))
    label = Said(en=goal.label("en", titles["en"]), zh=goal.label("zh", titles["zh"]))
    value = float(summary.get(found.goal.metric) or 0)
    known = candidates(world)
    spent = sum(parts(world, world.plan, known).values()) if world.plan else 0
    hired = _hired(world, posts) if world.plan else []
    plan = sorted(plan_lines(world)) if world.plan else []
    return Campaign(label, value, found.goal.least, found.budget, spent, hired, plan)


def _hired(world: Scenario, posts: pd.DataFrame) -> list[Bought]:
    """Whoever was hired: all their posts together, and the views of what they posted there."""
    assert world.plan is not None
    known = candidates(world)
    names = numbers.titles(world)
    views = posts.groupby(["author", "platform"])["impressions"].sum()
    found = []
    for name in dict.fromkeys(post.by for post in world.plan.posts if post.by in known):
        one = known[name]
        own = [post for post in world.plan.posts if post.by == name]
        seen = int(views.get((names.get(one.actor, name), one.platform), views.get((name, one.platform), 0)))
        fee, boost = one.price * len(own), sum(post.boost for post in own)
        found.append(Bought(name, one.platform, one.tier, one.followers, len(own), fee, boost, seen))
    return found


def plan_lines(world: Scenario) -> Iterator[Line]:
    """Each purchase: when, where, what kind, who or what, yuan."""
    assert world.plan is not None
    known, names = candidates(world), numbers.titles(world)
    for post in world.plan.posts:
        one = known.get(post.by)
        kind = "hired_post" if one else "own_post"
        price = (one.price if one else 0) + post.boost + post.prize
        yield (
            post.at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M"),
            post.platform,
            kind,
            names.get(post.by, post.by),
            price,
        )
    for place in world.plan.places:
        when = place.at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
        yield when, place.platform, "bought_place", place.words, place_price(world, place.platform, place.what)

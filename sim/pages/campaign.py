"""What a campaign bought and what came of it: goal met or missed, budget, plan, hired accounts, cost per thousand."""

from __future__ import annotations

from typing import Any

from sim.pages.amounts import amount, percent
from sim.pages.data import table
from sim.pages.told import Bought, Campaign, Told
from sim.pages.words import TABLE, TIER, Said, said, same


def campaign_title(campaign: Campaign) -> Said:
    """Whether the goal was met, and for how much."""
    met = campaign.value >= campaign.least
    parts = {"value": amount(campaign.value), "least": amount(campaign.least), "spent": amount(campaign.spent)}
    return said("found_met" if met else "found_missed", label=campaign.label, **parts)


def campaign_cards(told: Told) -> list[dict[str, Any]]:
    """Goal, spending and cost per thousand views; nothing where there is no campaign."""
    campaign = told.campaign
    if campaign is None:
        return []
    met = campaign.value >= campaign.least
    views = float(told.summary.get("impressions") or 0)
    goal = said("card_goal_met" if met else "card_goal_missed", least=amount(campaign.least))
    share = percent(campaign.spent / campaign.budget) if campaign.budget else "–"
    budget = said("card_budget", share=share, budget=amount(campaign.budget))
    found = [
        {"id": "goal", "label": said("card_goal", label=campaign.label), "value": amount(campaign.value), "note": goal,
         "verdict": "met" if met else "missed"},
        {"id": "spent", "label": said("card_spent"), "value": amount(campaign.spent), "note": budget},
    ]  # fmt: skip
    if views and campaign.spent:
        mille = {"id": "mille", "label": said("card_mille"), "value": amount(1000 * campaign.spent / views)}
        found.append(mille | {"note": said("card_mille_note")})
    return found


def campaign_section(told: Told) -> dict[str, Any] | None:
    """Who was hired and what each brought; below it the plan, line by line."""
    campaign = told.campaign
    if campaign is None or not campaign.plan:
        return None
    paid = [cost for one in campaign.hired if (cost := _mille(one)) is not None]
    title = said("campaign_plain")
    if paid:
        title = said("campaign_title", n=len(campaign.hired), best=amount(min(paid)))
    posts = sum(kind != "bought_place" for _, _, kind, _, _ in campaign.plan)
    yuan = amount(sum(line[-1] for line in campaign.plan))
    about = said("plan_title", posts=posts, places=len(campaign.plan) - posts, yuan=yuan)
    more = said("campaign_about")
    return {
        "id": "campaign",
        "nav": said("nav_campaign"),
        "title": title,
        "about": Said(en=f"{about['en']}. {more['en']}", zh=f"{about['zh']}。{more['zh']}"),
        "table": _hired(told, campaign) if campaign.hired else _plan(told, campaign),
        "more": _plan(told, campaign) | {"title": about, "page": 20} if campaign.hired else None,
    }


def _mille(one: Bought) -> float | None:
    """Yuan per thousand views."""
    return 1000 * (one.fee + one.boost) / one.views if one.views else None


def _hired(told: Told, campaign: Campaign) -> dict[str, Any]:
    columns = [
        ("who", said("who"), "text"),
        ("platform", said("platform"), "platform"),
        ("tier", said("tier"), "text"),
        ("followers", said("followers"), "count"),
        ("posts", said("posts"), "count"),
        ("fee", said("fee"), "count"),
        ("boost", said("boost"), "count"),
        ("views", said("views"), "count"),
        ("mille", said("mille"), "count"),
    ]
    order = sorted(campaign.hired, key=lambda one: -one.views)
    lines = [
        [one.who, _place(told, one.platform), _tier(one.tier), one.followers, one.posts, one.fee, one.boost, one.views,
         _mille(one)]
        for one in order
    ]  # fmt: skip
    return table(columns, lines) | {"page": 20}


def _tier(name: str) -> Said:
    return said(TIER + name) if TIER + name in TABLE else same(name)


def _plan(told: Told, campaign: Campaign) -> dict[str, Any]:
    columns = [
        ("when", said("when"), "time"),
        ("platform", said("platform"), "platform"),
        ("what", said("what"), "text"),
        ("who", said("who"), "text"),
        ("spend", said("spend"), "yuan"),
    ]
    lines = [
        [when, _place(told, platform), said(kind), who, yuan]
        for when, platform, kind, who, yuan in sorted(campaign.plan)
    ]
    return table(columns, lines)


def _place(told: Told, name: str) -> Said:
    return told.platforms[name].said if name in told.platforms else same(name)

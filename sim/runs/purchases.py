"""What a campaign offers and what a plan buys, as cells for a terminal: prices are known before a run begins."""

from __future__ import annotations

from collections import Counter

from sim.base.words import columns
from sim.scenario.campaign import Plan, PlannedPost
from sim.scenario.prices import Candidate, candidates, parts, place_price, slot_prices
from sim.scenario.scenario import Scenario

Row = tuple[str, ...]
WHEN = "%a %d %b %H:%M"


def lines(scenario: Scenario) -> list[str]:
    """Goal and budget, who may be hired, what else is for sale, the plan and its bill; of no campaign nothing."""
    campaign = scenario.campaign
    if campaign is None:
        return []
    goal = f"goal: {campaign.goal.metric} ≥ {campaign.goal.least:,.12g}"
    told = [f"campaign: {campaign.title or scenario.name}; {goal}; budget {campaign.budget:,} yuan"]
    told += columns(offers(scenario)) + columns(sold(scenario))
    if scenario.plan is None:
        return [*told, "no plan: nothing is bought"]
    return [
        *told,
        "",
        "plan",
        *columns(purchases(scenario, scenario.plan)),
        "",
        *columns(bill(scenario, scenario.plan)),
    ]


def offers(scenario: Scenario) -> list[Row]:
    """A row a KOL who may be hired; none, where nobody may."""
    known = candidates(scenario)
    if not known:
        return []
    head: Row = ("may be hired", "platform", "tier", "followers", "yuan a post", "per 1,000", "fit", "posts")
    return [head, *(_offer(one) for one in known.values())]


def _offer(one: Candidate) -> Row:
    each = f"{1000 * one.price / one.followers:,.1f}"
    numbers = (f"{one.followers:,}", f"{one.price:,}", each, f"{one.appeal:.3g}", f"≤ {one.posts_each}")
    return (one.name, one.platform, one.tier or "–", *numbers)


def sold(scenario: Scenario) -> list[Row]:
    """What else may be bought: own posts, paid reach, places; a row each."""
    campaign = scenario.campaign
    assert campaign is not None
    rows: list[Row] = [("own posts", "", f"{campaign.own.actor}: 0 yuan, at most {campaign.own.posts} on a platform")]
    for name, platform in scenario.platforms.items():
        if campaign.boosts.most and (reach := platform.reach_for(10**9)):
            dear = f"{10**12 / reach:,.2f} yuan per 1,000 impressions, at most {campaign.boosts.most:,} yuan a post"
            dear += f"; for an audience {10**12 / platform.reach_for(10**9, aimed=True):,.2f} yuan"
            rows.append(("paid reach", name, dear))
    for name, most in campaign.places.items():
        rows.append(("places on the list", name, f"{place_price(scenario, name):,} yuan, at most {most}"))
    for name, most in campaign.slots.items():
        each = ", ".join(f"slot {n}: {yuan:,}" for n, yuan in slot_prices(scenario, name).items())
        rows.append(("opening page", name, f"{each} yuan, at most {most}"))
    return rows


def purchases(scenario: Scenario, plan: Plan) -> list[Row]:
    """What is bought when, in order of time, with a head."""
    known = candidates(scenario)
    rows: list[tuple[tuple[str, str, str], Row]] = []
    for post in plan.posts:
        one = known.get(post.by)
        size, fee = (f"{one.followers:,}", f"{one.price:,}") if one else ("own", "0")
        row = (f"{post.at:{WHEN}}", post.platform, post.by, size, fee, f"{post.boost:,}", _also(scenario, post))
        rows.append(((post.at.isoformat(), post.platform, post.by), row))
    for place in plan.places:
        price = f"{place_price(scenario, place.platform, place.what):,}"
        what = f"#{place.topic}#" if place.topic else ""
        row = (f"{place.at:{WHEN}}", place.platform, place.words, "–", price, "0", what)
        rows.append(((place.at.isoformat(), place.platform, ""), row))
    head: Row = ("when", "platform", "who", "followers", "price", "boost", "")
    return [head, *(row for _, row in sorted(rows, key=lambda row: row[0]))]


def _also(scenario: Scenario, post: PlannedPost) -> str:
    """What sets a planned post apart: its hashtag, kind, appeal, prizes, and whom its boost is for."""
    words = [f"#{post.topic}#"] * bool(post.topic) + [post.content] * bool(post.content)
    words += [f"appeal × {post.appeal:g}"] * (post.appeal != 1)
    words += [f"lucky draw of {post.prize:,} yuan"] * bool(post.prize)
    if post.audience:
        share = post.audience.share_of(scenario.people, post.platform)
        words.append(f"for {post.audience.words} ({share:.1%} of {post.platform})")
    return ", ".join(words)


def bill(scenario: Scenario, plan: Plan) -> list[Row]:
    """Yuan by what they are for, with their share of the budget; hired posts by platform and tier."""
    known, campaign = candidates(scenario), scenario.campaign
    assert campaign is not None
    spent = parts(scenario, plan, known)
    hired = Counter(
        " ".join((known[post.by].platform, known[post.by].tier)).strip() for post in plan.posts if post.by in known
    )
    what = {"fees": ", ".join(f"{n} {group}" for group, n in hired.items()), "places": f"{len(plan.places)}"}
    what["boosts"] = f"behind {sum(post.boost > 0 for post in plan.posts)} of {len(plan.posts)} posts"
    rows: list[Row] = [("budget", "yuan", "share", "")]
    rows += [_sum(name, yuan, campaign.budget, what.get(name, "")) for name, yuan in spent.items() if yuan]
    total = sum(spent.values())
    rows.append(_sum("in all", total, campaign.budget, ""))
    return [*rows, _sum("left", campaign.budget - total, campaign.budget, "")]


def _sum(name: str, yuan: int, budget: int, what: str) -> Row:
    return name, f"{yuan:,}", f"{yuan / budget:.0%}" if budget else "–", what

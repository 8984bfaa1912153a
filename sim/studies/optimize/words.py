"""What an optimisation says: the frontier as a table, the verdict beside the simple plans, the best plan in lines."""

from __future__ import annotations

from sim.base.intervals import Interval
from sim.base.words import columns, humanise
from sim.runs import purchases
from sim.runs.words import heading
from sim.scenario.campaign import Plan
from sim.studies.optimize.frontier import TOLERANCE, Judged, frontier, in_mean, in_probability
from sim.studies.optimize.question import Optimization
from sim.studies.optimize.search import FULL, effort

RIVALS = ("greedy", "paid reach only", "random 1", "nothing")


def lines(answer: Optimization) -> list[str]:
    """All that is printed."""
    offered, goal = answer.market, answer.market.campaign.goal
    title, scale = heading(offered.scenario)
    runs = (
        f"{len(answer.found.runs):,} runs of the search, {effort(answer.question.runs).last} seeds for its last plans"
    )
    few = f"note: fewer than {FULL} runs of the search: a plan found may be far from the best there is"
    return [
        title,
        scale,
        f"goal: {goal.metric} ≥ {goal.least:,.12g}; budget {offered.budget:,} yuan",
        f"{runs}; below: {len(answer.seeds)} held-back seeds that it has not seen",
        *([few] if answer.question.runs < FULL else []),
        "",
        *columns(table(answer)),
        f"*: worth its money, as far as these seeds can tell: none that costs as much (within {TOLERANCE:.0%} of the "
        "budget) or less does as well",
        "",
        *verdict(answer),
        *(line for one in shown(answer) for line in _contents(answer, one)),
    ]


def shown(answer: Optimization) -> list[Judged]:
    """Plans whose contents are printed and written: the best, and whatever else is worth its money; each once."""
    best, *others = answer.judged
    stars = frontier(answer.judged, answer.market.budget)[1:]
    worth = {one.plan: one for one, star in zip(others, stars, strict=True) if star and one.plan}
    return [best, *(one for plan, one in worth.items() if plan != best.plan)]


def _contents(answer: Optimization, one: Judged) -> list[str]:
    scenario, plan = answer.market.scenario, one.plan or Plan()
    rows = purchases.purchases(scenario, plan), purchases.bill(scenario, plan)
    return ["", f"the plan '{one.name}':", *columns(rows[0]), "", *columns(rows[1])]


def table(answer: Optimization) -> list[tuple[str, ...]]:
    """A row a plan: what it costs, what is bought, its chance, its bad luck; a star where no other plan beats it."""
    head = ("plan", "yuan", "bought", "chance of the goal, 95 %", "median", "worst tenth", "frontier")
    rows: list[tuple[str, ...]] = [head]
    for one, best in zip(answer.judged, frontier(answer.judged, answer.market.budget), strict=True):
        chance = f"{one.probability:.0%} ({one.interval.low:.0%} to {one.interval.high:.0%})"
        rows.append(
            (
                one.name,
                f"{one.cost:,}",
                bought(answer, one.plan),
                chance,
                humanise(one.median),
                humanise(one.bad),
                "*" * best,
            )
        )
    return rows


def bought(answer: Optimization, plan: Plan | None) -> str:
    """A plan in few words: own posts, hired posts, boosts, places."""
    if plan is None:
        return "–"
    hired = sum(post.by in answer.market.known for post in plan.posts)
    boosts = sum(post.boost for post in plan.posts)
    words = [f"{len(plan.posts) - hired} own", f"{hired} hired"]
    words += [f"boosts {humanise(boosts)}"] if boosts else []
    return " + ".join([*words, *(["a list place"] if plan.places else [])])


def verdict(answer: Optimization) -> list[str]:
    """The best plan beside the simple ones, pair by pair."""
    best = answer.judged[0]
    return [_against(answer, best, answer.plan(name)) for name in RIVALS]


def _against(answer: Optimization, best: Judged, other: Judged) -> str:
    if best.plan == other.plan:
        return f"'{best.name}' is the plan '{other.name}'"
    chance, mean = in_probability(best, other), in_mean(best, other)
    points = f"chance {_points(chance)}, {answer.market.campaign.goal.metric} {_people(mean)}"
    shown = "beats" if chance.low > 0 else "is beaten by" if chance.high < 0 else "is not shown to beat"
    return f"'{best.name}' {shown} '{other.name}': {points} (paired, 95 %)"


def _points(found: Interval) -> str:
    return f"{100 * found.middle:+.0f} points ({100 * found.low:+.0f} to {100 * found.high:+.0f})"


def _people(found: Interval) -> str:
    ends = f"{_signed(found.low)} to {_signed(found.high)}" if found.given else f"no interval: {found.why}"
    return f"{_signed(found.middle)} ({ends})"


def _signed(value: float) -> str:
    return ("−" if value < 0 else "+" if value > 0 else "") + humanise(abs(value))

"""The picture of an optimisation: chance over cost with bad luck in colour, all the runs, and the best plan's days."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

from sim.pictures.paper import GREY, INK, PALE, count, name_points, page, shown
from sim.scenario.campaign import Plan
from sim.scenario.numbers import label
from sim.studies.optimize.frontier import Judged, frontier, in_probability
from sim.studies.optimize.question import Optimization

BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
LUCK = LinearSegmentedColormap.from_list("luck", ["#fde3c8", "#7fb8d8", "#08306b"])
LINES = {"greedy": ORANGE, "paid reach only": GREEN, "nothing": GREY}


def picture(answer: Optimization) -> Figure:
    """Draw it: the frontier at the left, all runs of some plans at the right, the best plan below."""
    best, greedy = answer.judged[0], answer.plan("greedy")
    goal, scenario = answer.market.campaign.goal, answer.market.scenario
    gain = in_probability(best, greedy)
    title = f"Chance of {count(goal.least)} {label(goal.metric)}: {best.probability:.0%} with the best plan"
    title += f" found, {greedy.probability:.0%} with the greedy one" + ("" if gain.clear else ": no clear difference")
    about = f"{shown(scenario.title or scenario.name, 66)}. Difference {100 * gain.middle:+.0f} points"
    about += f" ({100 * gain.low:+.0f} to {100 * gain.high:+.0f}, 95 %, paired)."
    recipe = (
        f"{scenario.name} · seed {scenario.seed} · {scenario.people.users:,} people · {len(answer.found.runs)} runs of"
    )
    recipe += f" the search · judged on {len(answer.seeds)} held-back seeds · budget {answer.market.budget:,} yuan"
    figure = page(recipe, title, about, 7.6)
    top = figure.add_gridspec(1, 2, left=0.075, right=0.975, top=0.855, bottom=0.47, wspace=0.2, width_ratios=(1.25, 1))
    _frontier(figure.add_subplot(top[0, 0]), answer)
    _runs(figure.add_subplot(top[0, 1]), answer)
    below = figure.add_gridspec(1, 1, left=0.13, right=0.975, top=0.36, bottom=0.085)
    _days(figure.add_subplot(below[0, 0]), answer)
    return figure


def _frontier(axes: Axes, answer: Optimization) -> None:
    """Cost and chance of every judged plan; the darker, the better its bad luck."""
    judged, best = answer.judged, frontier(answer.judged, answer.market.budget)
    worst = max(one.bad for one in judged) or 1.0
    norm = Normalize(0, worst)
    million = answer.market.budget / 1e6 or 1
    for one, on_it in zip(judged, best, strict=True):
        x, random = one.cost / 1e6, one.name.startswith("random")
        axes.plot([x, x], [one.interval.low, one.interval.high], color=PALE if random else "#b5b5b5", lw=1.2, zorder=1)
        edge = GREY if random else INK
        axes.scatter(
            x,
            one.probability,
            s=45 if random else 95,
            c=[LUCK(norm(one.bad))],
            ec=edge,
            lw=0.8,
            zorder=3,
            marker=_marker(one),
        )
        if on_it:
            axes.scatter(x, one.probability, s=230, fc="none", ec=BLUE, lw=1.3, zorder=2)
    axes.set(xlim=(-0.05 * million, 1.13 * million), ylim=(-0.04, 1.09), xlabel="cost, million yuan")
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.axvline(million, color=GREY, lw=0.8, ls=(0, (3, 2)))
    axes.set_title("Chance of the goal over cost. Ringed: no plan beats it", size=9.5)
    bar = axes.figure.colorbar(_mappable(norm), cax=axes.inset_axes((0.03, 0.86, 0.3, 0.035)), orientation="horizontal")
    bar.ax.tick_params(labelsize=6.5, length=2)
    bar.ax.xaxis.set_major_formatter(FuncFormatter(count))
    bar.set_ticks([0.0, worst])
    bar.ax.set_title("mean of the worst tenth", size=7, color=GREY, pad=3)
    bar.outline.set_visible(False)
    named = [one for one in judged if not one.name.startswith("random")]
    ink = np.array([(one.cost / 1e6, one.probability) for one in judged])
    names = [(one.cost / 1e6, one.probability, one.name, LINES.get(one.name, INK)) for one in named]
    grey = [(one.cost / 1e6, one.probability, "random", GREY) for one in judged if one.name.startswith("random")][:1]
    name_points(axes, names + grey, ink, strip=((0.0, 0.02), (1.0, 0.8)), size=8)


def _mappable(norm: Normalize) -> ScalarMappable:
    return ScalarMappable(norm, LUCK)


def _marker(one: Judged) -> str:
    return {"greedy": "X", "paid reach only": "P", "nothing": "s"}.get(one.name, "o")


def _runs(axes: Axes, answer: Optimization) -> None:
    """How often a plan came to at least so much: the height at the line is the chance of the goal."""
    goal = answer.market.campaign.goal
    best = answer.judged[0]
    for one, colour in [(best, BLUE), *((answer.plan(name), colour) for name, colour in LINES.items())]:
        values = np.sort(one.values)
        axes.step(
            np.append(0, values),
            np.append(1, np.arange(len(values), 0, -1) / len(values)),
            where="pre",
            color=colour,
            lw=2.2 if one is best else 1.4,
        )
    axes.axvline(goal.least, color=INK, lw=0.9, ls=(0, (3, 2)))
    right = 1.02 * max(float(np.quantile(answer.plan(name).values, 0.98)) for name in (best.name, *LINES))
    axes.set(xlim=(0, max(right, 1.25 * goal.least)), ylim=(0, 1.05), xlabel=label(goal.metric))
    axes.text(goal.least, 1.06, "goal", ha="center", va="bottom", size=8)
    axes.xaxis.set_major_formatter(FuncFormatter(count))
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set_title("Share of seeds with at least so much", size=9.5, pad=14)
    for i, (name, colour) in enumerate([(best.name, BLUE), *LINES.items()]):
        axes.text(0.98, 0.96 - 0.075 * i, name, transform=axes.transAxes, ha="right", va="top", color=colour, size=8)


def _days(axes: Axes, answer: Optimization) -> None:
    """The best plan over time: a row a group, a dot a post, as large as the money; greedy's moment as crosses."""
    best, offered = answer.judged[0].plan or Plan(), answer.market
    groups = list(dict.fromkeys(_group(answer, post.by, post.platform) for post in best.posts))
    groups.sort(key=lambda group: (group.split()[0], not group.endswith("own"), group))
    rows = {group: row for row, group in enumerate([*groups, *(["list place"] if best.places else [])])}
    most = max((offered.price(post.by) + post.boost for post in best.posts), default=1) or 1
    seen: dict[tuple[datetime, str], int] = {}
    for post in best.posts:
        group = _group(answer, post.by, post.platform)
        turn = seen[post.at, group] = seen.get((post.at, group), -1) + 1
        at = _place(post.at + timedelta(minutes=55 * turn))  # posts of one hour side by side
        colour = BLUE if post.by in offered.known else GREEN
        yuan = offered.price(post.by) + post.boost
        axes.scatter(at, rows[group], s=14 + 260 * yuan / most, color=colour, alpha=0.65, ec="white", lw=0.5)
    for place in best.places:
        axes.scatter(_place(place.at), rows["list place"], s=120, color=ORANGE, marker="D")
    campaign = offered.campaign
    axes.set_xlim(_place(campaign.opens - timedelta(hours=6)), _place(campaign.closes + timedelta(hours=6)))
    axes.set_yticks(list(rows.values()), list(rows), size=8)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.xaxis.set_major_locator(dates.DayLocator(tz=campaign.opens.tzinfo))
    axes.xaxis.set_major_formatter(dates.DateFormatter("%a %d %b", tz=campaign.opens.tzinfo))
    axes.grid(axis="x", color="#eeeeee")
    axes.set_axisbelow(True)
    fees = sum(offered.price(post.by) for post in best.posts)
    boosts = sum(post.boost for post in best.posts)
    words = f"The plan '{answer.judged[0].name}': {offered.cost(best):,} yuan = fees {fees:,} + boosts {boosts:,}"
    words += f" + places {offered.cost(best) - fees - boosts:,}" if best.places else ""
    axes.set_title(words + f". A dot a post, as large as its money, the largest {count(most)} yuan", size=9.5)


def _place(when: datetime) -> float:
    """Where a time stands on the axis, in days."""
    return float(dates.date2num(when))


def _group(answer: Optimization, by: str, platform: str) -> str:
    one = answer.market.known.get(by)
    return f"{platform} {one.tier or 'by name'}" if one else f"{platform} own"

"""The picture of the study of seeds: what every way reaches, and what the first few of the proposed ones reach."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from sim.pictures.paper import GREY, INK, PALE, count, page, shown
from sim.scenario.numbers import label
from sim.studies.seeds import words
from sim.studies.seeds.found import Found

BEST, RULE, OTHER = "#0072B2", "#D55E00", "#8a94a0"
ROW = 0.42  # inches a row


def picture(found: Found) -> Figure:
    """Draw it: a bar a way on the left, the first few on the right."""
    world = found.world
    height = max(4.2, 2.0 + ROW * len(found.ways))
    about = (
        f"{shown(world.title or world.name, 60)}. {found.k} people in each way, {len(found.seeds)} held-back worlds."
    )
    recipe = f"{world.name} · seed {world.seed} · {world.people.users:,} people · the same worlds for every way"
    figure = page(recipe, shown(_title(found), 92), about, height)
    grid = figure.add_gridspec(1, 2, left=0.235, right=0.955, top=1 - 1.25 / height, bottom=0.75 / height, wspace=0.28,
                               width_ratios=(1.7, 1))  # fmt: skip
    _ways(figure.add_subplot(grid[0, 0]), found)
    _curve(figure.add_subplot(grid[0, 1]), found)
    return figure


def _title(found: Found) -> str:
    if not found.proposed:
        return words.verdict(found)[0]
    best, rule = ((words.name(one.name), count(one.mean.middle)) for one in (found.best, found.rule))
    sure = {"unsure": ": not told apart", "equal": ": as many in every world", "same": ": the same people"}.get(
        found.verdict(found.rule), ""
    )
    return f"{best[1]} by {best[0]}, {rule[1]} by {rule[0]}{sure}"


def _ways(axes: Axes, found: Found) -> None:
    """A row a way: its mean as a bar, its interval, by how much it lies behind."""
    most = max(way.mean.high if way.mean.given else way.mean.middle for way in found.ways) or 1.0
    for y, way in enumerate(found.ways):
        one = way.mean
        colour = BEST if found.proposed and way is found.best else RULE if way in (found.best, found.rule) else OTHER
        axes.barh(y, one.middle, color=colour, height=0.62)
        if one.given and one.high > one.low:
            axes.plot([one.low, one.high], [y, y], color=INK, lw=1.4)
        axes.annotate(shown(words.name(way.name), 34), (0, y), (-8, 0), xycoords=("axes fraction", "data"),
                      textcoords="offset points", ha="right", va="center", size=9, color=INK)  # fmt: skip
        end = one.high if one.given else one.middle
        axes.annotate(
            count(one.middle), (end, y), (6, 0), textcoords="offset points", va="center", size=8.5, color=GREY
        )
    axes.set(xlim=(0, 1.16 * most), ylim=(len(found.ways) - 0.5, -0.5), yticks=[])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter(FuncFormatter(count))
    axes.tick_params(labelsize=8)
    axes.set_title(f"{label(found.metric)} on the mean; line: 95 % of the mean")


def _curve(axes: Axes, found: Found) -> None:
    """What the first few reach: how many are enough."""
    sizes, means = [*found.curve], [float(values.mean()) for values in found.curve.values()]
    axes.plot(sizes, means, "o-", color=BEST, ms=5, lw=1.5, clip_on=False)
    nobody = found.way("nobody")
    if nobody:
        axes.axhline(float(nobody.values.mean()), color=GREY, lw=0.8, ls=(0, (3, 2)))
        axes.annotate("nobody", (1, float(nobody.values.mean())), (-2, 4), xycoords=("axes fraction", "data"),
                      textcoords="offset points", ha="right", size=8, color=GREY)  # fmt: skip
    axes.set(xlim=(0, 1.05 * max(sizes)), ylim=(0, 1.12 * max(means)), xlabel="of the first so many")
    axes.grid(axis="y", color=PALE, lw=0.6)
    axes.set_axisbelow(True)
    axes.yaxis.set_major_formatter(FuncFormatter(count))
    axes.tick_params(labelsize=8)
    axes.set_title("How many are enough?")

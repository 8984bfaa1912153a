"""Pictures of one run, drawn only from the files of its folder: call `draw`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.figure import Figure
from matplotlib.path import Path as Line
from matplotlib.ticker import MaxNLocator

from sim.base import reader
from sim.base.errors import SimError
from sim.base.files.reading import forest, read
from sim.base.looks import look
from sim.base.metrics import structural_virality
from sim.base.words import capital
from sim.catalog import LOOKS
from sim.pictures import drawing
from sim.pictures.paper import GREY, INK, PALE, count, name_ends, name_points, nothing, page, panels, shown

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")  # Okabe and Ito
SINCE = LinearSegmentedColormap.from_list("since", ["#3b0f70", "#b5367a", "#fb8861", "#fcd9a0"])
AGES = {15: "15 min", 60: "1 h", 360: "6 h", 1440: "1 day", 10080: "1 week", 40320: "4 weeks"}
MOST_FACTS, MOST_TOPICS, MOST_ACTORS, MOST_LISTS, MOST_NODES = 10, 12, 25, 3, 200_000
BOUGHT = "ad"  # slot of a place that was bought, as hot_list.csv has it
COUNTS, SCENARIO = ("impressions", "new_reach"), "scenario.resolved.yaml"


@dataclass(frozen=True)
class Run:
    """What the pictures of one run share; times are day numbers on the clock of the scenario's own zone.

    ``labels``: what the columns of the series are called.
    """

    folder: Path
    title: str
    recipe: str
    zone: tzinfo
    span: tuple[float, float]
    series: pd.DataFrame
    labels: Mapping[str, str]

    def table(self, name: str, words: Sequence[str], numbers: Sequence[str] = ()) -> pd.DataFrame:
        """Return columns of a CSV file of the folder."""
        return read(self.folder / name, lambda path: _table(path, self.zone, words, numbers))


def draw(folder: Path, only: Sequence[str] = (), *, labels: Mapping[str, str], spare: bool = False) -> list[Path]:
    """Draw the pictures named in ``only``, or all of them, into ``folder/figures``; return their paths.

    ``labels``: what the columns of series.csv are called; ``spare``: as `drawing.draw` takes it.
    """
    return drawing.draw(Path(folder), FIGURES, only, partial(_open, labels=labels), spare=spare)


def figures(folder: Path, only: Sequence[str] = (), *, labels: Mapping[str, str]) -> list[Figure]:
    """The same pictures, as figures and not as files."""
    return drawing.figures(Path(folder), FIGURES, only, partial(_open, labels=labels))


def _open(folder: Path, labels: Mapping[str, str]) -> Run:
    """Read what all pictures need: ``run.json`` and ``series.csv``."""
    title, recipe = read(folder / "run.json", _recipe)
    path, words = folder / "series.csv", ("time", "platform", "story")
    zone = read(path, _zone)
    series = read(path, lambda path: _table(path, zone, words, COUNTS))
    return Run(folder, title, recipe, zone, (series["time"].min(), series["time"].max()), series, labels)


def _recipe(path: Path) -> tuple[str, str]:
    """Return the title of a run, and one line that says which run it was."""
    facts = json.loads(path.read_text(encoding="utf-8"))
    recipe = f"{facts['scenario']} · seed {facts['seed']} · 1 simulated person stands for "
    return shown(facts["title"] or facts["scenario"], 70), f"{recipe}{float(facts['ratio']):,.6g}"


def _zone(path: Path) -> tzinfo:
    """Return the zone in which ``series.csv`` tells the time."""
    for text in pd.read_csv(path, nrows=1, usecols=["time"], dtype=str)["time"]:
        if zone := datetime.fromisoformat(text).tzinfo:
            return zone
    raise ValueError("no time with a zone")


def _table(path: Path, zone: tzinfo, words: Sequence[str], numbers: Sequence[str]) -> pd.DataFrame:
    """Return columns of a CSV file, ``time`` as day numbers on the clock of ``zone``; a blank number is 0."""
    kinds: dict[str, Any] = dict.fromkeys(words, str) | dict.fromkeys(numbers, float)
    text, blank = path.read_text(encoding="utf-8"), {name: [""] for name in numbers}
    table = pd.read_csv(StringIO(text), usecols=[*kinds], dtype=kinds, keep_default_na=False, na_values=blank)
    if not text.endswith("\n") or np.isinf(table[[*numbers]]).any(axis=None):
        raise ValueError("the last line is cut short, or a number is not finite")
    if "time" in words:
        moments = pd.to_datetime(table["time"], utc=True, format="ISO8601")
        table["time"] = dates.date2num(moments.dt.tz_convert(zone).dt.tz_localize(None))
    return table.fillna(0)


def reach(run: Run) -> Figure:
    """How often the story was shown each hour, and how many people it had reached, by platform."""
    series = run.series[run.series["story"] != ""]
    seen = series.groupby("platform")["impressions"].sum().sort_values(ascending=False)
    facts = _main_facts(run)
    foot = 0.85 + 0.17 * -(-len(facts) // 2)
    title = f"Shown {count(seen.sum())} times"
    title += f", {seen.iloc[0] / seen.sum():.0%} of it on {shown(seen.index[0])}" if seen.sum() else ""
    about = f"{run.title}. A person is counted once on each platform."
    figure = page(run.recipe, title, about, 5.4 + foot)
    longest = max((len(shown(name, 14)) for name in seen.index), default=0)  # named at the right
    axes = panels(figure, run.span, run.zone, 2, foot, 0.075, 0.84 - 0.01 * max(0, longest - 9))
    axes[0].set_title(f"{capital(run.labels['impressions'])} an hour", pad=17 if len(facts) else 6)
    axes[1].set_title(f"{capital(run.labels['new_reach'])} so far")
    if seen.sum() == 0:
        for panel in axes:
            nothing(panel, "nobody saw the story in this run")
    else:
        lines: Any = series.groupby(["time", "platform"])[[*COUNTS]].sum().unstack(fill_value=0)
        _draw_platforms(axes[0], _hourly(lines["impressions"][seen.index]), ", peak ")
        _draw_platforms(axes[1], lines["new_reach"][seen.index].cumsum(), " ")
    _mark_facts(figure, axes, facts)
    return figure


def _hourly(lines: pd.DataFrame) -> pd.DataFrame:
    """Return counts a step as counts an hour, in bins of an hour, or of a step where that is longer."""
    hours = lines.index.to_numpy() * 24
    size = max(1.0, (hours[-1] - hours[0]) / max(len(hours) - 1, 1))
    return lines.groupby(np.floor(hours / size + 1e-6) * size / 24).sum() / size


def _draw_platforms(axes: Axes, lines: pd.DataFrame, words: str) -> None:
    """Draw one line a platform in its own colour, named at the right with its highest value."""
    axes.set_ylim(0, 1.06 * max(lines.to_numpy().max(), 1))
    axes.yaxis.set_major_formatter(count)
    ends = []
    for i, name in enumerate(lines):
        colour = look(LOOKS, str(name)).colour
        axes.plot(lines.index, lines[name], color=colour, lw=1.3, zorder=3 - i / 100)
        ends.append((lines[name].iloc[-1], f"{shown(name, 14)}{words}{count(lines[name].max())}", colour))
    name_ends(axes, ends)


def _main_facts(run: Run) -> pd.DataFrame:
    """Return the dated facts in order; of many, those after which impressions rose most in half a day."""
    actions = run.table("actions.csv", ("time", "actor", "kind", "action", "topic", "why"))
    seen = run.series.groupby("time")["impressions"].sum().cumsum()
    facts = actions[(actions["kind"] == "fact") & actions["time"].between(*run.span)]
    before, now, after = (np.interp(facts["time"] + days, seen.index, seen) for days in (-0.5, 0, 0.5))
    chosen = np.argsort(-(after - 2 * now + before), kind="stable")[:MOST_FACTS]
    return facts.iloc[chosen].sort_values("time", kind="stable")


def _mark_facts(figure: Figure, axes: Sequence[Axes], facts: pd.DataFrame) -> None:
    """Number the facts along the top of the panels, and say at the foot of the page what each was."""
    lines, labels = -(-len(facts) // 2), []
    for i, fact in enumerate(facts.to_dict("records")):
        for panel in axes:
            panel.axvline(fact["time"], color=PALE, lw=0.9, zorder=0)
        words = f"{shown(fact['actor'], 24)}: {fact['why'] or fact['action']}"
        words = f"{i + 1}   {dates.num2date(fact['time']):%d %b %H:%M}   {shown(words, 68)}"
        height = (0.25 + 0.17 * (lines - i % lines)) / figure.get_figheight()
        figure.text(0.06 + 0.47 * (i // lines), height, words, size=7.5, color=GREY)
        labels.append((fact["time"], axes[0].get_ylim()[1], str(i + 1), INK))
    high = 1 + 0.22 * figure.dpi / axes[0].get_window_extent().height
    name_points(axes[0], labels, strip=((-0.05, 1.001), (1.05, high)), size=7)


def hot_list(run: Run) -> Figure:
    """The story's topics on the hot lists, simulated, and below them the stays that were observed."""
    places = run.table("hot_list.csv", ("time", "platform", "topic", "story", "slot"), ("rank",))
    own = places[places["story"] != ""]
    stays, bought = (_stays(own[chosen]) for chosen in (own["slot"] != BOUGHT, own["slot"] == BOUGHT))
    observed, source, record = read(run.folder / SCENARIO, lambda path: _observed(path, run.zone))
    busy = own["platform"].value_counts().index
    lists = [*dict.fromkeys([*observed["platform"], *busy])][:MOST_LISTS][::-1] or ["hot list"]
    title = f"The story's topics on the hot lists: {stays['topic'].nunique()} simulated"
    title += f", {observed['topic'].nunique()} observed" if record else ""
    title += f"; {bought['topic'].nunique()} on bought places" if len(bought) else ""
    rows = len(lists) + bool(record)
    about = f"{run.title}. One line is one stay of one topic; its dot is the best rank; the highest are named."
    figure = page(run.recipe, title, about, 1.8 + 2.3 * max(rows, 2))
    axes = panels(figure, run.span, run.zone, rows, 0.7, 0.06, 0.985)
    for panel, platform in zip(axes, lists, strict=False):
        here = f"{shown(platform)}, simulated"
        _draw_stays(panel, stays[stays["platform"] == platform], here, PALETTE[0], 1.2)
        _draw_bought(panel, bought[bought["platform"] == platform])
    if record:
        _draw_stays(axes[-1], observed, source, PALETTE[1], 3.5)
        low, high = axes[-1].get_xlim()
        for start, end in ((low, record[0]), (record[1], high)):
            axes[-1].axvspan(*np.clip((start, end), low, high), color="#f0f0f0", lw=0, zorder=0)
            if end - start > 0.1 * (high - low):
                axes[-1].text((start + end) / 2, 30, "no record", color=GREY, ha="center", va="center")
    return figure


def _stays(places: pd.DataFrame) -> pd.DataFrame:
    """Number the stays of topics: one that was off its list for a while begins another."""
    step = places["time"].drop_duplicates().sort_values().diff().min()
    places = places.sort_values(["platform", "topic", "time"])
    topics = places.groupby(["platform", "topic"])
    return places.assign(stay=((topics["time"].diff() > 1.5 * step) | (topics.cumcount() == 0)).cumsum())


def _observed(path: Path, zone: tzinfo) -> tuple[pd.DataFrame, str, tuple[float, ...]]:
    """Return the observed stays as two points each, what they are, and the span of the record."""
    block = (reader.read(path).data.get("observed") or {}).get("stays") or {}
    points = [
        (block["platform"], i, str(stay["topic"]), float(stay["best_rank"]), _day(stay[end], zone))
        for i, stay in enumerate(block["list"] if block else [])
        for end in ("first", "last")
    ]
    table = pd.DataFrame(points, columns=["platform", "stay", "topic", "rank", "time"])
    if not block:
        return table, "", ()
    words = f"{shown(block['platform'])}, observed ({shown(block['grade'])}: {shown(block['source'], 90)})"
    return table, words, (_day(block["from"], zone), _day(block["until"], zone))


def _day(value: Any, zone: tzinfo) -> float:
    """Return a moment of a YAML file as a day number on the clock of ``zone``."""
    when = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return float(dates.date2num(when.astimezone(zone).replace(tzinfo=None) if when.tzinfo else when))


def _draw_stays(axes: Axes, stays: pd.DataFrame, title: str, colour: str, width: float) -> None:
    """Draw a list, rank 1 on top: each stay a line, with the names of those that came highest."""
    axes.set_title(title)
    axes.set(ylim=(52, -7), yticks=(1, 10, 20, 30, 40, 50), ylabel="rank")
    if stays.empty:
        return nothing(axes, "no topic of the story came on this list")
    paths = [group[["time", "rank"]].to_numpy() for _, group in stays.groupby("stay")]
    axes.add_collection(LineCollection(paths, color=colour, lw=width, capstyle="round", alpha=0.8))
    best = stays.loc[stays.groupby("stay")["rank"].idxmin()].sort_values("rank", kind="stable")
    axes.scatter(best["time"], best["rank"], s=8, color=colour, zorder=4)
    top = best.drop_duplicates("topic")[:MOST_TOPICS].to_dict("records")
    labels = [(stay["time"], stay["rank"], shown(stay["topic"], 28), INK) for stay in top]
    name_points(axes, labels, np.concatenate([Line(path).interpolated(6).vertices for path in paths]))


def _draw_bought(axes: Axes, stays: pd.DataFrame) -> None:
    """Draw bought places as broad pale bars, each with its topic, so that none is taken for a rank by heat."""
    for _, stay in stays.groupby("stay"):
        start, rank = stay["time"].iloc[0], stay["rank"].iloc[0]
        axes.hlines(rank, start, stay["time"].iloc[-1], color=PALETTE[2], lw=5, alpha=0.6, zorder=1)
        words = shown(f"bought: {stay['topic'].iloc[0]}", 28)
        axes.annotate(words, (start, rank), (0, 5), textcoords="offset points", size=7, color=GREY)


def actors(run: Run) -> Figure:
    """Who did what when: a row an actor, a dot an action, the scheduled facts on top."""
    done = run.table("actions.csv", ("time", "actor", "name", "kind", "action", "topic")).sort_values("time")
    minds, facts = done[done["kind"] != "fact"], _main_facts(run)
    dots = minds[minds["name"].isin(minds["name"].value_counts().index[:MOST_ACTORS])]
    first = dots.drop_duplicates("name")
    foot = 0.85 + 0.17 * -(-len(facts) // 2)
    about = f"{run.title}. One dot is one action; each actor's first is named. Shown: the {len(first)} busiest."
    title = f"What {minds['name'].nunique()} actors did, and when"
    figure = page(run.recipe, title, about, 1.6 + foot + 0.22 * max(len(first), 6))
    axes = panels(figure, run.span, run.zone, 1, foot, 0.2, 0.985)[0]
    axes.set_ylim(max(len(first), 6) - 0.5, -1.6)
    if done.empty:
        nothing(axes, "nobody acted in this run")
    else:
        days = done["time"][done["kind"] == "fact"]
        axes.scatter(days, [-1] * len(days), s=20, color=INK, marker="D", clip_on=False)
        _draw_actors(axes, dots, first)
    _mark_facts(figure, [axes], facts)
    return figure


def _draw_actors(axes: Axes, dots: pd.DataFrame, first: pd.DataFrame) -> None:
    """Draw a row for each actor in the order of their first actions, which are named."""
    rows = {name: row for row, name in enumerate(first["name"])}
    titles = [f"{shown(who, 22)} · {shown(kind, 8)}" for who, kind in zip(first["actor"], first["kind"], strict=True)]
    axes.set_yticks([-1, *rows.values()], ["scheduled facts", *titles], color=INK)
    axes.hlines([-1, *rows.values()], *axes.get_xlim(), color=PALE, lw=0.4, zorder=0)
    colours, marks = {}, []
    for i, action in enumerate(dots["action"].value_counts().index):
        part, colours[action] = dots[dots["action"] == action], PALETTE[i % len(PALETTE)]
        kind: Any = {"marker": "os^v"[i // 6 % 4], "label": shown(action, 14), "clip_on": False, "zorder": 4}
        marks.append(axes.scatter(part["time"], part["name"].map(rows), 24, colours[action], **kind))
    axes.legend(handles=marks[:12], ncols=12, loc="lower right", bbox_to_anchor=(1.01, 1.02))
    low, high = axes.get_ylim()
    for row, deed in enumerate(first.to_dict("records")):
        band = [(i, (low - row + side) / (low - high)) for i, side in enumerate((-0.36, 0.36))]
        label = (deed["time"], row, shown(f"{deed['action']} {deed['topic']}", 30), colours[deed["action"]])
        ink = [(x, row) for x in dots["time"][dots["name"] == deed["name"]]]
        name_points(axes, [label], 9 * ink, band, 7)  # so often, that a free place further on is better than a dot


def cascade(run: Run) -> Figure:
    """The largest repost tree: where it began in the middle, each ring one repost further away."""
    columns = read(run.folder / "cascades.npz", _columns)
    rows, parent = _largest(columns["parent"], columns["weight"])
    if len(rows) < 2:
        figure = page(run.recipe, "The largest cascade", f"{run.title}.", 6)
        nothing(figure.add_subplot(frame_on=False, xticks=[]), "no repost in this run")
        return figure
    own = columns["post"] == columns["post"][rows[0]]
    begun = "Post of" if np.argmax(own) == rows[0] else "Begun by a viewer of the post of"
    post, tree = _post(run, str(columns["post"][rows[0]])), structural_virality(parent)
    people, depth = count(columns["weight"][rows].sum()), int(tree["depth"][0])
    title = f"The largest cascade: {people} people, up to {depth} repost{'s' * (depth > 1)} from its start"
    about = f"{begun} {shown(post['author'])} ({shown(post['author_kind'])}, {shown(post['platform'])}), topic "
    about += f"{shown(post['topic'])}. Structural virality {tree['structural_virality'][0]:.1f}; a star has 2."
    figure = page(run.recipe, title, about, 7)
    minutes = columns["minute"][rows] - columns["minute"][rows[0]]
    _draw_tree(figure, parent[:MOST_NODES], minutes[:MOST_NODES])
    if len(rows) > MOST_NODES:
        figure.text(0.06, 0.02, f"drawn: the first {MOST_NODES:,} of {len(rows):,} reposts", color=GREY)
    return figure


def _columns(path: Path) -> dict[str, np.ndarray]:
    """Return the columns of the repost forest that a tree needs."""
    found = forest(path)
    columns = {name: found[name].astype(np.int64) for name in ("post", "parent", "minute", "weight")}
    parent = columns["parent"]
    even = {column.shape for column in columns.values()} == {(len(parent),)}
    if not even or ((parent >= np.arange(len(parent))) | (parent < -1)).any():
        raise ValueError("columns of one length, with each parent before its child, are needed")
    return columns


def _largest(parent: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of the tree with most reposts, and each one's parent among them; -1 for the root."""
    root = np.where(parent < 0, np.arange(len(parent)), parent)
    while (root != root[root]).any():  # doubling: ten rounds for a depth of 1,000
        root = root[root]
    people = np.bincount(root, np.where(parent < 0, 0, weight), minlength=1)
    rows = np.flatnonzero(root == np.argmax(people))
    return rows, np.where(parent[rows] < 0, -1, np.searchsorted(rows, parent[rows]))


def _post(run: Run, name: str) -> pd.Series:
    """Return the row of ``posts.csv`` about one post."""
    posts = run.table("posts.csv", ("id", "topic", "platform", "author", "author_kind"))
    if name not in set(posts["id"]):
        raise SimError(f"{run.folder / 'posts.csv'}: has no post {name}, which cascades.npz speaks of")
    return posts[posts["id"] == name].iloc[0]


def _layout(parent: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the angle and the depth of each node of a tree; all leaves are the same angle apart."""
    leaves, start, depth = [0] * len(parent), [0] * len(parent), [0] * len(parent)
    for node in range(len(parent) - 1, 0, -1):  # a child comes after its parent
        leaves[node] = leaves[node] or 1
        leaves[parent[node]] += leaves[node]
    for node in range(1, len(parent)):
        depth[node] = depth[parent[node]] + 1
    mixed = np.arange(len(parent)) * 2654435761 % 2**32  # so that large and small branches come by turns
    used = [0] * len(parent)
    for node in np.lexsort((mixed, np.array(depth)))[1:].tolist():
        start[node] = start[parent[node]] + used[parent[node]]
        used[parent[node]] += leaves[node]
    return 2 * np.pi * (np.array(start) + np.array(leaves) / 2) / leaves[0], np.array(depth)


def _draw_tree(figure: Figure, parent: np.ndarray, minutes: np.ndarray) -> None:
    """Draw a tree radially, coloured by the time since the post."""
    angle, depth = _layout(parent.tolist())
    way = np.linspace(0, 1, 12 if len(parent) < 5000 else 2)[:, None]  # bent lines, where they can be seen
    above = np.where(parent[1:] > 0, angle[parent[1:]], angle[1:])
    turn, far = above + way * (angle[1:] - above), depth[parent[1:]] + way
    paths: Any = np.stack([far * np.sin(turn), far * np.cos(turn)], -1).swapaxes(0, 1)
    axes = figure.add_axes((0.2, 0.04, 0.6, 0.84), aspect="equal", frame_on=False, xticks=[], yticks=[])
    axes.set(xlim=np.array([-1.03, 1.03]) * depth.max(), ylim=np.array([-1.03, 1.03]) * depth.max())
    oldest, thin = max(minutes.max(), 60), min(1.0, 25 / np.sqrt(len(parent)))
    look: Any = {"cmap": SINCE, "norm": LogNorm(15, oldest, clip=True), "array": minutes[1:]}
    lines = axes.add_collection(LineCollection(paths, lw=0.9 * thin, **look))
    axes.scatter(paths[:, -1, 0], paths[:, -1, 1], max(12 * thin, 0.3), lw=0, zorder=2).set(**look)
    axes.scatter(0, 0, s=60, color=INK, zorder=3)
    rings = [ring for ring in MaxNLocator(6, integer=True).tick_values(0, depth.max()) if 0 < ring <= depth.max()]
    circle = np.linspace(0, 2 * np.pi, 181)
    axes.plot(np.outer(np.sin(circle), rings), np.outer(np.cos(circle), rings), color=PALE, lw=0.6, zorder=0)
    name_points(axes, [(0, ring, f"{ring:.0f}", GREY) for ring in rings], size=7)
    bar = figure.colorbar(lines, figure.add_axes((0.9, 0.2, 0.015, 0.4)))
    ages = [age for age in AGES if age <= oldest]
    bar.set_ticks(ages, labels=[AGES[age] for age in ages])
    bar.minorticks_off()
    bar.ax.set_title("time since\nthe start", size=8, color=GREY)


def spill(run: Run) -> Figure:
    """Of the people reached on each platform, how many by what came over from which other, and by what began there."""
    reached = run.series.groupby("platform")["new_reach"].sum()
    places = list(reached.index)
    told = read(run.folder / "summary.json", lambda path: json.loads(path.read_text(encoding="utf-8")))
    people = np.array([[float(told.get(f"{to}_reach_from_{come}") or 0) for come in places] for to in places])
    np.fill_diagonal(people, reached.to_numpy() - people.sum(axis=1))
    over = people - np.diag(np.diag(people))
    to, come = np.unravel_index(over.argmax(), over.shape)
    title = "Nothing was carried over from one platform to another"
    if over[to, come]:
        part = f"{over[to, come] / reached.iloc[to]:.0%} of those reached on {shown(places[to])}"
        title = f"{capital(part)} saw what came over from {shown(places[come])}"
    about = f"{run.title}. A row: the people reached on a platform, by where the share that they saw first came from."
    figure = page(run.recipe, title, about, 2.3 + 0.42 * len(places))
    axes = figure.add_axes((0.16, 0.12, 0.8, 0.5))
    if not over.any():
        nothing(axes, "no share of this run crossed a border")
        return figure
    _draw_spill(axes, places, people, reached.to_numpy())
    return figure


def _draw_spill(axes: Axes, places: Sequence[str], people: np.ndarray, reached: np.ndarray) -> None:
    """Draw the shares as shades, grey for what began on the platform itself, with the numbers of people on them."""
    share = people / np.maximum(reached, 1)[:, None]
    own, shade = np.eye(len(places), dtype=bool), np.sqrt(share)
    for part, ink in ((own, GREY), (~own, PALETTE[1])):
        colours = LinearSegmentedColormap.from_list("part", ["#ffffff", ink])
        axes.imshow(np.ma.masked_array(shade, ~part), cmap=colours, vmin=0, vmax=1.2, aspect="auto")
    for (row, column), part in np.ndenumerate(share):
        words = f"{count(float(people[row, column]))}\n{part:.0%}" if part >= 0.005 else "< 1%" if part else ""
        axes.text(column, row, words, ha="center", va="center", size=8, color="white" if part > 0.35 else INK)
    names = [shown(name, 14) for name in places]
    axes.set_xticks(range(len(places)), names)
    axes.set_yticks(range(len(places)), [f"reached on {name}" for name in names])
    axes.set_xlabel("came over from (grey: began on the platform itself)")
    axes.xaxis.set_label_position("top")
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


FIGURES: dict[str, Callable[[Run], Figure]] = {f.__name__: f for f in (reach, hot_list, actors, cascade, spill)}

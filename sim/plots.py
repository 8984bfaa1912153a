"""Pictures of one run, drawn only from the files of its folder: call `draw`."""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from matplotlib import dates, font_manager, patheffects, style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.figure import Figure

from sim.errors import SimError
from sim.registry import did_you_mean

FONT = Path(__file__).with_name("fonts") / "NotoSansSC-subset.otf"
INK, GREY, PALE = "#222222", "#666666", "#dddddd"
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#999999")  # Okabe and Ito
STYLE = dict.fromkeys(("axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), GREY) | {
    "font.family": "Noto Sans SC Subset",
    "font.size": 9,
    "text.color": INK,
    "text.parse_math": False,  # a topic may hold $ or \
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
}
HALO = [patheffects.withStroke(linewidth=2.5, foreground="white")]
SINCE = LinearSegmentedColormap.from_list("since", ["#3b0f70", "#b5367a", "#fb8861", "#fcd9a0"])
AGES = {15: "15 min", 60: "1 h", 360: "6 h", 1440: "1 day", 10080: "1 week", 40320: "4 weeks"}
MOST_FACTS, MOST_TOPICS, MOST_ACTORS, MOST_LISTS, MOST_NODES = 10, 12, 25, 3, 200_000
DAMAGE = (
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    zipfile.BadZipFile,
    zlib.error,
    yaml.YAMLError,
)


@dataclass(frozen=True)
class Run:
    """What the pictures of one run share; all times are on the clock of the scenario's own zone."""

    folder: Path
    title: str
    recipe: str
    zone: tzinfo
    series: pd.DataFrame

    def table(self, name: str, words: Sequence[str], numbers: Sequence[str] = ()) -> pd.DataFrame:
        """Return columns of a CSV file of the folder."""
        return _read(self.folder / name, lambda path: _table(path, self.zone, words, numbers))


def draw(folder: Path, only: Sequence[str] = ()) -> list[Path]:
    """Draw the pictures named in ``only``, or all of them, into ``folder/figures``; return their paths."""
    for name in only:
        if name not in FIGURES:
            raise SimError(f"unknown figure '{name}'; {did_you_mean(name, list(FIGURES))}")
    run = _open(Path(folder))
    _glyphs()
    with style.context(STYLE, after_reset=True):
        return [_save(FIGURES[name](run), run.folder / "figures" / f"{name}.png") for name in only or FIGURES]


def _save(figure: Figure, path: Path) -> Path:
    """Write a picture under another name first, so that no half of one is ever seen."""
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        figure.savefig(temporary, format="png")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def _open(folder: Path) -> Run:
    """Read what all pictures need: ``run.json`` and ``series.csv``."""
    facts = _read(folder / "run.json", lambda path: json.loads(path.read_text(encoding="utf-8")))
    title, recipe = _read(
        folder / "run.json", lambda _: (facts["title"] or facts["scenario"], _recipe(facts))
    )
    path, words = folder / "series.csv", ("time", "platform", "story")
    zone = _read(path, _zone)
    series = _read(path, lambda path: _table(path, zone, words, ("impressions", "new_reach")))
    return Run(folder, title, recipe, zone, series)


def _read(path: Path, parse: Callable[[Path], Any]) -> Any:
    """Return ``parse(path)``; a missing or damaged file becomes one line that names it."""
    try:
        return parse(path)
    except FileNotFoundError:
        raise SimError(f"{path}: no such file; is the folder a finished run?") from None
    except DAMAGE as error:
        raise SimError(f"{path}: cannot be used: {' '.join(str(error).split())}") from error


def _recipe(facts: dict[str, Any]) -> str:
    """Return one line that says which run it was."""
    people = f"1 simulated person stands for {float(facts['ratio']):,.6g}"
    return f"{facts['scenario']} · seed {facts['seed']} · {people}"


def _zone(path: Path) -> tzinfo:
    """Return the zone in which ``series.csv`` tells the time."""
    zone = datetime.fromisoformat(str(pd.read_csv(path, nrows=1)["time"].iloc[0])).tzinfo
    if zone is None:
        raise ValueError("a time without a zone")
    return zone


def _table(path: Path, zone: tzinfo, words: Sequence[str], numbers: Sequence[str]) -> pd.DataFrame:
    """Return the named columns of a CSV file, ``time`` on the clock of ``zone``, an empty number as 0."""
    kinds: dict[str, Any] = dict.fromkeys(words, str) | dict.fromkeys(numbers, float)
    empty = dict.fromkeys(numbers, [""])
    table = pd.read_csv(path, usecols=list(kinds), dtype=kinds, keep_default_na=False, na_values=empty)
    if table[[*words]].isna().any(axis=None) or np.isinf(table[[*numbers]]).any(axis=None):
        raise ValueError("a row is cut short, or a number is not finite")
    if "time" in words:
        moments = pd.to_datetime(table["time"], utc=True, format="ISO8601")
        table["time"] = moments.dt.tz_convert(zone).dt.tz_localize(None)
    return table.fillna(0)


@cache
def _glyphs() -> frozenset[int]:
    """Make the bundled font known to matplotlib, in this process only; return what it can write."""
    font_manager.fontManager.addfont(FONT)
    return frozenset(font_manager.get_font(FONT).get_charmap())


def _shown(text: object, most: int = 40) -> str:
    """Return a name fit to be drawn: one line of at most ``most`` half-widths, unknown glyphs as boxes."""
    line = "".join(c if ord(c) in _glyphs() else "□" for c in " ".join(str(text).split()))
    ends = np.cumsum([2 if ord(c) > 0x2E7F else 1 for c in line])
    return line if not line or ends[-1] <= most else line[: int((ends < most).sum())] + "…"


def _count(value: float, _: object = None) -> str:
    """Return a number of people as it is said: 950, 12 k, 1.2 M, 4.9 bn."""
    for size, unit in ((1e9, " bn"), (1e6, " M"), (1e3, " k")):
        if value >= 0.9995 * size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.3g}"


def _page(run: Run, title: str, about: str, height: float) -> Figure:
    """Return an empty page with its headline, what it shows, and at the foot which run it is."""
    figure = Figure(figsize=(10, height), dpi=150)
    FigureCanvasAgg(figure)
    figure.text(0.06, 1 - 0.18 / height, title, size=14, va="top")
    figure.text(0.06, 1 - 0.52 / height, about, color=GREY, va="top")
    figure.text(0.985, 0.08 / height, _shown(run.recipe, 150), size=6.5, color=GREY, ha="right")
    return figure


def _panels(figure: Figure, run: Run, count: int, foot: float, left: float, right: float) -> list[Axes]:
    """Return axes one above another that share the time of the run, the last ``foot`` inches up."""
    tall, first, last = figure.get_figheight(), run.series["time"].min(), run.series["time"].max()
    grid = {"top": 1 - 1.1 / tall, "bottom": foot / tall, "hspace": 0.3, "left": left, "right": right}
    axes = list(figure.subplots(count, 1, sharex=True, squeeze=False, gridspec_kw=grid)[:, 0])
    days = last - first > timedelta(days=4)
    axes[0].set_xlim(first, max(last, first + timedelta(minutes=1)))
    axes[0].xaxis.set_major_locator(dates.AutoDateLocator(minticks=4, maxticks=12))
    axes[0].xaxis.set_major_formatter(dates.DateFormatter("%d %b" if days else "%d %b %H:%M"))
    clock = "Beijing time" if run.zone.utcoffset(None) == timedelta(hours=8) else f"clock {run.zone}"
    axes[-1].set_xlabel(f"{first:%Y}, {clock}")
    return axes


def _nothing(axes: Axes, words: str) -> None:
    """Say in an empty panel why it is empty."""
    axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", size=12, color=GREY)
    axes.set_yticks([])


def _name(
    axes: Axes, labels: Sequence[Any], ink: Any = (), strip: Any = ((0, 0), (1, 1)), size: float = 7.5
) -> None:
    """Write (x, y, words, colour) near their points but off the ``ink``, inside a strip of the axes.

    The first labels choose first; a label that finds no room is left out.
    """
    taken: list[np.ndarray] = []
    frame, pixels = axes.transAxes.transform(strip), axes.transData.transform(np.reshape(ink, (-1, 2)))
    for x, y, words, colour in labels:
        line = {"arrowstyle": "-", "color": colour, "lw": 0.5, "alpha": 0.7, "shrinkB": 0}
        text = axes.annotate(words, (x, y), (0, 0), textcoords="offset points", arrowprops=line)
        text.set(ha="center", va="center", size=size, color=colour, path_effects=HALO, annotation_clip=False)
        box = np.ptp(text.get_window_extent().get_points(), axis=0) + (6, 2)
        anchor = axes.transData.transform((x, y))
        shift = _spot(box, frame - anchor, [other - anchor for other in taken], pixels - anchor)
        if shift is None:
            text.remove()
        else:
            text.set_position(tuple(shift * 72 / axes.figure.dpi))
            taken.append(np.array([shift - box / 2, shift + box / 2]) + anchor)


def _spot(box: np.ndarray, frame: np.ndarray, taken: list[np.ndarray], ink: np.ndarray) -> np.ndarray | None:
    """Return the best centre of a box, in pixels from its point: in the frame, free, near, off the ink."""
    shifts = np.stack(np.meshgrid(np.arange(-360, 361, 15), np.arange(-240, 241, 6)), -1).reshape(-1, 2)
    free = (shifts - box / 2 >= frame[0]).all(1) & (shifts + box / 2 <= frame[1]).all(1)
    for low, high in taken:
        free &= ((shifts - box / 2 >= high) | (shifts + box / 2 <= low)).any(1)
    if not free.any():
        return None
    shifts = shifts[free]
    away = np.linalg.norm(np.maximum(np.abs(shifts) - box / 2, 0), axis=1)
    near = ink[(np.abs(ink) < 360 + box).all(1)]
    over = (np.abs(near - shifts[:, None]) < box / 2).all(2).sum(1)
    return shifts[np.argmin(away + 8 * np.minimum(over, 50) + 0.02 * np.abs(shifts[:, 0]))]


def reach(run: Run) -> Figure:
    """How often the story was shown each hour, and how many people it had reached, by platform."""
    series = run.series[run.series["story"] != ""]
    seen = series.groupby("platform")["impressions"].sum().sort_values(ascending=False)
    facts = _main_facts(run)
    foot = 0.7 + 0.17 * -(-len(facts) // 2)
    title = f"{_shown(run.title)}: shown {_count(seen.sum())} times"
    title += f", {seen.iloc[0] / seen.sum():.0%} of it on {_shown(seen.index[0])}" if seen.sum() else ""
    figure = _page(run, title, "A person is counted once on each platform.", 5.4 + foot)
    axes = _panels(figure, run, 2, foot, 0.075, 0.86)
    if seen.sum() == 0:
        _nothing(axes[0], "nobody saw the story in this run")
    else:
        lines = series.pivot_table(index="time", columns="platform", aggfunc="sum", fill_value=0)
        _draw_platforms(axes[0], _hourly(lines["impressions"]), seen)
        _draw_platforms(axes[1], lines["new_reach"].cumsum(), seen)
    axes[0].set_title("Impressions an hour", pad=16)
    axes[1].set_title("People reached so far")
    _mark_facts(axes, facts)
    return figure


def _hourly(lines: pd.DataFrame) -> pd.DataFrame:
    """Return counts a step as counts an hour, in bins of an hour, or of a step where that is longer."""
    hour = pd.Timedelta(hours=1)
    size = max(hour, lines.index.to_series().diff().fillna(hour).min())
    return lines.groupby(lines.index.floor(size)).sum() / (size / hour)


def _draw_platforms(axes: Axes, lines: pd.DataFrame, seen: pd.Series) -> None:
    """Draw one line a platform, the most seen in the strongest colours, named at its right end."""
    top = lines.max()[lines.max() > 0]
    if top.max() > 30 * top.min():
        axes.set_yscale("log")
    axes.set_ylim(top.min() / 100 if top.max() > 30 * top.min() else 0, 1.2 * top.max())
    axes.yaxis.set_major_formatter(_count)
    axes.yaxis.set_minor_formatter("")
    labels = []
    for name, colour in zip(seen.index, (*PALETTE, *PALETTE[-1:] * len(seen)), strict=False):
        axes.plot(lines.index, lines[name].where(lines[name] > 0), color=colour, lw=1.3)
        end = lines[name].iloc[-1]
        point = (axes.get_xlim()[1], max(end, axes.get_ylim()[0]))
        labels.append((*point, f"{_shown(name, 14)} {_count(end)}", colour))
    labels.sort(key=lambda label: -label[1])
    _name(axes, labels, strip=((1.01, -0.1), (1.2, 1.1)), size=8.5)


def _main_facts(run: Run) -> pd.DataFrame:
    """Return the dated facts in order; of many, those after which impressions rose most in half a day."""
    actions = run.table("actions.csv", ("time", "actor", "kind", "action", "topic", "why"))
    facts = actions[(actions["kind"] == "fact") & actions["time"].isin(run.series["time"])]
    seen = run.series.groupby("time")["impressions"].sum().cumsum()
    half = pd.Timedelta(hours=12)
    before, now, after = (
        seen.asof(facts["time"] + shift).fillna(0).values for shift in (-half, 0 * half, half)
    )
    rise = pd.Series(after - 2 * now + before, index=facts.index)
    return facts.loc[rise.nlargest(MOST_FACTS).index].sort_values("time", kind="stable")


def _mark_facts(axes: Sequence[Axes], facts: pd.DataFrame) -> None:
    """Number the facts along the top of the panels, and say at the foot of the page what each was."""
    figure, lines = axes[0].figure, -(-len(facts) // 2)
    for i, fact in enumerate(facts.itertuples()):
        for panel in axes:
            panel.axvline(fact.time, color=PALE, lw=0.9, zorder=0)
        words = fact.why or f"{fact.actor} {fact.action} {fact.topic}"
        place = (0.075 + 0.47 * (i // lines), (0.25 + 0.17 * (lines - i % lines)) / figure.get_figheight())
        figure.text(*place, f"{i + 1}  {fact.time:%d %b %H:%M}  {_shown(words, 62)}", size=7.5, color=GREY)
    top = axes[0].get_ylim()[1]
    labels = [(dates.date2num(time), top, str(i + 1), GREY) for i, time in enumerate(facts["time"])]
    _name(axes[0], labels, strip=((-0.05, 1.02), (1.05, 1.09)), size=7)


def hot_list(run: Run) -> Figure:
    """The story's topics on the hot lists, simulated, and below them the stays that were observed."""
    places = run.table("hot_list.csv", ("time", "platform", "topic", "story"), ("rank",))
    stays = _stays(places[places["story"] != ""])
    observed, about, gaps = _read(
        run.folder / "scenario.resolved.yaml", lambda path: _observed(path, run.zone)
    )
    lists = [*stays.groupby("platform").size().sort_values(ascending=False).index[:MOST_LISTS]] or [""]
    title = f"{_shown(run.title)}: {stays['topic'].nunique()} topics on the hot lists"
    title += f", {observed['topic'].nunique()} observed" if gaps else ""
    panels = len(lists) + bool(gaps)
    figure = _page(run, title, f"One line is one stay of one topic. {about}", 1.8 + 2.3 * max(panels, 2))
    axes = _panels(figure, run, panels, 0.7, 0.06, 0.985)
    for panel, platform in zip(axes, lists, strict=False):
        _draw_stays(
            panel, stays[stays["platform"] == platform], f"Simulated {_shown(platform)}", PALETTE[0], 1.2
        )
    if gaps:
        _draw_stays(axes[-1], observed, "Observed", PALETTE[1], 3.5)
    for start, end in gaps:
        axes[-1].axvspan(start, end, color="#f0f0f0", lw=0, zorder=0)
    return figure


def _stays(places: pd.DataFrame) -> pd.DataFrame:
    """Number the stays of topics: one that was off its list for a while begins another."""
    step = places["time"].drop_duplicates().sort_values().diff().min()
    places = places.sort_values(["platform", "topic", "time"])
    topics = places.groupby(["platform", "topic"])
    return places.assign(stay=((topics["time"].diff() > 1.5 * step) | (topics.cumcount() == 0)).cumsum())


def _observed(path: Path, zone: tzinfo) -> tuple[pd.DataFrame, str, list[tuple[datetime, datetime]]]:
    """Return observed stays as two points each, a line on their source, and the spans without a record."""
    block = (yaml.safe_load(path.read_text(encoding="utf-8")).get("observed") or {}).get("stays")
    points = [
        (i, stay["topic"], float(stay["best_rank"]), _clock(stay[end], zone))
        for i, stay in enumerate(block["list"] if block else [])
        for end in ("first", "last")
    ]
    table = pd.DataFrame(points, columns=["stay", "topic", "rank", "time"])
    if not block:
        return table, "", []
    about = (
        f"Observed on {_shown(block['platform'])}: {_shown(block['source'], 60)} ({_shown(block['grade'])})."
    )
    gaps = [(datetime.min, _clock(block["from"], zone)), (_clock(block["until"], zone), datetime.max)]
    return table, about, gaps


def _clock(value: Any, zone: tzinfo) -> datetime:
    """Return a moment of a YAML file on the clock of ``zone``; one without a zone is on it already."""
    when = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return when.astimezone(zone).replace(tzinfo=None) if when.tzinfo else when


def _draw_stays(axes: Axes, stays: pd.DataFrame, words: str, colour: str, width: float) -> None:
    """Draw a list, rank 1 on top: each stay a line, with the names of those that came highest."""
    axes.set_title(words)
    axes.set_ylim(max(stays["rank"].max() + 2, 12) if len(stays) else 52, -1.5)
    axes.set_yticks([rank for rank in (1, 10, 20, 30, 40, 50) if rank < axes.get_ylim()[0]])
    axes.set_ylabel("rank")
    if stays.empty:
        return _nothing(axes, "the story came on no hot list in this run")
    points = stays.assign(x=dates.date2num(stays["time"]))
    paths = [group[["x", "rank"]].to_numpy() for _, group in points.groupby("stay")]
    axes.add_collection(LineCollection(paths, color=colour, lw=width, capstyle="round", alpha=0.8))
    best = points.loc[points.groupby("stay")["rank"].idxmin()].sort_values("rank").drop_duplicates("topic")
    axes.scatter(best["x"], best["rank"], s=8, color=colour)
    labels = [
        (p.x, p.rank, f"{_shown(p.topic, 28)} {p.rank:.0f}", INK) for p in best[:MOST_TOPICS].itertuples()
    ]
    _name(axes, labels, points[["x", "rank"]])


def actors(run: Run) -> Figure:
    """Who did what when: a row an actor, a dot an action, the scheduled facts on top."""
    ...


FIGURES: dict[str, Callable[[Run], Figure]] = {"reach": reach, "hot_list": hot_list}

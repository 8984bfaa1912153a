"""Lettering of pictures: a bundled Chinese typeface, pages with headlines, labels kept off one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta, tzinfo
from functools import cache
from typing import Any

import numpy as np
from matplotlib import dates, font_manager, patheffects, style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sim.base import notices, places
from sim.base.errors import both

FONT = places.PACKAGE / "pictures/NotoSansSC-subset.otf"
INK, GREY, PALE = "#222222", "#666666", "#dddddd"
STYLE: dict[str, Any] = {
    "font.family": "Noto Sans SC Subset",
    "font.size": 9,
    "text.parse_math": False,  # a topic may hold $ or \
    "text.color": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "legend.handletextpad": 0,
    "legend.columnspacing": 0.8,
    **dict.fromkeys(("axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), GREY),
}
HALO = [patheffects.withStroke(linewidth=2.5, foreground="white")]
ALONG = np.linspace(0.1, 0.9, 6)[:, None]  # places on the line from a label to its point
INSIDE = ((0.0, 0.0), (1.0, 1.0))
NAMED = 12  # letters that a notice names


# Typefaces with letters that ours lacks, where a machine has them: the first that has a letter draws it.
ELSEWHERE = (
    *(
        "Noto Sans CJK SC",
        "Noto Sans CJK TC",
        "Source Han Sans SC",
        "Source Han Sans TC",
        "Noto Sans SC",
        "Noto Sans TC",
    ),
    *("PingFang SC", "PingFang TC", "Hiragino Sans GB", "Microsoft YaHei", "Microsoft JhengHei", "SimSun", "MingLiU"),
    *("WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "AR PL UMing CN", "Noto Sans KR", "Malgun Gothic", "NanumGothic"),
    *("Apple SD Gothic Neo", "Noto Sans Arabic", "Geeza Pro", "Noto Emoji", "Segoe UI Emoji", "Symbola"),
    *("Arial Unicode MS", "DejaVu Sans"),
)
_missing: ContextVar[set[str] | None] = ContextVar("missing", default=None)


@contextmanager
def lettering() -> Iterator[None]:
    """Draw in the style of the house, whatever the user's own settings; they come back afterwards.

    Letters that no typeface here has are told in a notice (`shown` draws a box).
    """
    found: set[str] = set()
    token = _missing.set(found)
    try:
        with style.context(STYLE | {"font.family": [str(STYLE["font.family"]), *elsewhere()]}, after_reset=True):
            yield
    finally:
        _missing.reset(token)
    some = " ".join(sorted(found)[:NAMED]) + (" …" if len(found) > NAMED else "")
    notices.add("letters_missing", both("notice_letters_missing", letters=some), len(found))


@cache
def elsewhere() -> dict[str, frozenset[int]]:
    """Typefaces of this machine that help out, and the characters that each can write."""
    glyphs()
    names, found = {entry.name for entry in font_manager.fontManager.ttflist}, {}
    for name in filter(names.__contains__, ELSEWHERE):
        try:
            found[name] = frozenset(font_manager.get_font(font_manager.findfont(name)).get_charmap())
        except (OSError, RuntimeError, ValueError):  # a bitmap or a broken file: it cannot be drawn with
            continue
    return found


def _drawable(letter: str) -> bool:
    """Whether a typeface has a letter; one that none has is kept in mind."""
    code = ord(letter)
    known = code in glyphs() or any(code in letters for letters in elsewhere().values())
    if not known and (found := _missing.get()) is not None:
        found.add(letter)
    return known


@cache
def glyphs() -> frozenset[int]:
    """Make the typeface known to matplotlib, in this process only; return the characters it can write."""
    font_manager.fontManager.addfont(FONT)
    return frozenset(font_manager.get_font(FONT).get_charmap())


def shown(text: object, most: int = 40) -> str:
    """Return a name fit to be drawn: one line of at most ``most`` half-widths, letters that none has as boxes."""
    line = "".join(c if _drawable(c) else "□" for c in " ".join(str(text).split()))
    ends = np.cumsum([2 if ord(c) > 0x2E7F else 1 for c in line])
    return line if not line or ends[-1] <= most else line[: int((ends < most).sum())] + "…"


def count(value: float, _: object = None) -> str:
    """Return a number of people as it is said: 950, 12 k, 1.2 M, 4.9 bn."""
    for size, unit in ((1e9, " bn"), (1e6, " M"), (1e3, " k")):
        if value >= 0.9995 * size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.3g}"


def page(recipe: str, title: str, about: str, height: float) -> Figure:
    """Return an empty page with its headline, what it shows, and at the foot which run it is."""
    figure = Figure(figsize=(10, height), dpi=150)
    FigureCanvasAgg(figure)
    figure.text(0.06, 1 - 0.18 / height, title, size=14, va="top")
    figure.text(0.06, 1 - 0.52 / height, about, color=GREY, va="top")
    figure.text(0.985, 0.08 / height, shown(recipe, 150), size=6.5, color=GREY, ha="right")
    return figure


def panels(
    figure: Figure,
    span: tuple[float, float],
    zone: tzinfo,
    count: int,
    foot: float,
    left: float,
    right: float,
) -> list[Axes]:
    """Return axes one above another that share the days of ``span``, the last ``foot`` inches up."""
    tall, (first, last) = figure.get_figheight(), span
    grid = {"top": 1 - 1.1 / tall, "bottom": foot / tall, "hspace": 0.3, "left": left, "right": right}
    axes = list(figure.subplots(count, 1, sharex=True, squeeze=False, gridspec_kw=grid)[:, 0])
    axes[0].set_xlim(first, max(last, first + 0.01))
    axes[0].xaxis.set_major_locator(dates.AutoDateLocator(minticks=4, maxticks=12))
    axes[0].xaxis.set_major_formatter(dates.DateFormatter("%d %b" if last - first > 4 else "%d %b %H:%M"))
    clock = "Beijing time" if zone.utcoffset(None) == timedelta(hours=8) else str(zone)
    axes[-1].set_xlabel(f"{dates.num2date(first):%d %b %Y} to {dates.num2date(last):%d %b %Y}, {clock}")
    return axes


def nothing(axes: Axes, words: str) -> None:
    """Say in an empty panel why it is empty."""
    axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", size=12, color=GREY)
    axes.set_yticks([])


def name_ends(axes: Axes, ends: Sequence[tuple[float, str, str]]) -> None:
    """Write (value, words, colour) at the right of the axes, from the lowest up, none over another."""
    points, free = 72 / axes.figure.dpi, -np.inf
    for value, words, colour in sorted(ends):
        height = axes.transData.transform((0, value))[1] * points
        free = max(free + 11, height)
        line = {"arrowstyle": "-", "color": colour, "lw": 0.5, "shrinkB": 0, "relpos": (0, 0.5)}
        place: Any = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points", "va": "center"}
        axes.annotate(words, (1, value), (12, free - height), color=colour, arrowprops=line, **place)


def name_points(
    axes: Axes,
    labels: Sequence[tuple[float, float, str, str]],
    ink: Any = (),
    strip: Any = INSIDE,
    size: float = 7.5,
) -> None:
    """Write (x, y, words, colour) near their points, off the ``ink`` and inside a strip of the axes.

    The first labels choose first; a label that finds no room is left out.

    Args:
        axes: where; its limits are not to be changed any more.
        labels: what, in data units.
        ink: (x, y) of what is not to be covered, in data units.
        strip: lower left and upper right corner of the room for labels, in fractions of the axes.
        size: of the letters, in points.
    """
    taken: list[np.ndarray] = []
    frame, pixels = axes.transAxes.transform(strip), axes.transData.transform(np.reshape(ink, (-1, 2)))
    for x, y, words, colour in labels:
        line = {"arrowstyle": "-", "color": colour, "lw": 0.5, "alpha": 0.7, "shrinkB": 0}
        text = axes.annotate(words, (x, y), (0, 0), textcoords="offset points", arrowprops=line)
        text.set(ha="center", va="center", size=size, color=colour, path_effects=HALO, annotation_clip=False)
        box = np.ptp(text.get_window_extent().get_points(), axis=0) + np.array([14, 2])
        anchor = axes.transData.transform((x, y))
        shift = _spot(box, frame - anchor, [other - anchor for other in taken], pixels - anchor)
        if shift is None:
            text.remove()
        else:
            text.set_position(tuple(shift * 72 / axes.figure.dpi))
            taken.append(np.array([shift - box / 2, shift + box / 2]) + anchor)
            pixels = np.vstack([pixels, anchor + shift * ALONG])


def _spot(box: np.ndarray, frame: np.ndarray, taken: list[np.ndarray], ink: np.ndarray) -> np.ndarray | None:
    """Return the best centre of a box, in pixels from its point: in the frame, free, near, off the ink."""
    across, up = np.arange(-360, 361, 15), np.arange(-240, 241, 8)
    shifts = np.stack(np.meshgrid(across, up), -1)
    free = (shifts - box / 2 >= frame[0]).all(2) & (shifts + box / 2 <= frame[1]).all(2)
    line, crossed = shifts[:, :, None] * ALONG, np.zeros(free.shape)
    for low, high in taken:
        free &= ((shifts - box / 2 >= high) | (shifts + box / 2 <= low)).any(2)
        crossed += ((line > low) & (line < high)).all(3).any(2)
    if not free.any():
        return None
    away = np.linalg.norm(np.maximum(np.abs(shifts) - box / 2, 0), axis=2)
    in_column = (np.abs(ink[:, 0] - across[:, None]) < box[0] / 2).astype(float)
    in_row = (np.abs(ink[:, 1] - up[:, None]) < box[1] / 2).astype(float)
    covered = np.minimum(in_row @ in_column.T, 20)
    cost = away + 40 * covered + 25 * crossed + 0.02 * np.abs(shifts - (4, 0)).sum(2)
    return shifts[np.unravel_index(np.argmin(np.where(free, cost, np.inf)), free.shape)]

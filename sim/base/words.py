"""How numbers, texts and columns read on a terminal: rounded for a reader, and as wide as they look."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from itertools import accumulate

MAX_WIDTH = 110
_COUNT_UNITS = ((1e12, "tn"), (1e9, "bn"), (1e6, "M"), (1e3, "k"))
_BYTE_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def humanise(value: float | str | None) -> str:
    """Round a count for a reader: 1.2 bn, 3.4 M, 57 k, 812; words pass through, nothing is a dash."""
    if isinstance(value, str):
        return value
    if value is None or not math.isfinite(value):
        return "–"
    return _with_unit(value)


def _with_unit(value: float) -> str:
    # A unit begins where rounding reaches it: 999,600 is "1.0 M", never "1000 k".
    for scale, unit in _COUNT_UNITS:
        if abs(value) >= 0.9995 * scale:
            return f"{_short(value / scale)} {unit}"
    return f"{value:.3g}"


def _short(value: float) -> str:
    return f"{value:.1f}" if abs(value) < 9.95 else f"{value:,.0f}"


def humanise_bytes(size: float) -> str:
    """Memory and disk in binary units: 340 MiB, 1.2 GiB."""
    power = 0
    while size >= 1023.5 and power < len(_BYTE_UNITS) - 1:
        size, power = size / 1024, power + 1
    return f"{_short(size) if power else round(size)} {_BYTE_UNITS[power]}"


def humanise_seconds(seconds: float) -> str:
    """A duration in the unit one would say: 0.4 s, 12 s, 3.5 min, 2.0 h."""
    if seconds < 90:
        return f"{_short(seconds)} s"
    return f"{_short(seconds / 60)} min" if seconds < 5400 else f"{_short(seconds / 3600)} h"


def display_width(text: str) -> int:
    """Columns that a text takes on a terminal: a Chinese character takes two, a combining mark none."""
    return sum(map(_character_width, text))


def _character_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def fit(text: str, width: int) -> str:
    """Make a text exactly ``abs(width)`` columns wide: a long one is shortened, a negative width aligns right."""
    short = shortened(" ".join(text.split()), abs(width))
    padding = " " * (abs(width) - display_width(short))
    return padding + short if width < 0 else short + padding


def shortened(text: str, width: int) -> str:
    """A text of at most ``width`` columns; what is cut off is told by an ellipsis."""
    if display_width(text) <= width:
        return text
    kept = sum(end < width for end in accumulate(map(_character_width, text)))
    return text[:kept] + "…"


def capital(text: str) -> str:
    """A text with its first letter large, and the rest as it is."""
    return text[:1].upper() + text[1:]


def tail(path: str, most: int = 40) -> str:
    """A path by its end, which tells most: of its steps so many as fit, the last one at least."""
    while display_width(path) > most and "." in path.lstrip("…"):
        path = "…" + path.lstrip("…").partition(".")[2]
    return path


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines in which every column but the last is as wide as its widest cell; none of no rows."""
    widths = [max(map(display_width, cells)) for cells in zip(*rows, strict=True)]
    return [line(row[:-1], widths[:-1], row[-1]) for row in rows]


def line(cells: Sequence[str], widths: Sequence[int], last: str = "") -> str:
    """Cells at the widths of their columns, then one of any width."""
    padded = [fit(cell, width) for cell, width in zip(cells, widths, strict=True)]
    return "  ".join([*padded, last]).rstrip()


def wrapped(text: str, indent: int) -> list[str]:
    """A text in lines of at most 110 columns, broken between words."""
    lines: list[str] = []
    for word in text.split():
        if lines and display_width(f"{lines[-1]} {word}") <= MAX_WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(shortened(" " * indent + word, MAX_WIDTH))
    return lines


def visible(text: str) -> str:
    """The text with whatever a terminal would obey, not show, written as an escape; wide and fixed spaces stay."""
    return "".join(
        char if char.isprintable() or unicodedata.category(char) == "Zs" else ascii(char)[1:-1] for char in text
    )

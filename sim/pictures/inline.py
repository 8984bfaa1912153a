"""Pictures and results as a notebook shows them: HTML that holds all it needs."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure  # a second, which a run without pictures saves


def image(path: Path) -> str:
    """A picture inside HTML, not beside it."""
    return _png(path.read_bytes(), path.stem)


def _png(raw: bytes, name: str) -> str:
    data = base64.b64encode(raw).decode("ascii")
    return f'<img alt="{html.escape(name)}" style="max-width:100%" src="data:image/png;base64,{data}">'


def brief(title: str, lines: Iterable[str], cards: Iterable[tuple[str, str]], picture: Path | str | None) -> str:
    """A result on one screen: title, lines, key figures (label, value), and a picture, if there is one, or its SVG."""
    rows = "".join(f"<tr><td>{html.escape(label)}<td><b>{html.escape(value)}</b>" for label, value in cards)
    said = "".join(f"<br><small>{html.escape(line)}</small>" for line in lines)
    shown = image(picture) if isinstance(picture, Path) else picture or ""
    return f"<p><b>{html.escape(title)}</b>{said}</p><table>{rows}</table>{shown}"


class Pictures(list[Path]):
    """Paths of pictures; a notebook shows the pictures."""

    def _repr_html_(self) -> str:
        return "".join(image(path) for path in self)


class Figures(list["Figure"]):
    """Pictures that are no files; a notebook shows them."""

    def _repr_html_(self) -> str:
        return "".join(map(_drawn, self))


def _drawn(figure: Figure) -> str:
    raw = BytesIO()
    figure.savefig(raw, format="png")
    return _png(raw.getvalue(), "picture")

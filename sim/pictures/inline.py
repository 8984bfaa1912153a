"""Pictures and results as a notebook shows them: HTML that holds all it needs."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable
from pathlib import Path


def image(path: Path) -> str:
    """A picture inside HTML, not beside it."""
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    return f'<img alt="{html.escape(path.stem)}" style="max-width:100%" src="data:image/png;base64,{data}">'


def brief(title: str, lines: Iterable[str], cards: Iterable[tuple[str, str]], picture: Path | None) -> str:
    """A result on one screen: title, lines, key figures (label, value), and a picture, if there is one."""
    rows = "".join(f"<tr><td>{html.escape(label)}<td><b>{html.escape(value)}</b>" for label, value in cards)
    said = "".join(f"<br><small>{html.escape(line)}</small>" for line in lines)
    return f"<p><b>{html.escape(title)}</b>{said}</p><table>{rows}</table>" + (image(picture) if picture else "")


class Pictures(list[Path]):
    """Paths of pictures; a notebook shows the pictures."""

    def _repr_html_(self) -> str:
        return "".join(image(path) for path in self)

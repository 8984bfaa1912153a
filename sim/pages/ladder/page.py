"""The ladder's document as one HTML file, without a server and without a request."""

from __future__ import annotations

from html import escape
from typing import Any

from sim.base import places
from sim.pages.page import data

HERE = places.PACKAGE / "pages/ladder"
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)


def html(document: dict[str, Any]) -> str:
    """The page. Words reach it by ``textContent``; JSON in it can end no element."""
    title = document["words"]["title"][document["language"]]
    filled = (HERE / "ladder.html").read_text(encoding="utf-8")
    parts = {
        "lang": "zh-CN" if document["language"] == "zh" else "en",
        "policy": POLICY,
        "title": escape(title),
        "style": _own("ladder.css"),
        "document": data(document),
        "scripts": f"<script>\n{_own('twin.js')}</script>\n<script>\n{_own('ladder.js')}</script>",
    }
    for name, text in parts.items():
        filled = filled.replace(f"<!-- {name} -->", text)
    return filled


def _own(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")

"""The ladder's document as one HTML file, without a server and without a request."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)


def html(document: dict[str, Any]) -> str:
    """The page. Words reach it by ``textContent``; JSON in it can end no element."""
    data = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    title = document["words"]["title"][document["language"]]
    filled = (HERE / "ladder.html").read_text(encoding="utf-8")
    parts = {
        "lang": "zh-CN" if document["language"] == "zh" else "en",
        "policy": POLICY,
        "title": escape(title),
        "style": _own("ladder.css"),
        "document": data,
        "scripts": f"<script>\n{_own('twin.js')}</script>\n<script>\n{_own('ladder.js')}</script>",
    }
    for name, text in parts.items():
        filled = filled.replace(f"<!-- {name} -->", text)
    return filled


def _own(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")

"""A document as one HTML file: own style, own script, the chart script, and the document itself. No request leaves it.

Texts reach the page by `textContent` alone; in the plain HTML for readers without scripts they are escaped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from sim.base import places
from sim.pages import bundle, still
from sim.pages.words import localised

PARTS = places.PACKAGE / "pages/parts"
SCRIPTS = ("say", "save", "pens", "play", "zoom", "charts", "tables", "forest", "race", "explore", "page")
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)  # Vega makes functions of expressions; nothing may be fetched, whatever a title says


def html(document: Mapping[str, Any], language: str, *, stills: bool = True) -> str:
    """The page, first in one language; ``stills``: with pictures for readers without scripts.

    The script of the charts, which is large, comes last: numbers are read before it is.
    """
    shown = localised(dict(document), language)
    lang = {"zh": "zh-CN"}.get(language, language)
    style = (PARTS / "page.css").read_text(encoding="utf-8")
    return "\n".join(
        (
            f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            f"<title>{escape(shown['name'])}</title>\n<style>{style}</style>\n</head>\n<body>",
            f'<main id="page">{still.html(shown, language, pictures=stills)}</main>',
            f'<script type="application/json" id="document">{data(document)}</script>',
            f"<script>{own()}</script>\n<script>{bundle.script()}</script>\n</body>\n</html>\n",
        )
    )


def data(document: Mapping[str, Any]) -> str:
    """The document as JSON that no HTML can end: every ``<`` is escaped."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def own() -> str:
    """The page's own scripts as one."""
    parts = ((PARTS / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
    return '(() => {\n"use strict";\n' + "\n".join(parts) + "\n})();"

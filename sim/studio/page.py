"""The page of the studio: words, scenarios to choose from, and its scripts; it draws with the scripts of the pages."""

from __future__ import annotations

from functools import cache
from html import escape
from typing import Any

from sim.base import places
from sim.pages import page as pages
from sim.pages.words import Said, same
from sim.scenario import load as scenarios
from sim.studio.questions import described
from sim.studio.words import said, ui

PARTS = places.PACKAGE / "studio/parts"
SHARED = ("say", "save", "charts", "tables")  # scripts of pages that are used here
SCRIPTS = ("fresh", "ask", "form", "editor", "live", "pair", "book", "studies", "studio")
BLANK = "sir"
SKIPPED = ("reality_",)  # worlds that measure one mechanism alone


@cache
def choices() -> list[dict[str, Any]]:
    """The shipped scenarios: cases, campaigns, textbook models, each with its title."""
    found = []
    for name, path in scenarios.shipped().items():
        data = scenarios.loader.read(path).data
        if not name.startswith(SKIPPED) and "/" not in name:
            found.append({"name": name, "title": same(_title(data, name)), "group": _group(data)})
    groups = ["cases", "campaigns", "textbook"]
    return sorted(found, key=lambda one: (groups.index(one["group"]), one["name"] != "ding_zhen", one["name"]))


def _title(data: dict[str, Any], name: str) -> str:
    return " ".join(str(data.get("title") or name).split())


def _group(data: dict[str, Any]) -> str:
    if "contagion" in data:
        return "textbook"
    return "campaigns" if data.get("campaign") else "cases"


def document() -> dict[str, Any]:
    """What the scripts of the studio are told."""
    groups: dict[str, Said] = {name: said(f"choose_{name}") for name in ("cases", "campaigns", "textbook")}
    asked = {"choices": choices(), "groups": groups, "first": "ding_zhen", "studies": described()}
    return {"kind": "studio", "names": {}, "words": ui(), **asked}


def html(language: str) -> str:
    """The page, first in one language."""
    lang = {"zh": "zh-CN"}.get(language, language)
    style = (pages.PARTS / "page.css").read_text(encoding="utf-8") + (PARTS / "studio.css").read_text(encoding="utf-8")
    title = said("title")["zh" if language == "zh" else "en"]
    return "\n".join(
        (
            f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>",
            f'<main id="page"></main>\n<noscript>{escape(title)}: JavaScript</noscript>',
            f'<script type="application/json" id="document">{pages.data(document())}</script>',
            f'<script>{script()}</script>\n<script src="/parts/charts.js" defer></script>\n</body>\n</html>\n',
        )
    )


def script() -> str:
    """Scripts of pages and of the studio as one."""
    shared = [(pages.PARTS / f"{name}.js").read_text(encoding="utf-8") for name in SHARED]
    own = [(PARTS / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS]
    return '(() => {\n"use strict";\n' + "\n".join([*shared, *own]) + "\n})();"

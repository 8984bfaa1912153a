"""Pages in two languages: those below docs/zh/ stand where their English twins do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docsite.places import DOCS

CHINESE = "zh/"
NAME = "传播模拟器"  # of the site
TABS = {  # headings of the navigation
    "Home": "首页",
    "Quickstart": "快速上手",
    "Guide": "指南",
    "Cases": "案例",
    "Reference": "参考",
    "Model": "模型",
    "Decisions": "设计决定",
    "Project": "项目",
}


def language(page: str) -> str:
    """The language of a page."""
    return "zh" if page.startswith(CHINESE) else "en"


def switch(page: str) -> list[dict[str, str]]:
    """The page in each language; a page that has no twin leads to the first page of the other language."""
    english = page.removeprefix(CHINESE)
    twin = f"{CHINESE}{english}"
    chinese = twin if (DOCS / twin).exists() else f"{CHINESE}README.md"
    return [
        {"name": "English", "lang": "en", "link": _address(english)},
        {"name": "中文", "lang": "zh", "link": _address(chinese)},
    ]


def _address(page: str) -> str:
    path = Path(page)
    return path.with_name("index.html" if path.name == "README.md" else f"{path.stem}.html").as_posix()


def name_tabs(nav: Any, language: str) -> None:
    """Give the headings of the navigation in a language; they are the same objects for all pages."""
    back = {chinese: english for english, chinese in TABS.items()}
    names = TABS if language == "zh" else back
    for item in nav.items:
        item.title = names.get(item.title, item.title)

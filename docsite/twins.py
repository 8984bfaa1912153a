"""Pages in two languages: those below docs/zh/ stand where their English twins do."""

from __future__ import annotations

from pathlib import Path

from docsite.places import DOCS

CHINESE = "zh/"


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

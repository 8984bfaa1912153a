"""Which file of the repository is which page of the site, and links from one to the other.

Pages are written to be read in the repository: their links are paths there. On the site a link to a page goes to that
page; a link to what a page is made of (a scenario, a room of the program, the table of numbers) goes to the page that
is made of it; any other file gets a page that shows it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"

# Files outside docs/ that are pages as they stand.
PAGES = {
    "README.md": "overview.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "results/README.md": "reference/results.md",
    "scenarios/cases/README.md": "scenarios/cases/README.md",
    "tests/qc/README.md": "second-entry.md",
}
# What a page is made of, and that page.
MADE = {
    "docs": "README.md",
    "docs/decisions": "decisions/README.md",
    "docs/guide": "guide/README.md",
    "scenarios": "scenarios/README.md",
    "scenarios/cases": "scenarios/cases/README.md",
    "sim/__init__.py": "reference/python.md",
    "sim": "reference/rooms.md",
    "sim/cli": "reference/commands.md",
    "sim/scenario": "reference/keys.md",
    "sim/minds": "reference/policies.md",
    "sim/platforms": "reference/mechanisms.md",
    "sim/scenario/interventions.py": "reference/interventions.md",
    "sim/networks": "reference/networks.md",
    "sim/contagion": "reference/contagion.md",
    "sim/catalog/platforms": "reference/platforms.md",
    "sim/catalog/adversities": "guide/stress.md",
    "sim/catalog/hedges": "guide/stress.md",
    "sim/catalog/numbers.yaml": "reference/metrics.md",
    "sim/pages/ladder": "ladder.html",
}
SHOWN = "files"  # where files stand that are no pages
CODE_OR_LINK = re.compile(r"(^```.*?^```|`+[^`]+`+)|\]\(([^)\s]+)\)", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^ *```")
HAN = r"\u3000-\u303f\u4e00-\u9fff\uff00-\uffef“”"
BREAK = re.compile(rf"[{HAN}]\n *[{HAN}`*\[]|[，。；：、）]\n *[^\s|#!-]")
ITEM = re.compile(r"([-*+]|1\.) ")


def page_of(path: str) -> str:
    """The page of the site for a path in the repository."""
    if path in PAGES:
        return PAGES[path]
    if path in MADE:
        return MADE[path]
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    if path.startswith("scenarios/") and path.endswith(".yaml"):
        return path.removesuffix(".yaml") + ".md"
    return f"{SHOWN}/{path}.md"


def links(text: str, begin: str) -> set[str]:
    """Paths in the repository to which a page that stands at ``begin`` links."""
    found = (match[2].partition("#")[0] for match in CODE_OR_LINK.finditer(text) if match[2])
    return {_target(link, begin) for link in found if link and "://" not in link and not link.startswith("mailto:")}


def _target(link: str, begin: str) -> str:
    return os.path.normpath(Path(begin).parent / link)


def relinked(text: str, begin: str) -> str:
    """A page of the repository with its links as the site has them."""
    here = Path(page_of(begin)).parent

    def link(match: re.Match[str]) -> str:
        target, sign, anchor = (match[2] or "").partition("#")
        if match[1] or not target or "://" in target or target.startswith("mailto:"):
            return match[0]
        page = page_of(_target(target, begin))
        return f"]({os.path.relpath(page, here)}{sign}{anchor})"

    return CODE_OR_LINK.sub(link, text)


def spaced(text: str) -> str:
    """A page with an empty line before each list: the repository's reader needs none, the site's does."""
    lines: list[str] = []
    fenced = False
    for line in text.split("\n"):
        fenced ^= bool(FENCE.match(line))
        if not fenced and ITEM.match(line) and lines and _prose(lines[-1]):
            lines.append("")
        lines.append(line)
    return "\n".join(lines)


def joined(text: str) -> str:
    """A page without breaks between Chinese letters and signs, of which a browser would make blanks."""
    lines: list[str] = []
    for line in text.split("\n"):
        if lines and BREAK.search(f"{lines[-1]}\n{line}") and not re.match(r"[#|!]|```", lines[-1]):
            lines[-1] += line.lstrip()
        else:
            lines.append(line)
    return "\n".join(lines)


def _prose(line: str) -> bool:
    """Whether a line belongs to a paragraph, so that a list right below it would be taken for more of it."""
    return bool(line.strip()) and not line[0].isspace() and not re.match(r"([-*+]|\d+\.) |#|\||```|>", line)

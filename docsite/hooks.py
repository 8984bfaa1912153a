"""What `mkdocs.yml` has MkDocs call: adds generated pages, turns links into those of the site, sets up navigation."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

sys.path.insert(0, str(Path(__file__).parent.parent))  # MkDocs loads this file by its path

from docsite import commands, decisions, keys, navigation, numbers, places, python, scenarios, twins

OWN: dict[str, str] = {}  # page of the site to the file of the repository that it is


def on_config(config: Any) -> Any:
    """Say what is worth saying, and no more; keep the name, which Chinese pages have in Chinese."""
    logging.getLogger("jieba").setLevel(logging.WARNING)
    config.extra["english_name"] = config.site_name
    return config


def on_files(files: Files, config: Any) -> Files:
    """All pages: those of docs/, those that stand elsewhere, those that are made of the program, files linked to."""
    OWN.clear()
    OWN.update({file.src_uri: f"docs/{file.src_uri}" for file in files.documentation_pages()})
    OWN.update({page: path for path, page in places.PAGES.items()})
    for page, content in _pages():
        files.append(File.generated(config, page, content=content))
    for path in sorted(_linked()):
        files.append(File.generated(config, places.page_of(path), content=_shown(path)))
    files.append(File.generated(config, "ladder.html", content=_ladder()))
    config.nav = navigation.tree(files)
    return files


def _pages() -> Iterator[tuple[str, str]]:
    """Pages that are not in docs/, and what stands on them."""
    for path, page in places.PAGES.items():
        yield page, numbers.results() if path == "results/README.md" else _text(path)
    yield "decisions/README.md", decisions.index()
    yield "scenarios/README.md", scenarios.index()
    yield from scenarios.pages()
    yield "reference/commands.md", commands.page()
    yield "reference/keys.md", keys.page()
    for family in keys.FAMILIES:
        yield f"reference/{family}.md", keys.family_page(family)
    yield "reference/platforms.md", scenarios.platforms()
    yield "reference/metrics.md", numbers.page()
    yield "reference/python.md", python.api()
    yield "reference/rooms.md", python.rooms()


def _text(path: str) -> str:
    return (places.ROOT / path).read_text(encoding="utf-8")


def _linked() -> set[str]:
    """Files that a page links to and that are no pages: they get one that shows them."""
    found = {f"sim/catalog/platforms/{name}.yaml" for name in scenarios.platform_names()}
    for path in OWN.values():
        found |= places.links(_text(path), path)
    return {path for path in found if places.page_of(path).startswith(places.SHOWN) and (places.ROOT / path).is_file()}


def _shown(path: str) -> str:
    language = {".py": "python", ".yaml": "yaml", ".cff": "yaml", ".js": "javascript"}.get(Path(path).suffix, "text")
    return f"---\nsearch:\n  exclude: true\n---\n# {path}\n\n````{language}\n{_text(path).rstrip()}\n````\n"


def _ladder() -> str:
    """The page that `sim ladder` writes."""
    from sim.contagion import ladder
    from sim.pages.ladder.document import document
    from sim.pages.ladder.page import html
    from sim.runs.recipe import version_of_program

    parts = ladder.networks(), ladder.theories(), ladder.USERS, ladder.STEPS
    return html(document(*parts, language="en", version=version_of_program()))


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Links of the repository become links of the site."""
    path = OWN.get(page.file.src_uri)
    if not path:
        return markdown
    text = places.relinked(places.spaced(markdown), path)
    return places.joined(text) if twins.language(page.file.src_uri) == "zh" else text


def on_page_context(context: Any, page: Any, config: Any, nav: Any) -> Any:
    """A Chinese page has Chinese around it, and the switch of languages leads to the same page in the other one."""
    language = twins.language(page.file.src_uri)
    config.theme["language"] = language
    config.site_name = twins.NAME if language == "zh" else config.extra["english_name"]
    config.extra["alternate"] = twins.switch(page.file.src_uri)
    twins.name_tabs(nav, language)
    return context


def on_post_page(output: str, page: Any, config: Any) -> str:
    """Without the lines for search engines by which the script would ask for a site map in each language."""
    return re.sub(r'\s*<link rel="alternate" href=[^>]*>', "", output)


def on_post_build(config: Any) -> None:
    """Leave out what only the makers of the theme need: maps from its scripts to their source."""
    for path in Path(config.site_dir).rglob("*.map"):
        path.unlink()

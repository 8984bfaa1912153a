"""The two pages of a class: a phone's, small and without charts, and the projector's, which draws as all pages do."""

from __future__ import annotations

from functools import cache
from html import escape
from typing import Any

from sim.base import places
from sim.pages import page as shared
from sim.studio.classroom import charts, town
from sim.studio.classroom.words import PHONE, TEACH, said, ui

STUDIO, PARTS = places.PACKAGE / "studio/parts", places.PACKAGE / "studio/classroom/parts"
STRICT = (  # of phones: own scripts and styles alone, nothing that is made from text
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
DRAWN = STRICT.replace("script-src 'self'", "script-src 'self' 'unsafe-eval'").replace(
    "style-src 'self'", "style-src 'self' 'unsafe-inline'"
)  # of the projector: Vega makes functions of expressions
ALONE = shared.POLICY  # of the ladder, which holds all that it needs
PHONE_SCRIPTS = ((shared.PARTS, "say"), (STUDIO, "fresh"), (PARTS, "both"), (PARTS, "phone"))
TEACH_SCRIPTS = (
    *((shared.PARTS, "say"), (shared.PARTS, "save"), (shared.PARTS, "charts"), (STUDIO, "fresh"), (PARTS, "both")),
    *((PARTS, "network"), (PARTS, "results"), (PARTS, "teach")),
)


@cache
def part(name: str) -> str | None:
    """A script or a style by its name; None: there is none."""
    if name in ("phone.js", "teach.js"):
        files = PHONE_SCRIPTS if name == "phone.js" else TEACH_SCRIPTS
        texts = [(where / f"{one}.js").read_text(encoding="utf-8") for where, one in files]
        return '(() => {\n"use strict";\n' + "\n".join(texts) + "\n})();"
    if name in ("phone.css", "teach.css"):
        base = (shared.PARTS / "page.css").read_text(encoding="utf-8") if name == "teach.css" else ""
        return base + (PARTS / name).read_text(encoding="utf-8")
    return None


def phone(language: str) -> str:
    """The page of a phone, first in one language."""
    return _html(language, "phone", {"kind": "phone", "names": {}, "words": ui(PHONE)}, "")


def teach(language: str, phones: str, code: str) -> str:
    """The projector's page: with the address of phones as a QR code."""
    document = {
        "kind": "teach",
        "names": {},
        "words": shared_words() | ui(TEACH),
        "address": phones,
        "code": code,
        "qr": qr(f"{phones}j#{code}"),
        "charts": charts.all_(),
        "roles": {name: team["title"] for name, team in town.teams().items()},
    }
    return _html(language, "teach", document, '\n<script src="/parts/charts.js" defer></script>')


def shared_words() -> dict[str, Any]:
    """Words that the shared scripts ask for."""
    from sim.pages import words

    return dict(words.ui())


@cache
def qr(address: str) -> str:
    """An address as a picture, a `data:` address itself."""
    import segno

    return str(segno.make(address, error="m", micro=False).svg_data_uri(scale=8, border=3, dark="#1f2933"))


def _html(language: str, name: str, document: dict[str, Any], more: str) -> str:
    lang = {"zh": "zh-CN"}.get(language, language)
    title = said(f"{name}_title")["zh" if language == "zh" else "en"]
    return "\n".join(
        (
            f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<title>{escape(title)}</title>\n<link rel="icon" href="data:,">',
            f'<link rel="stylesheet" href="/parts/{name}.css">\n</head>\n<body>',
            f'<main id="page"></main>\n<noscript>{escape(title)}: JavaScript</noscript>',
            f'<script type="application/json" id="document">{shared.data(document)}</script>',
            f'<script src="/parts/{name}.js" defer></script>{more}\n</body>\n</html>\n',
        )
    )

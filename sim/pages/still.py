"""What a page shows where scripts are off: the numbers as tables, the charts as pictures that do not move."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from sim.base.words import humanise
from sim.pages.data import rows
from sim.pages.words import localised, said

WIDTH, LINES = 900, 30
FAMILY = "Noto Sans SC Subset, Noto Sans SC, Noto Sans CJK SC, sans-serif"
_ID = re.compile(r'(?<=id=")(?:clip|gradient_)\d+(?=")|(?<=url\(#)(?:clip|gradient_)\d+(?=\))')


def html(shown: Mapping[str, Any], language: str, *, pictures: bool) -> str:
    """The document, already in one language, as plain HTML."""
    return "".join(_parts(shown, language, pictures))


def _parts(shown: Mapping[str, Any], language: str, pictures: bool) -> Iterator[str]:
    off = localised(said("still"), language)
    yield f"<h1>{escape(shown['title'])}</h1><p>{escape(shown['name'])}</p>"
    yield f"<p>{escape(' · '.join(shown['about']))}</p><p>{escape(off)}</p>"
    yield "".join(f"<p>{escape(line)}</p>" for line in shown["notices"])
    cards = "".join(f"<li>{escape(card['label'])}: <b>{escape(card['value'])}</b>" for card in shown["cards"])
    yield f"<ul>{cards}</ul>"
    for section in shown["sections"]:
        yield f"<h2>{escape(section['title'])}</h2>"
        if pictures and section.get("chart"):
            yield picture(section["chart"], shown["names"], language)
        if section.get("table"):
            yield _table(section["table"])
        facts = (f"<li>{escape(fact['label'])}: {escape(fact['value'])}" for fact in section.get("facts", ()))
        yield f"<ul>{''.join(facts)}</ul>" if section.get("facts") else ""


def main(document: Mapping[str, Any], language: str) -> str:
    """The first chart of a document as SVG; empty where it has none."""
    charts = (section["chart"] for section in document["sections"] if section.get("chart"))
    first = next(charts, None)
    return picture(first, localised(document["names"], language), language) if first else ""


def picture(chart: Mapping[str, Any], names: Mapping[str, Any], language: str) -> str:
    """A chart as SVG, drawn from the same specification as in the browser."""
    import vl_convert

    return _with_own_ids(str(vl_convert.vegalite_to_svg(_specification(chart, names, language))))


def drawn(chart: Mapping[str, Any], names: Mapping[str, Any], language: str, form: str, fonts: str) -> bytes:
    """A chart as a file of its own, svg, pdf or png.

    ``names`` are in one language already; ``fonts`` is the folder of the bundled typeface, in which it is lettered.
    """
    import vl_convert

    vl_convert.register_font_directory(fonts)
    spec = _specification(chart, names, language)
    spec["config"] = {**spec.get("config", {}), "font": FAMILY}
    if form == "svg":
        return _with_own_ids(str(vl_convert.vegalite_to_svg(spec))).encode()
    made: bytes = vl_convert.vegalite_to_pdf(spec) if form == "pdf" else vl_convert.vegalite_to_png(spec, scale=2)
    return made


def _specification(chart: Mapping[str, Any], names: Mapping[str, Any], language: str) -> dict[str, Any]:
    """What a chart is drawn from, its rows and all, in one language."""
    variant = chart["variants"][0] if "variants" in chart else chart
    found = localised(named(rows(chart["data"]), names), language)
    if variant.get("only"):
        _, *values = variant["only"]
        found = [row for row in found if row["key"] in values]
    spec: dict[str, Any] = localised(variant["spec"], language) | {"data": {"values": found}, "width": WIDTH}
    return spec


def _with_own_ids(svg: str) -> str:
    """A picture whose ids come from what it shows; Vega counts them over all pictures of the process."""
    order = {name: i for i, name in enumerate(dict.fromkeys(_ID.findall(svg)))}
    own = zlib.crc32(_ID.sub("", svg).encode())
    return _ID.sub(lambda found: f"of{own:08x}-{order[found[0]]}", svg)


def named(found: list[dict[str, Any]], names: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows with names in words where they have keys."""
    return [
        {key: names.get(key, {}).get(value, value) if isinstance(value, str) else value for key, value in row.items()}
        for row in found
    ]


def _table(table: Mapping[str, Any]) -> str:
    kinds = [column["type"] for column in table["columns"]]
    head = "".join(f"<th>{escape(column['title'])}" for column in table["columns"])
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(_cell(cell, kind))}" for cell, kind in zip(line, kinds, strict=True))
        for line in table["lines"][:LINES]
    )
    return f"<table><thead><tr>{head}</thead><tbody>{body}</tbody></table>"


def _cell(cell: Any, kind: str) -> str:
    if cell is None or isinstance(cell, str):
        return cell or "–"
    return f"{cell:.0%}" if kind == "share" else humanise(cell)

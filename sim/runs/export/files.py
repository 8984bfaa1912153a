"""Graphs into files: how large they will be, none that is there already without being asked, none half written."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, cast

from sim.base import machine, notices
from sim.base.errors import RefusedError, SimError, both
from sim.base.files.drafts import replacing
from sim.base.registry import did_you_mean
from sim.base.words import humanise_bytes
from sim.runs.export import tabular, xml
from sim.runs.export.graph import WORDS, Graph, Rows

FORMATS = ("graphml", "gexf", "csv", "parquet")
XML: dict[str, type[xml.GraphML | xml.GEXF]] = {"graphml": xml.GraphML, "gexf": xml.GEXF}
MANY = 2_000_000  # nodes and edges: beyond, Gephi and networkx take minutes and gigabytes
FRAME = 1 << 14  # bytes of Parquet around the rows
PACKED = ".gz"


def known_format(name: str, formats: Sequence[str] = FORMATS) -> str:
    """The format itself. Raises `SimError` for one that is not there."""
    if name not in formats:
        hint = did_you_mean(name, list(formats))
        raise SimError(f"unknown format '{name}'; {hint}")
    return name


def format_of(path: Path, formats: Sequence[str] = FORMATS) -> str:
    """The format that the end of a file's name says; empty where it says none of these."""
    found = path.name.lower().removesuffix(PACKED).rpartition(".")
    return found[2] if found[1] and found[2] in formats else ""


def paths(target: Path, form: str) -> list[Path]:
    """The files of a graph: one, or for tables that of the edges and beside it that of the nodes."""
    if form in XML:
        return [target]
    stem, dot, end = target.name.partition(f".{form}")
    return [target, target.with_name(f"{stem}-nodes{dot}{end}")]


def refuse_there(targets: Iterable[Path], force: bool) -> None:
    """`SimError` for the first of some files that is there already, unless ``force``."""
    for target in targets:
        if target.is_dir():
            raise SimError(f"{target} is a folder; name a file in it")
        if not force and target.exists():
            raise SimError(f"{target} is there already; name another --out, or have it replaced with --force")


def estimated_bytes(graph: Graph, form: str) -> int:
    """About how large the files of a graph will be, from its first rows, before they are packed."""
    frame = len(XML[form](graph).head()) if form in XML else FRAME if form == "parquet" else 0
    return frame + sum(round(_bytes_a_row(rows, graph, form) * rows.count) for rows in (graph.nodes, graph.edges))


def _bytes_a_row(rows: Rows, graph: Graph, form: str) -> float:
    first = next(rows.blocks(), None)
    if first is None or not len(first):
        return 0.0
    first = first.iloc[:1000]
    if form in XML:
        made = XML[form](graph)
        text = made.nodes(first) if rows is graph.nodes else made.edges(first)
    elif form == "csv":
        text = tabular.csv_rows(first, rows)
    else:  # whole numbers take eight bytes at most, words what they have
        words = [name for name, kind in rows.kinds.items() if kind == WORDS]
        return 8.0 * len(rows.kinds) + sum(float(first[name].str.len().mean()) for name in words)
    return len(text.encode()) / len(first)


def write(graph: Graph, target: Path, form: str, *, force: bool = False) -> list[Path]:
    """Write a graph; the paths of its files, all of which are there whole or none.

    A name that ends in .gz is packed by gzip.

    Raises:
        SimError: a file is there already, Parquet cannot be written, or a format cannot hold a name.
        RefusedError: the disk has no room for it.
    """
    targets = paths(target, form)
    refuse_there(targets, force)
    if form == "parquet":
        tabular.require_parquet()
        if target.name.endswith(PACKED):
            raise SimError(f"{target}: Parquet is packed as it is; leave .gz out")
    _require_disk(graph, target, form)
    target.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        drafts = [stack.enter_context(replacing(path)) for path in targets]
        for draft, put in zip(drafts, _writers(graph, form, packed=target.name.endswith(PACKED)), strict=True):
            put(draft)
    return targets


def _require_disk(graph: Graph, target: Path, form: str) -> None:
    machine.check_writable(target.parent)
    size, free = estimated_bytes(graph, form), machine.free_disk(target.parent)
    if size > 0.9 * free and not target.name.endswith(PACKED):
        has = f"the disk of {target.parent} has {humanise_bytes(free)}"
        raise RefusedError(f"{target.name} needs about {humanise_bytes(size)}; {has}; export fewer people or trees")
    many = graph.nodes.count + graph.edges.count
    if form in XML and many > MANY:
        notices.add("large_graph", both("notice_large_graph", name=target.name, size=humanise_bytes(size)))


def _writers(graph: Graph, form: str, *, packed: bool) -> list[Callable[[Path], None]]:
    """What writes each of the `paths`."""

    def text(made: Callable[[], Iterator[str]]) -> Callable[[Path], None]:
        return lambda path: _write_text(path, made(), packed=packed)

    def table(rows: Rows) -> Callable[[Path], None]:
        if form == "parquet":
            return lambda path: tabular.write_parquet(rows, path, graph.about)
        return text(lambda: tabular.csv_pieces(rows))

    if form in XML:
        return [text(lambda: xml.pieces(XML[form](graph), graph))]
    return [table(graph.edges), table(graph.nodes)]


def _write_text(path: Path, pieces: Iterator[str], *, packed: bool) -> None:
    with path.open("wb") as plain:
        # Without a name and a time two files of one graph are one, byte by byte.
        file = gzip.GzipFile("", "wb", fileobj=plain, mtime=0) if packed else plain
        with file as out:
            for piece in pieces:
                cast(IO[bytes], out).write(piece.encode())

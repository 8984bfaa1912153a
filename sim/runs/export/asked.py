"""What is asked for: of which result or scenario, which part of it, in which format, where to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sim.base.errors import SimError
from sim.base.files import checksums
from sim.base.registry import did_you_mean
from sim.base.words import humanise_bytes
from sim.pictures.drawing import FORMATS as PICTURES
from sim.runs.export import files, tables
from sim.runs.folder import RUN
from sim.runs.result import Result, opened
from sim.scenario import load as scenarios
from sim.scenario.given import checked
from sim.scenario.numbers import Language

if TYPE_CHECKING:
    from sim.runs.export.graph import Graph
    from sim.runs.kinds import World

PARTS = ("tables", "cascades", "network", "figures")
FORMATS = {"tables": tables.FORMATS, "cascades": files.FORMATS, "network": files.FORMATS, "figures": PICTURES}
USUAL = {"tables": "csv", "cascades": "graphml", "network": "graphml", "figures": "pdf"}
RESULTS = Path("results")  # where exports of a scenario go, which has no folder of its own
Asked = Result | scenarios.Source


@dataclass(frozen=True)
class Wish:
    """What is asked for. ``formats`` and ``out`` are settled in `settled`; see `export` for the rest."""

    part: str
    formats: tuple[str, ...]
    out: Path
    force: bool = False
    platform: str = ""
    trees: int | None = None
    only: tuple[str, ...] = ()
    lang: Language = "en"
    sets: Sequence[str] = field(default_factory=tuple)
    seed: int | None = None
    users: int | None = None


@checked
def export(
    source: Asked,
    part: str = "",
    *,
    format: str | Sequence[str] = "",
    out: Path | str | None = None,
    force: bool = False,
    platform: str = "",
    trees: int | None = None,
    only: Sequence[str] = (),
    lang: Language = "en",
    sets: Sequence[str] = (),
    seed: int | None = None,
    users: int | None = None,
) -> list[Path]:
    """Write a part of a result, or the network of a scenario, as other programs read it; the paths of the files.

    Args:
        source: a result or its folder; for its network also a scenario: a path, a shipped name, or a loaded one.
        part: ``tables`` (of a folder, where nothing is said), ``cascades``, ``figures``, or ``network`` (of a
            scenario): see docs/guide/interchange.md.
        format: graphml, gexf, csv or parquet; for tables csv or parquet; for figures one or several of png, svg, pdf.
        out: a file, whose name says the format, or a folder (beside the result: ``FOLDER-FORMAT``).
        force: whether files that are there already are replaced.
        platform: whose network, where each platform has its own.
        trees: of the cascades only the so many largest.
        only: names of figures.
        lang: of labels and titles in graphs and in charts of studies.
        sets: of a scenario, changes, ``path=value``.
        seed: of a scenario, another.
        users: of a scenario, another number of people.

    Raises:
        SimError: it is not there, cannot be had, or would replace a file.
        RefusedError: it does not fit into memory or on the disk.

    >>> from sim import run
    >>> made = run("sir", users=200, figures=False)
    >>> export(made, "cascades", format="gexf")[0].name
    'cascades.gexf'
    """
    told = (format,) if isinstance(format, str) and format else tuple(format)
    rest = {"platform": platform, "trees": trees, "only": tuple(only), "lang": lang}
    wish = settled(source, part, told, out, force=force, **rest, sets=sets, seed=seed, users=users)
    return carried_out(source, wish)


def carried_out(source: Asked, wish: Wish) -> list[Path]:
    """Write what is asked for; the paths of the files."""
    return _PARTS[wish.part](source, wish)


def settled(source: Asked, part: str, formats: tuple[str, ...], out: Path | str | None, **rest: object) -> Wish:
    """What is asked for, with all that was not said. Raises `SimError` for what does not go together."""
    folder = _folder(source)
    part = part or ("network" if folder is None and not isinstance(source, Result) else "tables")
    if part not in PARTS:
        raise SimError(f"unknown part '{part}'; {did_you_mean(part, list(PARTS))}")
    place = Path(out) if out is not None else None
    known = FORMATS[part]
    said = files.format_of(place, known) if place is not None and part in ("cascades", "network") else ""
    for form in formats:
        files.known_format(form, known)
    if len(formats) > 1 and part != "figures":
        raise SimError(f"{part}: one format at a time, not {', '.join(formats)}")
    if said and formats and formats != (said,):
        raise SimError(f"{place} says {said}, and the format {formats[0]}; leave one of them out")
    chosen = formats or ((said,) if said else (USUAL[part],))
    wish = Wish(part, chosen, place or _beside(source, folder, part, chosen), **rest)  # type: ignore[arg-type]
    _refuse_unused(wish, folder)
    return wish


def _refuse_unused(wish: Wish, folder: Path | None) -> None:
    """`SimError` for what only another part, or another source, takes."""
    takes = {"platform": ("network",), "trees": ("cascades",), "only": ("figures",)}
    for name, parts in takes.items():
        if getattr(wish, name) and wish.part not in parts:
            raise SimError(f"{name} is for {' and '.join(parts)}, not for {wish.part}; leave it out")
    changes = {"sets": "set"} | {name: name for name in ("seed", "users")}
    for name, option in changes.items():
        if folder is not None and getattr(wish, name) not in (None, (), []):
            raise SimError(f"{folder} was run as it is: leave {option} out, or name the scenario instead of the folder")


def _folder(source: Asked) -> Path | None:
    """The folder of results that is meant; None for a scenario, and for a result that has none."""
    if isinstance(source, Result):
        from sim.runs.live.unkept import Unkept

        return None if isinstance(source, Unkept) else source.path
    if not isinstance(source, str | Path) or not Path(source).is_dir():
        return None
    shipped = str(source) in scenarios.shipped() and not (Path(source) / checksums.FILE).exists()
    return None if shipped else Path(source)


def _beside(source: Asked, folder: Path | None, part: str, formats: tuple[str, ...]) -> Path:
    """Where files go if nobody says."""
    if isinstance(source, Result):
        folder = source.path  # one without a folder says so
    what = "spreadsheets" if part == "tables" and formats == ("csv",) else "-".join(formats)
    if folder is not None:
        return folder.with_name(f"{folder.resolve().name}-{what}")
    assert not isinstance(source, Result)
    if isinstance(source, Mapping):  # a scenario as a dict
        name = str(source.get("name", "scenario"))
    else:
        name = Path(source).stem if isinstance(source, str | Path) else source.name
    return RESULTS / f"{name}-{what}"


def target(wish: Wish) -> Path:
    """The file of a graph."""
    if files.format_of(wish.out, files.FORMATS):
        return wish.out
    name = f"{wish.part}-{wish.platform}" if wish.platform else wish.part
    return wish.out / f"{name}.{wish.formats[0]}"


def graph(source: Asked, wish: Wish) -> Graph:
    """The graph that is to be written: cascades of a result, or a network."""
    if wish.part == "cascades":
        from sim.runs.export import cascades

        return cascades.graph(_result(source, wish.part), trees=wish.trees, lang=wish.lang)
    from sim.runs.export import network

    return network.graph(_world(source, wish), platform=wish.platform, lang=wish.lang)


def plan(source: Asked, wish: Wish) -> list[str]:
    """What would be written, in lines; nothing is."""
    if wish.part not in ("cascades", "network"):
        raise SimError(f"the size of {wish.part} is not known beforehand; leave the dry run out")
    made, form = graph(source, wish), wish.formats[0]
    size = humanise_bytes(files.estimated_bytes(made, form))
    named = " and ".join(str(path) for path in files.paths(target(wish), form))
    return [f"{named}: {made.nodes.count:,} nodes, {made.edges.count:,} edges, about {size}", made.about]


def _result(source: Asked, part: str) -> Result:
    if isinstance(source, Result):
        return source
    if _folder(source) is None:
        raise SimError(f"{source} is no folder of results, of which alone there are {part}; run the scenario first")
    return opened(Path(str(source)))


def _world(source: Asked, wish: Wish) -> World:
    """The scenario, or what was run."""
    if isinstance(source, Result):
        return source.scenario
    folder = _folder(source)
    if folder is not None:
        if not (folder / RUN).is_file():
            raise SimError(f"{folder} is not a folder of a run: it has no {RUN}")
        return opened(folder).scenario
    return scenarios.load(source, sets=wish.sets, seed=wish.seed, users=wish.users)


def _graph(source: Asked, wish: Wish) -> list[Path]:
    place, form = target(wish), wish.formats[0]
    files.refuse_there(files.paths(place, form), wish.force)  # before anything is computed
    return files.write(graph(source, wish), place, form, force=wish.force)


def _place_of(source: Asked, part: str) -> Path:
    folder = _folder(source)
    if folder is None:
        raise SimError(f"{part} are taken from a folder of results; run the scenario, or keep() the result, first")
    return folder


def _tables(source: Asked, wish: Wish) -> list[Path]:
    return tables.export(_place_of(source, wish.part), wish.out, wish.formats[0], force=wish.force)


def _figures(source: Asked, wish: Wish) -> list[Path]:
    from sim.runs.export import pictures

    folder = _place_of(source, wish.part)
    return pictures.write(folder, wish.out, wish.formats, only=wish.only, force=wish.force, lang=wish.lang)


_PARTS: dict[str, Callable[[Asked, Wish], list[Path]]] = {
    "tables": _tables,
    "cascades": _graph,
    "network": _graph,
    "figures": _figures,
}

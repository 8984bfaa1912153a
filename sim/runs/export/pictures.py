"""Figures as SVG and PDF: those of a run as `sim plot` draws them, of a study the charts of its page."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from sim.base.errors import SimError
from sim.base.files import reading
from sim.base.files.drafts import replacing
from sim.base.registry import did_you_mean
from sim.pages.words import localised
from sim.pictures.drawing import FORMATS, put
from sim.pictures.paper import FONT
from sim.runs.export.files import known_format, refuse_there
from sim.runs.folder import RUN
from sim.runs.result import Result, opened
from sim.scenario.numbers import Language

DOCUMENT = "page.json"  # of a study: what its page is made of


def write(
    folder: Path,
    out: Path,
    formats: Sequence[str],
    *,
    only: Sequence[str] = (),
    force: bool = False,
    lang: Language = "en",
) -> list[Path]:
    """Draw every figure of a folder, or the named ones, into ``out``; their paths.

    Args:
        folder: of a run or a study.
        out: where the figures go.
        formats: png, svg, pdf.
        only: names of figures.
        force: whether a file that is there already is replaced.
        lang: of the charts of a study; figures of runs are in English.

    Raises:
        SimError: it is no such folder, a name is unknown, or a file is there already.
    """
    for form in formats:
        known_format(form, FORMATS)
    if (folder / RUN).is_file():
        return _of_run(opened(folder), out, formats, only, force)
    return _charts(folder, out, formats, only, force, lang)


def _of_run(result: Result, out: Path, formats: Sequence[str], only: Sequence[str], force: bool) -> list[Path]:
    """The pictures of a run, each drawn once for all formats."""
    names = list(only) or result.kind.pictures()
    places = {name: [(out / f"{name}.{form}", form) for form in formats] for name in names}
    refuse_there((place for own in places.values() for place, _ in own), force)
    with ExitStack() as stack:
        for name, own in places.items():
            (figure,) = result.plot(name)
            out.mkdir(parents=True, exist_ok=True)
            for place, form in own:
                put(figure, stack.enter_context(replacing(place)), form)
    return [place for own in places.values() for place, _ in own]


def _charts(
    folder: Path, out: Path, formats: Sequence[str], only: Sequence[str], force: bool, lang: Language
) -> list[Path]:
    """The charts of a study's page."""
    from sim.pages import still

    if not (folder / DOCUMENT).is_file():
        raise SimError(f"{folder} is not a folder of results: it has no {RUN} and no {DOCUMENT}")
    document = reading.record(folder / DOCUMENT, ("sections", "names"))
    charts = {section["id"]: section["chart"] for section in document["sections"] if section.get("chart")}
    for name in only:
        if name not in charts:
            raise SimError(f"unknown figure '{name}'; {did_you_mean(name, list(charts))}")
    places = [(out / f"{name}.{form}", name, form) for name in only or charts for form in formats]
    if not places:
        raise SimError(f"{folder} has no charts on its page")
    refuse_there((place for place, _, _ in places), force)
    out.mkdir(parents=True, exist_ok=True)
    names = localised(document["names"], lang)
    with ExitStack() as stack:
        for place, name, form in places:
            raw = still.drawn(charts[name], names, lang, form, str(FONT.parent))
            stack.enter_context(replacing(place)).write_bytes(raw)
    return [place for place, _, _ in places]

"""A sweep's folder: beside the ledger its plan, tables and pictures, each replaced whole; and ledgers joined."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from sim.base import loader, notices
from sim.base.errors import SimError
from sim.base.files import checksums, schema
from sim.base.files.drafts import replacing
from sim.runs import citation
from sim.runs.paging import writing
from sim.runs.recipe import maker, version_of_program
from sim.scenario.numbers import Language
from sim.studies.laws import chart as law_chart
from sim.studies.laws import words
from sim.studies.laws.dots import Place
from sim.studies.laws.held import Held, held
from sim.studies.laws.law import LAWS
from sim.studies.ledger import DONE, FAILED, FILE, Ledger
from sim.studies.sweep import charts, found, page
from sim.studies.sweep.design import factor
from sim.studies.sweep.found import Found
from sim.studies.sweep.plan import Plan
from sim.studies.sweep.sensitivity import Index, indices

PLAN = "sweep.json"
WRITTEN = (
    "runs.",
    "points.csv",
    "sweep.",
    "sensitivity.csv",
    "law.csv",
    "figures/",
    "page.",
    "CITATION.cff",
    "citation.bib",
)  # beside the ledger, which has its own checks


@dataclass(frozen=True)
class Header:
    """What a ledger says of its plan, so that its tables can be made without the scenario.

    Attributes:
        plan: digest.
        sweep: as its file says it.
        scenario: name.
        title: of the sweep, or of the scenario.
        paths: what varies.
        points: how many.
        replicates: of each.
        rests: what their page says that they rest on; empty in ledgers of earlier versions.
        law: of a sweep with a known answer, where its points lie, and which metrics are read.
    """

    plan: str
    sweep: dict[str, Any]
    scenario: str
    title: str
    paths: list[str]
    points: int
    replicates: int
    rests: dict[str, Any] = field(default_factory=dict)
    law: dict[str, Any] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Runs of the plan, all shards together."""
        return self.points * self.replicates


def header(plan: Plan) -> Header:
    """The header of a plan."""
    world, sweep = plan.load(), plan.sweep
    text = json.loads(sweep.model_dump_json())
    title = sweep.title or world.title or world.name
    size = len(plan.points), sweep.replicates
    return Header(plan.digest, text, world.name, title, plan.paths, *size, page.rests(plan), _located(plan))


def _located(plan: Plan) -> dict[str, Any]:
    """Where the points of a sweep with a known answer lie; nothing of others."""
    law = plan.law
    if law is None:
        return {}
    worlds = plan.worlds()
    return {"metrics": law.asks(worlds), "places": law.places(worlds)}


def inscribe(ledger: Ledger, head: Header) -> None:
    """Write the header into a ledger, if it is not there."""
    text = json.dumps({key: value for key, value in head.__dict__.items() if key != "law" or value}, ensure_ascii=False)
    if ledger.meta("header") != text:
        ledger.set_meta(header=text)


def inscribed(ledger: Ledger) -> Header:
    """The header of a ledger. Raises `SimError` where there is none."""
    text = ledger.meta("header")
    if text is None:
        raise SimError(f"{ledger.path}: does not say which plan it belongs to; give its sweep command again to mend it")
    return Header(**json.loads(text))


MADE_OF = "made of "  # and the digest of a plan: the software and the content of the files that its runs came from


def left_aside(ledger: Ledger, plan: Plan) -> list[str]:
    """Finished runs that cannot count because a file or the software is another now, a line each reason."""
    files = {one.path: one.sha256 for one in plan.load().network.inputs()}
    aside: dict[str, int] = {}
    for digest, text in sorted(ledger.metas(MADE_OF).items()):
        was, done = json.loads(text), ledger.count(digest, DONE)
        reasons = [path for path, content in was["files"].items() if files.get(path, content) != content]
        reasons += ["version of the program"] if was["maker"] != maker() else []
        for reason in reasons:
            aside[reason] = aside.get(reason, 0) + done
    ledger.set_meta(**{MADE_OF + plan.digest: json.dumps({"maker": maker(), "files": files}, ensure_ascii=False)})
    return [f"{runs:,} finished runs used another {what} and are left aside" for what, runs in aside.items() if runs]


@dataclass(frozen=True)
class Report:
    """What a sweep came to: counts, digest, the chosen metrics, sensitivity, and what could not be shown."""

    head: Header
    done: int
    failed: int
    digest: str
    found: Found
    indices: Sequence[Index] = ()
    notes: Sequence[str] = ()
    held: Held | None = None

    @property
    def recipe(self) -> str:
        """Which runs these are, in a line."""
        return f"{self.head.scenario} · {self.head.sweep['name']} · {self.done:,} runs · {self.digest[:8]}"


def write(ledger: Ledger, *, parquet: bool = False, figures: bool = True, lang: Language = "en") -> Report:
    """Write the tables, pictures and page of a ledger beside it; ``lang``: in which the page opens."""
    head, folder = inscribed(ledger), ledger.folder
    with replacing(folder / "runs.csv") as path, _text(path) as stream:
        names = found.write_runs(ledger, head.plan, head.paths, stream)
    if parquet:
        with replacing(folder / "runs.parquet") as path:
            found.write_parquet(ledger, head.plan, head.paths, names, path)
    report = _report(ledger, head)
    with replacing(folder / "points.csv") as path, _text(path) as stream:
        found.write_points(report.found, stream)
    _put(folder / "sweep.yaml", loader.dump({k: v for k, v in head.sweep.items() if v is not None}))
    _put(folder / PLAN, json.dumps(record(report), ensure_ascii=False, indent=1) + "\n")
    cited = {"study": "sweep", "title": head.title, "scenario": head.scenario, "seed": head.sweep["seed"]}
    for name, text in citation.texts(cited | {"digest": report.digest}, version_of_program()).items():
        _put(folder / name, text)
    if report.indices:
        _put(folder / "sensitivity.csv", _table(report.indices))
    if report.held:
        _put(folder / "law.csv", words.law_table(report.held))
    if figures and report.done:
        draw(report, folder / "figures")
    if report.done and head.rests:
        with notices.spared("the page"):
            writing.page(folder, document(report), lang, stills=figures)
    checksums.write(folder, [name for name in checksums.names(folder) if name.startswith(WRITTEN)])
    return report


def _report(ledger: Ledger, head: Header) -> Report:
    done, failed = (ledger.count(head.plan, status) for status in (DONE, FAILED))
    size, names = (head.points, head.replicates), head.sweep["metrics"]
    logs = [path for path, given in head.sweep["vary"].items() if factor(path, given).log]
    design = head.sweep["design"]
    metrics = found.read(ledger, head.plan, head.paths, names, size, design=design, logs=logs)
    made: Sequence[Index] = ()
    notes = []
    if design == "saltelli" and done == head.total:
        try:
            made = indices(metrics, head.sweep["seed"])
        except SimError as error:
            notes.append(str(error))
    return Report(head, done, failed, ledger.digest(head.plan), metrics, made, notes, _held(ledger, head))


def _held(ledger: Ledger, head: Header) -> Held | None:
    """The runs beside the known answer; None without one, or where no run is done."""
    if not head.law or not ledger.count(head.plan, DONE):
        return None
    read = found.read(ledger, head.plan, head.paths, head.law["metrics"], (head.points, head.replicates))
    places = [Place(*head.law["places"][number]) for number in read.numbers]
    return held(LAWS.get(head.sweep["theory"])(), places, read.values)


def document(report: Report) -> dict[str, Any]:
    """What the page shows."""
    head = report.head
    facts: dict[str, Any] = {
        "title": head.title,
        "scenario": head.scenario,
        "seeds": head.replicates,
        "digest": report.digest,
        "runs": report.done,
        "failed": report.failed,
    }
    if not head.rests:
        raise SimError("an earlier version of the program filled this ledger; give its sweep command again for a page")
    return page.document(report.found, head.sweep, head.rests, held=report.held, **facts)


def record(report: Report) -> dict[str, Any]:
    """What sweep.json says: the plan, counts, and the digest."""
    head = report.head
    counts = {"runs": head.total, "done": report.done, "failed": report.failed, "digest": report.digest}
    return {schema.KEY: schema.VERSION, "plan": head.plan, "scenario": head.scenario, "title": head.title, **counts}


def _table(found: Sequence[Index]) -> str:
    rows = ["metric,path,first,first_low,first_high,total,total_low,total_high"]
    for one in found:
        numbers = [f"{value:.6g}" for share in (one.first, one.total) for value in share[:3]]
        rows.append(",".join([one.metric, f'"{one.path}"', *numbers]))
    return "\n".join(rows) + "\n"


def draw(report: Report, folder: Path) -> None:
    """Draw every picture that the sweep has something for."""
    from sim.pictures.paper import lettering

    folder.mkdir(exist_ok=True)
    head, recipe = report.head, report.recipe
    makers: dict[str, Callable[[], Any]] = {
        "law": lambda: law_chart.picture(report.held, head.title, recipe) if report.held else None,
        "effects": lambda: charts.effects(report.found, head.title, recipe),
        "heat_map": lambda: charts.heat_map(report.found, head.title, recipe),
        "tornado": lambda: charts.tornado(report.found, head.title, recipe) if len(head.paths) > 1 else None,
        "sensitivity": lambda: charts.sensitivity(report.indices, head.title, recipe) if report.indices else None,
    }
    for name, make in makers.items():
        (folder / f"{name}.png").unlink(missing_ok=True)  # of an earlier plan
        with lettering():
            figure = make() if report.found.metrics else None
            if figure is not None:
                with replacing(folder / f"{name}.png") as path:
                    figure.savefig(path, format="png")


def _text(path: Path) -> IO[str]:
    return path.open("w", encoding="utf-8", newline="")


def _put(target: Path, text: str) -> None:
    with replacing(target) as path:
        path.write_text(text, encoding="utf-8")


# ---- shards


def merge(out: Path, sources: Sequence[Path]) -> list[str]:
    """Join the ledgers of shards in the folder ``out``; what was repaired, a line each.

    A run that is done in one and failed in another is done.

    Raises:
        SimError: they belong to different plans, or two tell different results of the same run.
    """
    notes: list[str] = []
    with Ledger(out) as target:
        notes += target.notes
        for source in sources:
            notes += _join(target, _folder(source, out))
        target.settle(now=True)
    return notes


def _folder(source: Path, out: Path) -> Path:
    """The folder of a ledger that is named by its file or folder."""
    folder = source if source.is_dir() else source.parent
    if not (folder / FILE).is_file():
        raise SimError(f"{source}: there is no {FILE}")
    if out.exists() and folder.samefile(out):
        raise SimError(f"{source}: is where the others are to be joined; it keeps its rows, leave it out")
    return folder


def _join(target: Ledger, folder: Path) -> list[str]:
    with Ledger(folder) as source:
        head = inscribed(source)
        if target.meta("header") is None:
            inscribe(target, head)
        if (other := inscribed(target)).plan != head.plan:
            raise SimError(
                f"{source.path}: belongs to another plan ({head.sweep['name']} {head.plan[:8]}, not "
                f"{other.sweep['name']} {other.plan[:8]}); only shards of one sweep and one version can be joined"
            )
        for row in source.rows(head.plan):
            there = target.at(row.plan, row.point, row.replicate)
            if there and there.status == row.status == DONE and there.content != row.content:
                place = f"run {row.point}.{row.replicate} ({row.sets}, seed {row.seed})"
                raise SimError(f"{source.path}: {place} has another result than in {target.path}; run it again to see")
            if there is None or there.status == FAILED:
                target.add(row)
                target.settle()
        return source.notes

"""A sweep as an answer: its ledger filled, its tables and pictures written; and how one is asked for.

Its folder is filled as it goes, so it is not published as those of other studies are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
from matplotlib.figure import Figure

from sim.base.progress import Tell
from sim.runs.folder import check_out
from sim.scenario.given import checked
from sim.scenario.load import Source
from sim.scenario.numbers import Language
from sim.studies.engine import Cluster, engine
from sim.studies.laws import chart as law
from sim.studies.ledger import Ledger
from sim.studies.shown import Shown
from sim.studies.sweep import charts, words
from sim.studies.sweep.conduct import Manner, Tally, conduct
from sim.studies.sweep.cost import ceiling, check_disk, fitting_workers
from sim.studies.sweep.folder import Report, document, header, inscribe, left_aside, record, write
from sim.studies.sweep.plan import Plan, planned


@checked
def sweep(
    scenario: Source,
    vary: Mapping[str, Any] | None = None,
    *,
    design: str | None = None,
    points: int | None = None,
    replicates: int | None = None,
    metrics: Sequence[str] | None = None,
    theory: str | None = None,
    sets: Sequence[str] = (),
    users: int | None = None,
    seed: int | None = None,
    out: Path | str = "results",
    workers: int = 1,
    retries: int = 1,
    parquet: bool = False,
    figures: bool = True,
    lang: Language = "en",
    tell: Tell | None = None,
) -> Answer:
    """Run a scenario at many points, with the same seeds at each, and go on where it stopped.

    Args:
        scenario: a loaded one, a name or a path; or a sweep file, or the name of a shipped sweep.
        vary: paths, and their values: a list, or words such as ``0.5..2/5``; in a sweep file they stand already.
        design: ``grid``, ``each``, ``latin``, ``sobol`` or ``saltelli`` (grid).
        points: of a latin, sobol or saltelli design.
        replicates: seeds at every point (1).
        metrics: those to draw and to print (the usual ones).
        theory: the law whose known answer stands beside the runs.
        sets: values that all runs share, ``path=value``.
        users: people in every run.
        seed: of the design and of all runs (1).
        out: folder of result folders; the ledger is kept there, under the sweep's name.
        workers: processes; 0: none but this one. The answer does not depend on them.
        retries: how often a run that failed is tried again.
        parquet: write the table of runs as Parquet as well.
        figures: draw the pictures.
        lang: language in which its page opens.
        tell: hears how many runs are done.

    Raises:
        SimError: nothing varies, or a path or value cannot be.
        RefusedError: a run does not fit this machine.

    >>> answer = sweep("sir", {"contagion.infect": [0.05, 0.1]}, replicates=2, users=200, workers=0, figures=False)
    >>> len(answer.tables()["runs"])
    4
    """
    given: dict[str, Any] = {"design": design, "points": points, "replicates": replicates, "metrics": metrics}
    given["theory"] = theory
    plan = planned(scenario, vary or {}, sets, users=users, seed=seed, **given)
    folder = place(plan, Path(out))
    how: dict[str, Any] = {"workers": workers, "parquet": parquet, "figures": figures, "lang": lang}
    report, _ = carried_out(plan, folder, Manner(retries), tell=tell, **how)
    return Answer(report, folder)


def place(plan: Plan, out: Path) -> Path:
    """The folder of a plan."""
    return out / plan.load().name / plan.slug


def carried_out(
    plan: Plan,
    folder: Path,
    manner: Manner,
    *,
    workers: int = 1,
    cluster: Cluster | None = None,
    max_seconds: float | None = None,
    max_bytes: int | None = None,
    parquet: bool = False,
    figures: bool = True,
    lang: Language = "en",
    tell: Tell | None = None,
    note: Callable[[str], None] | None = None,
) -> tuple[Report, Tally]:
    """Make the runs that the ledger in a folder lacks, and write tables and pictures beside it.

    Args:
        plan: what is to be run.
        folder: of the ledger.
        manner: how failures are met.
        workers: processes; as many of them as fit into memory. 0: none but this one.
        cluster: is to compute, instead.
        max_seconds: that a run may take; None: see `sim.runs.estimate.ceiling`.
        max_bytes: of memory, likewise.
        parquet: write the table of runs as Parquet as well.
        figures: draw the pictures.
        lang: language in which its page opens.
        tell: hears how many runs are done.
        note: hears what was repaired in the ledger, and what else it holds.
    """
    check_out(folder, folder)
    check_disk(folder, plan)
    say = note or (lambda words: None)
    with Ledger(folder) as ledger:
        for words in ledger.notes:
            say(words)
        inscribe(ledger, header(plan))
        for words in left_aside(ledger, plan):
            say(words)
        count = workers if cluster or not workers else fitting_workers(plan, workers)
        most = ceiling(plan, max_seconds, max_bytes, 0 if cluster else max(count, 1))
        with engine(count, cluster, most, say) as made:
            tally = conduct(plan, ledger, made, manner, tell)
        if others := ledger.others(plan.digest):
            say(f"{others:,} runs of other plans are kept in {ledger.path}")
        return write(ledger, parquet=parquet, figures=figures, lang=lang), tally


@dataclass(frozen=True, repr=False)
class Answer(Shown):
    """What a sweep found.

    Attributes:
        report: counts, digest, the chosen metrics, sensitivity.
        folder: of the ledger, the tables and the pictures.
    """

    report: Report
    folder: Path
    study: ClassVar[str] = "sweep"

    def tables(self) -> dict[str, pd.DataFrame]:
        """``runs``: a row a run; ``points``: of each drawn metric mean and interval; if there are, sensitivity, law."""
        names = ("runs", "points", "sensitivity", "law")
        return {name: pd.read_csv(path) for name in names if (path := self.folder / f"{name}.csv").is_file()}

    def record(self) -> dict[str, Any]:
        """The plan, counts and digest."""
        return record(self.report) | {"sweep": self.report.head.sweep}

    def lines(self) -> list[str]:
        """Counts, digest, what each path does, what could not be shown."""
        return [*words.findings(self.report), *self.report.notes]

    def document(self) -> dict[str, Any]:
        """What the page shows."""
        return document(self.report)

    def page_data(self) -> dict[str, Any]:
        """The same: a sweep knows its digest."""
        return self.document()

    def __repr__(self) -> str:
        head = self.report.head
        return f"<sweep {head.sweep['name']} of {head.scenario}: {self.document()['title']['en']}; {self.folder}>"

    def picture(self) -> Figure:
        """The law beside its runs, or what each path does to the chosen metrics."""
        if self.report.held:
            return law.picture(self.report.held, self.report.head.title, self.report.recipe)
        return charts.effects(self.report.found, self.report.head.title, self.report.recipe)

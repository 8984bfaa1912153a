"""What all studies share: many runs made one way, seeds drawn one way, answers of one shape.

A study asks a question of many runs. Its runs go through `batch`, their seeds come from `seeds`, and what it finds is
an `Answer`, which `sim.studies.folder` writes down. See docs/decisions/0023-studies.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol, TypeVar

from sim.base.progress import Tell
from sim.base.streams import seeds as seeds  # as all studies draw them
from sim.base.strict import Strict
from sim.runs.estimate import fitting, required
from sim.runs.kinds import World
from sim.runs.recipe import maker
from sim.studies.resources import Call, Resources

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Jobs = int | Resources  # how many runs at once in how many processes; or all that they may use
Job = TypeVar("Job")
Made = TypeVar("Made")
W = TypeVar("W", bound=Strict)


def batch(
    do: Callable[[Job], Made],
    jobs: Sequence[Job],
    worlds: Iterable[World],
    *,
    processes: Jobs = 1,
    tell: Tell | None = None,
    phase: str = "simulating",
    records: tuple[type, ...] = (),
    runs: int = 1,
) -> list[Made]:
    """Carry jobs out, as many at once as are asked for and fit into memory; results in the order of the jobs.

    A job says all that decides what comes of it, but for the software: it is what a finished one is known by.

    Args:
        do: a function of a module, called with each job; job and result go between processes.
        jobs: what is to be done; the results do not depend on how many are done at once.
        worlds: those that the jobs run, each once; the largest says how many jobs fit.
        processes: at most so many at once; 1: in this process. Or all that runs may use.
        tell: hears (jobs done, jobs, phase).
        phase: what is going on, in words.
        records: the dataclasses that may occur in a result, as `sim.base.files.packed` takes them.
        runs: that a job makes, one after the other.

    Raises:
        RefusedError: a world does not fit this machine, or some jobs took more than they may.
    """
    needs = [required(world) for world in worlds]

    def count(done: int) -> None:
        if tell:
            tell(done, len(jobs), phase)

    with nullcontext(processes) if isinstance(processes, Resources) else Resources(processes) as given:
        at_once = min(given.count, len(jobs))
        if needs:
            at_once = fitting(at_once, max(need.memory_bytes for need in needs))
        most = given.ceiling(needs, at_once, runs)
        calls = [Call(do, job, records, most, maker()) for job in jobs]
        return given.carried_out(calls, at_once, count)


def seeded(world: W, seed: int) -> W:
    """The same world with another seed."""
    return world.model_copy(update={"seed": seed})


class Asked(NamedTuple):
    """A question as a command: where its files lie, the same answer comes of it.

    Attributes:
        words: of the command, from the name of the study on.
        files: names and texts of what it reads; the first is the scenario that was asked about.
        onward: what else can be done with the files, a key of the words of pages, and the words of that command.
    """

    words: Sequence[str]
    files: Sequence[tuple[str, str]]
    onward: tuple[str, Sequence[str]] | None = None


class Answer(Protocol):
    """What a study found: numbers as tables, and the same in a record, in lines, in a picture and on a page."""

    study: ClassVar[str]  # the command's name: of the folder, the record and the picture

    @property
    def world(self) -> World:
        """The scenario that was asked about, with the seed of the study."""

    @property
    def label(self) -> str:
        """What tells it from other answers about the same scenario, as part of a file's name; may be empty."""

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every number, by the name of its table; the digest is theirs."""

    def record(self) -> dict[str, Any]:
        """What was asked and what came out, as JSON has it."""

    def texts(self) -> dict[str, str]:
        """Further files by their names: pages, and scenarios to go on with."""

    def lines(self) -> list[str]:
        """The answer for a terminal."""

    def picture(self) -> Figure:
        """The answer as a picture."""

    def document(self) -> dict[str, Any]:
        """What the page shows, but for what the study rests on; `sim.studies.paging` has that of all."""

    def asked(self) -> Asked:
        """The question, to be asked again."""

"""A finished run that has no folder: it answers as one with a folder does, and can be kept."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sim.base import notices
from sim.base.errors import SimError, both
from sim.base.notices import Notices
from sim.base.progress import Tell
from sim.base.words import humanise
from sim.pictures.inline import Figures, Pictures, brief
from sim.runs import citation, kinds
from sim.runs.folder import RUN, check_out, publish, write, write_json
from sim.runs.paging import writing
from sim.runs.result import FOREST, Result
from sim.runs.words import days, people
from sim.scenario import load as scenarios
from sim.scenario.numbers import Language

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from sim.runs.kinds import World
    from sim.runs.spreading import SpreadTables
    from sim.runs.tables import Tables


@dataclass
class Made:
    """What a run leaves before anything is written.

    Attributes:
        world: what was run.
        tables: everything that it leaves behind.
        record: what run.json says of it.
        snapshots: files of kept states, by name.
        said: what a person should know beside the numbers.
    """

    world: World
    tables: Tables | SpreadTables
    record: dict[str, Any]
    snapshots: dict[str, bytes] = field(default_factory=dict)
    said: Notices = field(default_factory=Notices)

    @property
    def name(self) -> str:
        """Of its folder: digest, seed, and from when it goes on, if it does."""
        since = f"-from-{self.record['branch']['at']}".replace(":", "") if "branch" in self.record else ""
        return f"{self.record['digest']['all'][:8]}-s{self.world.seed}{since}"

    @cached_property
    def resolved(self) -> str:
        """The scenario with every default filled in, as its file has it."""
        return scenarios.resolved(self.world)

    def fill(self, where: Path) -> None:
        """Put its files into a folder, but for pictures and page."""
        write(where, self.tables, self.record, self.resolved)
        if self.snapshots:
            (where / "snapshots").mkdir()
        for name, raw in self.snapshots.items():
            (where / "snapshots" / name).write_bytes(raw)


def kept(made: Made, out: Path, lang: Language = "en", figures: bool = True, progress: Tell | None = None) -> Path:
    """Write the folder of a run under ``out``: tables, pictures, page; its path."""
    world, said = made.world, made.said

    def fill(where: Path) -> None:
        made.fill(where)
        if figures:
            if progress:
                progress(world.steps, world.steps, "drawing")
            with notices.spared(both("shown_pictures")):
                kinds.of(world).draw(where, spare=True)
        write_json(where / RUN, made.record | {"notices": said.record()})  # pictures may have said something too
        with notices.spared(both("shown_page")):
            document = writing.of_tables(world, made.tables, made.record, made.resolved, said)
            writing.write(where / writing.PAGE, document, lang, stills=figures)
        citation.write(where, made.record, made.record["version"])
        write_json(where / RUN, made.record | {"notices": said.record()})  # or the page

    return publish(out / world.name / made.name, fill, RUN)


class Unkept(Result):
    """A finished run in memory, as ``run(…, out=None)`` gives it; `keep` writes its folder.

    >>> from sim import run
    >>> made = run("sir", users=200, out=None)
    >>> made.summary["people_reached"] > 100
    True
    """

    def __init__(self, made: Made) -> None:
        self.made = made

    @property
    def path(self) -> Path:  # type: ignore[override]  # a folder's is an attribute
        """There is none: `SimError` says how there may be one."""
        raise SimError("this run has no folder; keep() writes one")

    def keep(self, out: Path | str = "results", *, figures: bool = True, lang: Language = "en") -> Result:
        """Write its folder under ``out``, as a run that was to be kept from the first has it."""
        out = Path(out)
        check_out(out, out / self.made.world.name)
        with notices.gathered() as said:
            for notice in self.made.said:
                said.put(notice)
            self.made.said = said
            return Result(kept(self.made, out, lang, figures))

    @cached_property
    def run(self) -> dict[str, Any]:
        """The recipe and the circumstances, as run.json has them."""
        return self.made.record | {"notices": self.made.said.record()}

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Metric → number."""
        return self.made.tables.summary

    @cached_property
    def scenario(self) -> World:
        """What was run."""
        return self.made.world

    @property
    def tables(self) -> list[str]:
        """Names of the tables that there are."""
        return sorted((*self.made.tables.names, FOREST, *(("nodes",) if self.made.tables.nodes is not None else ())))

    def as_written(self, name: str) -> pd.DataFrame:
        """A table as a file would have it: times are text. `SimError` for one that is not there."""
        import pandas as pd

        if name not in self.tables or name == FOREST:
            raise SimError(f"this run has no table '{name}'; there are {', '.join(self.tables)}")
        nodes = self.made.tables.nodes
        if name == "nodes" and nodes is not None:
            return pd.DataFrame({"user": range(len(nodes)), "node": [*map(str, nodes)]})
        found: pd.DataFrame = getattr(self.made.tables, name)
        return found.copy()

    def forest(self) -> dict[str, Any]:
        """The forest of shares, as columns."""
        return self.made.tables.cascades

    def held(self) -> None:
        """Nothing was written, so there is nothing that could have changed."""

    @contextmanager
    def _written(self) -> Iterator[Path]:
        """Its files in a folder for a while, from which pictures are drawn."""
        with TemporaryDirectory() as folder:
            self.made.fill(Path(folder))
            yield Path(folder)

    def draw(self, *names: str) -> Pictures:
        """There is no folder to draw into: `SimError`."""
        raise SimError("this run has no folder to draw into; plot() gives figures, keep() writes a folder")

    def plot(self, *names: str) -> Figures:
        """Draw the pictures (all, or the named ones) as figures of matplotlib, which a notebook shows."""
        with self._written() as folder:
            return Figures(self.kind.figures(folder, names))

    def page_data(self) -> dict[str, Any]:
        """The JSON document of which the page of the run is a function."""
        made = self.made
        return writing.of_tables(made.world, made.tables, made.record, made.resolved, self.notices)

    def _repr_html_(self) -> str:
        """What a notebook shows: title, recipe, notices, key figures, and its main chart, standing still."""
        world = self.scenario
        lines = [f"{people(world)}; {days(world)}; seed {world.seed}; not kept", *map(str, self.notices)]
        cards = [(label, humanise(value)) for label, value in self.cards()]
        return brief(world.title or world.name, lines, cards, self._chart())

    def __repr__(self) -> str:
        reached = self.summary.get("people_reached", 0)
        return f"<Result {self.run['scenario']} seed {self.run['seed']}: {reached:,} people reached; not kept>"

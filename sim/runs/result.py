"""A finished run, read from its folder."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.base import places
from sim.base.errors import ScenarioError, SimError, both
from sim.base.files import checksums, reading, schema
from sim.base.files.drafts import clear
from sim.base.notices import Notice
from sim.base.strict import BEIJING
from sim.base.words import humanise
from sim.pictures.inline import Figures, Pictures, brief
from sim.runs import kinds
from sim.runs.folder import FIGURES, RESOLVED, RUN
from sim.runs.kinds import Kind
from sim.runs.words import days, people
from sim.scenario import load as scenarios
from sim.scenario import numbers

if TYPE_CHECKING:
    import pandas as pd

    from sim.runs.kinds import World


NEEDS = (schema.KEY, "kind", "digest", "model_version", "scenario", "seed", "users", "ratio", "title")  # of run.json
FOREST = "cascades"  # the one table that is no text
MAIN = ("reach", "curve")  # the picture that tells most, by kind of world
TIMES = ("time", "born", "first_listed", "last_listed")
WORDS = (  # a title such as 520 is no number
    *(*TIMES, "platform", "story", "topic", "origin", "slot", "author", "author_kind"),
    *("kind", "actor", "name", "action", "why", "node"),
)

Compared = tuple[str, float | None, float | None, str, str, str]


class Result:
    """A finished run in its folder.

    >>> from sim import run
    >>> made = run("sir", users=200, figures=False)
    >>> Result(made.path).summary == made.summary
    True
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    @cached_property
    def run(self) -> dict[str, Any]:
        """The recipe and the circumstances: run.json."""
        return reading.record(self.path / RUN)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Metric → number: summary.json."""
        return reading.record(self.path / "summary.json")

    @property
    def notices(self) -> list[Notice]:
        """What a person should know beside the numbers: what was left out, cut off, or done without effect."""
        return [Notice.of(said) for said in self.run.get("notices", [])]

    @property
    def kind(self) -> Kind[Any, Any]:
        """The kind of world that was run. Raises `SimError` where run.json names none."""
        if "kind" not in self.run:
            raise SimError(f"{self.path} was made by an earlier version of the program; run its scenario again")
        return kinds.named(str(self.run["kind"]))

    @property
    def digest(self) -> str:
        """Digest over all integer outputs."""
        return str(self.run["digest"]["all"])

    @property
    def tables(self) -> list[str]:
        """Names of the tables that there are."""
        found = {path.stem for path in self.path.glob("*.csv")}
        return sorted(found | {FOREST} if (self.path / f"{FOREST}.npz").is_file() else found)

    def table(self, name: str) -> pd.DataFrame:
        """One of the `tables`, for people: times are datetimes of Beijing; ``cascades`` is the forest.

        Raises:
            SimError: there is no such table.
        """
        import pandas as pd

        if name == FOREST and name in self.tables:
            return pd.DataFrame(self.forest())
        frame = self.as_written(name)
        for column in frame.columns.intersection(list(TIMES)):
            frame[column] = pd.to_datetime(frame[column].replace("", None), utc=True).dt.tz_convert(BEIJING)
        return frame

    def as_written(self, name: str) -> pd.DataFrame:
        """A table as its file has it: times are text. `SimError` for one that is not there."""
        import pandas as pd

        if name not in self.tables or name == FOREST:
            raise SimError(f"{self.path} has no table '{name}'; there are {', '.join(self.tables)}")
        words = dict.fromkeys(WORDS, str)
        return reading.read(
            self.path / f"{name}.csv", lambda path: pd.read_csv(path, keep_default_na=False, dtype=words)
        )

    def forest(self) -> dict[str, Any]:
        """The forest of shares, as columns."""
        return dict(reading.read(self.path / f"{FOREST}.npz", reading.forest))

    def page_data(self) -> dict[str, Any]:
        """The JSON document of which the page of the run is a function."""
        from sim.runs.paging import writing

        return writing.of_folder(self)

    def held(self) -> None:
        """Hold what was run and all that came out of it against the checksums: what the digest is of, and the summary.

        Raises:
            SimError: a file is missing or was changed; one line that names the first.
        """
        made = [name for name in self.run["digest"] if name != "all"]
        files = [f"{name}.npz" if name == FOREST else f"{name}.csv" for name in made]
        for name in (RESOLVED, "summary.json", *files):
            reading.read(self.path / name, lambda path: path)

    def plot(self, *names: str) -> Figures:
        """Draw the pictures (all, or the named ones) as figures of matplotlib, which a notebook shows."""
        return Figures(self.kind.figures(self.path, names))

    def draw(self, *names: str) -> Pictures:
        """Draw the files of the pictures again (all, or the named ones); their paths, which a notebook shows."""
        for place in (self.path, self.path / FIGURES):
            clear(place)  # of an earlier one that was killed
        drawn = self.kind.draw(self.path, names)
        checksums.renew(self.path, drawn)
        return Pictures(drawn)

    @cached_property
    def scenario(self) -> World:
        """What was run, with every default: scenario.resolved.yaml.

        Raises:
            SimError: it is not as it was written, or a version whose scenarios this one does not read wrote it.
        """
        path = reading.read(self.path / RESOLVED, lambda path: path)
        try:
            return scenarios.load(path)
        except ScenarioError as error:
            if self.run.get("source") == places.source():
                raise
            by = f"version {self.run.get('version')} wrote it, with model version {self.run['model_version']}"
            raise SimError(f"{error.faults[0]}; {by}: read it with that one, or run the scenario again") from None

    def cards(self) -> list[tuple[str, float]]:
        """Label and value of what the page of a run tells first; of a platform only what is not 0."""
        platforms, titles, kind = self.scenario.platforms, numbers.titles(self.scenario), self.scenario.kind
        cards = []
        for name in numbers.names("card", platforms, world=kind):
            found, value = numbers.number(name, "card", platforms, world=kind), self.summary.get(name)
            if value is not None and (value or not found.platform):
                cards.append((found.label(titles=titles), float(value)))
        return cards

    def comparison(self) -> list[Compared]:
        """Observed figures beside simulated ones: label, simulated, observed, unit, source, grade.

        Nothing is simulated of what was observed after the run's end.
        """
        scenario = self.scenario
        if not scenario.observed.figures:
            return []
        assert scenario.kind == "platform"  # nothing is observed of others
        rows: list[Compared] = []
        from sim.runs.summary import simulated, told

        series, actions = self.as_written("series"), self.as_written("actions")
        for figure in scenario.observed.figures:
            label, unit = told(figure, scenario)
            ours = simulated(figure, scenario, self.summary, series, actions)
            rows.append((label, ours, figure.value, unit, figure.source, figure.grade))
        return rows

    def _repr_html_(self) -> str:
        """What a notebook shows: title, recipe, notices, key figures, the main picture or else chart."""
        world, drawn = self.scenario, self.path / "figures"
        main: Path | str | None = next((path for name in MAIN if (path := drawn / f"{name}.png").is_file()), None)
        lines = [f"{people(world)}; {days(world)}; seed {world.seed}; {self.path}", *map(str, self.notices)]
        cards = [(label, humanise(value)) for label, value in self.cards()]
        return brief(world.title or world.name, lines, cards, main or self._chart())

    def _chart(self) -> str:
        """The main chart of its page, standing still; empty where it cannot be drawn."""
        from sim.base import notices
        from sim.pages.still import main

        with notices.gathered(), notices.spared(both("shown_picture")):
            return main(self.page_data(), "en")
        return ""

    def __repr__(self) -> str:
        reached = self.summary.get("people_reached", 0)
        return f"<Result {self.run['scenario']} seed {self.run['seed']}: {reached:,} people reached; {self.path}>"


def opened(folder: Path | str) -> Result:
    """The finished run in a folder, the one way in for every command; files are held to its checksums as they are read.

    Raises:
        SimError: there is none, or its record is damaged; one line.
    """
    folder = Path(folder)
    if not (folder / RUN).is_file():
        raise SimError(f"{folder} is not a folder of results: it has no {RUN}")
    checksums.listed(folder)
    found = reading.record(folder / RUN, NEEDS)
    if not isinstance(found["digest"], dict) or not isinstance(found["digest"].get("all"), str):
        raise SimError(f"{folder / RUN}: has no digest of the run")
    return Result(folder)

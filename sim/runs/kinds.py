"""The kinds of world there are, and what is asked of each: its cost, its run, its pictures, its words.

Whoever treats worlds of all kinds asks `of` a world; a further kind is a class and its name in `KINDS`. What a kind
needs to run is imported when it runs, so that to read and to check a scenario stays cheap.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

import numpy as np

from sim.base.errors import SimError
from sim.contagion.classic import Classic
from sim.runs import costs, offspring, resolution
from sim.runs.costs import Cost
from sim.scenario import left_out
from sim.scenario.numbers import column_labels
from sim.scenario.past import first_difference
from sim.scenario.scenario import Scenario

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.networks.stored import Stored
    from sim.runs.spreading import SpreadTables
    from sim.runs.stepping import Manner
    from sim.runs.tables import Tables

World = Scenario | Classic
W = TypeVar("W")
T = TypeVar("T")


class Kind(ABC, Generic[W, T]):
    """What is asked of a kind of world ``W`` whose runs leave tables ``T``."""

    name: ClassVar[str]  # as a world's ``kind`` and run.json say it
    unit: ClassVar[str]  # of time, in which `flow` counts
    forks: ClassVar[bool]  # whether the state of a run can be kept, and gone on with
    compiled_late: ClassVar[str] = ""  # a compiled function that a run comes to when most are there; empty: any

    @abstractmethod
    def cost(self, world: W, users: int) -> Cost:
        """Memory, seconds and disk of a run with so many people."""

    @abstractmethod
    def simulate(self, world: W, stored: Stored | None, manner: Manner) -> T:
        """The run, in memory; ``stored`` replaces the network."""

    @abstractmethod
    def draw(self, folder: Path, only: tuple[str, ...] = (), *, spare: bool = False) -> list[Path]:
        """Draw the pictures of a run's folder, all or the named ones; their paths. ``spare``: or told why not."""

    @abstractmethod
    def figures(self, folder: Path, only: tuple[str, ...] = ()) -> list[Figure]:
        """The same pictures, as figures and not as files."""

    @abstractmethod
    def pictures(self) -> list[str]:
        """The names of the pictures."""

    @abstractmethod
    def length(self, world: W) -> str:
        """How long a run is, in words."""

    @abstractmethod
    def parts(self, world: W) -> list[tuple[str, str]]:
        """What a world is made of: names and words."""

    @abstractmethod
    def flow(self, tables: T) -> np.ndarray:
        """What happens over time, i8[times], a row each ``unit``."""

    @abstractmethod
    def flows(self, tables: T) -> np.ndarray:
        """Every flow at every step, i8: integers from which the summary follows."""

    @abstractmethod
    def version(self) -> int:
        """Raised when the same world and seed give other results."""

    def tell(self, world: W) -> None:
        """Say, as notices, what should be known of a run before it is made."""

    def span(self, world: W) -> tuple[datetime, datetime] | None:
        """First minute of a run, and first after it; None where there is no clock."""
        return None

    def shared_steps(self, base: W, other: W) -> int:
        """Steps that the runs of two worlds share from the start; 0 where they have to run apart."""
        return 0

    def compiled(self, world: W) -> W:
        """The same world with the engine that is fastest; digests are equal."""
        return world


class Platform(Kind[Scenario, "Tables"]):
    """Worlds of platforms, with a clock, minds and facts."""

    name, unit, forks = "platform", "hour", True
    compiled_late = "exposure.expose"

    def cost(self, world: Scenario, users: int) -> Cost:
        """Memory, seconds and disk of a run with so many people."""
        return costs.of_platforms(world, users)

    def simulate(self, world: Scenario, stored: Stored | None, manner: Manner) -> Tables:
        """All steps of the model."""
        from sim.runs.stepping import stepped

        left_out.tell(world)
        self.tell(world)
        tables = stepped(world, stored, manner)
        resolution.tell(tables.summary)
        return tables

    def draw(self, folder: Path, only: tuple[str, ...] = (), *, spare: bool = False) -> list[Path]:
        """Reach, lists, actors, the largest cascade."""
        from sim.pictures.figures import draw

        return draw(folder, only, labels=column_labels(), spare=spare)

    def figures(self, folder: Path, only: tuple[str, ...] = ()) -> list[Figure]:
        """The same pictures, as figures and not as files."""
        from sim.pictures.figures import figures

        return figures(folder, only, labels=column_labels())

    def pictures(self) -> list[str]:
        """As `sim plot --only` takes them."""
        from sim.pictures.figures import FIGURES

        return list(FIGURES)

    def length(self, world: Scenario) -> str:
        """Days."""
        return f"{world.days:g} day{'' if world.days == 1 else 's'}"

    def parts(self, world: Scenario) -> list[tuple[str, str]]:
        """Time, platforms, actors, facts."""
        off = sum(not fact.enabled for fact in world.interventions)
        return [
            ("time", f"{self.length(world)}, {world.steps:,} steps of {world.step_minutes:g} minutes"),
            ("platforms", str(len(world.platforms))),
            ("actors", f"{sum(actor.count for actor in world.actors):,}"),
            ("facts", f"{len(world.interventions)} scheduled" + (f", {off} of them switched off" if off else "")),
        ]

    def flow(self, tables: Tables) -> np.ndarray:
        """Impressions an hour on all platforms."""
        from sim.runs.summary import by_hour
        from sim.world.records import F_IMPRESSIONS

        impressions = tables.board.series[..., F_IMPRESSIONS].sum(axis=(1, 2))
        return by_hour(impressions, tables.scenario.step_minutes).astype(np.int64)

    def flows(self, tables: Tables) -> np.ndarray:
        """The series of all stories on all platforms."""
        return tables.board.series

    def version(self) -> int:
        """`MODEL_VERSION`."""
        from sim.model.model import MODEL_VERSION

        return MODEL_VERSION

    def tell(self, world: Scenario) -> None:
        """Where posts multiply without end."""
        offspring.tell(world)

    def span(self, world: Scenario) -> tuple[datetime, datetime]:
        """First minute of a run, and first after it."""
        return world.start, world.end

    def shared_steps(self, base: Scenario, other: Scenario) -> int:
        """Up to the first step in which the two can differ."""
        return first_difference(base, other)

    def compiled(self, world: Scenario) -> Scenario:
        """Compiled columns, whatever engine is named."""
        return world.model_copy(update={"engine": "vectorized"})


class Classical(Kind[Classic, "SpreadTables"]):
    """Worlds of one textbook model on a network, without a clock."""

    name, unit, forks = "classical", "step", False

    def cost(self, world: Classic, users: int) -> Cost:
        """Memory, seconds and disk of a run with so many people."""
        return costs.of_classical(world, users)

    def simulate(self, world: Classic, stored: Stored | None, manner: Manner) -> SpreadTables:
        """Network, seeds, spread, theory."""
        from sim.runs.spreading import spread

        if manner.progress:
            manner.progress(0, world.steps, "simulating")
        tables = spread(world, stored)
        last = manner.ear.heard(world, tables) if manner.ear else 0
        if manner.ear and last:
            manner.ear.shortened = shorter = world.model_copy(update={"steps": last})
            return spread(shorter, stored)
        return tables

    def draw(self, folder: Path, only: tuple[str, ...] = (), *, spare: bool = False) -> list[Path]:
        """The curve."""
        from sim.pictures.curves import draw

        return draw(folder, only, labels=column_labels(), spare=spare)

    def figures(self, folder: Path, only: tuple[str, ...] = ()) -> list[Figure]:
        """The same pictures, as figures and not as files."""
        from sim.pictures.curves import figures

        return figures(folder, only, labels=column_labels())

    def pictures(self) -> list[str]:
        """The curve alone."""
        return ["curve"]

    def length(self, world: Classic) -> str:
        """Steps."""
        return f"{world.steps:,} step{'' if world.steps == 1 else 's'}"

    def parts(self, world: Classic) -> list[tuple[str, str]]:
        """Time, model, network, seeds."""
        return [
            ("time", f"at most {self.length(world)}"),
            ("contagion", world.contagion.name),
            ("network", world.network.name),
            ("seeds", world.seeds.words()),
        ]

    def flow(self, tables: SpreadTables) -> np.ndarray:
        """Who is new at each step, the seeds first, i8[steps + 1]."""
        return tables.series["new"].to_numpy(np.int64)

    def flows(self, tables: SpreadTables) -> np.ndarray:
        """The columns of the series."""
        return tables.series.to_numpy()

    def version(self) -> int:
        """`CONTAGION_VERSION`."""
        from sim.runs.spreading import CONTAGION_VERSION

        return CONTAGION_VERSION


KINDS: dict[str, Kind[Any, Any]] = {kind.name: kind for kind in (Platform(), Classical())}


def of(world: World) -> Kind[Any, Any]:
    """The kind of a world."""
    return KINDS[world.kind]


def named(name: str) -> Kind[Any, Any]:
    """A kind by its name. Raises `SimError` for one that this program does not know."""
    if name not in KINDS:
        raise SimError(f"there is no kind of world '{name}'; known: {', '.join(KINDS)}")
    return KINDS[name]


def platform_world(world: World, refusal: str) -> Scenario:
    """The world, for what only worlds of platforms can do; `SimError` with these words for all others."""
    if isinstance(world, Scenario):
        return world
    raise SimError(refusal)

"""What a sweep is to run: its file or words, typed; points and replicates resolved to scenarios and keys."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import Field

from sim.base import checker, reader
from sim.base.errors import SimError
from sim.base.strict import Name, Strict
from sim.runs.kinds import World
from sim.runs.recipe import content, identity, key, maker
from sim.scenario import load as scenarios
from sim.scenario import numbers
from sim.scenario.load import Source
from sim.studies.study import seeded, seeds
from sim.studies.sweep.design import Design, Points, factor, points

if TYPE_CHECKING:
    from sim.studies.laws import Law

SHIPPED = scenarios.SHIPPED / "sweeps"
MOST_POINTS = 1 << 24


class Sweep(Strict):
    """A sweep as its file says it."""

    name: Name = Field(description="of its folder of results")
    title: str = ""
    about: str = ""
    scenario: str = Field(description="a shipped scenario, or a file, counted from the folder of this one")
    users: int | None = Field(None, ge=1, description="people to simulate")
    set: dict[str, Any] = Field(default_factory=dict, description="values that all runs share, path to value")
    vary: dict[str, Any] = Field(
        min_length=1, max_length=32, description="path to a list of values, or a range in words"
    )
    design: Design = "grid"
    points: int | None = Field(None, ge=1, le=MOST_POINTS, description="points of a latin, sobol or saltelli design")
    replicates: int = Field(1, ge=1, le=100_000, description="runs of every point; the same seeds at all points")
    seed: int = Field(1, ge=0, lt=2**63, description="of the design and of all runs")
    metrics: tuple[str, ...] = Field((), max_length=8, description="metrics to draw and to print, the first in full")
    theory: str | None = Field(None, description="a law of `sim list laws`: its known answer stands beside the runs")


class Run(NamedTuple):
    """One run to be made: its place in the plan, its key, and its scenario."""

    number: int
    point: int
    replicate: int
    key: str
    sets: str
    scenario: World


@dataclass(frozen=True)
class Plan:
    """A checked sweep.

    Attributes:
        sweep: what was asked.
        source: of the scenario, as `sim.scenario.load` takes it.
        points: of the design.
        sets: what all runs share, as ``--set`` takes it.
        shard: (k, n): only every n-th run, from the k-th on, counted from 1.
    """

    sweep: Sweep
    source: Source
    points: Points
    sets: tuple[str, ...]
    shard: tuple[int, int] = (1, 1)

    @property
    def whole(self) -> int:
        """Runs of all shards together."""
        return len(self.points) * self.sweep.replicates

    def __len__(self) -> int:
        """Runs of this shard."""
        k, n = self.shard
        return len(range(k - 1, self.whole, n))

    @property
    def paths(self) -> list[str]:
        """What varies."""
        return [one.path for one in self.points.factors]

    @cached_property
    def document(self) -> reader.Document:
        """The scenario's file, read once."""
        return scenarios.read(self.source)

    @cached_property
    def digest(self) -> str:
        """Of everything that decides which runs there are, whatever the shard."""
        asked = [self.text, identity(self.load()), maker()]
        return hashlib.sha256(json.dumps(asked, ensure_ascii=False).encode("utf-8")).hexdigest()

    @property
    def text(self) -> str:
        """The sweep as JSON, but for what does not change any run."""
        return self.sweep.model_dump_json(exclude={"title", "about", "metrics", "name", "scenario", "theory"})

    @property
    def slug(self) -> str:
        """Name of its folder; shards have their own."""
        k, n = self.shard
        return f"sweep-{self.sweep.name}" + (f"-shard-{k}-of-{n}" if n > 1 else "")

    def load(self, *sets: str) -> World:
        """The scenario with further values set. Raises `ScenarioError`."""
        return scenarios.completed(self.document, sets=[*self.sets, *sets], users=self.sweep.users)

    def seed(self, replicate: int) -> int:
        """Seed of a replicate, the same at all points: differences between points are differences, not luck."""
        return seeds(self.sweep.seed, "sweep", 1, replicate)[0]

    def texts(self, point: int) -> list[str]:
        """A point as ``--set`` takes it."""
        pairs = zip(self.paths, self.points[point], strict=True)
        return [f"{path}={text}" for path, text in pairs if text is not None]

    def runs(self) -> Iterator[Run]:
        """All runs of the shard, one after the other; a scenario is resolved once a point."""
        k, n = self.shard
        last, base, known, sets = -1, None, "", ""
        for number in range(k - 1, self.whole, n):
            point, replicate = divmod(number, self.sweep.replicates)
            if point != last or base is None:
                last, base = point, self.load(*self.texts(point))
                known = content(base)
                sets = json.dumps(dict(zip(self.paths, self.points[point], strict=True)), ensure_ascii=False)
            scenario = seeded(base, self.seed(replicate))
            yield Run(number, point, replicate, key(scenario, known), sets, scenario)

    @property
    def law(self) -> Law | None:
        """The law whose known answer stands beside the runs."""
        if self.sweep.theory is None:
            return None
        from sim.studies.laws import LAWS

        law: Law = LAWS.get(self.sweep.theory)()
        return law

    def worlds(self) -> list[World]:
        """The scenario at every point."""
        return [self.load(*self.texts(point)) for point in range(len(self.points))]

    def check(self) -> None:
        """Try every value of every factor, others as they are, and every metric. Raises `ScenarioError`, `SimError`."""
        worlds = []
        for one in self.points.factors:
            for text in one.probes if len(one.probes) <= 100 else (one.probes[0], one.probes[-1]):
                worlds.append(self.load(f"{one.path}={text}"))
        for name in self.sweep.metrics:
            numbers.expect("--metrics", name, worlds)
        if law := self.law:
            law.places(self.worlds())


def shipped() -> dict[str, Path]:
    """The sweeps that come with the project, by name; laws by their folder and name."""
    paths = [*SHIPPED.glob("*.yaml"), *(SHIPPED / "laws").glob("*.yaml")]
    return {path.relative_to(SHIPPED).with_suffix("").as_posix(): path for path in sorted(paths)}


def opened(source: str) -> tuple[Sweep, str] | None:
    """The sweep of a file or of a shipped name, and where its scenario is; None if it is a scenario."""
    path = shipped().get(source, Path(source))
    if not path.is_file():
        return None
    document = reader.read(path)
    if not isinstance(document.data, dict) or "vary" not in document.data:
        return None
    sweep = checker.check(Sweep, document)
    named = {part: scenarios.anchored(getattr(sweep, part), path.parent) for part in ("set", "vary")}
    sweep, beside = sweep.model_copy(update=named), path.parent / sweep.scenario
    return sweep, str(beside) if beside.is_file() else sweep.scenario


def factors(words: Sequence[str]) -> dict[str, str]:
    """Paths and values of ``PATH=VALUES`` words. Raises `SimError`."""
    found: dict[str, str] = {}
    for word in words:
        path, equals, text = word.partition("=")
        if not equals or not path.strip():
            raise SimError(
                f"--vary {word}: {reader.no_change('PATH=VALUES', word)}, for instance stories.s.appeal=0.5..2/5"
            )
        if path.strip() in found:
            raise SimError(f"--vary {path.strip()} is given twice")
        found[path.strip()] = text
    return found


def values(words: Sequence[str]) -> dict[str, Any]:
    """Paths and values of ``PATH=VALUE`` words, as a sweep file has them under ``set``. Raises `SimError`."""
    found = {}
    for word in words:
        path, equals, text = word.partition("=")
        if not equals or not path.strip():
            raise SimError(f"--set {word}: {reader.no_change('path=value', word)}, for instance people.users=1000")
        found[path.strip()] = reader.parse(text, reader.Mark(f"--set {word}"), ()).data
    return found


def asked(source: Source, vary: Mapping[str, Any], rest: dict[str, Any]) -> tuple[Sweep, Source]:
    """The sweep of what varies over a scenario; its name is a digest, so that the same question goes on.

    Args:
        source: of the scenario.
        vary: paths, and their values as a sweep file has them.
        rest: further keys of a sweep file.
    """
    same = {key: value for key, value in rest.items() if key not in ("replicates", "metrics", "theory")}
    if isinstance(source, Mapping):
        source = scenarios.load(source)
    if isinstance(source, str | Path):
        scenario = text = str(source)
    else:
        scenario, text = source.name, scenarios.resolved(source)
    name = "s" + hashlib.sha256(json.dumps([text, dict(vary), same]).encode()).hexdigest()[:8]
    document = reader.Document({"name": name, "scenario": scenario, "vary": dict(vary)} | rest)
    return checker.check(Sweep, document), source


def planned(
    source: Source,
    vary: Mapping[str, Any],
    sets: Sequence[str] = (),
    shard: tuple[int, int] = (1, 1),
    **given: Any,
) -> Plan:
    """The plan of a sweep file with some of its keys replaced, or of a scenario and what varies in it.

    Args:
        source: a sweep file, the name of a shipped sweep, or of a scenario what `sim.scenario.load` takes.
        vary: paths and values; only with a scenario.
        sets: values that all runs share, ``path=value``.
        shard: (k, n): only every n-th run from the k-th on.
        given: keys of a sweep file; those that are None are not given.

    Raises:
        SimError: nothing varies, or a path or value cannot be.
    """
    rest = {name: value for name, value in given.items() if value is not None}
    if isinstance(source, Mapping):
        source = scenarios.load(source)
    found = opened(str(source)) if isinstance(source, str | Path) else None
    fixed = values(sets)
    if found is None:
        if not vary:
            raise SimError(
                f"'{source if isinstance(source, str | Path) else source.name}' is no sweep file, and nothing varies; "
                f"give --vary PATH=VALUES (shipped: {', '.join(shipped())})"
            )
        return plan(*asked(source, vary, rest | ({"set": fixed} if fixed else {})), shard)
    if vary:
        raise SimError("--vary goes with a scenario, not with a sweep file; write it there under vary:")
    data = found[0].model_dump(mode="json", exclude_none=True)
    sweep = checker.check(Sweep, reader.Document(data | rest | {"set": data.get("set", {}) | fixed}))
    return plan(sweep, found[1], shard)


def plan(sweep: Sweep, source: Source, shard: tuple[int, int] = (1, 1)) -> Plan:
    """Check a sweep against its scenario. Raises `SimError`, `ScenarioError`."""
    sets = tuple(f"{path}={json.dumps(value, ensure_ascii=False)}" for path, value in sweep.set.items())
    if "seed" in sweep.vary:
        raise SimError("--vary seed: every replicate has a seed of its own; say how many with --replicates")
    bare = Plan(sweep, source, Points((), "grid", 0, 0), sets, shard)
    world = bare.load().model_dump(mode="json", by_alias=True)
    factors = [factor(path, given, _whole(world, path)) for path, given in sweep.vary.items()]
    made = replace(bare, points=points(factors, sweep.design, sweep.points, sweep.seed))
    made.check()
    return made


def _whole(world: Any, path: str) -> bool:
    """Whether a whole number stands at a path; also where nothing stands yet."""
    for word in re.findall(r"[^.\[\]]+", path):
        if isinstance(world, list):
            named = [item for item in world if isinstance(item, dict) and word in (item.get("name"), item.get("id"))]
            world = named[0] if named else world[int(word)] if word.isdecimal() and int(word) < len(world) else None
        else:
            world = world.get(word) if isinstance(world, dict) else None
    return world is None or (isinstance(world, int) and not isinstance(world, bool))

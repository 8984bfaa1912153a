"""What is compared: scenarios side by side, or one scenario with changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sim.base.errors import ScenarioError, SimError
from sim.base.loader import parted
from sim.contagion.classic import Classic
from sim.scenario.load import load
from sim.scenario.scenario import Scenario
from sim.scenario.without import without
from sim.studies import counterfactuals

World = Scenario | Classic
MOST = 8  # arms; more would be a sweep


@dataclass(frozen=True)
class Arm:
    """One of the worlds that are compared.

    Attributes:
        name: what it is called; no two arms share one.
        change: in what it differs from the first, in words; empty where it is a file of its own.
        world: its scenario; the seed is replaced run by run.
    """

    name: str
    change: str
    world: World


def arms(
    sources: Sequence[str | Path],
    *,
    whats: Sequence[str] = (),
    drops: Sequence[str] = (),
    sets: Sequence[str] = (),
    users: int | None = None,
) -> tuple[Arm, ...]:
    """The first scenario as it is, the other scenarios, then the first one with each change.

    Args:
        sources: paths, or names of shipped scenarios.
        whats: changes of the first, ``name: path=value, path=value``; the name may be left out.
        drops: counterfactuals that the first scenario names.
        sets: changes of all arms, ``path=value``.
        users: people in all arms.

    Raises:
        ScenarioError: a scenario or change has faults; of a change, its name is told.
        SimError: there are not at least two arms, too many, or of kinds that share no numbers.
    """
    files = [load(source, sets=sets, users=users) for source in sources]
    found = [Arm(_file_name(i, files, sources), "", world) for i, world in enumerate(files)]
    if len(found) == 1 and (whats or drops):
        found[0] = replace(found[0], name="as it is")
    found += [_changed(sources[0], text, sets, users) for text in whats]
    found += _without(files[0], drops)
    _check(found)
    return tuple(found)


def _file_name(at: int, files: Sequence[World], sources: Sequence[str | Path]) -> str:
    """The scenario's name, or the file's path where two have the same name."""
    names = [world.name for world in files]
    return names[at] if names.count(names[at]) == 1 else str(sources[at])


def _changed(source: str | Path, text: str, sets: Sequence[str], users: int | None) -> Arm:
    name, changes = parted(text)
    try:
        world = load(source, sets=[*sets, *changes], users=users)
    except ScenarioError as error:
        raise ScenarioError([replace(fault, file=f"--what {text}: {fault.file}") for fault in error.faults]) from None
    change = ", ".join(changes)
    return Arm(name or change, change, world)


def _without(world: World, drops: Sequence[str]) -> list[Arm]:
    if not drops:
        return []
    if isinstance(world, Classic):
        raise SimError(f"--without: {world.name} is a classical world and has no counterfactuals; use --what")
    known = counterfactuals.chosen(world, drops)
    return [Arm(name, known[name].title, without(world, known[name])) for name in drops]


def _check(found: Sequence[Arm]) -> None:
    names = [arm.name for arm in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if len(found) < 2:
        raise SimError('nothing to compare with: name another scenario, --what "name: path=value" or --without NAME')
    if len(found) > MOST:
        raise SimError(f"{len(found)} arms, and at most {MOST} can be compared; leave some out")
    if twice is not None:
        raise SimError(f"two arms are called '{twice}'; name them apart")
    kinds = {isinstance(arm.world, Classic) for arm in found}
    if len(kinds) > 1:
        one, other = (next(a.name for a in found if isinstance(a.world, Classic) is kind) for kind in (True, False))
        raise SimError(f"'{one}' is a classical world and '{other}' is none: they share too few numbers to compare")

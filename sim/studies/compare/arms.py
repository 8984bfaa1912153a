"""What is compared: scenarios side by side, or one scenario with changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sim.base.errors import ScenarioError, SimError
from sim.runs.kinds import World, platform_world
from sim.scenario.changes import parted
from sim.scenario.load import Source, load
from sim.scenario.without import without
from sim.studies.counterfactuals.study import chosen

MOST = 8  # arms; more would be a sweep


@dataclass(frozen=True)
class Arm:
    """One of the worlds that are compared.

    Attributes:
        name: what it is called; no two arms share one.
        change: in what it differs from the first, in words; empty where it is a file of its own.
        world: its scenario; the seed is replaced run by run.
        option: how it was asked for: ``--what``, ``--without``, or by a file of its own.
    """

    name: str
    change: str
    world: World
    option: str = ""


def arms(
    sources: Sequence[Source],
    *,
    whats: Sequence[str] = (),
    drops: Sequence[str] = (),
    sets: Sequence[str] = (),
    users: int | None = None,
    seed: int | None = None,
) -> tuple[Arm, ...]:
    """The first scenario as it is, the other scenarios, then the first one with each change.

    Args:
        sources: paths, names of shipped scenarios, or loaded ones.
        whats: changes of the first, ``name: path=value, path=value``; the name may be left out.
        drops: counterfactuals that the first scenario names.
        sets: changes of all arms, ``path=value``.
        users: people in all arms.
        seed: of the study, instead of the first scenario's own.

    Raises:
        ScenarioError: a scenario or change has faults; of a change, its name is told.
        SimError: there are not at least two arms, too many, or of kinds that share no numbers.
    """
    loaded = partial(load, users=users, seed=seed)
    files = [loaded(source, sets=sets) for source in sources]
    found = [Arm(_file_name(i, files, sources), "", world) for i, world in enumerate(files)]
    if len(found) == 1 and (whats or drops):
        found[0] = replace(found[0], name="as it is")
    found += [_changed(lambda changes: loaded(sources[0], sets=[*sets, *changes]), text) for text in whats]
    found += _without(files[0], drops)
    _check(found)
    return tuple(found)


def _file_name(at: int, files: Sequence[World], sources: Sequence[Source]) -> str:
    """The scenario's name; where two have the same, the file's path, or the number of what is no file."""
    names, source = [world.name for world in files], sources[at]
    if names.count(names[at]) == 1:
        return names[at]
    return str(source) if isinstance(source, str | Path) else f"{names[at]} {at + 1}"


def _changed(loaded: Callable[[Sequence[str]], World], text: str) -> Arm:
    name, changes = parted(text)
    try:
        world = loaded(changes)
    except ScenarioError as error:
        raise ScenarioError([replace(fault, file=f"--what {text}: {fault.file}") for fault in error.faults]) from None
    change = ", ".join(changes)
    return Arm(name or change, change, world, "--what")


def _without(world: World, drops: Sequence[str]) -> list[Arm]:
    if not drops:
        return []
    refusal = f"--without: {world.name} is a {world.kind} world and has no counterfactuals; use --what"
    scenario = platform_world(world, refusal)
    known = chosen(scenario, drops)
    return [Arm(name, known[name].title, without(scenario, known[name]), "--without") for name in drops]


def _check(found: Sequence[Arm]) -> None:
    names = [arm.name for arm in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if len(found) < 2:
        raise SimError('nothing to compare with: name another scenario, --what "name: path=value" or --without NAME')
    if len(found) > MOST:
        raise SimError(f"{len(found)} arms, and at most {MOST} can be compared; leave some out")
    if twice is not None:
        raise SimError(f"two arms are called '{twice}'; name them apart")
    for arm in found:
        if arm.world.kind != found[0].world.kind:
            pair = " and ".join(f"'{one.name}' is a {one.world.kind} world" for one in (found[0], arm))
            raise SimError(f"{pair}: they share too few numbers to compare")

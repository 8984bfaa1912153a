"""From a file to a checked world: read, laid over the catalogue, typed, and every fault told at its place.

A file with the key ``contagion`` is a `Classic` world (`sim.contagion.classic`); all others are a `Scenario`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml

from sim import catalog
from sim.base import checker, errors, loader, notices, places, reader
from sim.base.errors import Fault, ScenarioError, both
from sim.base.files.inputs import whole
from sim.base.reader import fault
from sim.base.registry import did_you_mean
from sim.contagion import classic
from sim.contagion.classic import Classic
from sim.networks.base import NETWORKS
from sim.platforms.platform import Platform
from sim.scenario import changes, kols
from sim.scenario.checks import campaign, topics, whatif, world
from sim.scenario.scenario import Scenario

_ON_WHATIFS = re.compile(r"counterfactuals\b")
SHIPPED = places.shipped()
Source = str | Path | Mapping[str, Any] | Scenario | Classic  # of which a scenario can be had
World = TypeVar("World", Scenario, Classic)


def shipped() -> dict[str, Path]:
    """The scenarios that come with the project, by name; those in a folder by folder and name. Sweeps are none.

    >>> shipped()["ding_zhen"].name
    'ding_zhen.yaml'
    """
    paths = [path.relative_to(SHIPPED) for path in sorted(SHIPPED.rglob("*.yaml"))]
    return {path.with_suffix("").as_posix(): SHIPPED / path for path in paths if path.parts[0] != "sweeps"}


def load(
    source: Source, *, sets: Sequence[str] = (), seed: int | None = None, users: int | None = None
) -> Scenario | Classic:
    """Read, complete and check a scenario: a path, a shipped name, a dict, or a loaded one. Raises `ScenarioError`.

    A dict says what a file would say, key by key; paths in it count from the working folder.
    Where ``sets`` shortens the run (``days=3``), facts beyond its end are switched off.

    >>> load("ding_zhen", users=500).people.users
    500
    """
    if not sets and seed is None and users is None:
        if isinstance(source, Scenario):
            return _located(source, reader.Document({}))
        if isinstance(source, Classic):
            return _located(source, reader.Document({}))
    return completed(read(source), sets=sets, seed=seed, users=users)


def read(source: Source) -> reader.Document:
    """The document of a path or a shipped name, with all it extends, of a dict, or of a loaded scenario, completed.

    Raises:
        ScenarioError: it cannot be found or read.
    """
    if isinstance(source, Scenario | Classic):
        return reader.Document(source.model_dump(mode="json", by_alias=True))
    return kols.listed(_said(source) if isinstance(source, Mapping) else loader.load(_find(source)))


def _said(source: Mapping[str, Any]) -> reader.Document:
    """A world said in Python: written down and read, so that each value is what a file would make of it."""
    try:
        text = loader.dump(dict(source))
    except (yaml.YAMLError, ScenarioError, ValueError, RecursionError) as error:
        what = " ".join(str(error).split())[:80]
        raise ScenarioError([Fault("scenario", 0, 0, "", f"holds what no file could say: {what}")]) from None
    return reader.Document(loader.document_of(text.encode("utf-8"), "scenario").data)  # its lines are nobody's


def completed(
    document: reader.Document, *, sets: Sequence[str] = (), seed: int | None = None, users: int | None = None
) -> Scenario | Classic:
    """Complete and check a document that `read` gave, as `load` does; the document stays as it is."""
    classical = "contagion" in document.data
    given = list(sets)
    given += [f"seed={seed}"] if seed is not None else []
    given += [f"{'users' if classical else 'people.users'}={users}"] if users is not None else []
    changed = kols.listed(changes.applied(document, given))
    if classical:
        return _classic(changed)
    shortened = changed.data.get("shortened") is True or any(text.startswith("days=") for text in sets)
    before = document if given and not any(map(_ON_WHATIFS.match, given)) else None
    return _whatifs(changed, _scenario(changed, shortened=shortened), before, shortened=shortened)


def _classic(document: reader.Document) -> Classic:
    world = _located(checker.check(Classic, document), document)
    _raise(document, classic.findings(world))
    return world


def _scenario(document: reader.Document, *, shortened: bool = False) -> Scenario:
    """A world whose what-ifs have not been looked at."""
    document = _complete(document)
    scenario = _whatifs_located(_located(_checked(document), document), document)
    _raise(document, [*world.findings(scenario, shortened=shortened), *topics.findings(scenario)])
    _raise(document, campaign.findings(scenario, shortened=shortened))
    return _without_the_late(scenario) if shortened else scenario


def _located(given: World, document: reader.Document) -> World:
    """The world with the whole path of its network's file and its content; the path counts from the file that says it.

    A checksum from another file than the path, such as one that is extended, is not of what the path now names.
    """
    network = given.network
    if not network.place:
        return given
    said, sealed = (document.place(("network", name)) for name in (network.place, "sha256"))
    if said.file != sealed.file and not sealed.file.startswith("--set"):
        network = network.model_copy(update={"sha256": ""})
    found = network.located(Path(said.file).parent if said.line else Path())
    return given if found == given.network else given.model_copy(update={"network": found})


def _whatifs_located(scenario: Scenario, document: reader.Document) -> Scenario:
    """The scenario whose counterfactuals set whole paths: they count from the file that has them."""
    found = {}
    for name, what in scenario.counterfactuals.items():
        said = document.place(("counterfactuals", name))
        found[name] = what.model_copy(
            update={"set": anchored(what.set, Path(said.file).parent if said.line else Path())}
        )
    same = found == dict(scenario.counterfactuals)
    return scenario if same else scenario.model_copy(update={"counterfactuals": found})


def anchored(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Values by their paths, as a file has them for ``--set``; the names of files among them count from a folder."""
    return {path: _anchored(path, value, folder) for path, value in values.items()}


def _anchored(path: str, value: Any, folder: Path) -> Any:
    if isinstance(value, list):
        return [_anchored(path, one, folder) for one in value]
    if path == "network" and isinstance(value, dict):
        return {name: _anchored(f"network.{name}", one, folder) for name, one in value.items()}
    names_file = isinstance(value, str) and path in {
        f"network.{network.place}" for network in NETWORKS if network.place
    }
    return whole(folder, value) if names_file else value


def _checked(document: reader.Document) -> Scenario:
    """The typed image. A platform that the catalogue has not, and of which little is said, is one fault, not many."""
    try:
        return checker.check(Scenario, document)
    except ScenarioError as error:
        strangers = [*_strangers(document)]
        missing = tuple(f"{stranger.path}." for stranger in strangers)
        known = [one for one in error.faults if not (one.path.startswith(missing) and one.message == both("missing"))]
        raise reader.together([*strangers, *known]) from None


def _strangers(document: reader.Document) -> Iterator[Fault]:
    platforms = document.data.get("platforms")
    needs = [name for name, field in Platform.model_fields.items() if field.is_required()]
    for name, told in platforms.items() if isinstance(platforms, dict) else ():
        if name not in catalog.platform_names() and isinstance(told, dict) and 2 * len({*needs} & {*told}) < len(needs):
            path = ("platforms", name)
            hint = f"{did_you_mean(name, catalog.platform_names())}; one of your own needs {', '.join(needs)}"
            yield fault(document.keys.get(path, document.place(path)), path, f"unknown platform '{name}'", hint)


def _whatifs(
    document: reader.Document, scenario: Scenario, unchanged: reader.Document | None, *, shortened: bool
) -> Scenario:
    """The scenario with those of its what-ifs that can be; ``unchanged``: its document before changes, if it has any.

    A what-if that a change leaves without what it is about, such as a plan, is left aside and told; every other that
    cannot be is a fault.
    """
    findings = [*whatif.findings(scenario, shortened=shortened)]
    if not findings:
        return scenario
    if unchanged is None or [*_faulty_anyhow(unchanged)]:
        _raise(_complete(document), findings)
    gone = {finding.path[1]: finding for finding in reversed(findings)}
    for name, finding in gone.items():
        place = f"{reader.dotted(finding.path[2:])}: " if finding.path[2:] else ""
        words = both("notice_counterfactual_left_aside", name=name, place=place, why=finding.message)
        notices.add("counterfactual_left_aside", words)
    kept = {name: what for name, what in scenario.counterfactuals.items() if name not in gone}
    return scenario.model_copy(update={"counterfactuals": kept})


def _faulty_anyhow(unchanged: reader.Document) -> Iterator[errors.Fault | errors.Finding]:
    """What is wrong, what-ifs included, before any change."""
    try:
        yield from whatif.findings(_scenario(unchanged))
    except ScenarioError as error:
        yield from error.faults


def _raise(document: reader.Document, findings: Iterable[errors.Finding]) -> None:
    """`ScenarioError` with every finding at its place, if there is one."""
    faults = [fault(document.place(f.path), f.path, f.message, f.hint) for f in findings]
    if faults:
        raise ScenarioError(faults)


def _find(source: str | Path) -> Path:
    path, known = Path(source), shipped()
    if path.is_file() or path.suffix or (str(source) not in known and (path.exists() or len(path.parts) > 1)):
        return path
    if str(source) not in known:
        hint = did_you_mean(str(source), list(known))
        raise ScenarioError([Fault(str(source), 0, 0, "", "no such file or shipped scenario", hint)])
    return known[str(source)]


def _complete(document: reader.Document) -> reader.Document:
    """Lay the document over the catalogue: people, and each platform it names."""
    platforms = document.data.get("platforms")
    base, tops = loader.nest(reader.read(catalog.PEOPLE), ("people",)), []
    for name in platforms if isinstance(platforms, dict) else ():
        if catalog.platform_path(name).is_file():
            tops.append(loader.nest(reader.read(catalog.platform_path(name)), ("platforms", name)))
    return loader.over(base, *tops, document)


def _without_the_late(scenario: Scenario) -> Scenario:
    """Switch off the facts that lie beyond the end."""
    facts = (f.model_copy(update={"enabled": f.enabled and f.at < scenario.end}) for f in scenario.interventions)
    return scenario.model_copy(update={"interventions": tuple(facts), "shortened": True})


def resolved(scenario: Scenario | Classic) -> str:
    """YAML text with every default filled in; running it gives the same digest."""
    return loader.dump(scenario.model_dump(mode="json", by_alias=True))


def schema() -> dict[str, Any]:
    """JSON Schema (draft-07) of scenario files as resolved; the key ``contagion`` tells which kind a file is."""
    platforms, classical = checker.schema(Scenario), checker.schema(Classic)
    head = {"$schema": platforms.pop("$schema"), "definitions": classical.pop("definitions")}
    head["definitions"] |= platforms.pop("definitions")
    classical.pop("$schema")
    return head | {"if": {"required": ["contagion"]}, "then": classical, "else": platforms}

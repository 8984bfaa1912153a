"""Commands that only read: `sim validate`, `list`, `show`, `schema`, `cite`."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any

from sim.cli.words import add, add_scenario, add_set, fail, print_lines

# What `sim show` calls one of them, and what `sim list` calls all of them.
FAMILIES = {
    "scenario": "scenarios",
    "platform": "platforms",
    "policy": "policies",
    "mechanism": "mechanisms",
    "intervention": "interventions",
    "network": "networks",
    "contagion": "contagion",
    "strategy": "strategies",
}
REGISTRIES = {  # where each family's registry stands, under the family's name in capitals
    "policies": "sim.minds",
    "mechanisms": "sim.platforms.base",
    "interventions": "sim.scenario.interventions",
    "networks": "sim.networks",
    "contagion": "sim.contagion",
}
TEXTS = ("platform", "strategy")  # files of the catalogue, which `sim show` prints
PARTS = [kind for kind in FAMILIES if kind != "scenario"]
OF_SCENARIO = ("campaign", "plan", "actor", "story")  # `sim show actor SCENARIO NAME`
LAWS = "laws"  # sweeps with a known answer: `sim list laws`
VOCABULARY = ("interests", "metrics", "adversities", "hedges")  # `sim list metrics SCENARIO`


def add_looks(commands: Any) -> None:
    """The commands that only read."""
    parser = add(commands, "validate", _validate, "check scenario files and list every fault")
    add_scenario(parser, dest="scenarios", nargs="+")
    add_set(parser)
    parser = add(commands, "list", _list, "list what exists")
    apart = (LAWS, *VOCABULARY)
    families = [*FAMILIES.values(), *apart]
    parser.add_argument("family", nargs="?", choices=families, help=f"only these (all but {', '.join(apart)})")
    about = "whose interests, metrics, adversities or hedges (the catalogue's)"
    parser.add_argument("scenario", nargs="?", metavar="SCENARIO", help=about)
    text = "show a scenario with every default, a part of it, a platform or a plug-in"
    parser = add(commands, "show", _show, text)
    kinds = ", ".join((*OF_SCENARIO, *PARTS))
    parser.add_argument("what", metavar="SCENARIO|KIND", help=f"a scenario, or {kinds}")
    parser.add_argument("name", nargs="?", metavar="NAME", help="which one of that kind; of a part, whose scenario")
    parser.add_argument("part", nargs="?", metavar="PART", help="which actor or story (all)")
    add(commands, "schema", _schema, "print the JSON Schema of scenario files, for editors")
    add_scenario(add(commands, "cite", _cite, "list every number from the world, with source and grade"))


def _validate(args: argparse.Namespace) -> int:
    """Check all files, also those after a faulty one."""
    return max([_validate_one(source, args.set) for source in args.scenarios])


def _validate_one(source: str, sets: list[str]) -> int:
    from sim.base.errors import ScenarioError, SimError
    from sim.runs import kinds, purchases
    from sim.runs.words import days
    from sim.scenario.load import load
    from sim.scenario.scenario import Scenario

    try:
        scenario = load(source, sets=sets)
        scenario.network.check_content(scenario.people.users)
    except ScenarioError as error:
        return fail(str(error), error.exit_code)
    except SimError as error:
        return fail(f"sim: {error}", error.exit_code)
    print_lines([f"ok: {source} ({scenario.name}, {scenario.people.users:,} people, {days(scenario)})"])
    kinds.of(scenario).tell(scenario)
    if isinstance(scenario, Scenario):
        print_lines(f"  {line}".rstrip() for line in purchases.lines(scenario))
    return 0


def _list(args: argparse.Namespace) -> int:
    from sim.base.errors import SimError
    from sim.base.words import columns

    if args.family in VOCABULARY:
        from sim.cli import parts

        print_lines(columns(getattr(parts, args.family)(args.scenario or "")))
        return 0
    if args.scenario:
        raise SimError(f"{args.family} are the same in all scenarios; leave '{args.scenario}' out")
    if args.family:
        print_lines(columns(_entries(args.family)))
        return 0
    for family in FAMILIES.values():
        print_lines([f"{family}:"])
        print_lines(f"  {line}" for line in columns(_entries(family)))
    return 0


def _entries(family: str) -> list[tuple[str, str]]:
    """Name and one line about each member of a family."""
    if family == "scenarios":
        from sim.scenario.load import load, shipped

        return [(name, load(path).title) for name, path in sorted(shipped().items())]
    if family == LAWS:
        from sim.studies.laws.gallery import entries

        return entries()
    if family == "platforms":
        from sim.base.reader import read
        from sim.catalog import platform_names, platform_path
        from sim.cli.tables import shares
        from sim.scenario.citations import grades

        data = {name: read(platform_path(name)).data for name in platform_names()}
        return [(name, f"{one.get('about', '')} ({shares(grades(one))})") for name, one in data.items()]
    if family == "strategies":
        from sim.catalog import strategy_names
        from sim.scenario.strategies import strategies

        return [(one.name, one.about.en) for one in strategies(strategy_names())]
    from sim.cli.tables import words

    return [(plugin.name, words(plugin).partition("\n")[0]) for plugin in _registry(family)]


def _registry(family: str) -> Any:
    """The registry of a family of plug-ins."""
    import_module("sim.scenario.load")  # it knows every plug-in, also those that live outside their family's room
    return getattr(import_module(REGISTRIES[family]), family.upper())


def _show(args: argparse.Namespace) -> int:
    from sim.base.errors import SimError
    from sim.base.registry import did_you_mean

    if args.what in OF_SCENARIO:
        from sim.cli import parts

        if args.name is None:
            raise SimError(f"of which scenario? sim show {args.what} launch")
        print_lines(parts.show(args.what, args.name, args.part or ""))
        return 0
    if args.part is not None:
        raise SimError(f"'{args.part}' is one word too many; {', '.join(OF_SCENARIO)} are parts of a scenario")
    if args.name is None and args.what in PARTS:
        raise SimError(f"which {args.what}? `sim list {FAMILIES[args.what]}` shows them")
    if args.name is not None and args.what not in FAMILIES:
        raise SimError(f"unknown kind '{args.what}'; {did_you_mean(args.what, [*FAMILIES, *OF_SCENARIO])}")
    if args.name is None or args.what == "scenario":
        return _show_scenario(args.name or args.what)
    return _show_text(args.what, args.name) if args.what in TEXTS else _show_plugin(args.what, args.name)


def _show_text(kind: str, name: str) -> int:
    """A file of the catalogue as it stands."""
    from sim.base.errors import SimError
    from sim.base.registry import did_you_mean

    catalog = import_module("sim.catalog")
    known = getattr(catalog, f"{kind}_names")()
    if name not in known:
        raise SimError(f"unknown {kind} '{name}'; {did_you_mean(name, known)}")
    print_lines([getattr(catalog, f"{kind}_text")(name).rstrip("\n")])
    return 0


def _show_plugin(kind: str, name: str) -> int:
    from sim.cli.tables import plugin_card

    print_lines(plugin_card(_registry(FAMILIES[kind]).get(name)))
    return 0


def _show_scenario(source: str) -> int:
    from sim.scenario.load import load, resolved

    print_lines([resolved(load(source)).rstrip("\n")])
    return 0


def _schema(args: argparse.Namespace) -> int:
    import json

    from sim.scenario.load import schema

    print_lines([json.dumps(schema(), indent=2, ensure_ascii=False)])
    return 0


def _cite(args: argparse.Namespace) -> int:
    from collections import Counter

    from sim.cli.tables import citation, shares
    from sim.scenario.citations import citations, graded
    from sim.scenario.load import load

    scenario = load(args.scenario)
    cited = citations(scenario)
    for one in cited:
        print_lines(citation(one))
    grades = Counter(citation.grade for citation in cited)
    print_lines([f"{len(cited)} citations: " + ", ".join(f"{count} {grade}" for grade, count in grades.most_common())])
    print_lines(f"of {path}, {shares(found)}" for path, found in graded(scenario).items())
    return 0

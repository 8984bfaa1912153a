"""What a process of the crew does for a class: it draws networks, asks models, runs the town. Plain data in and out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Task:
    """Something that a class wants to know.

    Attributes:
        id: its name.
        kind: one of `KINDS`.
        data: arguments.
    """

    id: str
    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)


def carry_out(task: Task) -> Any:
    """What comes of it, as data that a pipe takes."""
    return KINDS[task.kind](**task.data)


def network(kind: str, numbers: list[int], way: str, count: int, seed: int) -> dict[str, Any]:
    """The ties of a class, where each seat is drawn, and who begins."""
    from sim.studio.classroom import expected, ties

    drawn = ties.drawn(kind, numbers, seed)
    begin = expected.beginners(drawn, numbers, way, count, seed)
    return {"ties": drawn, "places": ties.places(kind, drawn, numbers, seed), "begin": begin}


def band(**asked: Any) -> dict[str, Any]:
    """What a model expects of the class."""
    from sim.studio.classroom import expected

    return expected.band(**asked)


def values(
    question: str,
    numbers: list[int],
    values: Mapping[int, int],
    kinds: list[str],
    way: str,
    count: int,
    rounds: int,
    model: Mapping[str, Any],
    seed: int,
) -> dict[str, Any]:
    """What the model makes of the values of the class on each kind of network.

    Whoever has set none is left out of what is computed: the network is that of all the others.
    """
    from sim.studio.classroom import expected, ties

    there = numbers if question == "guess" else [number for number in numbers if number in values]
    if len(there) < ties.FEWEST:
        return {"people": len(there), "bands": {}}
    shares = {number: value / 100 for number, value in values.items()}
    found: dict[str, Any] = {}
    for kind in kinds:
        drawn = ties.drawn(kind, there, seed)
        begin = expected.beginners(drawn, there, way, min(count, len(there)), seed)
        if question == "threshold":
            found[kind] = expected.own_thresholds(drawn, there, shares, min(count, len(there)), rounds, seed)
        elif question == "chance":
            found[kind] = expected.own_chances(drawn, there, shares, begin, rounds, seed)
        else:
            found[kind] = expected.band(drawn, there, begin, model, rounds, seed)
    return {"people": len(there), "bands": found}


def town(text: str) -> dict[str, Any]:
    """The list of the town as it stands at the end of a scenario."""
    from sim.runs import runner
    from sim.studio import text as texts
    from sim.studio.classroom.list_of import standing

    return standing(runner.run(texts.world(text), out=None, figures=False, max_seconds=float("inf")))


def towns(done: list[dict[str, Any]], played: list[str], hours: float, seed: int) -> dict[str, Any]:
    """What the class did, and what the model's own minds do, in the same worlds; the first is that of the lesson."""
    from sim.studio.classroom import town as towns_

    moves = [towns_.Done(**one) for one in done]
    seeds = [seed + i for i in range(towns_.told()["seeds"])]
    ours = [town(towns_.text(moves, played, hours, one)) for one in seeds]
    minds = [town(towns_.text([], [], hours, one)) for one in seeds]
    return {
        "class": ours[0],
        "minds": minds[0],
        "worlds": len(seeds),
        "teams": {name: {"class": _over(ours, name), "minds": _over(minds, name)} for name in towns_.teams()},
        "reached": {
            side: _spread([one["reached"] for one in all_]) for side, all_ in (("class", ours), ("minds", minds))
        },
    }


def _over(worlds: list[dict[str, Any]], team: str) -> dict[str, Any]:
    """A team over all worlds: reads, and in how many of them it stood on the list."""
    found = [world["teams"][team] for world in worlds]
    ranks = [one["best"] for one in found if one["best"] is not None]
    told = _spread([one["reads"] for one in found])
    return told | {
        "listed": len(ranks),
        "best": min(ranks, default=None),
        "posts": median(one["posts"] for one in found),
    }


def _spread(numbers: list[int]) -> dict[str, float]:
    return {"low": min(numbers), "middle": median(numbers), "high": max(numbers), "first": numbers[0]}


def ladder(language: str) -> str:
    """The page of the ladder, which needs no server."""
    from sim.contagion import ladder as rungs
    from sim.pages.ladder.document import document
    from sim.pages.ladder.page import html
    from sim.runs.recipe import version_of_program

    parts = rungs.networks(), rungs.theories(), rungs.USERS, rungs.STEPS
    return html(document(*parts, language=language, version=version_of_program()))


KINDS: dict[str, Callable[..., Any]] = {
    "network": network,
    "band": band,
    "values": values,
    "town": town,
    "towns": towns,
    "ladder": ladder,
}

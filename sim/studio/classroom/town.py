"""The small world of the roles as a scenario: what teams did becomes dated posts; other teams are minds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import yaml

from sim.base import places
from sim.pages.words import LOADER, Said
from sim.studio.classroom.words import said

TABLE = places.PACKAGE / "studio/classroom/town.yaml"
WAIT = "wait"


@dataclass(frozen=True)
class Done:
    """What a team did in a round.

    Attributes:
        team: its name.
        round: from 1.
        move: one of the moves of its role.
        topic: title under which it posted, as the scenario has it; empty for a wait.
    """

    team: str
    round: int
    move: str
    topic: str = ""


@cache
def told() -> dict[str, Any]:
    """The file of the town."""
    found: dict[str, Any] = yaml.load(TABLE.read_text(encoding="utf-8"), Loader=LOADER)
    return found


def teams() -> dict[str, dict[str, Any]]:
    """Every team by its name."""
    found: dict[str, dict[str, Any]] = told()["teams"]
    return found


def moves(team: str) -> dict[str, dict[str, Any]]:
    """What a team may do."""
    role = teams()[team]["role"]
    return {name: move for name, move in told()["moves"].items() if role in move["roles"]}


def own_topic(team: str, at: int) -> Said:
    """The topic that a team opens in a round; the scenario has the Chinese title."""
    return said("own_topic", team=teams()[team]["title"], n=at)


def text(done: Sequence[Done], played: Sequence[str], hours: float, seed: int) -> str:
    """The scenario, as text.

    Args:
        done: what teams did so far.
        played: teams that are played by students; all others are minds.
        hours: how long it runs.
        seed: of the world.
    """
    world = deepcopy(told()["scenario"])
    world |= {"days": hours / 24, "seed": seed}
    world["actors"] += [_actor(name, name in played) for name in teams()]
    world["interventions"] += [*_posts(done, world["start"])]
    return json.dumps(world, ensure_ascii=False, default=_instant)


def _actor(name: str, played: bool) -> dict[str, Any]:
    team = teams()[name]
    actor = {"name": name, "title": team["title"]["zh"]} | deepcopy(team["actor"])
    return actor | ({"policies": []} if played else {})


def _posts(done: Sequence[Done], start: Any) -> Iterator[dict[str, Any]]:
    begin = start if isinstance(start, datetime) else datetime.fromisoformat(str(start))
    for one in done:
        if one.move == WAIT:
            continue
        team, move = teams()[one.team], moves(one.team)[one.move]
        at = begin + timedelta(hours=(one.round - 1) * told()["hours"], minutes=team["minute"])
        post = {
            "at": at.isoformat(timespec="minutes"),
            "kind": "post",
            "actor": one.team,
            "platform": told()["platform"],
        }
        post |= {"story": told()["story"]["name"], "topic": one.topic, "content": told()["contents"][team["role"]]}
        paid = {"boost": move["cost"], "payer": one.team} if "cost" in move else {}
        yield post | paid | dict(move["fields"]) | {"note": f"{one.move}, round {one.round}", "grade": "assumed"}


def _instant(value: Any) -> str:
    """A moment of the file as a scenario has it."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    raise TypeError(type(value).__name__)


def titles(rounds: int) -> Mapping[str, Said]:
    """What topics are called, by the title that the scenario has."""
    own = [own_topic(team, at) for team in teams() for at in range(1, rounds + 1)]
    story: Said = told()["story"]["title"]
    return {one["zh"]: one for one in (story, *own)}

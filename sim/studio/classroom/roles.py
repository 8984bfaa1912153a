"""Groups play bureaus, a brand, a newsroom against one another on one hot list, in a world that the engine runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, ClassVar

from sim.pages.words import same
from sim.studio.classroom import town
from sim.studio.classroom.game import COMPUTING, OPEN, OVER, Class, Game
from sim.studio.classroom.words import RefusalError

MOST_HERE = 8  # rounds
FIRST = 5  # places of the list that a phone shows


class Roles(Game):
    """In each round a team makes the move that most of its members chose; then the world goes on some hours.

    A seat's team follows from its number. Of moves with as many votes the first in the order of the moves is made, a
    wait last. A team without students is played by the model's own minds.
    """

    kind: ClassVar[str] = "roles"

    def __init__(self, room: Class, numbers: list[int], options: Mapping[str, Any]) -> None:
        super().__init__(room, numbers, {"rounds": 4} | dict(options))
        if self.rounds > MOST_HERE:
            raise RefusalError("bad_option", 422, name="rounds")
        names = [*town.teams()]
        self.team = {number: names[number % len(names)] for number in numbers}
        self.played = [name for name in names if name in self.team.values()]
        self.votes: dict[int, str] = {}
        self.done: list[town.Done] = []
        self.now: dict[str, Any] | None = None
        self.outcome: dict[str, Any] | None = None
        self.titles = town.titles(self.rounds)

    # ---- rounds

    @property
    def lead(self) -> str:
        """The story's topic that leads the list."""
        topics = self.now["topics"] if self.now else []
        return str(topics[0]["title"]) if topics else str(town.told()["story"]["title"]["zh"])

    def spent(self, team: str) -> int:
        """Yuan that a team has spent."""
        return sum(town.moves(team)[one.move].get("cost", 0) for one in self.done if one.team == team)

    def left_of(self, team: str) -> int:
        """Yuan that a team has left."""
        return int(town.teams()[team]["actor"].get("budget", 0)) - self.spent(team)

    def begin(self) -> None:
        """Have the world run up to the first round: the story has begun."""
        self._run(1.0)

    def take(self, number: int, value: Any) -> None:
        """Vote for a move of one's team."""
        team = self.team[number]
        if not isinstance(value, str) or value not in town.moves(team):
            raise RefusalError("bad_choice", 422)
        if town.moves(team)[value].get("cost", 0) > self.left_of(team):
            raise RefusalError("no_money")
        self.votes[number] = value
        self.room.changed([one for one, name in self.team.items() if name == team])

    def chosen(self, team: str) -> str:
        """The move that most members of a team voted for; nobody: a wait."""
        counted = Counter(vote for number, vote in self.votes.items() if self.team[number] == team)
        order = [name for name in town.moves(team) if name != town.WAIT]
        best = max(counted.values(), default=0)
        return next((name for name in order if best and counted[name] == best), town.WAIT)

    def close(self) -> None:
        """Let every team make its move, and the world go on."""
        if self.state != OPEN:
            return
        for team in self.played:
            move = self.chosen(team)
            where = town.moves(team)[move].get("topic", "")
            topic = {"own": town.own_topic(team, self.round)["zh"], "lead": self.lead, "": ""}[where]
            self.done.append(town.Done(team, self.round, move, topic))
        self.votes = {}
        self._run(self.round * float(town.told()["hours"]))

    def end(self) -> None:
        """Be over after the rounds that were closed."""
        if self.state == OPEN:
            self.round -= 1
            self.votes = {}
            self._compare()

    def _run(self, hours: float) -> None:
        self.state = COMPUTING
        self.room.changed()
        data = {"text": town.text(self.done, self.played, hours, self.room.seed)}
        self.room.ask("town", data, self._ran, self.failed)

    def _ran(self, found: dict[str, Any]) -> None:
        self.now = found
        if self.round < self.rounds:
            self.open_next()
        else:
            self._compare()

    def _compare(self) -> None:
        """Hold the class beside the model's own minds, in the same worlds."""
        self.state = COMPUTING
        self.room.changed()
        hours = max(self.round, 1) * float(town.told()["hours"]) + float(town.told()["after"])
        done = [asdict(one) for one in self.done]
        data = {"done": done, "played": self.played, "hours": hours, "seed": self.room.seed}
        self.room.ask("towns", data, self._compared, self._not_compared)

    def _compared(self, found: dict[str, Any]) -> None:
        self.outcome, self.state, self.now = found, OVER, found["class"]
        self.room.changed()

    def _not_compared(self, why: Any) -> None:
        self.state, self.why = OVER, why
        self.room.changed()

    # ---- what is told

    def _named(self, standing: dict[str, Any] | None, most: int | None = None) -> list[dict[str, Any]]:
        """The first places of the list and those of the story, with what topics are called."""
        rows = standing["list"] if standing else []
        shown = [row for i, row in enumerate(rows) if most is None or i < most or row["ours"]]
        return [row | {"topic": self._title(row)} for row in shown]

    def _title(self, row: Mapping[str, Any]) -> Any:
        title = row.get("topic") or row["title"]
        return self.titles.get(title) or same(title)

    def _topics(self) -> list[dict[str, Any]]:
        found = self.now["topics"] if self.now else []
        return [row | {"title": self._title(row)} for row in found]

    def view(self, number: int) -> dict[str, Any]:
        """What a phone is told: its team, its moves, the first places of the list."""
        told = super().view(number) | {
            "left": self.left,
            "list": self._named(self.now, FIRST),
            "topics": self._topics()[:5],
        }
        team = self.team.get(number)
        if team is None:
            return told
        counted = Counter(vote for one, vote in self.votes.items() if self.team[one] == team)
        here = sum(name == team for name in self.team.values())
        purse = self.left_of(team)
        moves = [
            {"name": name, "cost": move.get("cost", 0), "votes": counted[name], "may": move.get("cost", 0) <= purse}
            for name, move in town.moves(team).items()
        ]
        return told | {
            "team": town.teams()[team]["title"],
            "role": town.teams()[team]["role"],
            "members": here,
            "purse": purse,
            "moves": moves,
            "lead": self.titles.get(self.lead) or same(self.lead),
            "choice": self.votes.get(number),
            "mine": self.now["teams"][team] if self.now else None,
            "last": next((one.move for one in reversed(self.done) if one.team == team), None),
        }

    def stage(self) -> dict[str, Any]:
        """What the projector is told."""
        told = super().stage() | {"left": self.left, "list": self._named(self.now), "topics": self._topics()}
        told |= {"chosen": len(self.votes), "reached": self.now["reached"] if self.now else 0}
        told |= {"hours": town.told()["hours"], "story": town.told()["story"]["title"]}
        return told | {"teams": [self._team(name) for name in town.teams()], "outcome": self.outcome}

    def _team(self, name: str) -> dict[str, Any]:
        members = [number for number, team in self.team.items() if team == name]
        return {
            "name": name,
            "title": town.teams()[name]["title"],
            "role": town.teams()[name]["role"],
            "members": len(members),
            "voted": sum(number in self.votes for number in members),
            "moves": [one.move for one in self.done if one.team == name],
            "purse": self.left_of(name),
            "now": self.now["teams"][name] if self.now else None,
        }

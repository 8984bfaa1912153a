"""Whom to seed or hire, as an answer: every way, whom it chose, every world; and how it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.base.intervals import Interval
from sim.base.progress import Tell
from sim.contagion.classic import Classic
from sim.runs.kinds import World
from sim.scenario.given import checked
from sim.scenario.load import Source, resolved
from sim.studies.paging import SCENARIO
from sim.studies.seeds import chart, page, words
from sim.studies.seeds.found import Found
from sim.studies.seeds.hires import on_platforms
from sim.studies.seeds.question import TRIES, Question
from sim.studies.seeds.spreads import on_network
from sim.studies.shown import Shown
from sim.studies.study import Asked, Jobs


@checked
def seeds(
    scenario: Source,
    *,
    k: int | None = None,
    p: float | None = None,
    weighted: bool = False,
    undirected: bool = False,
    follower_first: bool = False,
    drop: bool = False,
    budget: int | None = None,
    metric: str = "",
    runs: int | None = None,
    tries: int = TRIES,
    sets: Sequence[str] = (),
    users: int | None = None,
    seed: int | None = None,
    jobs: Jobs = 1,
    tell: Tell | None = None,
) -> Answer:
    """Which few people matter: whom to seed on a network, or whom to hire in a world of platforms.

    Args:
        scenario: a classical one, or a file of edges: whom to seed; one with a campaign: whom to hire.
        k: people to choose (10 on a network, 3 on platforms).
        p: probability that a tie persuades. A file of edges without it: 1 / (number followed).
        weighted: p is shared out, over the number whom a follower follows.
        undirected: a line of a file ties both ways.
        follower_first: a line of a file says that the left one follows the right one.
        drop: bad lines of a file are left out and counted.
        budget: yuan that hires may cost in all (the campaign's).
        metric: what hires are to bring most of (the number of the campaign's goal).
        runs: held-back worlds in which all are judged (200 on a network, 40 on platforms).
        tries: worlds in which a candidate for hire is tried, at most.
        sets: changes of the scenario, ``path=value``.
        users: people in every run.
        seed: of the study (the scenario's own).
        jobs: processes; the answer does not depend on them.
        tell: hears how far it is.

    Raises:
        SimError: the question has no answer in that world, or a file cannot be read.
        RefusedError: the world does not fit this machine.

    >>> answer = seeds("independent_cascade", k=5, users=1000, sets=["contagion.p=0.05"], runs=50)
    >>> answer.tables()["ways"].way.tolist()
    ['sets', 'celf', 'degree', 'single_discount', 'degree_discount', 'communities', 'drawn']
    """
    question = Question(
        scenario, k, p, weighted, undirected, follower_first, drop, budget, metric, runs, tries, tuple(sets),
        users, seed,
    )  # fmt: skip
    world = question.load()
    if isinstance(world, Classic):
        return Answer(on_network(question, world, jobs, tell))
    return Answer(on_platforms(question, jobs, tell))


@dataclass(frozen=True, repr=False)
class Answer(Shown):
    """Ways of choosing people, judged in the same worlds."""

    found: Found
    study: ClassVar[str] = "seeds"

    @property
    def world(self) -> World:
        """The scenario that was asked about."""
        return self.found.world

    @property
    def label(self) -> str:
        """How many were chosen."""
        return f"k{self.found.k}"

    def tables(self) -> dict[str, pd.DataFrame]:
        """``ways``: a row a way; ``people``: whom each chose; ``runs``: by way and world; ``curve``: of the first."""
        found = self.found
        rows = [(way.name, seed, value) for way in found.ways for seed, value in _paired(found.seeds, way.values)]
        few = [(size, seed, value) for size, one in found.curve.items() for seed, value in _paired(found.seeds, one)]
        return {
            "ways": pd.DataFrame([self._way(at) for at in range(len(found.ways))]),
            "people": pd.DataFrame(self._people()),
            "runs": pd.DataFrame(rows, columns=["way", "seed", found.metric]),
            "curve": pd.DataFrame(few, columns=["first", "seed", found.metric]),
        }

    def _way(self, at: int) -> dict[str, Any]:
        found, way = self.found, self.found.ways[at]
        row = {"way": way.name, "chosen": len(way.people), **_ends("mean", way.mean)}
        row |= _ends("behind", found.ahead(way)) if at else _ends("behind", Interval(0.0, 0.0, 0.0))
        return row | ({} if way.cost is None else {"cost_yuan": way.cost})

    def _people(self) -> list[dict[str, Any]]:
        rows = []
        for way in self.found.ways:
            for place, one in enumerate(way.people):
                row: dict[str, Any] = {"way": way.name, "place": place + 1, "name": one.name}
                row |= {} if one.price is None else {"group": one.group, "price_yuan": one.price}
                rows.append(row | {"followers": one.followers})
        return rows

    def record(self) -> dict[str, Any]:
        """The question, the finding, what is certain of it, and what was not tried."""
        found, question = self.found, self.found.question
        certified = found.certified
        return {
            "k": found.k,
            "metric": found.metric,
            "weighted": question.shared_out if isinstance(found.world, Classic) else None,
            "held_back_worlds": len(found.seeds),
            "runs_of_the_search": found.tried,
            "rules_in_other_worlds": list(found.ranked),
            "verdict": words.verdict(found),
            "certified": asdict(certified) | {"share": certified.share} if certified else None,
            "left_out": found.left_out,
            "chosen": {way.name: [one.name for one in way.people] for way in found.ways if way.people},
        }

    def texts(self) -> dict[str, str]:
        """No further files."""
        return {}

    def lines(self) -> list[str]:
        """A row a way, what is certain, who was chosen."""
        return words.lines(self.found)

    def document(self) -> dict[str, Any]:
        """What the page shows."""
        return page.document(self.found)

    def picture(self) -> Figure:
        """What every way reaches, and what the first few reach."""
        return chart.picture(self.found)

    def asked(self) -> Asked:
        """The question, to be asked again."""
        found, question = self.found, self.found.question
        options = ["--k", str(found.k), "--runs", str(len(found.seeds))]
        if isinstance(found.world, Classic):
            options += ["--weighted"] if question.shared_out else []
        else:
            options += ["--tries", str(question.tries)]
        return Asked(["seeds", SCENARIO, *options], [(SCENARIO, resolved(found.world))])


def _paired(seeds: Sequence[int], values: np.ndarray) -> list[tuple[int, float]]:
    return list(zip(seeds, values.tolist(), strict=True))


def _ends(name: str, one: Interval) -> dict[str, float | None]:
    """A mean and the ends of its interval, where it has one."""
    low, high = (one.low, one.high) if one.given else (None, None)
    return {name: one.middle, f"{name}_low": low, f"{name}_high": high}

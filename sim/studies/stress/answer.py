"""A stress test as an answer: every run, every loss, the score; and how it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
from matplotlib.figure import Figure

from sim.base.errors import SimError, both
from sim.base.intervals import Interval
from sim.base.progress import Tell
from sim.base.registry import did_you_mean
from sim.runs.kinds import platform_world
from sim.runs.words import heading
from sim.scenario import numbers
from sim.scenario.adversity.templates import Catalogue, together
from sim.scenario.campaign import Goal
from sim.scenario.enact import enacted
from sim.scenario.given import checked
from sim.scenario.load import Source, load, resolved
from sim.scenario.prices import cost
from sim.scenario.scenario import Scenario
from sim.studies.paging import SCENARIO
from sim.studies.shown import Shown
from sim.studies.stress import chart, page, words
from sim.studies.stress.bench import Arm, arm
from sim.studies.stress.study import CONFIRM, LEAST_SEEDS, PAIRED, SEEDS, TRIES, Question, Stress, stressed
from sim.studies.study import Asked, Jobs


@checked
def stress(
    scenario: Source,
    *,
    goal: str = "",
    only: Sequence[str] = (),
    more: Sequence[Path | str] = (),
    seeds: int = SEEDS,
    confirm: int = CONFIRM,
    pairs: int = PAIRED,
    tries: int = TRIES,
    sets: Sequence[str] = (),
    users: int | None = None,
    seed: int | None = None,
    jobs: Jobs = 1,
    tell: Tell | None = None,
) -> Answer:
    """What breaks a plan: adversities alone and in pairs, what buys most back, the mildest that breaks the goal.

    Args:
        scenario: a loaded one, a name or a path; its plan, or without one its dated facts.
        goal: ``METRIC>=VALUE``, instead of the campaign's; a value in % is of the people represented.
        only: names of adversities; none: all.
        more: files with adversities and hedges besides the shipped ones.
        seeds: runs of every arm.
        confirm: runs, with other seeds, of what was chosen.
        pairs: how many of the costliest are tried in pairs.
        tries: combinations that the search of the mildest may simulate besides.
        sets: changes of the scenario, ``path=value``.
        users: people in every run (the scenario's own).
        seed: of the study (the scenario's own).
        jobs: processes; the answer does not depend on them.
        tell: hears how many runs are done.

    Raises:
        SimError: there is no goal, too few seeds, an unknown adversity, or none that can happen.
        RefusedError: a world does not fit this machine.

    >>> answer = stress("launch", users=5_000, jobs=2)  # doctest: +SKIP
    >>> list(answer.tables())  # doctest: +SKIP
    ['alone', 'pairs', 'hedges', 'runs']
    """
    world = load(scenario, sets=sets, users=users, seed=seed)
    plan = platform_world(world, both("nothing_goes_wrong", name=world.name, kind=world.kind))
    for option, value in (("--seeds", seeds), ("--confirm", confirm)):
        if value < LEAST_SEEDS:
            raise SimError(f"{option} {value} tell nothing of how sure it is; ask for {LEAST_SEEDS} or more")
    catalogue = chosen(together(*map(Path, more)), only)
    question = Question(plan, goal_of(plan, goal), catalogue, seeds, confirm, pairs, tries)
    texts = tuple(Path(path).read_text(encoding="utf-8") for path in more)
    return Answer(stressed(question, jobs=jobs, tell=tell), tuple(only), texts)


def goal_of(plan: Scenario, text: str) -> Goal:
    """The goal that is asked for, or the campaign's. Raises `SimError` where there is none, or none has its number."""
    found = numbers.bound(text) if text else None
    if text and found is None:
        raise SimError(f"--goal {text}: must look like METRIC>=VALUE, for instance people_reached>=60_000_000")
    if found is None:
        if plan.campaign is None:
            raise SimError(both("no_campaign_no_goal", name=plan.name))
        return plan.campaign.goal
    metric, value, percent = found
    numbers.expect("--goal", metric, [plan])
    if not value > 0:
        raise SimError(f"--goal {text}: VALUE must be above 0, or every run meets it")
    return Goal(metric=metric, least=value * (plan.people.represents / 100 if percent else 1))


def chosen(catalogue: Catalogue, only: Sequence[str]) -> Catalogue:
    """The adversities that are asked for: all, if none is named. Raises `SimError` for an unknown one."""
    for name in only:
        if name not in catalogue.adversities:
            raise SimError(f"unknown adversity '{name}'; {did_you_mean(name, list(catalogue.adversities))}")
    kept = {name: what for name, what in catalogue.adversities.items() if not only or name in only}
    return catalogue.model_copy(update={"adversities": kept})


def _ends(name: str, off: Interval) -> dict[str, float | None]:
    """An estimate with its interval as columns; nothing where there is none."""
    return {name: off.middle, f"{name}_low": off.low if off.given else None,
            f"{name}_high": off.high if off.given else None}  # fmt: skip


@dataclass(frozen=True, repr=False)
class Answer(Shown):
    """What came of a stress test.

    Attributes:
        found: every run, and what follows.
        only: names of the adversities that were asked for; none: all.
        more: texts of further files of templates.
    """

    found: Stress
    only: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    study: ClassVar[str] = "stress"

    @property
    def world(self) -> Scenario:
        """The scenario with its plan."""
        return self.found.question.plan

    @property
    def label(self) -> str:
        """Names of the adversities that were asked for."""
        return "-".join(self.only)

    def tables(self) -> dict[str, pd.DataFrame]:
        """``alone``: a row an adversity; ``pairs``; ``hedges``: a row a hedge and adversity; ``runs``: a row a run.

        A table without rows, such as of hedges where there is no plan, is left out.
        """
        found = {"alone": self._alone(), "pairs": self._pairs(), "hedges": self._hedges(), "runs": self._runs()}
        return {name: pd.DataFrame(rows) for name, rows in found.items() if rows}

    def _alone(self) -> list[dict[str, Any]]:
        found, rows = self.found, []
        for case in found.cases:
            anew = case.key in found.costliest
            again = found.lost(arm([case.key]), among=len(found.costliest), anew=True) if anew else None
            rows.append(
                {"adversity": case.key, "title": case.title.en, "chance": case.what.chance, "grade": case.what.grade,
                 "when": case.struck.isoformat(timespec="minutes"), "mean": float(found.values(arm([case.key])).mean())}
                | _ends("cost", found.alone(case.key))
                | (_ends("cost_anew", again) if again else {})
            )  # fmt: skip
        return rows

    def _pairs(self) -> list[dict[str, Any]]:
        found = self.found
        return [
            {"one": keys[0], "other": keys[1], "chance": found.chance_of(keys)}
            | _ends("cost", found.pair(keys))
            | _ends("beyond_the_sum", found.beyond(keys))
            for keys in found.tried
        ]

    def _hedges(self) -> list[dict[str, Any]]:
        found = self.found
        rows = []
        for hedge in found.hedges:
            for key in ("", *found.costliest):
                row = {"hedge": hedge, "adversity": key or "none", "best": int(bool(key) and found.best(key) == hedge)}
                rows.append(row | _ends("bought_back", found.bought(hedge, key)))
        return rows

    def _runs(self) -> list[dict[str, Any]]:
        """Every run that was made, in an order that does not depend on how."""
        first = {seed: i for i, seed in enumerate((*self.found.question.first, *self.found.question.held_back))}
        made = sorted(self.found.bench.values.items(), key=lambda pair: (first[pair[0][1]], pair[0][0]))
        new = {*self.found.question.held_back}
        return [
            {"stage": "new seeds" if seed in new else "first", "hedge": one.hedge or "none",
             "adversities": " + ".join(one.happens) or "none", "seed": seed, "value": value}
            for (one, seed), value in made
        ]  # fmt: skip

    def record(self) -> dict[str, Any]:
        """The question, every loss, the score, the mildest combination, and what says nothing of this plan."""
        found, goal = self.found, self.found.question.goal
        return {
            "goal": goal.model_dump(mode="json"),
            "seeds": len(found.question.first),
            "held_back_seeds": len(found.question.held_back),
            "robustness": self._score(),
            "adversities": [
                {"key": case.key, "title": case.title.model_dump(), "chance": case.what.chance,
                 "grade": case.what.grade, "source": case.what.source} for case in found.cases
            ],
            "hedges": list(found.hedges),
            "best_hedge": {key: found.best(key) for key in found.costliest if found.hedges},
            "best_hedge_of_all": found.best_of_all,
            "mildest": self._mildest(),
            "left_out": [
                {"kind": one.kind, "name": one.name, "thing": one.thing, "why": str(one.why)} for one in found.unmet
            ],
            "lines": words.verdict(found),
        }  # fmt: skip

    def _score(self) -> dict[str, Any]:
        robust = self.found.robust
        return {
            name: _ends("value", getattr(robust, name))
            for name in ("mean", "weighed", "kept", "worst", "worst_calm", "chance", "chance_calm")
        }

    def _mildest(self) -> dict[str, Any]:
        search = self.found.search
        keys = self.found.keys(search.found) if search.found else ()
        return {
            "adversities": list(keys),
            "chance": self.found.chance_of(keys) if keys else None,
            "looked_at": len(search.looked),
            "passed_over": self.found.passed,
            "none_more_plausible": search.whole,
        }

    def texts(self) -> dict[str, str]:
        """The plan under each of the costliest, to be looked into; and with the hedge that buys most back in all."""
        found = self.found
        made = {f"{_plain(key)}.yaml": arm([key]) for key in found.costliest}
        if found.best_of_all:
            made |= {f"hedged_{found.best_of_all}.yaml": Arm((), found.best_of_all)}
        return {name: _said(found.bench.world(one)) for name, one in made.items()}

    def lines(self) -> list[str]:
        """What costs most, what buys most back, what it is worth in uncertain times, and what breaks it."""
        return [*heading(self.world), "", *words.lines(self.found)]

    def document(self) -> dict[str, Any]:
        """What the page shows."""
        return page.document(self.found)

    def asked(self) -> Asked:
        """The question, to be asked again."""
        question = self.found.question
        files = [(SCENARIO, resolved(self.world))]
        files += [(f"templates_{i}.yaml", text) for i, text in enumerate(self.more, 1)]
        asked = ["stress", SCENARIO, "--goal", f"{question.goal.metric}>={question.goal.least:.15g}"]
        asked += [word for name in self.only for word in ("--only", name)]
        asked += [word for name, _ in files[1:] for word in ("--with", name)]
        asked += ["--seeds", str(question.seeds), "--confirm", str(question.confirm)]
        return Asked([*asked, "--pairs", str(question.paired), "--tries", str(question.tries)], files)

    def picture(self) -> Figure:
        """Losses as a tornado, pairs, what hedges buy back."""
        return chart.picture(self.found)


def _said(world: Scenario) -> str:
    """A world as a file; one whose purse is too small for its plan as what is carried out of it."""
    short = world.campaign and world.plan and cost(world, world.plan) > world.campaign.budget
    return resolved(enacted(world) if short else world)


def _plain(key: str) -> str:
    return key.replace("/", "_")

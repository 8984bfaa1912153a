"""A tournament as an answer: every player of every run, the matrix, what it says; and how one is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from numbers import Real
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.base.errors import ScenarioError, SimError, both
from sim.base.intervals import LEVEL, Interval
from sim.base.loader import dump
from sim.base.progress import Tell
from sim.runs.kinds import platform_world
from sim.scenario.given import checked
from sim.scenario.load import Source, load, resolved
from sim.scenario.scenario import Scenario
from sim.scenario.strategies import Strategy, strategies
from sim.studies.paging import SCENARIO
from sim.studies.shown import Shown
from sim.studies.study import Asked, Jobs
from sim.studies.tournament import chart, page, study, words
from sim.studies.tournament.design import told
from sim.studies.tournament.play import NEVER, NUMBERS
from sim.studies.tournament.study import HELD, SEEDS, STRATEGIES, Found, Part, Question

DIGITS = 6  # of shares in tables: exponentials and logarithms are not the same to the last bit everywhere


@checked
def tournament(
    scenario: Source,
    *,
    strategies: Sequence[str | Path] = (),
    players: Sequence[str] = (),
    payoff: str = "",
    worth: float = 0.0,
    seeds: int = SEEDS,
    held: int = HELD,
    together: int | None = None,
    sets: Sequence[str] = (),
    users: int | None = None,
    seed: int | None = None,
    jobs: Jobs = 1,
    tell: Tell | None = None,
) -> Answer:
    """Let actors of a scenario play strategies against each other, and tell what pays.

    Args:
        scenario: a loaded one, a name or a path; with two actors or more.
        strategies: names of the catalogue, or paths of files; two or more (six of the catalogue).
        players: names of actors (the rival bureaus with most followers, eight at most).
        payoff: what players are paid in: impressions, intents, discussions, topic_reads or followers_won.
        worth: yuan that a unit of it is worth; then what is paid is yuan, less what was spent. 0: money is no matter.
        seeds: on which it is found out.
        held: further seeds on which what was found is looked at again.
        together: how many play the other strategy at once (a quarter of the players; every combination, if few).
        sets: changes of the scenario, ``path=value``.
        users: people in every run (the scenario's own).
        seed: of the study (the scenario's own).
        jobs: processes; the answer does not depend on them.
        tell: hears how many runs are done.

    Raises:
        ScenarioError: a strategy or the scenario has faults.
        SimError: there is nobody to play, or nothing to be played.
        RefusedError: a world does not fit this machine.

    >>> small = {"users": 200, "sets": ["days=2", "step_minutes=60"], "seeds": 2, "held": 0}
    >>> two = {"strategies": ["ride", "silence"], "players": ["bureau_anhui", "bureau_hubei"]}
    >>> answer = tournament("ding_zhen", **two, **small)
    >>> list(answer.tables())
    ['runs', 'matrix', 'imitation', 'early']
    """
    world = load(scenario, sets=sets, users=users, seed=seed)
    whole = platform_world(world, both("no_decisions", name=world.name, kind=world.kind))
    question = Question(
        whole,
        study.chosen(whole, players),
        _chosen(strategies),
        study.paid_in(whole, payoff),
        _worth(worth),
        seeds,
        held,
        together,
    )
    _check(question)
    return Answer(study.played(question, jobs, tell))


def _worth(value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= value < np.inf:
        raise SimError(f"worth: must be 0 or more, and a number, not {value!r}")
    return float(value)


def _chosen(names: Sequence[str | Path]) -> tuple[Strategy, ...]:
    found = strategies(names or STRATEGIES)
    if len(found) < 2:
        raise SimError(both("two_strategies"))
    return found


def _check(question: Question) -> None:
    """Every strategy can be played by every player: names of content and the like exist. Raises `ScenarioError`."""
    half = len(question.players) // 2
    if question.together is not None and question.together > half:
        raise SimError(f"together: of {len(question.players)} players at most {half} play the other strategy")
    for one in question.strategies:
        world = question.playing((one.name,) * len(question.players))
        try:
            load(world, seed=world.seed)
        except ScenarioError as error:
            faults = [replace(fault, file=f"strategy {one.name}") for fault in error.faults]
            raise ScenarioError(faults) from None


@dataclass(frozen=True, repr=False)
class Answer(Shown):
    """What a tournament found."""

    found: Found
    study: ClassVar[str] = "tournament"

    @property
    def world(self) -> Scenario:
        """The scenario as it is."""
        return self.found.question.world

    @property
    def label(self) -> str:
        """What players are paid in."""
        return self.found.question.payoff

    def tables(self) -> dict[str, pd.DataFrame]:
        """``runs``: a row a run and player; ``matrix``: a row an entry; ``imitation``, ``early``: a row a strategy."""
        found = self.found
        parts = [("found", found.part), *([("held", found.held)] if found.held else [])]
        return {
            "runs": pd.concat([_runs(name, part) for name, part in parts], ignore_index=True),
            "matrix": pd.concat([_matrix(name, part) for name, part in parts], ignore_index=True),
            "imitation": _imitation(found),
            "early": _early(found),
        }

    def record(self) -> dict[str, Any]:
        """The question, the strategies as they were played, best replies, what is dominated, where imitation leads."""
        return _record(self.found)

    def texts(self) -> dict[str, str]:
        """No further files: the record holds the strategies as they were played."""
        return {}

    def lines(self) -> list[str]:
        """The matrix, best replies, what is dominated, where imitation leads, what being early is worth."""
        return words.lines(self.found)

    def document(self) -> dict[str, Any]:
        """What the page shows."""
        return page.document(self.found)

    def asked(self) -> Asked:
        """The question, to be asked again: strategies as files."""
        question = self.found.question
        files = [(SCENARIO, resolved(self.world))]
        files += [(f"strategy_{one.name}.yaml", _yaml(one)) for one in question.strategies]
        asked = ["tournament", SCENARIO, "--strategies", ",".join(name for name, _ in files[1:])]
        asked += ["--players", ",".join(question.players), "--payoff", question.payoff]
        asked += ["--seeds", str(question.seeds), "--held", str(question.held)]
        asked += ["--worth", f"{question.worth:.15g}"] if question.worth else []
        asked += ["--together", str(question.together)] if question.together else []
        return Asked(asked, files)

    def picture(self) -> Figure:
        """The matrix, and where imitation leads."""
        return chart.picture(self.found)


def _yaml(strategy: Strategy) -> str:
    return dump(strategy.model_dump(mode="json", by_alias=True))


# ---- tables


def _runs(name: str, part: Part) -> pd.DataFrame:
    rows = [
        (name, seed, told(profile), player, plays, *values, int(first) if first != NEVER else None)
        for seed, runs, profiles in zip(part.seeds, part.runs, part.profiles, strict=True)
        for run, profile in zip(runs, profiles, strict=True)
        for player, plays, values, first in zip(
            part.question.players, profile, run.numbers.tolist(), run.first, strict=True
        )
    ]
    columns = ["part", "seed", "profile", "player", "strategy", *NUMBERS, "first_act_minute"]
    return pd.DataFrame(rows, columns=columns).astype({"first_act_minute": "Int64"})


def _matrix(name: str, part: Part) -> pd.DataFrame:
    names, rows = part.question.names, []
    for others, against in enumerate(names):
        for paid, plays in enumerate(names):
            mean, gain = part.entry(paid, others), part.gain(paid, others)
            off = (gain.middle, gain.low, gain.high) if paid != others else (0.0, np.nan, np.nan)
            rows.append((name, plays, against, *map(_finite, (mean.middle, mean.low, mean.high, *off))))
    columns = ["part", "strategy", "others", "paid", "paid_low", "paid_high", "gain", "gain_low", "gain_high"]
    return pd.DataFrame(rows, columns=columns)


def _finite(value: float) -> float:
    """Nine digits; nothing where there is no end."""
    return float(f"{value:.9g}") if np.isfinite(value) else float("nan")


def _imitation(found: Found) -> pd.DataFrame:
    low, high = found.band
    held = found.held_mix
    shares = {"share": found.mix, "low": low, "high": high, "leads": found.leads}
    shares |= {} if held is None else {"held_share": held}
    columns = {name: np.round(values, DIGITS) + 0.0 for name, values in shares.items()}
    return pd.DataFrame({"strategy": found.question.names, **columns})


def _early(found: Found) -> pd.DataFrame:
    rows = [
        (found.question.names[one.strategy], one.seeds, one.hours, round(one.never, DIGITS),
         *map(_finite, (one.worth.middle, one.worth.low, one.worth.high)), int(one.sure))
        for one in found.early
    ]  # fmt: skip
    columns = ["strategy", "seeds", "first_act_hours", "never_acts", "worth", "low", "high", "sure"]
    return pd.DataFrame(rows, columns=columns)


# ---- the record


def _record(found: Found) -> dict[str, Any]:
    question, names = found.question, found.question.names
    return {
        "players": list(question.players),
        "strategies": [one.model_dump(mode="json", by_alias=True) for one in question.strategies],
        "payoff": question.payoff,
        "worth": question.worth,
        "seeds": question.seeds,
        "held": question.held,
        "together": question.together,
        "runs": study.runs(question),
        "level": LEVEL,
        "straight": round(found.part.straight, DIGITS),
        "replies": [_reply(one, names) for one in found.replies],
        "dominated": [
            {"strategy": names[one.strategy], "by": names[one.by], "surely": one.surely} for one in found.dominated
        ],
        "imitation": [
            {"mix": _mix(place.mix, names), "starts": place.starts, "rests": place.rests} for place in found.places
        ],
        "verdict": words.verdict(found),
    }


def _reply(one: study.Confirmed, names: Sequence[str]) -> dict[str, Any]:
    reply = one.reply
    return {
        "others": names[reply.against],
        "best": names[reply.best],
        "beyond": names[reply.other],
        "ahead": _interval(reply.ahead),
        "sure": reply.sure,
        "not_told_apart": [names[place] for place in reply.tied],
        "held": _interval(one.again),
        "verdict": one.verdict,
    }


def _interval(found: Interval) -> dict[str, Any]:
    ends = {name: _finite(getattr(found, name)) for name in ("middle", "low", "high")}
    return ends | ({"why": found.why} if found.why else {})


def _mix(mix: np.ndarray, names: Sequence[str]) -> dict[str, float]:
    return {name: round(float(share), DIGITS) + 0.0 for name, share in zip(names, mix, strict=True)}

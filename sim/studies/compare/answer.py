"""A comparison as an answer: every run, the bands, the record, the page, the picture; and how one is asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.base.bands import LEVELS
from sim.base.errors import SimError
from sim.base.intervals import Interval
from sim.base.progress import Tell
from sim.base.words import columns, wrapped
from sim.runs import kinds
from sim.runs.kinds import World
from sim.scenario.given import checked
from sim.scenario.load import Source, resolved
from sim.studies.compare import chart, page, words
from sim.studies.compare.arms import Arm, arms
from sim.studies.compare.reached import Reached, Side, same_people, told
from sim.studies.compare.runs import Outcome
from sim.studies.compare.study import MOST_SEEDS, SEEDS, VIRAL, Comparison, Precision, Question, bound, paired
from sim.studies.shown import Shown
from sim.studies.study import Asked, Jobs, batch


@checked
def compare(
    *scenarios: Source,
    what: Sequence[str] = (),
    without: Sequence[str] = (),
    sets: Sequence[str] = (),
    users: int | None = None,
    seed: int | None = None,
    metric: str = "people_reached",
    viral: str = "",
    seeds: int = SEEDS,
    precision: Precision | None = None,
    most_seeds: int = MOST_SEEDS,
    who: bool = True,
    jobs: Jobs = 1,
    tell: Tell | None = None,
) -> Answer:
    """Run two or more worlds with the same seeds; what differs, how surely, and whom it reached.

    Args:
        scenarios: loaded ones, names or paths; the first is what the others are compared with.
        what: further arms: changes of the first, ``name: path=value, path=value``.
        without: further arms: counterfactuals that the first one names.
        sets: changes of all arms, ``path=value``.
        users: people in all arms.
        seed: of the study (the first scenario's own).
        metric: whose precision counts, and which is drawn.
        viral: when a run went viral, ``METRIC>=VALUE`` (a campaign's goal, else a tenth of the people reached).
        seeds: how many to begin with.
        precision: how narrow the paired interval shall be; seeds are added until it is.
        most_seeds: limit of what precision may ask for.
        who: whether to tell who was reached because of each arm: its middle seed is run once more.
        jobs: processes; the answer does not depend on them.
        tell: hears how many runs are done.

    Raises:
        SimError: there is nothing to compare, a scenario or change has faults, or no run has a metric.
        RefusedError: a world does not fit this machine.

    >>> answer = compare("sir", what=["weaker: contagion.infect=0.05"], users=200, seeds=4, who=False)
    >>> list(answer.tables())
    ['runs', 'series']
    """
    if precision and most_seeds < seeds:
        raise SimError(f"--max-seeds {most_seeds} is below --seeds {seeds}; raise it, or begin with fewer")
    found = arms(scenarios, whats=what, drops=without, sets=sets, users=users, seed=seed)
    world = found[0].world
    goal = world.campaign.goal if world.campaign else None
    stated = viral or (f"{goal.metric}>={goal.least:.15g}" if goal else VIRAL)
    asked = Question(found, metric, bound(stated, world.people.represents), seeds, precision, most_seeds)
    comparison = paired(asked, jobs=jobs, tell=tell)
    return Answer(comparison, tuple(_reached(comparison, jobs, tell)) if who else ())


def _reached(found: Comparison, jobs: Jobs, tell: Tell | None) -> list[Reached]:
    """Who was reached because of each arm, at the seed whose difference is the median."""
    base = found.arms[0]
    others = [(arm, found.middle_seed(number)) for number, arm in enumerate(found.arms) if number]
    pairs = [(base, arm, seed) for arm, seed in others if same_people(base, arm)]
    worlds = [arm.world for arm in found.arms]
    phase, records = "asking who was reached because of it", (Reached, Side)
    told_apart = batch(told, pairs, worlds, processes=jobs, tell=tell, phase=phase, records=records, runs=2)
    return [one for one in told_apart if one is not None]


@dataclass(frozen=True, repr=False)
class Answer(Shown):
    """What a comparison found.

    Attributes:
        found: the runs of all arms, and what differs.
        reached: who was reached because of each arm; empty if that was not asked.
    """

    found: Comparison
    reached: tuple[Reached, ...] = ()
    study: ClassVar[str] = "compare"

    @property
    def world(self) -> World:
        """The first arm's."""
        return self.found.arms[0].world

    @property
    def label(self) -> str:
        """The names of the other arms."""
        return "-".join(arm.name for arm in self.found.arms[1:])

    def tables(self) -> dict[str, pd.DataFrame]:
        """``runs``: a row a run; ``series``: bands over time."""
        return {"runs": _runs(self.found), "series": bands(self.found)}

    def record(self) -> dict[str, Any]:
        """The question, every number's difference, and who was reached."""
        return _record(self.found, self.reached)

    def texts(self) -> dict[str, str]:
        """``compare.md``: the page; ``arms/N.yaml``: the scenarios."""
        arms = {f"arms/{i}.yaml": resolved(arm.world) for i, arm in enumerate(self.found.arms)}
        return {"compare.md": _page(self.found, self.reached), **arms}

    def lines(self) -> list[str]:
        """All of it for a terminal."""
        return lines(self.found, self.reached)

    def document(self) -> dict[str, Any]:
        """What the page shows."""
        return page.document(self.found)

    def asked(self) -> Asked:
        """The question, to be asked again: arms that are files as files, all others as changes of the first."""
        question, arms_ = self.found.question, self.found.arms
        files = [(_file(arm), resolved(arm.world)) for arm in arms_ if not arm.option]
        words = ["compare", *(name for name, _ in files)]
        for arm in arms_:
            named = arm.change if arm.name == arm.change else f"{arm.name}: {arm.change}"
            words += {"--what": ["--what", named], "--without": ["--without", arm.name]}.get(arm.option, [])
        words += ["--metric", question.metric, "--viral", f"{question.viral.metric}>={question.viral.least:.15g}"]
        words += ["--seeds", str(question.seeds), *_precision(question), *([] if self.reached else ["--no-who"])]
        return Asked(words, files)

    def picture(self) -> Figure:
        """Bands, pairs, shares."""
        return chart.picture(self.found)


def _file(arm: Arm) -> str:
    """What the file of an arm is called: where two scenarios have one name, arms are called by their paths."""
    path = Path(arm.name)
    return arm.name if path.suffix == ".yaml" and not path.is_absolute() else f"{arm.world.name}.yaml"


def _precision(question: Question) -> list[str]:
    if question.precision is None:
        return []
    width, relative = question.precision.half_width, question.precision.relative
    asked = f"{100 * width:.12g}%" if relative else f"{width:.12g}"
    return ["--precision", asked, "--max-seeds", str(question.most_seeds)]


# ---- tables


def _runs(found: Comparison) -> pd.DataFrame:
    """A row a run: arm, seed, metrics; blank where one never happened."""
    rows = [
        {"arm": arm.name, "seed": seed, **_known(run, found.metrics)}
        for seed, pair in zip(found.seeds, found.runs, strict=True)
        for arm, run in zip(found.arms, pair, strict=True)
    ]
    return pd.DataFrame(rows)


def _known(run: Outcome, names: Sequence[str]) -> dict[str, float | int | None]:
    numbers = {name: run.metrics.get(name, 0.0) for name in names}
    return {name: None if math.isnan(value) else _plain(value) for name, value in numbers.items()}


def _plain(value: float) -> float | int:
    return int(value) if value == int(value) else value


def bands(found: Comparison) -> pd.DataFrame:
    """Quantiles over seeds of what every arm's runs did each hour (each step of a classical world)."""
    frames = []
    for a, arm in enumerate(found.arms):
        values = found.hourly(a)
        quantiles = np.quantile(values, LEVELS, axis=0)
        names = {f"q{round(100 * level):02d}": column.round(1) for level, column in zip(LEVELS, quantiles, strict=True)}
        time = kinds.named(found.question.kind).unit
        frame = {"arm": arm.name, time: np.arange(values.shape[1]), "mean": values.mean(axis=0).round(1), **names}
        frames.append(pd.DataFrame(frame))
    return pd.concat(frames, ignore_index=True)


# ---- the record


def _record(found: Comparison, reached: Sequence[Reached]) -> dict[str, Any]:
    question = found.question
    return {
        "seeds": len(found.seeds),
        "level": round(question.level, 6),
        "looks": list(question.looks),
        "metric": question.metric,
        "half_width": _finite(found.half_width),
        "asked": _finite(found.asked),
        "precise": found.precise if question.precision else None,
        "verdict": words.verdict(found),
        "viral": {"metric": question.viral.metric, "least": question.viral.least},
        "arms": [_arm(found, a) for a in range(len(found.arms))],
        "reached": [asdict(one) for one in reached],
    }


def _arm(found: Comparison, a: int) -> dict[str, Any]:
    arm = found.arms[a]
    own: dict[str, Any] = {"name": arm.name, "change": arm.change, "scenario": f"arms/{a}.yaml"}
    own["viral_share"] = _interval(found.viral_share(a))
    if a == 0:
        return own | {"means": {name: _finite(float(found.values(name, 0).mean())) for name in found.metrics}}
    own["viral_difference"] = _interval(found.viral_difference(a))
    own["metrics"] = {name: _metric(found, name, a) for name in found.metrics}
    if "spend_yuan" in found.metrics:
        own["yuan_per"] = {name: _interval(found.cost_per(name, a)) for name in ("people_reached", "intents")}
    return own


def _metric(found: Comparison, name: str, a: int) -> dict[str, Any]:
    return {
        "mean": _finite(float(found.values(name, a).mean())),
        "difference": _interval(found.difference(name, a)),
        "ratio": _interval(found.ratio(name, a)),
        "narrower": _finite(found.narrowing(name, a)),
        "higher": int((found.differences(name, a) > 0).sum()),
        "lower": int((found.differences(name, a) < 0).sum()),
    }


def _interval(interval: Interval) -> dict[str, float | str | None]:
    ends = {name: _finite(getattr(interval, name)) for name in ("middle", "low", "high")}
    return ends | ({"why": interval.why} if interval.why else {})


def _finite(value: float) -> float | None:
    """Seven digits; nothing for what is no number."""
    return float(f"{value:.7g}") if np.isfinite(value) else None


# ---- the page


def _page(found: Comparison, reached: Sequence[Reached]) -> str:
    title, *rest = words.head(found)
    parts = [
        f"# {title}",
        *words.verdict(found),
        _list(rest),
        "![bands and paired differences](figures/compare.png)",
    ]
    for a in range(1, len(found.arms)):
        parts += [f"## {words.beside(found, a)}", _table(words.differences(found, a))]
    parts += ["## Going viral", _table(words.viral(found))]
    parts += ["## How sure", _list([*words.told_viral(found), *words.precision(found), *words.pairing(found)])]
    parts += [_list(words.costs(found))]
    ratio = found.arms[0].world.people.ratio
    for one in reached:
        about = "\n".join(words.who(one, found.arms[0].name, ratio))
        parts += [f"## {one.arm}: who was reached because of it", f"```text\n{about}\n```"]
    return "\n\n".join(part for part in parts if part) + "\n"


def _list(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line.strip()}" for line in lines)


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    head, *body = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows]
    return "\n".join([f"| {head} |", "|" + "---|" * len(rows[0]), *(f"| {row} |" for row in body)])


def lines(found: Comparison, reached: Sequence[Reached]) -> list[str]:
    """All of it for a terminal."""
    told = [line for said in words.verdict(found) for line in wrapped(said, 0)]
    told += ["", *words.head(found), *words.unchanged(found)]
    for a in range(1, len(found.arms)):
        told += ["", words.beside(found, a), *columns(words.differences(found, a))]
    told += ["", *columns(words.viral(found)), *words.told_viral(found), ""]
    told += [*words.pairing(found), *words.precision(found), *words.costs(found)]
    ratio = found.arms[0].world.people.ratio
    for one in reached:
        told += ["", *words.who(one, found.arms[0].name, ratio)]
    return told

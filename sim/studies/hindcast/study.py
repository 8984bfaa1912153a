"""Hindcasts: what the model expects after a day, given what was known by its end. Decision note 0015.

Facts dated later are switched off, many seeds are run on beyond the day, and each run is weighted by how well its own
beginning agrees with what had been observed. Nothing that was observed later is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.base.bands import effective_size, normalised
from sim.base.progress import Tell
from sim.studies.ensemble import Job, Trace, relaxation, topic_hours, traces
from sim.studies.hindcast.known import SEEDS, Cut, Known
from sim.studies.study import Jobs, seeded
from sim.studies.study import seeds as drawn_seeds

FREEDOM = 4.0  # degrees of freedom of Student's t: what no run can meet does not pick the runs
LOW_SIZE = 0.2  # share of the runs; an effective size below is warned of


@dataclass(frozen=True)
class Hindcast:
    """The runs of a plan with their weights; ``retained``: share of the weight of all candidates that they hold."""

    plan: Cut
    traces: tuple[Trace, ...]
    weights: np.ndarray
    candidates: int
    retained: float = 1.0
    scalars: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def size(self) -> float:
        """Effective number of runs."""
        return effective_size(self.weights)

    @property
    def low(self) -> bool:
        """Whether too few runs carry the weight for the outer bands to mean much."""
        return self.size < LOW_SIZE * len(self.traces)


# ---- weights


def log_weights(known: Sequence[Known], runs: Sequence[Trace]) -> np.ndarray:
    """Logarithm of each run's likelihood up to a constant, f8[runs]; equal where nothing was observed."""
    groups = dict.fromkeys(one.group for one in known)
    units = [[[one.units(run) for one in known if one.group == group] for run in runs] for group in groups]
    return log_likelihood(map(np.array, units), len(runs))


def log_likelihood(groups: Iterable[np.ndarray], runs: int) -> np.ndarray:
    """Of runs that are off by so many units, f8[runs]; a group is f8[runs, numbers], and counts as one.

    The squared units of a group are averaged, since its numbers tell much the same; each group's root mean square is
    then one draw of Student's t with `FREEDOM` degrees of freedom.
    """
    total = np.zeros(runs)
    for units in groups:
        total -= (FREEDOM + 1) / 2 * np.log1p(np.square(units).mean(axis=1) / FREEDOM)
    return total


# ---- runs


def weighed(
    plan: Cut,
    *,
    seeds: int = SEEDS,
    candidates: int | None = None,
    jobs: Jobs = 1,
    tell: Tell | None = None,
) -> Hindcast:
    """Run the seeds, weigh them by their beginnings, and take the numbers of interest.

    With more candidates than seeds, all candidates are first run to the cut alone, and the best go on.

    Args:
        plan: what is run.
        seeds: runs to the end; their seeds are drawn from the scenario's own.
        candidates: runs to the cut; at least ``seeds`` (as many).
        jobs: processes.
        tell: called with (runs done, runs, what is going on).
    """
    tried = max(seeds, candidates or seeds)
    numbers, retained = drawn_seeds(plan.scenario.seed, "hindcast", tried), 1.0
    if tried > seeds:
        begun = traces([_job(plan, seed, plan.steps) for seed in numbers], jobs, tell=tell, phase="running to the cut")
        weights = normalised(log_weights(plan.known, begun))
        best = np.sort(np.argsort(-weights, kind="stable")[:seeds])
        numbers, retained = [begun[i].seed for i in best], float(weights[best].sum())
    runs = traces([_job(plan, seed) for seed in numbers], jobs, tell=tell, phase="running on")
    weights = normalised(log_weights(plan.known, runs))
    return Hindcast(plan, tuple(runs), weights, tried, retained, scalars(plan, runs))


def _job(plan: Cut, seed: int, steps: int | None = None) -> Job:
    return Job(seeded(plan.scenario, seed), plan.story, steps)


def daily_metrics(plan: Cut) -> list[str]:
    """Metrics whose bands are given by the day, those of lists first; of every platform, and of all together."""
    names = plan.scenario.platforms
    flows = ["people_reached", *(f"{name}_{flow}" for name in names for flow in ("impressions", "new_reach"))]
    flows += [*(f"{name}_discussions" for name in names), "intents", "followers_won", "rival_bureaus"]
    tagged = [story for story in plan.scenario.stories.values() if story.tag]
    flows += [f"{name}_basket_reads" for name in names if tagged]
    rival = ("rival_topics",) if plan.scenario.rivals else ()
    lists = [f"{name}_{what}" for name in plan.lists for what in ("topics", *rival, "topic_hours", "topics_at_once")]
    return [*lists, *flows, *(f"{name}_total" for name in flows)]


def scalars(plan: Cut, runs: Sequence[Trace]) -> dict[str, np.ndarray]:
    """One number a run, f8[runs]; the peak day is counted from the day of the start."""
    platform, found = plan.platform, {}
    for name in daily_metrics(plan):
        if name.endswith("_total"):
            found[name] = np.array([run.daily(name)[-1] for run in runs])
    hours = [topic_hours(run, platform) for run in runs]
    day = (plan.cut.date() - plan.scenario.start.date()).days
    for name in plan.lists:
        listed = [run.sightings(name) for run in runs]
        found[f"{name}_topics_listed"] = np.array([float(len(np.unique(rows[:, 2]))) for rows in listed])
        found[f"{name}_topics_at_once"] = np.array([float(np.bincount(rows[:, 0]).max(initial=0)) for rows in listed])
        fullest = [run.daily(f"{name}_topics")[day:].max(initial=0.0) for run in runs]
        found[f"{name}_topics_fullest_day_to_come"] = np.array(fullest)
    found["peak_day"] = np.array([float(np.argmax(h)) if h.any() else np.nan for h in hours])
    found["peak_after_cut"] = (found["peak_day"] >= day).astype(float)
    found["relaxation"] = np.array([relaxation(h) for h in hours])
    return found

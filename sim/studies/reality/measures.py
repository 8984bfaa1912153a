"""From a run to numbers and to the samples that pictures draw: which target is measured how, in one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sim.base import streams
from sim.base.errors import SimError
from sim.model import build
from sim.networks import Computed
from sim.scenario.load import load
from sim.scenario.scenario import Scenario
from sim.studies.reality import cascades, graphs, lists, roots
from sim.studies.reality.targets import parts
from sim.studies.reality.trace import Trace

Values = dict[str, tuple[float, ...]]
Samples = dict[str, np.ndarray]
# Trees born later than this before the end had no time to grow (minutes); late reposts of a post want a day more.
GROW = {"reality_cascades": 2 * cascades.DAY, "reality_roots": 3 * cascades.DAY, "reality_rumours": 3 * cascades.DAY}
AROUND = np.arange(-180, 421, 10)  # minutes around the peak
KOLS = 2000
TWITTER_USERS, QUICK_USERS = 41_700_000, 1_000_000


@dataclass
class Measured:
    """What one run, or one baseline, gave: numbers by target, numbers reported apart, samples for pictures."""

    values: Values = field(default_factory=dict)
    apart: Values = field(default_factory=dict)
    samples: Samples = field(default_factory=dict)


CASCADES: dict[str, Callable[[cascades.Forest], float]] = {
    "S01": cascades.single_generation_share,
    "S03": cascades.adoptions_per_item,
    "S04": cascades.virality_at_100,
    "S07": cascades.depth_median,
    "S09": cascades.direct_share,
    "S10": cascades.offspring_mean,
    "S11": cascades.offspring_none,
    "S13": cascades.reaction_slope,
    "S15": cascades.within_an_hour,
    "S17": cascades.t90_hours,
}


def of_forest(trees: cascades.Forest) -> Measured:
    """Every measure of repost trees."""
    table = cascades.shapes(trees)
    minutes, weight = cascades.delays(trees)
    known = table[table.n >= 100]
    samples = {name: known[name].to_numpy() for name in ("n", "depth", "d1", "sv")}
    samples["sizes"] = table.n.to_numpy() + 1
    samples["density"] = cascades.reaction_density(minutes, weight)[1][None, :]
    return Measured({name: (measure(trees),) for name, measure in CASCADES.items()}, {}, samples)


def of_rooted(trees: pd.DataFrame) -> Values:
    """Every measure of trees by their roots, of `roots.weighted` or, of the corpus itself, `roots.alike`."""
    return {name: parts(measure(trees)) for name, measure in roots.ROOTED.items()}


def of_stays(seen: lists.Sightings, step: int, end: int, first: int) -> Measured:
    """Every measure of stays on a list."""
    stays, entered = lists.episodes(seen, step, end), lists.entries(seen)
    values: Values = {
        "S19": (lists.dwell_median(stays),),
        "S21": (lists.dwell_cap(stays),),
        "S22": (lists.half_life(stays),),
        "S25": (lists.asymmetry(stays),),
        "S26": (lists.new_per_day(entered, end),),
        "S28": lists.best_ranks(stays),
        "S29": (lists.night_over_day(entered, first),),
    }
    heat = lists.heat_around_peak(seen, stays, AROUND)
    return Measured(values, {}, {"dwell": stays.dwell.to_numpy(), "heat": heat[None, :]})


def of_reads(reads: np.ndarray, listed: np.ndarray, seen: lists.Sightings, step: int) -> Measured:
    """Every measure of reads but the share of posts; arguments as in `Trace`."""
    rank, gained = _next_hour(reads, seen, step)
    final = reads[-1, listed >= 0]
    places, median = lists.reads_by_rank(rank, gained)
    values: Values = {
        "S30": (lists.exposure_slope(places, median),),
        "S34": (lists.read_half_time(reads, listed, step),),
    } | of_final_reads(final)
    return Measured(values, {}, {"rank": rank, "gained": gained})


def of_final_reads(reads: np.ndarray) -> Values:
    """How reads are spread over topics: sd and skew of their logarithm, Gini, share of the top hundredth."""
    once = np.ones(len(reads))
    return {
        "S32": (lists.reads_spread(reads),),
        "S48": (graphs.weighted_gini(reads, once),),
        "S49": (graphs.top_share(reads, once),),
        "S50": (lists.reads_skew(reads),),
    }


def _next_hour(reads: np.ndarray, seen: lists.Sightings, step: int) -> tuple[np.ndarray, np.ndarray]:
    """Rank at every full hour, and the reads gained in the hour after it."""
    ahead = 60 // step
    at = np.asarray(seen.minute) // step
    keep = (np.asarray(seen.minute) % 60 == 0) & (at + ahead < len(reads))
    at, topic = at[keep], np.asarray(seen.topic)[keep]
    return np.asarray(seen.rank)[keep], reads[at + ahead, topic] - reads[at, topic]


def of_trace(world: str, trace: Trace) -> Measured:
    """The measures that a world is for."""
    if world in GROW:
        trees = cascades.born_before(trace.forest, trace.end - GROW[world])
        return of_forest(trees) if world == "reality_cascades" else Measured(of_rooted(roots.rooted(trees)))
    if world == "reality_feed":
        gini = graphs.weighted_gini(trace.views, trace.copies)
        return Measured({"S36": (gini,)}, {}, {"views": trace.views / trace.copies})
    if world == "reality_kuaishou":
        head, gini = (measure(trace.views, trace.copies) for measure in (graphs.top_share, graphs.weighted_gini))
        return Measured({"S37": (head,)}, {"S37": (gini,)}, {"views": trace.views / trace.copies})
    made = of_stays(trace.own, trace.step, trace.end, trace.first_minute_of_day)
    read = of_reads(trace.reads, trace.listed, trace.own, trace.step)
    other = of_stays(trace.background, trace.step, trace.end, trace.first_minute_of_day)
    on_list = trace.listed >= 0
    read.values["S35"] = (lists.posts_per_discussion(trace.posts[on_list], trace.discussions[on_list]),)
    return Measured(made.values | read.values, other.values, made.samples | read.samples)


def world_of(name: str, seed: int, sets: tuple[str, ...] = ()) -> Scenario:
    """A world for measuring."""
    scenario = load(name, seed=seed, sets=sets)
    if not isinstance(scenario, Scenario):
        raise SimError(f"{name} is a classical world; targets are measured on platforms")
    return scenario


def of_network(seed: int, quick: bool = False) -> Measured:
    """Accounts as they are drawn, and the computed network at the size of the graph it is held against."""
    users = QUICK_USERS if quick else TWITTER_USERS
    network, key = Computed(), streams.stream_key(seed, "reality/graph")
    share = graphs.reciprocity(network, users, key) / graphs.TWITTER_RECIPROCITY
    distance = graphs.mean_distance(network, users, key)
    return Measured({"S38": graphs.shares_above(kols(seed)), "S39": (distance,), "S40": (share,)})


def kols(seed: int, count: int = KOLS) -> np.ndarray:
    """Followers of many KOLs of all sizes, drawn as the model draws them."""
    scenario = world_of("reality_lists", seed)
    actor = next(actor for actor in scenario.actors if actor.tier)
    points = scenario.people.kol_followers
    tier = scenario.people.kol_tiers[actor.tier].model_copy(update={"from_": points[0][0], "to": points[-1][0]})
    people = scenario.people.model_copy(update={"kol_tiers": {**scenario.people.kol_tiers, actor.tier: tier}})
    scenario = scenario.model_copy(update={"people": people})
    platform = actor.places[0]
    return np.array([build.drawn_followers(scenario, actor, f"kol {i}", platform) for i in range(count)])

"""The numbers of summary.json, what a run had come to at a time, and what stands beside an observed figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from sim.base.errors import SimError
from sim.minds.base import KINDS
from sim.platforms.base import channels
from sim.scenario import numbers
from sim.scenario.numbers import flows, parted
from sim.world.records import (
    AD,
    F_BESIDE,
    F_COMMENTS,
    F_CREATIONS,
    F_FIRST,
    F_IMPRESSIONS,
    F_LIKES,
    F_NEW,
    F_REPOSTS,
    F_TAGGED,
    FLOWS,
    ORGANIC,
    TAGGED,
)

if TYPE_CHECKING:
    import pandas as pd

    from sim.model.board import Board
    from sim.model.deeds import Deeds
    from sim.scenario.observed import Figure
    from sim.scenario.scenario import Scenario
    from sim.world.world import World

RIVALS, ACTIONS = "rival_bureaus_acted", "_actions"


class Simulated(Protocol):
    """What a summary is made of: the tables of a run."""

    world: World
    board: Board
    deeds: Deeds
    scenario: Scenario


# ---- the summary


def summary(tables: Simulated) -> dict[str, Any]:
    """Metric → number, with units in the names, in the order in which they are told."""
    world = tables.world
    flows = tables.board.series[..., :-1].sum(axis=2)
    return {
        "people_simulated": world.n_users,
        "people_per_row": world.ratio,
        "people_reached": int(flows[..., F_FIRST].sum()),
        **_overall(tables, flows.sum(axis=1, dtype=np.int64)),
        **_platforms(tables, flows.astype(np.int64)),
        **_acted(tables.deeds, tables.scenario),
        **_won(world),
        **_hosts(world),
        **_first_post(world),
        **_beliefs(tables.board),
        "spend_yuan": int(sum(deed.spend for deed in tables.deeds.actions)),
    }


def _overall(tables: Simulated, flows: np.ndarray) -> dict[str, int]:
    """All platforms together, of flows by step, i8[steps, flows]."""
    world, total = tables.world, flows.sum(axis=0)
    return {
        "impressions": int(total[F_IMPRESSIONS]),
        "discussions": _discussions(total),
        "intents": int(total[FLOWS.index("intents")]),
        **_tags(total),
        "followers_won": sum(int(account.gained) for account in world.accounts),
        "peak_hour_impressions": _peak_hour(world, flows),
        "days_listed": _days_listed(world, tables.scenario.start),
    }


def _discussions(total: np.ndarray) -> int:
    return int(total[[F_COMMENTS, F_REPOSTS, F_CREATIONS]].sum())


def _peak_hour(world: World, flows: np.ndarray) -> int:
    return int(by_hour(flows[:, F_IMPRESSIONS], world.clock.step_minutes).max(initial=0))


def _days_listed(world: World, start: datetime) -> int:
    """Days on which a topic of the stories stood on some list, at any step; bought places count for nothing."""
    steps = np.concatenate([_own(entries.rows)["step"] for entries in world.lists["listed"]])
    return _different((start.hour * 60 + start.minute + steps * world.clock.step_minutes) // 1440)


def _own(log: np.ndarray) -> np.ndarray:
    """Those rows of a list's log that are topics of the stories, bought places left out."""
    own = log[log["topic"] >= 0]
    return own[own["slot"] != AD]


def _different(numbers: np.ndarray) -> int:
    """How many different numbers there are, all from 0 to no more than many thousands."""
    return int(np.count_nonzero(np.bincount(numbers)))


def _platforms(tables: Simulated, flows: np.ndarray) -> dict[str, Any]:
    """Platform by platform, of flows by step, i8[steps, platforms, flows]."""
    world, theirs = tables.world, opened_by_rivals(tables.world, tables.scenario)
    return {
        f"{platform}_{name}": value
        for p, platform in enumerate(world.platforms)
        for part in (
            _flows(world, flows[:, p]),
            _media(world, p),
            _spill(world, p),
            _times(world, flows[:, p]),
            _topics(world, p),
            _rival_topics(world, p, theirs),
            _rooms(world, p),
        )
        for name, value in part.items()
    }


def _flows(world: World, flows: np.ndarray) -> dict[str, int]:
    """What happened on a platform, of flows by step, i8[steps, flows]."""
    total = flows.sum(axis=0)
    return {
        "impressions": int(total[F_IMPRESSIONS]),
        "new_reach": int(total[F_NEW]),
        "likes": int(total[F_LIKES]),
        "reposts": int(total[F_REPOSTS]),
        "discussions": _discussions(total),
        "intents": int(total[FLOWS.index("intents")]),
        **_tags(total),
    }


def _tags(total: np.ndarray) -> dict[str, int]:
    """Reads by tag, where a story has a standing one, of flows in all, i8[flows]: by it alone, and by all of a post."""
    if len(total) <= F_TAGGED:
        return {}
    return {
        "tag_reads": int(total[F_TAGGED]),
        "basket_reads": int(total[[F_IMPRESSIONS, F_BESIDE]].sum()),
    }


def _media(world: World, p: int) -> dict[str, int]:
    """Impressions by channel, and as owned (an actor's own followers), paid and earned (all others)."""
    counts = dict(zip(channels(), world.by_platform.channels[p].tolist(), strict=True))
    owned = int(world.by_platform.owned[p])
    paid = sum(n for channel, n in counts.items() if channel.media == "paid")
    by_channel = {f"via_{channel.name}": n for channel, n in counts.items() if n}
    return by_channel | {"owned": owned, "earned": sum(counts.values()) - owned - paid, "paid": paid}


def _spill(world: World, p: int) -> dict[str, int]:
    """Impressions and people new on a platform by what was carried over, by the platform that it came from last."""
    from_others = [(other, q) for q, other in enumerate(world.platforms) if q != p]
    counts = [
        (f"{what}_from_{other}", int(world.by_platform.spill[p, q, i]))
        for other, q in from_others
        for i, what in enumerate(("impressions", "reach"))
    ]
    return {name: count for name, count in counts if count}


def _times(world: World, flows: np.ndarray) -> dict[str, Any]:
    """The fullest hour of a platform, and when it was first seen much."""
    first = first_reaching(flows[:, F_IMPRESSIONS], 100_000, world.clock.step_minutes)
    return {"peak_hour_impressions": _peak_hour(world, flows), "first_100k_hours": first}


def _topics(world: World, p: int) -> dict[str, Any]:
    """Topics of the stories on a platform, and how many topics its list showed."""
    topics = world.topics
    own = topics.platform == p
    best = topics.best_rank[own & (topics.first_listed >= 0)]
    return {
        "topics": int(own.sum()),
        "topics_listed": len(best),
        "best_rank": int(best.min()) if len(best) else None,
        "topic_hours": _topic_hours(world, p),
        "background_topics_listed": _others_listed(world, p),
    }


def _rival_topics(world: World, p: int, theirs: np.ndarray) -> dict[str, int]:
    """Of the topics that rival bureaus opened those that came on the list; left out where there are none."""
    topics = world.topics
    own = (topics.platform == p) & (topics.first_listed >= 0)
    listed = int(own[theirs].sum())
    return {"rival_topics_listed": listed} if listed else {}


def opened_by_rivals(world: World, scenario: Scenario) -> np.ndarray:
    """Rows of the topics whose first post is a rival bureau's, i8[n]."""
    posts, rivals = world.posts, scenario.rivals
    rows = np.flatnonzero(posts.topic[: posts.n] >= 0)
    topics, first = np.unique(posts.topic[rows], return_index=True)  # posts go by time
    authors = zip(posts.by_actor[rows[first]].tolist(), posts.author[rows[first]].tolist(), strict=True)
    theirs = [acts and world.accounts[author - world.n_users].actor in rivals for acts, author in authors]
    return topics[np.array(theirs, bool)].astype(np.int64)


def _topic_hours(world: World, p: int) -> int:
    """Topics of the stories on a list, read at each full hour as archives do; bought places count for nothing."""
    log = _own(world.lists["listed"][p].rows)
    log = log[log["step"] % round(world.clock.steps_per_hour) == 0]
    return len(np.unique(log["step"] * world.topics.n + log["topic"]))


def _rooms(world: World, p: int) -> dict[str, int]:
    """Entries into live rooms on a platform, in all and into the first."""
    rooms = _rooms_by_time(world)
    entered = world.posts.entered[rooms[world.posts.platform[rooms] == p]]
    return {"room_entries": int(entered.sum()), "first_room_entries": int(entered[0])} if len(entered) else {}


def _rooms_by_time(world: World) -> np.ndarray:
    """Rows of the posts that somebody entered, in the order in which they began; of one minute, by who they are."""
    posts = world.posts
    rows = np.flatnonzero(posts.entered[: posts.n] > 0)
    return rows[np.lexsort((posts.ident[rows], posts.minute[rows]))]


def _hosts(world: World) -> dict[str, int]:
    """Entries into the first live room of each account that had one."""
    posts, first = world.posts, dict[str, int]()
    for row in _rooms_by_time(world).tolist():
        if posts.by_actor[row]:
            account = world.accounts[int(posts.author[row]) - world.n_users]
            name = f"{account.actor}_{world.platforms[account.platform]}_first_room_entries"
            first.setdefault(name, int(posts.entered[row]))
    return first


def _others_listed(world: World, p: int) -> int:
    """Topics of the background that came on a list by themselves."""
    log = world.lists["listed"][p].rows
    return _different(-2 - log["topic"][(log["topic"] < 0) & (log["slot"] == ORGANIC)])


def _acted(deeds: Deeds, scenario: Scenario) -> dict[str, int]:
    """What minds did by their own decision."""
    acted, bureaus = [deed for deed in deeds.actions if deed.kind != "fact"], scenario.rivals
    kinds = Counter(deed.kind for deed in acted)
    first: dict[str, int] = {}  # minute of each bureau's first action
    for deed in acted:
        if deed.kind == "bureau":
            first[deed.name] = min(deed.minute, first.get(deed.name, deed.minute))
    rivals = [minute for name, minute in first.items() if name in bureaus]
    return {
        **{f"{kind}_actions": kinds[kind] for kind in KINDS},
        "bureaus_acted": len(first),
        RIVALS: len(rivals),
        "rival_bureaus_first_day": sum(minute < min(rivals) + 1440 for minute in rivals),
    }


def _won(world: World) -> dict[str, int]:
    """Followers of each account that has won some."""
    return {
        f"{account.actor}_{world.platforms[account.platform]}_followers_won": int(account.gained)
        for account in world.accounts
        if account.gained
    }


def _beliefs(board: Board) -> dict[str, int]:
    """Who believes at the end of a run what may be untrue, and who was corrected."""
    if not board.beliefs.size:
        return {}
    believes, corrected = board.beliefs[-1].sum(axis=0)
    return {"believers": int(believes), "people_corrected": int(corrected)}


def _first_post(world: World) -> dict[str, int]:
    """What came of the first post of an actor, if there is one."""
    first = np.flatnonzero(world.posts.by_actor)
    if not len(first):
        return {}
    total = world.posts.totals[first[0]]
    return {"first_post_likes": int(total[F_LIKES]), "first_post_impressions": int(total[F_IMPRESSIONS])}


# ---- parts of it, and running totals


def running_total(name: str, at: datetime, series: pd.DataFrame, actions: pd.DataFrame, scenario: Scenario) -> float:
    """What a run had come to by a time, in the steps that had ended then: by midnight is the whole day before.

    Raises `SimError` for a number that has no running total.
    """
    zone, step = datetime.fromisoformat(series.time.iloc[0]).tzinfo, timedelta(minutes=scenario.step_minutes)
    by, last = (when.astimezone(zone).isoformat(timespec="minutes") for when in (at, at - step))
    platform, flow = parted(name, "running", series.platform.unique())
    if name == RIVALS:
        rivals = actions[(actions.kind == "bureau") & actions["name"].isin(scenario.rivals)]
        return float(rivals[rivals.time < by]["name"].nunique())
    if flow.endswith(ACTIONS):
        acted = actions[actions.kind == flow.removesuffix(ACTIONS)]
        return float((acted.time < by).sum())
    missing = [one for one in flows(flow) if one not in series]
    if missing:
        further = (
            "the standing tag of a story" if {*missing} & {*TAGGED} else "further responses such as bullet comments"
        )
        raise SimError(f"no platform of this run has what {name} counts: {further}")
    here = series.platform == platform if platform else series.platform.notna()
    past = series[here & (series.time <= last)]  # times are compared as text
    return float(past[list(flows(flow))].to_numpy().sum())


def simulated(
    figure: Figure, scenario: Scenario, summary: Mapping[str, Any], series: pd.DataFrame, actions: pd.DataFrame
) -> float | None:
    """The number of a run that stands beside an observed one.

    Args:
        figure: what was observed.
        scenario: as it was run.
        summary: of the run.
        series: of the run, as its table is written.
        actions: of the run, as its table is written.

    Returns:
        The number, over that of ``per`` where the figure is a ratio; None of what was observed after the run's end,
        and where there is no such number, or nothing to divide by.
    """
    if figure.at is not None and figure.at > scenario.end:
        return None

    def number(name: str, since: datetime | None, at: datetime | None) -> float | None:
        if _in_summary(name, figure, scenario):
            nothing = 0 if numbers.sparse(name, scenario.platforms, numbers.actor_names(scenario)) else None
            return summary.get(name, nothing)
        before = running_total(name, since, series, actions, scenario) if since else 0.0
        return running_total(name, at or scenario.end, series, actions, scenario) - before

    parts = [number(name, figure.since, figure.at) for name in (figure.metric, *figure.plus)]
    there = [part for part in parts if part is not None]
    value = sum(there) if there else None
    if not figure.per or value is None:
        return value
    over = number(figure.per, figure.per_since or figure.since, figure.per_at or figure.at)
    return value / over if over else None


def _in_summary(name: str, figure: Figure, scenario: Scenario) -> bool:
    """Whether a number stands in the summary; else it is what the run had come to, by its end if no time is said."""
    actors = numbers.actor_names(scenario)
    return figure.at is None and numbers.find(name, "summary", scenario.platforms, actors) is not None


def told(figure: Figure, scenario: Scenario) -> tuple[str, str]:
    """Label and unit of an observed figure: its own, or those of the number."""
    where: numbers.Where = "summary" if _in_summary(figure.metric, figure, scenario) else "running"
    found = numbers.number(figure.metric, where, scenario.platforms, numbers.actor_names(scenario))
    label = figure.label or found.label(titles=numbers.titles(scenario))
    return label, figure.unit or ("" if figure.per else found.number.unit)


def by_hour(flow: np.ndarray, step_minutes: int) -> np.ndarray:
    """Sums of a flow by hour, from the flow by step."""
    per_hour = 60 // step_minutes
    return np.add.reduceat(flow, np.arange(0, len(flow), per_hour)) if len(flow) else flow


def first_reaching(flow: np.ndarray, level: int, step_minutes: int) -> float | None:
    """Hours until the end of the step in which the running total reaches ``level``; None if it never does."""
    reached = np.flatnonzero(np.cumsum(flow) >= level)
    return round((int(reached[0]) + 1) * step_minutes / 60, 2) if len(reached) else None

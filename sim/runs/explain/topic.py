"""`sim explain RUN --topic T`: how a topic was born, was read and ranked, who joined and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.base.errors import SimError
from sim.base.progress import Tell
from sim.base.registry import did_you_mean
from sim.base.words import columns, fit, humanise
from sim.platforms.base import Standing
from sim.runs.explain.rerun import again, is_classical, opened, place, same
from sim.runs.explain.topic_onlooker import Moment, Promotion, TopicOnlooker
from sim.runs.explain.words import Words
from sim.runs.tables import Tables
from sim.scenario.given import checked
from sim.world.records import F_IMPRESSIONS, F_REPOSTS
from sim.world.world import ORIGINS

if TYPE_CHECKING:
    from sim.runs.result import Result

WIDTH = 110
MINUTES = (60, 120, 180, 360, 720, 1440, 2880, 5760, 11520, 23040)  # lengths of a row of the table
SHOWN = 8  # posts, promotions, actions


@checked
def explain_topic(
    folder: Path | str | Result,
    topic: str,
    *,
    limit: int = 24,
    exact: bool = False,
    threads: int = 1,
    progress: Tell | None = None,
) -> list[str]:
    """Lines that tell the life of a topic in the run of a result folder, after running it once more.

    Args:
        folder: a result folder, or a result, which may have none.
        topic: its title, a part of it that no other topic has, or ``platform/title``.
        limit: most rows of the table; an hour each, more where the topic lived longer.
        exact: whole numbers instead of rounded ones.
        threads: threads of the run.
        progress: as in `runner.run`.

    Raises:
        SimError: no such folder or topic, or the folder cannot be repeated.

    >>> from sim import run
    >>> made = run("ding_zhen", users=200, sets=["days=2"], figures=False)
    >>> explain_topic(made.path, "weibo/丁真")[3].strip()
    'born 12 Nov 14:30, origin: fact; appeal 1.50; talk × 0.34; novelty halves every 1.4 h'
    """
    result = opened(folder)
    if is_classical(result):
        raise SimError(f"{folder} is a run of a textbook model, which has no topics; --user N follows a user")
    row = _row(result, topic)
    onlooker = TopicOnlooker(row, threads)
    tables = again(result, threads=threads, progress=progress, watch=onlooker.watch)
    assert isinstance(tables, Tables)
    words = Words(tables, exact)
    parts = (
        _birth(words, row),
        _posts(words, row),
        _table(words, onlooker, limit),
        _promotions(words, onlooker.promotions),
        _actions(words, row),
        _first(words, onlooker),
        _end(words, row, onlooker),
    )
    return [same(result), *(line for part in parts if part for line in ("", *part))]


def _row(result: Result, wanted: str) -> int:
    """The topic that a person means: by its whole name, else by a part that only one has."""
    topics = result.as_written("topics")
    own = topics[topics.origin != "background"]
    names = [f"{t.platform}/{t.topic}" for t in own.itertuples()]
    same_name = [i for i, name in enumerate(names) if wanted in (name, name.partition("/")[2])]
    found = same_name or [i for i, name in enumerate(names) if wanted.casefold() in name.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        some = ", ".join(names[i] for i in found[:6]) + (", …" if len(found) > 6 else "")
        raise SimError(f"'{wanted}' may be any of {len(found)} topics: {some}")
    titles = [name.partition("/")[2] for name in names]
    raise SimError(f"no topic '{wanted}' in {place(result)}; {did_you_mean(wanted, [*dict.fromkeys(titles)][:40])}")


def _birth(words: Words, row: int) -> list[str]:
    topics, world = words.world.topics, words.world
    platform, minute = world.platforms[topics.platform[row]], int(topics.minute[row])
    story = words.title(int(topics.story[row]))
    lines = [
        f"“{world.topic_titles[row]}” on {platform}, a topic of “{story}”; times are of {words.zone}",
        f"  born {words.time(minute)}, origin: {ORIGINS[topics.origin[row]]}; appeal {topics.appeal[row]:.2f}; "
        f"talk × {topics.talk[row]:.2f}; novelty halves every {_half_life(words, row):.1f} h",
    ]  # fmt: skip
    first = np.flatnonzero(world.posts.topic == row)[:1]
    for post in first.tolist():
        lines.append(f"  opened by {words.post(post)}")
    acts = _acts(words, row)
    if acts and acts[0]["time"] == words.clock.iso(minute // words.clock.step_minutes * words.clock.step_minutes):
        lines.append(_brief(f"because: {acts[0]['why']}"))
    elif ORIGINS[topics.origin[row]] == "user":
        lines.append("  because: interest in the story makes users start topics, a Poisson number each step")
    elif ORIGINS[topics.origin[row]] == "relay":
        carried = int(world.posts.original[first[0]])
        there = world.platforms[world.posts.platform[carried]]
        lines.append(_brief(f"because: carried over from {there}: {words.post(carried)}"))
    return lines


def _brief(text: str) -> str:
    """A line, indented, cut where it is too long."""
    return "  " + fit(text, WIDTH - 2).rstrip()


def _indented(cells: list[list[str]]) -> list[str]:
    return [f"  {line}" for line in columns(cells)]


def _half_life(words: Words, row: int) -> float:
    return -words.clock.step_minutes / 60 / float(np.log2(words.world.topics.decay[row]))


def _posts(words: Words, row: int) -> list[str]:
    world = words.world
    posts = np.flatnonzero(world.posts.topic == row)
    totals = world.posts.totals[posts]
    order = np.argsort(-totals[:, F_IMPRESSIONS], kind="stable")[:SHOWN]
    cells = [["born", "post", "reads", "reposts"]]
    for at in order.tolist():
        post = int(posts[at])
        what = fit(words.post(post).partition(" on “")[0], 48).rstrip()
        counts = [_count(words, int(totals[at, flow])) for flow in (F_IMPRESSIONS, F_REPOSTS)]
        cells.append([f"{words.time(int(world.posts.minute[post]))}", what, *counts])
    return [f"Posts: {len(posts):,} simulated, {int(world.topics.posts[row]):,} real; most read:", *_indented(cells)]


def _count(words: Words, number: float) -> str:
    return f"{number:.0f}" if words.exact else humanise(number)


# ---- the table


def _table(words: Words, onlooker: TopicOnlooker, limit: int) -> list[str]:
    rows = onlooker.moments
    if not rows:
        return []
    length = _length(rows, max(1, limit), words.clock.step_minutes)
    ranked, names = any(moment.standing is not None for moment in rows), words.world.channels
    used = [c for c in range(1, len(names)) if onlooker.by_channel[:, c].any()]
    head = ["from", "reads", *(f"·{names[c]}" for c in used), "discuss", "novelty"]
    head += ["inflow/h", "× own", "smoothed", "heat", "rank"] if ranked else []
    cells = [head]
    for first in range(0, len(rows), length):
        part = rows[first : first + length]
        cells.append(_cells(words, onlooker, part, used, ranked))
    hours = length * words.clock.step_minutes / 60
    lines = [
        f"Every {hours:g} h: reads (of it by channel) and discussions; novelty, heat and rank as at the end of it:"
    ]
    lines += _indented(cells)
    if ranked:
        lines += _heat_words(words, onlooker)
    return lines


def _length(rows: list[Moment], limit: int, step_minutes: int) -> int:
    """Steps a row of the table: an hour, or as many as keep the table within ``limit`` rows."""
    for minutes in MINUTES:
        steps = max(1, minutes // step_minutes)
        if -(-len(rows) // steps) <= limit:
            return steps
    return -(-len(rows) // limit)


def _cells(words: Words, onlooker: TopicOnlooker, part: list[Moment], used: list[int], ranked: bool) -> list[str]:
    last, steps = part[-1], slice(part[0].step, part[-1].step + 1)
    reads = onlooker.by_channel[steps].sum(axis=0)
    cells = [f"{words.time(part[0].step * words.clock.step_minutes)}", _count(words, sum(m.reads for m in part))]
    cells += [_count(words, int(reads[c])) for c in used]
    cells += [_count(words, sum(m.discussions for m in part)), f"{last.novelty:.3f}"]
    if ranked and last.standing is not None:
        own = last.standing
        cells += [_count(words, own.inflow), f"{own.own:.2f}", _count(words, own.rate), _count(words, own.heat)]
        cells.append(_rank(words, last, own))
    return cells


def _rank(words: Words, moment: Moment, own: Standing) -> str:
    """Its rank, or what it lacked."""
    if own.rank >= 0:
        return str(own.rank) if own.rank else "pinned"
    if own.expired:
        return "over the list's age"
    least = own.stay_novelty if moment.listed else own.entry_novelty
    if moment.novelty <= least:
        return f"too old (novelty ≤ {least:g})"
    return f"– (last has {_count(words, own.last_heat)})"


def _heat_words(words: Words, onlooker: TopicOnlooker) -> list[str]:
    own = next(moment.standing for moment in onlooker.moments if moment.standing)
    part = f" (of those by the list {own.list_share:.0%})" if own.list_share < 1 else ""
    return [
        f"  inflow = searches + discussions + reads{part}, an hour; × own = the interaction of its own;",
        f"  smoothed = the running mean of their product, halved in {own.smoothing_minutes:g} min; "
        f"heat = smoothed × {own.interaction:g}",
    ]


# ---- what else


def _promotions(words: Words, promotions: list[Promotion]) -> list[str]:
    if not promotions:
        return []
    lines = ["Traffic pools: a post whose pool is used up goes on when its score reaches the pass score:"]
    cells = []
    for one in promotions[:SHOWN]:
        score, need, alive = one.verdict
        verdict = f"to {one.to}" if one.to else "leaves the recommender"
        sign = "≥" if score >= need else "<"
        some = f" (a row of {alive:,} posts: the better ones)" if alive > 1 else ""
        cells.append([f"{words.time(one.minute)}", f"post {one.post}", one.place,
                      f"score {score:.3f} {sign} {need:g}", f"{verdict}{some}"])  # fmt: skip
    more = [f"  … and {len(promotions) - SHOWN:,} more"] if len(promotions) > SHOWN else []
    return lines + _indented(cells) + more


def _acts(words: Words, row: int) -> list[dict[str, Any]]:
    actions, world = words.tables.actions, words.world
    platform = world.platforms[world.topics.platform[row]]
    own = actions[(actions.topic == world.topic_titles[row]) & (actions.platform == platform)]
    return [{str(name): value for name, value in act.items()} for act in own.to_dict("records")]


def _actions(words: Words, row: int) -> list[str]:
    acts = _acts(words, row)
    if not acts:
        return ["No actor did anything under it."]
    lines = [f"Actors under it: {len(acts)} actions"]
    for act in acts[:SHOWN]:
        when = words.time(words.clock.minute(_moment(act["time"])))
        lines.append(_brief(f"{when}  {act['actor']}: {act['action']}, {act['why']}"))
    return lines + ([f"  … and {len(acts) - SHOWN:,} more in actions.csv"] if len(acts) > SHOWN else [])


def _moment(text: str) -> Any:
    from datetime import datetime

    return datetime.fromisoformat(text)


def _first(words: Words, onlooker: TopicOnlooker) -> list[str]:
    if not onlooker.first:
        return ["Nobody saw it."]
    lines = [f"The first {len(onlooker.first)} people who saw it (--user N tells more):"]
    for met in onlooker.first:
        acts = [name for name, coin, below in met.draws if coin < below]
        _, coin, gate = met.draws[0]
        found = met.encounter
        look = f"saw {words.against(found.coin, found.seen_below)}, attend {words.against(coin, gate)}"
        line = f"  {words.time(met.minute)}  user {met.exposure.user}, {words.channel(met)}: {look}"
        lines.append(line + (f" ✓ {', '.join(acts[1:])}".rstrip() if acts else ""))
    return lines


def _end(words: Words, row: int, onlooker: TopicOnlooker) -> list[str]:
    topics = words.world.topics
    reads = _count(words, int(topics.reads[row]))
    read = f"In all: {reads} reads, {_count(words, int(topics.discussions[row]))} discussions"
    hours = int(topics.bought_steps[row]) * words.clock.step_minutes / 60
    read += f"; {hours:g} h on bought places" if hours else ""
    if topics.first_listed[row] < 0:
        return [f"{read}; it was never listed{' by itself' if hours else ''}."]
    minutes = int(topics.listed_steps[row]) * words.clock.step_minutes
    when = f"{words.time(int(topics.first_listed[row]))} and {words.time(int(topics.last_listed[row]))}"
    best = int(topics.best_rank[row])
    return [f"{read}; listed {minutes / 60:g} h between {when}, at best {f'rank {best}' if best else 'pinned'}."]

"""Who was reached because of a change: one seed once more in two worlds, person by person and post by post.

People are rows of both worlds with the same number; posts have the same identity, whatever their row. So what stands
in one world alone is there because of the change. A row counts as reached also where the view falls just after the
run's end.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from sim.base import metrics
from sim.base.streams import np_mix
from sim.runs import runner
from sim.runs.explain.words import Words
from sim.runs.tables import Tables
from sim.studies.compare.arms import Arm
from sim.studies.study import seeded
from sim.world.population import lane_of
from sim.world.records import F_IMPRESSIONS
from sim.world.world import World

EXAMPLES = 3  # people whose way is told
HOPS = 6  # of a way that are told


@dataclass(frozen=True)
class Side:
    """What is in one of two worlds only. Counts are of real people; lists are sorted by size.

    Attributes:
        people: reached here only.
        by: platform, segment, activity class or community → people, for each of these four.
        posts: posts of actors: words, impressions.
        user_posts: how many posts of users.
        topics: platform/title, reads.
        actors: who acted of their own decision here only: title, kind.
        ways: of some people reached here only who passed it on: they, who passed it to them, and so on.
    """

    people: int
    by: dict[str, dict[str, int]]
    posts: list[tuple[str, int]]
    user_posts: int
    topics: list[tuple[str, int]]
    actors: list[tuple[str, str]]
    ways: list[tuple[str, ...]]


@dataclass(frozen=True)
class Reached:
    """Two worlds of one seed side by side.

    Attributes:
        arm: name of the second world.
        seed: of both.
        parted: when the first number differs, ISO 8601; empty where none does.
        both: people reached in both.
        lost, won: what is in the first world only, and in the second only.
    """

    arm: str
    seed: int
    parted: str
    both: int
    lost: Side
    won: Side


def told(job: tuple[Arm, Arm, int]) -> Reached | None:
    """Run two arms with one seed and tell them apart; None where people are not the same, or not simulated at all."""
    base, arm, seed = job
    if not same_people(base, arm):
        return None
    first, second = (_run(one, seed) for one in (base, arm))
    return apart(first, second, arm.name, seed)


def same_people(base: Arm, arm: Arm) -> bool:
    """Whether a row is the same person in both arms, so that they can be told apart one by one."""
    one, other = base.world, arm.world
    return bool(one.platforms) and one.people == other.people and [*one.platforms] == [*other.platforms]


def _run(arm: Arm, seed: int) -> Tables:
    tables = runner.simulate(seeded(arm.world, seed))
    assert isinstance(tables, Tables)
    return tables


def apart(first: Tables, second: Tables, arm: str, seed: int) -> Reached:
    """What two finished runs of the same people do not share."""
    one, other = (_reached(tables.world) for tables in (first, second))
    both = int(((one > 0) & (other > 0)).sum()) * first.world.ratio
    lost, won = _side(first, second, one, other), _side(second, first, other, one)
    return Reached(arm, seed, parted(first, second), both, lost, won)


def parted(first: Tables, second: Tables) -> str:
    """Time of the first step whose flows differ, or at which one run has ended."""
    one, other = first.board.series, second.board.series
    if one.shape[1:] != other.shape[1:] or first.clock.step_minutes != second.clock.step_minutes:
        return first.clock.iso(0)
    steps = min(len(one), len(other))
    differ = np.flatnonzero((one[:steps] != other[:steps]).any(axis=(1, 2, 3)))
    if len(differ):
        return first.clock.iso(int(differ[0]) * first.clock.step_minutes)
    return "" if len(one) == len(other) else first.clock.iso(steps * first.clock.step_minutes)


def _reached(world: World) -> np.ndarray:
    """Platforms as bits on which each person has met a story, u2[users]."""
    return np.asarray(np.bitwise_or.reduce(world.state.reached, axis=0))


def _side(here: Tables, there: Tables, own: np.ndarray, others: np.ndarray) -> Side:
    rows = np.flatnonzero((own > 0) & (others == 0))
    own_posts = _only(here, there)
    by_actor = here.world.posts.by_actor[own_posts] > 0
    return Side(
        people=len(rows) * here.world.ratio,
        by=_counted(here, rows, own),
        posts=_posts(here, own_posts[by_actor]),
        user_posts=int(here.world.posts.weight[own_posts[~by_actor]].sum()),
        topics=_topics(here, there),
        actors=_acted(here, there),
        ways=_ways(here, there, rows),
    )


def _counted(tables: Tables, rows: np.ndarray, own: np.ndarray) -> dict[str, dict[str, int]]:
    """How many of these people by platform on which they were reached, segment, activity class and community."""
    world, spec = tables.world, tables.scenario.people
    lanes = _lanes(world, rows)
    platforms = {name: int((own[rows] >> p & 1).sum()) * world.ratio for p, name in enumerate(world.platforms)}
    segments = [title.title or name for name, title in spec.segments.items()]
    communities = rows >> int(world.people.community_bits)
    return {
        "platform": platforms,
        "segment": _tally(world.people.segment[lanes], segments, world.ratio),
        "activity": _tally(world.people.activity[lanes], list(spec.activity), world.ratio),
        "community": {f"no. {place}": n * world.ratio for place, n in Counter(communities.tolist()).most_common()},
    }


def _lanes(world: World, rows: np.ndarray) -> np.ndarray:
    """Lane of each of these people, as `population.lane_of` says."""
    return np.asarray(lane_of.py_func(world.people, rows.astype(np.uint64))).astype(np.int64)


def _tally(kinds: np.ndarray, names: list[str], ratio: int) -> dict[str, int]:
    counts = np.bincount(kinds, minlength=len(names)) * ratio
    return {name: int(n) for name, n in zip(names, counts, strict=True)}


def _only(here: Tables, there: Tables) -> np.ndarray:
    """Rows of posts that the other world does not have."""
    return np.flatnonzero(~np.isin(here.world.posts.ident, there.world.posts.ident))


def _posts(tables: Tables, rows: np.ndarray) -> list[tuple[str, int]]:
    """The posts most seen, in words."""
    words, posts = Words(tables), tables.world.posts
    reads = tables.world.posts.totals[rows, F_IMPRESSIONS]
    order = rows[np.argsort(-reads, kind="stable")]
    return [
        (
            f"{_author(words, row)}, {words.time(int(posts.minute[row]))}",
            int(tables.world.posts.totals[row, F_IMPRESSIONS]),
        )
        for row in order.tolist()
    ]


def _author(words: Words, row: int) -> str:
    """Whose post it is, of what kind, where and on what."""
    posts, world = words.world.posts, words.world
    platform, topic = world.platforms[posts.platform[row]], world.topic_titles[posts.topic[row]]
    kind = words.tables.content(row) if posts.by_actor[row] else "post"
    return f"{words.name(int(posts.author[row]))}, {kind} on {platform} on “{topic}”"


def _topics(here: Tables, there: Tables) -> list[tuple[str, int]]:
    """Topics of the stories that the other world does not have, with their reads."""
    found, others = _named(here), _named(there)
    return sorted(((name, reads) for name, reads in found.items() if name not in others), key=lambda t: (-t[1], t[0]))


def _named(tables: Tables) -> dict[str, int]:
    world, topics = tables.world, tables.world.topics
    names = [f"{world.platforms[p]}/{title}" for p, title in zip(topics.platform, world.topic_titles, strict=True)]
    return dict(zip(names, topics.reads.tolist(), strict=True))


def _acted(here: Tables, there: Tables) -> list[tuple[str, str]]:
    """Who acted of their own decision here only: title and kind."""
    mine, others = (
        {deed.name: (deed.actor, deed.kind) for deed in tables.deeds.actions if deed.kind != "fact"}
        for tables in (here, there)
    )
    return sorted(who for name, who in mine.items() if name not in others)


# ---- ways


def _ways(here: Tables, there: Tables, rows: np.ndarray) -> list[tuple[str, ...]]:
    """How it came to those of these people after whom most others passed it on.

    A row stands for many people, and a small share may pass on what the row as a whole does not remember: so only
    what is passed on here alone counts.
    """
    tables, forest = here, here.world.forest
    passed = np.flatnonzero((forest.parent >= 0) & np.isin(forest.user, rows))
    passed = passed[~np.isin(_shares(here)[passed], _shares(there))]
    after = metrics.sizes(forest.parent, forest.weight)[passed] - forest.weight[passed]
    words, told = Words(tables), dict[int, tuple[str, ...]]()
    for at in passed[np.argsort(-after, kind="stable")].tolist():
        told.setdefault(int(forest.user[at]), _way(words, at))
        if len(told) == EXAMPLES:
            break
    return list(told.values())


def _shares(tables: Tables) -> np.ndarray:
    """What identifies a row of the repost forest in both worlds: who passes on which post, u8[rows]."""
    forest, posts = tables.world.forest, tables.world.posts
    return np_mix(posts.ident[forest.post] ^ np_mix(forest.user.astype(np.uint64)))


def _way(words: Words, row: int) -> tuple[str, ...]:
    """A row of the repost forest, and back to the post that it began with."""
    forest, chain = words.world.forest, [row]
    while forest.parent[chain[-1]] >= 0:
        chain.append(int(forest.parent[chain[-1]]))
    middle = chain[1:-1]
    hops = [_hop(words, at) for at in middle[:HOPS]]
    hops += [f"{len(middle) - HOPS} more reposts"] if len(middle) > HOPS else []
    origin = int(forest.post[chain[-1]])
    end = f"{_author(words, origin)}, {words.time(int(words.world.posts.minute[origin]))}"
    user, channel = int(forest.user[row]), words.world.channels[forest.channel[row]]
    lead = f"user {user} ({_person(words, user)}) passes it on {words.time(int(forest.minute[row]))}, met by {channel}"
    return lead, *hops, end


def _hop(words: Words, row: int) -> str:
    forest = words.world.forest
    return f"{words.name(int(forest.user[row]))} {words.time(int(forest.minute[row]))}"


def _person(words: Words, user: int) -> str:
    spec, people = words.scenario.people, words.world.people
    lane = int(_lanes(words.world, np.array([user]))[0])
    segment = list(spec.segments)[people.segment[lane]]
    return f"{spec.segments[segment].title or segment}, {list(spec.activity)[people.activity[lane]]}"

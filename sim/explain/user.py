"""`sim explain RUN --user N`: who a user is, every exposure with its coins, and what came of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim import metrics
from sim.errors import SimError
from sim.explain import classical
from sim.explain.onlooker import Met, UserOnlooker
from sim.explain.rerun import again, is_classical, opened, same, users_to_follow
from sim.explain.words import INDENT, Words, due, happened, is_own_follower, rows_of
from sim.publishing import wins_row
from sim.records import CREATE, FOLLOW, REPOST, RESPONSES
from sim.results import Tables

if TYPE_CHECKING:
    from sim.runner import Progress, Result


def explain_user(
    folder: Path,
    user: int,
    *,
    limit: int = 50,
    only_seen: bool = False,
    exact: bool = False,
    threads: int = 1,
    progress: Progress | None = None,
) -> list[str]:
    """Lines that tell what happened to a user in the run of a result folder, after running it once more.

    Args:
        folder: a result folder.
        user: row of the user.
        limit: most exposures that are told one by one.
        only_seen: leave out those that the user passed by.
        exact: whole 32-bit numbers instead of probabilities.
        threads: threads of the run.
        progress: as in `runner.run`.

    Raises:
        SimError: no such folder or user, or the folder cannot be repeated.
    """
    result = opened(folder)
    users = result.run["users"]
    if not 0 <= user < users:
        raise SimError(f"there is no user {user}: this run has users 0 to {users - 1:,}")
    if is_classical(result):
        return classical.told(result, user, limit, exact, progress)
    onlooker = UserOnlooker(user, threads)
    tables = again(result, threads=threads, progress=progress, watch=onlooker.watch)
    assert isinstance(tables, Tables)
    words = Words(tables, exact)
    lines = [same(result), "", *_portrait(words, user), ""]
    if not onlooker.met:
        return lines + _nothing(result, user)
    return lines + _exposures(words, onlooker, limit, only_seen) + ["", *_summary(words, onlooker)]


# ---- who it is


def _portrait(words: Words, user: int) -> list[str]:
    people, world, spec = words.world.people, words.world, words.scenario.people
    lane = _lane(words, user)
    segment, activity = list(spec.segments)[people.segment[lane]], list(spec.activity)[people.activity[lane]]
    used = [p for p in range(len(world.platforms)) if people.member[lane] >> p & 1]
    uses = " and ".join(world.platforms[p] for p in used) or "no platform"
    followers = ", ".join(_followers(words, user, p) for p in used) or "none"
    community, communities = user >> int(people.community_bits), -(-world.n_users >> int(people.community_bits))
    title = spec.segments[segment].title or segment
    return [
        f"User {user}: {title}; activity class {activity}; uses {uses}",
        f"  community {community} of {communities} (counted from 0); {_suits(words, user, lane)}",
        f"  followers: {followers}",
        f"  Times are of {words.zone}. A thing happens when its draw, from 0 to 1, is below its chance; to see is",
        "  base (channel, activity) × fit (where the platform picks: how it suits the user) × attention left today.",
    ]


def _lane(words: Words, user: int) -> int:
    from sim.population import lane_of

    return int(lane_of(words.world.people, np.uint64(user)))


def _suits(words: Words, user: int, lane: int) -> str:
    """How readily the user attends to each story, 1 being the average person."""
    from sim.population import community_class

    people, told = words.world.people, []
    for story in range(len(words.world.stories)):
        kind = int(community_class(people, story, np.uint64(user)))
        own = people.affinity_fix[story, people.segment[lane], kind] / 65536
        told.append(f"“{words.title(story)}” suits them {own:.2f} × (community class {kind} of 0–15)")
    return "; ".join(told)


def _followers(words: Words, user: int, platform: int) -> str:
    from sim.build import membership

    size, _ = words.world.graph.audience(platform, np.array([user]), membership(words.world, platform))
    return f"about {int(size[0]):,} on {words.world.platforms[platform]}"


def _nothing(result: Result, user: int) -> list[str]:
    lines = [f"Nothing ever met user {user}: no share, list, search or recommendation came to them in this run."]
    for other, size in users_to_follow(result, 1):
        lines.append(f"Follow user {other} instead, below whose repost {size:,} people shared: --user {other}")
    return lines


# ---- what happened


def _exposures(words: Words, onlooker: UserOnlooker, limit: int, only_seen: bool) -> list[str]:
    numbered = [(n, met) for n, met in enumerate(onlooker.met, 1) if met.encounter.seen or not only_seen]
    came = _Consequences(words, onlooker)
    lines = []
    for number, met in numbered[:limit]:
        lines += [*words.told(number, met), *(f"{INDENT}→ {line}" for line in came.of(met))]
    if len(numbered) > limit:
        lines.append(f"… and {len(numbered) - limit:,} more; --limit {len(numbered)} shows them all")
    return lines


class _Consequences:
    """What came of a user's acts, read from the run's end."""

    def __init__(self, words: Words, onlooker: UserOnlooker) -> None:
        self.words, self.world, self.onlooker, user = words, words.world, onlooker, onlooker.user
        forest = self.world.forest
        self.sizes = metrics.sizes(forest.parent, forest.weight)
        self.rows = rows_of(words, user)
        self.reposts = {int(forest.post[row]): int(row) for row in self.rows if forest.parent[row] >= 0}
        self.posts = np.flatnonzero((self.world.posts.author == user) & (self.world.posts.by_actor == 0))
        self.follows = self._follows(user)

    def of(self, met: Met) -> list[str]:
        """Lines about one exposure."""
        flags = met.encounter.flags & (REPOST | CREATE | FOLLOW)
        if is_own_follower(met):
            flags &= ~FOLLOW
        if not flags:
            return []
        if not happened(self.words, met):
            return ["the run ends before anything comes of it"]
        told = ((REPOST, self._repost), (CREATE, self._post), (FOLLOW, self._follow))
        return [line for flag, tell in told if flags & flag for line in tell(met)]

    def _repost(self, met: Met) -> list[str]:
        forest, row = self.world.forest, self.reposts[met.offer.post]
        if forest.parent[row] != met.offer.event or forest.minute[row] != met.minute:
            return [f"had reposted it before (row {row}); a post is reposted once"]
        views, people = self.onlooker.reach.get(row, (0, 0))
        below = int(self.sizes[row] - forest.weight[row])
        return [
            f"reposts: row {row} of the forest under row {forest.parent[row]}; "
            f"seen {views:,} times by {people:,} people, reposted onwards by {below:,}"
        ]

    def _post(self, met: Met) -> list[str]:
        posts, topic = self.world.posts, self.world.posts.topic[met.offer.post]
        made = self.posts[(posts.topic[self.posts] == topic) & (posts.minute[self.posts] == met.minute)]
        impressions = self.world.totals.rows[made, 0]
        return [
            f"makes post {row} on the topic: {n:,} impressions" for row, n in zip(made, impressions, strict=True)
        ] or ["had made a post about it before; one makes one"]  # fmt: skip

    def _follow(self, met: Met) -> list[str]:
        if not self.world.posts.by_actor[met.offer.post]:
            return ["would follow the author, but follows accounts only"]
        account = int(self.world.posts.author[met.offer.post])
        if self.follows.get(account) is met:
            return [f"follows {self.words.name(account)} from now on"]
        if account in self.follows:
            return [f"follows {self.words.name(account)} already"] if due(self.words, self.follows[account]) < due(
                self.words, met
            ) else [f"follows {self.words.name(account)} by an earlier act"]  # fmt: skip
        return [f"would follow {self.words.name(account)}; the view stands for too few people to win the whole row"]

    def _follows(self, user: int) -> dict[int, Met]:
        """By account that won the user: the exposure that did it."""
        wishes = [
            met
            for met in self.onlooker.met
            if met.encounter.flags & FOLLOW and not is_own_follower(met) and happened(self.words, met)
        ]
        found: dict[int, Met] = {}
        for met in sorted(wishes, key=lambda met: (*due(self.words, met), met.offer.post, met.offer.event)):
            row = int(self.world.posts.author[met.offer.post])
            if row < self.world.n_users or row in found:
                continue
            ident = np.uint64(self.world.accounts[row - self.world.n_users].ident)
            if wins_row(self.world, np.array([user]), np.array([ident]), np.array([met.offer.weight]))[0]:
                found[row] = met
        return found


def _summary(words: Words, onlooker: UserOnlooker) -> list[str]:
    seen = [met for met in onlooker.met if met.encounter.seen]
    did = Counter(name for met in seen for name, coin, below in met.draws if coin < below)
    counts = [f"{did[name]} {name}" for name in RESPONSES if did[name]]
    forest = words.world.forest
    rows = rows_of(words, onlooker.user)
    reposts = int((forest.parent[rows] >= 0).sum())
    lines = [f"In all: {len(onlooker.met):,} exposures, {len(seen):,} seen; {', '.join(counts) or 'no response'}."]
    lines += [f"Entered the repost forest with {reposts} reposts and {len(rows) - reposts} posts."] if len(rows) else []
    return lines

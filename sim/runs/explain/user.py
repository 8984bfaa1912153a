"""`sim explain RUN --user N`: who a user is, every exposure with its coins, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.base import metrics
from sim.base.errors import SimError
from sim.base.progress import Tell
from sim.model import build
from sim.model.claims import own_idents
from sim.model.following import Following
from sim.runs.explain import classical
from sim.runs.explain.onlooker import Met, UserOnlooker
from sim.runs.explain.rerun import again, is_classical, opened, same, users_to_follow
from sim.runs.explain.words import INDENT, Words, due, happened, rows_of
from sim.runs.tables import Tables
from sim.scenario.given import checked
from sim.scenario.people import TRAITS
from sim.world.records import (
    ACCOUNT,
    ACT,
    CREATE,
    F_IMPRESSIONS,
    FOLLOW,
    FOLLOWERS,
    KNOWS,
    RELAY,
    REPOST,
    RESPONSES,
)
from sim.world.world import ORIGINS

if TYPE_CHECKING:
    from sim.runs.result import Result


@checked
def explain_user(
    folder: Path | str | Result,
    user: int,
    *,
    limit: int = 50,
    only_seen: bool = False,
    exact: bool = False,
    threads: int = 1,
    progress: Tell | None = None,
) -> list[str]:
    """Lines that tell what happened to a user in the run of a result folder, after running it once more.

    Args:
        folder: a result folder, or a result, which may have none.
        user: row of the user.
        limit: most exposures that are told one by one.
        only_seen: leave out those that the user passed by.
        exact: whole 32-bit numbers instead of probabilities.
        threads: threads of the run.
        progress: as in `runner.run`.

    Raises:
        SimError: no such folder or user, or the folder cannot be repeated.

    >>> from sim import run
    >>> made = run("sir", users=200, figures=False)
    >>> explain_user(made.path, 7)[2]
    'User 7: follows 6, followed by 6'
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
    could = [met for met in onlooker.met if met.exposure.chance]
    if not could:
        lines += _nothing(result, user)
    else:
        lines += [*_exposures(words, onlooker, could, limit, only_seen), "", *_summary(words, onlooker, could)]
    if len(could) < len(onlooker.met):
        left = len(onlooker.met) - len(could)
        lines.append(f"Left out: {left:,} shares on platforms that the user does not use or never looks at.")
    return lines


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
        f"User {user}: {title}{_traits(words, lane)}; activity class {activity}; uses {uses}",
        f"  community {community} of {communities} (counted from 0); {_suits(words, user, lane)}",
        f"  followers: {followers}",
        f"  Times are of {words.zone}. A thing happens when its draw, from 0 to 1, is below its chance.",
        "  look: base (channel, activity) × fit (to the user's taste, where the platform picks) × attention left;",
        "  attend: the post's own rate × the user's factor (how the story suits them, fatigue, channel).",
    ]


def _traits(words: Words, lane: int) -> str:
    """Age and region, in a world where some audience asks for people."""
    scenario, people = words.scenario, words.world.people
    known = {name: scenario.people.of(name) for name in TRAITS if words.world.aimed}
    return "".join(f", {of[build.trait(scenario, people, name)[lane]]}" for name, of in known.items() if of)


def _lane(words: Words, user: int) -> int:
    from sim.world.population import lane_of

    return int(lane_of(words.world.people, np.uint64(user)))


def _suits(words: Words, user: int, lane: int) -> str:
    """How readily the user attends to each story, 1 being the average person."""
    from sim.world.population import community_class

    people, told = words.world.people, []
    for story in range(len(words.world.stories)):
        kind = int(community_class(people, people.story_key[story], np.uint64(user)))
        own = people.affinity_fix[story, people.segment[lane], kind] / 65536
        told.append(f"“{words.title(story)}” suits them {own:.2f} × (community class {kind} of 0–15)")
    return "; ".join(told)


def _followers(words: Words, user: int, platform: int) -> str:
    from sim.model.build import membership

    size, _ = words.world.graph.audience(platform, np.array([user]), membership(words.world, platform))
    return f"about {int(size[0]):,} on {words.world.platforms[platform]}"


def _nothing(result: Result, user: int) -> list[str]:
    lines = [
        f"Nothing ever met user {user}: no share, list, search, recommendation or advertisement that they could see."
    ]
    for other, size in users_to_follow(result, 1):
        lines.append(f"Follow user {other} instead, whose repost has a cascade of {size:,} people: --user {other}")
    return lines


# ---- what happened


def _exposures(words: Words, onlooker: UserOnlooker, could: list[Met], limit: int, only_seen: bool) -> list[str]:
    numbered = [(n, met) for n, met in enumerate(could, 1) if met.encounter.seen or not only_seen]
    came = _Consequences(words, onlooker)
    lines = []
    for number, visits in _visits(numbered[:limit]):
        lines += [*words.told(number, visits), *(f"{INDENT}→ {line}" for line in came.of(visits[0]))]
    if len(numbered) > limit:
        lines.append(f"… and {len(numbered) - limit:,} more; --limit {len(numbered)} shows them all")
    return lines


def _visits(numbered: list[tuple[int, Met]]) -> Iterator[tuple[int, list[Met]]]:
    """Exposures one by one; those passed by for one and the same share together, since a row is several followers."""
    for _, same_share in groupby(numbered, key=lambda pair: (pair[1].encounter.seen and pair[0], *_share(pair[1]))):
        together = list(same_share)
        yield together[0][0], [met for _, met in together]


def _share(met: Met) -> tuple[int, ...]:
    return met.step, met.platform, met.offer.post, met.offer.event, met.offer.mode, met.encounter.seen_below


class _Consequences:
    """What came of a user's acts, read from the run's end. Of equal acts the first counts."""

    def __init__(self, words: Words, onlooker: UserOnlooker) -> None:
        self.words, self.world, self.onlooker, self.user = words, words.world, onlooker, onlooker.user
        forest = self.world.forest
        self.following = Following(words.scenario, self.world)
        self.sizes = metrics.sizes(forest.parent, forest.weight)
        rows = rows_of(words, self.user)
        under = np.where(forest.parent[rows] >= 0, forest.platform[forest.parent[rows]], -1)
        within = np.asarray(rows, np.int64)[under == forest.platform[rows]]
        self.reposts = {int(forest.post[row]): int(row) for row in within}
        self.first = self._first()

    def _first(self) -> dict[tuple[int, int], Met]:
        """The exposure that counts, by kind of act and by post, or account followed: acts come by step and minute."""
        acts = [met for met in self.onlooker.met if self._acts(met) and happened(self.words, met)]
        found: dict[tuple[int, int], Met] = {}
        for met in sorted(acts, key=lambda met: (*due(self.words, met), met.offer.post, met.offer.event)):
            post = met.offer.post
            for flag in (REPOST, CREATE):
                if self._acts(met) & flag:
                    found.setdefault((flag, post), met)
            if self._acts(met) & FOLLOW and self._followed(met) >= 0 and self._wins(met):
                found.setdefault((FOLLOW, self._followed(met)), met)
        return found

    def _acts(self, met: Met) -> int:
        """What will follow from an exposure; one who follows the author already may follow whom the story is about."""
        follows = FOLLOW if not _own(met) or self.world.posts.names_subject[met.offer.post] else 0
        return met.encounter.flags & (REPOST | CREATE | RELAY | follows)

    def _followed(self, met: Met) -> int:
        """Row of the account that is to be followed; −1: none."""
        act = np.zeros(1, ACT)
        act["post"], act["user"], act["minute"] = met.offer.post, self.user, met.minute
        act["flags"] = KNOWS if _own(met) else 0
        return int(self.following.followed(act)[0])

    def _wins(self, met: Met) -> bool:
        """Whether the view stands for so many that the whole row follows."""
        return self.following.wins(self.user, self._followed(met) - self.world.n_users, met.offer.weight)

    def of(self, met: Met) -> list[str]:
        """Lines about one exposure."""
        flags = self._acts(met)
        if flags and not happened(self.words, met):
            return ["the run ends before anything comes of it"]
        told = ((REPOST, self._repost), (RELAY, self._relay), (CREATE, self._post), (FOLLOW, self._follow))
        return [tell(met) for flag, tell in told if flags & flag]

    def _repost(self, met: Met) -> str:
        forest, row = self.world.forest, self.reposts[met.offer.post]
        if self.first[REPOST, met.offer.post] is not met:
            return f"a repost already (row {row}): a post is reposted once"
        views, people = self.onlooker.reach.get(row, (0, 0))
        onwards = int(self.sizes[row] - forest.weight[row])
        return (
            f"reposts: row {row} of the forest under row {forest.parent[row]}; "
            f"seen {views:,} times by {people:,} people, reposted onwards by {onwards:,}"
        )

    def _relay(self, met: Met) -> str:
        """Rows of the forest on other platforms under the share that was seen."""
        forest, event = self.world.forest, met.offer.event
        under = np.flatnonzero((forest.user == self.user) & (forest.parent == event))
        rows = [int(row) for row in under if forest.platform[row] != met.platform]
        if not rows:
            return "would share it on another platform, but uses none to which it is carried, or did so before"
        where = (f"{self.world.platforms[forest.platform[row]]} (row {row} of the forest)" for row in rows)
        return f"carries it over to {' and '.join(where)}"

    def _post(self, met: Met) -> str:
        if self.first[CREATE, met.offer.post] is not met:
            return "a post about it already: one makes one"
        posts = self.world.posts
        ident = own_idents(self.world.seed, np.array([self.user]), posts.ident[[met.offer.post]])[0]
        out = np.flatnonzero(posts.ident[: posts.n] == ident)
        if not len(out):
            return "sets out on a post about it, which is not out when the run ends"
        row, waits = int(out[0]), int(posts.minute[out[0]]) - met.minute
        after = f", out after {waits / 60:,.1f} h" if self._takes_time(row) else ""
        return f"makes post {row} on the topic: {self.world.posts.totals[row, F_IMPRESSIONS]:,} impressions{after}"

    def _takes_time(self, row: int) -> bool:
        """Whether posts of its kind are not out at once."""
        spec = list(self.words.scenario.platforms.values())[self.world.posts.platform[row]]
        return list(spec.content.values())[self.world.posts.content[row]].making_half_life_hours > 0

    def _follow(self, met: Met) -> str:
        account = self._followed(met)
        if account < 0:
            known = self.world.posts.by_actor[met.offer.post]
            why = "who shows it is followed already" if known else "only accounts of actors are followed"
            return f"would follow the author, but {why}"
        name, first = self.words.name(account), self.first.get((FOLLOW, account))
        if first is met:
            other = account != self.world.posts.author[met.offer.post]
            return f"follows {name} from now on" + (", whom the story is about" if other else "")
        if first is not None and self._wins(met):
            return f"follows {name} already"
        return f"would follow {name}; the view stands for too few people to win the whole row"


def _own(met: Met) -> bool:
    """Whether it came from an account that the user follows."""
    return met.offer.mode in (ACCOUNT, FOLLOWERS)


def _summary(words: Words, onlooker: UserOnlooker, could: list[Met]) -> list[str]:
    seen = [met for met in could if met.encounter.seen]
    did = Counter(name for met in seen for name, coin, below in met.draws if coin < below)
    counts = [f"{did[name]} {name}" for name in RESPONSES if did[name]]
    forest = words.world.forest
    rows = rows_of(words, onlooker.user)
    reposts = int((forest.parent[rows] >= 0).sum())
    lines = [f"In all: {len(could):,} exposures, {len(seen):,} seen; {', '.join(counts) or 'no response'}."]
    lines += _started(words, onlooker.user)
    lines += [f"Rows of the repost forest: reposts {reposts}, own posts {len(rows) - reposts}."] if len(rows) else []
    return lines


def _started(words: Words, user: int) -> list[str]:
    """Posts of the user that no post moved it to: topics it started for its story, and what it told as a visitor."""
    world, posts = words.world, words.world.posts
    moved = own_idents(world.seed, np.full(posts.n, user), posts.ident[: posts.n])
    lines = []
    for row in np.flatnonzero((posts.author == user) & (posts.by_actor == 0) & (posts.original < 0)).tolist():
        topic, when = int(posts.topic[row]), words.time(int(posts.minute[row]))
        title = world.topic_titles[topic]
        if ORIGINS[world.topics.origin[topic]] == "user" and row == np.flatnonzero(posts.topic == topic)[0]:
            lines.append(f"Started the topic “{title}” with post {row}, {when}.")
        elif posts.ident[row] not in moved:
            lines.append(f"Wrote under “{title}” after a visit, with post {row}, {when}.")
    return lines

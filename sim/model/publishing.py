"""How posts and topics come into the world: from actors, from users, from shares of others' posts."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.base import streams
from sim.base.kernels import table_bits, table_normal
from sim.model.attribution import Origins
from sim.model.claims import claim, own_idents, room_for
from sim.model.following import Following
from sim.model.making import Making
from sim.model.relaying import Relaying, likeness
from sim.model.repeats import worn
from sim.model.tags import Tags
from sim.platforms.base import FIX
from sim.platforms.stage import PlatformStage
from sim.scenario.scenario import Scenario
from sim.world.acts import Met, count, follow, in_order, repost
from sim.world.exposure import REINFORCED
from sim.world.records import (
    ACT,
    CREATE,
    F_CREATIONS,
    F_RELAYS,
    F_REPOSTS,
    FOLLOW,
    MADE,
    RELAY,
    REPOST,
    RESPONSES,
    ROOT,
    stacked,
)
from sim.world.thresholds import New, Now, Told, fold, weigh
from sim.world.uptake import CREATE_KEY, POST_SHIFT
from sim.world.world import Account, World

FACT, MIND, USER, RELAYED = range(4)  # origins of a topic
INTENT, FOLLOWING = RESPONSES.index("intend"), RESPONSES.index("follow")


@dataclass(frozen=True)
class Draft:
    """A post that an actor is about to publish."""

    account: Account
    platform: int
    story: int
    content: str
    minute: int
    appeal: float = 1.0
    negative: bool = False
    charm: float = 1.0
    topic: int = -1
    title: str = ""
    about: str = ""
    origin: int = FACT
    spend: int = 0


class Publisher:
    """Writes posts, topics and shares into a world; the only place that makes them."""

    def __init__(self, scenario: Scenario, world: World, stages: list[PlatformStage]) -> None:
        self.scenario, self.world, self.stages = scenario, world, stages
        self.stories = list(scenario.stories.values())
        tone = scenario.people.tone
        self.tones = [(tone(story.stirs), tone(story.against_stirs)) for story in self.stories]  # for it, against it
        self.following = Following(scenario, world)
        self.origins, self.relaying = Origins(world, stages), Relaying(world, stages)
        self.making, self.tags = Making(world, stages), Tags(world, self.stories)
        self.told = self._told()
        self.infectious = streams.stream_key(scenario.seed, "infectious")
        self.quality = streams.stream_key(scenario.seed, "quality")
        self.fresh: list[np.ndarray] = []
        self._topics: dict[tuple[int, int, str], int] = {}  # by platform, story and title
        self._entered = 0
        self._twins: dict[tuple[int, int], int] = {}  # by original post and platform: what it is there
        self.step = 0

    def _told(self) -> Told:
        attend, repost = (
            [[getattr(tone, what) for tone in own] for own in self.tones] for what in ("attend", "repost")
        )
        appeal, tags = np.array([story.appeal for story in self.stories], np.float64), self.tags
        return Told(appeal, np.array(attend), np.array(repost), tags.of, tags.share, tags.key)

    # ---- topics

    def topic(self, draft: Draft) -> int:
        """The draft's topic: named, opened under its title, or the story's own on that platform."""
        if draft.topic >= 0:
            return draft.topic
        title, about = draft.title or self.stories[draft.story].title, (draft.appeal, draft.about, draft.negative)
        return self._titled(draft.platform, draft.story, title, draft.content, draft.origin, draft.minute, *about)

    def _titled(
        self, platform: int, story: int, title: str, content: str, origin: int, minute: int, *about: Any
    ) -> int:
        """The topic of a title, opened if there is none; ``about``: as `open_topic` takes it."""
        row = self._topics.get((platform, story, title))
        if row is not None:
            return row
        half_life = self.stages[platform].content(content)[1].half_life_hours
        return self.open_topic(platform, story, title, origin, minute, half_life, *about)

    def _carried_topic(self, topic: int, there: int, content: str, minute: int) -> int:
        """The topic under which something is carried over to another platform: the one of the same title."""
        topics, title = self.world.topics, self.world.topic_titles[topic]
        about = float(topics.appeal[topic]), self.world.topic_about[topic], bool(topics.negative[topic])
        return self._titled(there, int(topics.story[topic]), title, content, RELAYED, minute, *about)

    def taken(self, platform: int, story: int, title: str) -> bool:
        """Whether a topic of a story has a title on a platform."""
        return (platform, story, title) in self._topics

    def enter(self) -> None:
        """Enter topics that have come since the last time under their titles; of equal ones the first stays."""
        topics, titles = self.world.topics, self.world.topic_titles
        for row in range(self._entered, topics.n):
            self._topics.setdefault((int(topics.platform[row]), int(topics.story[row]), titles[row]), row)
        self._entered = topics.n

    def open_topic(
        self,
        platform: int,
        story: int,
        title: str,
        origin: int,
        minute: int,
        half_life: float,
        appeal: float,
        about: str = "",
        negative: bool = False,
    ) -> int:
        """A new topic, still without a post."""
        stage, about_it = self.stages[platform], (story, title)
        spec = stage.spec
        half_life *= 1.0 if origin == FACT else stage.drawn("half-life", spec.half_life_spread, *about_it)
        half_life *= self.tones[story][negative].half_life
        decay = round(2.0 ** (-self.world.clock.step_minutes / 60 / half_life), 9)
        row = self.world.add_topic(
            title,
            about,
            platform=platform,
            story=story,
            minute=minute,
            origin=origin,
            appeal=appeal,
            talk=self.stories[story].talk * stage.drawn("talk", spec.talk_spread, *about_it),
            decay=decay,
            negative=int(negative),
        )
        self.enter()
        stage.entries("live_topics").add(row)
        stage.born(row)
        return row

    # ---- posts

    def by_actor(self, draft: Draft) -> int:
        """Publish an actor's post and share it with its followers; returns the post's row.

        A scheduled fact states its appeal; of what else an account posts, it falls with what it has posted lately.
        """
        if draft.origin != FACT:
            spec, author = self.stages[draft.platform].spec, draft.account.row
            draft = replace(draft, appeal=draft.appeal * worn(self.world, spec, author, draft.story, draft.minute))
        topics, live = self.world.topics, self.stages[draft.platform].entries("live_topics")
        topic = self.topic(draft)
        told = self.world.stories[draft.story], self.world.topic_titles[topic]
        ident = self._ident(draft.account.ident, draft.minute, draft.content, *told)
        subject = draft.account.actor == self.following.subjects[draft.story]  # who follows it follows its author
        post = self._publish(
            np.array([ident]),
            draft.platform,
            draft.content,
            appeal=float(draft.appeal),
            charm=float(draft.charm),
            drawn=draft.origin != FACT,
            topic=topic,
            story=draft.story,
            author=draft.account.row,
            negative=int(draft.negative),
            minute=draft.minute,
            weight=1,
            by_actor=1,
            spend=draft.spend,
            **({"names_subject": 0} if subject else {}),
        )
        topics.posts[topic] += 1
        if draft.origin == FACT:  # news renews its topic, be it dead; riding it does not
            topics.novelty[topic] += 0.5 * (1 - topics.novelty[topic])
            live.put(np.union1d(live.rows, [topic]))
        if topics.lead[topic] < 0:
            topics.lead[topic] = post
        return post

    def by_users(self, platform: int, acts: np.ndarray, content: str, ident: np.ndarray | None = None) -> None:
        """Users' own posts of a kind, one an act (ACT rows): under the topic of the post that moved them.

        ``ident``: of the posts, where a user may make more than one of a post.
        """
        world, seen = self.world, acts["post"]
        ident = own_idents(world.seed, acts["user"], world.posts.ident[seen]) if ident is None else ident
        topic = world.posts.topic[seen]
        self._publish(
            ident,
            platform,
            content,
            drawn=acts["weight"] == 1,
            topic=topic,
            story=world.posts.story[seen],
            author=acts["user"],
            negative=world.posts.negative[seen],
            minute=acts["minute"],
            weight=acts["weight"],
            by_actor=0,
        )
        np.add.at(world.topics.posts, topic, acts["weight"])

    def written(self, platform: int, acts: np.ndarray, content: str, ident: np.ndarray) -> None:
        """Users' own posts of a kind, not after a view but after what a mechanism says; counted as all own posts."""
        self._flow(acts, F_CREATIONS)
        self.by_users(platform, acts, content, ident)

    def user_topic(self, platform: int, story: int, number: int, step: int) -> None:
        """A topic that users start, with its first post by a keyed member of the population."""
        world, spec, content = self.world, self.stories[story], self.stages[platform].spec.user_content
        key = streams.stream_key(self.quality, f"user-topic/{world.platforms[platform]}/{world.stories[story]}")
        z = float(table_normal(key, np.array([step]), number)[0])
        appeal = round(float(np.exp(spec.user_topic_spread * z)), 6)
        own = (world.topics.platform == platform) & (world.topics.story == story) & (world.topics.origin == USER)
        named = int(own.sum())
        title = spec.user_topic_title.format(title=spec.title, n=named + 1)
        minute = step * world.clock.step_minutes
        half_life = self.stages[platform].content(content)[1].half_life_hours
        topic = self.open_topic(platform, story, title, USER, minute, half_life, appeal)
        user = streams.py_bits(key, step, number) % world.n_users
        post = self._publish(
            np.array([streams.py_bits(key, step, number, 1)], np.uint64),
            platform,
            content,
            topic=topic,
            story=story,
            author=user,
            minute=minute,
            weight=1,
            by_actor=0,
        )
        world.topics.lead[topic], world.topics.posts[topic] = post, 1

    def _ident(self, *parts: int | str) -> np.uint64:
        words = zlib.crc32("/".join(str(part) for part in parts).encode())
        number = 0
        while (ident := streams.py_bits(self.quality, words, number, 3)) in self.world.posts.ident:
            number += 1
        return np.uint64(ident)

    def recall_twins(self) -> None:
        """Know again what posts are on other platforms, from the table."""
        posts = self.world.posts
        for row in np.flatnonzero(posts.original >= 0).tolist():
            self._twins[int(posts.original[row]), int(posts.platform[row])] = row

    def _publish(
        self,
        ident: np.ndarray,
        platform: int,
        content: str,
        *,
        appeal: float = 1.0,
        charm: float = 1.0,
        drawn: bool | np.ndarray = True,
        **columns: Any,
    ) -> int:
        """New posts, with thresholds, that the next push shows; returns the row of the first.

        ``drawn``: draw a quality. A scheduled fact states its own; for a row of many posts the pools use the whole
        spread.
        """
        first, stage = self._add(ident, platform, content, **columns), self.stages[platform]
        spread, world = stage.spec.quality_spread * drawn, self.world
        pull = np.exp(spread * table_normal(self.quality, ident, 1) - spread * spread / 2)  # of mean 1
        passing = stage.spec.infectiousness(table_normal(self.infectious, ident, 1))
        usual, tables = stage.usual(stage.kind(content)), (world.posts.only(New), self.told, world.by_story.only(Now))
        fold(first, *tables, usual, world.topics.talk, self.tags.titles(), appeal, charm, pull, passing)
        self._share_roots(first, len(ident))
        return first

    def _add(self, ident: np.ndarray, platform: int, content: str, **columns: Any) -> int:
        n, stage = len(ident), self.stages[platform]
        kind, spec = stage.content(content)
        columns = {"names_subject": self.following.named[platform, columns["story"]]} | columns
        reinforced = round(spec.reinforcement / REINFORCED * FIX)
        made = {"ident": ident, "platform": platform, "content": kind, "reinforced": reinforced}
        first = self.world.posts.append(n, **made, **columns)
        stage.published(np.arange(first, first + n))
        return first

    def weigh_intents(self, posts: np.ndarray) -> None:
        """Thresholds of an intent under the offers that are in force: the base of each post times their factor."""
        weigh(posts, self.world.posts.only(New), self.world.by_story.only(Now))

    def withdraw(self, story: int, factor: float) -> None:
        """From now on people make own posts about a story so many times as readily, of what is there and what comes."""
        table, create = self.world.posts, RESPONSES.index("create")
        posts = np.flatnonzero(table.story == story)
        lowered = np.floor(np.round(table.chance[posts, create] * factor, 6))
        table.chance[posts, create] = lowered.astype(np.uint64)
        self.world.by_story.making_factor[story] = round(self.world.by_story.making_factor[story] * factor, 9)

    # ---- shares

    def _share_roots(self, first: int, n: int) -> None:
        """Enter new posts, so many from a row on, as roots of the repost forest and hand them to the next push."""
        posts, forest, shares = self.world.posts, self.world.forest, np.zeros(n, ACT)
        new, rows = slice(first, first + n), np.arange(n)
        shares["post"], shares["parent"], shares["user"] = rows + first, rows + forest.n, posts.author[new]
        shares["minute"], shares["weight"] = posts.minute[new], posts.weight[new]
        columns = {name: shares[name] for name in ("post", "user", "minute", "weight")}
        here = posts.platform[new]
        forest.append(n, parent=-1, channel=ROOT, platform=here, from_platform=here, **columns)
        posts.root[new] = shares["parent"]
        self.fresh.append(shares)

    def take_fresh(self) -> np.ndarray:
        """Shares of the posts published since the last call."""
        shares = stacked(self.fresh, ACT)
        self.fresh = []
        return shares

    def realise(self, step: int) -> np.ndarray:
        """Let the acts due in ``step`` happen, in order of time; returns what is shared.

        A user reposts a post once, makes one post of its own about it and follows an account once; the first act
        counts.
        """
        self.step = step
        due = self.world.pending.pop(step, ())
        if not due:
            return self.take_fresh()
        acts, flags = in_order(stacked(due, ACT))
        shared = [happen(acts) for flag, happen in ((REPOST, self._repost), (RELAY, self._relay)) if flags & flag]
        for flag, happen in ((CREATE, self._create), (FOLLOW, self._follow)):
            if flags & flag:
                happen(acts)
        return stacked([*shared, self.take_fresh()], ACT)

    def _repost(self, acts: np.ndarray) -> np.ndarray:
        world, shared, came_from = self.world, np.empty(len(acts), ACT), np.empty(len(acts), np.int64)
        origins, claimed = (self.origins.shares(), self.origins.key), room_for(world, len(acts))
        given = acts, world.posts.only(Met), *origins, world.forest.from_platform, claimed, world.inflow(self.step)
        n = repost(*given, shared, came_from)
        world.n_claimed += n
        return self._pass_on(shared[:n], came_from[:n]) if n else shared[:0]

    def reposted_by(self, account: Account, post: int, minute: int) -> None:
        """An account reposts a post, which it has found by itself; that it does so once is its mind's to know."""
        act = np.zeros(1, ACT)
        act["post"], act["user"], act["parent"] = post, account.row, self.world.posts.root[post]
        act["minute"], act["weight"], act["channel"] = minute, 1, ROOT
        self._flow(act, F_REPOSTS, minute // self.world.clock.step_minutes)
        self.fresh.append(self._pass_on(act, self.world.forest.from_platform[act["parent"]]))

    def _pass_on(self, acts: np.ndarray, came_from: np.ndarray) -> np.ndarray:
        """Enter shares under those that were seen; returns them as their followers are to be shown them."""
        world, n = self.world, len(acts)
        columns = {name: acts[name] for name in ("post", "user", "parent", "minute", "channel", "weight")}
        here = world.posts.platform[acts["post"]]
        first = world.forest.append(n, platform=here, from_platform=came_from, **columns)
        acts["parent"] = np.arange(first, first + n)
        return acts

    def _relay(self, acts: np.ndarray) -> np.ndarray:
        """Let people carry what they saw over to other platforms: there they share what it is there."""
        own, way = self.relaying.carried(acts)
        if not len(own):
            return own
        counted, own["post"] = own.copy(), self._twins_of(own, way)
        new = claim(self.world, (own["post"] << POST_SHIFT) | own["user"])
        own, counted, posts = own[new], counted[new], self.world.posts
        self._flow(counted, F_RELAYS)
        shares = self._pass_on(own, posts.platform[counted["post"]])
        for post in {*shares["post"][posts.root[shares["post"]] < 0].tolist()}:  # made just now
            posts.root[post] = shares["parent"][np.argmax(shares["post"] == post)]
        return shares

    def _twins_of(self, acts: np.ndarray, ways: np.ndarray) -> np.ndarray:
        """What each post that acts carry over is on the platform to which its way leads, i8[acts]."""
        wanted = [*zip(ways.tolist(), acts["post"].tolist(), strict=True)]
        first = {one: at for at, one in reversed([*enumerate(wanted)])}
        twins = {
            one: self._twin(one[1], int(self.relaying.ways.there[one[0]]), acts[first[one]]) for one in sorted(first)
        }
        return np.array([twins[one] for one in wanted], np.int64)

    def _twin(self, post: int, there: int, act: np.void) -> int:
        """What a post is on another platform: the original where it comes back, else one that the first act makes."""
        posts = self.world.posts
        original = int(posts.original[post]) if posts.original[post] >= 0 else post
        if posts.platform[original] == there:
            return original
        if (original, there) not in self._twins:
            self._twins[original, there] = self._carry(original, there, act)
        return self._twins[original, there]

    def _carry(self, original: int, there: int, act: np.void) -> int:
        """Publish on another platform what somebody carries over; its topic has the original's title."""
        world, spec = self.world, self.stages[there].spec
        content, minute = spec.relayed_content or spec.user_content, int(act["minute"])
        topic = self._carried_topic(int(world.posts.topic[original]), there, content, minute)
        story = int(world.posts.story[original])
        key = streams.stream_key(self.quality, f"relayed/{world.platforms[there]}")
        row = self._add(
            table_bits(key, world.posts.ident[[original]], 0),
            there,
            content,
            topic=topic,
            story=story,
            author=int(act["user"]),
            negative=world.posts.negative[original],
            minute=minute,
            weight=1,
            by_actor=0,
            original=original,
            tags=world.posts.tags[original],
            root=-1,
        )
        kind = self.stages[there].kind(content)
        world.posts.chance[row] = chance = likeness(world, self.stages, original, there, kind)
        if self.following.named[there, story]:
            usual = self.stages[there].usual(kind)[FOLLOWING]
            world.posts.chance[row, FOLLOWING] = np.uint64(np.floor(usual * 2.0**32))
        world.posts.intend[row] = chance[INTENT]
        self.weigh_intents(np.array([row]))
        world.topics.posts[topic] += 1
        if world.topics.lead[topic] < 0:
            world.topics.lead[topic] = row
        return row

    def _create(self, acts: np.ndarray) -> None:
        acts = acts[acts["flags"] & CREATE > 0]
        made = acts["flags"] & MADE > 0
        new = acts[~made]
        new = new[claim(self.world, CREATE_KEY | (new["post"] << POST_SHIFT) | new["user"])]
        acts = stacked([self.making.set_out(new, self.step), acts[made]], ACT)
        self._flow(acts, F_CREATIONS)
        kinds = self.making.kinds(acts)
        for platform, content in sorted({*kinds}):
            own = np.array([kind == (platform, content) for kind in kinds])
            self.by_users(platform, acts[own], content)

    def _flow(self, acts: np.ndarray, column: int, step: int | None = None) -> None:
        """Count acts in a flow of a step, the one that is realised unless said, and in the totals of their posts."""
        count(acts, self.world.posts.only(Met), self.world.inflow(self.step if step is None else step), column)

    def _follow(self, acts: np.ndarray) -> None:
        """Followers won."""
        world, won = self.world, np.empty((len(acts), 2), np.int64)
        known, claimed = (world.posts.only(Met), self.following.whom()), room_for(world, len(acts))
        n = follow(acts, *known, claimed, world.inflow(self.step), won)
        if not n:
            return
        world.n_claimed, world.won_changed = world.n_claimed + n, True
        for number in {*won[:n, 0].tolist()}:
            users = won[:n, 1][won[:n, 0] == number]
            world.accounts[number].won.append(users.astype(np.uint32))
            world.accounts[number].gained += len(users) * world.ratio

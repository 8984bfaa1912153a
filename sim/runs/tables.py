"""One run as a folder: tables, the repost forest, a summary, the recipe, and digests of every integer output."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.base import metrics
from sim.platforms.background import background_stays
from sim.runs import summary
from sim.runs.digest import digests
from sim.scenario import numbers
from sim.world.records import BASIC, F_REPOSTS, FLOWS, SLOTS, TAGGED, flows_of
from sim.world.world import ORIGINS

if TYPE_CHECKING:
    from sim.model.model import ViralityModel


class Tables:
    """Everything a run leaves behind, taken from a model before its world is let go; each made when it is asked for.

    Attributes:
        series, topics, hot_list, posts, actions: columns as in the results contract.
        beliefs: the same, where a story may be untrue.
        names: of all that there are.
    """

    def __init__(self, model: ViralityModel) -> None:
        self.world, self.board, self.deeds = model.world, model.board, model.deeds
        self.clock, self.scenario = model.world.clock, model.script
        self.nodes = model.world.graph.nodes
        self.files: dict[str, bytes] = {}
        doubted = any(story.rumour for story in self.scenario.stories.values())
        self.names = ("series", "topics", "hot_list", "posts", "actions", *(("beliefs",) if doubted else ()))

    # ---- tables

    @cached_property
    def cascades(self) -> dict[str, np.ndarray]:
        """The forest of shares over all platforms as columns, i8 each; ``parent < row`` always.

        From where a cascade came over follows from it, and is no column.
        """
        forest = self.world.forest
        return {name: getattr(forest, name).astype(np.int64) for name in forest.names if name != "from_platform"}

    def _iso(self, minutes: np.ndarray) -> list[str]:
        known, at = np.unique(minutes, return_inverse=True)  # many things happen in one minute
        words = [self.clock.iso(int(minute)) if minute >= 0 else "" for minute in known]
        return [words[i] for i in at]

    @cached_property
    def series(self) -> pd.DataFrame:
        """Flows by step, platform and story."""
        values = self.board.series
        steps, platforms, stories, _ = values.shape
        index = np.indices((steps, platforms, stories)).reshape(3, -1)
        times = np.array([self.clock.iso(step * self.clock.step_minutes) for step in range(steps)])
        frame = pd.DataFrame(
            {
                "time": times[index[0]],
                "platform": np.array(self.world.platforms)[index[1]],
                "story": np.array(self.world.stories)[index[2]],
            }
        )
        flat = values.reshape(-1, values.shape[-1])
        told = flows_of(self.world.posts.chance.shape[1])
        if len(told) == len(flows_of(BASIC)):  # further responses, and attending, which they are held against, are
            told = tuple(name for name in told if name != "attends")  # there where a platform has some
        told += TAGGED if self.scenario.tagged else ()
        for name in numbers.names("series"):
            if name == "heat":
                frame[name] = flat[:, -1]
            elif name in told:
                frame[name] = flat[:, FLOWS.index(name)]
        return frame

    @cached_property
    def topics(self) -> pd.DataFrame:
        """Every topic of the stories, and those of the background that were listed."""
        t, world = self.world.topics, self.world
        own = pd.DataFrame(
            {
                "platform": np.array(world.platforms)[t.platform],
                "topic": world.topic_titles,
                "story": np.array(world.stories)[t.story] if t.n else [],
                "origin": np.array(ORIGINS)[t.origin],
                "born": self._iso(t.minute),
                "first_listed": self._iso(t.first_listed),
                "last_listed": self._iso(t.last_listed),
                "minutes_listed": t.listed_steps * self.clock.step_minutes,
                "minutes_bought": t.bought_steps * self.clock.step_minutes,
                "best_rank": np.where(t.best_rank < 0, 0, t.best_rank),
                "peak_heat": t.peak_heat,
                "reads": t.reads,
                "discussions": t.discussions,
                "posts": t.posts,
            }
        )
        return pd.concat([own, *map(self._background, self._ranking())], ignore_index=True)

    def _background(self, platform: int) -> pd.DataFrame:
        """Background topics that were listed; nobody simulated their reads."""
        stays = background_stays(self._log(platform), self.clock.step_minutes)
        born = self._iso(stays.first_listed)
        return pd.DataFrame(
            {
                "platform": self.world.platforms[platform],
                "topic": [f"background {i}" for i in stays.id],
                "story": "",
                "origin": "background",
                "born": born,
                "first_listed": born,
                "last_listed": self._iso(stays.last_listed),
                "minutes_listed": stays.listed_steps * self.clock.step_minutes,
                "minutes_bought": 0,
                "best_rank": stays.best_rank,
                "peak_heat": stays.peak_heat,
                "reads": 0,
                "discussions": 0,
                "posts": 0,
            }
        )

    def _ranking(self) -> list[int]:
        """Platforms that have a public list."""
        return [p for p, platform in enumerate(self.scenario.platforms.values()) if platform.ranks]

    def _log(self, platform: int) -> np.ndarray:
        """Whatever stood on a platform's list, step by step (`records.LISTED`)."""
        return self.world.lists["listed"][platform].rows

    @cached_property
    def hot_list(self) -> pd.DataFrame:
        """Every place of every list at every step."""
        frames = [self._list_of(p) for p in self._ranking()]
        columns = ["time", "platform", "rank", "topic", "story", "heat", "slot"]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)

    def _list_of(self, platform: int) -> pd.DataFrame:
        step, place, name, heat, slot = (self._log(platform)[c] for c in ("step", "place", "topic", "heat", "slot"))
        times = np.array([self.clock.iso(s * self.clock.step_minutes) for s in range(self.clock.n_steps)])
        titles = np.array([*self.world.topic_titles, ""], object)
        stories = np.array([*(self.world.stories[s] for s in self.world.topics.story), ""], object)
        own = np.where(name >= 0, name, len(titles) - 1)
        words = titles[own]
        words[name < 0] = [f"background {-2 - n}" for n in name[name < 0]]
        return pd.DataFrame(
            {
                "time": times[step],
                "platform": self.world.platforms[platform],
                "rank": place,
                "topic": words,
                "story": stories[own],
                "heat": heat,
                "slot": np.array(SLOTS)[slot],
            }
        )

    @cached_property
    def posts(self) -> pd.DataFrame:
        """Posts of actors, and those of users that were reposted."""
        world, posts = self.world, self.world.posts
        totals = world.posts.totals
        parent, post, weight = (self.cascades[name] for name in ("parent", "post", "weight"))
        within = np.where((parent >= 0) & (post[parent] == post), parent, -1)  # what is carried over begins a tree
        trees, size = metrics.structural_virality(within), np.bincount(post, weight, posts.n).astype(np.int64)
        largest = np.argsort(trees["size"], kind="stable")  # of what was carried over by several people
        tree = dict(zip(post[trees["root"][largest]].tolist(), largest.tolist(), strict=True))
        keep = np.flatnonzero((posts.by_actor > 0) | (totals[: posts.n, F_REPOSTS] > 0))
        at = np.array([tree[row] for row in keep.tolist()], dtype=np.int64)
        names = [self.author(int(posts.author[row])) for row in keep]
        return pd.DataFrame(
            {
                "id": keep,
                "topic": [world.topic_titles[t] for t in posts.topic[keep]],
                "story": np.array(world.stories)[posts.story[keep]],
                "platform": np.array(world.platforms)[posts.platform[keep]],
                "author": [name for name, _ in names],
                "author_kind": [kind for _, kind in names],
                "kind": [self.content(int(row)) for row in keep],
                "born": self._iso(posts.minute[keep]),
                **{name: totals[keep, FLOWS.index(name)] for name in ("impressions", "likes", "comments", "reposts")},
                "size": size[keep],
                "depth": trees["depth"][at] if len(at) else at,
                "structural_virality": np.nan_to_num(trees["structural_virality"][at]).round(6) if len(at) else [],
                "spend": posts.spend[keep],
            }
        )

    def author(self, row: int) -> tuple[str, str]:
        """Name and kind of whoever has a row: a user or an account."""
        if row < self.world.n_users:
            return f"user {row}", "user"
        account = self.world.accounts[row - self.world.n_users]
        return account.title, account.kind

    def content(self, row: int) -> str:
        """Kind of content of a post."""
        posts = self.world.posts
        return list(list(self.scenario.platforms.values())[posts.platform[row]].content)[posts.content[row]]

    @cached_property
    def actions(self) -> pd.DataFrame:
        """What every mind and every scheduled fact did, by time."""
        deeds = sorted(self.deeds.actions, key=lambda deed: deed.minute)
        columns = ["actor", "name", "kind", "action", "platform", "topic", "spend", "why"]
        rows = [[self.clock.iso(deed.minute), *(getattr(deed, name) for name in columns)] for deed in deeds]
        return pd.DataFrame(rows, columns=["time", *columns])

    @cached_property
    def beliefs(self) -> pd.DataFrame:
        """How many people believe what may be untrue, and how many are corrected, by step."""
        told = [name for name, story in self.scenario.stories.items() if story.rumour]
        step, row = (axis.reshape(-1) for axis in np.indices(self.board.beliefs.shape[:2]))
        times = np.array([self.clock.iso((at + 1) * self.clock.step_minutes) for at in range(self.clock.n_steps)])
        believes, corrected = self.board.beliefs.reshape(-1, 2).T
        columns = {"time": times[step], "story": np.array(told, object)[row]}
        return pd.DataFrame(columns | {"believes": believes, "corrected": corrected})

    # ---- summary

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Metric → number, with units in the names."""
        return summary.summary(self)

    # ---- digests

    def digests(self) -> dict[str, str]:
        """SHA-256 of the integers and words of each output, and of all of them (``all``)."""
        return digests({name: getattr(self, name) for name in self.names}, self.cascades, self.files)

    def facts(self) -> dict[str, Any]:
        """What run.json says of this kind of run alone."""
        from sim.model.model import MODEL_VERSION

        return {
            "model_version": MODEL_VERSION,
            "start": self.scenario.start.isoformat(),
            "channels": self.world.channels,
        }

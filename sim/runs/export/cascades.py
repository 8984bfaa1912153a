"""Who passed a story on from whom: the forest of a run as a graph with all that is known of each share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import ClassVar

import numpy as np
import pandas as pd

from sim.base import metrics, notices
from sim.base.errors import SimError, both
from sim.base.looks import look
from sim.catalog import LOOKS
from sim.runs.export.graph import BLOCK, REAL, WHOLE, WORDS, Graph, Rows
from sim.runs.export.titles import titles
from sim.runs.export.who import Who
from sim.runs.result import Result
from sim.scenario.numbers import Label, Language, catalogue
from sim.scenario.scenario import Scenario

ABOUT = "A node is a share, a post or a repost; an edge leads from a share to the one that came of it."


def graph(result: Result, *, trees: int | None = None, lang: Language = "en") -> Graph:
    """The forest of a run.

    Args:
        result: of a run.
        trees: only the so many largest trees, by the people in them.
        lang: of labels and titles.

    Raises:
        SimError: a file of the run is not as it was written.
    """
    forest = {name: np.asarray(column) for name, column in result.forest().items()}
    rows = np.arange(len(forest["parent"])) if trees is None else _largest(forest, trees)
    known = (
        _Platform(result, forest, lang) if isinstance(result.scenario, Scenario) else _Classical(result, forest, lang)
    )
    children = rows[forest["parent"][rows] >= 0]
    when = "minute" if "minute" in forest else "step"
    return Graph(
        ABOUT,
        Rows(len(rows), known.kinds, _blocks(rows, known.nodes)),
        Rows(len(children), known.edge_kinds, _blocks(children, known.edges)),
        titles(lang),
        when,
        known.colours,
    )


def _largest(forest: Mapping[str, np.ndarray], trees: int) -> np.ndarray:
    """Rows of the largest trees, in order; of trees of one size those that began first."""
    parent = forest["parent"]
    size = metrics.sizes(parent, forest.get("weight"))
    roots = np.flatnonzero(parent < 0)
    kept = roots[np.argsort(-size[roots], kind="stable")[:trees]]
    return np.flatnonzero(np.isin(metrics.roots(parent), kept))


def _blocks(rows: np.ndarray, made: Callable[[np.ndarray], pd.DataFrame]) -> Callable[[], Iterator[pd.DataFrame]]:
    def blocks() -> Iterator[pd.DataFrame]:
        for at in range(0, len(rows), BLOCK):
            frame = made(rows[at : at + BLOCK])
            frame.index = pd.RangeIndex(at, at + len(frame))
            yield frame

    return blocks


class _Shares:
    """What all forests tell of a share."""

    colours: tuple[str, Mapping[str, str]] | None = None
    edge_kinds: ClassVar[Mapping[str, str]]

    def __init__(self, result: Result, forest: Mapping[str, np.ndarray], lang: Language) -> None:
        self.result, self.forest, self.lang = result, forest, lang
        parent = forest["parent"]
        weight = forest.get("weight", np.ones(len(parent), np.int64))
        self.depth, self.tree, self.size = metrics.depths(parent), metrics.roots(parent), metrics.sizes(parent, weight)
        passed = parent >= 0
        if "post" in forest:  # what somebody makes of a post, or carries to another platform, is a post of its own
            passed &= forest["post"] == forest["post"][parent]
        self.reposts = np.bincount(parent[passed], weight[passed], len(parent)).astype(np.int64)
        self.users = int(result.run["users"])

    @cached_property
    def names(self) -> dict[int, str]:
        """The node of each user, where a graph gave them names."""
        if "nodes" not in self.result.tables:
            return {}
        table = self.result.as_written("nodes")
        return dict(zip(table.user.tolist(), table.node.tolist(), strict=True))

    def label(self, user: int) -> str:
        """Who a user is."""
        return self.names.get(user) or (f"用户 {user}" if self.lang == "zh" else f"user {user}")

    def shape(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Where shares stand in their trees."""
        return {name: getattr(self, name)[rows] for name in ("depth", "reposts", "size", "tree")}


class _Classical(_Shares):
    """Of a textbook model."""

    edge_kinds: ClassVar = {"source": WHOLE, "target": WHOLE, "step": WHOLE, "steps": WHOLE}

    @property
    def kinds(self) -> dict[str, str]:
        """Columns of nodes."""
        own = [name for name in self.forest if name not in ("user", "parent")]
        whole = ("user", *own, "depth", "reposts", "size", "tree")
        return {"id": WHOLE, "label": WORDS, **dict.fromkeys(whole, WHOLE)}

    def nodes(self, rows: np.ndarray) -> pd.DataFrame:
        """Some shares."""
        own = {name: column[rows] for name, column in self.forest.items() if name != "parent"}
        label = [self.label(user) for user in own["user"].tolist()]
        return pd.DataFrame({"id": rows, "label": label} | own | self.shape(rows))

    def edges(self, rows: np.ndarray) -> pd.DataFrame:
        """What led to some shares."""
        parent, step = self.forest["parent"][rows], self.forest["step"]
        return pd.DataFrame({"source": parent, "target": rows, "step": step[rows], "steps": step[rows] - step[parent]})


class _Platform(_Shares):
    """Of a world of platforms."""

    edge_kinds: ClassVar = {
        **{"source": WHOLE, "target": WHOLE, "weight": REAL, "minute": WHOLE, "delay_minutes": WHOLE, "channel": WORDS},
        "of": WORDS,
    }

    def __init__(self, result: Result, forest: Mapping[str, np.ndarray], lang: Language) -> None:
        super().__init__(result, forest, lang)
        scenario = result.scenario
        assert isinstance(scenario, Scenario)
        self.scenario, self.who = scenario, _who(result, scenario)
        posts = result.as_written("posts")
        self.story = np.full(
            max(int(forest["post"].max(initial=0)) + 1, int(posts.id.max() + 1) if len(posts) else 0), "", object
        )
        self.story[:] = next(iter(scenario.stories)) if len(scenario.stories) == 1 else ""
        self.story[posts.id.to_numpy()] = posts.story.to_numpy()
        words, places = catalogue().words, list(scenario.platforms)
        self.channels = self._said(list(result.run["channels"]), words["channel"])
        self.places = np.array([self._place(name) for name in places], object)
        self.sorts = words["kind"]
        self.colours = "platform", {self._place(name): look(LOOKS, name).colour for name in places}

    def _said(self, names: list[str], words: Mapping[str, Label]) -> np.ndarray:
        """Names as they are, or in Chinese."""
        return np.array([words[name].zh if self.lang == "zh" and name in words else name for name in names], object)

    def _place(self, name: str) -> str:
        title = self.scenario.platforms[name].title
        return (look(LOOKS, name).zh or title or name) if self.lang == "zh" else name

    @property
    def kinds(self) -> dict[str, str]:
        """Columns of nodes."""
        known = {"followers": WHOLE, "community": WHOLE, "segment": WORDS} if self.who else {}
        return {
            **{"id": WHOLE, "label": WORDS, "user": WHOLE, "kind": WORDS, "platform": WORDS, "story": WORDS},
            **{"post": WHOLE, "time": WORDS, "minute": WHOLE, "channel": WORDS, "people": WHOLE},
            **known,
            **dict.fromkeys(("depth", "reposts", "size", "tree"), WHOLE),
        }

    def nodes(self, rows: np.ndarray) -> pd.DataFrame:
        """Some shares."""
        own = {name: column[rows] for name, column in self.forest.items()}
        users, clock = own["user"], self.scenario.clock
        known, at = np.unique(own["minute"], return_inverse=True)
        labels, kinds = zip(*map(self._told, users.tolist()), strict=True) if len(rows) else ((), ())
        return pd.DataFrame(
            {
                **{"id": rows, "label": labels, "user": users, "kind": kinds},
                **{"platform": self.places[own["platform"]], "story": self.story[own["post"]], "post": own["post"]},
                "time": np.array([clock.iso(int(minute)) for minute in known], object)[at],
                **{"minute": own["minute"], "channel": self.channels[own["channel"]], "people": own["weight"]},
                **self._known(users, own["platform"]),
                **self.shape(rows),
            }
        )

    def _told(self, user: int) -> tuple[str, str]:
        """Label and kind of whoever shared."""
        if user < self.users:
            return self.label(user), self._kind("user")
        number = user - self.users
        if self.who is None or number >= len(self.who.accounts):
            return (f"账号 {number}" if self.lang == "zh" else f"account {number}"), self._kind("account")
        account = self.who.accounts[number]
        return account.title, self._kind(account.kind)

    def _kind(self, name: str) -> str:
        usual = {"user": "用户", "account": "账号"}
        return (self.sorts[name].zh if name in self.sorts else usual.get(name, name)) if self.lang == "zh" else name

    def _known(self, users: np.ndarray, platforms: np.ndarray) -> dict[str, np.ndarray]:
        """Followers at the start, community and segment; −1 and no word for accounts, which have no community."""
        if self.who is None:
            return {}
        followers, community = np.zeros(len(users), np.int64), np.full(len(users), -1, np.int64)
        segment = np.full(len(users), "", object)
        people = users < self.users
        community[people], segment[people] = self.who.communities(users[people]), self.who.segments(users[people])
        sizes = np.array([account.followers for account in self.who.accounts], np.int64)
        followers[~people] = sizes[users[~people] - self.users]
        for platform in np.unique(platforms[people]).tolist():
            here = people & (platforms == platform)
            followers[here] = self.who.followers(users[here], platform)
        return {"followers": followers, "community": community, "segment": segment}

    def edges(self, rows: np.ndarray) -> pd.DataFrame:
        """What led to some shares."""
        forest, parent = self.forest, self.forest["parent"][rows]
        same = forest["post"][rows] == forest["post"][parent]
        words = ("转发", "新帖") if self.lang == "zh" else ("repost", "new post")
        return pd.DataFrame(
            {
                **{"source": parent, "target": rows, "weight": forest["weight"][rows].astype(float)},
                **{
                    "minute": forest["minute"][rows],
                    "delay_minutes": forest["minute"][rows] - forest["minute"][parent],
                },
                "channel": self.channels[forest["channel"][rows]],
                "of": np.where(same, *np.array(words, object)),
            }
        )


def _who(result: Result, scenario: Scenario) -> Who | None:
    """Who everybody is; None, and why, where this program cannot know it."""
    why: str = ""
    if result.run["model_version"] != result.kind.version():
        why = both("other_model_version", made=result.run["model_version"], ours=result.kind.version())
    elif scenario.network.name == "given_graph":
        why = both("graph_given")
    if not why:
        who = Who(scenario)
        try:
            _ = who.graph
            return who
        except SimError as error:
            why = str(error).splitlines()[0]
    notices.add("not_known", both("notice_not_known", why=why))
    return None

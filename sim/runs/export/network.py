"""Who reaches whom in a scenario, as a graph: stored networks as they are, computed ones while they are written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.base.errors import SimError
from sim.base.machine import require_memory
from sim.base.registry import did_you_mean
from sim.base.streams import stream_key
from sim.networks import Computed
from sim.networks.stored import Stored
from sim.runs.export.graph import BLOCK, WHOLE, WORDS, Graph, Rows
from sim.runs.export.titles import titles
from sim.runs.export.who import Who
from sim.scenario.numbers import Language
from sim.scenario.scenario import Scenario

if TYPE_CHECKING:
    from sim.runs.kinds import World

ABOUT = "An edge leads from whoever shares to whoever sees it: the target follows the source."
SOURCES = 1024  # people whose computed audiences are in memory at once
COLUMNS = {"id": WHOLE, "label": WORDS, "followers": WHOLE}
ENDS = {"source": WHOLE, "target": WHOLE}


def graph(world: World, *, platform: str = "", lang: Language = "en") -> Graph:
    """The network of a world: of ordinary people, not of accounts of actors, and without private circles.

    Args:
        world: whose.
        platform: which, where each platform has a computed network of its own.
        lang: of labels and titles.

    Raises:
        SimError: it has no list of edges, or no platform, or not that one.
        RefusedError: it does not fit into memory.
    """
    if isinstance(world, Scenario):
        return _of_platform(world, platform, lang)
    if platform:
        raise SimError(f"{world.name} is a classical world, which has no platforms; leave --platform out")
    require_memory(world.network.estimate_bytes(world.users), "the network")
    stored = world.network.build(world.users, world.key("graph"))
    if not isinstance(stored, Stored):
        raise SimError(f"in {world.name} everybody meets everybody: there is no list of edges")
    return _of_stored(stored, None, lang)


def _of_platform(world: Scenario, platform: str, lang: Language) -> Graph:
    who = Who(world)
    if not isinstance(world.network, Computed):
        require_memory(world.network.estimate_bytes(world.people.users), "the network")
        stored = world.network.build(world.people.users, stream_key(world.seed, "graph"))
        return _of_stored(stored, who, lang)
    places = list(world.platforms)
    if not platform and len(places) > 1:
        raise SimError(f"each platform has a network of its own; name one with --platform: {', '.join(places)}")
    name = platform or places[0]
    if name not in places:
        raise SimError(f"unknown platform '{name}'; {did_you_mean(name, places)}")
    return _Computed(who, places.index(name), lang).graph()


def _label(user: int, lang: Language) -> str:
    return f"用户 {user}" if lang == "zh" else f"user {user}"


# ---- stored


def _of_stored(stored: Stored, who: Who | None, lang: Language) -> Graph:
    """Rows that are in memory; a node goes by its name, or by the number of its user."""
    stored.told()
    names = None if stored.nodes is None else np.array([str(node) for node in stored.nodes], object)
    of_id = WHOLE if names is None else WORDS

    def nodes() -> Iterator[pd.DataFrame]:
        for at in range(0, stored.n_users, BLOCK):
            users = np.arange(at, min(at + BLOCK, stored.n_users))
            own = {"id": users, "label": [_label(user, lang) for user in users.tolist()]}
            if names is not None:
                own = {"id": names[users], "label": names[users], "user": users}
            yield pd.DataFrame(own | {"followers": np.diff(stored.indptr[at : users[-1] + 2])} | _traits(who, users))

    def edges() -> Iterator[pd.DataFrame]:
        for at in range(0, stored.n_edges, BLOCK):
            places = np.arange(at, min(at + BLOCK, stored.n_edges))
            source = np.searchsorted(stored.indptr, places, side="right") - 1
            target = stored.indices[places].astype(np.int64)
            ends = (source, target) if names is None else (names[source], names[target])
            yield pd.DataFrame({"source": ends[0], "target": ends[1]}, index=places)

    columns = {"id": of_id, "label": WORDS} | ({} if names is None else {"user": WHOLE}) | {"followers": WHOLE}
    columns |= _trait_kinds(who)
    ends = {"source": of_id, "target": of_id}
    return Graph(ABOUT, Rows(stored.n_users, columns, nodes), Rows(stored.n_edges, ends, edges), titles(lang))


def _trait_kinds(who: Who | None) -> dict[str, str]:
    return {} if who is None else {"community": WHOLE, "segment": WORDS}


def _traits(who: Who | None, users: np.ndarray) -> dict[str, np.ndarray]:
    return {} if who is None else {"community": who.communities(users), "segment": who.segments(users)}


# ---- computed


class _Computed:
    """The computed network of one platform: its members, and the members in the audience of each."""

    def __init__(self, who: Who, platform: int, lang: Language) -> None:
        self.who, self.platform, self.lang = who, platform, lang

    def graph(self) -> Graph:
        """As a graph; edges are counted when they are written, and before that estimated from the first members."""
        from sim.world.population import members

        people = members(self.who.traits, self.platform)
        first = next(self._audiences(), None)
        edges = 0 if first is None else round(people * float(first[2].mean()))
        nodes = Rows(people, COLUMNS | _trait_kinds(self.who), self.nodes)
        return Graph(ABOUT, nodes, Rows(edges, ENDS, self.edges), titles(self.lang))

    def nodes(self) -> Iterator[pd.DataFrame]:
        """Members, with their followers among the members."""
        for users, _, counts in self._audiences():
            label = [_label(user, self.lang) for user in users.tolist()]
            yield pd.DataFrame({"id": users, "label": label, "followers": counts} | _traits(self.who, users))

    def edges(self) -> Iterator[pd.DataFrame]:
        """From each member to those of its audience who are members."""
        at = 0
        for users, followers, counts in self._audiences():
            source = np.repeat(users, counts)
            yield pd.DataFrame({"source": source, "target": followers}, index=np.arange(at, at + len(source)))
            at += len(source)

    def _audiences(self) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Some members, all their followers one after another, and how many each has."""
        from sim.networks.walks import fill_audiences

        who, layout = self.who, self.who.graph.layouts[self.platform]
        for at in range(0, who.traits.n_users, SOURCES):
            users = np.arange(at, min(at + SOURCES, who.traits.n_users))
            users = users[who.uses(users, self.platform)]
            if not len(users):
                continue
            sizes, lengths = who.sizes(users, self.platform)
            room, counts = np.empty(int(lengths.sum()), np.int64), np.empty(len(users), np.int64)
            fill_audiences(users, sizes, layout, room, counts)
            found = room[: counts.sum()]
            is_member = who.uses(found, self.platform)
            owner = np.repeat(np.arange(len(users)), counts)[is_member]
            yield users, found[is_member], np.bincount(owner, minlength=len(users))

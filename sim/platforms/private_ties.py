"""Private ties: what is shared goes to one's friends, or into one of one's groups; nobody else ever sees it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field

from sim.base import streams
from sim.base.strict import Factor, Named, Share, Strict
from sim.networks.circles import Circles, Layer, circles, mean_friends
from sim.platforms.base import FIX, Channel, Prospect, Showing, Shown
from sim.platforms.push import to_tied
from sim.world.records import FRIENDS, GROUP

if TYPE_CHECKING:
    from sim.platforms.stage import PlatformStage

MOST_CIRCLES = 64  # that a person may be in
LOT = 0.25  # of the people that a simulated one stands for: the fewest that a share stands for


class Circle(Strict):
    """A kind of circle: a family, a class, an office, a chat group of strangers with one interest."""

    size: int = Field(ge=2, le=500, description="people in it")
    each: int = Field(1, ge=1, le=16, description="how many of the kind a person may be in")
    takes_part: Share = Field(1.0, description="chance that a person of usual sociability is in each of them")
    friends: Share = Field(description="chance that two of it are friends, who see what the other shares with all")
    local: bool = Field(True, description="of one community; else of people from anywhere")
    see: Share = Field(0.0, description="chance that a member sees what is shared into the group; 0: it has no group")
    muted: Share = Field(0.0, description="share of members who have muted the group")
    see_muted: Share = Field(0.0, description="chance that such a member sees it")
    attend_factor: Factor = Field(1.0, description="factor on attending what comes by a tie of this kind")

    @property
    def looks(self) -> float:
        """Chance that a member sees what is shared into the group, on the mean over those who muted it or did not."""
        return self.see * (1 - self.muted) + self.see_muted * self.muted


class PrivateTies(Showing):
    """Push along mutual ties: a user's share goes to all friends, or into one group; no list, no recommender.

    Who is whose friend is computed (`networks.circles`). A share goes to friends and into a group by a coin each of the
    person and the post; the group is one of those that the person is in, each as likely. Not modelled: one-to-one chats
    (a group of two stands for them), who may see what of whom, and that a message ages in a busy group.
    """

    name: ClassVar[str] = "private_ties"
    channels: ClassVar[tuple[Channel, ...]] = (
        Channel("friends", words="shared with friends"),
        Channel("group", words="shared into a group"),
    )
    kinds: Named[Circle] = Field(min_length=1, max_length=12, description="the circles people stand in")
    see: Share = Field(description="chance that a friend sees a share meant for all friends")
    to_friends: Share = Field(1.0, description="chance that a share goes to all friends")
    to_group: Share = Field(0.0, description="chance that it goes into one of the person's groups")
    spread: float = Field(0.0, ge=0, le=3, description="sd of ln sociability: in how many circles people are")
    look_exponent: float = Field(0.0, ge=-2, le=0, description="who has more friends sees less of each: power")

    def findings(self, platform: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """A circle fits on the platform, somebody sees what is shared into a group, and there are not too many."""
        where = ("mechanisms", self.name)
        for name, kind in self.kinds.items():
            if kind.size > platform.users:
                users = f"{platform.users:,} use the platform"
                yield (*where, "kinds", name, "size"), f"is a circle of {kind.size:,} people, and {users}"
        if self.to_group and not any(kind.looks for kind in self.kinds.values()):
            yield (*where, "to_group"), "is above 0, but no kind of circle has a group in which anybody sees anything"
        if sum(kind.each for kind in self.kinds.values()) > MOST_CIRCLES:
            yield (*where, "kinds"), f"put a person in more than {MOST_CIRCLES} circles"

    def shaping(self) -> dict[str, Any]:
        """Who is whose friend."""
        kinds = {name: kind.model_dump() for name, kind in self.kinds.items()}
        return {"kinds": kinds, "spread": self.spread, "look_exponent": self.look_exponent}

    def layers(self) -> tuple[Layer, ...]:
        """Every circle of every kind, in the order of kinds."""
        return tuple(
            Layer(f"{name}/{i}", kind.size, kind.takes_part, kind.friends, kind.local)
            for name, kind in self.kinds.items()
            for i in range(kind.each)
        )

    def circles(self, n_users: int, community_size: int, key: int) -> Circles:
        """The circles, some people being in many and some in few."""
        return circles(self.layers(), n_users, community_size, key, self.spread, self.look_exponent)

    def shown(self, post: Prospect) -> tuple[Shown, ...]:
        """The post and each share of it, to friends and into a group, as far as they use the platform."""
        made = []
        for kind in self.kinds.values():
            layers = [Layer("", kind.size, kind.takes_part, kind.friends, kind.local)] * kind.each
            everybody = [layer._replace(friends=1.0) for layer in layers]
            friends = self.to_friends * self.see * mean_friends(layers, self.spread)
            group = self.to_group * kind.looks * mean_friends(everybody, self.spread) / len(self.layers())
            attend = self.attend_factor * kind.attend_factor
            made.append(Shown((friends + group) * post.member, attend, self.act_factor, "share"))
        return (*made, *(one._replace(per="post") for one in made))

    def offers(self, stage: PlatformStage) -> list[np.ndarray]:
        """Of each share of a user, one offer a kind of circle to friends, and one to a group."""
        shared = stage.shared
        if len(shared):
            shared = shared[shared["user"] < stage.world.n_users]
            shared = self._by_lot(stage, shared)
        if not len(shared):
            return []
        starts = stage.world.graph.circles[stage.index].starts
        open_to_all = shared[self._coin(stage, shared, "friends") < self.to_friends]
        into_one = shared[self._coin(stage, shared, "group") < self.to_group]
        return [*self._to_friends(stage, open_to_all, starts), *self._into_groups(stage, into_one, starts)]

    def _by_lot(self, stage: PlatformStage, shared: np.ndarray) -> np.ndarray:
        """Shares that stand for few people, drawn by lot to stand for more; what they stand for stays, on the mean.

        A share goes to all friends of one person, however few it stands for; where a person stands for many, shares
        for few would be most of the work.
        """
        least = max(1, round(LOT * stage.world.ratio))
        drawn = self._coin(stage, shared, "be drawn") * least < shared["weight"]
        kept = shared[drawn].copy()
        kept["weight"] = np.maximum(kept["weight"], least)
        return kept

    def _coin(self, stage: PlatformStage, shared: np.ndarray, what: str) -> np.ndarray:
        """A coin of each sharer and post, f8 in 0..1."""
        posts = stage.world.posts.ident[shared["post"]]
        return streams.unit(stage.pair_bits(f"to {what}", shared["user"], posts))

    def _to_friends(self, stage: PlatformStage, shared: np.ndarray, starts: np.ndarray) -> list[np.ndarray]:
        """One offer a share and kind of circle, to the friends whom the sharer has there; kind after kind."""
        kinds, n = [kind for kind in self.kinds.values() if kind.friends], len(shared)
        if not n or not kinds:
            return []
        each = np.array([kind.each for kind in self.kinds.values()])
        ends, friendly = np.cumsum(each), np.array([kind.friends > 0 for kind in self.kinds.values()])
        first, end = (np.repeat(starts[place[friendly]], n) for place in (ends - each, ends))
        return [self._push(stage, np.tile(shared, len(kinds)), FRIENDS, first, end, self._attend(kinds, n))]

    def _attend(self, kinds: list[Circle], n: int | np.ndarray) -> np.ndarray:
        """Factor on attending by ties of some kinds, each so many times, as offers have it."""
        factors = [round(self.attend_factor * kind.attend_factor * FIX) for kind in kinds]
        return np.repeat(np.array(factors, np.uint64), n)

    def _into_groups(self, stage: PlatformStage, shared: np.ndarray, starts: np.ndarray) -> list[np.ndarray]:
        """One offer a share, to one of the groups that the sharer is in; nobody who is in none shares into one."""
        kinds = [kind for kind in self.kinds.values() for _ in range(kind.each)]
        has = np.array([kind.looks > 0 for kind in kinds])
        if not len(shared) or not has.any():
            return []
        from sim.networks.ties import memberships

        ties = stage.world.graph.circles[stage.index]
        inside = memberships(shared["user"].astype(np.int64), ties) & has
        nth = np.floor(self._coin(stage, shared, "which group") * inside.sum(axis=1)).astype(np.int64)
        layer = (np.cumsum(inside, axis=1) > nth[:, None]).argmax(axis=1)
        member = np.flatnonzero(inside.any(axis=1))
        member = member[np.argsort(layer[member], kind="stable")]
        if not len(member):
            return []
        shared, layer = shared[member], layer[member]
        offers = self._push(stage, shared, GROUP, starts[layer], starts[layer + 1], self._attend(kinds, 1)[layer])
        offers["see"] = np.array([streams.threshold(kind.looks) for kind in kinds], np.uint64)[layer]
        return [offers]

    def _push(
        self,
        stage: PlatformStage,
        shared: np.ndarray,
        mode: int,
        first: np.ndarray,
        end: np.ndarray,
        attend: np.ndarray,
    ) -> np.ndarray:
        """Shares, each to those who stand at some positions of the sharer's circles, and see it as friends do."""
        see, channel = streams.threshold(self.see), self.channels[mode == GROUP]
        blank = self.blank(stage, channel, mode=mode, see=see, delayed=1)
        return to_tied(blank, shared, end - first, attend, first=first)

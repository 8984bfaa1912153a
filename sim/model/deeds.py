"""What scheduled facts and minds may do to the world, and the log that says who did what and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import count
from math import prod
from typing import Any

import numpy as np

from sim.base import notices
from sim.base.errors import Bilingual, both
from sim.minds.action import (
    Action,
    Buy,
    Damp,
    Deed,
    DownRank,
    Effect,
    Inflate,
    Pin,
    Publish,
    PutInSlot,
    RaiseIntents,
    Recruit,
    Repost,
    Settle,
)
from sim.minds.dashboard import Fee, Joined, Spreading
from sim.minds.mind import Mind
from sim.model import build
from sim.model.board import Board
from sim.model.publishing import FACT, MIND, Draft, Publisher
from sim.platforms.base import cannot
from sim.platforms.stage import Order, PlatformStage
from sim.scenario import interventions
from sim.scenario.scenario import Scenario
from sim.world.records import F_REPOSTS
from sim.world.world import Account, World

STALE = 0.1  # novelty of a topic under which a bought place is told to be in vain


class Deeds:
    """The only way from a decision or a fact to the world; it is the `interventions.Stage` of a run.

    Attributes:
        minds: every mind by name; ``members``: the minds of each actor of the scenario.
        actions: all that was done, in order.
    """

    def __init__(
        self, scenario: Scenario, world: World, stages: list[PlatformStage], publisher: Publisher, board: Board
    ) -> None:
        self.scenario, self.world, self.stages, self.publisher, self.board = scenario, world, stages, publisher, board
        self.platform = {name: i for i, name in enumerate(scenario.platforms)}
        self.story = {name: i for i, name in enumerate(scenario.stories)}
        self.minds: dict[str, Mind] = {}
        self.members: dict[str, list[Mind]] = {}
        self.actions: list[Deed] = []
        self.now = 0
        self._offers: list[tuple[int, int, float]] = []
        self._acted: set[str] = set()
        self._counted = 0  # of the actions, those whose names are in it

    def at(self, minute: int) -> None:
        """Move to a minute; offers that have ended are taken back."""
        self.now = minute
        ended = {story for story, until, _ in self._offers if until <= minute}
        self._offers = [offer for offer in self._offers if offer[1] > minute]
        for story in sorted(ended):
            self._weigh_intents(story)

    def acted(self) -> int:
        """How many have done something, or had something befall them, so far."""
        self._acted.update(deed.name for deed in self.actions[self._counted :])
        self._counted = len(self.actions)
        return len(self._acted)

    # ---- facts

    def publish(self, fact: interventions.Post) -> None:
        """A scheduled post; what its payer cannot pay is not posted."""
        platform = self.platform[fact.platform]
        mind, cost = self.members[fact.actor][0], fact.fee + fact.boost
        if not self._pays(fact.payer, cost):
            why = both("not_posted", payer=fact.payer, yuan=f"{cost:,}")
            self._in_vain(both("a_post_of", actor=fact.actor), fact, why)
            self._log("fact", mind, "post", fact.platform, "", 0, why)
            return
        draft = Draft(
            self.account(mind, fact.platform),
            platform,
            self.story[fact.story],
            self.stages[platform].kind(fact.content),
            max(0, self.world.clock.minute(fact.at)),
            fact.appeal,
            fact.tone == "negative",
            mind.spec.charm,
            title=fact.topic,
            about=fact.about,
            origin=FACT if fact.news else MIND,
            spend=cost,
        )
        post = self.publisher.by_actor(draft)
        short = self._boost(platform, post, fact.boost, fact.audience.key if fact.audience else 0)
        if short:
            self._in_vain(both("part_of_boost", actor=fact.actor), fact, both("boost_short"), short)
        self._joined(mind, draft.story, post)
        said = (fact.note or "scheduled") + (f"; {short:,} {both('boost_short')}" if short else "")
        self._log("fact", mind, "post", fact.platform, self._title(post), cost, said)

    def open_account(self, actor: str, platform: str, followers: int) -> None:
        """A new account."""
        mind = self.members[actor][0]
        who, place = (mind.name, mind.title, mind.kind), self.platform[platform]
        account = build.open_account(self.world, *who, place, followers, self.now)
        mind.rows[platform] = account.row
        self.world.won_changed = True
        self._log("fact", mind, "open_account", platform, "", 0, f"opens an account with {followers} followers")

    def offer(self, story: str, factor: float, until: datetime, title: str) -> None:
        """A scheduled offer that raises intents."""
        self._begin_offer(self.story[story], factor, self.world.clock.minute(until))
        self._fact(story, "offer", "", "", 0, title or f"intents × {factor:g}")

    def withdraw(self, story: str, factor: float, note: str) -> None:
        """What people remake a story with is taken away."""
        self.publisher.withdraw(self.story[story], factor)
        self._fact(story, "withdraw", "", "", 0, note or f"own posts about it × {factor:g}")

    def broadcast(self, story: str, viewers: int, notice: float, note: str) -> None:
        """People outside watch a story, and a share of them takes notice."""
        people = viewers * notice
        self.board.broadcast(self.story[story], self.now, viewers)
        self.world.by_story.outside[self.story[story]] += people
        why = f"{people:,.0f} people outside take notice" + (f": {note}" if note else "")
        self._fact(story, "broadcast", "", "", 0, why)

    def pin(self, platform: str, topic: str, until: datetime) -> None:
        """Pin a topic that has been born; one that has not is passed over, and the log says so."""
        index = self.platform[platform]
        rows = self._called(index, topic)
        why, sold = both("no_such_topic"), None
        if rows:
            order = Order("pin", topic=rows[0], until=self.world.clock.minute(until))
            sold = self.stages[index].sell(order)
            why = cannot("pin") if sold is None else both("pinned")
        if sold is None:
            notices.add("in_vain", both("notice_pin_in_vain", topic=topic, platform=platform, why=why))
        self._fact(platform, "pin", platform, topic, 0, why)

    def buy_place(self, fact: interventions.BuyPlace) -> None:
        """A scheduled place on the list; the log says why none was to be had."""
        platform = self.platform[fact.platform]
        stage, title = self.stages[platform], fact.topic or self.scenario.stories[fact.story].title
        topics = self._called(platform, title)
        price, spent, why = stage.price("place"), 0, both("no_such_topic")
        if topics:
            why = both("no_place_free")
            order = Order("place", price or 0, topic=topics[0])
            if price is not None and self._can_pay(fact.payer, price) and stage.sell(order) is not None:
                self._pays(fact.payer, price)
                spent, why = price, self._bought(order.topic)
        if why != both("place_bought"):  # a stale one as well: it brings little
            self._in_vain(both("the_place_for", topic=title), fact, why)
        who = fact.payer or fact.platform
        self._fact(who, "place", fact.platform, title, spent, why)

    def promote(self, fact: interventions.Promote) -> None:
        """A scheduled place of the opening page; the log says why none was to be had."""
        platform = self.platform[fact.platform]
        stage, title = self.stages[platform], fact.topic or self.scenario.stories[fact.story].title
        topics, clock, spent = self._called(platform, title), self.world.clock, 0
        until, price = -1 if fact.until is None else clock.minute(fact.until), stage.price(fact.what) or 0
        why, placed = both("no_such_topic"), False
        if topics:
            why = both("place_taken")
            order = Order(fact.what, price, topic=topics[0], until=until)
            if self._can_pay(fact.payer, price) and stage.sell(order) is not None:
                self._pays(fact.payer, price)
                spent, why, placed = price, both("in_place", place=fact.place), True
        if not placed:
            self._in_vain(both("place_for", place=fact.place, topic=title), fact, why)
        self._fact(fact.payer or fact.platform, "promote", fact.platform, title, spent, why)

    def reweight(self, platform: str, mechanism: str, field: str, value: float) -> None:
        """Replace one number of a mechanism."""
        self.stages[self.platform[platform]].change(mechanism, field, value)
        why = f"{mechanism}.{field} = {value:g}"
        self._fact(platform, "platform_change", platform, "", 0, why)

    # ---- minds

    def perform(self, mind: Mind, action: Action) -> bool:
        """Carry out what a mind decided, effect by effect; one that fails ends it, and nothing is logged: false."""
        who = mind.title, mind.name, mind.kind
        deed = Deed(self.now, *who, action.kind, action.platform, "", action.spend, action.why)
        for effect in action.effects:
            done = WAYS[type(effect)](self, mind, action, effect, deed)
            if done is None:
                return False
            deed = done
        mind.spent += deed.spend
        self.actions.append(deed)
        return True

    def _publish(self, mind: Mind, action: Action, effect: Publish, deed: Deed) -> Deed:
        """A post; what is hot elsewhere it carries under the story's own topic here."""
        platform = self.platform[action.platform]
        here = effect.topic >= 0 and self.world.topics.platform[effect.topic] == platform
        boost = effect.boost
        if boost and self.stages[platform].price("reach") is None:
            boost, deed = 0, replace(deed, spend=deed.spend - boost)
        draft = Draft(
            self.account(mind, action.platform),
            platform,
            self.story[action.story],
            self.stages[platform].kind(effect.content),
            self.now,
            effect.appeal * mind.spec.appeal,
            effect.tone == "negative",
            mind.spec.charm,
            effect.topic if here else -1,
            self._free(platform, action.story, effect),
            effect.about,
            MIND,
            deed.spend,
        )
        post = self.publisher.by_actor(draft)
        self._boost(platform, post, boost)
        self._joined(mind, draft.story, post)
        return replace(deed, topic=self._title(post))

    def _repost(self, mind: Mind, action: Action, effect: Repost, deed: Deed) -> Deed:
        """A repost, which stands under the post itself."""
        self.publisher.reposted_by(self.account(mind, action.platform), effect.post, self.now)
        self._joined(mind, self.story[action.story], effect.post)
        return replace(deed, topic=self._title(effect.post))

    def _buy(self, mind: Mind, action: Action, effect: Buy, deed: Deed) -> Deed:
        """A place on the list for a topic, where one is free for the sum that is allowed and for what is left."""
        most = min(effect.yuan, mind.spec.budget - mind.spent - deed.spend)
        paid = self.stages[self.platform[action.platform]].sell(Order("place", most, topic=effect.topic))
        return deed if paid is None else replace(deed, spend=deed.spend + paid, why=f"{deed.why}; buys a place")

    def _recruit(self, brand: Mind, action: Action, effect: Recruit, deed: Deed) -> Deed:
        """Offer a fee to the cheapest KOLs of a tier that the sum reaches for; they answer at their next review."""
        candidates = [mind for mind in self.minds.values() if mind.spec.tier == effect.tier and mind.takes_fees]
        left, asked = effect.yuan, 0
        for kol in sorted(candidates, key=lambda mind: (mind.price, mind.name)):
            if kol.price > left:
                break
            kol.offers.append(Fee(brand.name, brand.title, kol.price, action.story))
            left, asked = left - kol.price, asked + 1
        return replace(deed, why=f"{deed.why}; asks {asked} KOLs of tier {effect.tier}")

    def _settle(self, kol: Mind, action: Action, effect: Settle, deed: Deed) -> Deed | None:
        """The fee passes from whoever hires, who may have spent it meanwhile; then nothing comes of the deal."""
        brand = self.minds[effect.payer]
        if kol.price > brand.spec.budget - brand.spent:
            return None
        brand.spent += kol.price
        self._log(brand.kind, brand, "pay", action.platform, "", kol.price, f"fee of {kol.title}")
        return deed

    def _raise_intents(self, mind: Mind, action: Action, effect: RaiseIntents, deed: Deed) -> Deed:
        self._begin_offer(self.story[action.story], effect.factor, self.now + round(effect.hours * 60))
        return deed

    def _damp(self, mind: Mind, action: Action, effect: Damp, deed: Deed) -> Deed:
        novelty = self.world.topics.novelty
        novelty[effect.topic] = round(novelty[effect.topic] * effect.factor, 9)
        return deed

    def _pin(self, editor: Mind, action: Action, effect: Pin, deed: Deed) -> Deed | None:
        until = self.now + round(effect.hours * 60)
        return self._placed(action, deed, Order("pin", topic=effect.topic, until=until))

    def _put_in_slot(self, editor: Mind, action: Action, effect: PutInSlot, deed: Deed) -> Deed | None:
        until = self.now + round(effect.hours * 60)
        return self._placed(action, deed, Order(f"promote {effect.place}", topic=effect.topic, until=until))

    def _placed(self, action: Action, deed: Deed, order: Order) -> Deed | None:
        """An editor's place for a topic, where there is one and it is free."""
        if self.stages[self.platform[action.platform]].sell(order) is None:
            return None
        return replace(deed, topic=self.world.topic_titles[order.topic])

    def _down_rank(self, editor: Mind, action: Action, effect: DownRank, deed: Deed) -> Deed:
        weight = self.world.topics.interaction
        weight[effect.topic] = round(weight[effect.topic] * effect.factor, 9)
        return replace(deed, topic=self.world.topic_titles[effect.topic])

    def _inflate(self, mind: Mind, action: Action, effect: Inflate, deed: Deed) -> Deed:
        self.stages[self.platform[action.platform]].inflate(effect.topic, effect.acts)
        return replace(deed, topic=self.world.topic_titles[effect.topic])

    # ---- helpers

    def followers_won(self, mind: Mind) -> int:
        """Followers (people) that a mind's accounts have won so far."""
        return sum(self.account(mind, platform).gained for platform in mind.rows)

    def spreading(self, mind: Mind, story: str, minutes: int, least: int) -> tuple[Spreading, ...]:
        """Posts of a story on a mind's platforms that are at most so old and were reposted so often, the most first."""
        posts, world = self.world.posts, self.world
        rows = np.flatnonzero(
            (posts.story == self.story[story])
            & (posts.minute > self.now - minutes)
            & (posts.totals[:, F_REPOSTS] >= least)
            & np.isin(posts.platform, [self.platform[name] for name in mind.rows])
        )
        own, told = {*mind.rows.values()}, self.scenario.stories[story].rumour
        found = [
            Spreading(
                world.platforms[posts.platform[row]],
                row,
                int(posts.ident[row]),
                int(posts.totals[row, F_REPOSTS]),
                int(posts.minute[row]),
                self._title(row),
                int(posts.author[row]) in own,
                1.0 if told is None or posts.negative[row] else told.convince,
            )
            for row in rows.tolist()
        ]
        return tuple(sorted(found, key=lambda post: (-post.reposts, post.key)))

    def account(self, mind: Mind, platform: str) -> Account:
        """The mind's account on a platform."""
        return self.world.accounts[mind.rows[platform] - self.world.n_users]

    def _title(self, post: int) -> str:
        return self.world.topic_titles[self.world.posts.topic[post]]

    def _called(self, platform: int, title: str) -> list[int]:
        """Topics of a platform that have a title, in the order in which they were born."""
        there = np.flatnonzero(self.world.topics.platform == platform).tolist()
        return [topic for topic in there if self.world.topic_titles[topic] == title]

    def _boost(self, platform: int, post: int, yuan: int, audience: int = 0) -> int:
        """Paid reach for a post, where it can be had; impressions that nobody of the audience is there for."""
        if not yuan:
            return 0
        order = Order("reach", yuan, post=post, audience=audience)
        short = self.stages[platform].beyond(order)
        self.stages[platform].sell(order)
        return short

    def _free(self, platform: int, story: str, effect: Publish) -> str:
        """The title that a post opens its topic under: of a new one, the first by its number that nobody has taken."""
        if effect.later is None:
            return effect.title
        return next(
            title
            for title in map(effect.later, count())
            if not self.publisher.taken(platform, self.story[story], title)
        )

    def _bought(self, topic: int) -> Bilingual:
        """Words for a place that was bought; it brings little where few want to read of its topic any more."""
        novelty = float(self.world.topics.novelty[topic])
        return both("place_bought_stale", novelty=f"{novelty:.1%}") if novelty < STALE else both("place_bought")

    def _in_vain(self, what: Bilingual, fact: interventions.Intervention, why: Bilingual, count: int = 1) -> None:
        """Tell that a fact came to little or nothing, and why."""
        when = fact.at.isoformat(sep=" ", timespec="minutes")
        place = getattr(fact, "platform", "")
        notices.add("in_vain", both("notice_in_vain", what=what, platform=place, when=when, why=why), count)

    def _can_pay(self, payer: str, yuan: int) -> bool:
        """Whether a sum is in a purse. Nobody's purse pays all."""
        return not payer or yuan <= self.members[payer][0].spec.budget - self.members[payer][0].spent

    def _pays(self, payer: str, yuan: int) -> bool:
        """Take a sum from a purse, if it is in it; whether it was."""
        if payer and self._can_pay(payer, yuan):
            self.members[payer][0].spent += yuan
            return True
        return not payer

    def _begin_offer(self, story: int, factor: float, until: int) -> None:
        self._offers.append((story, until, factor))
        self._weigh_intents(story)

    def _weigh_intents(self, story: int) -> None:
        """Let the offers that are in force, and no other, bear on the intents of a story."""
        factor = prod(factor for other, _, factor in self._offers if other == story)
        self.world.by_story.offers_factor[story] = factor
        self.publisher.weigh_intents(np.flatnonzero(self.world.posts.story == story))

    def _joined(self, mind: Mind, story: int, post: int) -> None:
        topic = int(self.world.posts.topic[post])
        self.board.joined(story, Joined(mind.name, mind.title, mind.kind, self.now, mind.spec.home, topic))

    def _fact(self, name: str, action: str, platform: str, topic: str, spend: int, why: str) -> None:
        """Log what befell a story, a platform or a purse, in English alone: notices have both languages."""
        self.actions.append(Deed(self.now, name, name, "fact", action, platform, topic, spend, str(why)))

    def _log(self, kind: str, mind: Mind, action: str, platform: str, topic: str, spend: int, why: str) -> None:
        self.actions.append(Deed(self.now, mind.title, mind.name, kind, action, platform, topic, spend, str(why)))


Way = Callable[[Deeds, Mind, Action, Any, Deed], Deed | None]
WAYS: dict[type[Effect], Way] = {  # how each effect is carried out: the deed's line for the log, or None if it fails
    Publish: Deeds._publish,
    Repost: Deeds._repost,
    Buy: Deeds._buy,
    Recruit: Deeds._recruit,
    Settle: Deeds._settle,
    RaiseIntents: Deeds._raise_intents,
    Damp: Deeds._damp,
    Pin: Deeds._pin,
    PutInSlot: Deeds._put_in_slot,
    DownRank: Deeds._down_rank,
    Inflate: Deeds._inflate,
}

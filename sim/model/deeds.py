"""What scheduled facts and minds may do to the world, and the log that says who did what and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np

from sim.minds.action import Action, Buy, Damp, Deed, Effect, Publish, RaiseIntents, Recruit, Settle
from sim.minds.dashboard import Fee, Joined
from sim.minds.mind import Mind
from sim.model import build
from sim.model.board import Board
from sim.model.publishing import FACT, MIND, Draft, Publisher
from sim.scenario import interventions
from sim.scenario.scenario import Scenario
from sim.world.world import Account, Slot, World


class Deeds:
    """The only way from a decision or a fact to the world; it is the `interventions.Stage` of a run.

    Attributes:
        mechanisms: by platform, what it has by name; a fact may re-weight them.
        minds: every mind by name; ``members``: the minds of each actor of the scenario.
        actions: all that was done, in order.
    """

    def __init__(self, scenario: Scenario, world: World, publisher: Publisher, board: Board) -> None:
        self.scenario, self.world, self.publisher, self.board = scenario, world, publisher, board
        self.mechanisms: list[dict[str, Any]] = [dict(p.mechanisms.present()) for p in scenario.platforms.values()]
        self.platform = {name: i for i, name in enumerate(scenario.platforms)}
        self.story = {name: i for i, name in enumerate(scenario.stories)}
        self.minds: dict[str, Mind] = {}
        self.members: dict[str, list[Mind]] = {}
        self.actions: list[Deed] = []
        self.now = 0
        self._offers: list[tuple[int, int, float]] = []

    def at(self, minute: int) -> None:
        """Move to a minute; offers that have ended are taken back."""
        self.now = minute
        for story, _, factor in [offer for offer in self._offers if offer[1] <= minute]:
            self._scale_intents(story, 1 / factor)
        self._offers = [offer for offer in self._offers if offer[1] > minute]

    # ---- facts

    def publish(self, fact: interventions.Post) -> None:
        """A scheduled post; what its payer cannot pay is not posted."""
        platform = self.platform[fact.platform]
        mind, cost = self.members[fact.actor][0], fact.fee + fact.boost
        if not self._pays(fact.payer, cost):
            self._log("fact", mind, "post", fact.platform, "", 0, f"not posted: {fact.payer} cannot pay {cost:,} yuan")
            return
        draft = Draft(
            self.account(mind, fact.platform),
            platform,
            self.story[fact.story],
            self._content(fact.content, platform),
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
        self._boost(platform, post, fact.boost)
        self._joined(mind, draft.story)
        self._log("fact", mind, "post", fact.platform, self._title(post), cost, fact.note or "scheduled")

    def open_account(self, actor: str, platform: str, followers: int) -> None:
        """A new account."""
        mind = self.members[actor][0]
        account = build.open_account(self.world, mind.name, mind.title, mind.kind, self.platform[platform], followers)
        mind.rows[platform] = account.row
        self.world.won_changed = True
        self._log("fact", mind, "open_account", platform, "", 0, f"opens an account with {followers} followers")

    def offer(self, story: str, factor: float, until: datetime, title: str) -> None:
        """A scheduled offer that raises intents."""
        self._begin_offer(self.story[story], factor, self.world.clock.minute(until))
        self.actions.append(Deed(self.now, story, "fact", "offer", "", "", 0, title or f"intents × {factor:g}"))

    def broadcast(self, story: str, people: float, note: str) -> None:
        """People outside take notice of a story."""
        self.world.outside[self.story[story]] += people
        why = f"{people:,.0f} people outside take notice" + (f": {note}" if note else "")
        self.actions.append(Deed(self.now, story, "fact", "broadcast", "", "", 0, why))

    def pin(self, platform: str, topic: str, until: datetime) -> None:
        """Pin a topic that has been born; one that has not is passed over, and the log says so."""
        index = self.platform[platform]
        rows = [t for t in np.flatnonzero(self.world.topics.platform == index) if self.world.topic_titles[t] == topic]
        if rows:
            self.world.slots[index].append(Slot(0, int(rows[0]), self.world.clock.minute(until)))
        why = "pinned" if rows else "no such topic yet"
        self.actions.append(Deed(self.now, platform, "fact", "pin", platform, topic, 0, why))

    def buy_place(self, fact: interventions.BuyPlace) -> None:
        """A scheduled place on the list; the log says why none was to be had."""
        platform = self.platform[fact.platform]
        hot_list, title = self.mechanisms[platform]["hot_list"], fact.topic or self.scenario.stories[fact.story].title
        topics = [
            t for t in np.flatnonzero(self.world.topics.platform == platform) if self.world.topic_titles[t] == title
        ]
        price, why = int(hot_list.ad_price), "no such topic yet"
        if topics:
            why = "no place is free, or the purse is too small"
            if self._free_places(platform) and self._pays(fact.payer, price):
                self._buy_place(platform, int(topics[0]), price)
                why = "bought"
        spent = price if why == "bought" else 0
        who = fact.payer or fact.platform
        self.actions.append(Deed(self.now, who, "fact", "place", fact.platform, title, spent, why))

    def reweight(self, platform: str, mechanism: str, field: str, value: float) -> None:
        """Replace one number of a mechanism."""
        index = self.platform[platform]
        self.mechanisms[index][mechanism] = self.reweighted(self.mechanisms[index][mechanism], field, value)
        why = f"{mechanism}.{field} = {value:g}"
        self.actions.append(Deed(self.now, platform, "fact", "platform_change", platform, "", 0, why))

    @staticmethod
    def reweighted(mechanism: Any, field: str, value: float) -> Any:
        """A mechanism with one number replaced."""
        return type(mechanism)(**(mechanism.model_dump() | {field: value}))

    # ---- minds

    def perform(self, mind: Mind, action: Action) -> None:
        """Carry out what a mind decided, effect by effect; one that fails ends it, and nothing is logged."""
        deed = Deed(self.now, mind.title, mind.kind, action.kind, action.platform, "", action.spend, action.why)
        for effect in action.effects:
            done = WAYS[type(effect)](self, mind, action, effect, deed)
            if done is None:
                return
            deed = done
        self.actions.append(deed)

    def _publish(self, mind: Mind, action: Action, effect: Publish, deed: Deed) -> Deed:
        """A post; what is hot elsewhere it carries under the story's own topic here."""
        platform = self.platform[action.platform]
        here = effect.topic >= 0 and self.world.topics.platform[effect.topic] == platform
        draft = Draft(
            self.account(mind, action.platform),
            platform,
            self.story[action.story],
            self._content(effect.content, platform),
            self.now,
            effect.appeal * mind.spec.appeal,
            effect.tone == "negative",
            mind.spec.charm,
            effect.topic if here else -1,
            effect.title,
            effect.about,
            MIND,
            action.spend,
        )
        post = self.publisher.by_actor(draft)
        self._boost(platform, post, effect.boost)
        self._joined(mind, draft.story)
        return replace(deed, topic=self._title(post))

    def _buy(self, mind: Mind, action: Action, effect: Buy, deed: Deed) -> Deed:
        self._buy_place(self.platform[action.platform], effect.topic, effect.yuan)
        return deed

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

    # ---- helpers

    def account(self, mind: Mind, platform: str) -> Account:
        """The mind's account on a platform."""
        return self.world.accounts[mind.rows[platform] - self.world.n_users]

    def _content(self, content: str, platform: int) -> str:
        spec = list(self.scenario.platforms.values())[platform]
        return content if content in spec.content else spec.default_content

    def _title(self, post: int) -> str:
        return self.world.topic_titles[self.world.posts.topic[post]]

    def _boost(self, platform: int, post: int, yuan: int) -> None:
        paid = self.mechanisms[platform].get("paid_reach")
        if paid and yuan:
            self.world.posts.paid_left[post] += paid.bought(yuan)
            self.world.paid[platform] = np.append(self.world.paid[platform], post)

    def _buy_place(self, platform: int, topic: int, yuan: int) -> None:
        """A bought place on the list, if the money reaches for one and one is free."""
        hot_list = self.mechanisms[platform].get("hot_list")
        if hot_list is None or not 0 < hot_list.ad_price <= yuan:
            return
        free = self._free_places(platform)
        if free:
            self.world.slots[platform].append(Slot(free[0], topic, self.now + round(hot_list.ad_hours * 60)))

    def _free_places(self, platform: int) -> list[int]:
        """Places of the list that can be bought and are not taken."""
        taken = {slot.place for slot in self.world.slots[platform]}
        return [place for place in self.mechanisms[platform]["hot_list"].ad_places if place not in taken]

    def _pays(self, payer: str, yuan: int) -> bool:
        """Take a sum from a purse; whether it was in it. Nobody's purse pays all."""
        if not payer:
            return True
        mind = self.members[payer][0]
        if yuan > mind.spec.budget - mind.spent:
            return False
        mind.spent += yuan
        return True

    def _begin_offer(self, story: int, factor: float, until: int) -> None:
        self._offers.append((story, until, factor))
        self._scale_intents(story, factor)

    def _scale_intents(self, story: int, factor: float) -> None:
        self.world.offers_factor[story] *= factor
        rows = np.flatnonzero(self.world.posts.story == story)
        chance = self.world.chance.rows
        chance[rows, 7] = np.minimum((chance[rows, 7] * factor).astype(np.uint64), 1 << 32)

    def _joined(self, mind: Mind, story: int) -> None:
        self.board.joined(story, Joined(mind.name, mind.title, mind.kind, self.now, mind.spec.home))

    def _log(self, kind: str, mind: Mind, action: str, platform: str, topic: str, spend: int, why: str) -> None:
        self.actions.append(Deed(self.now, mind.title, kind, action, platform, topic, spend, why))


Way = Callable[[Deeds, Mind, Action, Any, Deed], Deed | None]
WAYS: dict[type[Effect], Way] = {  # how each effect is carried out: the deed's line for the log, or None if it fails
    Publish: Deeds._publish,
    Buy: Deeds._buy,
    Recruit: Deeds._recruit,
    Settle: Deeds._settle,
    RaiseIntents: Deeds._raise_intents,
    Damp: Deeds._damp,
}

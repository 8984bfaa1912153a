"""What scheduled facts and minds may do to the world, and the log that says who did what and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np

from sim.minds.dashboard import Action, Fee, Joined
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
        actions: (minute, who, kind, action, platform, topic, yuan, why) of all that was done.
    """

    def __init__(self, scenario: Scenario, world: World, publisher: Publisher, board: Board) -> None:
        self.scenario, self.world, self.publisher, self.board = scenario, world, publisher, board
        self.mechanisms: list[dict[str, Any]] = [dict(p.mechanisms.present()) for p in scenario.platforms.values()]
        self.platform = {name: i for i, name in enumerate(scenario.platforms)}
        self.story = {name: i for i, name in enumerate(scenario.stories)}
        self.minds: dict[str, Mind] = {}
        self.members: dict[str, list[Mind]] = {}
        self.actions: list[tuple[int, str, str, str, str, str, int, str]] = []
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
        self.actions.append((self.now, story, "fact", "offer", "", "", 0, title or f"intents × {factor:g}"))

    def broadcast(self, story: str, people: float, note: str) -> None:
        """People outside take notice of a story."""
        self.world.outside[self.story[story]] += people
        why = f"{people:,.0f} people outside take notice" + (f": {note}" if note else "")
        self.actions.append((self.now, story, "fact", "broadcast", "", "", 0, why))

    def pin(self, platform: str, topic: str, until: datetime) -> None:
        """Pin a topic that has been born; one that has not is passed over, and the log says so."""
        index = self.platform[platform]
        rows = [t for t in np.flatnonzero(self.world.topics.platform == index) if self.world.topic_titles[t] == topic]
        if rows:
            self.world.slots[index].append(Slot(0, int(rows[0]), self.world.clock.minute(until)))
        self.actions.append(
            (self.now, platform, "fact", "pin", platform, topic, 0, "pinned" if rows else "no such topic yet")
        )

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
        self.actions.append((self.now, fact.payer or fact.platform, "fact", "place", fact.platform, title, spent, why))

    def reweight(self, platform: str, mechanism: str, field: str, value: float) -> None:
        """Replace one number of a mechanism."""
        index = self.platform[platform]
        self.mechanisms[index][mechanism] = self.reweighted(self.mechanisms[index][mechanism], field, value)
        self.actions.append(
            (self.now, platform, "fact", "platform_change", platform, "", 0, f"{mechanism}.{field} = {value:g}")
        )

    @staticmethod
    def reweighted(mechanism: Any, field: str, value: float) -> Any:
        """A mechanism with one number replaced."""
        return type(mechanism)(**(mechanism.model_dump() | {field: value}))

    # ---- minds

    def perform(self, mind: Mind, action: Action) -> None:
        """Carry out what a mind decided."""
        if action.kind == "hire":
            self._hire(mind, action)
            return
        platform = self.platform[action.platform]
        here = action.topic >= 0 and self.world.topics.platform[action.topic] == platform
        if action.kind == "reply":
            self.world.topics.novelty[action.topic] = round(self.world.topics.novelty[action.topic] * action.factor, 9)
        if action.kind == "collaborate" and not self._settle(mind, action):
            return
        draft = Draft(
            self.account(mind, action.platform),
            platform,
            self.story[action.story],
            self._content(action.content, platform),
            self.now,
            action.appeal * mind.spec.appeal,
            action.tone == "negative",
            mind.spec.charm,
            action.topic if here else -1,  # what is hot elsewhere: the story's own topic here
            action.title,
            action.about,
            MIND,
            action.spend,
        )
        post = self.publisher.by_actor(draft)
        self._boost(platform, post, action.boost)
        if action.kind == "free_tickets":
            self._begin_offer(draft.story, action.factor, self.now + round(action.hours * 60))
        if action.kind == "sponsor" and action.topic >= 0:
            self._buy_place(platform, action.topic, action.boost)
        self._joined(mind, draft.story)
        self._log(mind.kind, mind, action.kind, action.platform, self._title(post), action.spend, action.why)

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

    def _hire(self, brand: Mind, action: Action) -> None:
        """Offer a fee to the cheapest KOLs of a tier that the sum reaches for; they answer at their next review."""
        candidates = sorted(
            (
                m
                for m in self.minds.values()
                if m.spec.tier == action.hire and any(p.name == "paid_collaboration" for p in m.spec.policies)
            ),
            key=lambda m: (m.price, m.name),
        )
        left, asked = action.boost, 0
        for kol in candidates:
            if kol.price > left:
                break
            kol.offers.append(Fee(brand.name, brand.title, kol.price, action.story, action.topic))
            left, asked = left - kol.price, asked + 1
        self._log(
            brand.kind, brand, "hire", action.platform, "", 0, f"{action.why}; asks {asked} KOLs of tier {action.hire}"
        )

    def _settle(self, kol: Mind, action: Action) -> bool:
        """The fee passes from the brand, if it still has it; if not, nothing comes of the deal."""
        brand = self.minds[action.hire]
        if kol.price > brand.spec.budget - brand.spent:
            return False
        brand.spent += kol.price
        self._log(brand.kind, brand, "pay", action.platform, "", kol.price, f"fee of {kol.title}")
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
        self.actions.append((self.now, mind.title, kind, action, platform, topic, spend, why))

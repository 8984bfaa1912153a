"""What scheduled facts and minds may do to the world, and the log that says who did what and why."""

from __future__ import annotations

from datetime import datetime
from math import prod

import numpy as np

from sim.minds.dashboard import Action, Fee, Joined
from sim.minds.mind import Mind
from sim.model import build
from sim.model.board import Board
from sim.model.publishing import FACT, MIND, Draft, Publisher
from sim.platforms.base import cannot
from sim.platforms.stage import Order, PlatformStage
from sim.scenario import interventions
from sim.scenario.scenario import Scenario
from sim.world.world import Account, World


class Deeds:
    """The only way from a decision or a fact to the world; it is the `interventions.Stage` of a run.

    Attributes:
        minds: every mind by name; ``members``: the minds of each actor of the scenario.
        actions: (minute, who, kind, action, platform, topic, yuan, why) of all that was done.
    """

    def __init__(
        self, scenario: Scenario, world: World, stages: list[PlatformStage], publisher: Publisher, board: Board
    ) -> None:
        self.scenario, self.world, self.stages, self.publisher, self.board = scenario, world, stages, publisher, board
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
        ended = {story for story, until, _ in self._offers if until <= minute}
        self._offers = [offer for offer in self._offers if offer[1] > minute]
        for story in sorted(ended):
            self._weigh_intents(story)

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
        self.world.by_story.outside[self.story[story]] += people
        why = f"{people:,.0f} people outside take notice" + (f": {note}" if note else "")
        self.actions.append((self.now, story, "fact", "broadcast", "", "", 0, why))

    def pin(self, platform: str, topic: str, until: datetime) -> None:
        """Pin a topic that has been born; one that has not is passed over, and the log says so."""
        index = self.platform[platform]
        rows = [t for t in np.flatnonzero(self.world.topics.platform == index) if self.world.topic_titles[t] == topic]
        why = "no such topic yet"
        if rows:
            order = Order("pin", topic=int(rows[0]), until=self.world.clock.minute(until))
            why = cannot("pin") if self.stages[index].sell(order) is None else "pinned"
        self.actions.append((self.now, platform, "fact", "pin", platform, topic, 0, why))

    def buy_place(self, fact: interventions.BuyPlace) -> None:
        """A scheduled place on the list; the log says why none was to be had."""
        platform = self.platform[fact.platform]
        stage, title = self.stages[platform], fact.topic or self.scenario.stories[fact.story].title
        topics = [
            t for t in np.flatnonzero(self.world.topics.platform == platform) if self.world.topic_titles[t] == title
        ]
        price, spent, why = stage.price("place"), 0, "no such topic yet"
        if topics:
            why = "no place is free, or the purse is too small"
            order = Order("place", price or 0, topic=int(topics[0]))
            if price is not None and self._can_pay(fact.payer, price) and stage.sell(order) is not None:
                self._pays(fact.payer, price)
                spent, why = price, "bought"
        self.actions.append((self.now, fact.payer or fact.platform, "fact", "place", fact.platform, title, spent, why))

    def reweight(self, platform: str, mechanism: str, field: str, value: float) -> None:
        """Replace one number of a mechanism."""
        self.stages[self.platform[platform]].change(mechanism, field, value)
        self.actions.append(
            (self.now, platform, "fact", "platform_change", platform, "", 0, f"{mechanism}.{field} = {value:g}")
        )

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
            self.stages[platform].kind(action.content),
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

    def _title(self, post: int) -> str:
        return self.world.topic_titles[self.world.posts.topic[post]]

    def _boost(self, platform: int, post: int, yuan: int) -> None:
        """Paid reach for a post, where it can be had."""
        self.stages[platform].sell(Order("reach", yuan, post=post))

    def _buy_place(self, platform: int, topic: int, yuan: int) -> None:
        """A place on the list for a topic, if the money reaches for one and one is free."""
        self.stages[platform].sell(Order("place", yuan, topic=topic))

    def _can_pay(self, payer: str, yuan: int) -> bool:
        """Whether a sum is in a purse. Nobody's purse pays all."""
        return not payer or yuan <= self.members[payer][0].spec.budget - self.members[payer][0].spent

    def _pays(self, payer: str, yuan: int) -> bool:
        """Take a sum from a purse, if it is in it; whether it was."""
        if payer and self._can_pay(payer, yuan):
            self.members[payer][0].spent += yuan
            return True
        return not payer

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
        self._weigh_intents(story)

    def _weigh_intents(self, story: int) -> None:
        """Let the offers that are in force, and no other, bear on the intents of a story."""
        factor = prod(factor for other, _, factor in self._offers if other == story)
        self.world.by_story.offers_factor[story] = factor
        self.publisher.weigh_intents(np.flatnonzero(self.world.posts.story == story), story)

    def _joined(self, mind: Mind, story: int) -> None:
        self.board.joined(story, Joined(mind.name, mind.title, mind.kind, self.now, mind.spec.home))

    def _log(self, kind: str, mind: Mind, action: str, platform: str, topic: str, spend: int, why: str) -> None:
        self.actions.append((self.now, mind.title, kind, action, platform, topic, spend, why))

"""The typed image of a scenario file: one world of people, platforms, stories, actors and scheduled facts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from sim.base.names import Names
from sim.base.streams import threshold
from sim.base.strict import Factors, Grade, Instant, Name, Named, Share, Strict, Title, front, rebuild
from sim.minds.actor import Actor
from sim.minds.base import POLICIES, ActorName
from sim.networks import Computed, NetworkSpec
from sim.platforms.base import MECHANISMS
from sim.platforms.platform import Platform
from sim.scenario.campaign import Campaign, Plan
from sim.scenario.interventions import INTERVENTIONS, AnyIntervention
from sim.scenario.observed import Observed
from sim.scenario.people import People
from sim.scenario.whatif import Counterfactual
from sim.world.clock import Clock

ToneName = Annotated[str, Names("tone")]


class Rumour(Strict):
    """What makes a story one that may be untrue: people come to believe it, and posts against it correct them.

    Whoever attends to a post for it may believe it, to one against it (``tone: negative``) may be corrected, before or
    after they believed, and stays so. Who is corrected passes on less of it. Not modelled: that people forget, that a
    correction makes some believe the more, and who says it.
    """

    convince: Share = Field(
        description="chance that whoever attends to a post for it believes it",
        json_schema_extra=front("convinces", "令人相信", "share"),
    )
    correct: Share = Field(
        description="chance that whoever attends to a post against it is corrected",
        json_schema_extra=front("corrects", "令人醒悟", "share"),
    )
    blocks: Share = Field(description="chance that one who is corrected does not pass it on")
    credulity: Factors = Field(default_factory=dict, description="factor on believing by segment")

    def convinces(self, segment: str) -> int:
        """32-bit threshold of believing, in a segment."""
        return threshold(min(1.0, self.convince * self.credulity.get(segment, 1.0)))


class Story(Strict):
    """What lives for weeks: its appeal, and whom it suits."""

    title: Title = Field(min_length=1, max_length=60, description="its name in topics")
    appeal: float = Field(
        1.0,
        gt=0,
        le=20,
        description="factor on attending",
        json_schema_extra=front("appeal", "吸引力", "factor", span=(0.1, 10), log=True),
    )
    talk: float = Field(
        1.0,
        gt=0,
        le=20,
        description="factor on comments, searches and own posts of its readers",
        json_schema_extra=front("talk", "话题性", "factor", span=(0.1, 10), log=True),
    )
    interaction: float = Field(
        1.0,
        gt=0,
        le=1000,
        description="factor on the heat that lists give to its topics",
        json_schema_extra=front("heat on lists", "榜单热度", "factor", span=(0.1, 100), log=True),
    )
    interests: Factors = Field(default_factory=dict, description="weights of the interests it speaks to")
    user_topic_title: Title = Field("{title}·网友话题{n}", description="name of the n-th topic that users start")
    user_topic_spread: float = Field(0.9, ge=0, le=3, description="sd of ln appeal over the topics that users start")
    stirs: ToneName = Field("", description="tone of posts for it (people.tones); empty: none")
    against_stirs: ToneName = Field("", description="tone of posts against it; empty: none")
    subject: ActorName = Field("", description="actor whom it is about, who may win followers by others' posts of it")
    tag: Title = Field("", max_length=60, description="standing tag that posts of it carry beside their topic's own")
    tag_share: Share = Field(0.0, description="share of its posts that carry the standing tag")
    rumour: Rumour | None = Field(None, description="what is believed of it, where it may be untrue")
    source: str = ""
    grade: Grade = "assumed"


class Scenario(Strict):
    """One world: people, platforms, stories, actors, scheduled facts.

    >>> from sim import load
    >>> load("ding_zhen").days
    20.0
    """

    kind: ClassVar[Literal["platform"]] = "platform"  # by which `sim.runs.kinds` knows what to do with it

    name: Name
    title: str = ""
    about: str = ""
    teaches: tuple[str, ...] = Field((), max_length=10, description="what can be learnt from it, a line each")
    start: Instant = Field(description="first minute, with a zone", json_schema_extra=front("start", "开始时间"))
    days: float = Field(
        gt=0,
        le=800,
        description="length of the run",
        json_schema_extra=front("length", "时长", "days", span=(0.5, 60), log=True),
    )
    shortened: bool = Field(False, description="what lies beyond the end is left out, and told, instead of refused")
    step_minutes: Literal[5, 10, 15, 20, 30, 60] = Field(
        15, description="minutes in a step", json_schema_extra=front("step", "步长", "minutes")
    )
    seed: int = Field(1, ge=0, lt=2**63, description="of all draws", json_schema_extra=front("seed", "随机种子"))
    engine: Literal["vectorized", "agents"] = Field(
        "vectorized", description="compiled columns, or every user a Mesa agent; both give the same digests"
    )
    people: People
    network: NetworkSpec = Field(default_factory=Computed)
    platforms: Named[Platform] = Field(min_length=1, max_length=16)
    stories: Named[Story] = Field(min_length=1, max_length=64)
    actors: tuple[Actor, ...] = ()
    interventions: tuple[AnyIntervention, ...] = ()
    observed: Observed = Observed()
    campaign: Campaign | None = Field(None, description="what may be bought for a story")
    plan: Plan | None = Field(None, description="what of it is bought, and when")
    counterfactuals: dict[Name, Counterfactual] = Field(default_factory=dict, description="what-ifs, checked")

    def __repr__(self) -> str:
        each = f", each standing for {self.people.ratio:,}" if self.people.ratio > 1 else ""
        parts = (
            f"{self.people.users:,} people{each}",
            f"{self.days:g} days from {self.start:%Y-%m-%d}",
            f"on {', '.join(self.platforms)}",
            f"{sum(actor.count for actor in self.actors):,} actors",
            f"{len(self.interventions):,} facts",
            f"seed {self.seed}",
        )
        return f"<Scenario {self.name}: {'; '.join(parts)}>"

    @property
    def steps(self) -> int:
        """Number of steps of the run."""
        return round(self.days * 1440 / self.step_minutes)

    @property
    def end(self) -> Any:
        """First minute after the run."""
        return self.start + timedelta(minutes=self.steps * self.step_minutes)

    @property
    def clock(self) -> Clock:
        """The run's clock."""
        reaction = self.people.reaction
        return Clock(
            self.start,
            self.step_minutes,
            self.steps,
            self.people.day_clock,
            reaction.flat_minutes,
            reaction.exponent,
            reaction.horizon_hours * 60,
        )

    @property
    def told(self) -> dict[str, datetime]:
        """From when each story is there to be minded by those who have none of their own.

        From the first fact that tells it, or from the start where an actor minds it by name. A story that nobody tells
        is in no one's way; but where nobody tells any, all are there from the start.
        """
        first = {actor.story: self.start for actor in self.actors if actor.story}
        for fact in self.interventions:
            if fact.tells and fact.enabled:
                story = getattr(fact, "story", "")
                first[story] = min(fact.at, first.get(story, fact.at))
        return {story: first[story] for story in self.stories if story in first} or dict.fromkeys(
            self.stories, self.start
        )

    @property
    def tagged(self) -> bool:
        """Whether a story has a standing tag."""
        return any(story.tag for story in self.stories.values())

    def said(self, *names: str) -> str:
        """What some of its fields say, as JSON: what is made of these alone can be known by it.

        Of a file it says what is in it, not where it lies.
        """
        place = self.network.place
        return self.model_dump_json(include={*names}, exclude={"network": {place}} if place else None)

    @property
    def rivals(self) -> frozenset[str]:
        """Names of the bureaus that are not at home in the story."""
        bureaus = [actor for actor in self.actors if actor.kind == "bureau" and not actor.home]
        return frozenset(name for actor in bureaus for name, _ in actor.members)


def _rebuild() -> None:
    rebuild(Scenario)


for _registry in (POLICIES, INTERVENTIONS, MECHANISMS):  # a file may name any plug-in, whenever it is registered
    _registry.listen(_rebuild)

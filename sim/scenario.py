"""The typed image of a scenario file: one world, strictly checked, every default filled in from the catalogue.

A file with the key ``contagion`` is a `Classic` world (`sim.classic`); all others are a `Scenario`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, ConfigDict, Field, field_serializer, model_validator

from sim import campaign as campaigns
from sim import catalog, classic, consistency, loader, places, whatif
from sim.classic import Classic
from sim.errors import Fault, ScenarioError
from sim.hot_list import HotList
from sim.interventions import AnyIntervention
from sim.mechanisms import FollowFeed, PaidReach, Search, TrafficPools, UserTopics
from sim.networks import Computed, NetworkSpec
from sim.policies import AnyPolicy
from sim.reader import fault
from sim.registry import did_you_mean
from sim.strict import Grade, Name, Source, Strict

SHIPPED = places.shipped()
Share = Annotated[float, Field(ge=0, le=1)]
Ranges = dict[str, tuple[float, float]]
Factor = Annotated[float, Field(ge=0, le=100)]


class Reaction(Strict):
    """How long people take to react to a share."""

    flat_minutes: float = Field(ge=0.1, le=600, description="minutes in which reactions are equally likely")
    exponent: float = Field(gt=1, le=3, description="then the density falls as t to minus this")
    horizon_hours: int = Field(ge=1, le=168, description="hours after which nobody reacts")


class Segment(Strict):
    """A group of people: how many, what they use, what they like."""

    title: str = ""
    share: float = Field(gt=0, le=1, description="share of people")
    usage: dict[str, Factor] = Field(default_factory=dict, description="use of a platform relative to the mean")
    interests: dict[str, Factor] = Field(default_factory=dict, description="interest relative to the mean")


class Activity(Strict):
    """A class of people by how active they are."""

    share: float = Field(gt=0, le=1, description="share of people")
    level: float = Field(ge=0, le=10, description="factor on seeing a post")
    daily_views: int = Field(ge=1, le=200, description="views of simulated stories a day before attention runs out")


class Communities(Strict):
    """How differently communities take to a story."""

    spread: float = Field(ge=0, le=3, description="sd of ln affinity over communities")


class Fatigue(Strict):
    """What repeated exposure to a story does; the count halves every ``half_life_hours``."""

    helps_until: int = Field(ge=0, le=20, description="exposures up to which repetition helps")
    help: float = Field(ge=1, le=5, description="factor on attending while it helps")
    tire: float = Field(gt=0, le=1, description="factor for each exposure beyond")
    floor: float = Field(ge=0, le=1, description="lowest factor")
    half_life_hours: float = Field(gt=0, le=10_000, description="recovery")


class Interest(Strict):
    """Memory of attention that a story leaves."""

    half_life_hours: float = Field(gt=0, le=10_000, description="hours in which half of it is forgotten")


class Tier(Strict):
    """A class of KOLs by followers."""

    from_: int = Field(alias="from", ge=0, description="least followers")
    to: int = Field(gt=0, description="most followers")
    price_per_follower: float = Field(ge=0, le=100, description="yuan per follower for one post")
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True, populate_by_name=True)


class People(Strict):
    """Everybody: how many are simulated, how many they stand for, and what they are like."""

    users: int = Field(1_000_000, ge=1, description="simulated people")
    represents: int = Field(
        ge=1, le=10**11, description="real people they stand for; equal to users: everybody is simulated"
    )
    day_clock: tuple[Annotated[float, Field(gt=0, le=1)], ...] = Field(min_length=24, max_length=24)
    reaction: Reaction
    segments: dict[Name, Segment] = Field(min_length=1, max_length=32)
    activity: dict[Name, Activity] = Field(min_length=1, max_length=8)
    communities: Communities
    fatigue: Fatigue
    interest: Interest
    kol_followers: tuple[tuple[int, float], ...] = Field(
        description="share of KOL accounts with more followers than this"
    )
    kol_tiers: dict[Name, Tier]
    ranges: Ranges = Field(default_factory=dict, description="where a free number is looked for, by its path")
    sources: dict[str, Source] = Field(default_factory=dict)

    @property
    def ratio(self) -> int:
        """Real people that one simulated person stands for, a whole number."""
        return max(1, round(self.represents / self.users))


class Response(Strict):
    """What a view leads to: ``attend`` per view, the others given attending."""

    attend: Share = Field(description="watches to the end, opens or reads")
    like: Share
    comment: Share
    repost: Share
    create: Share = Field(description="makes an own post about it")
    follow: Share = Field(description="follows the author, if it is an actor")
    search: Share
    intend: Share = Field(description="means to travel, to buy or to give")


class Content(Strict):
    """A kind of content: factors on the platform's responses, and how long its topic stays new."""

    attend: Factor = 1.0
    like: Factor = 1.0
    comment: Factor = 1.0
    repost: Factor = 1.0
    create: Factor = 1.0
    follow: Factor = 1.0
    search: Factor = 1.0
    intend: Factor = 1.0
    half_life_hours: float = Field(gt=0, le=10_000, description="hours in which half of a topic's novelty is gone")
    help: str = ""


class Mechanisms(Strict):
    """What brings posts before people on a platform; what is left out, it does not have."""

    follow_feed: FollowFeed | None = None
    traffic_pools: TrafficPools | None = None
    hot_list: HotList | None = None
    search: Search | None = None
    paid_reach: PaidReach | None = None
    user_topics: UserTopics | None = None

    def present(self) -> Iterator[tuple[str, Any]]:
        """Names and data of the mechanisms the platform has, in the order they act."""
        for name in type(self).model_fields:
            if getattr(self, name) is not None:
                yield name, getattr(self, name)


class Platform(Strict):
    """A platform: data over the mechanisms."""

    title: str
    about: str = ""
    users: int = Field(gt=0, description="people who use it")
    response: Response
    repost_spread: float = Field(ge=0, le=3, description="sd of ln infectiousness over posts")
    quality_spread: float = Field(ge=0, le=3, description="sd of ln quality over posts")
    talk_spread: float = Field(0.0, ge=0, le=3, description="sd of ln of how much topics are commented on and searched")
    half_life_spread: float = Field(0.0, ge=0, le=2, description="sd of ln of how long topics stay new")
    content: dict[Name, Content] = Field(min_length=1, max_length=40)
    default_content: str
    mechanisms: Mechanisms
    ranges: Ranges = Field(default_factory=dict, description="where a free number is looked for, by its path")
    sources: dict[str, Source] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _default_exists(self) -> Platform:
        if self.default_content not in self.content:
            raise ValueError(f"default_content '{self.default_content}' is not among its kinds of content")
        return self


class Story(Strict):
    """What lives for weeks: its appeal, and whom it suits."""

    title: str = Field(min_length=1, max_length=60, description="its name in topics")
    appeal: float = Field(1.0, gt=0, le=20, description="factor on attending")
    talk: float = Field(1.0, gt=0, le=20, description="factor on comments, searches and own posts of its readers")
    interaction: float = Field(1.0, gt=0, le=1000, description="factor on the heat that lists give to its topics")
    interests: dict[str, Factor] = Field(default_factory=dict, description="weights of the interests it speaks to")
    user_topic_title: str = Field("{title}·网友话题{n}", description="name of the n-th topic that users start")
    user_topic_spread: float = Field(0.9, ge=0, le=3, description="sd of ln appeal over the topics that users start")
    source: str = ""
    grade: Grade = "assumed"


class Actor(Strict):
    """An account, or a group of like accounts, with a mind on it."""

    name: Name
    title: str = ""
    kind: Literal["kol", "bureau", "brand", "media", "star"]
    tier: str = Field("", description="tier of a KOL whose followers are drawn from the catalogue")
    count: int = Field(1, ge=1, le=100_000, description="how many like it")
    accounts: dict[str, int] = Field(
        default_factory=dict, description="followers by platform (people); with a tier: 0, drawn"
    )
    home: bool = Field(False, description="the story is its own: it is no rival to others")
    story: str = Field("", description="the story it minds; empty: the first")
    budget: int = Field(0, ge=0, le=10**12, description="yuan it can spend in the run")
    delay_minutes: int = Field(60, ge=0, le=10_000, description="how old what it sees is")
    review_minutes: int = Field(60, ge=1, le=10_000, description="how often it looks")
    appeal: float = Field(1.0, gt=0, le=20, description="factor on the appeal of what it posts by its own decision")
    charm: float = Field(1.0, ge=0, le=100, description="factor on being followed after a post")
    policies: tuple[AnyPolicy, ...] = ()
    source: str = ""
    grade: Grade = "assumed"

    @property
    def members(self) -> tuple[tuple[str, str], ...]:
        """Name and title of each of them."""
        title = self.title or self.name
        if self.count == 1:
            return ((self.name, title),)
        return tuple((f"{self.name}_{n:03d}", f"{title} {n}") for n in range(1, self.count + 1))

    @model_validator(mode="after")
    def _followers(self) -> Actor:
        for platform, followers in self.accounts.items():
            if followers < 0:
                raise ValueError(f"followers on {platform} must be ≥ 0, not {followers}")
        return self


class Figure(Strict):
    """One observed number, to be printed beside the simulated one of the same name."""

    metric: str = Field(description="name in summary.json")
    label: str = ""
    at: AwareDatetime | None = Field(None, description="compare with the running total of the metric at this time")
    value: float
    unit: str = ""
    source: str
    grade: Grade = "measured"
    note: str = ""

    @field_serializer("at")
    def _iso(self, when: Any) -> str | None:
        return str(when.isoformat()) if when else None


class Stay(Strict):
    """One observed stay of a topic on a list."""

    topic: str
    first: AwareDatetime
    last: AwareDatetime
    best_rank: int = Field(ge=0, le=1000)

    @field_serializer("first", "last")
    def _iso(self, when: Any) -> str:
        return str(when.isoformat())


class Stays(Strict):
    """Observed stays on a platform's list, and the span that the record covers."""

    platform: str
    source: str
    grade: Grade = "measured"
    from_: AwareDatetime = Field(alias="from")
    until: AwareDatetime
    list: tuple[Stay, ...] = ()
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True, populate_by_name=True)

    @field_serializer("from_", "until")
    def _iso(self, when: Any) -> str:
        return str(when.isoformat())


class Observed(Strict):
    """Real numbers, plotted and scored beside the simulation; never an input of it."""

    figures: tuple[Figure, ...] = ()
    stays: Stays | None = None


class Scenario(Strict):
    """One world: people, platforms, stories, actors, scheduled facts."""

    name: Name
    title: str = ""
    about: str = ""
    start: AwareDatetime = Field(description="first minute, with a zone")
    days: float = Field(gt=0, le=400, description="length of the run")
    step_minutes: Literal[5, 10, 15, 20, 30, 60] = 15
    seed: int = Field(1, ge=0, lt=2**63)
    engine: Literal["vectorized", "agents"] = Field(
        "vectorized", description="compiled columns, or every user a Mesa agent; both give the same digests"
    )
    people: People
    network: NetworkSpec = Field(default_factory=Computed)
    platforms: dict[Name, Platform] = Field(min_length=1, max_length=16)
    stories: dict[Name, Story] = Field(min_length=1, max_length=64)
    actors: tuple[Actor, ...] = ()
    interventions: tuple[AnyIntervention, ...] = ()
    observed: Observed = Observed()
    campaign: campaigns.Campaign | None = Field(None, description="what may be bought for a story")
    plan: campaigns.Plan | None = Field(None, description="what of it is bought, and when")
    counterfactuals: dict[Name, whatif.Counterfactual] = Field(default_factory=dict, description="what-ifs, checked")

    @field_serializer("start")
    def _iso(self, when: Any) -> str:
        return str(when.isoformat())

    @property
    def steps(self) -> int:
        """Number of steps of the run."""
        return round(self.days * 1440 / self.step_minutes)

    @property
    def end(self) -> Any:
        """First minute after the run."""
        return self.start + timedelta(minutes=self.steps * self.step_minutes)

    @property
    def rivals(self) -> frozenset[str]:
        """Titles of the bureaus that are not at home in the story."""
        bureaus = [actor for actor in self.actors if actor.kind == "bureau" and not actor.home]
        return frozenset(title for actor in bureaus for _, title in actor.members)


def shipped() -> dict[str, Path]:
    """The scenarios that come with the project, by name; those in a folder by folder and name. Sweeps are none."""
    paths = [path.relative_to(SHIPPED) for path in sorted(SHIPPED.rglob("*.yaml"))]
    return {path.with_suffix("").as_posix(): SHIPPED / path for path in paths if path.parts[0] != "sweeps"}


def load(
    source: str | Path, *, sets: Sequence[str] = (), seed: int | None = None, users: int | None = None
) -> Scenario | Classic:
    """Read, complete and check a scenario: a path, or a shipped name. Raises `ScenarioError` with every fault.

    Where ``sets`` shortens the run (``days=3``), facts beyond its end are switched off.
    """
    return completed(read(source), sets=sets, seed=seed, users=users)


def read(source: str | Path) -> loader.Document:
    """The document of a path or a shipped name, with all it extends. Raises `ScenarioError`."""
    return loader.load(_find(source))


def completed(
    document: loader.Document, *, sets: Sequence[str] = (), seed: int | None = None, users: int | None = None
) -> Scenario | Classic:
    """Complete and check a document that `read` gave, as `load` does; the document stays as it is."""
    classical = "contagion" in document.data
    given = list(sets)
    given += [f"seed={seed}"] if seed is not None else []
    given += [f"{'users' if classical else 'people.users'}={users}"] if users is not None else []
    document = loader.apply_sets(document, given)
    return _classic(document) if classical else _scenario(document, any(text.startswith("days=") for text in sets))


def _classic(document: loader.Document) -> Classic:
    world = loader.check(Classic, document)
    _raise(document, classic.findings(world))
    return world


def _scenario(document: loader.Document, shortened: bool) -> Scenario:
    document = _complete(document)
    scenario = loader.check(Scenario, document)
    _raise(document, consistency.findings(scenario, shortened=shortened))
    _raise(document, campaigns.findings(scenario, shortened=shortened))
    _raise(document, whatif.findings(scenario, shortened=shortened))
    return _without_the_late(scenario) if shortened else scenario


def _raise(document: loader.Document, findings: Iterable[consistency.Finding]) -> None:
    """`ScenarioError` with every finding at its place, if there is one."""
    faults = [fault(document.place(f.path), f.path, f.message, f.hint) for f in findings]
    if faults:
        raise ScenarioError(faults)


def _find(source: str | Path) -> Path:
    path, known = Path(source), shipped()
    if path.is_file() or path.suffix or (str(source) not in known and (path.exists() or len(path.parts) > 1)):
        return path
    if str(source) not in known:
        hint = did_you_mean(str(source), list(known))
        raise ScenarioError([Fault(str(source), 0, 0, "", "no such file or shipped scenario", hint)])
    return known[str(source)]


def _complete(document: loader.Document) -> loader.Document:
    """Lay the document over the catalogue: people, and each platform it names."""
    base = loader.nest(_catalogued(catalog.PEOPLE), ("people",))
    platforms = document.data.get("platforms")
    for name in platforms if isinstance(platforms, dict) else ():
        if catalog.platform_path(name).is_file():
            base = loader.over(base, loader.nest(_catalogued(catalog.platform_path(name)), ("platforms", name)))
    return loader.over(base, document)


@cache
def _catalogued(path: Path) -> loader.Document:
    """A file of the catalogue, read once: a sweep completes thousands of documents."""
    return loader.read(path)


def _without_the_late(scenario: Scenario) -> Scenario:
    """Switch off the facts that lie beyond the end."""
    facts = (f.model_copy(update={"enabled": f.enabled and f.at < scenario.end}) for f in scenario.interventions)
    return scenario.model_copy(update={"interventions": tuple(facts)})


def resolved(scenario: Scenario | Classic) -> str:
    """YAML text with every default filled in; running it gives the same digest."""
    return loader.dump(scenario.model_dump(mode="json", by_alias=True))


def schema() -> dict[str, Any]:
    """JSON Schema (draft-07) of scenario files as resolved; the key ``contagion`` tells which kind a file is."""
    platforms, classical = loader.schema(Scenario), loader.schema(Classic)
    head = {"$schema": platforms.pop("$schema"), "definitions": classical.pop("definitions")}
    head["definitions"] |= platforms.pop("definitions")
    classical.pop("$schema")
    return head | {"if": {"required": ["contagion"]}, "then": classical, "else": platforms}

"""The world of a plan to which something has happened, with or without a hedge.

What happens in the world happens at times of the plan as it was: a hedge that moves the plan moves it out of the way.
What happens to a post or to somebody hired follows them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sim.base.errors import ScenarioError, both, changed
from sim.scenario.adversity.filling import Names, UnfitError, filled, in_chinese, moment, names_of, things
from sim.scenario.adversity.templates import Adversity, Catalogue, Hedge
from sim.scenario.load import load
from sim.scenario.numbers import Label, find
from sim.scenario.scenario import Scenario

HELD = "held"  # yuan of paid reach that a hedge holds back, in its answers


@dataclass(frozen=True)
class Case:
    """An adversity that can happen to a plan.

    Attributes:
        name: of the adversity; ``thing``: the KOL or platform that it happens to, or empty.
        what: the template; ``title``: with names filled in.
        struck: when it happens.
    """

    name: str
    thing: str
    what: Adversity
    title: Label
    struck: datetime

    @property
    def key(self) -> str:
        """By which it is known: what else is in the catalogue does not matter."""
        return f"{self.name}/{self.thing}" if self.thing else self.name

    @property
    def apart(self) -> bool:
        """Whether it brings a story of its own, which is not counted."""
        return bool(self.what.stories)


@dataclass(frozen=True)
class Shield:
    """A hedge that can be made, by the name of its template."""

    name: str
    what: Hedge

    @property
    def title(self) -> Label:
        """What is done."""
        return self.what.title


@dataclass(frozen=True)
class Unmet:
    """A template that says nothing of a scenario, and why, in both languages."""

    kind: str
    name: str
    thing: str
    title: Label
    why: str


def cases(world: Scenario, catalogue: Catalogue, metric: str = "") -> tuple[list[Case], list[Unmet]]:
    """The adversities that can happen to a scenario's plan, and those that cannot.

    Args:
        world: with or without a plan; without one, posts are those that are dated.
        catalogue: of adversities.
        metric: number that is asked for; empty: any.
    """
    found: list[Case] = []
    unmet: list[Unmet] = []
    for name, what in catalogue.adversities.items():
        over = things(world, what.over)[: what.most]
        for thing in over or [""]:
            try:
                found.append(_case(world, name, what, thing, metric))
            except (UnfitError, ScenarioError) as error:
                unmet.append(Unmet("adversity", name, thing, _untitled(what.title, name), why(error)))
    return found, unmet


def _case(world: Scenario, name: str, what: Adversity, thing: str, metric: str) -> Case:
    names = names_of(world, what.over, thing)
    struck = max(moment(what.at, names), world.start)  # what would have been before is there when it begins
    if struck >= world.end:
        raise UnfitError(both("beyond_the_run", at=f"{struck:%Y-%m-%d %H:%M}"))
    if what.stories and metric and not find(metric, "running", world.platforms):
        raise UnfitError(both("of_one_story", metric=metric))
    case = Case(name, thing, what, _titled(world, what.title, names), struck)
    stressed(world, [case])  # whatever else does not fit is found when it is tried
    return case


def _titled(world: Scenario, title: Label, names: Names) -> Label:
    return Label(en=filled(title.en, names), zh=filled(title.zh, in_chinese(world, names)))


def _untitled(title: Label, name: str) -> Label:
    """The title of what does not apply; where it needs a name, that of the template."""
    return title if "{" not in title.en else Label(en=name.replace("_", " "), zh=name.replace("_", " "))


def why(error: Exception) -> str:
    """The reason in an error, in both languages where it has them; of several faults the first."""
    if isinstance(error, ScenarioError):
        fault = error.faults[0]
        return changed(fault.message, lambda words: f"{fault.path}: {words}" if fault.path else words)
    return error.why if isinstance(error, UnfitError) else str(error)


def shields(world: Scenario, catalogue: Catalogue, happening: Sequence[Case]) -> tuple[list[Shield], list[Unmet]]:
    """The hedges that can be made to a plan, and those that cannot, whatever of the cases happens."""
    found: list[Shield] = []
    unmet: list[Unmet] = []
    for name, what in catalogue.hedges.items():
        shield = Shield(name, what)
        try:
            if hedged(world, what) == world and not what.answers:
                raise UnfitError(both("hedge_does_nothing"))
            for case in happening:
                stressed(world, [case], what)
            found.append(shield)
        except (UnfitError, ScenarioError) as error:
            unmet.append(Unmet("hedge", name, "", what.title, why(error)))
    return found, unmet


# ---- worlds


def hedged(world: Scenario, hedge: Hedge) -> Scenario:
    """The plan with what a hedge changes whatever comes. Raises `UnfitError` or `ScenarioError`."""
    if world.campaign is None or world.plan is None:
        raise UnfitError(both("no_plan_to_change"))
    if hedge.boosts != 1:
        posts = [
            post.model_copy(update={"boost": int(round(post.boost * hedge.boosts, 6))}) for post in world.plan.posts
        ]
        world = world.model_copy(update={"plan": world.plan.model_copy(update={"posts": tuple(posts)})})
    return _changed(world, [filled(text, names_of(world)) for text in hedge.changes])


def stressed(world: Scenario, happening: Sequence[Case], hedge: Hedge | None = None) -> Scenario:
    """The world in which all of that happens to a plan, hedged or not.

    Args:
        world: the plan as it was.
        happening: what happens, in any order.
        hedge: what was done in time, and what is answered once the first of it has happened.

    Raises:
        UnfitError: a template says nothing of this scenario.
        ScenarioError: what comes of it is no scenario: two of them contradict one another, a hedge costs too much.
    """
    before = hedged(world, hedge) if hedge else world
    happening = sorted(happening, key=lambda case: case.key)
    sets = [text for case in happening for text in _happens(world, before, case)]
    if hedge and happening:
        names = names_of(before).with_(struck=min(case.struck for case in happening))
        names = names.with_(**{HELD: _held(world, before)})
        sets += [filled(text, names) for text in hedge.answers]
    after = _changed(before, sets)
    share = 1.0
    for case in happening:
        share *= case.what.purse
    return _purse(after, share) if share != 1 else after


def changes(world: Scenario, case: Case) -> list[str]:
    """What a case changes of a plan, one by one as ``--set`` takes it; but for a smaller purse."""
    return _in_order(_happens(world, world, case))


def _held(world: Scenario, before: Scenario) -> int:
    """Yuan of paid reach held back, of which no more than one post may have."""
    assert world.plan
    assert before.plan
    assert world.campaign
    was, now = (sum(post.boost for post in plan.posts) for plan in (world.plan, before.plan))
    return max(0, min(was - now, world.campaign.boosts.most))


def _purse(world: Scenario, share: float) -> Scenario:
    """The plan with a smaller purse: it stays as it is, and what cannot be paid does not happen."""
    if world.campaign is None or world.plan is None:
        raise UnfitError(both("no_plan_to_change"))
    budget = int(round(world.campaign.budget * share, 6))
    return world.model_copy(update={"campaign": world.campaign.model_copy(update={"budget": budget})})


def _happens(world: Scenario, before: Scenario, case: Case) -> list[str]:
    """What a case changes, as ``--set`` takes it: its times are of the plan as it was, its posts of the hedged one."""
    what = case.what
    names = names_of(world, what.over, case.thing).with_(struck=case.struck)
    _refuse_taken(world, what)
    sets = [_set(f"stories.{name}", filled(story, names)) for name, story in what.stories.items()]
    if world.campaign and what.stories:
        sets.append(_set("campaign.story", names["story"]))  # of several it has to be said which is sold
    if world.campaign and what.changes:  # what goes wrong keeps to no window
        last = world.end - timedelta(minutes=world.step_minutes)
        sets.append(_set("campaign.closes", last.isoformat()))
    sets += [_set("actors[+]", filled(actor, names)) for actor in what.actors]
    sets += [_set("interventions[+]", filled(fact, names)) for fact in what.interventions]
    sets += [_set("interventions[+]", fact) for fact in _reweighted(world, case, names)]
    if what.changes and case.thing in things(before, what.over):  # else a hedge has taken it out of the way
        own = names_of(before, what.over, case.thing)
        sets += [filled(text, own) for text in what.changes]
    return sets


def _set(path: str, value: Any) -> str:
    return f"{path}={json.dumps(value, ensure_ascii=False)}"


def _refuse_taken(world: Scenario, what: Adversity) -> None:
    taken = {*world.stories, *(actor.name for actor in world.actors)}
    for name in (*what.stories, *(str(actor.get("name", "")) for actor in what.actors)):
        if name in taken:
            raise UnfitError(both("name_is_taken", name=name))


def _reweighted(world: Scenario, case: Case, names: Names) -> Iterable[dict[str, Any]]:
    """Changes of those numbers that the platform has. Raises `UnfitError` where it has none."""
    if not case.what.reweight:
        return []
    platform = names["platform"]
    mechanisms = dict(world.platforms[platform].mechanisms.present())
    facts = []
    for path, factor in case.what.reweight.items():
        kind, _, field = path.partition(".")
        value = getattr(mechanisms.get(kind), field, None)
        if isinstance(value, int | float):
            facts.append({
                "kind": "platform_change", "at": case.struck.isoformat(), "platform": platform, "mechanism": kind,
                "field": field, "value": value * factor, "note": case.name, "source": "adversity", "grade": "assumed",
            })  # fmt: skip
    if not facts:
        raise UnfitError(both("nothing_to_reweight", platform=names["platform_title"]))
    return facts


def _changed(world: Scenario, sets: Sequence[str]) -> Scenario:
    after = load(world, sets=_in_order(sets))
    assert isinstance(after, Scenario)
    return after


def _in_order(sets: Sequence[str]) -> list[str]:
    """Each change once; what is dropped goes last, so that places in the plan stay the same."""
    once = [*dict.fromkeys(sets)]
    return sorted(once, key=lambda text: text.startswith("drop "))

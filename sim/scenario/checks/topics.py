"""Facts that name a topic which nobody in the scenario could have opened.

What a world without something lacks is not looked at here: a fact whose topic was taken away says so in the log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from string import Formatter
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from sim.base.errors import Finding
from sim.base.names import marks, unknown

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


def findings(scenario: Scenario) -> Iterator[Finding]:
    """Topics that no post and no template could give. Templates with a fault of their own are told elsewhere."""
    for i, fact in enumerate(scenario.interventions):
        named = [field for field, what in marks(type(fact)).items() if what == "topic" and getattr(fact, field)]
        for field in named:
            yield from unopened(
                scenario, getattr(fact, field), getattr(fact, "platform", ""), ("interventions", i, field)
            )


def unopened(
    scenario: Scenario, topic: str, platform: str, path: tuple[str | int, ...], opened: Iterable[str] = ()
) -> Iterator[Finding]:
    """A topic of a platform that nothing opens; ``opened``: titles besides those of the scenario's facts."""
    templates = [story.user_topic_title for story in scenario.stories.values()]
    templates += [text for actor in scenario.actors for policy in actor.policies for text in _texts(policy)]
    if not any(_pattern(template).fullmatch(topic) for template in templates):
        yield from unknown("topic", topic, [*_titles(scenario, platform), *opened], path)


def _titles(scenario: Scenario, platform: str) -> list[str]:
    """Topics of a platform that are known by their very title: the stories' own, and those of dated posts."""
    facts: Iterable[Any] = scenario.interventions
    opening = [fact for fact in facts if getattr(fact, "topic", "") and "topic" not in marks(type(fact))]
    titles = [fact.topic for fact in opening if fact.platform == platform]
    return list(dict.fromkeys([*(story.title for story in scenario.stories.values()), *titles]))


def _texts(policy: BaseModel) -> Iterator[str]:
    """Every text of a policy that names nothing may be the title of a topic that it opens."""
    names = {"kind", *marks(type(policy))}
    yield from (text for field, text in policy if field not in names and isinstance(text, str) and text)


def _pattern(template: str) -> re.Pattern[str]:
    """What a template can become: anything in the place of its placeholders."""
    try:
        pieces = list(Formatter().parse(template))
    except ValueError:
        return re.compile(re.escape(template))
    return re.compile("".join(re.escape(text) + (".*" if name is not None else "") for text, name, _, _ in pieces))

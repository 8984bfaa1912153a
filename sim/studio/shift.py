"""What if it began two days later? All dated facts of one actor, of everybody, or of the campaign, moved together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sim.base.errors import Bilingual, SimError
from sim.base.names import marks
from sim.base.reader import Document, Trail, dotted
from sim.pages.words import Said, same
from sim.runs.kinds import World
from sim.scenario.scenario import Scenario
from sim.studio import text
from sim.studio.words import line, said

ALL, CAMPAIGN, ACTOR = "all", "campaign", "actor:"
MOST_MINUTES = 366 * 1440


@dataclass(frozen=True)
class Moved:
    """A text whose facts have moved.

    Attributes:
        yaml: the text.
        moved: things that happen at another time.
        late: of them, those that now lie at or after the end of the run, and are left out.
    """

    yaml: str
    moved: int
    late: int


def groups(world: World) -> list[dict[str, Any]]:
    """What can be moved together: an identity, its name, how many things it has."""
    if not isinstance(world, Scenario):
        return []
    titles = {actor.name: actor.title or actor.name for actor in world.actors}
    counts = Counter(name for fact in world.interventions for name in _actors(fact))
    found: list[tuple[str, Said, int]] = []
    if world.interventions:
        found.append((ALL, said("move_all"), len(world.interventions)))
    if world.campaign is not None:
        plan = world.plan
        found.append((CAMPAIGN, said("move_campaign"), len(plan.posts) + len(plan.places) if plan else 0))
    found += [(ACTOR + name, same(titles.get(name, name)), count) for name, count in counts.items()]
    return [{"who": who, "label": label, "count": count} for who, label, count in found]


def _actors(fact: Any) -> set[str]:
    """Whom a dated fact names."""
    names = {getattr(fact, field) for field, what in marks(type(fact)).items() if what == "actor"}
    return {name for name in names if name}


def moved(yaml: str, who: str, minutes: int) -> Moved:
    """The text with everything of a group so many minutes later, earlier if negative; the rest of it as it is.

    What then lies beyond the end of the run is left out of it, and counted. `SimError` where there is nothing to move.
    """
    world, document = text.world(yaml), text.document(yaml)
    if not isinstance(world, Scenario) or who not in {one["who"] for one in groups(world)}:
        raise SimError(line("nothing_to_move"))
    if not minutes or abs(minutes) > MOST_MINUTES:
        raise SimError(line("move_how_far", days=MOST_MINUTES // 1440))
    by, values, late, moves = timedelta(minutes=minutes), {}, 0, 0
    for trail, happens in _dates(world, document, who):
        when = datetime.fromisoformat(str(_at(document.data, trail))) + by
        values[trail] = when.isoformat(timespec="minutes")
        moves += happens
        late += happens and when >= world.end
    if not values:
        raise SimError(line("nothing_to_move"))
    changed = text.replaced(yaml, values)
    if late or (who == CAMPAIGN and world.campaign and world.campaign.closes + by >= world.end):
        changed = text.edited(changed, "shortened", True)
    return Moved(changed, moves, late)


def _dates(world: Scenario, document: Document, who: str) -> Iterator[tuple[Trail, bool]]:
    """Where in a text the times of a group stand, and whether something happens then."""
    data = document.data
    if who == CAMPAIGN:
        yield from (((CAMPAIGN, name), False) for name in ("opens", "closes"))
        plan = data.get("plan") or {}
        yield from (
            (("plan", kind, i, "at"), True) for kind in ("posts", "places") for i in range(len(plan.get(kind, ())))
        )
        return
    for i, fact in enumerate(data.get("interventions", ())):
        if who == ALL or who.removeprefix(ACTOR) in _named(world, i):
            yield ("interventions", i, "at"), True
            if fact.get("until") is not None:
                yield ("interventions", i, "until"), False


def _named(world: Scenario, i: int) -> set[str]:
    return _actors(world.interventions[i])


def _at(data: Any, trail: Trail) -> Any:
    try:
        for step in trail:
            data = data[step]
    except (KeyError, IndexError, TypeError):
        raise SimError(Bilingual(f"{dotted(trail)} is missing", f"缺少{dotted(trail)}")) from None
    return data

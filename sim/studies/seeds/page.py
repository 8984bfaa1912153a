"""What the page of the study of seeds is told: every way beside the first, the first few, who was chosen."""

from __future__ import annotations

from typing import Any

from sim.base.intervals import Interval
from sim.contagion.classic import Classic
from sim.pages.studies import seeds as page
from sim.pages.studies.frame import Ends
from sim.studies.paging import label, title
from sim.studies.seeds.found import Found, Way


def document(found: Found) -> dict[str, Any]:
    """The document of the study."""
    world, one = found.world, found.certified
    told = page.Seeded(
        title=title(world),
        users=world.people.users,
        seed=world.seed,
        k=found.k,
        worlds=len(found.seeds),
        hires=not isinstance(world, Classic),
        metric=label(world, found.metric),
        ways=[_way(found, way) for way in found.ways],
        proposed=found.proposed,
        rule=next(at for at, way in enumerate(found.ways) if way is found.rule),
        curve=[(size, float(values.mean())) for size, values in found.curve.items()],
        certified=(one.share, one.certain, one.low, one.high) if one else None,
        left_out=list(found.left_out),
        tried=found.tried,
    )
    return page.document(told)


def _way(found: Found, way: Way) -> page.Way:
    ahead = found.ahead(way) if way is not found.best else Interval(0.0, 0.0, 0.0)
    return page.Way(
        name=way.name,
        mean=_ends(way.mean),
        ahead=_ends(ahead),
        verdict="best" if way is found.best else found.verdict(way),
        cost=way.cost,
        people=[(one.name, one.group, one.followers, one.price) for one in way.people],
    )


def _ends(one: Interval) -> Ends:
    return one.middle, one.low, one.high

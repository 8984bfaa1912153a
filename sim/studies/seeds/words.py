"""What the study of seeds says: ways as a table, the finding, what is certain, who was chosen."""

from __future__ import annotations

from sim.base.intervals import Interval
from sim.base.words import columns, humanise
from sim.contagion.classic import Classic
from sim.contagion.models import SIR
from sim.pages.studies.seeds import way_name
from sim.runs.words import heading
from sim.studies.seeds.found import Found, Way

SHOWN = 10  # people who are named
SURE = {"beats": "reaches more", "loses": "reaches less", "unsure": "not told apart", "equal": "as many in every world",
        "same": "the same people"}  # fmt: skip


def name(way: str) -> str:
    """A way in English words."""
    return way_name(way)["en"]


def lines(found: Found) -> list[str]:
    """All that is printed."""
    title, scale = heading(found.world)
    return [
        title,
        scale,
        f"{found.k} chosen in each way, judged in the same {len(found.seeds)} held-back worlds by {found.metric}",
        "",
        *columns(table(found)),
        "",
        *verdict(found),
        *certain(found),
        *left_out(found),
        *curve(found),
        "",
        f"those of the first row ({name(found.best.name)}):",
        *columns(people(found.best)),
    ]


def table(found: Found) -> list[tuple[str, ...]]:
    """A row a way: what it reaches, how far behind the proposed one, what it costs."""
    money = found.best.cost is not None
    rows = [("way", *(("yuan",) if money else ()), f"{found.metric}, 95 %", "the first is ahead by, 95 %", "")]
    for way in found.ways:
        first = way is found.best
        behind = ("–", "") if first else (_spread(found.ahead(way), signed=True), SURE[found.verdict(way)])
        cost = (f"{way.cost:,.0f}",) if way.cost is not None else ()
        rows.append((name(way.name), *cost, _spread(way.mean), *behind))
    return rows


def _spread(one: Interval, *, signed: bool = False) -> str:
    say = _signed if signed else humanise
    if not one.given:
        return f"{say(one.middle)} ({one.why})"
    return say(one.middle) if one.low == one.high else f"{say(one.middle)} ({say(one.low)} to {say(one.high)})"


def _signed(value: float) -> str:
    return ("−" if value < 0 else "+" if value > 0 else "") + humanise(abs(value))


def verdict(found: Found) -> list[str]:
    """The proposed way beside the best rule of thumb; or that nothing is proposed."""
    best, rule = found.best, found.rule
    if not found.proposed:
        return [f"nothing is proposed; of the rules of thumb {name(best.name)} reached most in other worlds"]
    told, sure = f"the best rule of thumb, {name(rule.name)},", found.verdict(rule)
    if sure == "same":
        return [f"{told} chooses the same people"]
    if sure == "equal":
        return [f"{told} reaches as many as {name(best.name)} in every world"]
    if sure == "unsure":
        return [f"{told} is not told apart from {name(best.name)} in these worlds"]
    share = abs(found.ahead(rule).middle) / max(best.mean.middle, 1e-9)
    less = "less" if sure == "beats" else "more"
    return [f"{told} reaches {share:.1%} {less} than {name(best.name)}"]


def certain(found: Found) -> list[str]:
    """What is certain of the choice."""
    one = found.certified
    if one is None:
        return []
    epidemic = isinstance(found.world, Classic) and isinstance(found.world.contagion, SIR)
    course = ", over the whole course, whatever `steps` says" if epidemic else ""
    return [
        f"certain to {one.certain:.1%}: those of {name(found.best.name)} reach {humanise(one.low)} or more on average",
        f"  and any {found.k} people {humanise(one.high)} or less: {one.share:.0%} of the best at least",
        f"  ({one.sets:,} sets{course})",
    ]


def left_out(found: Found) -> list[str]:
    """What was not tried, and why."""
    return [f"{name(way)}: left out, {_why(why, found.k)}" for way, why in found.left_out.items()]


def _why(why: dict[str, float], k: int) -> str:
    if "ties" in why:
        return f"some {humanise(why['ties'])} ties would have to be tried, and {humanise(why['most'])} are the most"
    return f"nobody who was tried is tied to {k - 1} others"


def curve(found: Found) -> list[str]:
    """What the first few reach."""
    some = [f"{size}: {humanise(float(values.mean()))}" for size, values in found.curve.items()]
    return ["the first so many of the first row reach " + ", ".join(some)] if len(some) > 1 else []


def people(way: Way) -> list[tuple[str, ...]]:
    """Who was chosen, the first of them."""
    money = any(one.price is not None for one in way.people)
    head = ("", "name", *(("segment", "yuan") if money else ()), "followers")
    rows = [
        (str(place), one.name, *((one.group, f"{one.price:,}") if money else ()), humanise(one.followers))
        for place, one in enumerate(way.people[:SHOWN], start=1)
    ]
    more = len(way.people) - len(rows)
    return [head, *rows, *([("…", f"and {more} more", *(("", "") if money else ()), "")] if more else [])]

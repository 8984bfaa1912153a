"""The document of a comparison: what differs between arms with the same seeds, how surely, how often viral."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.pages.amounts import amount, percent
from sim.pages.data import table
from sim.pages.studies import charts, frame
from sim.pages.studies.frame import Ends, plain, signed
from sim.pages.words import Said, capitals, said, same


@dataclass(frozen=True)
class Arm:
    """One arm against the first, which differs from itself in nothing.

    Attributes:
        bands: low, middle, high over time.
        mean: of the metric.
        pairs: differences seed by seed.
        change: mean of them, with its interval.
        viral: how often it went viral.
        numbers: label, mean without, mean with, difference, ratio, whether it is clear.
        told: what was changed.
    """

    name: str
    bands: Sequence[tuple[float, float, float]]
    mean: float
    viral: Ends
    pairs: Sequence[float] = ()
    change: Ends = (0.0, 0.0, 0.0)
    clear: bool = False
    numbers: Sequence[tuple[Said, float, float, Ends, float, bool]] = ()
    told: str = ""


@dataclass(frozen=True)
class Compared:
    """A comparison in plain numbers.

    Attributes:
        metric: label of the number that was asked for; ``unit`` of what is drawn over time.
        begin, step: moments of the bands, in ms; ``begin`` None: steps.
        viral: label and least value.
    """

    title: str
    scenario: str
    metric: Said
    unit: Said
    arms: Sequence[Arm]
    seeds: int
    seed: int
    users: int
    level: float
    begin: int | None
    step: int
    viral: tuple[Said, float]
    notices: Sequence[str] = ()


def document(found: Compared) -> dict[str, Any]:
    """The document of a comparison."""
    numbers = (_numbers(found, arm) for arm in found.arms[1:])
    sections = [_bands(found), _pairs(found), *numbers, _viral(found), _changes(found)]
    people = said("people_plain", users=amount(found.users))
    return frame.document(
        "compare",
        title=_title(found),
        name=found.title,
        about=[people, said("compare_about", seeds=found.seeds), said("seed", seed=found.seed)],
        cards=_cards(found),
        sections=sections,
        notices=found.notices,
    )


def _main(found: Compared) -> int:
    """The arm that is told of in titles: the one with the largest clear change, or else the first change."""
    clear = [i for i, arm in enumerate(found.arms) if i and arm.clear]
    return max(clear, key=lambda i: abs(found.arms[i].change[0]), default=1)


def _title(found: Compared) -> Said:
    """The clearest change; of several clear ones the largest."""
    arm = found.arms[_main(found)]
    if not arm.clear:
        return said("compare_unclear", arm=arm.name, metric=found.metric)
    middle, low, high = map(signed, arm.change)
    return said("compare_title", arm=arm.name, metric=found.metric, change=middle, low=low, high=high)


def _cards(found: Compared) -> list[dict[str, Any]]:
    base = found.arms[0]
    cards: list[dict[str, Any]] = []
    for arm in found.arms:
        note = said("card_base", seeds=found.seeds)
        if arm is not base:
            note = said("card_change", change=signed(arm.change[0]), base=base.name)
        label = said("card_mean", arm=arm.name, metric=found.metric)
        cards.append({"id": f"mean-{len(cards)}", "label": label, "value": amount(arm.mean), "note": note})
    label, least = found.viral
    note = said("card_viral_note", metric=label, least=amount(least))
    return cards + [
        {
            "id": f"viral-{i}",
            "label": said("card_viral", arm=arm.name),
            "value": same(percent(arm.viral[0])),
            "note": note,
        }
        for i, arm in enumerate(found.arms)
    ]


def _bands(found: Compared) -> dict[str, Any]:
    clock = found.begin is not None
    key = "time" if clock else "step"
    rows = [
        {"arm": arm.name, key: (found.begin or 0) + i * found.step, "low": low, "middle": middle, "high": high}
        for arm in found.arms
        for i, (low, middle, high) in enumerate(arm.bands)
    ]
    arm = _main(found)
    peaks = [amount(max((middle for _, middle, _ in one.bands), default=0)) for one in found.arms]
    spec = charts.bands([arm.name for arm in found.arms], found.unit, clock=clock)
    return {
        "id": "bands",
        "nav": said("nav_bands"),
        "title": capitals(
            said("bands_title", unit=found.unit, base=peaks[0], other=peaks[arm], arm=found.arms[arm].name)
        ),
        "about": said("bands_about", seeds=found.seeds, metric=found.viral[0], least=amount(found.viral[1])),
        "chart": {"spec": spec, "data": rows},
    }


def _pairs(found: Compared) -> dict[str, Any]:
    main = found.arms[_main(found)]
    higher = sum(value > 0 for value in main.pairs)
    rows: list[dict[str, Any]] = [
        {"arm": arm.name, "value": value} for arm in found.arms[1:] for value in arm.pairs if value == value
    ]
    for arm in found.arms[1:]:
        middle, low, high = arm.change
        ends = {"low": low, "high": high} if abs(low) + abs(high) < float("inf") else {}
        rows += [{"arm": arm.name, "middle": middle, **ends}] if middle == middle else []
    return {
        "id": "pairs",
        "nav": said("nav_pairs"),
        "title": said("pairs_title", arm=main.name, n=higher, all=len(main.pairs), metric=found.metric),
        "about": said("pairs_about", level=percent(found.level)),
        "chart": {"spec": charts.pairs([arm.name for arm in found.arms[1:]], found.metric), "data": rows},
    }


def _numbers(found: Compared, arm: Arm) -> dict[str, Any]:
    columns = [
        ("metric", said("metric"), "text"),
        ("base", said("base"), "count"),
        ("with", said("with_change"), "count"),
        ("difference", said("difference"), "text"),
        ("interval", said("interval"), "text"),
        ("ratio", said("ratio"), "ratio"),
        ("clear", said("clear"), "text"),
    ]
    lines = [_line(*one) for one in arm.numbers]
    clear = sum(one[-1] for one in arm.numbers)
    number = found.arms.index(arm)
    return {
        "id": f"differences-{number}",
        "nav": same(arm.name[:24]),
        "title": said("differences_title", n=clear, all=len(lines)),
        "about": said("against", arm=arm.name, base=found.arms[0].name),
        "table": table(columns, lines),
    }


def _line(label: Said, base: float, mean: float, off: Ends, ratio: float, clear: bool) -> list[Any]:
    middle, low, high = off
    known = abs(low) + abs(high) < float("inf")
    interval = said("to", low=signed(low), high=signed(high)) if known else ""
    told = signed(middle) if middle == middle else "–"
    return [
        label,
        plain(base),
        plain(mean),
        told,
        interval,
        plain(ratio),
        said("is_clear" if clear else "not_clear"),
    ]


def _viral(found: Compared) -> dict[str, Any]:
    label, least = found.viral
    main = found.arms[_main(found)]
    rows = [
        {
            "arm": arm.name,
            "middle": arm.viral[0],
            "low": arm.viral[1],
            "high": arm.viral[2],
            "told": percent(arm.viral[0]),
        }
        for arm in found.arms
    ]
    return {
        "id": "viral",
        "nav": said("nav_viral"),
        "title": said(
            "viral_title", arm=main.name, share=percent(main.viral[0]), other=percent(found.arms[0].viral[0])
        ),
        "about": said("viral_about", metric=label, least=amount(least)),
        "chart": {"spec": charts.shares(len(rows)), "data": rows, "zoom": False},
    }


def _changes(found: Compared) -> dict[str, Any] | None:
    """What was changed in each arm, where it was said in words."""
    lines = [[arm.name, arm.told] for arm in found.arms if arm.told]
    if not lines:
        return None
    columns = [("arm", said("arm"), "text"), ("change", said("changed"), "text")]
    return {
        "id": "changes",
        "nav": said("nav_changes"),
        "title": said("changes_title", n=len(lines), base=found.arms[0].name),
        "table": table(columns, lines),
    }

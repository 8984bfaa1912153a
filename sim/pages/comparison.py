"""The document of a comparison: what differs between arms with the same seeds, how surely, how often viral."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.pages import study_charts as charts
from sim.pages.amounts import amount, percent
from sim.pages.data import table
from sim.pages.words import Said, capitals, said, same, ui

Ends = tuple[float, float, float]  # middle, low, high; NaN where there is none


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
    versions: tuple[str, int]
    notices: Sequence[str] = ()


def document(found: Compared) -> dict[str, Any]:
    """The document of a comparison."""
    sections = [_bands(found), _pairs(found), *(_numbers(found, arm) for arm in found.arms[1:]), _viral(found)]
    people = said("people_plain", users=amount(found.users))
    return {
        "schema": 1,
        "kind": "compare",
        "title": _title(found),
        "name": found.title,
        "about": [people, said("compare_about", seeds=found.seeds), said("seed", seed=found.seed)],
        "notices": list(found.notices),
        "cards": _cards(found),
        "sections": [*sections, _recipe(found)],
        "names": {},
        "words": ui(),
    }


def signed(value: float) -> Said:
    """A number with its sign."""
    told, sign = amount(abs(value)), "−" if value < 0 else "+"
    return Said(en=sign + told["en"], zh=sign + told["zh"])


def _title(found: Compared) -> Said:
    """The clearest change; of several clear ones the largest."""
    clear = [arm for arm in found.arms[1:] if arm.clear]
    if not clear:
        return said("compare_unclear", arm=found.arms[1].name, metric=found.metric)
    arm = max(clear, key=lambda one: abs(one.change[0]))
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
    spec = charts.bands([arm.name for arm in found.arms], found.unit, clock=clock)
    return {
        "id": "bands",
        "nav": said("nav_bands"),
        "title": capitals(said("bands_title", metric=found.unit, seeds=found.seeds)),
        "chart": {"spec": spec, "data": rows},
    }


def _pairs(found: Compared) -> dict[str, Any]:
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
        "title": said("pairs_title", metric=found.metric),
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
        _plain(base),
        _plain(mean),
        told,
        interval,
        _plain(ratio),
        said("is_clear" if clear else "not_clear"),
    ]


def _plain(value: float) -> float | None:
    return float(f"{value:.6g}") if abs(value) < float("inf") else None


def _viral(found: Compared) -> dict[str, Any]:
    label, least = found.viral
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
        "title": said("viral_title", metric=label, least=amount(least)),
        "chart": {"spec": charts.shares(len(rows)), "data": rows},
    }


def _recipe(found: Compared) -> dict[str, Any]:
    version, model = found.versions
    changes: list[Mapping[str, Any]] = [
        {"label": said("recipe_change", arm=arm.name), "value": same(arm.told)} for arm in found.arms if arm.told
    ]
    return {
        "id": "recipe",
        "nav": said("nav_recipe"),
        "title": said("recipe_title"),
        "facts": [
            {"label": said("recipe_scenario"), "value": same(found.scenario)},
            {"label": said("recipe_seed"), "value": same(found.seed)},
            {"label": said("recipe_seeds"), "value": same(found.seeds)},
            {"label": said("recipe_version"), "value": said("recipe_version_is", version=version, model=model)},
            *changes,
        ],
    }

"""The document of a stress test: what costs most, what buys it back, what the plan is worth, what breaks it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from sim.pages.amounts import amount, percent
from sim.pages.charts import ACCENT, GREY, INK, WARM
from sim.pages.data import table
from sim.pages.studies import charts, frame
from sim.pages.studies.frame import Ends, card, given, plain, signed
from sim.pages.words import Said, capitals, said, same

COLOURS = {"lost": WARM, "gained": ACCENT, "open": GREY, "anew": INK}


@dataclass(frozen=True)
class Happening:
    """An adversity, and what it changes: below 0 is lost.

    Attributes:
        chance: that it happens; ``grade`` and ``source`` of that.
        met: how often the goal is met all the same.
        anew: the change on new seeds, of the costliest.
    """

    title: Said
    about: Said
    when: Said
    chance: float
    grade: str
    source: str
    change: Ends
    met: float
    anew: Ends | None = None

    @property
    def verdict(self) -> str:
        """A key of `COLOURS`."""
        return verdict(self.change)


def verdict(change: Ends) -> str:
    """Whether a change is surely a loss, surely a gain, or not known: a key of `COLOURS`."""
    return "lost" if change[2] < 0 else "gained" if change[1] > 0 else "open"


@dataclass(frozen=True)
class Pair:
    """Two adversities at once, by places among all; what both change, and what beyond the sum of each."""

    one: int
    other: int
    chance: float
    change: Ends
    beyond: Ends


@dataclass(frozen=True)
class Hedge:
    """What may be done.

    Attributes:
        bought: what it buys back where nothing happens, and of each of the costliest.
        in_all: mean over the costliest, each by its chance.
    """

    title: Said
    about: Said
    bought: Sequence[Ends]
    in_all: float


@dataclass(frozen=True)
class Best:
    """The hedge that buys most back of one of the costliest, by its title, and how much on new seeds."""

    title: Said
    bought: Ends


@dataclass(frozen=True)
class Broken:
    """The mildest combination that breaks the goal, by places; how often the goal is met then and by the plan."""

    places: Sequence[int]
    chance: float
    met: float
    plan: float
    clear: bool


@dataclass(frozen=True)
class Stressed:
    """A stress test in plain numbers.

    Attributes:
        metric: label of the number; ``least``: from which the goal is met.
        scores: mean, worst quarter, and share of runs that meet the goal: where nothing happens, and by chance.
        kept: share of the mean that is left.
        looked: combinations that were looked at; ``passed`` over; ``whole``: whether no more plausible one is left.
        left_out: kind, name, reason.
    """

    title: str
    metric: Said
    least: float
    users: int
    seed: int
    seeds: int
    confirm: int
    happenings: Sequence[Happening]
    pairs: Sequence[Pair]
    hedges: Sequence[Hedge]
    best: Sequence[Best]
    scores: Sequence[tuple[str, Ends, Ends]]
    kept: Ends
    broken: Broken | None
    looked: int
    passed: int
    whole: bool
    left_out: Sequence[tuple[str, Said, Said]]

    @property
    def costliest(self) -> Sequence[Happening]:
        """Those that were measured anew."""
        return [one for one in self.happenings if one.anew]


def document(found: Stressed) -> dict[str, Any]:
    """The document of a stress test."""
    people = said("people_plain", users=amount(found.users))
    goal = said("stress_goal", metric=found.metric, least=amount(found.least))
    seeds = said("stress_about", seeds=found.seeds, confirm=found.confirm)
    return frame.document(
        "stress",
        title=_title(found),
        name=found.title,
        about=[goal, people, seeds, said("seed", seed=found.seed)],
        cards=_cards(found),
        sections=[
            _tornado(found), _pairs(found), _hedges(found), _score(found), _breaks(found), _catalogue(found),
            _left_out(found),
        ],
    )  # fmt: skip


def _title(found: Stressed) -> Said:
    if not found.happenings:
        return said("stress_nothing")
    first = found.happenings[0]
    return capitals(
        said("stress_title", what=first.title, change=_told(first.anew or first.change), metric=found.metric)
    )


def _told(ends: Ends) -> Said:
    """A change with its interval."""
    if ends[0] != ends[0]:
        return same("–")
    if not given(ends):
        return _number(ends[0])
    return said("run_interval", middle=signed(ends[0]), low=signed(ends[1]), high=signed(ends[2]))


def _number(value: float) -> Said:
    """A change, or a plain 0."""
    return signed(value) if value else same("0")


def _cards(found: Stressed) -> list[dict[str, Any]]:
    cards = [_change("cost", one.title, one.anew, one.anew[2] < 0) for one in found.costliest[:1] if one.anew]
    best = sorted(found.best, key=lambda one: (one.bought[1] > 0, one.bought[0]), reverse=True)
    cards += [_change("hedge", one.title, one.bought, one.bought[1] > 0) for one in best[:1]]
    kept = same(percent(found.kept[0]))
    cards.append(card("kept", said("stress_card_kept"), kept, said("stress_card_kept_note")))
    calm, futures = next((calm, futures) for name, calm, futures in found.scores if name == "chance")
    note = said("stress_card_goal_note", share=percent(calm[0]))
    cards.append(card("goal", said("stress_card_goal"), same(percent(futures[0])), note))
    return [*cards, _mildest_card(found)]


def _change(name: str, what: Said, ends: Ends, sure: bool) -> dict[str, Any]:
    """A card of what is lost or bought back, as new seeds have it."""
    sureness = said("stress_sure" if sure else "stress_unsure")
    note = said("stress_card_note", what=what, low=signed(ends[1]), high=signed(ends[2]), sure=sureness)
    if not given(ends):
        note = said("stress_card_plain", what=what, sure=sureness)
    return card(name, said(f"stress_card_{name}"), signed(ends[0]), note)


def _mildest_card(found: Stressed) -> dict[str, Any]:
    if found.broken is None:
        return card("mildest", said("stress_card_mildest"), said("stress_none"), said("stress_none_note"))
    return card(
        "mildest", said("stress_card_mildest"), same(percent(found.broken.chance)), _all(found, found.broken.places)
    )


def _all(found: Stressed, places: Sequence[int]) -> Said:
    """Titles of several adversities."""
    titles = [found.happenings[i].title for i in places]
    return Said(en=" + ".join(one["en"] for one in titles), zh="＋".join(one["zh"] for one in titles))


def _tornado(found: Stressed) -> dict[str, Any]:
    """A row an adversity, the costliest first; of these the interval on new seeds above."""
    rows: list[dict[str, Any]] = []
    for i, one in enumerate(found.happenings):
        label = said("stress_label", what=one.title, chance=percent(one.chance), met=percent(one.met))
        rows.append({"row": i, "label": label})
        rows += _bar(i, one.title, one.change, one.verdict, {})
        rows += _bar(i, one.title, one.anew, "anew", {"earlier": True}) if one.anew else []
    groups = [
        (said(f"stress_{name}"), ink) for name, ink in COLOURS.items() if any(r.get("which") == name for r in rows)
    ]
    known = [abs(one.change[0]) for one in found.happenings]
    far = 2.5 * max([*known, 1e-9])
    ends = [end for one in found.happenings for end in (*one.change, *(one.anew or ())) if isfinite(end)]
    domain = [max(-far, min([*ends, 0.0])), min(far, max([*ends, 0.1 * far]))]
    spec = charts.intervals(
        rows,
        axis=charts.amounts(said("stress_axis", metric=found.metric)),
        scale={"domain": [plain(end) for end in domain], "nice": True, "clamp": True},
        groups=groups,
        at=0.0,
        tips=(("of", "stress_what"), ("told", "stress_change")),
    )
    lost = sum(one.verdict == "lost" for one in found.happenings)
    anew = sum(one.anew is not None for one in found.happenings)
    return {
        "id": "alone",
        "nav": said("nav_stress_alone"),
        "title": said("stress_alone_title", n=lost, all=len(found.happenings)),
        "about": said("stress_alone_about", n=len(found.happenings), confirm=found.confirm, anew=anew),
        "chart": {"spec": spec, "data": rows} if found.happenings else None,
        "table": table(*_alone(found)),
    }


def _bar(row: int, of: Said, ends: Ends, which: str, more: dict[str, Any]) -> list[dict[str, Any]]:
    parts = {"row": row, "which": which, "group": said(f"stress_{which}"), "of": of, "told": _told(ends), **more}
    bar = [parts | {"low": plain(ends[1]), "high": plain(ends[2])}] if given(ends) else []
    return [*bar, parts | {"middle": plain(ends[0])}]


def _alone(found: Stressed) -> tuple[list[tuple[str, Said, str]], list[list[Any]]]:
    columns = [
        ("what", said("stress_what"), "text"),
        ("when", said("when"), "text"),
        ("chance", said("stress_chance"), "share"),
        ("change", said("stress_change"), "text"),
        ("anew", said("stress_anew"), "text"),
        ("met", said("stress_met"), "share"),
    ]
    lines: list[list[Any]] = [
        [one.title, one.when, one.chance, _told(one.change), _told(one.anew) if one.anew else "", one.met]
        for one in found.happenings
    ]
    return columns, lines


def _pairs(found: Stressed) -> dict[str, Any] | None:
    """A matrix: on the diagonal each by itself, below it both."""
    if not found.pairs:
        return None
    places = sorted({place for pair in found.pairs for place in (pair.one, pair.other)})
    cells = [(place, place, found.happenings[place].change, same("–")) for place in places]
    cells += [(pair.one, pair.other, pair.change, _told(pair.beyond)) for pair in found.pairs]
    most = max([abs(cell[2][0]) for cell in cells] + [1e-9])
    rows = [
        {"down": found.happenings[b].title, "across": found.happenings[a].title, "order": b, "place": a,
         "value": plain(change[0]), "told": _number(change[0]), "faint": verdict(change) == "open",
         "interval": _told(change), "beyond": beyond} for a, b, change, beyond in cells
    ]  # fmt: skip
    worse = [pair for pair in found.pairs if pair.beyond[2] < 0]
    spec = charts.matrix(most, (("down", "stress_what"), ("across", "stress_other"), ("interval", "stress_change"),
                                ("beyond", "stress_beyond")), rows=len(places), columns=len(places))  # fmt: skip
    columns = [
        ("one", said("stress_what"), "text"),
        ("other", said("stress_other"), "text"),
        ("chance", said("stress_chance"), "text"),
        ("change", said("stress_change"), "text"),
        ("beyond", said("stress_beyond"), "text"),
    ]
    lines: list[list[Any]] = [
        [found.happenings[pair.one].title, found.happenings[pair.other].title, percent(pair.chance),
         _told(pair.change), _told(pair.beyond)] for pair in found.pairs
    ]  # fmt: skip
    return {
        "id": "pairs",
        "nav": said("nav_stress_pairs"),
        "title": said("stress_pairs_title", n=len(worse), all=len(found.pairs)),
        "about": said("stress_pairs_about", n=2 * len(found.pairs)),
        "chart": {"spec": spec, "data": rows, "zoom": False},
        "table": table(columns, lines),
    }


def _hedges(found: Stressed) -> dict[str, Any] | None:
    """A matrix: what each hedge buys back of each of the costliest, and where nothing happens."""
    if not found.hedges:
        return None
    heads = [*(one.title for one in found.costliest), said("stress_calm")]
    order = sorted(found.hedges, key=lambda one: (-sum(ends[1] > 0 for ends in one.bought[1:]), -one.in_all))
    cells = [(y, x, one, (*one.bought[1:], one.bought[0])[x]) for y, one in enumerate(order) for x in range(len(heads))]
    most = max([abs(ends[0]) for *_, ends in cells if ends[0] == ends[0]] + [1e-9])
    rows = [
        {"down": one.title, "across": heads[x], "order": y, "place": x, "value": plain(ends[0]),
         "told": _number(ends[0]), "faint": verdict(ends) == "open", "interval": _told(ends)}
        for y, x, one, ends in cells
    ]  # fmt: skip
    spec = charts.matrix(most, (("down", "stress_hedge"), ("across", "stress_what"), ("interval", "stress_bought")),
                         rows=len(order), columns=len(heads))  # fmt: skip
    columns = [
        ("hedge", said("stress_hedge"), "text"),
        *((f"of{i}", head, "text") for i, head in enumerate(heads)),
    ]
    lines: list[list[Any]] = [[one.title, *(_told(ends) for ends in (*one.bought[1:], one.bought[0]))] for one in order]
    best = order[0]
    return {
        "id": "hedges",
        "nav": said("nav_stress_hedges"),
        "title": said("stress_hedges_title", hedge=best.title, gain=signed(best.in_all)),
        "about": said("stress_hedges_about", n=len(cells)),
        "chart": {"spec": spec, "data": rows, "zoom": False},
        "table": table(columns, lines),
    }


def _score(found: Stressed) -> dict[str, Any]:
    """What the plan is worth where nothing happens, and over futures by their chance."""
    columns = [
        ("what", said("metric"), "text"),
        ("calm", said("stress_calm"), "text"),
        ("futures", said("stress_futures"), "text"),
    ]
    lines = [
        [said(f"stress_score_{name}"), _level(name, calm), _level(name, futures)]
        for name, calm, futures in found.scores
    ]
    kept = said("run_interval", middle=percent(found.kept[0]), low=percent(found.kept[1]), high=percent(found.kept[2]))
    lines.append([said("stress_score_kept"), same("100%"), kept if given(found.kept) else same(percent(found.kept[0]))])
    return {
        "id": "robustness",
        "nav": said("nav_stress_score"),
        "title": said("stress_score_title", kept=percent(found.kept[0])),
        "about": said("stress_score_about"),
        "table": table(columns, lines),
    }


def _level(name: str, ends: Ends) -> Said:
    """A number with its interval, of people or a share."""
    told = (lambda value: same(percent(value))) if name == "chance" else amount
    if not given(ends):
        return told(ends[0])
    return said("run_interval", middle=told(ends[0]), low=told(ends[1]), high=told(ends[2]))


def _breaks(found: Stressed) -> dict[str, Any]:
    broken = found.broken
    parts = {"looked": found.looked, "passed": found.passed}
    if broken is None:
        title, about = (
            said("stress_unbroken"),
            said("stress_unbroken_about" if found.whole else "stress_stopped_about", **parts),
        )
        return {"id": "mildest", "nav": said("nav_stress_mildest"), "title": title, "about": about}
    columns = [
        ("what", said("stress_what"), "text"),
        ("chance", said("stress_chance"), "share"),
        ("change", said("stress_change"), "text"),
    ]
    lines: list[list[Any]] = [
        [found.happenings[i].title, found.happenings[i].chance, _told(found.happenings[i].change)]
        for i in broken.places
    ]
    sure = said("stress_sure" if broken.clear else "stress_unsure")
    told = {"met": percent(broken.met), "plan": percent(broken.plan), "sure": sure, "confirm": found.confirm}
    return {
        "id": "mildest",
        "nav": said("nav_stress_mildest"),
        "title": said("stress_mildest_title", what=_all(found, broken.places), chance=percent(broken.chance)),
        "about": said("stress_mildest_about", **told, **parts),
        "table": table(columns, lines),
    }


def _catalogue(found: Stressed) -> dict[str, Any]:
    """What just each adversity and hedge is, and what chances rest on."""
    columns = [
        ("kind", said("stress_kind"), "text"),
        ("what", said("stress_what"), "text"),
        ("about", said("stress_does"), "text"),
        ("chance", said("stress_chance"), "share"),
        ("grade", said("grade"), "text"),
        ("source", said("source"), "text"),
    ]
    lines: list[list[Any]] = [
        [said("stress_kind_adversity"), one.title, one.about, one.chance, said(one.grade), one.source]
        for one in found.happenings
    ]
    lines += [[said("stress_kind_hedge"), one.title, one.about, None, "", ""] for one in found.hedges]
    return {
        "id": "catalogue",
        "nav": said("nav_stress_catalogue"),
        "title": said("stress_catalogue_title", n=len(found.happenings), hedges=len(found.hedges)),
        "about": said("stress_catalogue_about"),
        "table": table(columns, lines),
    }


def _left_out(found: Stressed) -> dict[str, Any] | None:
    if not found.left_out:
        return None
    columns = [
        ("kind", said("stress_kind"), "text"),
        ("what", said("stress_name"), "text"),
        ("why", said("stress_why"), "text"),
    ]
    return {
        "id": "left-out",
        "nav": said("nav_stress_left_out"),
        "title": said("stress_left_out_title", n=len(found.left_out)),
        "table": table(columns, [[said(f"stress_kind_{kind}"), name, why] for kind, name, why in found.left_out]),
    }

"""What the page of a tournament is told: the matrix, two runs of each of its cells, and what it says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np

from sim.base.intervals import Interval
from sim.pages.data import local_ms
from sim.pages.studies import played as page
from sim.pages.studies import tournament as drawn
from sim.pages.studies.frame import Ends
from sim.pages.words import Said, said
from sim.runs.paging import telling
from sim.scenario.strategies import Strategy
from sim.studies.paging import title
from sim.studies.tournament import study, words
from sim.studies.tournament.play import NUMBERS, Played, bin_hours
from sim.studies.tournament.study import Found, Part

HOUR = 3_600_000  # ms
Run = tuple[Played, np.ndarray]  # and who played what, as places


def document(found: Found) -> dict[str, Any]:
    """The document of a tournament."""
    question = found.question
    size = len(question.names)
    label = said(f"pay_{question.payoff}")
    told = page.Tournament(
        title=title(question.world),
        users=question.world.people.users,
        seed=question.world.seed,
        seeds=question.seeds,
        held=question.held,
        runs=study.runs(question),
        players=[_title(found, name) for name in question.players],
        payoff=said("pay_yuan", worth=f"{question.worth:g}", payoff=label) if question.worth else label,
        numbers=[said(f"pay_{name}") for name in NUMBERS],
        moves=[_move(found, place) for place in range(size)],
        cells=[_cell(found, paid, others) for paid in range(size) for others in range(size)],
        replies=[_reply(one) for one in found.replies],
        places=[(place.mix.tolist(), place.starts, place.rests) for place in found.places],
        straight=found.part.straight,
        begin=local_ms(question.world.start.isoformat()),
        step=bin_hours(question.world) * HOUR,
    )
    return drawn.document(told)


def _title(found: Found, player: str) -> str:
    actor = next(actor for actor in found.question.world.actors if actor.name == player)
    return actor.title or actor.name


def _named(strategy: Strategy) -> Said:
    return Said(en=strategy.title.en, zh=strategy.title.zh)


def _ends(interval: Interval) -> Ends:
    return interval.middle, interval.low, interval.high


def _move(found: Found, place: int) -> page.Move:
    strategy, early = found.question.strategies[place], found.early[place]
    low, high = found.band
    held = found.held_mix
    spend, rate = words.spent(found, place)
    above = next((one for one in found.dominated if one.strategy == place), None)
    return page.Move(
        name=_named(strategy),
        about=Said(en=strategy.about.en, zh=strategy.about.zh),
        share=(float(found.mix[place]), float(low[place]), float(high[place])),
        held=float("nan") if held is None else float(held[place]),
        leads=float(found.leads[place]),
        spend=spend,
        per_thousand=_ends(rate),
        hours=early.hours,
        never=early.never,
        early=_ends(early.worth),
        early_sure=early.sure,
        above=None if above is None else _named(found.question.strategies[above.by]),
        surely=above is not None and above.surely,
    )


def _reply(one: study.Confirmed) -> page.Reply:
    reply = one.reply
    return page.Reply(
        reply.against, reply.best, reply.other, _ends(reply.ahead), _ends(one.again), reply.tied, one.verdict
    )


def _cell(found: Found, paid: int, others: int) -> page.Cell:
    part, reply = found.part, found.replies[others].reply
    who, seed, sides = _sides(found, paid, others)
    return page.Cell(
        paid=paid,
        others=others,
        mean=_ends(part.entry(paid, others)),
        gain=_ends(part.gain(paid, others)),
        best=reply.best == paid,
        who=who,
        seed=seed,
        sides=sides,
    )


# ---- two runs of a cell


def _sides(found: Found, paid: int, others: int) -> tuple[str, int, list[page.Side]]:
    """Of the seed with the middle gain, and of the player with the middle gain in it: its two runs."""
    part = found.part
    gains = part.matrices[:, paid, others] - part.matrices[:, others, others]
    at = int(np.argsort(gains, kind="stable")[(len(gains) - 1) // 2])
    along = _least(part, at, others, others)
    own = _least(part, at, paid, others)
    if own is None or along is None:
        return "", 0, []
    players = np.flatnonzero(own[1] == paid)
    gaps = part.paid(own[0])[players] - part.paid(along[0])[players]
    who = int(players[np.argsort(gaps, kind="stable")[(len(gaps) - 1) // 2]])
    runs = [own] if paid == others else [own, along]
    name = found.question.players[who]
    return _title(found, name), part.seeds[at], [_side(found, run, who) for run in runs]


def _least(part: Part, at: int, paid: int, others: int) -> Run | None:
    """The run of a seed in which the fewest play one strategy and all else the other."""
    fit = [
        (run, profile)
        for run, profile in zip(part.runs[at], part.places[at], strict=True)
        if set(profile.tolist()) == {paid, others}
    ]
    return min(fit, key=lambda one: int((one[1] == paid).sum()), default=None)


def _side(found: Found, run: Run, who: int) -> page.Side:
    played, profile = run
    world = found.question.world
    own = np.diff(played.own[:, who], prepend=0.0)
    places = telling.places(world)
    deeds = [
        (f"{world.start + timedelta(minutes=minute):%m-%d %H:%M}", action, _place(places, platform), topic, yuan, why)
        for minute, player, action, platform, topic, yuan, why in played.deeds
        if player == who
    ]
    playing = _named(found.question.strategies[int(profile[who])])
    return page.Side(playing, own.tolist(), played.numbers[who].tolist(), deeds)


def _place(places: Any, name: str) -> Said | str:
    return places[name].said if name in places else name

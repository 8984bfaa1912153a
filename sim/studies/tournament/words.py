"""A tournament in words for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.base import intervals
from sim.base.intervals import Interval
from sim.base.words import capital, columns, humanise, wrapped
from sim.pages.words import said
from sim.runs.words import heading
from sim.studies.tournament import study
from sim.studies.tournament.play import NUMBERS
from sim.studies.tournament.study import Confirmed, Found, Part

PLACES = 4  # mixes that are told one by one
LEAST = 0.005  # a share below which a strategy is not told of a mix
VERDICTS = {
    "confirmed": "confirmed",
    "same_sign": "same sign, not sure",
    "reversed": "reversed",
    "open": "was not sure",
    "none": "not looked at again",
}


def payoff(found: Found) -> str:
    """What players are paid in."""
    label = said(f"pay_{found.question.payoff}")
    worth = found.question.worth
    return said("pay_yuan", worth=f"{worth:g}", payoff=label)["en"] if worth else label["en"]


def title(found: Found, place: int) -> str:
    """A strategy."""
    return found.question.strategies[place].title.en


def mix(found: Found, shares: np.ndarray) -> str:
    """Strategies with their shares, the largest first."""
    order = sorted(range(len(shares)), key=lambda place: (-shares[place], place))
    return ", ".join(f"{title(found, place)} {shares[place]:.0%}" for place in order if shares[place] >= LEAST)


def verdict(found: Found) -> list[str]:
    """What was found, in a few sentences."""
    told = [f"imitation of the better leads to: {mix(found, found.mix)}"]
    if (held := found.held_mix) is not None:
        told.append(f"on the {found.question.held} seeds held back: {mix(found, held)}")
    sure = [one for one in found.replies if one.reply.sure]
    kept = sum(one.verdict == "confirmed" for one in sure)
    again = f", {kept} of them confirmed on the seeds held back" if found.held else ""
    told.append(f"{len(sure)} of {len(found.replies)} best replies are sure{again}")
    return told


def lines(found: Found) -> list[str]:
    """All of it."""
    question = found.question
    seeds = f"{question.seeds} seeds, {question.held} held back"
    runs = f"{study.runs(question)} runs: {len(question.players)} players, {seeds}"
    told = [*heading(question.world), runs, f"players: {', '.join(question.players)}"]
    told = [line for words in told for line in wrapped(words, 0)]
    told += [
        "",
        f"What is paid in {payoff(found)}; a row: what you play, a column: what all others play (* best reply)",
    ]
    told += [
        *columns(matrix(found)),
        "",
        *columns(replies(found)),
        *tied(found),
        "",
        *dominated(found),
        *imitation(found),
        "",
    ]
    told += [*columns(early(found)), "", *_notes(found)]
    return [*verdict(found), "", *told]


def matrix(found: Found) -> list[tuple[str, ...]]:
    """The payoff matrix as cells, with a head."""
    names = [title(found, place) for place in range(len(found.question.names))]
    best = {(one.reply.best, one.reply.against) for one in found.replies}
    rows: list[tuple[str, ...]] = [("", *names)]
    for paid, name in enumerate(names):
        means = (found.part.entry(paid, others).middle for others in range(len(names)))
        cells = (f"{cell(mean)}{' *' if (paid, others) in best else ''}" for others, mean in enumerate(means))
        rows.append((name, *cells))
    return rows


def cell(value: float) -> str:
    """What is paid, which may be less than nothing."""
    return f"−{humanise(-value)}" if value < 0 else humanise(value)


def replies(found: Found) -> list[tuple[str, ...]]:
    """The best reply to each strategy as cells, with a head."""
    rows: list[tuple[str, ...]] = [
        ("if all others play", "best reply", "ahead of", "by", "interval", "seeds held back", "95 % interval", "")
    ]
    return rows + [_reply(found, one) for one in found.replies]


def _reply(found: Found, one: Confirmed) -> tuple[str, ...]:
    reply = one.reply
    names = (title(found, place) for place in (reply.against, reply.best, reply.other))
    again = (signed(one.again.middle), span(one.again)) if found.held else ("–", "")
    return *names, signed(reply.ahead.middle), span(reply.ahead), *again, VERDICTS[one.verdict]


def tied(found: Found) -> list[str]:
    """Which strategies are not told apart from the best reply."""
    told = []
    for reply in (one.reply for one in found.replies if one.reply.tied):
        others = ", ".join(title(found, place) for place in reply.tied)
        told += wrapped(f"against {title(found, reply.against)} not told apart from the best: {others}", 2)
    return told


def signed(value: float) -> str:
    """A difference with its sign."""
    if not np.isfinite(value):
        return "–"
    return ("+" if value > 0 else "−" if value < 0 else "") + humanise(abs(value))


def span(found: Interval) -> str:
    """Both ends of an interval, or why there is none."""
    return f"{signed(found.low)} to {signed(found.high)}" if found.given else found.why


def dominated(found: Found) -> list[str]:
    """Strategies that another dominates."""
    sure = {True: "surely", False: "by the means"}
    told = [
        f"dominated: {title(found, one.strategy)} by {title(found, one.by)}, {sure[one.surely]}"
        for one in found.dominated
    ]
    return told or ["dominated: none, each pays more than each other one against something"]


def imitation(found: Found) -> list[str]:
    """Mixes to which imitation leads, and how sure the leading strategy is."""
    told = []
    for place in found.places[:PLACES]:
        rests = "" if place.rests else ", does not come to rest (mean over time)"
        told.append(f"imitation: {place.starts:.0%} of the starts lead to {mix(found, place.mix)}{rests}")
    if rest := found.places[PLACES:]:
        told.append(
            f"imitation: {len(rest)} more mixes, to which {sum(one.starts for one in rest):.0%} of the starts lead"
        )
    if found.alone:
        return [*told, "  one seed: how sure that is cannot be told"]
    low, high = found.band
    first = int(found.mix.argmax())
    between = f"{low[first]:.0%} to {high[first]:.0%}"
    told.append(f"  seeds drawn again: {title(found, first)} {between}, the most of all in {found.leads[first]:.0%}")
    return told


def early(found: Found) -> list[tuple[str, ...]]:
    """What being first is worth, when who plays what acts, and what it spends, with a head."""
    rows: list[tuple[str, ...]] = [
        ("strategy", "first acts", "never acts", "yuan", "per 1000 yuan", "worth of being first", "interval", "")
    ]
    for one in found.early:
        spend, rate = spent(found, one.strategy)
        when = f"after {one.hours:,.0f} h" if np.isfinite(one.hours) else "–"
        sure = "" if not np.isfinite(one.worth.middle) else "sure" if one.sure else "not sure"
        cells = when, f"{one.never:.0%}", humanise(spend), humanise(rate.middle), signed(one.worth.middle)
        rows.append((title(found, one.strategy), *cells, span(one.worth), sure))
    return rows


def spent(found: Found, place: int) -> tuple[float, Interval]:
    """Mean yuan that who plays a strategy spends, and the payoff in numbers for a thousand of them."""
    parts = [part for part in (found.part, found.held) if part]
    seeds = [_sums(part, place) for part in parts]
    spend, value = (np.concatenate([one[i] for one in seeds]) for i in (0, 1))
    if not spend.any():
        return 0.0, intervals.NOTHING
    return float(spend.mean()), intervals.quotient(value, spend / 1000)


def _sums(part: Part, place: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean yuan and payoff of who plays a strategy, f8[seeds] each."""
    column, money = NUMBERS.index(part.question.payoff), NUMBERS.index("spend_yuan")
    means = [
        np.mean([run.numbers[who] for run, profile in zip(runs, places, strict=True)
                 for who in np.flatnonzero(profile == place)], axis=0)
        for runs, places in zip(part.runs, part.places, strict=True)
    ]  # fmt: skip
    both = np.array(means)
    return both[:, money], both[:, column]


def _notes(found: Found) -> Sequence[str]:
    straight = found.part.straight
    told = (
        f"that tells {max(0.0, straight):.0%} of the differences"
        if np.isfinite(straight)
        else "this design cannot tell"
    )
    notes = (
        "intervals of best replies hold 95 % for all strategies that one is held against at once, those of being first "
        "for all strategies",
        f"an entry takes pay as straight in the company one is in; {told}",
        "best of several on the first seeds is likely less good than it looks; the seeds held back say how good",
    )
    return [line for note in notes for line in wrapped(capital(note), 0)]

"""A comparison in words: tables and sentences for terminal and page."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from sim.base.intervals import Interval
from sim.base.words import humanise
from sim.pictures.paper import shown
from sim.runs.words import days
from sim.scenario import differences as scenarios
from sim.scenario.numbers import label
from sim.studies.compare.arms import Arm
from sim.studies.compare.reached import Reached, Side
from sim.studies.compare.study import Comparison, Question

MOST = 3  # things of a kind that are named
WIDE = 1000.0  # times narrower from which on a number says no more


def head(found: Comparison) -> list[str]:
    """What was compared: the case, how many runs, and the arms."""
    world, n = found.arms[0].world, len(found.seeds)
    title = " ".join((world.title or world.name).split())
    seeds = f"{n} seeds drawn from {world.seed}, the same in all arms" if n > 1 else "one seed"
    lines = [title, f"{len(found.arms)} arms; {seeds}; {world.people.users:,} people simulated; {days(world)}"]
    for arm in found.arms:
        lines.append(f"  {arm.name}" + (f": {arm.change}" if arm.change not in ("", arm.name) else ""))
        lines += [f"    {line}" for line in _changes(found, arm)]
    return lines


def _changes(found: Comparison, arm: Arm) -> list[str]:
    """In what an arm differs from the first, by names, where its words do not say: a file, or places in lists."""
    base = found.arms[0]
    if arm == base or not (arm.change == "" or re.search(r"\[-?[0-9]+\]", arm.change)):
        return []
    parted = scenarios.differences(base.world, arm.world)
    told = [str(one) for one in parted if one.path not in ("name", "title", "about")]
    return [*told[:MOST], *([f"… {len(told) - MOST} more, see sim diff"] if len(told) > MOST else [])]


def verdict(found: Comparison) -> list[str]:
    """What a client wants to know, a line an arm: which is ahead, by how much, how sure; or that it cannot be told."""
    lines = [_verdict(found, arm) for arm in range(1, len(found.arms))]
    if len(lines) == 1:
        return lines
    metric, name = found.question.metric, label(found.question.metric)
    offs = {arm: found.difference(metric, arm) for arm in range(1, len(found.arms))}
    ahead = sorted((arm for arm, off in offs.items() if off.clear and off.middle > 0), key=lambda a: -offs[a].middle)
    if not ahead:
        return [f"No arm is shown to be ahead of '{found.arms[0].name}' in {name}.", *lines]
    best, rest = ahead[0], [off for arm, off in offs.items() if arm != ahead[0]]
    if all(off.given and off.high < offs[best].low for off in rest):
        return [f"Furthest ahead of '{found.arms[0].name}' in {name}: '{found.arms[best].name}'.", *lines]
    named = ", ".join(f"'{found.arms[arm].name}'" for arm in ahead)
    return [f"Ahead of '{found.arms[0].name}' in {name}: {named}; which is furthest is not shown.", *lines]


def _verdict(found: Comparison, arm: int) -> str:
    metric, base, here, n = found.question.metric, found.arms[0].name, found.arms[arm].name, len(found.seeds)
    off, name, seeds = found.difference(metric, arm), label(metric), f"{n} seeds" if n > 1 else "one seed"
    pairs, level = found.differences(metric, arm), f"{percent(found.question.level)} interval"
    if np.isfinite(pairs).any() and not pairs[np.isfinite(pairs)].any():
        return f"'{here}' and '{base}' do not differ in {name} in any pair of {seeds}."
    if not off.clear:
        if off.middle and found.constant(metric, arm):
            return f"'{here}' and '{base}' differ by {signed(off.middle)} in {name} in every pair of {seeds}."
        between = f": the difference is {span(off)} ({level})" if off.given else f": {off.why}"
        return f"'{here}' and '{base}' cannot be told apart in {name} with {seeds}{between}. {_chances(found, arm)}"
    which, mean = "ahead of" if off.middle > 0 else "behind", _mean(found.values(metric, 0))
    share = f" ({off.middle / mean:+.0%})".replace("-", "−") if np.isfinite(mean) and mean else ""
    much = f"{signed(off.middle)}{share} a run, {span(off)} ({level}, {seeds})"
    return f"'{here}' is {which} '{base}' in {name}: {much}. {_chances(found, arm)}"


def _chances(found: Comparison, arm: int) -> str:
    """How often the threshold is reached, and whether that is another chance."""
    was, now = (percent(found.viral_share(at).middle) for at in (0, arm))
    told = "" if found.viral_difference(arm).clear else ": not told apart"
    return f"It comes to {found.question.viral} in {now} of the runs, against {was}{told}."


def unchanged(found: Comparison) -> list[str]:
    """Arms that differ in nothing from the first, which is likely a slip."""
    base = found.arms[0]
    return [f"note: arm '{arm.name}' is the same as '{base.name}'" for arm in found.arms[1:] if arm.world == base.world]


def headline(found: Comparison) -> str:
    """The finding in a line, for the head of a picture."""
    metric, name = found.question.metric, label(found.question.metric)
    offs = [found.difference(metric, arm) for arm in range(1, len(found.arms))]
    clear = [arm for arm, off in enumerate(offs) if off.clear]
    if not clear:
        which = shown(found.arms[1].name, 40) if len(offs) == 1 else f"{len(offs)} arms"
        if len(offs) == 1 and offs[0].middle and found.constant(metric, 1):
            return f"{which}: {name} {signed(offs[0].middle)} in every pair"
        return f"{which}: no clear change in {name}"
    most = max(clear, key=lambda arm: abs(offs[arm].middle))
    told = f"{shown(found.arms[most + 1].name, 40)}: {name} {signed(offs[most].middle)} ({span(offs[most])})"
    return told if len(offs) == 1 else f"{told}; {len(clear)} of {len(offs)} clear"


def differences(found: Comparison, arm: int) -> list[tuple[str, ...]]:
    """The table of one arm against the first, with a head. Means, and the median of the paired ratios."""
    rows: list[tuple[str, ...]] = [
        ("", "there", "here", "difference", f"{percent(found.question.level)} interval", "typical ratio", "higher in")
    ]
    for metric in found.question.headlines:
        if metric in found.metrics or metric == found.question.metric:
            rows.append((metric, *_row(found, metric, arm)))
    return rows


def _row(found: Comparison, metric: str, arm: int) -> tuple[str, ...]:
    means = [humanise(_mean(found.values(metric, at))) for at in (0, arm)]
    pairs = found.differences(metric, arm)
    known = pairs[np.isfinite(pairs)]
    if len(known) and not known.any():
        return *means, "0", "no pair differs", "", ""
    off = found.difference(metric, arm)
    higher = f"{int((known > 0).sum())} of {len(known)}" if len(known) else "–"
    return *means, signed(off.middle), span(off), ratio(found.ratio(metric, arm)), higher


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else np.nan


def signed(value: float) -> str:
    """A difference with its sign."""
    if not np.isfinite(value):
        return "–"
    return ("+" if value > 0 else "−" if value < 0 else "") + humanise(abs(value))


def span(interval: Interval, write: Callable[[float], str] = signed) -> str:
    """Both ends of an interval."""
    if not interval.given:
        return interval.why
    return f"{write(interval.low)} to {write(interval.high)}"


def ratio(interval: Interval) -> str:
    """A ratio with its interval."""
    if not np.isfinite(interval.middle):
        return ""
    ends = "" if not np.isfinite(interval.high) else f" ({interval.low:.2f} to {interval.high:.2f})"
    return f"× {interval.middle:.2f}{ends}"


def percent(share: float) -> str:
    """A share in percent, with a decimal where it would else be rounded to all or nothing."""
    value = 100 * share
    digits = 1 if 99 <= abs(value) < 100 or 0 < abs(value) < 1 else 0
    return f"{value:.{digits}f} %"


def viral(found: Comparison) -> list[tuple[str, ...]]:
    """The table of how often each arm went viral, with a head."""
    level = percent(found.question.level)
    rows: list[tuple[str, ...]] = [
        (f"viral: {found.question.viral}", "share", f"{level} interval", "difference", f"{level} interval", "pairs")
    ]
    for arm in range(len(found.arms)):
        share = found.viral_share(arm)
        cells = found.arms[arm].name, percent(share.middle), span(share, percent)
        rows.append((*cells, "", "", "") if arm == 0 else (*cells, *_viral_difference(found, arm)))
    return rows


def _viral_difference(found: Comparison, arm: int) -> tuple[str, str, str]:
    off, base, here = found.viral_difference(arm), found.went_viral(0), found.went_viral(arm)
    only = f"only here {int((here & ~base).sum())}, only there {int((base & ~here).sum())}"
    return _points(off.middle), span(off, _points), only


def _points(share: float) -> str:
    return f"{100 * share:+.0f}".replace("-", "−").replace("+0", "0").replace("−0", "0") + " points"


def told_viral(found: Comparison) -> list[str]:
    """A line where the threshold tells nothing."""
    shares = {found.viral_share(arm).middle for arm in range(len(found.arms))}
    if shares <= {0.0} or shares <= {1.0}:
        which = "no run" if shares == {0.0} else "every run"
        return [f"{which} went viral in any arm: another threshold tells more, --viral 'METRIC>=VALUE'"]
    return []


def beside(found: Comparison, arm: int) -> str:
    """What a table of differences is about."""
    return f"{found.arms[arm].name} (here) beside {found.arms[0].name} (there), means of {_pairs(len(found.seeds))}"


def _pairs(n: int) -> str:
    return f"{n} pairs" if n > 1 else "one pair"


def pairing(found: Comparison) -> list[str]:
    """How much the same seeds are worth, arm by arm."""
    metric, lines = found.question.metric, []
    for arm in range(1, len(found.arms)):
        name = f"{found.arms[arm].name}: " if len(found.arms) > 2 else ""
        told = _pairing(found.narrowing(metric, arm), metric)
        lines += [f"pairing: {name}{told}"] if told else []
    return lines


def _pairing(times: float, metric: str) -> str:
    if np.isnan(times):
        return ""
    if np.isinf(times):
        return f"{metric} differs by the same in every pair; separate seeds would hide that"
    if times < 1:
        return f"the error of {metric} is {1 / times:.1f} × larger than with separate seeds"
    worth = f"worth {humanise(times**2)} × as many runs"
    return f"the error of {metric} is {_times(times)} × smaller than with separate seeds ({worth})"


def _times(value: float) -> str:
    return f"{value:.1f}" if value < WIDE else f"{value:,.0f}"


def precision(found: Comparison) -> list[str]:
    """Whether it is known as well as was asked, and what the looks cost."""
    question, n = found.question, len(found.seeds)
    width = _width(found)
    if question.precision is None:
        more = "--precision 5% adds seeds until it is so narrow"
        return [f"precision: {width} after {n} seeds ({more})", *_shared(question)] if n > 1 else []
    verdict = "reached" if found.precise else f"not reached with the limit of {n} seeds (--max-seeds)"
    return [f"precision: asked ± {humanise(found.asked)}, {verdict}: {width} after {n} seeds", *_shared(question)]


def _shared(question: Question) -> list[str]:
    """By what intervals are wider than that of one look at one arm."""
    looks, arms = len(question.looks), len(question.arms) - 1
    sharers = [f"{n} {what}" for n, what in ((looks, "looks"), (arms, "arms beside the first")) if n > 1]
    if not sharers:
        return []
    shared = f"{' at '.join(sharers)} share the 5 % in which intervals may miss"
    stops = ", whenever it stops" if looks > 1 else ""
    return [f"{shared}, so each interval is one of {percent(question.level)}{stops}"]


def _width(found: Comparison) -> str:
    """How well the metric asked for is known in the arm where it is known least."""
    metric = found.question.metric
    least = max((found.difference(metric, arm) for arm in range(1, len(found.arms))), key=lambda off: off.half_width)
    if least.given:
        return f"{metric} ± {humanise(least.half_width)}"
    return f"{metric} has no interval ({least.why})"


def costs(found: Comparison) -> list[str]:
    """What each further person or intent costs, of arms that spend another sum."""
    lines = []
    for arm in range(1, len(found.arms)):
        if "spend_yuan" not in found.metrics or not found.differences("spend_yuan", arm).any():
            continue
        spend, name = found.difference("spend_yuan", arm), found.arms[arm].name
        if not found.spends(arm):
            lines.append(f"cost: {name}: spends no clearly other sum ({span(spend)} yuan)")
            continue
        for metric, unit in (("people_reached", "person reached"), ("intents", "intent")):
            lines.append(f"cost: {name}: {_cost(found, metric, unit, arm)}")
    return lines


def _cost(found: Comparison, metric: str, unit: str, arm: int) -> str:
    spend, effect = found.difference("spend_yuan", arm), found.difference(metric, arm)
    cost = found.cost_per(metric, arm)
    if not np.isfinite(cost.middle):
        return f"{signed(spend.middle)} yuan; whether it changes {metric} is not clear, so no price"
    if cost.middle < 0:
        more, fewer = ("more", "fewer") if spend.middle > 0 else ("less", "more")
        return f"costs {more} ({signed(spend.middle)} yuan) for {fewer} {metric} ({signed(effect.middle)})"
    each = "for each further" if spend.middle > 0 else "saved for each lost"
    return f"{_yuan(cost.middle)} yuan {each} {unit} ({span(cost, _yuan)})"


def _yuan(value: float) -> str:
    return f"{value:,.2f}" if abs(value) < 100 else humanise(value)


# ---- who was reached


def who(one: Reached, base: str, ratio: int) -> list[str]:
    """Who and what is in one of two worlds only."""
    if not one.parted:
        return [f"seed {one.seed}: '{one.arm}' and '{base}' are the same to the last number"]
    lines = [
        f"Who was reached because of this: '{one.arm}' beside '{base}', seed {one.seed} (the median difference)",
        f"  the same until {one.parted[:16].replace('T', ' ')}; {humanise(one.both)} people reached in both",
    ]
    for name, side in ((one.arm, one.won), (base, one.lost)):
        lines += [f"  only with '{name}': {humanise(side.people)} people", *(f"    {line}" for line in _side(side))]
    lines.append(
        f"  in all {signed(one.won.people - one.lost.people)} people: once worlds part, chance parts them further"
    )
    if ratio > 1:
        lines.append(f"  one simulated person stands for {ratio:,}")
    return lines


def _side(side: Side) -> list[str]:
    """What is in one world only, a line a kind of thing."""
    lines = [f"by {kind}: {_tally(counts)}" for kind, counts in side.by.items() if counts and side.people]
    if side.posts:
        lines.append(f"{len(side.posts)} posts of actors, most seen:")
        lines += [f"  {humanise(n):>6}  {words}" for words, n in side.posts[:MOST]]
    if side.user_posts:
        lines.append(f"{humanise(side.user_posts)} posts of users")
    if side.topics:
        named = "; ".join(f"{name} ({humanise(n)} reads)" for name, n in side.topics[:MOST])
        lines.append(f"{len(side.topics)} topics: {named}{_more(side.topics)}")
    if side.actors:
        named = ", ".join(f"{title} ({kind})" for title, kind in side.actors[:MOST])
        lines.append(f"{len(side.actors)} acted here only: {named}{_more(side.actors)}")
    return [*lines, *(line for way in side.ways for line in _way(way))]


def _tally(counts: dict[str, int]) -> str:
    most = sorted(((name, n) for name, n in counts.items() if n), key=lambda pair: -pair[1])
    words = ", ".join(f"{name} {humanise(n)}" for name, n in most[:MOST])
    return words + (f", … {len(most) - MOST} more" if len(most) > MOST else "")


def _more(things: Sequence[object]) -> str:
    return f", … {len(things) - MOST} more" if len(things) > MOST else ""


def _way(way: tuple[str, ...]) -> list[str]:
    first, *hops = way
    return [first, *(f"  ← {hop}" for hop in hops)]

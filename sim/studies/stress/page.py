"""What the page of a stress test is told."""

from __future__ import annotations

from typing import Any

from sim.base.errors import Bilingual
from sim.base.intervals import NOTHING, Interval
from sim.pages.amounts import moment
from sim.pages.studies import stress as page
from sim.pages.studies.frame import Ends
from sim.pages.words import Said
from sim.scenario.adversity.filling import filled, in_chinese, names_of
from sim.scenario.adversity.stressed import Case
from sim.scenario.numbers import Label
from sim.studies.paging import label, title
from sim.studies.stress.bench import PLAN, arm
from sim.studies.stress.study import Stress


def document(found: Stress) -> dict[str, Any]:
    """The document of a stress test."""
    question, robust = found.question, found.robust
    told = page.Stressed(
        title=title(question.plan),
        metric=label(question.plan, question.goal.metric),
        least=question.goal.least,
        users=question.plan.people.users,
        seed=question.plan.seed,
        seeds=question.seeds,
        confirm=question.confirm,
        happenings=[_happening(found, case) for case in found.cases],
        pairs=[_pair(found, keys) for keys in found.tried],
        hedges=[_hedge(found, name) for name in found.hedges],
        best=[_best(found, key) for key in found.costliest if found.hedges],
        scores=[
            ("mean", _ends(robust.mean), _ends(robust.weighed)),
            ("worst", _ends(robust.worst_calm), _ends(robust.worst)),
            ("chance", _ends(robust.chance_calm), _ends(robust.chance)),
        ],
        kept=_ends(robust.kept),
        broken=_broken(found),
        looked=len(found.search.looked),
        passed=found.passed,
        whole=found.search.whole,
        left_out=[(one.kind, _said(one.title), _reason(one.why)) for one in found.unmet],
    )
    return page.document(told)


def _ends(interval: Interval) -> Ends:
    return interval.middle, interval.low, interval.high


def _turned(off: Interval) -> Ends:
    """A loss as a change: below 0 is lost."""
    return -off.middle, -off.high, -off.low


def _said(words: Label) -> Said:
    return Said(en=words.en, zh=words.zh)


def _reason(why: str) -> Said:
    return Said(en=str(why), zh=why.zh if isinstance(why, Bilingual) else str(why))


def _happening(found: Stress, case: Case) -> page.Happening:
    plan = found.question.plan
    names = names_of(plan, case.what.over, case.thing).with_(struck=case.struck)
    anew = case.key in found.costliest
    off = found.lost(arm([case.key]), among=len(found.costliest), anew=True) if anew else NOTHING
    return page.Happening(
        title=_said(case.title),
        about=Said(en=filled(case.what.about.en, names), zh=filled(case.what.about.zh, in_chinese(plan, names))),
        when=moment(case.struck),
        chance=case.what.chance,
        grade=case.what.grade,
        source=case.what.source,
        change=_turned(found.alone(case.key)),
        met=found.met(arm([case.key])).middle,
        anew=_turned(off) if anew else None,
    )


def _pair(found: Stress, keys: tuple[str, str]) -> page.Pair:
    places = [found.order.index(key) for key in keys]
    change, beyond = _turned(found.pair(keys)), _turned(found.beyond(keys))
    return page.Pair(min(places), max(places), found.chance_of(keys), change, beyond)


def _hedge(found: Stress, name: str) -> page.Hedge:
    what = found.bench.shields[name].what
    bought = [_ends(found.bought(name, key)) for key in ("", *found.costliest)]
    return page.Hedge(_said(what.title), _said(what.about), bought, found.bought_in_all(name))


def _best(found: Stress, key: str) -> page.Best:
    hedge = found.best(key)
    off = found.lost(arm([key]), arm([key], hedge), among=len(found.costliest), anew=True)
    return page.Best(_said(found.bench.shields[hedge].title), _ends(off))


def _broken(found: Stress) -> page.Broken | None:
    search = found.search
    if search.found is None:
        return None
    one = arm(found.keys(search.found))
    met, plan = found.met(one, anew=True).middle, found.met(PLAN, anew=True).middle
    return page.Broken(search.found, found.chance_of(one.happens), met, plan, found.met_less(one).high < 0)

"""What an observed figure says of one run, and what it is called in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sim.base.strict import BEIJING
from sim.pages.amounts import day, moment
from sim.pages.words import Said, said, same
from sim.runs.summary import told
from sim.scenario import numbers

if TYPE_CHECKING:
    from sim.scenario.observed import Figure
    from sim.scenario.scenario import Scenario

FACTOR = 2.0  # a number so near to what was observed counts as met


def verdict(figure: Figure, simulated: float | None) -> str:
    """``met``, ``above`` a least number that is known, ``missed``, ``used`` to set a number, ``not_simulated``."""
    if simulated is None or not figure.value:
        return "not_simulated"
    if figure.used:
        return "used"
    ratio = simulated / figure.value
    if ratio > FACTOR:
        return "above" if figure.at_least else "missed"
    return "missed" if ratio < 1 / FACTOR else "met"


def label(figure: Figure, world: Scenario, titles: Mapping[str, Mapping[str, str]]) -> tuple[Said, str]:
    """Label and unit: the figure's own words; in Chinese, where those are not, the words of its number."""
    english, unit = told(figure, world)
    if not english.isascii():
        return same(english), unit
    return Said(en=english, zh=_chinese(figure, world, titles["zh"])["zh"]), unit


def _chinese(figure: Figure, world: Scenario, titles: Mapping[str, str]) -> Said:
    found = same("＋".join(_number(name, world, titles) for name in (figure.metric, *figure.plus)))
    if figure.per:
        found = said("over", label=found, per=_number(figure.per, world, titles))
    if figure.at and figure.since:
        return said("between", label=found, since=moment(figure.since.astimezone(BEIJING)), time=_moment(figure.at))
    return said("by_time", label=found, time=_moment(figure.at)) if figure.at else found


def _number(name: str, world: Scenario, titles: Mapping[str, str]) -> str:
    found = numbers.find(name, None, world.platforms, numbers.actor_names(world))
    return found.label("zh", titles) if found else name.replace("_", " ")


def _moment(when: datetime) -> Said:
    """A moment; midnight is the end of the day before."""
    local = when.astimezone(BEIJING)
    return moment(local) if local.hour or local.minute else day(local - timedelta(days=1))

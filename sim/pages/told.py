"""What a page is made of besides the tables of a run: plain words and numbers, whoever knows them says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pandas as pd

from sim.pages.words import Said


class Source(Protocol):
    """The tables of a run, from its folder or still in memory; times are text, as the files have them."""

    def frame(self, name: str) -> pd.DataFrame:
        """A table."""

    def forest(self) -> Mapping[str, np.ndarray]:
        """The repost forest as columns."""


@dataclass(frozen=True)
class Named:
    """A platform: its words, and its colour."""

    said: Said
    colour: str


UNSAFE = str.maketrans({'"': "″", "\\": "＼", "\n": " ", "\r": " ", "\u2028": " ", "\u2029": " "})


def named(said: Said, colour: str) -> Named:
    """A platform whose name may head a chart: Vega-Lite writes titles into its expressions as they are."""
    return Named(Said(en=said["en"].translate(UNSAFE), zh=said["zh"].translate(UNSAFE)), colour)


@dataclass(frozen=True)
class Figure:
    """An observed number beside the simulated one; NaN where none was simulated."""

    label: Said
    simulated: float | None
    observed: float
    unit: str
    source: str
    grade: str
    verdict: str


@dataclass(frozen=True)
class Bought:
    """Somebody who was hired: all posts together."""

    who: str
    platform: str
    tier: str
    followers: int
    posts: int
    fee: int
    boost: int
    views: int


@dataclass(frozen=True)
class Campaign:
    """What was hoped for, what was bought, and what became of it.

    Attributes:
        label: of the goal's number.
        value, least: what it came to, and what was asked.
        budget, spent: yuan.
        hired: who, and what each brought.
        plan: when (as text), platform, kind of purchase (a key of words), who or what, yuan.
    """

    label: Said
    value: float
    least: float
    budget: int
    spent: int
    hired: Sequence[Bought] = ()
    plan: Sequence[tuple[str, str, str, str, int]] = ()


@dataclass(frozen=True)
class Told:
    """What is known of a run.

    Attributes:
        kind: of world.
        run: run.json.
        summary: metric to number.
        title: as the scenario has it.
        platforms: by name, in the order of the scenario.
        stories: their titles by name.
        channels, kinds: words by name.
        labels: of numbers, by name.
        length: days of a run, or steps.
        figures: what was observed.
        campaign: what was bought.
        citations: path, value, source, grade.
        grades: numbers by grade, by part (people, or the name of a platform).
        yaml: the scenario with every default.
        notices: what must be known beside the numbers.
    """

    kind: str
    run: Mapping[str, Any]
    summary: Mapping[str, Any]
    title: str
    length: float
    yaml: str
    platforms: Mapping[str, Named] = field(default_factory=dict)
    stories: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, Said] = field(default_factory=dict)
    kinds: Mapping[str, Said] = field(default_factory=dict)
    labels: Mapping[str, Said] = field(default_factory=dict)
    figures: Sequence[Figure] = ()
    campaign: Campaign | None = None
    citations: Sequence[tuple[str, str, str, str]] = ()
    grades: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    notices: Sequence[str] = ()

"""Where the points of a sweep lie: grids, one at a time, Latin hypercubes, Sobol and Saltelli designs. Pure."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from scipy.stats import qmc

from sim.base.errors import SimError
from sim.base.reader import FLOAT, lookalike, plainly, scalar

Design = Literal["grid", "each", "latin", "sobol", "saltelli"]
MOST_LEVELS = 10_000
_RANGE = re.compile(r"(?P<low>[^./][^/]*?)\.\.(?P<high>[^/]+?)(?:/(?P<log>log)?(?P<steps>[0-9]+)?)?")
_HOW = (
    "write values with commas, 1,2,5, or a range: LOW..HIGH, LOW..HIGH/5 (five values), LOW..HIGH/log5, LOW..HIGH/log"
)


@dataclass(frozen=True)
class Factor:
    """One path of a scenario and what it may be.

    Attributes:
        path: as ``--set`` takes it.
        levels: values as ``--set`` takes them; empty where the range is continuous.
        low, high: ends of a range; NaN where there is none.
        log: whether the range is even in the logarithm.
        whole: whether values are whole numbers.
    """

    path: str
    levels: tuple[str, ...] = ()
    low: float = math.nan
    high: float = math.nan
    log: bool = False
    whole: bool = False

    def text(self, fraction: float) -> str:
        """The value at a fraction of the range, in [0, 1); of levels, each has an equal part."""
        if self.levels:
            return self.levels[min(int(fraction * len(self.levels)), len(self.levels) - 1)]
        if self.log:
            return _digits(self.low * math.exp(fraction * math.log(self.high / self.low)), self.whole)
        return _digits(self.low + fraction * (self.high - self.low), self.whole)

    @property
    def probes(self) -> tuple[str, ...]:
        """Values to be tried before anything is run: all levels, or both ends."""
        return self.levels or (_digits(self.low, self.whole), _digits(self.high, self.whole))


def factor(path: str, given: Any, whole: bool = False) -> Factor:
    """A factor of a list of values, or of the words of ``--vary PATH=…``.

    Args:
        path: as ``--set`` takes it.
        given: a list, or text: values with commas, or a range.
        whole: whether what stands at the path now is a whole number.
    """
    if isinstance(given, list | tuple):
        return Factor(path, _levels(path, [json.dumps(value, ensure_ascii=False) for value in given]))
    text = str(given).strip()
    _refuse_lookalike(path, text)
    found = _RANGE.fullmatch(text)
    return _range(path, text, found, whole) if found else Factor(path, _levels(path, list(_parts(text))))


def _refuse_lookalike(path: str, text: str) -> None:
    """`SimError` for numbers that something parts, or signs, that only looks right; in words it may stay."""
    meant = plainly(text)
    if meant != text and (_RANGE.fullmatch(meant) or all(FLOAT.fullmatch(part) for part in _parts(meant))):
        strange, hint = lookalike(text)
        raise SimError(f"--vary {path}={text}: {strange}; {hint}")


def _levels(path: str, texts: list[str]) -> tuple[str, ...]:
    if not texts or not all(texts):
        raise SimError(f"--vary {path}: has no values; {_HOW}")
    if len(texts) > MOST_LEVELS:
        raise SimError(f"--vary {path}: has {len(texts):,} values; at most {MOST_LEVELS:,}")
    if doubled := next((text for text in texts if texts.count(text) > 1), None):
        raise SimError(f"--vary {path}: {doubled} stands there twice")
    return tuple(texts)


def _parts(text: str) -> Iterator[str]:
    """Words between commas; commas in brackets, braces and quotes do not part."""
    depth, quote, word = 0, "", ""
    for letter in text:
        quote = "" if letter == quote else quote or (letter if letter in "\"'" else "")
        depth += 0 if quote else (letter in "[{") - (letter in "]}")
        if letter == "," and not quote and depth == 0:
            yield word.strip()
            word = ""
        else:
            word += letter
    yield word.strip()


def _range(path: str, text: str, found: re.Match[str], whole: bool) -> Factor:
    low, high = (_end(path, text, found[name]) for name in ("low", "high"))
    log = found["log"] is not None
    whole = whole and float(low).is_integer() and float(high).is_integer()
    if not low < high:
        raise SimError(f"--vary {path}={text}: the lower end must lie below the upper")
    if log and low <= 0:
        raise SimError(f"--vary {path}={text}: a logarithmic range must begin above 0")
    made = Factor(path, (), low, high, log, whole)
    if found["steps"] is None:
        return made
    steps = int(found["steps"])
    if not 2 <= steps <= MOST_LEVELS:
        raise SimError(f"--vary {path}={text}: a range needs 2 to {MOST_LEVELS:,} values, not {steps}")
    texts = dict.fromkeys(made.text(step / (steps - 1)) for step in range(steps))
    return Factor(path, tuple(texts), low, high, log, whole)


def _end(path: str, text: str, word: str) -> float:
    try:
        number = scalar(word.strip())
    except ValueError as error:
        raise SimError(f"--vary {path}={text}: {error}") from None
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise SimError(f"--vary {path}={text}: '{word}' is no number; {_HOW}")
    return number


def _digits(value: float, whole: bool) -> str:
    """A number with no more digits than mean anything."""
    return str(round(value)) if whole else repr(float(f"{value:.9g}"))


@dataclass(frozen=True)
class Points:
    """The points of a design, by number; each a tuple of values, one a factor.

    Attributes:
        factors: what varies.
        design: ``grid`` (all combinations), ``each`` (one factor at a time, all others as they are), ``latin``,
            ``sobol`` or ``saltelli`` (for sensitivity indices).
        size: points of a Latin hypercube or a Sobol design; base points of a Saltelli design.
        seed: of the design.
    """

    factors: tuple[Factor, ...]
    design: Design
    size: int
    seed: int

    def __len__(self) -> int:
        if self.design == "grid":
            return math.prod(len(one.levels) for one in self.factors)
        if self.design == "each":
            return 1 + sum(len(one.levels) for one in self.factors)
        return self.size * (len(self.factors) + 2 if self.design == "saltelli" else 1)

    def __getitem__(self, number: int) -> tuple[str | None, ...]:
        """Values of the factors; None: as it is."""
        if self.design == "grid":
            return self._combination(number)
        if self.design == "each":
            return self._alone(number)
        return tuple(one.text(float(u)) for one, u in zip(self.factors, self._fractions(number), strict=True))

    def _combination(self, number: int) -> tuple[str, ...]:
        """The last factor changes first."""
        values: list[str] = []
        for one in reversed(self.factors):
            number, place = divmod(number, len(one.levels))
            values.append(one.levels[place])
        return tuple(reversed(values))

    def _alone(self, number: int) -> tuple[str | None, ...]:
        values: list[str | None] = [None] * len(self.factors)
        number -= 1
        for place, one in enumerate(self.factors):
            if 0 <= number < len(one.levels):
                values[place] = one.levels[number]
            number -= len(one.levels)
        return tuple(values)

    def _fractions(self, number: int) -> np.ndarray:
        """Where a point lies in the unit cube, f8[factors]; Saltelli: A, A with a column of B each, B."""
        d = len(self.factors)
        if self.design != "saltelli":
            return np.asarray(self._cube[number])
        base, turn = divmod(number, d + 2)
        point = np.array(self._cube[base, d:] if turn == d + 1 else self._cube[base, :d])
        if 0 < turn <= d:
            point[turn - 1] = self._cube[base, d + turn - 1]
        return point

    @cached_property
    def _cube(self) -> np.ndarray:
        """f8[size, factors], twice as many columns for Saltelli."""
        d = len(self.factors) * (2 if self.design == "saltelli" else 1)
        if self.design == "latin":
            return np.asarray(qmc.LatinHypercube(d, rng=self.seed).random(self.size))
        return np.asarray(qmc.Sobol(d, rng=self.seed).random_base2(self.size.bit_length() - 1))


def points(factors: Sequence[Factor], design: Design, size: int | None, seed: int) -> Points:
    """The points of a design. Raises `SimError` where factors and design do not go together."""
    if design in ("grid", "each"):
        loose = next((one for one in factors if not one.levels), None)
        if loose:
            example = f"{loose.path}={loose.low:g}..{loose.high:g}/{'log' * loose.log}5"
            raise SimError(
                f"--vary {loose.path}: a {design} design needs values; write {example}, or take --design latin"
            )
        if size is not None:
            raise SimError(f"a {design} design has as many points as its values make; leave out points")
        return Points(tuple(factors), design, 0, seed)
    if size is None:
        raise SimError(f"a {design} design needs to know how many points (--points 64)")
    if design != "latin" and size & (size - 1):
        near = 1 << (size.bit_length() - 1)
        raise SimError(f"a {design} design is balanced only with a power of two: --points {near} or {2 * near}")
    if design == "saltelli" and len(factors) < 2:
        raise SimError("sensitivity indices need two paths or more (--vary)")
    return Points(tuple(factors), design, size, seed)

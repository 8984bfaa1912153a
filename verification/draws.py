"""Checks of the keyed draws."""

from __future__ import annotations

import itertools

import numpy as np

from verification.registry import ALARM, Outcome, Subject, check
from verification.small_worlds import key
from verification.statistics import chi_square, chi_square_bound


@check("keyed draws: every byte is uniform, whichever of the keys counts up")
def uniform_bytes(subject: Subject, fast: bool) -> Outcome:
    """Eight bytes of the draws along each of four counters: key, a, b and c."""
    parts, flat = [], np.full(256, 1 / 256)
    for draws in _lanes(subject, 100_000 if fast else 2_000_000):
        parts += [(np.bincount(draws.view(np.uint8)[i::8], minlength=256), flat) for i in range(8)]
    return chi_square(parts, f"{len(parts)} tables of bytes")


@check("keyed draws: neighbours are independent, in a lane, between lanes, and the two halves of one draw")
def independent_draws(subject: Subject, fast: bool) -> Outcome:
    """Pairs of four-bit pieces, 256 cells of equal chance each; the worst table counts."""
    lanes = _lanes(subject, 100_000 if fast else 2_000_000)
    pairs = [(lane[0::2], lane[1::2]) for lane in lanes]
    pairs += [(lane, lane << np.uint64(32)) for lane in lanes]
    pairs += [(lane[: len(other)], other) for lane, other in itertools.pairwise(lanes)]
    worst = max(_table(one, other, shift) for one, other in pairs for shift in (60, 36))
    words = f"worst of {2 * len(pairs)} tables of pairs; chi-square, 255 d.f."
    return Outcome(worst, chi_square_bound(255, ALARM / (2 * len(pairs))), words)


def _table(one: np.ndarray, other: np.ndarray, shift: int) -> float:
    """Chi-square of the pairs: four bits of one draw from ``shift`` up, and the top four of the other."""
    cell = (one >> np.uint64(shift) & np.uint64(15)) * np.uint64(16) + (other >> np.uint64(60))
    counts = np.bincount(cell.astype(np.int64), minlength=256)
    return float(((counts - len(one) / 256) ** 2).sum() * 256 / len(one))


def _lanes(subject: Subject, count: int) -> list[np.ndarray]:
    """Draws along each counter; the others stand still, the second lane at a large number."""
    ids, own = np.arange(count, dtype=np.uint64), key("draws")
    with np.errstate(over="ignore"):
        keys = np.array([subject.draw(own + k, 5, 7, 9) for k in range(min(count, 20_000))])
    return [subject.draw(own, ids, 3, 0), subject.draw(own, 2**32 - 5, ids, 1), subject.draw(own, 8, 9, ids), keys]

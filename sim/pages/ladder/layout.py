"""Where people stand in a picture of a small network: places that say something, the same on every machine."""

from __future__ import annotations

import numpy as np

from sim.base.streams import np_uniform

ROUNDS, KEY = 120, 20061013
GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))


def circle(n: int) -> np.ndarray:
    """People on a circle in the order of their numbers, from the top on, f8[n, 2] within 0..1."""
    angle = 2 * np.pi * np.arange(n) / n - np.pi / 2
    return 0.5 + 0.5 * np.column_stack([np.cos(angle), np.sin(angle)])


def wheel(n: int) -> np.ndarray:
    """The first in the middle, all others around."""
    return np.concatenate([[[0.5, 0.5]], circle(n - 1)])


def villages(n: int, blocks: int) -> np.ndarray:
    """Each block of numbers in a disc of its own, discs on a circle; inside, a sunflower's spiral."""
    block = np.arange(n) * blocks // n
    inside = np.arange(n) - np.searchsorted(block, block)
    size = np.bincount(block, minlength=blocks)[block]
    radius, angle = 0.17 * np.sqrt((inside + 0.5) / size), inside * GOLDEN_ANGLE
    middle = 0.5 + 0.66 * (circle(blocks)[block] - 0.5)
    return np.asarray(middle + radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]))


def springs(n: int, ties: np.ndarray) -> np.ndarray:
    """Ties pull, everybody pushes everybody off, i8[ties, 2]; whoever is tied to more stands nearer to the middle.

    Source: Fruchterman & Reingold 1991, doi:10.1002/spe.4380211102, from keyed places, with a pull to the middle, so
    that people without ties stay in the picture. Rounded to 4 digits.
    """
    places = np_uniform(KEY, np.arange(n)[:, None], np.arange(2)[None, :])
    ideal = np.sqrt(1 / n)
    for step in range(ROUNDS):
        apart = places[:, None] - places[None, :]
        far = np.maximum(np.linalg.norm(apart, axis=2), 1e-3)
        moved = (apart * (ideal**2 / far**2)[:, :, None]).sum(axis=1)
        pull = (places[ties[:, 0]] - places[ties[:, 1]]) * (
            np.linalg.norm(places[ties[:, 0]] - places[ties[:, 1]], axis=1)[:, None] / ideal
        )
        np.subtract.at(moved, ties[:, 0], pull)
        np.add.at(moved, ties[:, 1], pull)
        moved -= 0.6 * (places - 0.5)
        length = np.maximum(np.linalg.norm(moved, axis=1), 1e-9)
        places = places + moved / length[:, None] * np.minimum(length, 0.1 * (1 - step / ROUNDS))[:, None]
    low, high = places.min(axis=0), places.max(axis=0)
    return np.asarray((places - low) / np.maximum(high - low, 1e-9))

"""How the appeal of an account's posts falls with those that it has lately made of the same story."""

from __future__ import annotations

import numpy as np

from sim.platforms.platform import Platform
from sim.world.world import World

DAY = 1440


def worn(world: World, spec: Platform, author: int, story: int, minute: int) -> float:
    """Factor on the appeal of a post that an account (its row) is about to make of a story, on its platform.

    (1 + k)^−exponent, k being its earlier posts of the story, each halved every ``repeat_half_life_days`` of its age;
    with no half-life it is n^−exponent for the n-th post.
    """
    if not spec.repeat_exponent:
        return 1.0
    posts = world.posts
    earlier = (posts.author == author) & (posts.story == story) & (posts.by_actor > 0)
    age = np.maximum(0, minute - posts.minute[earlier]) / DAY
    half_life = spec.repeat_half_life_days
    lately = float((2.0 ** (-age / half_life)).sum()) if half_life else float(len(age))
    return round((1 + lately) ** -spec.repeat_exponent, 9)

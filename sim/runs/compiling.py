"""The first run of a machine compiles for seconds: a second process does part of that at the same time.

Compiled functions are kept on disk (`sim.base.jit`), so whichever process has compiled one has done it for the other.
What a run comes to last goes to the second process, and the run finds it there.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from sim.base import jit
from sim.base.workers import Workers
from sim.networks import Computed
from sim.runs import kinds
from sim.runs.kinds import World
from sim.scenario.scenario import Scenario

FEW = 256  # people of a world in which nothing happens


def is_warm(world: World) -> bool:
    """Whether runs of this kind have been compiled before."""
    return jit.is_warm(kinds.of(world).compiled_late)


@contextmanager
def shared(world: World) -> Iterator[None]:
    """While the first run of a machine goes on, have the rest compiled by another processor, if there is one."""
    helper = Workers(1) if _worthwhile(world) else None
    try:
        if helper:
            helper.submit(_compile_rest, world)  # nobody waits for it: what it has not done, the run does itself
        yield
    finally:
        if helper:
            helper.stop()


def _worthwhile(world: World) -> bool:
    """Workers of a study already are as many processes as there are processors."""
    alone = multiprocessing.parent_process() is None
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    small = isinstance(world, Scenario) and world.engine == "vectorized" and isinstance(world.network, Computed)
    return small and alone and processors > 1 and jit.cache_folder() is not None and not is_warm(world)


def _compile_rest(world: Scenario) -> None:
    """Have compiled what a run asks for after its first views: taking them in, and the shapes of cascades."""
    from sim.base import metrics
    from sim.model.model import ViralityModel
    from sim.world.records import OFFER, RECORD

    few: dict[str, Any] = {"people": world.people.model_copy(update={"users": min(FEW, world.people.users)})}
    model = ViralityModel(world.model_copy(update=few))
    model.engine.begin(0)
    model.engine.absorb(np.zeros(0, OFFER), np.zeros(0, RECORD))
    metrics.structural_virality(np.full(1, -1))
    model.close()

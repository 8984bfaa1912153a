"""The first run of a machine compiles for seconds: a second process does part of that at the same time.

Compiled functions are kept on disk (`sim.base.jit`), so whichever process has compiled one has done it for the other.
What a run comes to last goes to the second process, and the run finds it there. That process is a program of its own:
one of `multiprocessing` would first carry out the caller's script once more.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from sim.base import jit
from sim.networks import Computed
from sim.runs import kinds
from sim.runs.kinds import World
from sim.scenario.scenario import Scenario

HELPER = "import sys; from sim.runs import compiling; compiling.compile_rest(sys.stdin.buffer.read())"
FEW = 256  # people of the helper's world
ASKED, ANSWERS, STEPS = 8, 4, 400  # who is shown something there, how often, and for how long it goes on


def is_warm(world: World) -> bool:
    """Whether runs of this kind have been compiled before."""
    return jit.is_warm(kinds.of(world).compiled_late)


@contextmanager
def shared(world: World) -> Iterator[None]:
    """While the first run of a machine goes on, have the rest compiled by another processor, if there is one."""
    helper = _started(world) if _worthwhile(world) else None
    try:
        yield  # nobody waits for the helper: what it has not done, the run does itself
    finally:
        if helper:
            helper.kill()
            helper.wait()


def _started(world: World) -> subprocess.Popen[bytes]:
    """A process that compiles for a world; ``-P``: whatever lies in the working folder is not taken for ours."""
    with tempfile.TemporaryFile() as given:
        given.write(world.model_dump_json().encode())
        given.seek(0)
        quiet = subprocess.DEVNULL
        return subprocess.Popen([sys.executable, "-P", "-c", HELPER], stdin=given, stdout=quiet, stderr=quiet)


def _worthwhile(world: World) -> bool:
    """Workers of a study already are as many processes as there are processors."""
    alone = multiprocessing.parent_process() is None
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    small = isinstance(world, Scenario) and world.engine == "vectorized" and isinstance(world.network, Computed)
    return (
        small
        and alone
        and processors > 1
        and bool(sys.executable)
        and jit.cache_folder() is not None
        and not is_warm(world)
    )


def compile_rest(given: bytes) -> None:
    """Have compiled what a run asks for after its first views: taking them in, what comes of it, shapes of cascades.

    ``given``: a scenario as JSON.
    """
    from sim.base import metrics
    from sim.model.model import ViralityModel
    from sim.world.engine import Vectorized
    from sim.world.records import OFFER, RECORD, RESPONSES

    class Answering(Vectorized):
        """Some people do all that can be done when they are first shown something; nobody looks for who sees it."""

        answers = ANSWERS

        def expose(self, platform: int, offers: np.ndarray) -> np.ndarray:
            """The first people, who do everything; after some answers, nobody."""
            views = np.zeros(min(ASKED, self.world.n_users) if self.answers else 0, RECORD)
            views["user"], views["flags"] = np.arange(len(views)), (1 << len(RESPONSES)) - 1
            self.answers -= bool(self.answers)
            return views

    world = Scenario.model_validate_json(given)
    few: dict[str, Any] = {"people": world.people.model_copy(update={"users": min(FEW, world.people.users)})}
    model = ViralityModel(world.model_copy(update=few))
    model.engine.close()
    model.engine = Answering(model.world)
    model.engine.begin(0)
    model.engine.absorb(np.zeros(0, OFFER), np.zeros(0, RECORD))  # takes the longest, so it comes first
    metrics.structural_virality(np.full(1, -1))
    while model.running and model.steps < STEPS:
        model.step()
    model.close()

"""One run of a sweep, as a worker does it: a scenario goes in, numbers and a digest come out."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sim.base import notices
from sim.base.errors import SimError
from sim.base.notices import Notice
from sim.runs import kinds
from sim.runs.ceilings import Ceiling
from sim.runs.estimate import required
from sim.runs.kinds import World
from sim.runs.recipe import maker
from sim.runs.runner import simulate

if TYPE_CHECKING:
    from sim.runs.spreading import SpreadTables
    from sim.runs.tables import Tables


@dataclass(frozen=True)
class Job:
    """One run to be made.

    Attributes:
        scenario: with its seed.
        maker: the software that is to make it, as `maker` says.
        ceiling: what it may take before it gives up by itself.
    """

    scenario: World
    maker: str
    ceiling: Ceiling = field(default_factory=Ceiling)


@dataclass(frozen=True)
class Outcome:
    """What came of it: metrics as canonical JSON and a digest, or an error; its own time in seconds; what it told."""

    metrics: str = ""
    digest: str = ""
    error: str = ""
    seconds: float = 0.0
    notices: tuple[Notice, ...] = ()


class OtherCodeError(SimError):
    """A worker has another version of this software: nothing that it makes may stand beside what others made."""


def carry_out(job: Job) -> Outcome:
    """Make the run. Whatever goes wrong is an outcome, in words; only a worker's death is not."""
    with notices.gathered(onward=False) as said:
        outcome = _carried_out(job)
    return replace(outcome, notices=tuple(said))


def _carried_out(job: Job) -> Outcome:
    began = time.perf_counter()
    try:
        if job.maker != maker():
            raise OtherCodeError(
                f"a worker has version {maker()}, asked is {job.maker}; install the same everywhere and give the same "
                "command again: what is done is safe"
            )
        required(job.scenario)
        with job.ceiling.kept():
            tables = simulate(job.scenario)
            tables.summary  # noqa: B018 — the rest of what costs
        metrics = json.dumps(tables.summary, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        seconds = time.perf_counter() - began
        return Outcome(metrics, fingerprint(job.scenario, tables, metrics), "", seconds)
    except OtherCodeError:
        raise  # no fault of the run
    except Exception as error:
        words = str(error) if isinstance(error, SimError) else f"{type(error).__name__}: {error}"
        return Outcome(error=words or type(error).__name__, seconds=time.perf_counter() - began)


def fingerprint(world: World, tables: Tables | SpreadTables, metrics: str) -> str:
    """SHA-256 of the metrics, of every flow by step, and of the repost forest.

    All integers of a run follow from these but the places of lists and the words of actions. It takes a hundredth of
    the time of `Tables.digests`, which writes every table as text.
    """
    digest = hashlib.sha256(metrics.encode("utf-8"))
    digest.update(kinds.of(world).flows(tables).astype("<i8", copy=False).tobytes())
    for name in sorted(tables.cascades):
        digest.update(tables.cascades[name].astype("<i8", copy=False).tobytes())
    return digest.hexdigest()

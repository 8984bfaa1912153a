"""What a run is known by, and run.json: what made a result, and under which circumstances."""

from __future__ import annotations

import hashlib
import json
import platform as machine
import resource
import subprocess
import sys
import time
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sim.base import places
from sim.base.files import schema
from sim.runs import kinds
from sim.runs.folder import Tabular
from sim.runs.kinds import World


def identity(world: World) -> dict[str, Any]:
    """What a world is, as JSON has it: every value, and of a file what is in it, not where it lies."""
    place = world.network.place
    return world.model_dump(mode="json", by_alias=True, exclude={"network": {place}} if place else None)


def content(world: World) -> str:
    """SHA-256 of a world but for its seed."""
    return sha256(identity(world) | {"seed": None})


def key(world: World, known: str = "") -> str:
    """SHA-256 of a world, seed included, and of the software: runs of one key are one run.

    ``known``: the world's `content`, which is worth keeping where many runs differ in their seed alone.
    """
    return sha256([known or content(world), world.seed, maker()])


def sha256(data: Any) -> str:
    """SHA-256 of data as JSON has it."""
    return hashlib.sha256(json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


@cache
def maker() -> str:
    """Which software this is: package, model of platforms, model of contagion, and its source, however numbered."""
    versions = (str(kind.version()) for kind in kinds.KINDS.values())
    return "/".join([version_of_program(), *versions, places.source()[:12]])


def record(scenario: World, tables: Tabular, started: datetime, clock: float) -> dict[str, Any]:
    """run.json: what made this result, and under which circumstances."""
    return {
        schema.KEY: schema.VERSION,
        "software": "virality-simulator",
        "kind": scenario.kind,
        "version": version_of_program(),
        **tables.facts(),
        "commit": _commit(),
        "source": places.source(),
        "inputs": [one.record() for one in scenario.network.inputs()],
        "command": command(),
        "scenario": scenario.name,
        "title": scenario.title,
        "seed": scenario.seed,
        "users": scenario.people.users,
        "ratio": scenario.people.ratio,
        "represents": scenario.people.users * scenario.people.ratio,
        "note": _scaling_note(scenario.people.ratio),
        "environment": {"python": machine.python_version(), "machine": machine.machine(), "system": machine.system()},
        "started": started.isoformat(timespec="seconds"),
        "wall_s": round(time.perf_counter() - clock, 3),
        "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "digest": tables.digests(),
        "cascades_bytes": sum(column.nbytes for column in tables.cascades.values()),
    }


def recipe(world: World, record: dict[str, Any]) -> str:
    """SHA-256 of what a run was made of and what came out: all that decides its folder, but for the software."""
    return sha256([identity(world), record["digest"]["all"], record.get("branch")])


def command() -> list[str]:
    """The words that asked for it, as UTF-8 has them: a path may hold any bytes."""
    words = [Path(sys.argv[0]).name, *sys.argv[1:]]
    return [word.encode("utf-8", "backslashreplace").decode() for word in words]


def _scaling_note(ratio: int) -> str:
    if ratio == 1:
        return "every person is simulated"
    return (
        f"one simulated person stands for {ratio} people; counts are in people; scaling distorts the tails of cascades"
    )


def version_of_program() -> str:
    """Version of the installed package."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("virality-simulator")
    except PackageNotFoundError:
        return "not installed"


def _commit() -> str:
    """The commit of the source folder, or nothing where there is none: a wheel may lie in somebody else's."""
    where = places.checkout()
    if where is None:
        return ""
    try:
        done = subprocess.run(
            ["git", "-C", str(where), "rev-parse", "HEAD"], capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""

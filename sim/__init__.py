"""Virality simulator: how stories spread across Chinese social platforms, person by person and post by post.

>>> import sim
>>> result = sim.run("sir", users=500, figures=False)
>>> result.summary["people_reached"] > 250
True

``dir(sim)`` lists what is offered; each name is imported when it is first used, so ``import sim`` costs nothing.
The rooms below are for whoever works on the package: docs/architecture.md has their map.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.base.errors import RefusedError, ScenarioError, SimError
    from sim.contagion.classic import Classic
    from sim.runs.branches import fork
    from sim.runs.explain.topic import explain_topic
    from sim.runs.explain.user import explain_user
    from sim.runs.export.asked import export
    from sim.runs.result import Result
    from sim.runs.runner import run
    from sim.scenario.load import load, shipped
    from sim.scenario.scenario import Scenario
    from sim.studies.calibrate.answer import calibrate
    from sim.studies.compare.answer import compare
    from sim.studies.counterfactuals.answer import counterfactuals
    from sim.studies.folder import write
    from sim.studies.forecast.answer import forecast
    from sim.studies.hindcast.hindcast import hindcast
    from sim.studies.optimize.answer import optimize
    from sim.studies.outcomes.answer import outcomes
    from sim.studies.seeds.answer import seeds
    from sim.studies.stress.answer import stress
    from sim.studies.sweep.answer import sweep
    from sim.studies.tournament.answer import tournament


def _unpacked(archive: str, inner: str) -> str:
    """The package of a zip on the path, as a folder: compiled functions, catalogue and typeface need files.

    It lies in the user's cache, named after the zip's content; where that cannot be written, it is this process's own.
    """
    import atexit
    import os
    import shutil
    import tempfile
    from contextlib import suppress
    from hashlib import sha256
    from pathlib import Path
    from zipfile import ZipFile

    name = f"unzipped-{sha256(Path(archive).read_bytes()).hexdigest()[:16]}"
    home = Path(os.environ.get("HOME", ""), ".cache")
    target = Path(os.environ.get("XDG_CACHE_HOME") or home, "virality-simulator", name)
    try:
        if not target.is_absolute():
            raise FileNotFoundError
        if target.is_dir():
            return str(target / inner)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=target.parent))
    except OSError:
        draft = target = Path(tempfile.mkdtemp(prefix=f"{name}-"))
        atexit.register(shutil.rmtree, draft, ignore_errors=True)
    with ZipFile(archive) as packed:
        packed.extractall(draft, [member for member in packed.namelist() if member.startswith(f"{inner}/")])
    if draft != target:
        with suppress(OSError):  # somebody else was faster
            draft.rename(target)
        shutil.rmtree(draft, ignore_errors=True)
    return str(target / inner)


_archive: str = getattr(__spec__.loader, "archive", "") if __spec__ else ""
if _archive:
    __path__ = [_unpacked(_archive, __path__[0].removeprefix(_archive).strip("/\\"))]

from sim.base.lazy import lazily  # noqa: E402  # not before it is known where the rooms are

__all__ = [
    "Classic",
    "RefusedError",
    "Result",
    "Scenario",
    "ScenarioError",
    "SimError",
    "calibrate",
    "compare",
    "counterfactuals",
    "explain_topic",
    "explain_user",
    "export",
    "forecast",
    "fork",
    "hindcast",
    "load",
    "optimize",
    "outcomes",
    "run",
    "seeds",
    "shipped",
    "stress",
    "sweep",
    "tournament",
    "write",
]

__getattr__ = lazily(
    __name__,
    {
        "Classic": "sim.contagion.classic",
        "RefusedError": "sim.base.errors",
        "Result": "sim.runs.result",
        "Scenario": "sim.scenario.scenario",
        "ScenarioError": "sim.base.errors",
        "SimError": "sim.base.errors",
        "calibrate": "sim.studies.calibrate.answer",
        "compare": "sim.studies.compare.answer",
        "counterfactuals": "sim.studies.counterfactuals.answer",
        "outcomes": "sim.studies.outcomes.answer",
        "explain_topic": "sim.runs.explain.topic",
        "explain_user": "sim.runs.explain.user",
        "export": "sim.runs.export.asked",
        "forecast": "sim.studies.forecast.answer",
        "fork": "sim.runs.branches",
        "hindcast": "sim.studies.hindcast.hindcast",
        "load": "sim.scenario.load",
        "optimize": "sim.studies.optimize.answer",
        "run": "sim.runs.runner",
        "seeds": "sim.studies.seeds.answer",
        "shipped": "sim.scenario.load",
        "stress": "sim.studies.stress.answer",
        "sweep": "sim.studies.sweep.answer",
        "tournament": "sim.studies.tournament.answer",
        "write": "sim.studies.folder",
    },
)


def __dir__() -> list[str]:
    """What is offered; the rooms are there too, but are nobody's face."""
    return __all__

"""Folders that take long to make and are only looked at: made once a session, by whichever process needs one first.

Nobody changes them: who wants to, makes a copy.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

from asked import ASK, about, quickly, write_worlds

import sim
from sim.studies.folder import write

SIR = {"users": 400, "sets": ["steps=20", "network={kind: erdos_renyi, mean_degree: 6}"]}
VARY = {"contagion.infect": [0.02, 0.05, 0.1], "contagion.recover": [0.2, 0.4]}


def once(factory, name, make):
    """The folder that ``make`` has made in an empty one, the first time that one of this name is asked for."""
    base = factory.getbasetemp()
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    place.mkdir(exist_ok=True)
    with (place / f"{name}.lock").open("a+", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # let go when the file is closed
        lock.seek(0)
        if not lock.read():
            shutil.rmtree(place / name, ignore_errors=True)  # of a process that ended while it made it
            (place / name).mkdir()
            lock.write(str(make(place / name)))
            lock.flush()
        lock.seek(0)
        return Path(lock.read())


def _run(name, **more):
    return lambda out: sim.run(name, out=out, figures=False, **more).path


def _swept(design, **more):
    shape = {"design": design, "replicates": 3, "workers": 0, "users": 300}
    return lambda out: sim.sweep("sir", VARY, out=out, **shape, **more).folder


def _compared(out):
    return write(sim.compare("sir", what=["weaker: contagion.infect=0.02"], seeds=4, who=False, users=300), out)


def _asked(name):
    def make(out):
        write_worlds(out)
        (out / "wish.yaml").write_text("square_likes: 60\nsquare_impressions: 900\n", encoding="utf-8")
        patch = quickly()
        try:
            return write(ASK[name](str(out / f"{about(name)}.yaml"), str(out / "wish.yaml"), 1), out / "out")
        finally:
            patch.undo()

    return make


FOLDERS = {
    "run": _run("ding_zhen", users=2000, sets=["days=4", "shortened=true"], lang="zh"),
    "campaign": _run("launch", users=2000, sets=["days=3", "shortened=true"]),
    "classical": _run("sir", **SIR),
    **{name: _asked(name) for name in ASK},
    "compare_classical": _compared,
    "sweep_grid": _swept("grid"),
    "sweep_each": _swept("each"),
    "sweep_latin": _swept("latin", points=6),
}


def folder(factory, kind):
    """One of `FOLDERS`."""
    return once(factory, kind, FOLDERS[kind])

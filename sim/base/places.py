"""Where this software stands: in a checkout, or installed; and so, where the files lie that come with it.

Catalogue, words, parts of pages and the typeface lie beside the code that reads them. Scenarios are written in the
folder ``scenarios`` beside the package. A wheel has no such place, so setup.py copies it into the package, as
``sim/shipped``. A zip on the path is unpacked by `sim` itself before anything is read.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

PACKAGE = Path(str(files("sim.base"))).parent  # `sim` itself may have been read from a zip
INSIDE = "shipped"
SOURCE = (".py", ".yaml")  # code, and the catalogue that it computes with


def checkout(package: Path = PACKAGE) -> Path | None:
    """The folder that a package is worked on in; None if it was installed from a wheel."""
    root = package.parent
    return root if (root / "pyproject.toml").is_file() and (root / "scenarios").is_dir() else None


def shipped(package: Path = PACKAGE) -> Path:
    """The folder of scenarios that belongs to a package: that of the checkout, where there is one."""
    root = checkout(package)
    return root / "scenarios" if root else package / INSIDE


@cache
def source(package: Path = PACKAGE) -> str:
    """SHA-256 of the code and the catalogue of a package: what decides a result, beside the scenario.

    Neither dates nor the place count, nor what Python and numba keep beside the source, nor the shipped scenarios.
    """
    digest = hashlib.sha256()
    for name, path in sorted((path.relative_to(package).as_posix(), path) for path in package.rglob("*")):
        if path.suffix in SOURCE and path.is_file() and name.split("/")[0] != INSIDE:
            digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()

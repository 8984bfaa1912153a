"""Where this software stands: in a checkout, or installed; and so, where the scenarios lie that come with it.

They are written in the folder ``scenarios`` beside the package. A wheel has no such place, so setup.py copies it into
the package, as ``sim/shipped``.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

PACKAGE = Path(str(files("sim")))
INSIDE = "shipped"


def checkout(package: Path = PACKAGE) -> Path | None:
    """The folder that a package is worked on in; None if it was installed from a wheel."""
    root = package.parent
    return root if (root / "pyproject.toml").is_file() and (root / "scenarios").is_dir() else None


def shipped(package: Path = PACKAGE) -> Path:
    """The folder of scenarios that belongs to a package: that of the checkout, where there is one."""
    root = checkout(package)
    return root / "scenarios" if root else package / INSIDE

"""The script that draws charts: it comes with the package vl-convert-python and is asked for once, then kept.

No part of it lies in this repository. It is kept beside the compiled functions, under the version of the package.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from sim.base import jit
from sim.base.errors import SimError
from sim.base.files.drafts import replacing

MISSING = "pages need the package vl-convert-python: pip install vl-convert-python"


@cache
def script() -> str:
    """Vega, Vega-Lite and Vega-Embed as one classic script, safe inside a page.

    Raises:
        SimError: the package is missing; one line.
    """
    if find_spec("vl_convert") is None:
        raise SimError(MISSING)
    path = _place()
    if path is not None and path.is_file():
        return path.read_text(encoding="utf-8")
    made = _made()
    if path is not None:
        with replacing(path) as draft:
            draft.write_text(made, encoding="utf-8")
    return made


def _made() -> str:
    import vl_convert

    made = vl_convert.javascript_bundle()  # type: ignore[call-arg]  # its stubs know no default
    return made.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _place() -> Path | None:
    """Where it is kept; None where nothing can be."""
    from importlib.metadata import version

    folder = jit.kept("pages")
    return folder / f"vega-{version('vl-convert-python')}.js" if folder else None

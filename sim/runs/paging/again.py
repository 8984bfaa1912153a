"""The page in a finished folder made again: of a run from its tables, of a study from its document."""

from __future__ import annotations

from pathlib import Path

from sim.base.errors import SimError
from sim.base.files import checksums
from sim.base.files.drafts import clear
from sim.runs.folder import RUN
from sim.runs.paging import writing
from sim.runs.result import opened
from sim.scenario.numbers import Language


def again(folder: Path, out: Path | None, language: Language) -> Path:
    """Make the page in the folder of a run or a study again, there or as another file; its path.

    Raises:
        SimError: it is no such folder, or it is damaged.
    """
    if (folder / RUN).is_file():
        found = writing.of_folder(opened(folder))
    elif (folder / writing.DOCUMENT).is_file():
        checksums.listed(folder)
        found = writing.kept(folder)
    else:
        raise SimError(f"{folder} is not a folder of results: it has neither {RUN} nor {writing.DOCUMENT}")
    if out is not None:
        return writing.write(out, found, language)
    clear(folder)  # of an earlier one that was killed
    page = writing.write(folder / writing.PAGE, found, language)
    checksums.renew(folder, [page])
    return page

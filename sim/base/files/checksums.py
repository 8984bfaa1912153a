"""Checksums of a folder's files, in a file that ``sha256sum -c`` reads, and what they show."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sim.base.errors import SimError
from sim.base.files.drafts import is_draft, locked, replacing
from sim.base.files.inputs import sha256

FILE = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64}) [ *](\S.*)")


@dataclass(frozen=True)
class Found:
    """The names of a folder's files, by what its checksums say of them; foreign: they say nothing."""

    whole: list[str]
    changed: list[str]
    missing: list[str]
    foreign: list[str]

    @property
    def sound(self) -> bool:
        """Whether everything is there as it was written."""
        return not self.changed and not self.missing


def names(folder: Path) -> list[str]:
    """All files of a folder and of those in it, sorted; neither the checksums nor drafts."""
    paths = (path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    return sorted(path.relative_to(folder).as_posix() for path in paths if path.name != FILE and not is_draft(path))


def write(folder: Path, files: Iterable[str] | None = None) -> None:
    """Write the checksums of a folder's files, all or the named ones."""
    sums = {name: sha256(folder / name) for name in (names(folder) if files is None else files)}
    _put(folder, sums)


def renew(folder: Path, changed: Iterable[Path]) -> None:
    """Write the checksums of some files anew, where the folder has any; the others stay as they are."""
    with locked(folder.parent):
        if (folder / FILE).is_file():
            new = {path.relative_to(folder).as_posix(): sha256(path) for path in changed}
            _put(folder, listed(folder) | new)


def _put(folder: Path, sums: dict[str, str]) -> None:
    text = "".join(f"{mark}  {name}\n" for name, mark in sorted(sums.items()))
    with replacing(folder / FILE) as path:
        path.write_text(text, encoding="utf-8")


def listed(folder: Path) -> dict[str, str]:
    """SHA-256 of the files by their names, as they were when they were written.

    Raises:
        SimError: there are no checksums, or they cannot be read.
    """
    path = folder / FILE
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise SimError(
            f"{folder}: has no {FILE}, which says what its files held when they were written: it is not a finished "
            "folder of results, or one of an earlier version; make it again"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SimError(f"{path}: cannot be read ({' '.join(str(error).split())}); make the folder again") from None
    found = [_LINE.fullmatch(line) for line in lines]
    if not found or not all(found):
        raise SimError(f"{path}: is damaged; make the folder again")
    return {line[2]: line[1] for line in found if line}


def check(path: Path) -> None:
    """Hold a file against the checksums of the folder that it belongs to; a folder without any is not finished yet.

    Raises:
        SimError: it is not the file that was written.
    """
    folder = next((above for above in path.parents[:2] if (above / FILE).is_file()), None)
    if folder is None:
        return
    name = path.relative_to(folder).as_posix()
    for last in (False, True):  # once more: another process may just have renewed both
        said, now = listed(folder).get(name), sha256(path)
        if said == now:
            return
        if last:
            what = f"is not named in {FILE}" if said is None else "has changed since it was written"
            raise SimError(f"{path}: {what}, so it cannot be believed; bring it back, or make the folder again")


def verify(folder: Path) -> Found:
    """Look at every file of a folder. Raises `SimError` where there are no checksums, or damaged ones."""
    said, there = listed(folder), names(folder)
    whole = [name for name in there if name in said and _same(folder / name, said[name])]
    changed = [name for name in there if name in said and name not in whole]
    foreign = [name for name in there if name not in said]
    return Found(whole, changed, sorted(said.keys() - set(there)), foreign)


def _same(path: Path, mark: str) -> bool:
    try:
        return sha256(path) == mark
    except OSError:
        return False

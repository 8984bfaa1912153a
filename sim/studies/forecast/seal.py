"""Texts in which no byte can change unseen: JSON in one form, with the SHA-256 of all that it says.

A seal shows that a text is the one that was sealed. It does not show who sealed it, nor when: for that its seal has to
be known to somebody else by then (sent, printed, committed).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.base.errors import SimError

SEAL = "seal"


def plain(value: float) -> float:
    """A number as the file has it: whole where it is, else twelve digits, which are the same on every CPU."""
    return int(value) if value == int(value) else float(f"{value:.12g}")


def compact(value: Any) -> str:
    """JSON in one form: keys in order, no blanks, letters as they are."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical(content: Mapping[str, Any]) -> str:
    """The one text of a mapping: a line a key, in order."""
    return "{\n" + ",\n".join(f"{compact(key)}: {compact(value)}" for key, value in sorted(content.items())) + "\n}\n"


def digest(text: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def sealed(content: Mapping[str, Any]) -> str:
    """The text of a mapping with its seal."""
    return canonical({**content, SEAL: seal_of(content)})


def seal_of(content: Mapping[str, Any]) -> str:
    """The seal of a mapping: SHA-256 of all but its seal."""
    return digest(canonical({key: value for key, value in content.items() if key != SEAL}))


def opened(path: Path) -> dict[str, Any]:
    """What a sealed file says.

    Raises:
        SimError: it cannot be read, or some byte of it is not as it was sealed.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SimError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    try:
        found = json.loads(raw.decode("utf-8"))
        whole = isinstance(found, dict) and sealed(found).encode("utf-8") == raw
    except (ValueError, RecursionError):  # of bytes that are no text, no JSON, no number
        whole = False
    if not whole:
        raise SimError(f"{path}: is not as it was sealed: some of it has changed, or it is no sealed forecast; refused")
    return dict(found)

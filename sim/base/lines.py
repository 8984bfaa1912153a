"""What a command says beside what it prints, for another program: a line of JSON each, in both languages.

Where ``SIM_LINES=json`` stands in the environment, stderr has such lines. Of what was done so far: ``kind`` far,
``done``, ``total``, ``phase``. Of words: ``kind`` note, notice, error, or ended; ``en``, and ``zh`` where it is known.
"""

from __future__ import annotations

import json
import os

from sim.base.errors import Bilingual

VARIABLE, JSON = "SIM_LINES", "json"
FAR, NOTE, NOTICE, ERROR, ENDED = "far", "note", "notice", "error", "ended"


def wanted() -> bool:
    """Whether another program reads."""
    return os.environ.get(VARIABLE) == JSON


def of_words(kind: str, text: str) -> str:
    """The line of some words."""
    chinese = {"zh": text.zh} if isinstance(text, Bilingual) else {}
    return json.dumps({"kind": kind, "en": str(text)} | chinese)


def of_progress(done: int, total: int, phase: str) -> str:
    """The line of how far something is."""
    return json.dumps({"kind": FAR, "done": done, "total": total, "phase": phase})

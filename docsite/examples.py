"""Examples in docstrings, as code: Markdown would take their ``>>>`` for quotations within quotations."""

from __future__ import annotations

import re
from typing import Any

from griffe import Extension, Object

EXAMPLE = re.compile(r"^>>> .*(?:\n.*\S.*)*", re.MULTILINE)


def fenced(docstring: str) -> str:
    """A docstring whose examples, each up to an empty line, stand in blocks of code."""
    return EXAMPLE.sub(lambda example: f"```pycon\n{example[0]}\n```", docstring)


class Examples(Extension):
    """What mkdocstrings calls for everything that it reads."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Fence the examples of a module, class, function or attribute."""
        if obj.docstring:
            obj.docstring.value = fenced(obj.docstring.value)

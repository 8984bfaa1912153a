"""Many worlds: one scenario at many points of a design, with replicates, in a ledger that survives whatever happens.

``sweep("sir", {"contagion.infect": "0.05..0.2/10"}, replicates=20, workers=2)`` gives an answer.

`design` says where the points are, `plan` what is run there, `ledger` keeps what came out, `engine` and `conduct` have
it computed, `found` reads it, `folder`, `charts`, `sensitivity` and `words` show it, `cost` tells it beforehand;
`answer` ties them together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.base.lazy import lazily

if TYPE_CHECKING:
    from sim.studies.sweep.answer import Answer, sweep

__all__ = ["Answer", "sweep"]

__getattr__ = lazily(
    __name__,
    {
        "Answer": "sim.studies.sweep.answer",
        "sweep": "sim.studies.sweep.answer",
    },
)

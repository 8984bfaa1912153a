"""Which plan of a campaign is worth its money? Plans proposed, sieved by simulation, judged on held-back seeds.

``optimize("launch", budget=800_000, jobs=2)`` gives an answer.

`plans` proposes, `search` sieves, `frontier` judges, `question` has it all run; `words` and `chart` tell the outcome;
`answer` ties them together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.base.lazy import lazily

if TYPE_CHECKING:
    from sim.studies.optimize.answer import Answer, optimize

__all__ = ["Answer", "optimize"]

__getattr__ = lazily(
    __name__,
    {
        "Answer": "sim.studies.optimize.answer",
        "optimize": "sim.studies.optimize.answer",
    },
)

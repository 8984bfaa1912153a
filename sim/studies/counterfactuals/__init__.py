"""Do the what-ifs that a scenario names come out as was expected?

``counterfactuals("ding_zhen", only=["no_rivals"], seeds=10, jobs=2)`` gives an answer.

`study` runs both worlds with the same seeds, `words` and `chart` tell the outcome, `answer` ties them together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.base.lazy import lazily

if TYPE_CHECKING:
    from sim.studies.counterfactuals.answer import Answer, counterfactuals

__all__ = ["Answer", "counterfactuals"]

__getattr__ = lazily(
    __name__,
    {
        "Answer": "sim.studies.counterfactuals.answer",
        "counterfactuals": "sim.studies.counterfactuals.answer",
    },
)

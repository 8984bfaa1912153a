"""What breaks a plan? Adversities one by one and in pairs, what buys most back, and the mildest that breaks the goal.

``stress("launch", seeds=10, jobs=2)`` gives an answer.

`study` asks in stages, `bench` makes the runs, `score` tells what a plan is worth in uncertain times, `mildest`
searches; `words`, `chart` and `page` tell it, `answer` ties them together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.base.lazy import lazily

if TYPE_CHECKING:
    from sim.studies.stress.answer import Answer, stress

__all__ = ["Answer", "stress"]

__getattr__ = lazily(
    __name__,
    {
        "Answer": "sim.studies.stress.answer",
        "stress": "sim.studies.stress.answer",
    },
)

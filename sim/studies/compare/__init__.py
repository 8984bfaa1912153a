"""Two or more worlds with the same seeds: what differs, how surely, and whom it reached.

``compare("ding_zhen", what=["late: interventions[1].at=2020-11-14T14:30+08:00"], seeds=20, jobs=2)`` gives an answer.

`arms` reads what is compared, `runs` simulates all arms of a seed, `study` adds seeds until it is precise enough,
`reached` says who was reached because of it, `answer` ties them together. The intervals are those of
`sim.base.intervals`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.base.lazy import lazily

if TYPE_CHECKING:
    from sim.studies.compare.answer import Answer, compare
    from sim.studies.compare.study import Precision

__all__ = ["Answer", "Precision", "compare"]

__getattr__ = lazily(
    __name__,
    {
        "Precision": "sim.studies.compare.study",
        "Answer": "sim.studies.compare.answer",
        "compare": "sim.studies.compare.answer",
    },
)

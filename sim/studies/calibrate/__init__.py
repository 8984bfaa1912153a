"""Which parameters of a scenario fit what was observed, how well they are known, and which the data cannot tell?

``calibrate("ding_zhen", ["stories.ding_zhen.appeal=0.5..2"], users=100_000, jobs=2)`` gives an answer.

`parameters` and `targets` say what may change and what is to be met; `emulator` learns the metrics from runs;
`posterior` weighs parameters by the data; `study` plans the runs, `fit` has them made; `words` and `chart` tell the
outcome; `answer` ties them together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.base.lazy import lazily

if TYPE_CHECKING:
    from sim.studies.calibrate.answer import Answer, calibrate

__all__ = ["Answer", "calibrate"]

__getattr__ = lazily(
    __name__,
    {
        "Answer": "sim.studies.calibrate.answer",
        "calibrate": "sim.studies.calibrate.answer",
    },
)

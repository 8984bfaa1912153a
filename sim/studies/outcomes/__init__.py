"""Does a case come out as it did? Observed figures beside those of many runs, and all cases on one page.

``outcomes("ding_zhen", seeds=10, jobs=2)`` gives an answer; ``gallery`` asks it of every shipped case.

`study` makes the runs, `words` and `chart` tell what came out, `answer` ties them together, `gallery` is the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.base.lazy import lazily

if TYPE_CHECKING:
    from sim.studies.outcomes.answer import Answer, outcomes

__all__ = ["Answer", "outcomes"]

__getattr__ = lazily(__name__, {"Answer": "sim.studies.outcomes.answer", "outcomes": "sim.studies.outcomes.answer"})

"""Which few people matter? Whom to seed on a network of a textbook model, whom to hire in a world of platforms.

``seeds("independent_cascade", k=10)`` and ``seeds("launch", k=3)`` give an answer.

`question` reads what is asked about; `spreads` chooses and judges on networks, `hires` on platforms; `found` is what
either comes to; `words`, `chart` and `page` tell it; `answer` ties them together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.base.lazy import lazily

if TYPE_CHECKING:
    from sim.studies.seeds.answer import Answer, seeds

__all__ = ["Answer", "seeds"]

__getattr__ = lazily(__name__, {"Answer": "sim.studies.seeds.answer", "seeds": "sim.studies.seeds.answer"})

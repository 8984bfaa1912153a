"""What is expected, put on record before it is known; and how did all that was on record come out?

``forecast("my_launch.yaml", "2027-01-31", seeds=50, jobs=2)`` gives an answer, ``register`` enters it in a track
record, ``score`` holds a sealed file against later numbers, ``record`` tells all of them, hits and misses alike.

A registered forecast is a hindcast whose end lies ahead: `sim.studies.hindcast` cuts, runs, weighs and scores it. Here
`clock` says when, `seal` makes a text in which no byte can change unseen, `data` sees to what may go in, `stated` says
what stands in it; `chain` is the record, `track` its entries, `against` scores one, `show` tells all of them, `cases`
are the entries that come with the program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.base.lazy import lazily

if TYPE_CHECKING:
    from sim.studies.forecast.against import score
    from sim.studies.forecast.answer import Answer, forecast
    from sim.studies.forecast.show import record
    from sim.studies.forecast.track import register

__all__ = ["Answer", "forecast", "record", "register", "score"]

__getattr__ = lazily(
    __name__,
    {
        "Answer": "sim.studies.forecast.answer",
        "forecast": "sim.studies.forecast.answer",
        "record": "sim.studies.forecast.show",
        "register": "sim.studies.forecast.track",
        "score": "sim.studies.forecast.against",
    },
)

"""The one clock of forecasts: this machine's, read as Beijing time wherever it stands."""

from __future__ import annotations

from datetime import date, datetime

from sim.base.strict import BEIJING


def now() -> datetime:
    """This moment to the second, in Beijing time."""
    return datetime.now(BEIJING).replace(microsecond=0)


def today() -> date:
    """The day that it is in Beijing; it is not over yet."""
    return now().date()

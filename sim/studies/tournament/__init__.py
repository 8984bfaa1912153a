"""What should I do if they do the same? Strategies against each other among the actors of a scenario, on common seeds.

``tournament("ding_zhen", strategies=["seize", "wait"], seeds=8, jobs=2)`` gives an answer.

`design` says who plays what, `play` makes a run, `matrix` makes a payoff matrix of runs, `imitation` follows where it
leads, `study` ties them together, `answer` is how a tournament is asked for. Strategies are `sim.scenario.strategies`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.base.lazy import lazily

if TYPE_CHECKING:
    from sim.studies.tournament.answer import Answer, tournament

__all__ = ["Answer", "tournament"]

__getattr__ = lazily(
    __name__, {"Answer": "sim.studies.tournament.answer", "tournament": "sim.studies.tournament.answer"}
)

"""Which plan of a campaign is worth its money? Plans proposed, sieved by simulation, judged on held-back seeds."""

from sim.studies.optimize.question import Question, answer

__all__ = ["Question", "answer"]

"""What happened to one user or one topic of a finished run, and why: the run again, with an onlooker."""

from __future__ import annotations

from sim.runs.explain.rerun import suggestions
from sim.runs.explain.topic import explain_topic
from sim.runs.explain.user import explain_user

__all__ = ["explain_topic", "explain_user", "suggestions"]

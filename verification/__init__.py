"""Statistics against theory: every check of the simulator that needs more than an example.

``python -m verification`` runs them all, ``--fast`` in smaller sizes, as the tests do. A check takes the thing under
test as an argument, so that tests can hand it a faulty one and see that it is caught (`tests/test_mutants.py`).
"""

from __future__ import annotations

from verification import cascades, draws, epidemics, laws, peers, platform, thresholds
from verification.registry import CHECKS, HONEST, Check, Outcome, Subject

__all__ = ["CHECKS", "HONEST", "Check", "Outcome", "Subject"]
__all__ += ["cascades", "draws", "epidemics", "laws", "peers", "platform", "thresholds"]

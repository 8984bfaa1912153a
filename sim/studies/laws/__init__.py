"""Laws of contagion: sweeps whose answer is known, and how far what was measured agrees with it.

`law` says what a law is; the six stand in a file each. `held` sets the runs of a sweep beside the known answer,
`chart` and `words` show it, `gallery` makes the page of all of them.
"""

from __future__ import annotations

from sim.studies.laws import clustering, early, fate, paid, percolation, second
from sim.studies.laws.law import LAWS, Law

__all__ = ["LAWS", "Law", "clustering", "early", "fate", "paid", "percolation", "second"]

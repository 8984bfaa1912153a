"""The ladder: the five classical models on nine small networks, as the page of the ladder shows them."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.base.streams import stream_key
from sim.contagion.base import CONTAGION
from sim.networks.base import NETWORKS

USERS, STEPS, SEED = 150, 60, 1
SHOWN: dict[str, dict[str, Any]] = {
    "ring": {"kind": "watts_strogatz", "k": 6, "rewire": 0.0},
    "ring_few": {"kind": "watts_strogatz", "k": 6, "rewire": 0.02},
    "ring_some": {"kind": "watts_strogatz", "k": 6, "rewire": 0.1},
    "ring_many": {"kind": "watts_strogatz", "k": 6, "rewire": 0.4},
    "random": {"kind": "erdos_renyi", "mean_degree": 6},
    "popular": {"kind": "barabasi_albert", "m": 3},
    "villages": {"kind": "stochastic_block", "blocks": 5, "mean_degree": 6, "within": 0.93},
    "star": {"kind": "star"},
    "chain": {"kind": "path"},
}


def networks() -> dict[str, dict[str, Any]]:
    """Each network by name: its fields, the seed it is made with, and every tie once, as two user numbers."""
    return {name: {"network": fields, "seed": SEED, "ties": _ties(fields)} for name, fields in SHOWN.items()}


def theories() -> dict[str, str]:
    """What the expected curve of each model supposes, in a few words with its source."""
    return {model.name: model.theory for model in CONTAGION}


def _ties(fields: dict[str, Any]) -> list[list[int]]:
    stored = NETWORKS.get(fields["kind"])(**fields).build(USERS, stream_key(SEED, "graph"))
    sources = np.repeat(np.arange(USERS), np.diff(stored.indptr))
    ties = np.column_stack([sources, stored.indices.astype(np.int64)])
    return ties[ties[:, 0] < ties[:, 1]].tolist()

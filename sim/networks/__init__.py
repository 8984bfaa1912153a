"""Who can reach whom? Computed networks that store nothing, textbook graphs, graphs from files.

One meaning everywhere: the *audience* of ``u`` are those who are reached when ``u`` shares. In the default
network follower number k of u is **computed** from a hash of u, so a whole country costs neither memory nor
building time; the engine calls the compiled functions of `walks`. Every other network is built once and is
kept as rows (`stored.Stored`).

This room holds the networks of scenario files as checked fields, and loads nothing that is compiled. The rest
is imported by name: `walks` (the computed network), `graphs` (edges of textbook graphs), `edges` (text files,
NetworkX), `stored` (rows).

Not modelled: weights of ties, ties that change during a run, and whom a computed user follows (only by whom).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.networks.base import NETWORKS, Network
from sim.networks.computed import QUANTILES, Computed
from sim.networks.edge_list import EdgeList
from sim.networks.given import GivenGraph
from sim.networks.textbook import (
    BarabasiAlbert,
    Chain,
    Complete,
    Configuration,
    ErdosRenyi,
    Star,
    StochasticBlock,
    WattsStrogatz,
)

__all__ = [
    "NETWORKS",
    "QUANTILES",
    "AnyNetwork",
    "BarabasiAlbert",
    "Chain",
    "Complete",
    "Computed",
    "Configuration",
    "EdgeList",
    "ErdosRenyi",
    "GivenGraph",
    "Network",
    "NetworkSpec",
    "Star",
    "StochasticBlock",
    "WattsStrogatz",
]

AnyNetwork = (
    Computed
    | BarabasiAlbert
    | WattsStrogatz
    | ErdosRenyi
    | Configuration
    | StochasticBlock
    | Star
    | Chain
    | Complete
    | EdgeList
    | GivenGraph
)
NetworkSpec = Annotated[AnyNetwork, Field(discriminator="kind")]

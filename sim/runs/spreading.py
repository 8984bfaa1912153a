"""One classical run: network, seeds, spread, and beside it what theory expects; tables as every run leaves them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.base import metrics
from sim.networks.stored import Stored
from sim.runs import digest

if TYPE_CHECKING:
    from sim.contagion import Spread, WellMixed
    from sim.contagion.classic import Classic

CONTAGION_VERSION = 1  # raised when the same classical scenario and seed give other results


def spread(world: Classic, stored: Stored | WellMixed | None = None) -> SpreadTables:
    """Carry a classical scenario out; ``stored`` replaces its network."""
    if stored is None:
        stored = world.network.build(world.users, world.key("graph"))
    if isinstance(stored, Stored):
        stored.told()
    seeds = world.seeds.choose(stored, world.key("seeds"))
    found = world.contagion.spread(stored, seeds, world.key("contagion"), world.steps)
    return SpreadTables(world, stored, found, world.contagion.expected(stored, seeds, world.steps))


class SpreadTables:
    """Everything a classical run leaves behind.

    Attributes:
        series: a row a step: step, new, adopted (so far), for SIR also infectious and recovered.
        theory: the same columns as theory expects them, real numbers; only steps where there is no theory.
        cascades: the forest as columns: user, parent (row, −1 for none), step, for SIR also recovered.
        summary: metric → number.
    """

    names = ("series", "theory")

    def __init__(self, world: Classic, stored: Stored | WellMixed, found: Spread, theory: Any) -> None:
        self.world, self.stored = world, stored
        self.nodes = getattr(stored, "nodes", None)
        self.files: dict[str, bytes] = {}
        self.cascades = {name: column for name, column in found._asdict().items() if column is not None}
        self.series = self._series(found)
        steps = pd.DataFrame({"step": np.arange(world.steps + 1)})
        self.theory = steps.assign(**{name: column.round(3) for name, column in theory.items()})
        self.summary = self._summary(found)

    def _series(self, found: Spread) -> pd.DataFrame:
        n = self.world.steps + 1
        new = np.bincount(found.step, minlength=n)
        columns = {"step": np.arange(n), "new": new, "adopted": np.cumsum(new)}
        if found.recovered is not None:
            over = np.cumsum(np.bincount(found.recovered[found.recovered >= 0], minlength=n))
            columns |= {"infectious": columns["adopted"] - over, "recovered": over}
        return pd.DataFrame(columns)

    def _summary(self, found: Spread) -> dict[str, Any]:
        trees, series = metrics.structural_virality(found.parent), self.series
        summary: dict[str, Any] = {
            "people_simulated": self.world.users,
            "edges": getattr(self.stored, "n_edges", None),
            "seeds": int(series.new[0]),
            "people_reached": len(found.user),
            "reached_share": round(len(found.user) / self.world.users, 6),
            "theory_people_reached": float(self.theory.adopted.iloc[-1]) if "adopted" in self.theory else None,
            "peak_new": int(series.new[1:].max()),
            "peak_step": 1 + int(series.new[1:].argmax()),
            "last_step": int(found.step.max(initial=0)),
            "cascades": len(trees["root"]),
            "largest_cascade": int(trees["size"].max(initial=0)),
            "deepest_cascade": int(trees["depth"].max(initial=0)),
        }
        if "infectious" in series:
            summary["peak_infectious"] = int(series.infectious.max())
        return summary

    def facts(self) -> dict[str, Any]:
        """What run.json says of this kind of run alone."""
        model = self.world.contagion
        return {"model_version": CONTAGION_VERSION, "contagion": model.name, "theory": model.theory}

    def digests(self) -> dict[str, str]:
        """SHA-256 of the integers of series and cascades, and of both (``all``)."""
        return digest.digests({"series": self.series}, self.cascades, self.files)

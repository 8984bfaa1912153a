"""A finished run, read from its folder."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.base.errors import SimError
from sim.runs import kinds
from sim.runs.kinds import Kind
from sim.scenario import load as scenarios

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.scenario import Scenario


Compared = tuple[str, float | None, float | None, str, str, str]


class Result:
    """A finished run in its folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def run(self) -> dict[str, Any]:
        """The recipe and the circumstances: run.json."""
        return dict(json.loads((self.path / "run.json").read_text(encoding="utf-8")))

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Metric → number: summary.json."""
        return dict(json.loads((self.path / "summary.json").read_text(encoding="utf-8")))

    @property
    def kind(self) -> Kind[Any, Any]:
        """The kind of world that was run. Raises `SimError` where run.json names none."""
        if "kind" not in self.run:
            raise SimError(f"{self.path} was made by an earlier version of the program; run its scenario again")
        return kinds.named(str(self.run["kind"]))

    @property
    def digest(self) -> str:
        """Digest over all integer outputs."""
        return str(self.run["digest"]["all"])

    def table(self, name: str) -> pd.DataFrame:
        """One of the tables: series, topics, hot_list, posts, actions."""
        import pandas as pd

        return pd.read_csv(self.path / f"{name}.csv", keep_default_na=False)

    def plot(self, *names: str) -> list[Path]:
        """Draw the figures again (all, or the named ones); returns their paths."""
        return self.kind.draw(self.path, names)

    def comparison(self) -> list[Compared]:
        """Observed figures beside simulated ones: label, simulated, observed, unit, source, grade.

        Nothing is simulated of what was observed after the run's end.
        """
        scenario = scenarios.load(self.path / "scenario.resolved.yaml")
        if not scenario.observed.figures:
            return []
        assert scenario.kind == "platform"  # nothing is observed of others
        rows: list[Compared] = []
        for figure in scenario.observed.figures:
            beyond = figure.at is not None and figure.at > scenario.end
            simulated = None if beyond else self._metric(figure.metric, figure.at, scenario)
            rows.append(
                (figure.label or figure.metric, simulated, figure.value, figure.unit, figure.source, figure.grade)
            )
        return rows

    def _metric(self, name: str, at: datetime | None, scenario: Scenario) -> float | None:
        """A number of the summary, or what it had come to at a time."""
        if at is None:
            return self.summary.get(name)
        from sim.runs.summary import running_total

        return running_total(name, at, self.table("series"), self.table("actions"), scenario)

    def __repr__(self) -> str:
        reached = self.summary.get("people_reached", 0)
        return f"<Result {self.run['scenario']} seed {self.run['seed']}: {reached:,} people reached; {self.path}>"

"""Early beats big: in growth by a constant factor a head start of some steps is worth a multiple of people."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from sim.base import intervals
from sim.base.errors import SimError
from sim.contagion import SIR
from sim.contagion.classic import Classic
from sim.contagion.theory import growth
from sim.networks import ErdosRenyi
from sim.pages.words import Said, same
from sim.runs.kinds import World
from sim.studies.laws.dots import ALARM, Claim, Dot, Place, Reading, change, lines, none
from sim.studies.laws.law import LAWS, Law


@LAWS.register
class Early(Law):
    """People reached by a given step, by how much later how many times as many begin.

    Each point is known from the edge-based equations of SIR on a random network. While few have had it they grow by
    a factor of λ = (1 − infect)·(1 − recover) + infect × mean degree a step, so b times as many people make up for a
    delay of ln b / ln λ steps and for no more. Exact for many people; with few that begin the mean over seeds is.
    Not modelled: that late comers see what the early ones did; money.
    Sources: Lotka 1907 (growth rates); Wallinga & Lipsitch 2007; Miller, Slim & Volz 2012.
    """

    name: ClassVar[str] = "early"
    metrics: ClassVar[tuple[str, ...]] = ("people_reached", "theory_people_reached")
    sources: ClassVar[tuple[str, ...]] = (
        "Lotka 1907, Relation between birth rates and death rates, Science 26:21",
        "Wallinga & Lipsitch 2007, doi:10.1098/rspb.2006.3754",
        "Miller, Slim & Volz 2012, doi:10.1098/rsif.2011.0403",
    )
    share: ClassVar[bool] = False
    span: ClassVar[tuple[float, float]] = (0.0, math.inf)
    log: ClassVar[bool] = True

    def places(self, worlds: Sequence[World]) -> list[Place]:
        """Along the delay, a curve for each number that begins."""
        known = [self._checked(world) for world in worlds]
        factors = sorted({round(_growth(world), 9) for world in known})
        if factors[0] <= 1 or len(factors) > 1:
            told = ", ".join(f"{factor:.4g}" for factor in factors)
            raise SimError(f"law {self.name} is of one growth above 1 a step, the same at all points, not {told}")
        last, least = max(world.steps for world in known), min(world.seeds.number for world in known)
        return [self._place(world, last, least) for world in known]

    def _checked(self, world: World) -> Classic:
        if not isinstance(world, Classic) or not isinstance(world.contagion, SIR) or not world.seeds.number:
            raise SimError(f"law {self.name} is of the model sir, begun by somebody; {world.name} is none")
        if not isinstance(world.network, ErdosRenyi):
            raise SimError(f"law {self.name} is of a random network (erdos_renyi)")
        return world

    def _place(self, world: Classic, last: int, least: int) -> Place:
        times = world.seeds.number / least
        facts = {"times": times, "begin": world.seeds.number, "growth": _growth(world)}
        return Place(last - world.steps, f"{times:g}", facts)

    def read(self, place: Place, sample: np.ndarray) -> Reading:
        """People reached, and what theory expects on this network."""
        reached, expected = sample
        return Reading(reached, expected, none(reached))

    def against(self, dots: Sequence[Dot]) -> float:
        """What the early ones reach."""
        base = _base(dots)
        return base.known if base else math.nan

    def parts(self, dots: Sequence[Dot]) -> dict[str, Any]:
        """Steps that twice as many people make up for."""
        return {"steps": f"{math.log(2) / math.log(dots[0].place.facts['growth']):.1f}"}

    def label(self, place: Place) -> Said:
        """How many begin."""
        return self.said("line", begin=f"{place.facts['begin']:g}")

    def claims(self, dots: Sequence[Dot]) -> list[Claim]:
        """Whoever theory says wins, wins; and the delay at which both are equal is the one that theory names."""
        base = _base(dots)
        if base is None:
            return []
        others = [dots for dots in lines(dots).values() if dots[0].place.facts["times"] > 1]
        late = [dot for dots in others for dot in dots]
        each = intervals.shared(len(late))  # one of so many that is wrong by chance is no wrong winner
        pairs = [(dot, change(base, dot, each)) for dot in late]
        sure = [diff.sign == np.sign(dot.known - base.known) for dot, diff in pairs if diff.sign]
        told = self.said("sure", kept=sum(sure), n=len(sure), all=len(pairs))
        claims = [Claim(self.said("winner"), all(sure) if sure else None, told)]
        return claims + [one for dots in others if (one := self._crossing(base, dots))]

    def _crossing(self, base: Dot, dots: Sequence[Dot]) -> Claim | None:
        """At which delay so many more have lost their lead, over leave-one-out samples of the seeds."""
        delays, facts = np.array([dot.x for dot in dots]), dots[0].place.facts
        known = _met(delays, np.log([dot.known for dot in dots]), math.log(base.known))
        late, early = np.array([dot.runs for dot in dots]), base.runs
        n = len(early)
        if not math.isfinite(known) or n < 3:
            return None
        out = [np.arange(n) != i for i in range(n)]
        means = [(late[:, some].mean(axis=1), early[some].mean()) for some in (np.ones(n, bool), *out)]
        whole, *rest = (_met(delays, np.log(one), math.log(other)) for one, other in means)
        values = n * whole - (n - 1) * np.array(rest)
        found, wide = intervals.mean(values), intervals.mean(values, 1 - ALARM)
        rule = math.log(facts["times"]) / math.log(facts["growth"])
        parts = {"found": f"{whole:.1f}", "known": f"{known:.1f}", "rule": f"{rule:.1f}"}
        if not found.given:
            return Claim(self.said("crossing", times=f"{facts['times']:g}"), None, same("–"))
        told = self.said("met", low=f"{found.low:.1f}", high=f"{found.high:.1f}", **parts)
        contrary = False if not wide.low <= known <= wide.high else None  # an interval of 95 % misses once in twenty
        holds = True if found.low <= known <= found.high else contrary
        return Claim(self.said("crossing", times=f"{facts['times']:g}"), holds, told)


def _growth(world: Classic) -> float:
    """By what factor cases grow in a step of a world of this law."""
    model, network = world.contagion, world.network
    assert isinstance(model, SIR)
    assert isinstance(network, ErdosRenyi)
    return growth(network.mean_degree, model.infect, model.recover)


def _base(dots: Sequence[Dot]) -> Dot | None:
    """The early ones: the fewest, at once."""
    return next((dot for dot in dots if dot.x == 0 and dot.place.facts["times"] == 1), None)


def _met(x: np.ndarray, falling: np.ndarray, level: float) -> float:
    """Where a falling line first meets a level, straight between its points; NaN if it does not."""
    for i in range(len(x) - 1):
        if falling[i] >= level >= falling[i + 1]:
            return float(x[i] + (falling[i] - level) / (falling[i] - falling[i + 1]) * (x[i + 1] - x[i]))
    return math.nan

"""The five classical models as data; their compiled loops are in the modules beside this one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from sim.base.errors import both
from sim.base.streams import np_bits, threshold
from sim.base.strict import front
from sim.contagion import theory
from sim.contagion.base import CONTAGION, LONGEST, Contagion, Curves, Spread, WellMixed, check_seeds, in_order

if TYPE_CHECKING:
    from sim.networks.stored import Stored


@CONTAGION.register
class IndependentCascade(Contagion):
    """Independent cascade: whoever has just adopted gets one chance to persuade each follower.

    One coin an edge, whatever else happens, so a higher ``p`` never reaches fewer under the same key. Not modelled:
    weights of ties, delays, repeated tries.
    Source: Goldenberg, Libai & Muller 2001, doi:10.1023/A:1011122126881; Kempe, Kleinberg & Tardos 2003,
    doi:10.1145/956750.956769.
    """

    name: ClassVar[str] = "independent_cascade"
    theory: ClassVar[str] = "a large random network with the same degrees (Gleeson & Cahalane 2007)"
    model: Literal["independent_cascade"] = "independent_cascade"
    p: float = Field(
        ge=0,
        le=1,
        description="probability that an adopter persuades a given follower",
        json_schema_extra=front("persuades", "说服概率", "share"),
    )

    def spread(self, stored: Stored | WellMixed, seeds: np.ndarray, key: int, steps: int = LONGEST) -> Spread:
        """Each step is a round: the adopters of the round before try all their followers."""
        from sim.contagion.cascade import independent_cascade
        from sim.contagion.weighted import persuaded

        net, seeds = _stored(stored), check_seeds(stored.n_users, seeds)
        if net.who is not None:  # the quick loops know people by their places
            return persuaded(net, seeds, np.array([threshold(self.p)], np.uint64), key, steps)
        rows = net.indptr, net.indices
        user, parent, starts = independent_cascade(*rows, seeds, threshold(self.p), key)
        step = np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))
        told = starts[min(steps + 1, len(starts) - 1)]
        return Spread(user[:told].copy(), parent[:told].copy(), step[:told])

    def expected(self, stored: Stored | WellMixed, seeds: np.ndarray, steps: int) -> Curves:
        """On a random network: each of those followed persuades with p once it has adopted."""
        found = theory.degrees(_stored(stored), seeds)
        return {"adopted": theory.cascade(found, lambda chance, tries, _: 1 - (1 - self.p * chance) ** tries, steps)}


@CONTAGION.register
class LinearThreshold(Contagion):
    """Linear threshold: adopt once the adopted share of those one follows reaches one's own threshold.

    Thresholds are uniform, one keyed draw a user; every tie weighs 1/(number followed). The parent is one of those
    who adopted in the step before. Not modelled: other weights, known thresholds.
    Source: Granovetter 1978, doi:10.1086/226707; Kempe, Kleinberg & Tardos 2003, doi:10.1145/956750.956769.
    """

    name: ClassVar[str] = "linear_threshold"
    theory: ClassVar[str] = "a large random network with the same degrees (Gleeson & Cahalane 2007)"
    model: Literal["linear_threshold"] = "linear_threshold"

    def spread(self, stored: Stored | WellMixed, seeds: np.ndarray, key: int, steps: int = LONGEST) -> Spread:
        """Each step all who have now heard enough adopt at once."""
        net = _stored(stored)
        followed = np.bincount(net.indices, minlength=net.n_users)
        return _tip(net, seeds, self.need(followed, net.marks, key), key, steps)

    def need(self, followed: np.ndarray, users: np.ndarray, key: int) -> np.ndarray:
        """How many must have adopted before each user does, by the number followed and the user's mark; int64.

        The least count with count/followed above draw/2^32: integers, so no rounding can tip anybody.
        """
        draws = np_bits(key, users, 0, 1) >> np.uint64(32)
        return (draws * followed.astype(np.uint64) >> np.uint64(32)).astype(np.int64) + 1

    def expected(self, stored: Stored | WellMixed, seeds: np.ndarray, steps: int) -> Curves:
        """On a random network: m of k adopted suffice with probability m/k."""
        found = theory.degrees(_stored(stored), seeds)
        return {"adopted": theory.cascade(found, lambda q, tries, k: q * tries / np.maximum(k, 1), steps)}


@CONTAGION.register
class ComplexContagion(Contagion):
    """Complex contagion: adopt once a number (or a fraction) of those one follows have adopted.

    Nothing is drawn but parents, one of those who adopted in the step before.
    Source: Centola & Macy 2007, doi:10.1086/521848; the fraction: Watts 2002, doi:10.1073/pnas.082090499.
    """

    name: ClassVar[str] = "complex_contagion"
    theory: ClassVar[str] = "a large random network with the same degrees (Gleeson & Cahalane 2007)"
    model: Literal["complex_contagion"] = "complex_contagion"
    at_least: int | None = Field(
        None,
        ge=1,
        le=10**6,
        description="adopters among those followed, people",
        json_schema_extra=front("friends needed", "所需好友数", "people", span=(1, 20)),
    )
    fraction: float | None = Field(None, gt=0, le=1, description="the same as a share of those followed")

    @model_validator(mode="after")
    def _one_rule(self) -> ComplexContagion:
        if (self.at_least is None) == (self.fraction is None):
            raise ValueError(both("one_of_two_thresholds"))
        return self

    def need(self, followed: np.ndarray) -> np.ndarray:
        """How many must have adopted, by the number followed; int64."""
        if self.fraction is None:
            return np.full(len(followed), self.at_least, dtype=np.int64)
        # To 6 digits, or 0.1 of 30 would be a little above 3.
        return np.maximum(np.ceil((self.fraction * followed).round(6)), 1).astype(np.int64)

    def spread(self, stored: Stored | WellMixed, seeds: np.ndarray, key: int, steps: int = LONGEST) -> Spread:
        """Each step all who have now heard it from enough people adopt at once."""
        net = _stored(stored)
        return _tip(net, seeds, self.need(np.bincount(net.indices, minlength=net.n_users)), key, steps)

    def expected(self, stored: Stored | WellMixed, seeds: np.ndarray, steps: int) -> Curves:
        """On a random network: a binomial number of those followed has adopted."""
        found = theory.degrees(_stored(stored), seeds)
        return {"adopted": theory.cascade(found, lambda q, tries, k: theory.at_least(self.need(k), q, tries), steps)}


@CONTAGION.register
class SIR(Contagion):
    """SIR in discrete time: the infectious try every susceptible follower each step, until they recover.

    Everybody tries in at least one step; with ``recover`` 1 it is exactly one (Reed–Frost). One coin an edge and
    step. Not modelled: births, loss of immunity, a latent time.
    Source: Kermack & McKendrick 1927, doi:10.1098/rspa.1927.0118; Abbey 1952 for Reed–Frost.
    """

    name: ClassVar[str] = "sir"
    theory: ClassVar[str] = "a large random network with the same degrees (Miller, Slim & Volz 2012)"
    mixes: ClassVar[bool] = True
    model: Literal["sir"] = "sir"
    infect: float = Field(
        ge=0,
        le=1,
        description="probability on an edge and step (well mixed: on a pair and step)",
        json_schema_extra=front("infects", "感染概率", "share"),
    )
    recover: float = Field(
        ge=0,
        le=1,
        description="probability of recovery in a step",
        json_schema_extra=front("recovers", "恢复概率", "share"),
    )

    def spread(self, stored: Stored | WellMixed, seeds: np.ndarray, key: int, steps: int = LONGEST) -> Spread:
        """Each step: tries on all edges from the infectious to the susceptible, then recoveries."""
        from sim.contagion import epidemic

        seeds = check_seeds(stored.n_users, seeds)
        if isinstance(stored, WellMixed):
            return in_order(*epidemic.mix_and_recover(stored.n_users, seeds, self.infect, self.recover, key, steps))
        chances = np.uint64(threshold(self.infect)), np.uint64(threshold(self.recover))
        return in_order(
            *epidemic.infect_and_recover(
                stored.indptr, stored.indices, stored.whose, seeds, *chances, np.uint64(key), steps
            )
        )

    def expected(self, stored: Stored | WellMixed, seeds: np.ndarray, steps: int) -> Curves:
        """On a random network, or where everybody meets everybody."""
        if isinstance(stored, WellMixed):
            return theory.mixed_epidemic(stored.n_users, len(seeds), self.infect, self.recover, steps)
        return theory.epidemic(theory.degrees(stored, seeds), self.infect, self.recover, steps)


@CONTAGION.register
class Bass(Contagion):
    """Bass diffusion: in a step one adopts with probability p + q × (adopted share of those one follows).

    Below p it is innovation and has no parent; else imitation of one of the adopters followed, each equally likely.
    Not modelled: price, advertising, repeated purchases.
    Source: Bass 1969, doi:10.1287/mnsc.15.5.215.
    """

    name: ClassVar[str] = "bass"
    theory: ClassVar[str] = "homogeneous mixing, in discrete time (Bass 1969)"
    mixes: ClassVar[bool] = True
    model: Literal["bass"] = "bass"
    p: float = Field(
        ge=0,
        le=1,
        description="innovation: probability in a step, on one's own",
        json_schema_extra=front("on their own", "自发采纳", "share"),
    )
    q: float = Field(
        ge=0,
        le=1,
        description="imitation: probability in a step, if all one follows have adopted",
        json_schema_extra=front("by imitation", "模仿采纳", "share"),
    )

    @model_validator(mode="after")
    def _a_probability(self) -> Bass:
        if self.p + self.q > 1:
            raise ValueError(both("p_and_q", sum=self.p + self.q))
        return self

    def spread(self, stored: Stored | WellMixed, seeds: np.ndarray, key: int, steps: int = LONGEST) -> Spread:
        """Each step everybody who has not adopted draws once."""
        from sim.contagion import adoption

        seeds, (p32, q32) = check_seeds(stored.n_users, seeds), (threshold(self.p), threshold(self.q))
        if isinstance(stored, WellMixed):
            return in_order(*adoption.adopt_mixed(stored.n_users, seeds, p32, q32, key, steps))
        back = stored.reverse()
        rows = stored.indptr, stored.indices, back.indptr, back.indices
        return in_order(*adoption.adopt(*rows, seeds, np.uint64(p32), np.uint64(q32), np.uint64(key), steps))

    def expected(self, stored: Stored | WellMixed, seeds: np.ndarray, steps: int) -> Curves:
        """Where everybody follows everybody."""
        return {"adopted": theory.bass(stored.n_users, len(seeds), self.p, self.q, steps)}


def _stored(network: Stored | WellMixed) -> Stored:
    if isinstance(network, WellMixed):
        raise TypeError("this model needs a network; only those with `mixes` run well mixed")
    return network


def _tip(net: Stored, seeds: np.ndarray, need: np.ndarray, key: int, steps: int) -> Spread:
    from sim.contagion.tipping import tip

    seeds = check_seeds(net.n_users, seeds)
    return in_order(*tip(net.indptr, net.indices, seeds, need, np.uint64(key), steps))


AnyContagion = Annotated[
    IndependentCascade | LinearThreshold | ComplexContagion | SIR | Bass,
    Field(discriminator="model"),
]

"""What theory expects of a spread: curves over steps for random networks and for homogeneous mixing.

A network enters by its degrees alone, the seeds by theirs: "on a large random network with these degrees". That is
exact in the limit for Erdős–Rényi and configuration networks, and shows what clustering, communities or a ring
change elsewhere. Nothing here is compared with a draw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from sim.networks.stored import Stored

Adopts = Callable[[float, np.ndarray, np.ndarray], np.ndarray]


class Degrees(NamedTuple):
    """A network as theory sees it, one entry for each number that users follow; seeds are left out of the entries.

    Attributes:
        followed: int64[entries], how many a user follows.
        people: float64[entries], how many such users there are.
        reach: float64[entries], share of all edges that start from them.
        seeds: number of seeds.
        seed_reach: share of all edges that start from seeds.
        mutual: 1 if every edge goes both ways: then an edge's source has one less to hear it from.
    """

    followed: np.ndarray
    people: np.ndarray
    reach: np.ndarray
    seeds: int
    seed_reach: float
    mutual: int


def degrees(stored: Stored, seeds: np.ndarray) -> Degrees:
    """The degrees of a stored network with these seeds."""
    followed = np.bincount(stored.indices, minlength=stored.n_users)
    reach = np.diff(stored.indptr) / max(stored.n_edges, 1)
    others = np.ones(stored.n_users, dtype=bool)
    others[seeds] = False
    people = np.bincount(followed[others]).astype(np.float64)
    weight = np.bincount(followed[others], reach[others])
    kinds = np.flatnonzero(people)
    seed_reach = float(reach[~others].sum())
    return Degrees(kinds, people[kinds], weight[kinds], len(seeds), seed_reach, int(_is_mutual(stored)))


def _is_mutual(stored: Stored) -> bool:
    back = stored.reverse()  # its rows are sorted; so are those of every network that is not computed
    return np.array_equal(back.indptr, stored.indptr) and np.array_equal(back.indices, stored.indices)


def cascade(network: Degrees, adopts: Adopts, steps: int) -> np.ndarray:
    """People who have adopted after each step, float64[steps + 1].

    Args:
        network: degrees and seeds.
        adopts: probability of having adopted, from the chance that one of those followed has, the number of those
            who can pass it on, and the number followed.
        steps: number of steps.

    Source: Gleeson & Cahalane 2007, doi:10.1103/PhysRevE.75.056103.
    """
    chance, adopted = network.seed_reach, [float(network.seeds)]
    tries = np.maximum(network.followed - network.mutual, 0)
    for step in range(steps):
        adopted.append(network.seeds + float(network.people @ adopts(chance, network.followed, network.followed)))
        before, chance = chance, network.seed_reach + float(network.reach @ adopts(chance, tries, network.followed))
        if chance == before:  # nothing changes any more
            return np.array(adopted + [adopted[-1]] * (steps - step - 1))
    return np.array(adopted)


def at_least(need: np.ndarray, chance: float, tries: np.ndarray) -> np.ndarray:
    """P(binomial(tries, chance) ≥ need), entry by entry."""
    return np.array([1 - sum(_binomial(int(n), chance, int(k))) for n, k in zip(tries, need, strict=True)])


def _binomial(tries: int, chance: float, below: int) -> Iterator[float]:
    """Probabilities of 0, 1, … below ``below`` successes."""
    if chance >= 1:
        yield from (float(k == tries) for k in range(min(below, tries + 1)))
        return
    term = (1 - chance) ** tries
    for k in range(min(below, tries + 1)):
        yield term
        term *= (tries - k) / (k + 1) * chance / (1 - chance)


def epidemic(network: Degrees, infect: float, recover: float, steps: int) -> dict[str, np.ndarray]:
    """SIR on a random network, step by step: ``adopted`` (ever infected) and ``infectious``, people.

    θ is the chance that someone followed has not passed it on yet, φ that they have not but still can.
    Source: the edge-based equations of Miller, Slim & Volz 2012, doi:10.1098/rsif.2011.0403, in discrete time.
    """
    tries = np.maximum(network.followed - network.mutual, 0)
    theta, phi = 1.0, network.seed_reach
    adopted, infectious = [float(network.seeds)], [float(network.seeds)]
    outside = float(network.reach.sum())
    for _ in range(steps):
        theta -= infect * phi
        still = float(network.reach @ theta**tries)
        phi = (1 - infect) * (1 - recover) * phi + outside - still
        outside = still
        adopted.append(network.seeds + float(network.people @ (1 - theta**network.followed)))
        infectious.append((1 - recover) * infectious[-1] + adopted[-1] - adopted[-2])
    return {"adopted": np.array(adopted), "infectious": np.array(infectious)}


def mixed_epidemic(n: int, seeds: int, infect: float, recover: float, steps: int) -> dict[str, np.ndarray]:
    """SIR where everybody meets everybody: each step a susceptible escapes every infectious person alike."""
    adopted, infectious = [float(seeds)], [float(seeds)]
    for _ in range(steps):
        new = (n - adopted[-1]) * (1 - (1 - infect) ** infectious[-1])
        adopted.append(adopted[-1] + new)
        infectious.append((1 - recover) * infectious[-1] + new)
    return {"adopted": np.array(adopted), "infectious": np.array(infectious)}


def bass(n: int, seeds: int, p: float, q: float, steps: int) -> np.ndarray:
    """People who have adopted after each step by the Bass model in discrete time, float64[steps + 1]."""
    share = [seeds / n]
    for _ in range(steps):
        share.append(share[-1] + (1 - share[-1]) * min(p + q * share[-1], 1.0))
    return n * np.array(share)


def bass_closed_form(p: float, q: float, time: np.ndarray) -> np.ndarray:
    """Share that has adopted by ``time`` from nobody at 0, in continuous time. Bass 1969, doi:10.1287/mnsc.15.5.215."""
    gone = np.exp(-(p + q) * np.asarray(time, dtype=np.float64))
    return (1 - gone) / (1 + q / p * gone)


def final_size(r0: float, seed_share: float = 0.0) -> float:
    """Share infected in a large outbreak: the largest root of z = 1 − (1 − seed_share)·exp(−r0·z).

    With seed_share 0 it is also the giant component of a random graph of mean degree ``r0``.
    Source: Kermack & McKendrick 1927, doi:10.1098/rspa.1927.0118.
    """
    z = 1.0
    for _ in range(100_000):
        before, z = z, 1 - (1 - seed_share) * float(np.exp(-r0 * z))
        if abs(before - z) < 1e-14:
            break
    return z


def transmissibility(infect: float, recover: float) -> float:
    """Chance that an infectious person ever infects a given follower, over a geometric time of at least one step."""
    if recover == 0:
        return float(infect > 0)
    return infect / (1 - (1 - infect) * (1 - recover))


def growth(followed: float, infect: float, recover: float) -> float:
    """Factor by which cases of SIR grow in a step while few have had it, on a random network of this mean degree.

    Of the edge-based equations above where hardly anybody is infected: what still can be passed on along an edge is
    kept with (1 − infect)·(1 − recover), and each one that is infected brings as many new edges as it has others.
    """
    return (1 - infect) * (1 - recover) + infect * followed


def best_push(r0: float) -> float:
    """Share of all people begun at which those whom they win are the most, on a random network, z − s.

    Beyond it one more that is begun takes one of those whom others would have won: dz/ds = 1 for the root z of
    `final_size`, that is exp(−r0·z)·(1 + r0·(1 − s)) = 1. 0 where that is so from the first one on.
    """
    low, high = 0.0, 1.0
    for _ in range(60):
        share = (low + high) / 2
        gains = np.exp(-r0 * final_size(r0, share)) * (1 + r0 * (1 - share)) > 1
        low, high = (share, high) if gains else (low, share)
    return low if low > 1e-6 else 0.0


def ring_clustering(k: int, rewire: float) -> float:
    """Chance that two friends of somebody are friends, on a ring of k neighbours with a share of ties rewired.

    Source: Barrat & Weigt 2000, doi:10.1007/s100510050067; in a large ring, but for what rewiring closes by chance.
    """
    return 3 * (k - 2) / (4 * (k - 1)) * (1 - rewire) ** 3

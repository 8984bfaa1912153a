"""The computed network beside the same edges stored: time of enumeration, equality, and how it is built."""

from __future__ import annotations

import time
from statistics import median
from typing import Any

import numpy as np

from benchmarks.report import table, wrap
from sim.base.jit import njit
from sim.base.streams import stream_key
from sim.networks import Computed
from sim.networks.stored import Stored
from sim.networks.walks import Layout, audience_size, fill_followers, start_walk
from sim.studies.reality.graphs import mean_distance, reciprocity

REPEATS = 7
SAMPLE = 2000


@njit(nogil=True)
def _sum_computed(users, table, layout, room):  # type: ignore[no-untyped-def]
    """Followers of each user computed into ``room``; their number, and a sum in which the order counts."""
    count, digest = 0, np.uint64(0)
    for u in users:
        walk = start_walk(u, audience_size(u, layout.key, table), layout)
        found = fill_followers(0, walk.length, u, walk, layout, room)
        count += found
        digest = _add(room, 0, found, digest)
    return count, digest


@njit(nogil=True)
def _sum_stored(users, indptr, indices):  # type: ignore[no-untyped-def]
    count, digest = 0, np.uint64(0)
    for u in users:
        count += indptr[u + 1] - indptr[u]
        digest = _add(indices, indptr[u], indptr[u + 1], digest)
    return count, digest


@njit(nogil=True)
def _add(ids, start, stop, digest):  # type: ignore[no-untyped-def]
    for k in range(start, stop):
        digest += np.uint64(ids[k]) * np.uint64(k - start + 1)
    return digest


def section(n_users: int) -> str:
    """The part of docs/benchmarks.md on networks."""
    key = stream_key(0, "network benchmark")
    network = Computed()
    layout, sizes = network.layout(n_users, key), network.audience_table(n_users - 1)
    stored = network.build(n_users, key)
    return "\n\n".join(
        (
            "## Computed and stored networks",
            wrap(
                f"The default network with {n_users:,} people and {stored.n_edges:,} edges: every audience, in the "
                "order of a shuffled list of people, computed (`walks.fill_followers`) and read from rows; each is "
                f"summed up. Medians of {REPEATS} turns."
            ),
            _enumeration(layout, sizes, stored),
            "Beside what is known of real networks (circles and communities are set to meet the second and the third):",
            _structure(stored, network, key),
        )
    )


def _enumeration(layout: Layout, sizes: np.ndarray, stored: Stored) -> str:
    users = np.random.default_rng(1).permutation(stored.n_users)
    room = np.empty(2 * int(sizes.max()) + 512, stored.indices.dtype)
    computed, read = _turns((_sum_computed, (users, sizes, layout, room)), (_sum_stored, (users, *_rows(stored))))
    same = "equal" if computed[1] == read[1] else "DIFFERENT"
    rows = [
        ["computed", f"{computed[0]:.2f}", f"{computed[0] / read[0]:.2f} ×"],
        ["stored", f"{read[0]:.2f}", "1.00 ×"],
    ]
    text = table(["audiences", "ns a follower", "ratio"], rows)
    return f"{text}\n\nNumber of followers and digest of their ids in order: {same}."


def _rows(stored: Stored) -> tuple[np.ndarray, np.ndarray]:
    return stored.indptr, stored.indices


def _turns(*calls: Any) -> list[tuple[float, Any]]:
    """Median ns a follower, and the answer, of functions called turn by turn; the first turn compiles."""
    taken: list[list[float]] = [[] for _ in calls]
    answers = [function(*arguments) for function, arguments in calls]
    for _ in range(REPEATS):
        for times, (function, arguments) in zip(taken, calls, strict=True):
            start = time.perf_counter()
            count, _ = function(*arguments)
            times.append(1e9 * (time.perf_counter() - start) / count)
    return [(median(times), answer) for times, answer in zip(taken, answers, strict=True)]


def _structure(stored: Stored, network: Computed, key: int) -> str:
    n_users = stored.n_users
    mutual, distance = reciprocity(network, n_users, key), mean_distance(network, n_users, key, sources=20)
    kol = np.log(0.454 / 0.0038) / np.log(10 / 0.3)  # slope of the share above 300 k and above 10 M
    rows = [
        [
            "density exponent of the tail",
            f"{_tail_exponent(stored):.2f} (set: {network.tail_exponent})",
            f"{1 + kol:.2f}",
        ],
        ["pairs tied both ways, %", f"{100 * mutual:.1f}", "5.5 (4.4–6.6)"],
        ["mean distance", f"{distance:.2f}", "4.1 (3.5–5.0), 41.7 M people"],
        ["mean local clustering", f"{_clustering(stored):.3f}", "0.1 at most, a choice"],
    ]
    sources = (
        "Tail: accounts above 100,000 followers, shares above 300,000 and above 10 M (0.454, 0.0038) of Kas Data, "
        "March 2020. Ties both ways: a quarter (0.2 to 0.3) of Twitter's (Han et al. 2016), which is 22.1 % of tied "
        "pairs (Kwak et al. 2010). Distance: Kwak et al. 2010. Tail: maximum likelihood over the top 1 % of audiences; "
        f"the others from {SAMPLE:,} people (distance: 20)."
    )
    return table(["measure", "computed network", "target"], rows) + "\n\n" + wrap(sources)


def _tail_exponent(stored: Stored) -> float:
    sizes = np.sort(np.diff(stored.indptr))
    top = sizes[-len(sizes) // 100 :]
    return 1 + 1 / float(np.mean(np.log(top / (top[0] - 0.5))))


def _clustering(stored: Stored) -> float:
    """Of two followers of somebody, how often one follows the other (in a given direction); mean over people."""
    rng, shares = np.random.default_rng(2), []
    for u in rng.choice(stored.n_users, SAMPLE, replace=False):
        row = stored.audience(u)
        if len(row) > 1:
            some = rng.choice(row, min(len(row), 20), replace=False)  # not the first ones: a row begins with the circle
            audience = frozenset(row.tolist())
            ties = sum(len(audience.intersection(stored.audience(v).tolist())) for v in some)
            shares.append(ties / (len(some) * (len(row) - 1)))
    return float(np.mean(shares))

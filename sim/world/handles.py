"""What the compiled passes are told once and then keep: handles, so that no call hands everything over again.

numba looks at the type of every array of every tuple that a call is given, which takes 25 µs for a world and is most of
a call on a few hundred candidates. A call with a handle takes a microsecond; what it holds is changed in place.
"""

from __future__ import annotations

import numpy as np
from numba import types
from numba.experimental import structref

from sim.base.jit import njit
from sim.world.exposure import Reachable, expose
from sim.world.uptake import absorb

_ALL, _ONE = np.int64(0), np.int64(1)  # of all people the only share


@structref.register
class _RunType(types.StructRef):
    """numba's type of `Run`."""


@structref.register
class _NetworkType(types.StructRef):
    """numba's type of `Network`."""


class Run(structref.StructRefProxy):
    """The people, posts and counts of a run, the step that it is in, and the followers won so far."""


class Network(structref.StructRefProxy):
    """Who can be reached on one platform, but for followers won in the run, whom a `Run` knows."""


structref.define_proxy(Run, _RunType, ["people", "state", "posts", "tally", "moment", "won_rows", "won_spans"])
structref.define_proxy(Network, _NetworkType, ["network"])


@njit(cache=True)
def hold_run(people, state, posts, tally, moment, won_rows, won_spans):
    """A `Run` of these."""
    return Run(people, state, posts, tally, moment, won_rows, won_spans)


@njit(cache=True)
def hold_network(network):
    """A `Network` of a `Reachable`."""
    return Network(network)


@njit(cache=True)
def move(run, moment, won_rows, won_spans):
    """Let it be another step, with these followers won so far."""
    run.moment, run.won_rows, run.won_spans = moment, won_rows, won_spans


@njit(cache=True)
def enlarge(run, posts, tally):
    """Let posts and counts be those of tables that lie elsewhere since they grew."""
    run.posts, run.tally = posts, tally


@njit(nogil=True, cache=True)
def expose_held(run, held, offers, lo, hi, out):
    """`exposure.expose` on a platform."""
    n = held.network
    network = Reachable(n.platform, n.layout, n.indptr, n.indices, run.won_rows, run.won_spans, n.lots, n.circles)
    return expose(offers, lo, hi, run.moment, run.people, network, run.posts, run.state, out)


@njit(nogil=True, cache=True)
def absorb_held(run, records, offers, acts):
    """`uptake.absorb`."""
    return absorb(records, offers, run.moment, run.people, run.posts, run.state, run.tally, acts, _ALL, _ONE)


@njit(nogil=True, cache=True)
def absorb_part(run, records, offers, acts, tally, part, parts):
    """`uptake.absorb` of one share of the people, with a tally of its own."""
    return absorb(records, offers, run.moment, run.people, run.posts, run.state, tally, acts, part, parts)

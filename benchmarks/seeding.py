"""Whom to seed, beside other tools: ``python -m benchmarks.seeding`` measures, prints, writes the section "Seeds".

The weighted cascade on Barabási–Albert graphs, 50 seeds. Each tool chooses in a process of its own; then all choices
are judged twice, in the same held-back worlds of ours and by PyNetIM's own simulation. CPU time of the process, of
choosing alone, without reading and building the graph. Peers: ``benchmarks/peers.lock``.
"""

from __future__ import annotations

import argparse
import datetime
import heapq
import json
import resource
import signal
import subprocess
import sys
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import make_graph
from benchmarks.report import machine, put, size_name, table, wrap
from sim.base.intervals import difference
from sim.base.streams import stream_key
from sim.contagion import influence
from sim.contagion.passing import passing
from sim.contagion.weighted import WeightedCascade
from sim.networks.stored import Stored

ROOT = Path(__file__).parent.parent
K = 50
SIZES = (10**5, 10**6)
WORLDS = {10**4: 500, 10**5: 500, 10**6: 800}  # of ours in which all are judged, by people
THEIRS = {10**4: 1000, 10**5: 1000, 10**6: 200}  # simulations of PyNetIM
LOOSE, TIGHT = 0.5, 0.1  # ε of IMM: as it comes, and as near to the best as the paper mostly asks for
TRIALS = 100  # of CyNetDiff in which a user is tried,
CANDIDATES = 500  # of the most followed: to try everybody once takes hours
MODEL = WeightedCascade()


def graph_in(folder: Path) -> Stored:
    """The graph of a folder that `benchmarks.measure.make_graph` has made."""
    return Stored(*(np.load(folder / f"{name}.npy") for name in ("indptr", "indices")))


def ours(net: Stored) -> Callable[[], list[int]]:
    """Reverse-reachable sets, as `sim seeds` draws them."""
    ties, back, rest = passing(MODEL, net), net.reverse(), {"most": 40_000_000}
    assert ties is not None

    def choose(k: int, share: float) -> influence.Choice:
        sets = lambda key, first, count: ties.sets(back, key, first, count, 10**6)  # noqa: E731
        return influence.most_influential(net.n_users, k, sets, stream_key(0, "seeds"), share=share, **rest)

    choose(2, 0.05)  # compiled

    def run() -> list[int]:
        found = choose(K, 0.9)
        print(f"certified {found.ratio:.3f}, {found.sets:,} sets", file=sys.stderr)
        return [int(user) for user in found.users]

    return run


def _weights(net: Stored) -> np.ndarray:
    """Probability of every tie, in the order of rows."""
    return MODEL.chances(np.bincount(net.indices, minlength=net.n_users))[net.indices]


def _theirs(net: Stored) -> Any:
    from pynetim import IMGraph

    source = np.repeat(np.arange(net.n_users), np.diff(net.indptr))
    edges = list(zip(source.tolist(), net.indices.tolist(), strict=True))
    return IMGraph(edges, weights=_weights(net).tolist(), directed=True, renumber=False)


def pynetim(net: Stored, epsilon: float) -> Callable[[], list[int]]:
    """IMM of PyNetIM."""
    from pynetim import IMMAlgorithm

    graph = _theirs(net)
    return lambda: sorted(IMMAlgorithm(graph, "IC", epsilon=epsilon, random_seed=1).run(K))


def cynetdiff(net: Stored) -> Callable[[], list[int]]:
    """CELF with the marginal gains of CyNetDiff, as its documentation has it."""
    from cynetdiff.models import IndependentCascadeModel

    starts, edges = array("I"), array("I")
    starts.frombytes(net.indptr[:-1].astype(np.uint32).tobytes())
    edges.frombytes(net.indices.tobytes())
    chances = array("f", _weights(net).tolist())
    model = IndependentCascadeModel(starts, edges, activation_probs=chances, rng=np.random.default_rng(1))

    def run() -> list[int]:
        gain = lambda found, user: model.compute_marginal_gains(found, [user], TRIALS)[1]  # noqa: E731
        tried = np.argsort(-np.diff(net.indptr), kind="stable")[:CANDIDATES].tolist()
        heap = [(-gain([], user), user, 0) for user in tried]
        heapq.heapify(heap)
        found: list[int] = []
        while len(found) < K:
            _, user, known = heapq.heappop(heap)
            if known == len(found):
                found.append(user)
            else:
                heapq.heappush(heap, (-gain(found, user), user, len(found)))
        return found

    return run


@dataclass(frozen=True)
class Chooser:
    """A tool: what it is called, how it makes itself ready on a graph, and the most people it is tried on."""

    title: str
    ready: Callable[[Stored], Callable[[], list[int]]]
    largest: int = 10**6


TOOLS = {
    "ours": Chooser("ours, reverse-reachable sets", ours),
    "pynetim": Chooser(f"PyNetIM, IMM, ε = {LOOSE}", partial(pynetim, epsilon=LOOSE)),
    "pynetim_tight": Chooser(f"PyNetIM, IMM, ε = {TIGHT}", partial(pynetim, epsilon=TIGHT), 10**5),
    "cynetdiff": Chooser(f"CyNetDiff, CELF of the {CANDIDATES} most followed", cynetdiff, 10**5),
}


@dataclass(frozen=True)
class Chosen:
    """What a tool chose on a graph, and the CPU seconds of choosing; or why there is nothing."""

    tool: str
    users: tuple[int, ...] = ()
    seconds: float = float("nan")
    why_not: str = ""


def chosen(tool: str, folder: Path, limit: float, python: str) -> Chosen:
    """Let a tool choose in a process of its own, which ends after so many seconds of CPU."""
    command = [python, "-W", "ignore", "-m", "benchmarks.seeding", "--tool", tool, "--folder", str(folder)]
    try:
        said = [*command, "--limit", str(limit)]
        done = subprocess.run(said, capture_output=True, text=True, check=True, cwd=ROOT)
    except subprocess.CalledProcessError as error:
        if error.returncode == -signal.SIGXCPU:
            return Chosen(tool, why_not=f"over {limit:,.0f} s")
        return Chosen(tool, why_not=f"failed: {(error.stderr.strip().splitlines() or ['?'])[-1][:80]}")
    found = json.loads(done.stdout.splitlines()[-1])
    return Chosen(tool, tuple(found["users"]), found["seconds"])


def choose(tool: str, folder: Path, limit: float) -> None:
    """Choose, and print users and CPU seconds of this process."""
    resource.setrlimit(resource.RLIMIT_CPU, (round(limit), round(limit) + 5))
    run = TOOLS[tool].ready(graph_in(folder))
    began = time.process_time()
    users = run()
    print(json.dumps({"users": users, "seconds": time.process_time() - began}))


def judged(net: Stored, users: tuple[int, ...], worlds: int) -> np.ndarray:
    """People reached in each of our held-back worlds, f8[worlds]."""
    keys = (stream_key(i, "seeds/held back") for i in range(worlds))
    return np.array([len(MODEL.spread(net, np.array(users), key).user) for key in keys], float)


def judged_by_pynetim(folder: Path, sets: list[list[int]], rounds: int) -> list[float]:
    """Mean people reached from each set, by PyNetIM's own simulation."""
    from pynetim import IndependentCascadeModel

    graph = _theirs(graph_in(folder))
    return [
        float(IndependentCascadeModel(graph, set(users)).run_monte_carlo_diffusion(rounds, random_seed=7))
        for users in sets
    ]


def measured(folder: Path, n: int, limit: float, tools: list[str], python: str) -> list[list[str]]:
    """Rows of the table for one graph."""
    all_ = [chosen(tool, folder, limit, python) for tool in tools if TOOLS[tool].largest >= n]
    there = [one for one in all_ if one.users]
    net = graph_in(folder)
    reached = {one.tool: judged(net, one.users, WORLDS[n]) for one in there}
    asked = json.dumps([list(one.users) for one in there])
    command = [python, "-W", "ignore", "-m", "benchmarks.seeding", "--judge", str(THEIRS[n]), "--folder", str(folder)]
    said = subprocess.run(command, input=asked, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    theirs = dict(zip((one.tool for one in there), json.loads(said.splitlines()[-1]), strict=True))
    seconds = {one.tool: one.seconds for one in there}
    return [_row(one, n, reached, theirs, seconds) for one in all_]


def _row(
    one: Chosen, n: int, reached: dict[str, np.ndarray], theirs: dict[str, float], seconds: dict[str, float]
) -> list[str]:
    title = TOOLS[one.tool].title
    if not one.users:
        return [title, size_name(n), one.why_not, "–", "–", "–", "–"]
    values, mean = reached[one.tool], reached["ours"].mean()
    gap = difference(reached["ours"], values)
    apart = "–" if one.tool == "ours" else f"{gap.middle / mean:+.2%} ({gap.low / mean:+.2%} to {gap.high / mean:+.2%})"
    times = f"{one.seconds / seconds['ours']:.2f} ×"
    return [
        title,
        size_name(n),
        f"{one.seconds:,.1f}",
        times,
        f"{values.mean():,.0f}",
        apart,
        f"{theirs[one.tool]:,.0f}",
    ]


def section(rows: list[list[str]], notes: list[str]) -> str:
    """The section of the page."""
    head = ("tool", "people", "CPU s", "times ours", "reach, our worlds", "beside ours, 95 %", "reach, PyNetIM's own")
    facts = (
        f"Weighted cascade (1 / number followed) on Barabási–Albert graphs, m = 8, k = {K}. CPU time of choosing, "
        "of the whole process, without building the graph. Reach: mean people reached by what was chosen, in the same "
        "held-back worlds for all, differences world by world; and as PyNetIM's own simulation has it. Ours looks "
        "until it has certified nine tenths of the best, or more sets would add less than a twentieth; IMM draws as "
        "many sets as its ε asks for. One thread each. CELF tries few people: to try everybody once takes hours."
    )
    head_line = f"`python -m benchmarks --only seeds`, {datetime.date.today().isoformat()}, on {machine()}."
    return "\n\n".join(["## Seeds", wrap(head_line), wrap(facts), table(head, rows), *map(wrap, notes)])


def run(sizes: tuple[int, ...], limit: float, tools: list[str], python: str, graphs: Path) -> str:
    """Measure all sizes."""
    rows: list[list[str]] = []
    for n in sizes:
        rows += measured(make_graph(graphs, n), n, limit, tools, python)
        print(table(["tool", "people", *[""] * 5], rows), flush=True)
    return section(rows, [])


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.seeding", description=__doc__)
    option = parser.add_argument
    option("--tool", choices=tuple(TOOLS), help="choose with this one alone, and print it")
    option("--judge", type=int, help="simulations of PyNetIM, of sets that are read as JSON")
    option("--folder", type=Path, help="of a graph")
    option("--quick", action="store_true", help="10^4 people only; prints, writes nothing")
    option("--sizes", default="", help="people, with commas")
    option("--tools", default=",".join(TOOLS), help="with commas")
    option("--limit", type=float, default=900, help="CPU seconds for one tool on one graph (900)")
    option("--python", default=sys.executable, help="interpreter with the peers (this one)")
    option("--graphs", type=Path, default=ROOT / "build/benchmarks", help="where the graphs are kept")
    asked = parser.parse_args()
    if asked.tool:
        choose(asked.tool, asked.folder, asked.limit)
    elif asked.judge:
        print(json.dumps(judged_by_pynetim(asked.folder, json.load(sys.stdin), asked.judge)))
    else:
        sizes = (10**4,) if asked.quick else tuple(map(int, filter(None, asked.sizes.split(",")))) or SIZES
        found = run(sizes, asked.limit, asked.tools.split(","), asked.python, asked.graphs)
        print(found)
        if not asked.quick:
            put(ROOT / "docs/benchmarks.md", "seeds", found)


if __name__ == "__main__":
    main()

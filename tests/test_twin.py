"""The classical models in a page's own script: the same people, in the same step, from the same person."""

import json
import random
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from sim.base.errors import SimError
from sim.contagion.base import Spread
from sim.contagion.classic import Classic

SCRIPT = Path(__file__).parents[1] / "sim/pages/ladder/twin.js"
NODE = shutil.which("node")
WORLDS, SEED = 200, 20261129
DRIVER = """
const Twin = require(process.argv[1]);
const { readFileSync } = require("fs");
const worlds = JSON.parse(readFileSync(0, "utf8"));
const found = worlds.map((world) => {
  const net = Twin.network(world.users, world.ties);
  const start = Twin.seeds(net, world.seeds, Twin.streamKey(world.seed, "seeds"));
  const key = Twin.streamKey(world.seed, "contagion");
  const { model, ...how } = world.contagion;
  const { step, source, recovered } = Twin.spread(model, net, start, how, key, world.steps);
  const theory = Twin.expected(model, net, start, how, world.steps);
  return { start, step: [...step], source: [...source], recovered: recovered ? [...recovered] : null, theory };
});
process.stdout.write(JSON.stringify(found));
"""
pytestmark = pytest.mark.skipif(not NODE, reason="there is no Node.js here (node); CI has it")


def network(draw: random.Random, users: int) -> dict:
    """A textbook network that fits so many people."""
    return draw.choice(
        [
            {"kind": "watts_strogatz", "k": draw.choice([2, 4, 6]), "rewire": draw.choice([0.0, 0.05, 0.3, 1.0])},
            {"kind": "erdos_renyi", "mean_degree": draw.choice([1, 3, 8])},
            {"kind": "barabasi_albert", "m": draw.choice([1, 2, 4])},
            {"kind": "stochastic_block", "blocks": 2, "mean_degree": 4, "within": draw.choice([0.5, 0.9])},
            {"kind": "configuration", "min_degree": 1, "max_degree": min(9, users - 1)},
            {"kind": "star"},
            {"kind": "path"},
            {"kind": "complete"},
        ]
    )


def contagion(draw: random.Random) -> dict:
    """A model with numbers at which it sometimes dies and sometimes takes everybody, the ends of their ranges too."""
    chance = draw.choice([0.0, 0.02, 0.1, 0.3, 0.7, 1.0])
    return draw.choice(
        [
            {"model": "independent_cascade", "p": chance},
            {"model": "linear_threshold"},
            {"model": "complex_contagion", "at_least": draw.choice([1, 2, 3])},
            {"model": "complex_contagion", "fraction": draw.choice([0.1, 0.3, 0.5, 1.0])},
            {"model": "sir", "infect": chance, "recover": draw.choice([0.0, 0.1, 0.5, 1.0])},
            {"model": "bass", "p": draw.choice([0.0, 0.01, 0.2]), "q": draw.choice([0.0, 0.3, 0.8])},
        ]
    )


def seeds(draw: random.Random, users: int) -> dict:
    """Who begins: by lot, the best connected, a neighbourhood, by name."""
    ways = [
        {"count": draw.choice([0, 1, 5])},
        {"top_degree": 3},
        {"around": draw.randrange(users), "count": 4},
        {"users": draw.sample(range(users), 3)},
    ]
    return draw.choice(ways)


def worlds() -> list[tuple[Classic, object, np.ndarray]]:
    """So many different classical worlds, each with its network and its seeds."""
    draw, found = random.Random(SEED), []
    while len(found) < WORLDS:
        users = draw.randrange(12, 300)
        data = {"name": "w", "seed": draw.randrange(2**63), "users": users, "steps": draw.choice([3, 20, 60])}
        data |= {"network": network(draw, users), "contagion": contagion(draw), "seeds": seeds(draw, users)}
        world = Classic.model_validate(data)
        stored = world.network.build(users, world.key("graph"))
        try:
            found.append((world, stored, world.seeds.choose(stored, world.key("seeds"))))
        except SimError:  # fewer neighbours than asked for
            continue
    return found


def told(world: Classic, stored) -> dict:
    """What the page is given of a world."""
    sources = np.repeat(np.arange(world.users), np.diff(stored.indptr))
    ties = np.column_stack([sources, stored.indices])
    whole = world.model_dump(mode="json", exclude_none=True, exclude_defaults=False)
    return {key: whole[key] for key in ("users", "steps", "contagion", "seeds")} | {
        "seed": str(world.seed),
        "ties": ties[ties[:, 0] < ties[:, 1]].tolist(),
    }


def columns(spread: Spread, users: int) -> tuple[list[int], list[int], list[int]]:
    """Step, source and recovery of every person, -1 where there is none."""
    step, source, recovered = (np.full(users, -1, np.int64) for _ in range(3))
    step[spread.user] = spread.step
    passed_on = spread.parent >= 0
    source[spread.user[passed_on]] = spread.user[spread.parent[passed_on]]
    if spread.recovered is not None:
        recovered[spread.user] = spread.recovered
    return step.tolist(), source.tolist(), recovered.tolist()


@pytest.fixture(scope="module")
def both() -> list[tuple]:
    """Each world beside what the page's script made of it."""
    made = worlds()
    asked = json.dumps([told(world, stored) for world, stored, _ in made])
    done = subprocess.run(
        [NODE, "-e", DRIVER, str(SCRIPT)], input=asked, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return [(*one, twin) for one, twin in zip(made, json.loads(done.stdout), strict=True)]


def test_the_page_makes_the_same_people_adopt_in_the_same_step_from_the_same_person(both):
    kinds = set()
    for world, stored, start, twin in both:
        assert twin["start"] == start.tolist()
        spread = world.contagion.spread(stored, start, world.key("contagion"), world.steps)
        step, source, recovered = columns(spread, world.users)
        until = [when if when <= world.steps else -1 for when in twin["step"]]
        assert until == step, world
        assert [by for by, when in zip(twin["source"], step, strict=True) if when >= 0] == [
            by for by, when in zip(source, step, strict=True) if when >= 0
        ], world
        if twin["recovered"] is not None:
            assert twin["recovered"] == recovered, world
        kinds.add((world.contagion.name, len(spread.user) > len(start)))
    assert len({name for name, _ in kinds}) == 5
    assert all((name, True) in kinds for name, _ in kinds)  # each of them spreads somewhere


def test_the_page_expects_what_theory_expects(both):
    for world, stored, start, twin in both:
        expected = world.contagion.expected(stored, start, world.steps)["adopted"]
        assert twin["theory"] == pytest.approx(expected.tolist(), rel=1e-9, abs=1e-9), world


def test_the_page_draws_the_engines_bits():
    asked = "const T = require(process.argv[1]); console.log(JSON.stringify(["
    asked += "[0n, 'graph'], [1n, 'seeds'], [9223372036854775807n, '传播']].map((x) => T.streamKey(...x))))"
    done = subprocess.run([NODE, "-e", asked, str(SCRIPT)], capture_output=True, text=True, check=True)
    keys = [Classic.model_validate(TINY | {"seed": seed}).key(name) for seed, name in KEYS]
    assert [high << 32 | low for high, low in json.loads(done.stdout)] == keys


TINY = {"name": "w", "network": {"kind": "star"}, "contagion": {"model": "linear_threshold"}}
KEYS = [(0, "graph"), (1, "seeds"), (2**63 - 1, "传播")]

"""Our classes on Mesa's: a name means one thing, whichever release is there."""

import inspect

import mesa
import pandas as pd
import pytest
import worlds

from sim.base.errors import SimError
from sim.minds.mind import Mind
from sim.model.model import ViralityModel
from sim.world.persons import Person

LATER = {"scenario", "time", "data_registry", "agent_id_counter", "current_action"}  # what 3.4, 3.5 and 4 took, or will


class BareModel(mesa.Model):
    """Mesa's, and nothing else."""


class BareAgent(mesa.Agent):
    """Likewise."""


def clash(ours, bare):
    """Names that we gave an object or its class, and that Mesa has for something else."""
    given = {*vars(ours), *vars(type(ours))} - {*vars(bare), *vars(type(bare)), "__init__", "step", "__annotations__"}
    return given & {*dir(bare), *LATER}


def test_no_name_of_ours_is_one_of_mesas():
    model, bare = worlds.model(20, steps=2, engine="agents"), BareModel()
    assert type(model) is ViralityModel
    assert clash(model, bare) == set()
    agents = [*model.deeds.minds.values(), *model.agents.select(agent_type=Person)]
    assert {type(agent) for agent in agents} == {Mind, Person}
    assert set().union(*(clash(agent, BareAgent(bare)) for agent in agents)) == set()


def test_mesa_counts_the_steps_and_draws_from_our_seed():
    one, same = (worlds.model(20, steps=3, seed=7) for _ in range(2))
    assert (one.steps, one.now_step) == (3, 2)
    assert one.random.random() == same.random.random()
    assert one.rng.random() == same.rng.random()


def batch(scenarios, seeds, **options):
    """Mesa's own batch; which run has which seed is said by `rng` from Mesa 3.4 on, and by a parameter before."""
    fixed = {"scenario": scenarios, "threads": 1}
    by_rng = "rng" in inspect.signature(mesa.batch_run).parameters
    seeded = {"rng": seeds} if by_rng else {}
    fixed |= {} if by_rng else {"seed": seeds}
    return mesa.batch_run(ViralityModel, fixed, display_progress=False, **seeded, **options)


@pytest.mark.parametrize("minutes", [15, 60])
def test_a_batch_of_mesas_has_the_rows_of_every_step(minutes):
    short, long = (worlds.tiny(20, days=days, step_minutes=minutes) for days in (0.25, 0.5))
    found = pd.DataFrame(batch([short, long], [7, 8], data_collection_period=1))
    steps = {short.days: short.steps, long.days: long.steps}
    for (run, seed), rows in found.groupby(["RunId", "seed" if "seed" in found else "rng"]):
        world = rows["scenario"].iloc[0]
        first = rows["Step"].iloc[0]  # 0 before Mesa 3.5, 1 from it on
        assert (rows["Step"] - first).tolist() == list(range(steps[world.days])), run
        model = ViralityModel(world, seed=seed)
        while model.running:
            model.step()
        told = model.datacollector.get_model_vars_dataframe()
        assert rows[told.columns].to_dict("list") == told.to_dict("list")
    assert set(found["RunId"]) == {0, 1, 2, 3}


def test_a_batch_of_mesas_has_the_end_of_each_run():
    (row,) = batch([worlds.tiny(20, days=0.25)], [7])
    model = ViralityModel(worlds.tiny(20, days=0.25), seed=7)
    model.run_model()
    assert model.steps == 24
    assert row["reached"] == model.datacollector.model_vars["reached"][-1] > 0


def test_a_run_that_is_over_says_so():
    model = worlds.model(20, steps=24, days=0.25)
    assert not model.running
    with pytest.raises(SimError, match="the run is over after 24 steps"):
        model.step()

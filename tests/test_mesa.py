"""Our classes on Mesa's: a name means one thing, whichever release is there."""

import mesa
import worlds

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

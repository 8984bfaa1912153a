"""Worlds that stand on what an earlier one of the process stood on: runs are as in a process of their own."""

import pytest
import sizes

from sim.base.errors import SimError
from sim.base.lazy import Kept
from sim.base.workers import Workers
from sim.model import build
from sim.model.model import ViralityModel
from sim.runs import offspring, runner
from sim.scenario import load as scenarios
from sim.scenario.enact import enacted
from sim.studies.study import seeded

SHIPPED = ["ding_zhen", *sorted(name for name in scenarios.shipped() if "/" not in name and name != "ding_zhen")]


def small(name, seed=1):
    world = scenarios.load(name, users=300, seed=seed)
    return world if world.kind == "classical" else scenarios.load(world, sets=["days=0.5"])


def digest(world):
    return runner.simulate(world).digests()["all"]


def forget():
    build._grounds.clear()
    offspring._found.clear()


@pytest.mark.grows
@pytest.mark.filterwarnings("ignore")
def test_a_run_on_a_kept_ground_is_that_of_a_fresh_process():
    made = [small(name) for name in sizes.many(SHIPPED[:6], SHIPPED)]
    with Workers(1) as workers:
        alone = [workers.submit(digest, world).result() for world in made]
    forget()
    assert [digest(world) for world in made] == alone
    again = [world for world in reversed(made) for _ in range(2)]  # each comes upon its own ground, and upon others'
    assert [digest(world) for world in again] == [one for one in reversed(alone) for _ in range(2)]


def test_a_run_that_failed_or_was_ended_leaves_nothing_behind():
    world = small("ding_zhen")
    forget()
    alone = digest(world)

    def fails(model):
        if model.steps == 20:
            raise SimError("enough")

    with pytest.raises(SimError, match="enough"):
        runner.simulate(world, before=fails)
    assert digest(world) == alone
    model = ViralityModel(enacted(world))
    for _ in range(20):
        model.step()  # and nobody closes it
    assert digest(world) == alone


def test_a_ground_is_shared_by_what_is_equal_and_by_nothing_else():
    world = enacted(small("ding_zhen"))
    first = build.ground(world)
    assert build.ground(enacted(small("ding_zhen"))) is first
    assert build.ground(world.model_copy(update={"interventions": (), "actors": (), "title": "another"})) is first
    people = world.people.model_copy(update={"users": 301})
    for other in (
        seeded(world, 2),
        world.model_copy(update={"people": people}),
        world.model_copy(update={"days": 1.5}),
    ):
        assert build.ground(other) is not first


class Seen:
    """A scenario that tells which of its fields were asked for."""

    def __init__(self, scenario):
        self._scenario, self.asked = scenario, set()

    def __getattr__(self, name):
        if name in type(self._scenario).model_fields:
            self.asked.add(name)
            return getattr(self._scenario, name)
        value = getattr(type(self._scenario), name)
        return value.fget(self) if isinstance(value, property) else value.__get__(self)


def test_a_ground_is_known_by_all_that_it_is_made_of():
    seen = Seen(enacted(small("ding_zhen")))
    build._ground(seen)
    assert seen.asked <= {*build.GROUND}
    seen.asked.clear()
    offspring._offspring(seen)
    assert seen.asked <= {"people", "network", "platforms", "stories"}


def test_the_thing_asked_for_longest_ago_goes_first():
    kept, made = Kept(2), []

    def make(name):
        return kept.of(name, lambda: made.append(name) or name)

    assert [make(name) for name in "abacab"] == list("abacab")
    assert made == ["a", "b", "c", "b"]  # a was asked for again, so that b went for c, and c for b
    kept.clear()
    make("a")
    assert made[-1] == "a"

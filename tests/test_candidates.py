"""Who is which candidate: found by arithmetic, and by walking all of them."""

import generated
import numpy as np
import pytest
import sizes
import worlds

from sim.base.streams import py_bits
from sim.model.model import ViralityModel
from sim.networks.walks import affine, world_member
from sim.world import candidates, population
from sim.world.persons import Offered, PlainTraits


def test_a_ring_is_undone():
    for n in (1, 2, 3, 10, 65_536, 4_294_967_295, 4_294_967_296 - 5):
        for salt in range(20):
            a, b = affine(np.uint64(py_bits(5, n, salt)), n)
            k = py_bits(7, n, salt) % n
            assert candidates.place_in_ring(world_member(k, n, a, b), n, a, b) == k
            assert n == 1 or int(candidates.inverse(a, n)) * int(a) % n == 1


class Walked:
    """Stands at an engine's side and compares what is found of some users with a walk of all candidates."""

    def __init__(self, model, some):
        self.traits, self.users, self.modes, self.compared = PlainTraits(model.world.people), some, set(), 0
        self.engine, self.world, self.expose = model.engine, model.world, model.engine.expose
        self.engine.expose = self.check

    def check(self, platform, offers):
        network, world = self.engine.networks[platform], self.world
        walked = {user: [] for user in self.users}
        for number, row in enumerate(offers):
            for k, exposure in Offered(row, self.traits, world, network, self.engine.moment).exposures():
                if exposure.user in walked:
                    walked[exposure.user].append((number, k))
                    self.modes.add(int(row["mode"]))
        for user, expected in walked.items():
            own = candidates.held(user, world.people, network)
            assert candidates.find(offers, user, world.posts.story, world.people, network, own) == expected
            self.compared += len(expected)
        return self.expose(platform, offers)


@pytest.mark.grows
def test_all_candidates_of_a_person_are_found(monkeypatch):
    modes = set()
    for number in sizes.many((2, 12), (0, 1, 2, 3, 6, 8)):  # of few people
        monkeypatch.setattr(population, "SMALL", 1 << 16 if number % 3 else 4)  # else lanes in blocks
        model = ViralityModel(worlds.load(generated.world(number)))
        n = model.world.n_users
        walked = Walked(model, {0, n - 1, n // 2, *(int(u) for u in worlds.rng(number).integers(0, n, 20))})
        for _ in range(min(model.script.steps, 16)):
            model.step()
        assert walked.compared > 0
        modes |= {(mode, number % 3 == 0) for mode in walked.modes}
    assert modes == {(mode, blocks) for mode in range(6) for blocks in (False, True)}

"""The typed image of a classical scenario: one network, one textbook model, some seeds. No platforms, no clock.

Such a file is known by its key ``contagion``. It goes through the same loader, commands and result folder as all
others, as a world of one person a row without platforms, actors or facts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import Field

from sim.base.errors import Finding, SimError, both
from sim.base.names import under
from sim.base.streams import stream_key
from sim.base.strict import Name, Source, Strict, front
from sim.contagion.base import WellMixed
from sim.contagion.models import AnyContagion
from sim.contagion.seeds import Seeds
from sim.networks import AnyNetwork, Computed, Network

if TYPE_CHECKING:
    pass

MOST_USERS = 200_000_000  # a spread keeps some forty bytes a user
BYTES_USER = 48


class Mixed(Network):
    """Everybody meets everybody, without a list of edges: homogeneous mixing; for models that need no network."""

    name: ClassVar[str] = "well_mixed"
    kind: Literal["well_mixed"] = "well_mixed"

    def build(self, n_users: int, key: int) -> WellMixed:
        """Nothing to build."""
        return WellMixed(n_users)

    def estimate_bytes(self, n_users: int) -> int:
        """Memory: none."""
        return 0


class People(NamedTuple):
    """As many people as users: a classical world is not scaled."""

    users: int
    represents: int
    ratio: int = 1


class Observed(NamedTuple):
    """Nothing was observed of a classical world."""

    figures: tuple[Any, ...] = ()
    stays: None = None


class Classic(Strict):
    """One classical world: a network, a model of contagion, and seeds.

    >>> from sim import load
    >>> load("sir", users=500).steps
    120
    """

    kind: ClassVar[Literal["classical"]] = "classical"  # by which `sim.runs.kinds` knows what to do with it

    name: Name
    title: str = ""
    about: str = ""
    seed: int = Field(1, ge=0, lt=2**63, description="of all draws", json_schema_extra=front("seed", "随机种子"))
    users: int = Field(
        10_000,
        ge=1,
        le=MOST_USERS,
        description="people",
        json_schema_extra=front("people", "人数", "people", span=(100, 200_000), log=True),
    )
    steps: int = Field(
        50,
        ge=1,
        le=100_000,
        description="most steps; a model that settles earlier is complete",
        json_schema_extra=front("steps", "步数", span=(5, 500), log=True),
    )
    network: Annotated[AnyNetwork | Mixed, Field(discriminator="kind")]
    contagion: AnyContagion
    seeds: Seeds = Seeds(count=1)
    sources: dict[str, Source] = Field(default_factory=dict, description="where numbers come from, by their path")

    # What the shell asks of every scenario.
    platforms: ClassVar[dict[str, Any]] = {}
    actors: ClassVar[tuple[Any, ...]] = ()
    interventions: ClassVar[tuple[Any, ...]] = ()
    observed: ClassVar[Observed] = Observed()
    campaign: ClassVar[None] = None
    counterfactuals: ClassVar[dict[str, Any]] = {}

    def __repr__(self) -> str:
        world = f"{self.contagion.name} on {self.network.name}; {self.users:,} people; seeds {self.seeds.words()}"
        return f"<Classic {self.name}: {world}; at most {self.steps:,} steps; seed {self.seed}>"

    @property
    def people(self) -> People:
        """How many people there are."""
        return People(self.users, self.users)

    def key(self, stream: str) -> int:
        """Key of a stream of draws: ``graph``, ``seeds`` or ``contagion``."""
        return stream_key(self.seed, stream)

    def bytes_for(self, users: int) -> int:
        """Memory of network and spread with so many users, in bytes."""
        network = self.network
        if isinstance(network, Computed):  # here its audiences are stored
            audience = 4 * float(network.audience_table(users).mean())
            return round((audience + 8 + BYTES_USER) * users)
        return network.estimate_bytes(users) + BYTES_USER * users


def findings(world: Classic) -> Iterator[Finding]:
    """What does not fit together in a classical scenario."""
    mixed = isinstance(world.network, Mixed)
    yield from under(("seeds",), world.seeds.findings(world.users, world.network.named, mixed))
    try:
        world.network.check(world.users)
    except SimError as error:
        yield Finding(("network",), str(error))
    if mixed and not world.contagion.mixes:
        yield Finding(("network", "kind"), both("needs_network", model=world.contagion.name), both("instance_complete"))
    for path in world.sources:
        field = path.removeprefix("contagion.")
        if field == path or field not in type(world.contagion).model_fields:
            yield Finding(("sources", path), "no such number", "for instance contagion.p")

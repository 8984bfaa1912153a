"""What the typed images of all scenario files are made of: strict parts, names, sources."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar, Union

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetCoreSchemaHandler

from sim.base.registry import Registry

YEARS = range(1900, 2201)


Share = Annotated[float, Field(ge=0, le=1)]


Ranges = dict[str, tuple[float, float]]


Factor = Annotated[float, Field(ge=0, le=100)]


Grade = Literal["measured", "estimated", "assumed"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


Item = TypeVar("Item")


def _by_name(named: dict[str, Item]) -> dict[str, Item]:
    return dict(sorted(named.items()))


BY_NAME = AfterValidator(_by_name)  # the order in a file means nothing
Named = Annotated[dict[Name, Item], BY_NAME]
Factors = Annotated[dict[str, Factor], BY_NAME]


class Strict(BaseModel):
    """Base of all parts: unknown keys, NaN and infinities are refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)


class Source(Strict):
    """Where a number comes from."""

    grade: Grade
    source: str


class OneOf:
    """Marks a field, as in ``Annotated[Policy, OneOf(POLICIES)]``: any class of a registry.

    The key ``kind`` tells which. The classes are looked up when a model's schema is made, and anew when it is rebuilt.
    """

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    @property
    def choices(self) -> list[Any]:
        """The classes."""
        return list(self.registry)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        """Pydantic's schema of their union."""
        return handler.generate_schema(Annotated[Union[tuple(self.choices)], Field(discriminator="kind")])  # noqa: UP007

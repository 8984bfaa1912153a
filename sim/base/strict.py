"""What the typed images of all scenario files are made of: strict parts, names, sources."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

YEARS = range(1900, 2201)


Share = Annotated[float, Field(ge=0, le=1)]


Ranges = dict[str, tuple[float, float]]


Factor = Annotated[float, Field(ge=0, le=100)]


Grade = Literal["measured", "estimated", "assumed"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


class Strict(BaseModel):
    """Base of all parts: unknown keys, NaN and infinities are refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)


class Source(Strict):
    """Where a number comes from."""

    grade: Grade
    source: str

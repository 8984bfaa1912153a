"""What the typed images of all scenario files are made of: strict parts, names, sources."""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import Annotated, Any, Literal, TypeVar, Union

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
)

from sim.base.errors import both
from sim.base.registry import Registry

YEARS = range(1900, 2201)


Share = Annotated[float, Field(ge=0, le=1)]


Ranges = dict[str, tuple[float, float]]


Factor = Annotated[float, Field(ge=0, le=100)]


Grade = Literal["measured", "estimated", "assumed"]
WINDOWS = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def _no_device(name: str) -> str:
    """A name that can be that of a folder everywhere."""
    if name in WINDOWS:
        raise ValueError(both("windows_name", name=name))
    return name


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60), AfterValidator(_no_device)]


EMOJI = ("So", "Sk")  # categories of an emoji's parts: the picture and its colour of skin
JOINER, STYLE, FLAG = "\u200d", "\ufe0f", "\U0001f3f4"
TAGS = range(0xE0020, 0xE0080)  # spell out the region of a flag


def _shows(text: str, at: int) -> bool:
    """Whether a character can be seen, or makes one emoji of those around it."""
    if unicodedata.category(text[at]) != "Cf":
        return True
    if text[at] == JOINER:
        around = text[:at].rstrip(STYLE)[-1:], text[at + 1 : at + 2]
        return all(char and unicodedata.category(char) in EMOJI for char in around)
    return ord(text[at]) in TAGS and FLAG in text[:at]


def title(text: str) -> str:
    """A name of stories, topics, actors as all write it: what looks the same is the same.

    No blanks and no # around it, no characters without width, in composed letters (NFC). Quotes around it, straight,
    curly or full-width, stay: they can be seen, and may be meant.
    """
    seen = "".join(char for at, char in enumerate(text) if _shows(text, at))
    plain = unicodedata.normalize("NFC", seen).strip()
    if len(plain) > 1 and plain[0] in "#＃" and plain[-1] in "#＃":
        plain = plain[1:-1].strip()
    if text and not plain:
        raise ValueError(both("blank"))
    return plain


Title = Annotated[str, AfterValidator(title)]


BEIJING = timezone(timedelta(hours=8))  # of all clocks in China since 1992; the days of platforms and people


def _read(when: Any) -> Any:
    """Text as a time; a bare number is none, for what it counts, and from where, is anybody's guess."""
    with suppress(ValueError):
        return datetime.fromisoformat(when) if isinstance(when, str) and not when.isdigit() else when
    return when


def _in_beijing(when: datetime) -> datetime:
    with suppress(OverflowError):  # the last day of the last year there is
        return when.astimezone(BEIJING)
    return when


def _as_text(when: datetime) -> str:  # the method itself has no signature to be read before Python 3.13
    return when.isoformat()


Instant = Annotated[  # written in any zone, kept in Beijing's: equal instants are equal
    AwareDatetime,
    BeforeValidator(_read),
    AfterValidator(_in_beijing),
    PlainSerializer(_as_text, return_type=str, when_used="unless-none"),
]


Item = TypeVar("Item")


def _by_name(named: dict[str, Item]) -> dict[str, Item]:
    return dict(sorted(named.items()))


BY_NAME = AfterValidator(_by_name)  # the order in a file means nothing
Named = Annotated[dict[Name, Item], BY_NAME]
Factors = Annotated[dict[str, Factor], BY_NAME]


class Strict(BaseModel):
    """Base of all parts: unknown keys, NaN and infinities are refused."""

    # A schema is made when the first value is checked with it, and then once with the whole that it is a part of.
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True, defer_build=True)


def front(en: str, zh: str, unit: str = "", *, span: tuple[float, float] | None = None, log: bool = False) -> Any:
    """Marks one of the few numbers that matter most: it stands on the front panel of the studio.

    Args:
        en: what it is called there.
        zh: the same in Chinese.
        unit: in which it is; empty: it has none.
        span: where a slider ends, if not where the field does.
        log: the slider goes by factors.
    """
    marks: dict[str, Any] = {"front": en, "zh": zh, "unit": unit}
    return marks | ({"span": list(span)} if span else {}) | ({"log": True} if log else {})


def rebuild(*models: type[BaseModel]) -> None:
    """Make the schemas of models anew, parts before wholes; those that are not made yet will be made as things are."""
    for model in models:
        if model.__pydantic_complete__:
            model.model_rebuild(force=True)


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

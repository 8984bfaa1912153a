"""The check of a document against a pydantic model, fault by fault in plain words, and its JSON Schema."""

from __future__ import annotations

import copy
import functools
import itertools
import json
import operator
import re
import types
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from sim.base.errors import Bilingual, Fault, both, either
from sim.base.reader import FLOAT, INT, MAX_FAULTS, Document, Trail, fault, lookalike, present, show, together
from sim.base.registry import did_you_mean
from sim.base.strict import OneOf

Model = TypeVar("Model", bound=BaseModel)

_NEEDS = {
    "int_type": "need_whole",
    "float_type": "need_number",
    "string_type": "need_text",
    "bool_type": "need_truth",
    **dict.fromkeys(("list_type", "tuple_type", "set_type"), "need_list"),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), "need_mapping"),
}
MOST_KEYS = 12  # that a hint names
_BOUNDS = {"greater_than": ">", "greater_than_equal": "≥", "less_than": "<", "less_than_equal": "≤"}


_SIZES = {
    "string_too_short": ("min_length", "size_text_least"),
    "string_too_long": ("max_length", "size_text_most"),
    "too_short": ("min_length", "size_items_least"),
    "too_long": ("max_length", "size_items_most"),
}
_WHEN = ("must_be_time", "such_as_time")
_OTHERS = {
    "string_pattern_mismatch": ("must_match", ""),
    "multiple_of": ("must_be_multiple", ""),
    "finite_number": ("must_be_finite", ""),
    **dict.fromkeys(("datetime_parsing", "datetime_from_date_parsing", "datetime_type", "timezone_aware"), _WHEN),
    **dict.fromkeys(("datetime_object_invalid", "date_parsing", "date_type"), _WHEN),
}
# The patterns of fields: keys of their words, and of a hint.
_PATTERNS = {
    r"^[a-z][a-z0-9_]*$": ("must_be_name", "any_title"),
    r"^[a-z0-9_{}]+$": ("must_be_name_braces", ""),
    r"^([0-9a-f]{64})?$": ("must_be_sha", ""),
    r"^(\d{4}-\d\d-\d\d)?$": ("must_be_day", "such_as_day"),
    r"^\d{4}-\d\d-\d\d$": ("must_be_day", "such_as_day"),
    r"^(\d{4}-\d\d-\d\d(T\d\d)?)?$": ("must_be_day_hour", "such_as_day_hour"),
}


class _Error(NamedTuple):
    """One of pydantic's errors, its path in the data, and the annotation of the last thing there."""

    path: Trail
    note: Any
    detail: Any


def check(model: type[Model], document: Document) -> Model:
    """Make a ``model`` of the document, or raise `ScenarioError` with every fault at its place.

    Types are taken at their word, as in JSON: text is never turned into a number or into true/false.
    A float without a fraction, such as 1e6, does for a whole number.
    """
    result = _validate(model, document.data)
    if isinstance(result, list):
        result = _validate(model, _whole_numbers(document.data, result))
    if isinstance(result, list):
        raise together(_faults(document, result))
    return result


def _validate(model: type[Model], data: Any) -> Model | list[_Error]:
    try:
        return model.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        details = error.errors(include_url=False)[: MAX_FAULTS + 1]
        return [_located(model, data, detail) for detail in details]


def _whole_numbers(data: Any, errors: list[_Error]) -> Any:
    """A copy of the data with 1000000 for 1e6 where pydantic wanted a whole number."""
    data = copy.deepcopy(data)
    for path, _, detail in errors:
        value = detail["input"]
        if detail["type"] != "int_type" or not isinstance(value, float) or not value.is_integer():
            continue
        # A model may have validated something it made itself: only touch what the file says.
        if path and functools.reduce(operator.getitem, path, data) == value:
            functools.reduce(operator.getitem, path[:-1], data)[path[-1]] = int(value)
    return data


def _faults(document: Document, errors: list[_Error]) -> list[Fault]:
    groups: dict[Trail, list[_Error]] = {}
    for error in errors:
        groups.setdefault(error.path, []).append(error)
    faults = []
    for path, group in groups.items():
        needs = [_need(error.detail) for error in group]
        if all(needs) and any(len(other) > len(path) and other[: len(path)] == path for other in groups):
            continue  # another member of the union got further, and says what is wrong there
        words: list[tuple[str, str]]
        if all(needs) and len(group) > 1:
            need = either(dict.fromkeys(needs))
            words = [(both("must_be", need=need, value=show(group[0].detail["input"])), "")]
        else:
            words = [_words(error) for error in group]
        mark = document.place(path)
        for message, hint in dict.fromkeys(words):
            place = document.keys.get(path, mark) if message == both("unknown_key") else mark
            faults.append(fault(place, path, message, hint))
    return faults


def _need(detail: Any) -> str:
    """What pydantic would have taken instead; empty if the fault is of another kind."""
    kind, limits = detail["type"], detail.get("ctx", {})
    if kind in _BOUNDS:
        return f"{_BOUNDS[kind]} {show(next(iter(limits.values())))}"
    if kind in ("literal_error", "enum"):
        return str(limits["expected"])
    return both(_NEEDS[kind]) if kind in _NEEDS else ""


def _words(error: _Error) -> tuple[str, str]:
    """One error in plain words: the message and the hint."""
    path, note, detail = error
    kind, value, need = detail["type"], detail["input"], _need(detail)
    if kind == "extra_forbidden":
        strange = ", ".join(filter(None, lookalike(str(path[-1]))))
        return both("unknown_key"), strange or did_you_mean(str(path[-1]), sorted(_fields(note)))
    if kind == "missing":
        return both("missing"), ""
    if kind == "union_tag_not_found":
        kinds = (get_args(_fields(choice).get(str(path[-1]))) for choice in _choices(note))
        return both("missing"), did_you_mean("", sorted(map(str, itertools.chain(*kinds))))
    if kind == "union_tag_invalid":
        value, need = detail["ctx"]["tag"], detail["ctx"]["expected_tags"]
    if kind in ("union_tag_invalid", "literal_error", "enum"):
        known = re.findall("'([^']*)'", need)
        hint = did_you_mean(str(value), known) if known else both("known", names=need)
        return both("unknown_value", value=show(value)), hint
    if need:
        hint = _keys(note, value) if need == both("need_mapping") else _remedy(kind, value)
        return both("must_be", need=need, value=show(value)), hint
    if kind in _SIZES or kind in _OTHERS:
        return _own_words(kind, detail)
    own = detail.get("ctx", {}).get("error")
    if isinstance(own, ValueError) and own.args and isinstance(own.args[0], Bilingual):
        return own.args[0], ""
    text = re.sub("^(Value error|Assertion failed), ", "", detail["msg"]).replace("Input should ", "must ", 1)
    return text if text[:2].isupper() else text[:1].lower() + text[1:], ""


def _keys(note: Any, value: Any) -> str:
    """Which keys a mapping would have; for plug-ins, which of them is likely meant."""
    choices = _choices(note)
    if len(choices) == 1:
        fields = list(_fields(note))
        names = ", ".join(fields[:MOST_KEYS]) + ", …" * (len(fields) > MOST_KEYS)
        return both("its_keys", names=names) if fields else ""
    tags = [(key, get_args(kind)) for choice in choices for key, kind in _fields(choice).items() if _is_tag(kind)]
    key = tags[0][0] if tags else ""
    known = sorted({str(kind) for tag, kinds in tags if tag == key for kind in kinds})
    if value in known:
        return both("write_kind", key=key, value=value)
    return both("mapping_with", key=key, kinds=did_you_mean(str(value), known)) if known else ""


def _is_tag(note: Any) -> bool:
    """Whether a field can hold one word alone: the kind of a plug-in."""
    return get_origin(note) is Literal and len(get_args(note)) == 1


def _own_words(kind: str, detail: Any) -> tuple[str, str]:
    """What is wrong with a text, a list or a time."""
    value, limits = detail["input"], detail.get("ctx", {})
    if kind in _SIZES:
        key, line = _SIZES[kind]
        number = limits[key]
        return both(line + "_one" * (number == 1), n=number, had=len(value)), ""
    line, hint = _PATTERNS.get(limits.get("pattern", ""), _OTHERS[kind])
    return both("but_not", message=both(line, **limits), value=show(value)), both(hint) if hint else ""


def _remedy(kind: str, value: Any) -> str:
    if kind == "string_type" and isinstance(value, bool | int | float):
        return both("in_quotes")
    if kind in ("int_type", "float_type") and isinstance(value, str):
        bare = value.replace("_", "")
        if INT.fullmatch(bare) or FLOAT.fullmatch(bare):
            return both("without_underscores", value=bare) if bare != value else both("without_quotes")
    return ""


def _located(model: type[BaseModel], data: Any, detail: Any) -> _Error:
    """Find where in the data an error is: pydantic's own location also names union members."""
    kind, loc = detail["type"], detail["loc"]
    last: Trail = ()
    if kind in ("missing", "extra_forbidden"):
        loc, last = loc[:-1], loc[-1:]
    elif kind in ("union_tag_invalid", "union_tag_not_found"):
        last = (detail["ctx"]["discriminator"].strip("'"),)
    path, note = _walk(model, loc, data) or (present(loc, data), None)
    return _Error((*path, *last), note, detail)


def _walk(note: Any, loc: Trail, node: Any, path: Trail = ()) -> tuple[Trail, Any] | None:
    """Follow pydantic's location down the data and the annotations; nothing if they do not agree."""
    if not loc:
        return path, note
    choices = _choices(note)
    if len(choices) > 1:  # here pydantic says which member of the union it tried; the data has no such level
        ranked = sorted(choices, key=lambda choice: not _is_meant(choice, loc[0], node))
        tries = (_walk(choice, loc[1:], node, path) for choice in ranked)
        return next((found for found in tries if found), None)
    if not present(loc[:1], node):
        return None
    return _walk(_child(choices[0], loc[0]), loc[1:], node[loc[0]], (*path, loc[0]))


def _choices(note: Any) -> list[Any]:
    """The alternatives of an annotation, out of their wrappers and without None."""
    if get_origin(note) is Annotated:
        plugins = [choice for mark in get_args(note)[1:] if isinstance(mark, OneOf) for choice in mark.choices]
        return plugins or _choices(get_args(note)[0])
    if get_origin(note) not in (Union, types.UnionType):
        return [note]
    choices = [choice for choice in get_args(note) if choice is not types.NoneType]
    return choices if len(choices) > 1 else _choices(choices[0])


def _fields(note: Any) -> dict[str, Any]:
    """The keys of a model, as YAML spells them, and their annotations; none for anything else."""
    fields = getattr(_choices(note)[0], "model_fields", {})
    return {info.alias or name: info.annotation for name, info in fields.items()}


def _child(note: Any, step: str | int) -> Any:
    args = get_args(note)
    if get_origin(note) is tuple and Ellipsis not in args:
        return args[int(step)]
    return args[0 if Ellipsis in args else -1] if args else _fields(note).get(str(step), Any)


def _is_meant(choice: Any, tag: str | int, node: Any) -> bool:
    """Whether pydantic's name for a member of a union, its ``kind`` or its class name, means this one."""
    literals = [key for key, note in _fields(choice).items() if tag in get_args(note)]
    named = getattr(choice, "__name__", "") == tag
    return named or (isinstance(node, dict) and any(node.get(key) == tag for key in literals))


def schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema (draft 07) of a model's files, for editors; `extends` is one more key in it."""
    result = _draft_07(model.model_json_schema(ref_template="#/definitions/{model}"))
    names = {"type": "array", "items": {"type": "string"}}
    extends = {
        "description": "Files to build on, the later over the earlier.",
        "anyOf": [names["items"], names],
    }
    result["properties"] = {"extends": extends, **result.get("properties", {})}
    if "$defs" in result:
        result["definitions"] = result.pop("$defs")
    return {"$schema": "http://json-schema.org/draft-07/schema#", **result}


def _draft_07(part: Any) -> Any:
    if isinstance(part, list):
        return [_draft_07(item) for item in part]
    if not isinstance(part, dict):
        return part
    part = {key: _draft_07(value) for key, value in part.items()}
    if isinstance(part.get("prefixItems"), list):
        part["items"] = part.pop("prefixItems")
    # Draft 07 overlooks whatever stands beside a $ref, such as its description.
    if isinstance(part.get("$ref"), str) and len(part) > 1:
        part = {"allOf": [{"$ref": part.pop("$ref")}], **part}
    return part

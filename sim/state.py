"""Plain data with arrays and records as one compressed file; reading one runs nothing that stands in it.

Arrays become members of an .npz, all else JSON beside them. Records are dataclasses that the reader knows by name; a
file whose records have other fields was written by another version. A SHA-256 over everything tells damage.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from sim.errors import SimError

FORMAT = 1
TEXT, DIGEST = "text", "sha256"  # members that are no arrays of the data
Records = Mapping[str, type]


class DamagedError(SimError):
    """A file that is no snapshot, or no longer the one that was written."""


def packed(head: dict[str, Any], data: Any, records: Records) -> bytes:
    """The bytes of a file.

    Args:
        head: what a reader should know first, as JSON takes it.
        data: None, truth values, numbers, text, lists, tuples, dicts, arrays without objects, and records, nested.
        records: the dataclasses that may occur, by name.

    Raises:
        TypeError: something else occurs.
    """
    arrays: list[np.ndarray] = []
    body = {"format": FORMAT, "head": head, "records": _fields(records), "data": _encoded(data, arrays, records)}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    members = {str(i): array for i, array in enumerate(arrays)}
    members[TEXT], members[DIGEST] = (np.frombuffer(raw, np.uint8) for raw in (text, _digest(text, arrays)))
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **members)  # type: ignore[arg-type]
    return buffer.getvalue()


def unpacked(raw: bytes, records: Records) -> tuple[dict[str, Any], Any]:
    """Head and data of a file's bytes.

    Raises:
        DamagedError: it cannot be read, is not what was written, or comes from a version with other records.
    """
    try:
        with np.load(io.BytesIO(raw), allow_pickle=False) as stored:
            members = {name: stored[name] for name in stored.files}
        text, digest = (members.pop(name).tobytes() for name in (TEXT, DIGEST))
        arrays = [members[str(i)] for i in range(len(members))]
        body = json.loads(text)
    except MemoryError:
        raise
    except Exception as error:  # whatever zipfile, NumPy and JSON make of a damaged file
        raise DamagedError("it is damaged, or no snapshot at all; make it again") from error
    if digest != _digest(text, arrays):
        raise DamagedError("its checksum does not fit: it is damaged or was changed; make it again")
    if body["format"] != FORMAT or body["records"] != _fields(records):
        raise DamagedError("it was written by another version of the program; make it again with this one")
    return body["head"], _decoded(body["data"], arrays, records)


def _fields(records: Records) -> dict[str, list[str]]:
    return {name: [field.name for field in fields(record)] for name, record in sorted(records.items())}


def _digest(text: bytes, arrays: list[np.ndarray]) -> bytes:
    """SHA-256 of text and of each array's type, shape and bytes."""
    whole = hashlib.sha256(text)
    for array in arrays:
        whole.update(f"{array.dtype.descr} {array.shape} ".encode())
        whole.update(np.ascontiguousarray(array).tobytes())
    return whole.digest()


def _encoded(value: Any, arrays: list[np.ndarray], records: Records) -> Any:
    """JSON in which an object is always a tag: an array, a tuple, a dict or a record."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list):
        return [_encoded(item, arrays, records) for item in value]
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if isinstance(value, tuple):
        return {"tuple": _encoded(list(value), arrays, records)}
    if isinstance(value, dict):
        return {"dict": [_encoded(list(pair), arrays, records) for pair in value.items()]}
    name = type(value).__name__
    if is_dataclass(value) and records.get(name) is type(value):
        return {name: [_encoded(getattr(value, field.name), arrays, records) for field in fields(value)]}
    raise TypeError(f"a snapshot holds no {name}")


def _decoded(value: Any, arrays: list[np.ndarray], records: Records) -> Any:
    if isinstance(value, list):
        return [_decoded(item, arrays, records) for item in value]
    if not isinstance(value, dict):
        return value
    ((tag, inner),) = value.items()
    if tag == "array":
        return arrays[inner]
    items = _decoded(inner, arrays, records)
    if tag == "tuple":
        return tuple(items)
    return {key: kept for key, kept in items} if tag == "dict" else records[tag](*items)  # noqa: C416

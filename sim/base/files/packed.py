"""Plain data with arrays and records as one compressed file; reading one runs nothing that stands in it.

Arrays become members of an .npz, all else JSON beside them. Records are dataclasses that the reader knows by name; a
file whose records have other fields was written by another version. A SHA-256 over everything tells damage.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

import numpy as np

from sim.base.errors import SimError
from sim.base.files import reading

FORMAT = 1
TEXT, DIGEST = "text", "sha256"  # members that are no arrays of the data
Records = Mapping[str, type]


class DamagedError(SimError):
    """A file that is no snapshot, or no longer the one that was written."""


def packed(head: dict[str, Any], data: Any, records: Records) -> bytes:
    """The bytes of a file.

    Args:
        head: what a reader should know first, as JSON takes it.
        data: None, truth values, numbers, text, times, lists, tuples, dicts, arrays without objects, records;
            nested.
        records: the dataclasses that may occur, by name.

    Raises:
        TypeError: something else occurs.
    """
    writer = _Writer(records)
    plain = writer.encoded(data)
    body = {"format": FORMAT, "head": head, "fields": _fields(records), "records": writer.pool, "data": plain}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    arrays = writer.arrays
    members = {str(i): array for i, array in enumerate(arrays)}
    members[TEXT], members[DIGEST] = (np.frombuffer(raw, np.uint8) for raw in (text, _digest(text, arrays)))
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **members)  # type: ignore[arg-type]
    return buffer.getvalue()


def unpacked(raw: bytes, records: Records, most: int | None = None) -> tuple[dict[str, Any], Any]:
    """Head and data of a file's bytes, whose arrays may need ``most`` bytes.

    Raises:
        DamagedError: it cannot be read, is not what was written, or comes from a version with other records.
    """
    try:
        members = reading.arrays(io.BytesIO(raw), most)
        text, digest = (members.pop(name).tobytes() for name in (TEXT, DIGEST))
        arrays = [members[str(i)] for i in range(len(members))]
        body = json.loads(text)
    except MemoryError:
        raise
    except Exception as error:  # whatever zipfile, NumPy and JSON make of a damaged file
        raise DamagedError("it is damaged, or no snapshot at all; make it again") from error
    if digest != _digest(text, arrays):
        raise DamagedError("its checksum does not fit: it is damaged or was changed; make it again")
    if body.get("format") != FORMAT or body.get("fields") != _fields(records):
        raise DamagedError("it was written by another version of the program; make it again with this one")
    known: list[Any] = []
    for name, values in body["records"]:  # each after those that it holds
        known.append(records[name](*(_decoded(value, arrays, known) for value in values)))
    return body["head"], _decoded(body["data"], arrays, known)


def _fields(records: Records) -> dict[str, list[str]]:
    return {name: [field.name for field in fields(record)] for name, record in sorted(records.items())}


def _digest(text: bytes, arrays: list[np.ndarray]) -> bytes:
    """SHA-256 of text and of each array's type, shape and bytes."""
    whole = hashlib.sha256(text)
    for array in arrays:
        whole.update(f"{array.dtype.descr} {array.shape} ".encode())
        whole.update(np.ascontiguousarray(array).tobytes())
    return whole.digest()


class _Writer:
    """Plain data as JSON in which an object is always a tag; arrays and records are set aside, each once."""

    def __init__(self, records: Records) -> None:
        self.kinds = {record: (name, [field.name for field in fields(record)]) for name, record in records.items()}
        self.arrays: list[np.ndarray] = []
        self.pool: list[tuple[str, list[Any]]] = []
        self._places: dict[int, int] = {}  # of records met before, which the data holds meanwhile

    def encoded(self, value: Any) -> Any:
        """The value, with arrays and records by their places."""
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, list):
            return [self.encoded(item) for item in value]
        if isinstance(value, np.ndarray) and not value.dtype.hasobject:
            self.arrays.append(value)
            return {"array": len(self.arrays) - 1}
        if type(value) is tuple:  # one with names would come back without them
            return {"tuple": [self.encoded(item) for item in value]}
        if isinstance(value, dict):
            return {"dict": [[self.encoded(key), self.encoded(kept)] for key, kept in value.items()]}
        if isinstance(value, datetime):
            return {"time": value.isoformat()}
        if isinstance(value, np.generic):
            return value.item()
        return {"record": self._record(value)}

    def _record(self, value: Any) -> int:
        if id(value) not in self._places:
            if type(value) not in self.kinds:
                raise TypeError(f"a packed file holds no {type(value).__name__}")
            name, columns = self.kinds[type(value)]
            self.pool.append((name, [self.encoded(getattr(value, column)) for column in columns]))
            self._places[id(value)] = len(self.pool) - 1
        return self._places[id(value)]


def _decoded(value: Any, arrays: list[np.ndarray], known: list[Any]) -> Any:
    if isinstance(value, list):
        return [_decoded(item, arrays, known) for item in value]
    if not isinstance(value, dict):
        return value
    ((tag, inner),) = value.items()
    if tag in ("array", "record"):
        return (arrays if tag == "array" else known)[inner]
    if tag == "time":
        return datetime.fromisoformat(inner)
    items = (_decoded(item, arrays, known) for item in inner)
    return {"tuple": tuple, "dict": dict}[tag](items)

"""Names of nodes and the numbers of users: which name is which user depends on the names alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numba import int64, uint64

from sim.base.errors import SimError
from sim.base.jit import njit

_WHOLE = re.compile(r"-?[0-9]+")


def in_order(nodes: Sequence[Any]) -> list[Any]:
    """Nodes in the order of their users: by what they are, not by when they were met.

    Numbers, and words that are whole numbers, by size, other words by letters; only nodes that have no order among
    themselves stay as they are.
    """
    if all(isinstance(node, str) and _WHOLE.fullmatch(node) for node in nodes):
        return sorted(nodes, key=lambda node: (int(node), node))
    try:
        return sorted(nodes)
    except TypeError:
        return list(nodes)


def own_names(nodes: Sequence[Any]) -> list[Any] | None:
    """The names of nodes in order; None where they are the numbers of users, 0…n−1."""
    return None if all(str(node) == str(user) for user, node in enumerate(nodes)) else list(nodes)


def marks(nodes: Sequence[Any]) -> np.ndarray:
    """A hash of each name, uint64[nodes]: by what draws know somebody, whoever else there is.

    Raises:
        SimError: two have the same.
    """
    hashes = (blake2b(str(node).encode("utf-8"), digest_size=8).digest() for node in nodes)
    found = np.frombuffer(b"".join(hashes), "<u8").astype(np.uint64)
    if len(np.unique(found)) < len(found):
        raise SimError("two nodes of the network are called alike, or have one hash; rename one of them")
    return found


def numbered(text: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Users of the words at ``starts`` of a text, and the names in the order of users.

    Args:
        text: uint8[bytes], UTF-8.
        starts: int64[words], where each word begins.
        lengths: int32[words], its bytes.

    Returns:
        int64[words], and a name for each user.
    """
    marks = np.empty(len(starts), dtype=np.uint64)
    _hash(text, starts, lengths, marks)
    _, first, which = np.unique(marks, return_index=True, return_inverse=True)
    if not _alike(text, starts, lengths, first[which]):  # one in some 2^64 pairs of names
        raise SimError("two names of the network have one hash; rename one of them")
    raw = text.tobytes()
    names = [raw[starts[at] : starts[at] + lengths[at]].decode().replace('""', '"') for at in first]
    ordered = in_order(names)
    user = {name: number for number, name in enumerate(ordered)}
    return np.array([user[name] for name in names], dtype=np.int64)[which], ordered


@njit(cache=True)
def _hash(text, starts, lengths, marks):
    """FNV-1a of 64 bits."""
    for i in range(len(starts)):
        mark = uint64(14695981039346656037)
        for at in range(starts[i], starts[i] + lengths[i]):
            mark = (mark ^ uint64(text[at])) * uint64(1099511628211)
        marks[i] = mark


@njit(cache=True)
def _alike(text, starts, lengths, like):
    """Whether every word is letter by letter the one that has its hash."""
    for i in range(len(starts)):
        other = like[i]
        if lengths[i] != lengths[other]:
            return False
        for step in range(int64(lengths[i])):
            if text[starts[i] + step] != text[starts[other] + step]:
                return False
    return True

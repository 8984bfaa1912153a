"""Damaged scenario files: each is refused in lines that name a place, or is fit to run; none shows a traceback.

``SIM_MUTANTS=2000`` makes as many files as that (default 200) and runs five times as many of the accepted ones.
"""

import json
import os
import random
import re
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from sim import cli
from sim.scenario import load, resolved, shipped

COUNT = int(os.environ.get("SIM_MUTANTS", "200"))
SEED = 20201111
LINE = re.compile(r"\S.*:[1-9]\d*:[1-9]\d*: \S.*")
SCALAR = re.compile(r"(?<=[:,\[] )[^\s,\[\]{}#][^,\[\]{}\n]*|(?<=- )[^\s,\[\]{}#:][^,\[\]{}\n:]*(?=\n)")

WORDS = (
    *("NaN", ".nan", ".inf", "-1", "-0.5", "0", "0.0", "1", "1e308", "1e400", "10" * 40, "4294967296", "1e15"),
    *(
        "true",
        "null",
        "~",
        "''",
        '"\\U00110000"',
        "abc",
        "丁真",
        "{}",
        "[]",
        "[1, 2]",
        "{a: 1}",
        "*a",
        "&a x",
        "!!int 3",
    ),
    *("2020-02-30T10:00+08:00", "2020-11-12T25:00+08:00", "2020-11-12", "2020-11-12T10:00", "9999-12-31T23:59+08:00"),
    *("0001-01-01T00:00+14:00", "'{foo}'", "'{'", "'{title.x}'", "'{0}'", "'{n:>9999999999}'", "weibo", "head", "a.b"),
)
VALUES = (
    *(
        None,
        True,
        -1,
        0,
        1,
        3,
        -0.5,
        0.5,
        1e-9,
        1e9,
        1e15,
        1e300,
        2**32,
        2**63,
        10**29,
        "",
        "abc",
        "丁真",
        "weibo",
        "douyin",
    ),
    *(
        "{foo}",
        "{",
        "}",
        "{title}",
        "{title!r:>9}",
        "2020-02-30T10:00+08:00",
        "2020-11-20T10:00+08:00",
        "9999-12-31T23:00+00:00",
    ),
    *([], {}, [1], {"a": 1}, ["x", None], {"weibo": 5}, {"kind": "rivalry"}),
)


# --- damage to the text


def drop_line(lines, draw):
    del lines[draw.randrange(len(lines))]


def repeat_line(lines, draw):
    at = draw.randrange(len(lines))
    lines.insert(at, lines[at])


def swap_lines(lines, draw):
    a, b = draw.randrange(len(lines)), draw.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]


def indent_line(lines, draw):
    at = draw.randrange(len(lines))
    lines[at] = draw.choice(["\t", " ", "   ", "- "]) + lines[at]


def outdent_line(lines, draw):
    at = draw.randrange(len(lines))
    lines[at] = lines[at][draw.randint(1, 3) :]


def truncate(lines, draw):
    text = "\n".join(lines)
    lines[:] = text[: draw.randrange(1, len(text))].split("\n")


def change_scalar(lines, draw):
    text = "\n".join(lines)
    found = draw.choice(list(SCALAR.finditer(text)))
    lines[:] = (text[: found.start()] + draw.choice(WORDS) + text[found.end() :]).split("\n")


def change_key(lines, draw):
    text = "\n".join(lines)
    found = draw.choice(list(re.finditer(r"[a-z_]+(?=:)", text)))
    word = draw.choice(["colour", found.group() + "x", found.group()[::-1], "name", "kind", "<<", "''", "1", "null"])
    lines[:] = (text[: found.start()] + word + text[found.end() :]).split("\n")


def drop_character(lines, draw):
    text = "\n".join(lines)
    at = draw.randrange(len(text))
    lines[:] = (text[:at] + draw.choice(["", "{", "]", '"', ":", "\x00", "é"]) + text[at + 1 :]).split("\n")


TEXT = (drop_line, repeat_line, swap_lines, indent_line, outdent_line)
TEXT += (truncate, change_scalar, change_scalar, change_key, drop_character)


def flip_bytes(raw, draw):
    raw = bytearray(raw)
    for _ in range(draw.randint(1, 4)):
        raw[draw.randrange(len(raw))] ^= 1 << draw.randrange(8)
    return bytes(raw)


# --- damage to the values


def places(node, path=()):
    """Holder and key of every value below the top."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in items:
        yield node, key
        yield from places(child, (*path, key))


def replace_value(data, draw):
    holder, key = draw.choice(list(places(data)))
    holder[key] = draw.choice(VALUES)


def scale_number(data, draw):
    numbers = [(h, k) for h, k in places(data) if type(h[k]) in (int, float)]
    holder, key = draw.choice(numbers)
    grown = holder[key] * draw.choice([0, 0.001, 0.1, 3, 10, 1e3, 1e6, -1])
    holder[key] = round(grown) if isinstance(holder[key], int) and draw.random() < 0.8 else grown


def drop_value(data, draw):
    holder, key = draw.choice(list(places(data)))
    del holder[key]


def repeat_value(data, draw):
    lists = [(h, k) for h, k in places(data) if isinstance(h, list)]
    holder, key = draw.choice(lists)
    holder.insert(key, holder[key])


def swap_values(data, draw):
    leaves = [(h, k) for h, k in places(data) if not isinstance(h[k], (dict, list))]
    (a, i), (b, j) = draw.sample(leaves, 2)
    a[i], b[j] = b[j], a[i]


def rename_key(data, draw):
    holder, key = draw.choice([(h, k) for h, k in places(data) if isinstance(h, dict)])
    holder[draw.choice(["x", key + "_x", "weibo", "ding_zhen", "kind"])] = holder.pop(key)


def change_name(data, draw):
    words = [(h, k) for h, k in places(data) if isinstance(h[k], str)]
    (holder, key), (other, its) = draw.sample(words, 2)
    holder[key] = other[its]


DATA = (replace_value, replace_value, scale_number, scale_number, drop_value, repeat_value, swap_values)
DATA += (rename_key, change_name)


def sources():
    """Each shipped file as text, and laid over the catalogue as text and as data."""
    for path in shipped().values():
        whole = resolved(load(path))
        yield path.read_text(encoding="utf-8"), whole, json.dumps(yaml.load(whole, yaml.CSafeLoader))


def mutant(origins, draw):
    """One damaged file: bytes, and what was done to it."""
    short, whole, data = draw.choice(origins)
    if draw.random() < 0.5:
        data, damage = json.loads(data), draw.choice(DATA)
        for _ in range(draw.choice([1, 1, 2, 3])):
            damage(data, draw)
        return json.dumps(data, ensure_ascii=False, indent=1).encode(), damage.__name__  # JSON is YAML, and quick
    raw = (short if draw.random() < 0.7 else whole).encode()
    if draw.random() < 0.1:
        return flip_bytes(raw, draw), "flip_bytes"
    damage, lines = draw.choice(TEXT), raw.decode().split("\n")
    damage(lines, draw)
    return "\n".join(lines).encode(), damage.__name__


def mutants(count, folder):
    draw, origins = random.Random(SEED), list(sources())
    for number in range(count):
        raw, damage = mutant(origins, draw)
        path = folder / f"{number:04d}_{damage}.yaml"
        path.write_bytes(raw)
        yield path

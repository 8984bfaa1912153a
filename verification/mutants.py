"""``python -m verification.mutants``: damaged scenario files; those that are accepted are run, and must be finished.

Each accepted one is made small (`PEOPLE`, `DAYS`) and run as a command runs it, into a folder. What is refused only
then, what ends in a bug, and how far the estimate was off, is counted; what passes its ceiling is stopped and counted.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sim.base.errors import ScenarioError
from sim.base.notices import gathered
from sim.base.reader import document_of
from sim.contagion.classic import Classic
from sim.runs.ceilings import CeilingError
from sim.runs.estimate import estimate
from sim.runs.kinds import World
from sim.runs.runner import run
from sim.scenario.load import load, resolved, shipped

SEED = 20201111
PEOPLE, DAYS = 500, 1
MOST_SECONDS, MOST_BYTES = 30.0, 3 << 30  # of a run here
SCALAR = re.compile(r"(?<=[:,\[] )[^\s,\[\]{}#][^,\[\]{}\n]*|(?<=- )[^\s,\[\]{}#:][^,\[\]{}\n:]*(?=\n)")

WORDS = (
    *("NaN", ".nan", ".inf", "-1", "-0.5", "0", "0.0", "1", "1e308", "1e400", "10" * 40, "4294967296", "1e15"),
    *("true", "null", "~", "''", '"\\U00110000"', "abc", "丁真", "{}", "[]", "[1, 2]", "{a: 1}", "*a", "!!int 3"),
    *("2020-02-30T10:00+08:00", "2020-11-12T25:00+08:00", "2020-11-12", "2020-11-12T10:00", "9999-12-31T23:59+08:00"),
    *("0001-01-01T00:00+14:00", "'{foo}'", "'{'", "'{title.x}'", "'{0}'", "'{n:>9999999999}'", "weibo", "head", "a.b"),
)  # fmt: skip
VALUES = (
    *(None, True, -1, 0, 1, 3, -0.5, 0.5, 1e-9, 1e9, 1e15, 1e300, 2**32, 2**63, 10**29),
    *("", "abc", "丁真", "weibo", "douyin", "{foo}", "{", "}", "{title}", "{title!r:>9}"),
    *("2020-02-30T10:00+08:00", "2020-11-20T10:00+08:00", "9999-12-31T23:00+08:00"),
    *([], {}, [1], {"a": 1}, ["x", None], {"weibo": 5}, {"kind": "rivalry"}, math.nan, math.inf, -math.inf),
)
NAMING = {
    *("platform", "platforms", "actor", "about", "payer", "story", "topic", "content", "tier", "kind", "metric"),
    *("mechanism", "field", "stirs", "by", "relayed_content", "default_content", "user_content"),
}
NOBODY = ("nobody", "weebo", "Weibo", "weibo ", "丁真", "\u200bweibo", "a" * 400, "", "0", "news_desks_999")
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:]+(?:[+-]\d\d:\d\d|Z)$")
ZONES = ("", "Z", "+00:00", "-11:00", "+8", "+25:00", "+08:60", " CST", "+08:00[Asia/Shanghai]", "−08:00")


# --- damage to the text


def drop_line(lines, draw):
    """A line is gone."""
    del lines[draw.randrange(len(lines))]


def repeat_line(lines, draw):
    """A line stands twice."""
    at = draw.randrange(len(lines))
    lines.insert(at, lines[at])


def swap_lines(lines, draw):
    """Two lines change places."""
    a, b = draw.randrange(len(lines)), draw.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]


def indent_line(lines, draw):
    """A line moves to the right."""
    at = draw.randrange(len(lines))
    lines[at] = draw.choice(["\t", " ", "   ", "- "]) + lines[at]


def outdent_line(lines, draw):
    """A line moves to the left."""
    at = draw.randrange(len(lines))
    lines[at] = lines[at][draw.randint(1, 3) :]


def truncate(lines, draw):
    """The file ends early."""
    text = "\n".join(lines)
    lines[:] = text[: draw.randrange(1, len(text))].split("\n")


def change_scalar(lines, draw):
    """A value becomes another."""
    text = "\n".join(lines)
    found = draw.choice(list(SCALAR.finditer(text)))
    lines[:] = (text[: found.start()] + draw.choice(WORDS) + text[found.end() :]).split("\n")


def change_key(lines, draw):
    """A key is misspelt."""
    text = "\n".join(lines)
    found = draw.choice(list(re.finditer(r"[a-z_]+(?=:)", text)))
    word = draw.choice(["colour", found.group() + "x", found.group()[::-1], "name", "kind", "<<", "''", "1", "null"])
    lines[:] = (text[: found.start()] + word + text[found.end() :]).split("\n")


def repeat_entry(lines, draw):
    """An entry of a mapping on one line stands twice."""
    text = "\n".join(lines)
    entries = list(re.finditer(r"[a-z_]+: [^,\[\]{}\n:]+, ", text))
    if entries:
        found = draw.choice(entries)
        lines[:] = (text[: found.end()] + found.group() + text[found.end() :]).split("\n")


def drop_character(lines, draw):
    """A character is gone."""
    text = "\n".join(lines)
    at = draw.randrange(len(text))
    lines[:] = (text[:at] + draw.choice(["", "{", "]", '"', ":", "\x00", "é"]) + text[at + 1 :]).split("\n")


TEXT = (drop_line, repeat_line, swap_lines, indent_line, outdent_line)
TEXT += (truncate, change_scalar, change_scalar, change_key, repeat_entry, drop_character)


def flip_bytes(raw, draw):
    """Bits flip."""
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
    """A value becomes any other."""
    holder, key = draw.choice(list(places(data)))
    holder[key] = draw.choice(VALUES)


def scale_number(data, draw):
    """A number is far off."""
    numbers = [(h, k) for h, k in places(data) if type(h[k]) in (int, float)]
    holder, key = draw.choice(numbers)
    grown = holder[key] * draw.choice([0, 0.001, 0.1, 3, 10, 1e3, 1e6, -1])
    holder[key] = round(grown) if isinstance(holder[key], int) and draw.random() < 0.8 else grown


def drop_value(data, draw):
    """A value is gone."""
    holder, key = draw.choice(list(places(data)))
    del holder[key]


def repeat_value(data, draw):
    """A value stands twice."""
    lists = [(h, k) for h, k in places(data) if isinstance(h, list)]
    if lists:
        holder, key = draw.choice(lists)
        holder.insert(key, holder[key])


def swap_values(data, draw):
    """Two values change places."""
    leaves = [(h, k) for h, k in places(data) if not isinstance(h[k], (dict, list))]
    (a, i), (b, j) = draw.sample(leaves, 2)
    a[i], b[j] = b[j], a[i]


def rename_key(data, draw):
    """A key is another."""
    holder, key = draw.choice([(h, k) for h, k in places(data) if isinstance(h, dict)])
    holder[draw.choice(["x", key + "_x", "weibo", "ding_zhen", "kind"])] = holder.pop(key)


def change_name(data, draw):
    """A name is another."""
    words = [(h, k) for h, k in places(data) if isinstance(h[k], str)]
    (holder, key), (other, its) = draw.sample(words, 2)
    holder[key] = other[its]


def name_nobody(data, draw):
    """Something is named that is not there."""
    if named := [(h, k) for h, k in places(data) if k in NAMING and isinstance(h[k], str)]:
        holder, key = draw.choice(named)
        holder[key] = draw.choice(NOBODY)


def move_zone(data, draw):
    """A time has another zone, or none."""
    times = [(h, k) for h, k in places(data) if isinstance(h[k], str) and TIME.match(h[k])]
    if times:
        holder, key = draw.choice(times)
        holder[key] = re.sub(r"(?:[+-]\d\d:\d\d|Z)$", "", holder[key]) + draw.choice(ZONES)


def exchange_shape(data, draw):
    """A mapping is a list, a list is a mapping or its own first item."""
    holder, key = draw.choice([(h, k) for h, k in places(data) if isinstance(h[k], (dict, list))])
    found = holder[key]
    as_map = {str(number): item for number, item in enumerate(found)}
    holder[key] = [*found.values()] if isinstance(found, dict) else draw.choice([as_map, *found[:1]])


def empty_value(data, draw):
    """A value is empty."""
    holder, key = draw.choice(list(places(data)))
    holder[key] = draw.choice([None, "", type(holder[key])()])


DATA = (replace_value, replace_value, scale_number, scale_number, drop_value, repeat_value, swap_values)
DATA += (rename_key, change_name, name_nobody, name_nobody, move_zone, exchange_shape, empty_value)


def of_kind(classical: bool) -> list[str]:
    """Names of all shipped scenarios of a kind."""
    return [name for name, path in shipped().items() if isinstance(load(path), Classic) == classical]


@cache
def source(name):
    """A shipped file as text, and laid over the catalogue as text; as data, itself and so laid."""
    path = shipped()[name]
    short, whole = path.read_text(encoding="utf-8"), resolved(load(path))
    return short, whole, *(json.dumps(document_of(text.encode(), path.name).data) for text in (short, whole))


def mutant(names, draw):
    """One damaged file: bytes, and what was done to it."""
    short, whole, *both = source(draw.choice(names))
    if draw.random() < 0.5:
        data, damage = json.loads(draw.choice(both)), draw.choice(DATA)
        for _ in range(draw.choice([1, 1, 2, 3])):
            damage(data, draw)
        text = json.dumps(data, ensure_ascii=False, indent=1)  # JSON is YAML, and quick; but for what is no number
        return re.sub(r"\bNaN\b", ".nan", text).replace("Infinity", ".inf").encode(), damage.__name__
    raw = (short if draw.random() < 0.7 else whole).encode()
    if draw.random() < 0.1:
        return flip_bytes(raw, draw), "flip_bytes"
    damage, lines = draw.choice(TEXT), raw.decode().split("\n")
    damage(lines, draw)
    return "\n".join(lines).encode(), damage.__name__


def mutants(count: int, folder: Path, names: Iterable[str], seed: int = SEED) -> Iterator[Path]:
    """So many damaged files of these scenarios, the same ones every time."""
    draw, names = random.Random(seed), list(names)
    for number in range(count):
        raw, damage = mutant(names, draw)
        path = folder / f"{number:04d}_{damage}.yaml"
        path.write_bytes(raw)
        yield path


# --- what must hold


class Run(NamedTuple):
    """What came of an accepted file: an outcome in a word, and seconds and bytes, estimated and measured."""

    outcome: str
    name: str
    why: str = ""
    seconds: tuple[float, float] = (0, 0)
    memory: tuple[float, float] = (0, 0)


def small(path: Path, people: int = PEOPLE, days: float = DAYS) -> World | None:
    """The world of a file with fewer people and days; None if it is refused."""
    try:
        world = load(path)
        short = f"steps={min(world.steps, 50)}" if isinstance(world, Classic) else f"days={min(world.days, days)}"
        return load(path, sets=[short], users=min(people, world.people.users))
    except ScenarioError:
        return None


def tried(path: Path, world: World, figures: bool) -> Run:
    """Run a world into a folder that is thrown away."""
    need = estimate(world)
    if need.refusal:
        return Run("refused before", path.name, need.refusal)
    _forget_peak()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as out:
        try:
            with gathered():
                made = run(world, out=out, figures=figures, max_seconds=MOST_SECONDS, max_bytes=MOST_BYTES)
            load(made.path / "scenario.resolved.yaml")
        except CeilingError as error:
            return Run("stopped", path.name, str(error), (need.seconds, MOST_SECONDS), (need.memory_bytes, _peak()))
        except Exception as error:
            return Run("LOST", path.name, f"{type(error).__name__}: {error}")
    return Run("finished", path.name, "", (need.seconds, time.perf_counter() - began), (need.memory_bytes, _peak()))


def _forget_peak() -> None:
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    """Most memory since `_forget_peak`, in bytes; 0 where the system does not say."""
    with suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text().splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
    return 0


def main() -> int:
    """Run accepted mutants until there are so many; exit code 1 if one was lost."""
    parser = argparse.ArgumentParser(prog="python -m verification.mutants", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("count", nargs="?", type=int, default=500, help="accepted files to run (500)")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--figures", action="store_true", help="draw the figures as well")
    asked = parser.parse_args()
    runs: list[Run] = []
    with tempfile.TemporaryDirectory() as folder:
        for path in mutants(100 * asked.count, Path(folder), of_kind(classical=False), asked.seed):
            world = small(path)
            if world is not None:
                runs.append(tried(path, world, asked.figures))
                if runs[-1].outcome != "finished":
                    print(*runs[-1][:3], flush=True)
            path.unlink()
            if len(runs) == asked.count:
                break
    _tell(runs)
    return int(any(one.outcome == "LOST" for one in runs))


def _start() -> float:
    """Seconds that a process takes before and after its run, which the runs here share."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as out:
        words = ["run", "ding_zhen", "--users", "100", "--set", "days=0.1", "--no-figures", "--quiet", "--out", out]
        subprocess.run([sys.executable, "-m", "sim.cli", *words], capture_output=True, check=True)
    return time.perf_counter() - began


def _tell(runs: list[Run]) -> None:
    counts = Counter(one.outcome for one in runs)
    print(f"{len(runs)} accepted files: " + ", ".join(f"{many} {what}" for what, many in counts.most_common()))
    done = [one for one in runs if one.outcome == "finished"]
    for what, off in (("time", _start()), ("memory", 0.0)):
        pairs = [one.seconds if what == "time" else one.memory for one in done]
        ratios = sorted((spent + off) / need for need, spent in pairs)
        if ratios:
            near = sum(0.5 <= ratio <= 2 for ratio in ratios) / len(ratios)
            low, middle, high = (ratios[round(share * (len(ratios) - 1))] for share in (0.025, 0.5, 0.975))
            words = (
                f"measured over estimated {low:.2f} to {high:.2f} (95 %), middle {middle:.2f}, most {ratios[-1]:.2f}"
            )
            print(f"{what}: {near:.1%} within 2 x; {words}")


if __name__ == "__main__":
    raise SystemExit(main())

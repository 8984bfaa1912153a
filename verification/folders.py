"""``python -m verification.folders``: folders of results under races, kills, full disks and damage; a line a check.

Each check draws its moments and places from a key. Nothing here depends on the speed of the machine.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from sim.base.errors import SimError
from sim.base.files import checksums, reading
from sim.base.files.drafts import is_draft
from sim.base.streams import py_bits, py_uniform, stream_key
from sim.cli.main import main
from sim.runs import folder as folders
from sim.runs.runner import run
from sim.scenario.load import load
from sim.studies.calibrate.targets import targets
from verification.verdicts import Verdict, carried_out

ROOT = Path(__file__).parent.parent
WRITERS, KILLS, DAMAGES = 3000, 30, 200
RECORD = "run.json"
WORLD = ["network={kind: erdos_renyi, mean_degree: 4}", "steps=10"]


# ---- races


def races(many: int = WRITERS, processes: int = 2, threads: int = 4) -> Verdict:
    """Writers of one result at once, each tenth with a file more, and a reader all the while: nobody fails, no gap.

    Without processes all are threads of this one.
    """
    with tempfile.TemporaryDirectory() as out:
        target = Path(out, "town", "12345678-s1")
        _publish(target, 0)
        parts, stop = max(1, processes), Path(out, "stop")
        shares = [range(first, many, parts) for first in range(parts)]
        with ProcessPoolExecutor(parts + 1, get_context("spawn")) if processes else ThreadPoolExecutor(2) as pool:
            reader = pool.submit(_read_until, target, stop)
            failed = sum(pool.map(_write_many, [target] * parts, shares, [threads] * parts))
            stop.touch()
            reads, gaps = reader.result()
        found, left = checksums.verify(target), drafts_in(Path(out))
    lacking = min(10, -(-many // 10)) - len([name for name in found.whole if name.startswith("snapshots/")])
    words = f"{many:,} writers, {failed} failed; {reads:,} reads, {gaps} saw a missing or partial folder; "
    words += f"{lacking} files lost, {left} drafts left"
    return Verdict(found.sound and not failed and not gaps and not lacking and not left and reads > 0, words)


def _write_many(target: Path, numbers: range, threads: int) -> int:
    """How many of these writers failed."""
    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(lambda number: _fails(target, number), numbers))


def _fails(target: Path, number: int) -> bool:
    try:
        return _publish(target, number) != target
    except OSError:
        return True


def _publish(target: Path, number: int) -> Path:
    """Publish what any writer of this result would, and for each tenth number a snapshot more."""

    def fill(folder: Path) -> None:
        record = {"recipe": "r" * 64, "source": "s" * 64, "started": number}
        (folder / RECORD).write_text(json.dumps(record))
        (folder / "series.csv").write_text("step,new\n0,1\n")
        if number % 10 == 0:
            (folder / "snapshots").mkdir()
            (folder / "snapshots" / f"{number // 10 % 10}.npz").write_bytes(b"state")

    return folders.publish(target, fill, RECORD)


def _read_until(target: Path, stop: Path) -> tuple[int, int]:
    """How often a folder was read, and how often something in it was missing or not as it was written."""
    reads = gaps = 0
    while not stop.exists():
        reads += 1
        try:
            reading.record(target / RECORD, ("recipe",))
            gaps += reading.read(target / "series.csv", Path.read_text) != "step,new\n0,1\n"
        except SimError:
            gaps += 1
    return reads, gaps


def drafts_in(folder: Path) -> int:
    """Drafts anywhere below a folder."""
    return sum(is_draft(path) for path in folder.rglob("*"))


# ---- kills


def kills(many: int = KILLS) -> Verdict:
    """`sim run` is killed at random moments, half of them while it writes: all that is there is whole."""
    key, struck, half, drafts = stream_key(1, "folders"), 0, 0, 0
    with tempfile.TemporaryDirectory() as out:
        began = time.monotonic()
        _start(out, 0).wait()
        whole = time.monotonic() - began
        for kill in range(many):
            process = _start(out, kill + 1)
            if kill % 2:
                _await_draft(process, Path(out))
            time.sleep(py_uniform(key, kill) * (0.2 if kill % 2 else whole))
            struck += process.poll() is None
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            drafts += drafts_in(Path(out)) > 0
            half += sum(not checksums.verify(place).sound for place in Path(out, "sir").glob("[!.]*"))
        failed = _start(out, 0).wait()
        after = drafts_in(Path(out))
        kept = len([*Path(out, "sir").iterdir()])
    words = f"{struck} of {many} kills hit, {half} half results, drafts after {drafts} of them, {after} after the next "
    return Verdict(not half and not after and not failed and drafts > 0, words + f"command; {kept} whole folders")


def _await_draft(process: subprocess.Popen[bytes], out: Path) -> None:
    """Wait until a run has begun to write, or ended; what an earlier one left is taken away before."""
    seen = {path for path in Path(out, "sir").iterdir() if is_draft(path)}
    while process.poll() is None and not any(
        is_draft(path) and path not in seen for path in Path(out, "sir").iterdir()
    ):
        time.sleep(0.002)


def _start(out: str, seed: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "sim.cli", "run", "sir", "--users", "500", "--quiet", "--out", out]
    pipe, environment = subprocess.DEVNULL, {**os.environ, "PYTHONPATH": str(ROOT)}
    command += ["--seed", str(seed)]
    return subprocess.Popen(command, start_new_session=True, env=environment, stdout=pipe, stderr=pipe)


# ---- a full disk


def full_disk(steps: int = 12) -> Verdict:
    """Files may only grow so far: one line and nothing left; or all but a picture, which is too long, and a note."""
    refused = spared = 0
    with tempfile.TemporaryDirectory() as out:
        made = run("sir", users=500, sets=WORLD, out=Path(out, "whole"))
        largest = max(path.stat().st_size for path in made.path.rglob("*") if path.suffix in (".csv", ".npz"))
        for step in range(steps):
            place = Path(out, f"full-{step}")
            code, lines = _with_limit(largest * step // steps, ["run", "sir", "--users", "500", "--out", str(place)])
            refused += code == 3 and lines == 1 and not place.exists()
            spared += code == 0 and lines == 1 and all(checksums.verify(made).sound for made in place.glob("*/*"))
    wrong = steps - refused - spared
    words = f"{refused} of {steps} runs refused in one line with nothing left, {spared} whole but for a picture"
    return Verdict(refused > 0 and not wrong, f"{words}, {wrong} otherwise")


def _with_limit(most: int, words: list[str]) -> tuple[int, int]:
    """Exit code of a command and lines on stderr, in this process, while no file may be longer."""
    sets = [word for text in WORLD for word in ("--set", text)]
    before, ignored = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        with contextlib.redirect_stderr(io.StringIO()) as err, contextlib.redirect_stdout(io.StringIO()):
            code = main([*words, *sets, "--quiet"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    return code, err.getvalue().count("\n")


# ---- damage


def damage(many: int = DAMAGES) -> Verdict:
    """Files are cut, flipped, emptied, swapped, lost or replaced by other JSON: every command says so in one line."""
    counts = {"refused": 0, "not concerned": 0}
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as out:
        made = run("sir", users=300, sets=WORLD, out=out)
        for trial in range(many):
            place = shutil.copytree(made.path, Path(out, "damaged", made.path.name))
            harm, name = _harm(place, trial)
            if _quietly(["verify", str(place)])[0] != 1:
                wrong.append(f"verify does not see {harm} of {name}")
            for words in _commands(place):
                code, lines = _quietly(words)
                counts["refused" if code == 2 else "not concerned"] += 1
                if not (code == 0 and name not in READ_BY[words[0]]) and not (code == 2 and lines == 1):
                    wrong.append(f"{words[0]} after {harm} of {name}: exit {code}, {lines} lines")
            wrong += [f"calibrate after {harm} of {name}"] * (_fits(place) and name in READ_BY["calibrate"])
            shutil.rmtree(place)
    words = ", ".join(f"{number:,} {what}" for what, number in counts.items())
    return Verdict(not wrong, f"{many} damages, {words}; {len(wrong)} otherwise{': ' + wrong[0] if wrong else ''}")


# Files that a command reads, and has to refuse when they are not as they were written.
READ_BY = {
    "plot": {RECORD, "series.csv", "theory.csv"},
    "explain": {RECORD},
    "fork": {RECORD, "scenario.resolved.yaml"},
    "calibrate": {RECORD, "summary.json"},
}


def _commands(place: Path) -> list[list[str]]:
    return [
        ["plot", str(place)],
        ["explain", str(place), "--user", "1", "--quiet"],
        ["explain", str(place)],
        ["fork", str(place)],
    ]


def _fits(place: Path) -> bool:
    """Whether a folder is taken as the target of a fit, or refused in more than one line."""
    try:
        return bool(targets(load("sir"), str(place), ["people_reached"]))
    except SimError as error:
        return "\n" in str(error)


def _harm(place: Path, trial: int) -> tuple[str, str]:
    """Damage one file; what was done, and to which."""
    key = stream_key(1, "harm")
    names = [*checksums.names(place), checksums.FILE]
    name = names[py_bits(key, trial, 0) % len(names)]
    path, raw = place / name, (place / name).read_bytes()
    spot = int(py_uniform(key, trial, 1) * len(raw))
    kinds: dict[str, Callable[[], object]] = {
        "a cut": lambda: path.write_bytes(raw[:spot]),
        "a flip": lambda: path.write_bytes(raw[:spot] + bytes([raw[spot] ^ 1 << spot % 8]) + raw[spot + 1 :]),
        "the loss": path.unlink,
        "emptying": lambda: path.write_bytes(b""),
        "a list in the place": lambda: path.write_text("[]"),
        "a bare record in the place": lambda: path.write_text("{}"),
        "a swap": lambda: path.write_bytes((place / names[names.index(name) - 1]).read_bytes()),
    }
    harm = [*kinds][py_bits(key, trial, 2) % len(kinds)]
    kinds[harm]()
    return harm, name


def _quietly(words: list[str]) -> tuple[int, int]:
    """Exit code of a command in this process, and lines on stderr."""
    with contextlib.redirect_stderr(io.StringIO()) as err, contextlib.redirect_stdout(io.StringIO()):
        code = main(words)
    return code, err.getvalue().count("\n")


CHECKS: dict[str, Callable[[], Verdict]] = {"races": races, "kills": kills, "full_disk": full_disk, "damage": damage}

if __name__ == "__main__":
    raise SystemExit(carried_out("verification.folders", __doc__ or "", CHECKS))

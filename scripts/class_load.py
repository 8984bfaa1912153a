"""A whole class against a real server: phones that join, choose and listen, a teacher who goes on, somebody hostile.

``python scripts/class_load.py --phones 60 --minutes 10`` prints what came of it: votes that were lost (none may be),
how long a vote and a new round take, and the memory of the server. `tests/test_classroom_load.py` runs it for some
seconds. Names, votes and waits are keyed, so that a run can be repeated.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))
from sim.base.streams import py_uniform, stream_key

KEY = stream_key(1, "class load")
PLAN = ("nodes", "slider", "blind", "roles")  # activities in turn
ROUNDS = {"nodes": 6, "blind": 6, "slider": 1, "roles": 3}
MOVES = ("own", "ride", "wait")
PATIENCE = 60  # seconds until a phone that has not chosen is an error
JSON = {"content-type": "application/json"}


@dataclass
class Seen:
    """What was measured.

    Attributes:
        votes: milliseconds until a vote was answered.
        rounds: milliseconds from the teacher's tap until a phone knew of it.
        memory: MB of the server, at each second.
        lost: votes that the server did not have when it closed a round.
        sent: votes that were sent, without those that were sent twice.
        again: votes that were sent anew: no answer, or that they came too fast.
        played: activities that came to their end.
        hostile: status of each malformed message.
    """

    votes: list[float] = field(default_factory=list)
    rounds: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    lost: int = 0
    sent: int = 0
    again: int = 0
    played: int = 0
    hostile: list[int] = field(default_factory=list)
    tapped: float = 0.0


class Phone:
    """One phone: it knows only what the server tells it."""

    def __init__(self, address: str, number: int, seen: Seen) -> None:
        self.client = httpx.AsyncClient(base_url=address, timeout=30)
        self.number, self.seen, self.done = number, seen, 0
        self.view: dict[str, Any] = {}
        self.chosen: Any = None
        self.news = asyncio.Event()

    async def join(self, code: str) -> None:
        """Take a seat."""
        answer = await self.client.post("/api/class/join", json={"code": code, "name": f"phone {self.number}"})
        answer.raise_for_status()
        self.view = answer.json()

    def told(self, view: dict[str, Any]) -> None:
        """Hear what is known now."""
        before, now = self.view.get("game") or {}, view.get("game") or {}
        self.view = view
        if now.get("state") == "open" and (now["game"], now["round"]) != (before.get("game"), before.get("round")):
            self.seen.rounds.append(1000 * (time.perf_counter() - self.seen.tapped))
            self.chosen = None
            self.news.set()

    async def listen(self, by: str, each: float = 1.0) -> None:
        """Hear of everything, by a stream or by asking."""
        while by == "poll":
            self.told((await self.client.get("/api/class/view")).json())
            await asyncio.sleep(each)
        async with self.client.stream("GET", "/api/class/events", timeout=None) as answer:
            async for line in answer.aiter_lines():
                if line.startswith("data: "):
                    self.told(json.loads(line[6:]))

    async def play(self, think: float) -> None:
        """Choose in every round, after some thought; now and then twice."""
        while True:
            await self.news.wait()
            self.news.clear()
            if not self.view["game"]:
                continue
            self.done += 1
            meant = self.view["game"]
            await asyncio.sleep(think * py_uniform(KEY, self.number, self.done, 1))
            game = self.view["game"]
            if not game or (game["game"], game["round"]) != (meant["game"], meant["round"]):
                continue  # it had nothing to choose, and nobody waited for it
            value = self.choice(game)
            if value is None or game["state"] != "open":
                continue
            self.chosen = value
            body = {"game": game["game"], "round": game["round"], "value": value}
            for _ in range(1 + (py_uniform(KEY, self.number, self.done, 2) < 0.1)):
                await self.choose(body)
            self.seen.sent += 1

    async def choose(self, body: dict[str, Any]) -> None:
        """Send a choice until it has come, as the page does."""
        begun = time.perf_counter()
        while (answer := await self.tried(body)) is None or answer.status_code in (429, 503):
            self.seen.again += 1
            await asyncio.sleep(0.3)
        self.seen.votes.append(1000 * (time.perf_counter() - begun))
        if answer.is_error:
            raise RuntimeError(f"phone {self.number}: {body} was answered {answer.status_code} {answer.text}")

    async def tried(self, body: dict[str, Any]) -> httpx.Response | None:
        """The answer to a choice; None where the connection was just being closed."""
        try:
            return await self.client.post("/api/class/choose", json=body)
        except httpx.TransportError:
            return None

    def choice(self, game: dict[str, Any]) -> Any:
        """What it chooses; None: there is nothing to choose."""
        coin = py_uniform(KEY, self.number, self.done, 3)
        if not game["part"] or (game["kind"] == "nodes" and game["shared"] is not None):
            return None
        if game["kind"] == "nodes":
            return coin < 0.15
        if game["kind"] == "slider":
            return int(coin * 20) * 5
        return MOVES[int(coin * len(MOVES))]


class Teacher:
    """Who goes on once everybody has chosen, and counts."""

    def __init__(self, address: str, phones: list[Phone], seen: Seen) -> None:
        self.client = httpx.AsyncClient(base_url=address, timeout=60)
        self.phones, self.seen = phones, seen

    async def stage(self) -> dict[str, Any]:
        """What the projector shows."""
        found: dict[str, Any] = (await self.client.get("/api/class/stage")).json()
        return found

    async def act(self, word: str, **more: Any) -> None:
        """Tap."""
        self.seen.tapped = time.perf_counter()
        (await self.client.post("/api/class/act", json={"word": word, **more})).raise_for_status()

    async def until(self, *states: str) -> dict[str, Any]:
        """What is played, once it has come to a state."""
        while True:
            game: dict[str, Any] = (await self.stage())["game"]
            if game["state"] in states:
                return game
            await asyncio.sleep(0.05)

    async def play(self, end: float) -> None:
        """Activity after activity, until the time is over."""
        while not (now := await self.stage())["ready"] or now["here"] < len(self.phones):
            await asyncio.sleep(0.2)
        for turn in range(10_000):
            name = PLAN[turn % len(PLAN)]
            kind = "nodes" if name == "blind" else name
            options: dict[str, Any] = {"rounds": ROUNDS[name]} | ({"sees": name == "nodes"} if kind == "nodes" else {})
            await self.act("start", kind=kind, options=options)
            game = await self.until("open", "over", "failed")
            while game["state"] == "open":
                await self.all_chosen(game)
                before = await self.stage()
                wanted = {phone.view["number"]: phone.chosen for phone in self.phones if phone.chosen is not None}
                await self.act("close", kind=game["game"], number=game["round"])
                game = await self.until("open", "over", "failed")
                self.count(kind, before["game"], game, wanted)
                if time.monotonic() > end:
                    return
            self.seen.played += 1
            await self.act("leave")

    async def all_chosen(self, game: dict[str, Any]) -> None:
        """Wait until every phone that has something to choose has had an answer."""
        here, begun = game["round"], time.monotonic()
        while slow := [phone for phone in self.phones if not self.ready(phone, game["game"], here)]:
            if time.monotonic() - begun > PATIENCE:
                raise RuntimeError(f"phones {[phone.number for phone in slow]} have not chosen: {slow[0].view}")
            await asyncio.sleep(0.05)

    @staticmethod
    def ready(phone: Phone, game: str, at: int) -> bool:
        """Whether a phone has done what it had to do."""
        known = phone.view.get("game") or {}
        if (known.get("game"), known.get("round")) != (game, at):
            return False
        free = known["kind"] == "nodes" and known["shared"] is not None
        return free or (phone.chosen is not None and known.get("choice", known.get("value")) is not None)

    def count(self, kind: str, before: dict[str, Any], after: dict[str, Any], wanted: dict[int, Any]) -> None:
        """Hold what the server has made of a round against what phones chose."""
        self.seen.lost += max(0, len(wanted) - before["chosen"])
        if kind == "nodes" and after["shared"]:
            there = {int(number) for number in after["shared"]}
            self.seen.lost += sum(value is True and number not in there for number, value in wanted.items())
        if kind == "slider":
            self.seen.lost += after["values"] != sorted(wanted.values())


def malformed(turn: int) -> tuple[str, bytes]:
    """A message that nobody should send, and where to."""
    draws = [py_uniform(KEY, turn, 9, lane) for lane in range(4)]
    values: list[Any] = [None, True, -1, 1e308, "", "\x00", "丁" * 500, [], {}, [[[[]]]], {"a": {}}, 2**70, "<script>"]
    paths = ("join", "choose", "teacher", "act", "choose", "view", "stage", "../../x", "join?x=%00")
    keys = ("code", "name", "game", "round", "value", "word", "kind", "options", "number", "token", "__proto__")
    if draws[0] < 0.2:
        raw = bytes(int(256 * py_uniform(KEY, turn, i, 7)) for i in range(int(60 * draws[1])))
    elif draws[0] < 0.25:
        raw = b"[" * 3000
    else:
        count = int(4 * draws[1])
        body = {
            keys[int(len(keys) * py_uniform(KEY, turn, i, 5))]: values[int(len(values) * py_uniform(KEY, turn, i, 6))]
            for i in range(count)
        }
        raw = json.dumps(body).encode("utf-8", "surrogatepass")
    return f"/api/class/{paths[int(len(paths) * draws[2])]}", raw


async def hostile(address: str, seen: Seen, count: int, code: str) -> None:
    """Send what nobody should, from a seat of the class, as fast as it is answered."""
    async with httpx.AsyncClient(base_url=address, timeout=30) as client:
        await client.post("/api/class/join", json={"code": code, "name": "hostile"})
        for turn in range(count):
            path, raw = malformed(turn)
            seen.hostile.append((await client.post(path, content=raw, headers=JSON)).status_code)


def memory_of(process: int) -> float:
    """MB of a process; 0 where the system does not say."""
    try:
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text(encoding="utf-8"))
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


def seconds_of(process: int) -> float:
    """Seconds that a process has computed; 0 where the system does not say."""
    try:
        told = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


async def watched(process: int, seen: Seen) -> None:
    """Write the memory of the server down, each second."""
    while True:
        seen.memory.append(memory_of(process))
        await asyncio.sleep(1)


def begun() -> tuple[subprocess.Popen[str], str, str, str]:
    """A server on loopback, as the shell starts it: process, address, code, teacher's token."""
    command = [sys.executable, "-m", "sim.cli", "studio", "--class", "--host", "127.0.0.1", "--no-open", "--jobs", "1"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1])
    assert process.stderr
    said = ""
    while "/teach#" not in said:
        line = process.stderr.readline()
        if not line:
            raise SystemExit(f"the server did not start: {said}")
        said += line
    found = re.search(r"(http://\S+?)/ and enter the code (\w+)", said)
    token = re.search(r"/teach#(\S+)", said)
    assert found
    assert token
    return process, found[1], found[2], token[1]


async def lesson(
    address: str,
    code: str,
    token: str,
    *,
    phones: int,
    seconds: float,
    think: float,
    by: str,
    attacks: int,
    process: int,
) -> Seen:
    """A lesson of so many phones, and what was measured."""
    seen = Seen()
    class_ = [Phone(address, number, seen) for number in range(phones)]
    for phone in class_:
        await phone.join(code)
    teacher = Teacher(address, class_, seen)
    (await teacher.client.post("/api/class/teacher", json={"token": token})).raise_for_status()
    tasks = [asyncio.create_task(phone.listen(by)) for phone in class_]
    tasks += [asyncio.create_task(phone.play(think)) for phone in class_]
    tasks.append(asyncio.create_task(watched(process, seen)))
    enemy = asyncio.create_task(hostile(address, seen, attacks, code)) if attacks else None
    going = asyncio.create_task(teacher.play(time.monotonic() + seconds))
    try:
        done, _ = await asyncio.wait([*tasks, going], return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        if going not in done:  # a phone that hears nothing any more ends the lesson
            raise RuntimeError("a stream has ended")
        if enemy:
            await enemy
    finally:
        for task in (*tasks, going):
            task.cancel()
        await asyncio.gather(*tasks, going, return_exceptions=True)
        for client in (*(phone.client for phone in class_), teacher.client):
            await client.aclose()
    return seen


def told(seen: Seen, computed: float, seconds: float) -> str:
    """What was measured, in lines."""

    def line(name: str, numbers: list[float]) -> str:
        cuts = quantiles(numbers, n=100) if len(numbers) > 1 else [0.0] * 99
        high = f"95 % {cuts[94]:.1f}, 99 % {cuts[98]:.1f}, most {max(numbers):.1f}"
        return f"{name}: {len(numbers):,}; median {median(numbers):.1f} ms, {high}"

    tenth = max(1, len(seen.memory) // 10)
    first, last = median(seen.memory[tenth : 2 * tenth + 1]), median(seen.memory[-tenth:])
    answers = {code: seen.hostile.count(code) for code in sorted({*seen.hostile})}
    return "\n".join(
        (
            f"activities {seen.played}, votes {seen.sent:,}, lost {seen.lost}, sent anew {seen.again}",
            line("answers to votes", seen.votes),
            line("news of a round", seen.rounds),
            f"memory of the server, MB: {first:.1f} after a tenth, {last:.1f} at the end, most {max(seen.memory):.1f}",
            f"computing: {computed:.1f} s of {seconds:.0f}",
            f"hostile messages: {len(seen.hostile):,}, answers {answers}",
        )
    )


def main() -> None:
    """Run a lesson against a server of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phones", type=int, default=60)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--think", type=float, default=4.0, help="seconds that a phone thinks at most")
    parser.add_argument("--by", choices=("stream", "poll"), default="stream")
    parser.add_argument("--attacks", type=int, default=1000)
    asked = parser.parse_args()
    process, address, code, token = begun()
    began = time.monotonic()
    try:
        options = {"phones": asked.phones, "seconds": 60 * asked.minutes, "think": asked.think, "by": asked.by}
        seen = asyncio.run(lesson(address, code, token, attacks=asked.attacks, process=process.pid, **options))
        print(told(seen, seconds_of(process.pid), time.monotonic() - began))
    finally:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    main()

"""No display, notice, picture or page costs a result: every command that makes something, with a stderr that cannot be
written, and with pictures that cannot be drawn.
"""

import errno
import io
import json
import sys

import pytest
import worlds

from sim.base import loader
from sim.cli import main
from sim.pages import still
from sim.pictures import drawing
from sim.runs.paging import writing

MADE = {
    "run": ["tiny.yaml"],
    "compare": ["tiny.yaml", "--what", "louder: interventions[0].appeal=3", "--seeds", "3", "--no-who"],
    "counterfactuals": ["tiny.yaml", "--seeds", "2", "--users", "100"],
    "hindcast": ["tiny.yaml", "--until", "2021-01-01", "--to", "2021-01-02", "--seeds", "2", "--users", "100"],
    "calibrate": ["tiny.yaml", "--fit", "platforms.square.response.like=0.1..0.6", "--to", "wish.yaml", "--runs", "24"],
    "sweep": ["tiny.yaml", "--vary", "platforms.square.response.like=0.1,0.5", "--workers", "0"],
}
JOBS = {"compare", "counterfactuals", "hindcast", "calibrate"}
SILENT = {"title": "nobody posts", "drop": {"interventions": [{"kind": "post"}]}}
SILENT["expect"] = [{"metric": "impressions", "most": 0.5}]


class Full(io.StringIO):
    """A log on a full disk."""

    def write(self, text):
        raise OSError(errno.ENOSPC, "No space left on device")

    def flush(self):
        self.write("")


class Gone(Full):
    """A terminal whose reader has gone."""

    def isatty(self):
        return True

    def write(self, text):
        raise BrokenPipeError


def closed():
    stream = io.StringIO()
    stream.close()
    return stream


DRAWN = (("run", "full"), ("compare", "none"))  # with pictures; the others are about what else is written
STREAMS = {"none": lambda: None, "full": Full, "gone": Gone, "closed": closed}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    made = tmp_path_factory.mktemp("display")
    hot_list = worlds.MECHANISMS["hot_list"] | {"background": worlds.BACKGROUND | {"births_per_day": 5}}
    square = worlds.platform(100, mechanisms={"follow_feed": {"see": 0.5}, "hot_list": hot_list})
    facts = [worlds.post(), worlds.post(at="2021-01-05T06:00+00:00")]  # the second is beyond the end: a notice
    more = {"counterfactuals": {"silent": SILENT}, "interventions": facts, "days": 1.9, "shortened": True}
    world = worlds.document(100, followers=30, step_minutes=60, platforms={"square": square}, **more)
    (made / "tiny.yaml").write_text(loader.dump(world), encoding="utf-8")
    (made / "wish.yaml").write_text("square_likes: 5\n", encoding="utf-8")
    return made


def made(name, place, out, monkeypatch):
    """Carry a command out; its code, and the records of the folders that it left."""
    monkeypatch.chdir(place)
    code = main.main([name, *MADE[name], *(["--jobs", "1"] if name in JOBS else []), "--out", str(out)])
    assert [path for path in out.rglob(".*") if path.is_dir()] == []
    records = [*out.rglob("run.json" if name == "run" else f"{name}.json")]
    return code, [json.loads(path.read_text(encoding="utf-8")) for path in records]


@pytest.mark.parametrize(
    ("name", "stream"),
    [*(("run", stream) for stream in STREAMS), *zip([*MADE][1:], [*STREAMS, *STREAMS], strict=False)],
)
def test_a_stream_that_cannot_be_written_costs_nothing(name, stream, place, tmp_path, monkeypatch):
    if (name, stream) not in DRAWN:
        monkeypatch.setattr(still, "picture", lambda *_: "")
        monkeypatch.setattr(drawing, "save", lambda _, path: path)
    monkeypatch.setattr(sys, "stderr", STREAMS[stream]())
    code, records = made(name, place, tmp_path / "out", monkeypatch)
    assert code in (0, 1)  # 1: an expectation failed
    assert len(records) == 1


@pytest.mark.parametrize("name", ["run", "compare"])
def test_pictures_and_pages_that_cannot_be_made_are_told(name, place, tmp_path, monkeypatch, capsys):
    def broken(*_, **__):
        raise RuntimeError("no ink")

    for module, what in ((drawing, "save"), (writing, "write")):
        monkeypatch.setattr(module, what, broken)
    code, (record,) = made(name, place, tmp_path / "out", monkeypatch)
    assert code in (0, 1)
    told = {notice["text"] for notice in record["notices"] if notice["kind"] == "not_shown"}
    assert told
    assert all(text.endswith("could not be made: RuntimeError: no ink") for text in told)
    assert all(f"note: {text}" in capsys.readouterr().err for text in [*told][:1])
    assert [*(tmp_path / "out").rglob("*.png")] == []


@pytest.fixture(scope="module")
def earlier(place, tmp_path_factory):
    """Folders that other commands go on from: a run with a snapshot, and a shard of a sweep."""
    out, at = tmp_path_factory.mktemp("earlier"), ["--snapshot-at", "2021-01-01T12:00", "--no-figures", "--quiet"]
    world = str(place / "tiny.yaml")
    assert main.main(["run", world, *at, "--out", str(out / "run")]) == 0
    vary = ["--vary", "platforms.square.response.like=0.1,0.5", "--workers", "0", "--no-figures", "--quiet"]
    assert main.main(["sweep", world, *vary, "--out", str(out / "sweep")]) == 0
    (record,), (ledger,) = (out / "run").rglob("run.json"), (out / "sweep").rglob("ledger.sqlite")
    return {"fork": record.parent, "plot": record.parent, "merge": ledger.parent}


@pytest.mark.parametrize("stream", ["none", "closed"])
@pytest.mark.parametrize(("name", "leaves"), [("fork", "run.json"), ("plot", ""), ("merge", "sweep.json")])
def test_what_goes_on_from_a_folder_needs_no_stream(earlier, name, leaves, stream, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "stderr", STREAMS[stream]())
    words = {
        "fork": [str(earlier["fork"]), "--no-figures", "--out", str(tmp_path)],
        "plot": [str(earlier["plot"])],
        "merge": [str(tmp_path / "whole"), str(earlier["merge"]), "--no-figures"],
    }
    assert main.main([name, *words[name]]) == 0
    assert [*(tmp_path if leaves else earlier["plot"]).rglob(leaves or "*.png")]

"""Studies asked in the studio: what may be asked, and a tournament by its command in a process of its own."""

import asyncio

import pytest
import worlds

pytest.importorskip("starlette", reason="not installed: pip install -e '.[dev]'")

from sim.base import loader
from sim.base.errors import SimError
from sim.pages.words import same
from sim.scenario.load import load
from sim.studio.asking import OneAtATime
from sim.studio.studies import Studies, tournament
from sim.studio.words import said

ASKED = {"strategies": ["refute", "silence"], "payoff": "impressions", "seeds": 1, "held": 1}


def yaml():
    """A star, and two bureaus that decide."""
    rivals = [
        {"name": name, "kind": "bureau", "accounts": {"square": 20}, "policies": [{"kind": "rivalry"}]}
        for name in ("north", "south")
    ]
    star = {"name": "star", "kind": "star", "accounts": {"square": 10}}
    return loader.dump(worlds.document(100, days=0.5, step_minutes=60, actors=[star, *rivals]))


def test_what_is_asked_becomes_the_words_of_the_command():
    words = tournament(worlds.tiny(), ASKED)
    assert words == [*("--strategies", "refute,silence", "--payoff", "impressions", "--seeds", "1", "--held", "1")]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"strategies": ["seize"]}, "two strategies or more"),
        ({"strategies": ["seize", "../../x.yaml"]}, "two strategies or more"),
        ({"strategies": "seize,wait"}, "two strategies or more"),
        ({"payoff": "--out"}, "paid in"),
        ({"seeds": 0}, "seeds"),
        ({"held": True}, "seeds"),
        ({"seeds": 10**9}, "seeds"),
    ],
)
def test_what_cannot_be_asked_is_refused(more, words):
    with pytest.raises(SimError, match=words):
        tournament(worlds.tiny(), ASKED | more)
    with pytest.raises(SimError, match="textbook model"):
        tournament(load("sir"), ASKED)


def test_a_tournament_is_played_and_its_page_is_there(tmp_path):
    told = []

    async def asked():
        studies = Studies(tmp_path, lambda kind, data: told.append((kind, data["busy"])))
        with pytest.raises(SimError, match="no answer"):
            studies.document("tournament")
        studies.ask("tournament", yaml(), ASKED)
        with pytest.raises(SimError, match="under way"):
            studies.ask("tournament", yaml(), ASKED)
        await studies.work
        return studies

    studies = asyncio.run(asked())
    assert studies.told() == {"busy": False, "words": studies.words, "there": ["tournament"]}
    assert studies.words["en"].startswith("Done")
    assert studies.document("tournament")["kind"] == "tournament"
    assert told[0] == ("studies", True)
    assert told[-1] == ("studies", False)
    (made,) = (tmp_path / "tiny").iterdir()
    assert made.name.startswith("tournament-impressions-")


def test_what_cannot_even_begin_is_told_and_keeps_nobody_waiting():
    told = []

    async def broken():
        raise OSError("no room for a process")

    async def asked():
        one = OneAtATime("studies", lambda kind, data: told.append((data["busy"], data["words"])))
        one.begin(broken, "study_busy")
        await one.work
        assert not one.busy

    asyncio.run(asked())
    assert told == [(True, said("under_way")), (False, same("no room for a process"))]


def test_why_a_study_failed_is_said(tmp_path):
    async def asked():
        studies = Studies(tmp_path, lambda kind, data: None)
        studies.ask("tournament", loader.dump(worlds.document(50, days=0.5)), ASKED)
        await studies.work
        return studies

    studies = asyncio.run(asked())
    assert "needs two players or more" in studies.words["en"]
    assert studies.told()["there"] == []

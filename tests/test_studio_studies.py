"""Studies asked in the studio: data that hold to what is shipped, what may be asked, and each by its command."""

import asyncio
import re
import time

import pytest
import worlds

pytest.importorskip("starlette", reason="not installed: pip install -e '.[dev]'")
from test_studio import client, out, tiny  # noqa: F401  fixtures

from sim.base import loader
from sim.base.errors import SimError
from sim.pages.words import same
from sim.scenario.load import load
from sim.studies.forecast import chain
from sim.studies.laws import LAWS
from sim.studies.sweep import plan as plans
from sim.studio import questions
from sim.studio.asking import OneAtATime
from sim.studio.questions import catalogued, table
from sim.studio.studies import Studies
from sim.studio.words import line, said

PLAYED = {"strategies": ["refute", "silence"], "payoff": "impressions", "rounds": "few", "people": "own"}
STRESSED = {"adversities": [*catalogued()["adversities"]], "goal": "one", "strain": "alone", "people": "own"}
SEEDED = {"where": "scenario", "chosen": "three", "trials": "few", "people": "own"}
SWEPT = {"sweep": "laws/percolation", "repeats": "few"}
FORESEEN = {"to": "2021-01-03", "until": "2021-01-01", "drawn": "ten"}
ASKED = {"tournament": PLAYED, "stress": STRESSED, "seeds": SEEDED, "sweep": SWEPT, "forecast": FORESEEN}
NETWORK = """name: circle
users: 200
steps: 30
network: {kind: watts_strogatz, k: 6}
contagion: {model: independent_cascade, p: 0.2}
"""


def rivals():
    """A star, and two bureaus that decide."""
    two = [
        {"name": name, "kind": "bureau", "accounts": {"square": 20}, "policies": [{"kind": "rivalry"}]}
        for name in ("north", "south")
    ]
    star = {"name": "star", "kind": "star", "accounts": {"square": 10}}
    return loader.dump(worlds.document(100, days=0.5, step_minutes=60, actors=[star, *two]))


def words_of(study, asked, world=None):
    return questions.command(table().studies[study], asked, catalogued(), world)


# ---- the table


def test_every_study_has_its_fields_and_every_field_a_study():
    used = [name for one in table().studies.values() for name in one.fields]
    assert {*used} == table().fields.keys()
    for name, one in table().studies.items():
        places = {word for word in one.command if re.fullmatch(r"\{\w+\}", word)}
        assert {f"{{{field}}}" for field in one.fields} <= places, name
        assert places <= {f"{{{field}}}" for field in (*one.fields, "scenario", "users", "out", "record")}, name
        assert bool(one.needs) == bool(one.otherwise), name


def test_every_shipped_sweep_can_be_asked_and_laws_have_their_own_words():
    choices = table().fields["sweep"].choices
    assert choices.keys() == plans.shipped().keys()
    for name in LAWS.names():
        law, choice = LAWS.get(name)(), choices[f"laws/{name}"]
        assert choice.title.model_dump() == law.said("title")
        assert choice.about.model_dump() == law.said("asks")


def test_networks_that_are_shipped_can_be_asked_about():
    names = [name for name in table().fields["where"].choices if name != "scenario"]
    assert all(load(name).kind == "classical" for name in names)
    assert {*names, "bass"} == {one for one in plans.scenarios.shipped() if _textbook(one)}


def _textbook(name):
    return "/" not in name and load(name).kind == "classical"


def test_all_words_are_in_both_languages():
    text = (questions.places.PACKAGE / "studio/studies.yaml").read_text(encoding="utf-8")
    pairs = re.findall(r"\{en: (.*?), zh: (.*?)\}", text)
    assert len(pairs) > 60
    assert all(re.search("[一-鿿]", chinese) for _, chinese in pairs)
    assert "{" not in "".join(str(one["title"]) for one in questions.offered(catalogued()["adversities"])).replace(
        "{'en'", ""
    )


# ---- what may be asked


@pytest.mark.parametrize(
    ("study", "change", "words"),
    [
        ("tournament", {}, ["--strategies", "refute,silence", "--payoff", "impressions", "--seeds", "3"]),
        ("stress", {}, ["--goal", "people_reached>=1%", "--seeds", "3", "--confirm", "5"]),
        ("stress", {"adversities": ["rain", "rival_event"]}, ["--only", "rain", "--only", "rival_event"]),
        ("seeds", {"where": "sir", "people": "few"}, ["sir", "--k", "3", "--runs", "10", "--tries", "1", "--users"]),
        ("sweep", {}, ["laws/percolation", "--replicates", "4"]),
        ("forecast", {"until": ""}, ["--to", "2021-01-03", "--seeds", "10"]),
    ],
)
def test_what_is_asked_becomes_the_words_of_the_command(study, change, words):
    found = words_of(study, ASKED[study] | change, worlds.tiny())
    at = found.index(words[0])
    assert found[at : at + len(words)] == words


@pytest.mark.parametrize(
    ("study", "change", "words"),
    [
        ("tournament", {"strategies": ["seize"]}, "two strategies or more"),
        ("tournament", {"strategies": ["seize", "seize"]}, "two strategies or more"),
        ("tournament", {"strategies": ["seize", "../../x.yaml"]}, "two strategies or more"),
        ("tournament", {"strategies": "seize,wait"}, "two strategies or more"),
        ("tournament", {"payoff": "--out"}, "paid in"),
        ("tournament", {"rounds": 10**9}, "seeds: is missing"),
        ("tournament", {"rounds": ["few"]}, "seeds: is missing"),
        ("stress", {"adversities": []}, "one thing at least"),
        ("stress", {"adversities": ["--with=/etc/passwd"]}, "one thing at least"),
        ("stress", {"goal": "campaign"}, "has no campaign"),
        ("stress", {"goal": "people_reached>=1%"}, "goal: is missing"),
        ("seeds", {"where": "/etc/passwd"}, "where: is missing"),
        ("sweep", {"sweep": "../../x"}, "which: is missing"),
        ("forecast", {"to": ""}, "up to which day?"),
        ("forecast", {"to": 20210103}, "up to which day?"),
        ("forecast", {"until": "--out=/tmp"}, "that is no date"),
        ("forecast", {"drawn": "1000"}, "seeds: is missing"),
    ],
)
def test_what_cannot_be_asked_is_refused(study, change, words):
    with pytest.raises(SimError, match=re.escape(words)) as caught:
        words_of(study, ASKED[study] | change, worlds.tiny())
    assert re.search("[一-鿿]", caught.value.args[0].zh)


@pytest.mark.parametrize("study", ["tournament", "stress", "forecast"])
def test_a_textbook_model_is_refused_in_words(study):
    with pytest.raises(SimError, match="a textbook model"):
        words_of(study, ASKED[study], load("sir"))


def test_what_is_sent_is_held_to_the_table(client):  # noqa: F811
    found = {"busy": False, "words": "", "study": "", "far": [], "answers": {}, "lists": {"on_record": []}}
    first, second = client.get("/api/studies").json(), client.get("/api/studies").json()
    assert first.pop("as_of") < second.pop("as_of")
    assert first == second == found
    for sent in ({"study": "rm"}, {"study": "tournament", "asked": []}, {"study": "score", "asked": {"forecast": "x"}}):
        answer = client.post("/api/studies", json={"yaml": tiny(), **sent})
        assert answer.status_code == 409, sent
    assert client.post("/api/studies", json={"study": "stress", "yaml": "name: x"}).status_code == 422
    assert client.get("/api/studies/stress").json()["error"]["en"].startswith("there is no such study")


# ---- asked


def ended(client):  # noqa: F811
    """What is told of studies once nothing is under way any more."""
    for _ in range(6000):
        found = client.get("/api/studies").json()
        if not found["busy"]:
            return found
        time.sleep(0.1)
    raise AssertionError(found)


def asked(client, study, yaml, asked=None):  # noqa: F811
    answer = client.post("/api/studies", json={"study": study, "yaml": yaml, "asked": asked or ASKED[study]})
    assert (answer.status_code, answer.json()["busy"]) == (202, True), answer.text
    assert "wait until it is done" in client.post("/api/studies", json={"study": "sweep", "asked": SWEPT}).text
    return ended(client)


@pytest.mark.parametrize(
    ("study", "yaml", "kind", "says"),
    [
        ("tournament", rivals(), "tournament", "%"),
        ("stress", tiny("Stressed"), "stress", "costs most"),
        ("seeds", NETWORK, "seeds", "people chosen by"),
        ("sweep", "", "sweep", "a rumour dies"),
    ],
)
def test_a_study_is_asked_and_its_answer_is_there(client, out, study, yaml, kind, says):  # noqa: F811
    found = asked(client, study, yaml)
    assert found["words"]["en"].startswith("Done"), found["words"]
    assert (found["study"], found["far"][0]) == (study, found["far"][1])
    lines = found["answers"][study]["lines"]
    assert says in lines[0]["en"]
    assert len(lines) >= 2
    assert all(re.search("[一-鿿]", one["zh"]) for one in lines)
    assert client.get(f"/api/studies/{study}", params={"as": "json"}).json()["kind"] == kind
    assert '<html lang="zh-CN">' in client.get(f"/api/studies/{study}?lang=zh").text
    assert not (out / "unfinished").exists()


def test_a_forecast_is_registered_scored_and_shown(client, out):  # noqa: F811
    found = asked(client, "forecast", tiny("Foreseen"))
    assert found["words"]["en"].startswith("Done"), found["words"]
    known = found["lists"]["on_record"][0]  # the latest
    assert known["title"]["en"] == "Foreseen · 2021-01-01 → 2021-01-03"
    assert known["about"]["en"].startswith("It states ")
    assert found["answers"].keys() >= {"forecast", "score"}
    score = {"forecast": known["name"], "later": "date,quantity,value\n2021-01-02,weibo_topics,0\n"}
    assert asked(client, "score", "", score)["words"]["en"].startswith("Done")
    assert [entry.what for entry in chain.read(out / "forecasts")][-2:] == ["registered", "scored"]
    page = client.get("/api/studies/score?lang=zh").text
    assert '<html lang="zh-CN">' in page
    assert "Foreseen" in page
    found = asked(client, "score", "", score | {"later": "nothing"})
    assert found["words"]["en"] == "later.csv:1: needs the columns date, quantity, value"
    assert found["words"]["zh"] == "later.csv:1：须有列date, quantity, value"


def test_why_a_study_failed_is_said_in_both_languages(client):  # noqa: F811
    found = asked(client, "tournament", loader.dump(worlds.document(50, days=0.5)))
    assert "needs two players or more" in found["words"]["en"]
    assert "至少需要两名玩家" in found["words"]["zh"]
    assert "tournament" not in asked(client, "seeds", tiny("No campaign"))["words"]["en"]
    assert "没有营销活动" in ended(client)["words"]["zh"]


def test_a_study_that_is_stopped_goes_on_when_it_is_asked_again(tmp_path):
    told = []

    async def run():
        studies = Studies(tmp_path, lambda kind, data: told.append(data))
        studies.ask("stress", tiny("Stopped"), STRESSED)
        while len({tuple(one["far"]) for one in told}) < 4:  # some runs are done
            await asyncio.sleep(0.02)
        studies.close()
        await studies.work
        stopped, kept = studies.words, [one.name for one in (tmp_path / "unfinished").iterdir()]
        studies.ask("stress", tiny("Stopped"), STRESSED)
        await studies.work
        return studies, stopped, kept

    studies, stopped, kept = asyncio.run(run())
    assert (stopped, [name.split("-")[0] for name in kept]) == (said("study_stopped"), ["stress"])
    assert (studies.words, studies.answers.keys()) == (said("study_done"), {"stress"})
    assert not (tmp_path / "unfinished").exists()  # the same folder was found, and let go


@pytest.mark.parametrize(
    ("error", "words"),
    [(OSError("no room for a process"), same("no room for a process")), (SimError(line("no_study")), said("no_study"))],
)
def test_what_cannot_even_begin_is_told_and_keeps_nobody_waiting(error, words):
    told = []

    async def broken():
        raise error

    async def asked():
        one = OneAtATime("studies", lambda kind, data: told.append((data["busy"], data["words"])))
        one.begin(broken, "study_busy")
        await one.work
        assert not one.busy

    asyncio.run(asked())
    assert told == [(True, said("under_way")), (False, words)]

"""Forecasts of the studio: registered and scored by the shell's command, and what cannot be asked told in a line."""

from __future__ import annotations

import time

import pytest

pytest.importorskip("starlette", reason="not installed: pip install -e '.[dev]'")
from test_studio import client, out, tiny  # noqa: F401  fixtures

from sim.studies.forecast import chain

ASKED = {"yaml": tiny("Foreseen"), "to": "2021-01-03", "until": "2021-01-01", "seeds": 2}


def ended(client):  # noqa: F811
    """What is told of forecasts once nothing is under way any more."""
    for _ in range(2400):
        found = client.get("/api/forecasts").json()
        if not found["busy"]:
            return found
        time.sleep(0.1)
    raise AssertionError(found)


def test_a_forecast_is_registered_scored_and_shown(client, out):  # noqa: F811
    assert client.get("/api/forecasts").json() == {"busy": False, "words": "", "known": []}
    assert client.get("/api/forecasts/page").json()["error"]["en"] == "nothing is on record yet"
    answer = client.post("/api/forecasts", json=ASKED)
    assert (answer.status_code, answer.json()["busy"]) == (202, True)
    assert "wait until it is done" in client.post("/api/forecasts", json=ASKED).json()["error"]["en"]
    found = ended(client)
    assert found["words"]["en"] == "Done; it is on record."
    assert (found["known"][0]["title"], found["known"][0]["to"]) == ("Foreseen", "2021-01-03")
    later = "date,quantity,value\n2021-01-02,weibo_topics,0\n"
    client.post("/api/forecasts/score", json={"forecast": found["known"][0]["digest"], "later": later})
    assert ended(client)["words"]["en"] == "Done; it is on record."
    assert [entry.what for entry in chain.read(out / "forecasts")][-2:] == ["registered", "scored"]
    page = client.get("/api/forecasts/page?lang=zh").text
    assert '<html lang="zh-CN">' in page
    assert "Foreseen" in page
    client.post("/api/forecasts/score", json={"forecast": found["known"][0]["digest"], "later": "nothing"})
    assert "needs the columns date, quantity, value" in ended(client)["words"]["en"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"to": ""}, "up to which day?"),
        ({"until": "--out=/tmp"}, "up to which day?"),
        ({"seeds": 1000}, "from 2 to 50 seeds"),
        ({"yaml": "name: x\nkind: classical\n"}, None),
    ],
)
def test_what_cannot_be_asked_is_told(client, change, said):  # noqa: F811
    answer = client.post("/api/forecasts", json=ASKED | change)
    assert answer.status_code in (409, 422)
    assert said is None or said in answer.json()["error"]["en"]
    answer = client.post("/api/forecasts/score", json={"forecast": "../../etc/passwd", "later": ""})
    assert answer.status_code == 409

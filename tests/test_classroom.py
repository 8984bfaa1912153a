"""A class: its networks, what the model expects, the three activities, and what the server answers and refuses."""

from __future__ import annotations

import json
import re
from math import comb
from pathlib import Path
from statistics import mean
from threading import Event

import numpy as np
import pytest

from scripts.class_load import malformed
from sim.base.errors import SimError
from sim.cli import main
from sim.pages import words as page_words
from sim.studio.classroom import address, expected, tasks, ties, town
from sim.studio.classroom.game import COMPUTING, OPEN, OVER
from sim.studio.classroom.limits import Buckets
from sim.studio.classroom.nodes import Nodes, paired, sign_test
from sim.studio.classroom.roles import Roles
from sim.studio.classroom.room import Room
from sim.studio.classroom.seats import AWAY, MOST_NAME, Roster, clean
from sim.studio.classroom.slider import NEVER, Slider
from sim.studio.classroom.words import TABLE, RefusalError

testclient = pytest.importorskip("starlette.testclient", reason="not installed: pip install -e '.[dev]'")
pytest.importorskip("segno", reason="not installed: pip install -e '.[dev]'")
from sim.studio.classroom import app as class_app  # noqa: E402  needs starlette
from sim.studio.classroom import pages  # noqa: E402

HOST = "127.0.0.1:8000"
HERE = ("127.0.0.1", 50000)
SEED = 5
HOSTILE = ["<script>hit()</script>", "</script><b>", "\u202eשלום עולם", "🐎👩‍🚀", "丁" * 10_000]


class Direct(Room):
    """A class whose tasks are done at once, here."""

    def begin(self):
        pass

    def close(self):
        self.closed = True

    def ask(self, kind, data, heard, failed):
        heard(tasks.carry_out(tasks.Task("x", kind, data)))


def game(kind, people=8, **options):
    room = Direct(SEED)
    made = kind(room, list(range(people)), options)
    made.begin()
    return made


# ---- networks


@pytest.mark.parametrize("kind", ties.KINDS)
@pytest.mark.parametrize("numbers", [[0, 1, 2], [0, 1, 2, 3], [1, 4, 5, 9, 11, 30], list(range(60))])
def test_every_class_has_a_network(kind, numbers):
    drawn = ties.drawn(kind, numbers, SEED)
    assert drawn == ties.drawn(kind, numbers, SEED)
    assert all(a < b and {a, b} <= {*numbers} for a, b in drawn)
    assert len({*drawn}) == len(drawn)
    assert {number for pair in drawn for number in pair} == {*numbers}
    places = ties.places(kind, drawn, numbers, SEED)
    assert len(places) == len(numbers)
    assert np.abs(places).max() <= 1
    assert len({*places}) == len(numbers)
    assert kind == "ring" or len(numbers) < 10 or drawn != ties.drawn(kind, numbers, SEED + 1)


def test_a_ring_is_a_ring():
    assert ties.drawn("ring", [2, 3, 5, 7, 8, 9], SEED) == [
        (2, 3), (2, 5), (2, 8), (2, 9), (3, 5), (3, 7), (3, 9), (5, 7), (5, 8), (7, 8), (7, 9), (8, 9)
    ]  # fmt: skip


def test_coins_belong_to_seats_not_to_places_in_a_list():
    """The same ties among the same numbers give the same runs, whoever else has joined or left."""
    numbers = [3, 5, 6, 8, 9]
    drawn = ties.drawn("ring", numbers, SEED)
    asked = {"begin": [5], "model": {"model": "independent_cascade", "p": 0.4}, "rounds": 6, "seed": SEED}
    assert expected.band(drawn, numbers, **asked) == expected.band(drawn, [*numbers, 20], **asked)
    alone = {"begin": [5], "model": {"model": "bass", "p": 1.0, "q": 0.0}, "rounds": 1, "seed": SEED}
    assert expected.band(drawn, numbers, **alone)["middle"] == [1, 5]  # nobody adopts on a seat that nobody has


def test_who_begins():
    numbers = list(range(20))
    drawn = ties.drawn("hubs", numbers, SEED)
    degree = {number: sum(number in pair for pair in drawn) for number in numbers}
    (most,) = expected.beginners(drawn, numbers, "friends", 1, SEED)
    assert degree[most] == max(degree.values())
    few, more = (expected.beginners(drawn, numbers, "lot", count, SEED) for count in (2, 5))
    assert {*few} < {*more}
    near = expected.beginners(ties.drawn("ring", numbers, SEED), numbers, "near", 3, SEED)
    assert len(near) == 3
    assert max(np.diff(sorted([*near, near[0] + 20]))) >= 17  # they sit side by side on the ring


# ---- what the model expects


def test_bands_at_the_ends_of_chance():
    numbers = list(range(10))
    drawn = ties.drawn("ring", numbers, SEED)
    never = expected.band(drawn, numbers, [0], {"model": "independent_cascade", "p": 0.0}, 5, SEED)
    assert never["low"] == never["high"] == [1] * 6
    sure = expected.band(drawn, numbers, [0], {"model": "independent_cascade", "p": 1.0}, 5, SEED)
    assert sure["low"] == sure["high"] == [1, 5, 9, 10, 10, 10]  # two neighbours on either side
    assert sure["last"] == [10] * expected.RUNS


def test_own_chances_that_are_equal_are_the_independent_cascade():
    numbers = list(range(40))
    drawn = ties.drawn("small_world", numbers, SEED)
    own = expected.own_chances(drawn, numbers, dict.fromkeys(numbers, 0.3), [0, 9], 20, SEED)["last"]
    same = expected.band(drawn, numbers, [0, 9], {"model": "independent_cascade", "p": 0.3}, 20, SEED)["last"]
    error = np.sqrt((np.var(own) + np.var(same)) / expected.RUNS)
    assert abs(mean(own) - mean(same)) < 4 * error
    assert np.var(own) > 0
    deaf = expected.own_chances(drawn, numbers, dict.fromkeys(numbers, 0.0), [0, 9], 20, SEED)
    assert deaf["last"] == [2] * expected.RUNS


def test_own_thresholds_are_counted_by_hand():
    numbers = list(range(12))
    drawn = ties.drawn("ring", numbers, SEED)  # everybody has four friends
    easy = expected.own_thresholds(drawn, numbers, dict.fromkeys(numbers, 0.25), 1, 20, SEED)
    assert easy["low"][:4] == easy["high"][:4] == [1, 5, 9, 12]
    hard = expected.own_thresholds(drawn, numbers, dict.fromkeys(numbers, 0.5), 1, 20, SEED)
    assert hard["last"] == [1] * expected.RUNS  # nobody has two friends who have
    never = expected.own_thresholds(drawn, numbers, dict.fromkeys(numbers, 1.05), 2, 20, SEED)
    assert never["last"] == [2] * expected.RUNS
    willing = expected.own_thresholds(drawn, numbers, {**dict.fromkeys(numbers, 2.0), 4: 0.0}, 1, 20, SEED)
    assert {*willing["last"]} == {1, 2}  # 4 is among the beginners now and then


# ---- nodes


def test_rounds_of_nodes():
    made = game(Nodes, rounds=3, beginners=1, network="ring")
    (first,) = made.begun
    assert (made.state, made.round, made.curve()) == (OPEN, 1, [1])
    friend = min(made.friends[first])
    assert made.view(friend)["friends_shared"] == 1
    for _ in range(2):  # one that comes twice counts once
        made.choose(friend, made.id, 1, True)
    made.choose(first, made.id, 1, False)  # who has shared has shared
    assert made.stage()["chosen"] == 1
    assert friend not in made.stage()["shared"]  # nobody knows before the round closes
    made.close()
    assert made.shared == {first: 0, friend: 1}
    assert made.view(friend)["shared"] == 1
    with pytest.raises(RefusalError) as late:
        made.choose(3, made.id, 1, True)
    assert late.value.said == TABLE["round_over"]
    for wrong in (None, 1, "yes", [True]):
        with pytest.raises(RefusalError):
            made.choose(3, made.id, 2, wrong)
    with pytest.raises(RefusalError):
        made.choose(99, made.id, 2, True)
    made.choose(5, made.id, 2, True)
    made.choose(5, made.id, 2, False)  # it may be changed
    made.close()
    made.close()
    assert made.state == OVER
    assert made.curve() == [1, 2, 2, 2]
    assert len(made.expected["middle"]) == 4
    told = made.answers()
    assert sum(row["asked"] for row in told) == 7 + 6 + 6
    assert sum(row["shared"] for row in told) == 1
    assert told[1]["shared"] == 1


def test_a_round_that_was_not_closed_does_not_count():
    made = game(Nodes, rounds=5)
    made.choose(next(n for n in made.numbers if n not in made.begun), made.id, 1, True)
    made.end()
    assert (made.state, made.round, made.curve()) == (OVER, 0, [2])


def test_blind_phones_and_projector_show_nothing():
    made = game(Nodes, sees=False, rounds=2)
    free = [number for number in made.numbers if number not in made.begun]
    made.choose(free[0], made.id, 1, True)
    made.close()
    assert not {"friends", "friends_shared"} & made.view(free[1]).keys()
    stage = made.stage()
    assert (stage["hidden"], stage["shared"], stage["curve"], stage["begun"]) == (True, {}, [], [])
    made.close()
    assert made.view(free[1])["friends"] == 4
    assert len(made.stage()["shared"]) == 3


def test_a_pair_is_the_same_seats_with_and_without_friends():
    blind, seeing = game(Nodes, sees=False, rounds=1), game(Nodes, sees=True, rounds=1)
    assert blind.begun == seeing.begun  # the network and its beginners are those of the class, not of the activity
    assert blind.ties == seeing.ties
    free = [number for number in blind.numbers if number not in blind.begun]
    for made, share in ((blind, free[:1]), (seeing, free[:4])):
        for number in share:
            made.choose(number, made.id, 1, True)
        made.close()
    found = paired(blind, seeing)
    assert found == paired(seeing, blind)
    assert [found[key] for key in ("people", "both", "only_seeing", "only_blind", "neither")] == [6, 1, 3, 0, 2]
    assert found["chance"] == 0.25
    assert paired(blind, blind) is None
    assert paired(blind, game(Nodes, sees=True, network="ring")) is None


@pytest.mark.parametrize(("fewer", "more"), [(0, 0), (3, 3), (1, 9), (0, 20)])
def test_the_sign_test(fewer, more):
    count = fewer + more
    tail = sum(comb(count, k) / 2**count for k in range(count + 1) if abs(2 * k - count) >= abs(more - fewer))
    assert sign_test(fewer, more) == pytest.approx(tail)


def test_time_closes_a_round(monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr("sim.studio.classroom.game.time.monotonic", lambda: clock[0])
    made = game(Nodes, seconds=20, rounds=4)
    assert made.left == 20
    clock[0] += 19
    made.tick()
    assert (made.round, made.left) == (1, 1)
    clock[0] += 1
    made.tick()
    assert (made.round, made.left) == (2, 20)


# ---- sliders


@pytest.mark.parametrize("question", ["threshold", "chance", "guess"])
def test_sliders(question):
    made = game(Slider, question=question, people=10)
    for number in range(8):
        made.choose(number, made.id, 1, number if question == "guess" else 5 * number)
        made.choose(number, made.id, 1, number if question == "guess" else 5 * number)
    for wrong in (-5, made.most + 5, 2.5, True, None, "5", *([] if question == "guess" else [7])):
        with pytest.raises(RefusalError):
            made.choose(9, made.id, 1, wrong)
    assert made.stage()["chosen"] == 8
    assert made.stage()["hidden"] == (question == "guess")
    made.close()
    assert made.state == OVER
    stage = made.stage()
    assert len(stage["values"]) == 8
    kinds = {"small_world"} if question == "guess" else {*ties.KINDS}
    assert stage["found"]["bands"].keys() == kinds
    assert stage["found"]["people"] == (10 if question == "guess" else 8)  # whoever set none is left out
    assert made.view(0)["median"] == stage["median"]


def test_sliders_of_a_few():
    made = game(Slider)
    made.choose(0, made.id, 1, NEVER)
    made.close()
    assert made.stage()["found"] == {"people": 1, "bands": {}}


# ---- roles


def test_teams_vote_and_the_world_goes_on():
    made = game(Roles, people=9, rounds=2)
    assert [made.team[n] for n in (0, 1, 4, 8)] == ["bureau_snow", "bureau_coast", "bureau_snow", "bureau_snow"]
    assert made.state == OPEN
    for number, move in ((0, "boost"), (4, "own"), (8, "own"), (2, "boost"), (3, "refute")):
        made.choose(number, made.id, 1, move)
        made.choose(number, made.id, 1, move)
    for number, move in ((0, "refute"), (3, "boost"), (0, "buy"), (0, 1), (0, None)):
        with pytest.raises(RefusalError):
            made.choose(number, made.id, 1, move)
    assert made.view(8)["moves"][1] == {"name": "own", "cost": 0, "votes": 2, "may": True}
    lead = made.lead
    made.close()
    assert [(one.team, one.move) for one in made.done] == [
        ("bureau_snow", "own"), ("bureau_coast", "wait"), ("brand", "boost"), ("newsroom", "refute")
    ]  # fmt: skip
    assert made.done[3].topic == lead
    assert made.left_of("brand") == 1_200_000
    assert made.stage()["teams"][0]["now"]["posts"] == 1
    assert made.now["teams"]["brand"]["spend"] == 300_000
    made.close()
    assert made.state == OVER
    assert made.outcome["teams"].keys() == town.teams().keys()
    assert made.outcome["teams"]["bureau_snow"]["class"]["posts"] == 1
    assert made.outcome["reached"]["minds"]["high"] > 0
    assert made.stage()["outcome"]["worlds"] == town.told()["seeds"]


def test_a_purse_is_emptied():
    made = game(Roles, people=3, rounds=8)
    for at in range(1, 4):
        made.choose(0, made.id, at, "boost")
        made.close()
    with pytest.raises(RefusalError) as error:
        made.choose(0, made.id, 4, "boost")
    assert error.value.said == TABLE["no_money"]
    assert [move["may"] for move in made.view(0)["moves"] if move["name"] == "boost"] == [False]
    assert made.played == ["bureau_snow", "bureau_coast", "brand"]


def test_what_nobody_plays_is_a_mind():
    played = json.loads(town.text([], ["brand"], 4, SEED))
    policies = {actor["name"]: actor.get("policies") for actor in played["actors"]}
    assert policies["brand"] == []
    assert policies["newsroom"][0]["kind"] == "news_desk"


def test_a_world_that_goes_on_has_the_same_past():
    """What was on the list after a round stays so when later rounds are played."""
    from sim.runs import runner
    from sim.studio import text as texts

    done = [town.Done("bureau_snow", 1, "own", town.own_topic("bureau_snow", 1)["zh"])]
    later = [*done, town.Done("brand", 2, "boost", town.own_topic("brand", 2)["zh"])]
    runs = [
        runner.run(texts.world(town.text(moves, [*town.teams()], hours, SEED)), out=None, figures=False)
        for moves, hours in ((done, 4), (later, 8))
    ]
    short, long = (run.as_written("hot_list") for run in runs)
    assert len(short) > 100
    assert short.equals(long[long.time <= short.time.max()].reset_index(drop=True))


# ---- seats, limits, addresses


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Li  Lei\n", "Li Lei"),
        ("\u202eabc\u2066", "abc"),
        ("a\x00\x1b[31mb", "a[31mb"),
        ("👩‍🚀", "👩‍🚀"),
        ("<b>x</b>", "<b>x</b>"),
        ("丁" * 99, "丁" * MOST_NAME),
        ("\ud800", ""),
    ],
)
def test_names(written, kept):
    assert clean(written) == kept


def test_seats():
    clock = [0.0]
    roster = Roster(lambda: clock[0])
    first, second = roster.join("a"), roster.join("b")
    assert [seat.number for seat in roster.present()] == [0, 1]
    clock[0] += AWAY + 1
    roster.of(second.token)
    assert [seat.number for seat in roster.present()] == [1]
    roster.remove(0)
    with pytest.raises(RefusalError):
        roster.of(first.token)
    assert roster.join("c").number == 2  # a number is given once
    for _ in range(200 - 2):
        roster.join("")
    with pytest.raises(RefusalError):
        roster.join("")


def test_buckets():
    clock = [0.0]
    buckets = Buckets(3, 2, lambda: clock[0])
    assert [buckets.take("a") for _ in range(4)] == [True, True, True, False]
    assert buckets.take("b")
    clock[0] += 0.5
    assert [buckets.take("a"), buckets.take("a")] == [True, False]
    for client in range(5000):
        buckets.take(client)
    assert len(buckets.known) == 2000


def test_the_likeliest_address_first(monkeypatch):
    monkeypatch.setattr(
        address, "_ours", lambda target: {"10.0.0.1": "10.3.3.3", "192.0.2.1": "8.8.8.8"}.get(target, "")
    )
    local = [(2, 1, 6, "", ("127.0.1.1", 0)), (2, 1, 6, "", ("192.168.43.7", 0))]
    monkeypatch.setattr(address.socket, "getaddrinfo", lambda *_: local)
    assert address.addresses() == ["192.168.43.7", "10.3.3.3", "8.8.8.8"]
    assert address.chosen("") == ("192.168.43.7", ["10.3.3.3", "8.8.8.8"])
    monkeypatch.setattr(address, "addresses", list)
    with pytest.raises(SimError, match="open a hotspot"):
        address.chosen("")


def test_a_name_that_nobody_answers_for_does_not_hold_a_class_up(monkeypatch):
    monkeypatch.setattr(address, "WAIT", 0.05)
    answered = Event()
    monkeypatch.setattr(address.socket, "getaddrinfo", lambda *_: answered.wait() and [])
    monkeypatch.setattr(address, "_ours", lambda _: "192.168.1.4")
    try:
        assert address.addresses() == ["192.168.1.4"]
        assert not answered.is_set()
    finally:
        answered.set()


# ---- the server


def served(room, client=HERE):
    made = class_app.app(room, [HOST], f"http://{HOST}/")
    return testclient.TestClient(made, base_url=f"http://{HOST}", client=client)


@pytest.fixture
def room():
    return Direct(SEED)


@pytest.fixture
def teacher(room):
    with served(room) as client:
        assert client.post("/api/class/teacher", json={"token": room.teacher}).status_code == 200
        yield client


def phone(teacher, room, name=""):
    made = testclient.TestClient(teacher.app, base_url=f"http://{HOST}", client=("192.168.1.7", 1))
    answer = made.post("/api/class/join", json={"code": room.code.lower(), "name": name})
    assert answer.status_code == 201, answer.text
    return made


def test_a_lesson_over_the_wire(teacher, room):
    phones = [phone(teacher, room, name) for name in ("a", "b", "c")]
    assert [one.get("/api/class/view").json()["number"] for one in phones] == [0, 1, 2]
    options = {"rounds": 1, "title": HOSTILE[0], "beginners": 1}
    stage = teacher.post("/api/class/act", json={"word": "start", "kind": "nodes", "options": options}).json()["game"]
    assert stage["title"] == HOSTILE[0]
    body = {"game": stage["game"], "round": 1, "value": True}
    codes = [one.post("/api/class/choose", json=body).status_code for one in phones for _ in range(2)]
    assert codes == [200] * 6
    over = teacher.post("/api/class/act", json={"word": "close"}).json()["game"]
    assert (over["state"], over["curve"]) == (OVER, [1, 3])
    assert phones[0].post("/api/class/choose", json=body).status_code == 409
    other = teacher.post("/api/class/act", json={"word": "expect", "options": {"model": "bass", "p": 0.9, "q": 0.5}})
    assert other.json()["game"]["model"] == {"model": "bass", "p": 0.9, "q": pytest.approx(0.1)}
    left = teacher.post("/api/class/act", json={"word": "leave"}).json()
    assert left["game"] is None
    assert [one["name"] for one in left["seats"]] == ["a", "b", "c"]


def test_a_reload_keeps_the_seat_and_a_second_tab_has_the_same(teacher, room):
    one = phone(teacher, room)
    assert one.post("/api/class/join", json={"code": room.code, "name": "again"}).json()["number"] == 0
    assert one.get("/api/class/view").json()["number"] == 0
    assert len(room.roster.seats) == 1
    teacher.post("/api/class/act", json={"word": "remove", "number": 0})
    gone = one.get("/api/class/view").json()
    assert (gone["number"], gone["error"]) == (None, TABLE["no_seat"])
    assert one.post("/api/class/choose", json={}).status_code == 401


def test_after_a_restart_a_phone_is_told_what_is_lost(teacher, room):
    one = phone(teacher, room)
    seat = one.cookies["class_seat"]
    with served(Direct(SEED)) as anew:
        anew.cookies.set("class_seat", seat)
        found = anew.get("/api/class/view").json()
    assert found["error"] == TABLE["no_seat"]
    assert "lost" in found["error"]["en"]


def test_strangers_stay_outside(teacher, room):
    stranger = testclient.TestClient(teacher.app, base_url=f"http://{HOST}", client=("192.168.1.9", 1))
    assert stranger.get("/api/class/view").json() == {"number": None, "error": None}
    for path in ("/api/class/stage", "/api/class/stage/events", "/teach", "/parts/charts.js"):
        assert stranger.get(path).status_code == 403
    assert stranger.post("/api/class/teacher", json={"token": room.teacher}).status_code == 403  # not at this machine
    assert stranger.post("/api/class/act", json={"word": "close"}).status_code == 403
    assert stranger.get("/api/class/events").status_code == 401
    assert stranger.post("/api/class/choose", json={}).status_code == 401
    for path in (
        "/parts/../room.py",
        "/parts/room.py",
        "/parts/words.yaml",
        "/api/runs",
        "/api/scenarios/sir",
        "/api/check",
    ):
        assert stranger.get(path).status_code == 404
    for code in ("", "AAAAA", room.code[:4], room.code + "X", "\x00", "é" * 5):
        assert stranger.post("/api/class/join", json={"code": code}).status_code == 403
    here = served(room)
    assert here.get("/api/class/stage").status_code == 401
    assert here.post("/api/class/teacher", json={"token": "x"}).status_code == 401


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"host": "evil.example"}, 421),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": f"http://{HOST}"}, 403),  # the right page, the wrong code
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"content-type": "text/plain"}, 415),
        ({"content-length": "9" * 5000}, 413),
        ({"content-length": "²"}, 413),
    ],
)
def test_other_pages_are_refused(teacher, headers, code):
    head = {"content-type": "application/json"} | headers
    encoded = {key: value.encode("latin-1") for key, value in head.items()}
    answer = teacher.post("/api/class/join", content=b'{"code": "AAAAA"}', headers=encoded)
    assert answer.status_code == code
    assert answer.json()["error"].keys() == {"en", "zh"}


def test_bodies_of_phones_are_small(teacher, room):
    one = phone(teacher, room)
    for size, code in ((3000, 400), (5000, 413)):
        answer = one.post("/api/class/choose", content=b"[" * size, headers={"content-type": "application/json"})
        assert answer.status_code == code
    assert "4 kB" in answer.json()["error"]["en"]


@pytest.fixture
def clock(monkeypatch):
    """The clock of the limits, stopped: how many messages fit must not depend on how fast they are answered."""
    clock = [0.0]
    monkeypatch.setattr("sim.studio.classroom.limits.time.monotonic", lambda: clock[0])
    return clock


def test_who_taps_too_fast_is_told_so_and_nobody_else(teacher, room, clock):
    one, other = phone(teacher, room), phone(teacher, room)
    codes = [one.get("/api/class/view").status_code for _ in range(60)]
    assert codes[0] == 200
    assert codes[-1] == 429
    told = one.get("/api/class/view")
    assert told.json()["error"] == TABLE["too_fast"]
    assert other.get("/api/class/view").status_code == 200
    clock[0] += 1
    assert one.get("/api/class/view").status_code == 200


def test_codes_cannot_be_tried_at_will(teacher, room, clock):
    stranger = testclient.TestClient(teacher.app, base_url=f"http://{HOST}", client=("192.168.1.9", 1))
    codes = [stranger.post("/api/class/join", json={"code": f"A{i}"}).status_code for i in range(40)]
    assert codes.count(403) == 30
    assert codes[-1] == 429
    assert (
        stranger.post("/api/class/join", json={"code": room.code}).status_code == 429
    )  # the right one too, for a while
    assert phone(teacher, room).get("/api/class/view").status_code == 200


def test_an_address_cannot_drown_the_class(teacher, room, clock):
    flood = testclient.TestClient(teacher.app, base_url=f"http://{HOST}", client=("192.168.1.10", 1))
    codes = [flood.get("/parts/phone.css").status_code for _ in range(900)]
    assert codes == [200] * 800 + [429] * 100
    assert phone(teacher, room).get("/api/class/view").status_code == 200


@pytest.mark.parametrize(
    "options",
    [
        {"rounds": 0}, {"rounds": 1e3}, {"rounds": True}, {"seconds": -1}, {"network": "file"}, {"network": ["ring"]},
        {"p": 2}, {"p": float("nan")}, {"p": "x"}, {"sees": 1}, {"title": 5}, {"title": "x" * 10_001}, {"beginners": 0},
        {"model": "sir"}, {"way": None},
    ],
)  # fmt: skip
def test_options_that_cannot_be_are_refused(teacher, room, options):
    for _ in range(3):
        phone(teacher, room)
    raw = json.dumps({"word": "start", "kind": "nodes", "options": options})
    answer = teacher.post("/api/class/act", content=raw, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["error"].keys() == {"en", "zh"}
    assert room.game is None


def test_what_cannot_be_begun_is_said(teacher, room):
    act = lambda **body: teacher.post("/api/class/act", json=body)  # noqa: E731
    assert act(word="start", kind="nodes").json()["error"]["en"].startswith("it takes at least 3")
    assert act(word="close").status_code == 409
    for _ in range(3):
        phone(teacher, room)
    assert act(word="start", kind="extends").status_code == 422
    assert act(word="start", kind="nodes").status_code == 200
    assert act(word="start", kind="nodes").json()["error"] == TABLE["still_going"]
    assert act(word="leave").json()["error"] == TABLE["still_going"]
    assert act(word="nothing").status_code == 400


def test_a_thousand_malformed_messages_harm_nobody(teacher, room, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    phones = [phone(teacher, room) for _ in range(3)]
    teacher.post("/api/class/act", json={"word": "start", "kind": "nodes", "options": {}})
    played, seats = room.game, {*room.roster.seats}
    body = {"game": played.id, "round": 1, "value": True}
    free = next(one for one in phones if one.get("/api/class/view").json()["game"]["shared"] is None)
    assert free.post("/api/class/choose", json=body).status_code == 200
    chosen = dict(played.choices)
    buckets = teacher.app.state.by_seat
    codes = set()
    for turn in range(1000):
        path, raw = malformed(turn)
        if turn % 20 == 0:
            buckets.known.clear()  # so that it is the messages that are refused, and not their haste
        codes.add(phones[0].post(path, content=raw, headers={"content-type": "application/json"}).status_code)
    assert codes <= {400, 401, 403, 404, 405, 409, 413, 422, 429}
    assert codes >= {400, 403, 404, 409}
    assert (room.game, room.game.choices, {*room.roster.seats}) == (played, chosen, seats)
    assert phones[1].get("/api/class/view").json()["game"]["state"] == OPEN
    assert [*tmp_path.iterdir()] == []  # nothing of a class is written


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_titles_and_names_stay_text(teacher, room, title):
    phones = [phone(teacher, room, title[:500]) for _ in range(3)]
    raw = json.dumps({"word": "start", "kind": "nodes", "options": {"title": title}}).encode()
    answer = teacher.post("/api/class/act", content=raw, headers={"content-type": "application/json"})
    assert answer.status_code == 200
    assert phones[0].get("/api/class/view").json()["game"]["title"] == title
    for html in (teacher.get("/teach").text, phones[0].get("/j").text):
        assert title not in html  # pages hold nothing of anybody's; it comes as data and is set as text
    for name in ("phone.js", "teach.js"):
        assert "innerHTML" not in pages.part(name)


def test_a_phone_s_page_is_small_and_may_do_little(teacher):
    for path in ("/", "/j"):
        answer = teacher.get(path, headers={"accept-language": "zh-CN,zh;q=0.9"})
        assert '<html lang="zh-CN">' in answer.text
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
    size = sum(len(teacher.get(path).content) for path in ("/j", "/parts/phone.js", "/parts/phone.css"))
    assert size < 60_000
    assert "http://" not in pages.part("phone.js").replace("http://www.w3.org", "")


def test_the_offline_page(teacher):
    answer = teacher.get("/ladder.html?save&lang=zh")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert len(answer.content) > 50_000


def test_a_tap_that_comes_twice_closes_one_round(teacher, room):
    for _ in range(5):
        phone(teacher, room)
    game = teacher.post("/api/class/act", json={"word": "start", "kind": "nodes"}).json()["game"]
    tap = {"word": "close", "kind": game["game"], "number": 1}
    assert [teacher.post("/api/class/act", json=tap).json()["game"]["round"] for _ in range(2)] == [2, 2]


def test_a_state_between_rounds_takes_no_choice():
    made = game(Nodes)
    made.state = COMPUTING
    with pytest.raises(RefusalError):
        made.choose(3, made.id, made.round, True)


# ---- the shell, the words


def test_the_shell(capsys, tmp_path):
    from sim.studio import serving

    assert main.main(["studio", "--host", "127.0.0.1"]) == 2
    assert "is for a class" in capsys.readouterr().err
    with serving.bound(0) as taken:
        number = str(taken.getsockname()[1])
        assert main.main(["studio", "--class", "--host", "127.0.0.1", "--port", number, "--no-open"]) == 2
    assert "cannot be had" in capsys.readouterr().err
    assert main.main(["studio", "--class", "--host", "192.0.2.77", "--no-open"]) == 2
    assert capsys.readouterr().err == "sim: 192.0.2.77 is no address of this machine; leave --host out\n"


def test_what_is_said_at_the_start():
    from sim.studio.classroom.serving import lines

    told = lines("http://192.168.1.5:9/", "ABCDE", "http://127.0.0.1:9/teach#x", ["10.0.0.3"])
    assert "192.168.1.5:9" in told[0]
    assert "10.0.0.3" in told[1]
    assert any("hotspot" in line and "ladder.html" in line for line in told)
    assert "written to disk" in told[-1]


def test_no_word_is_missing_and_none_unused():
    where = Path(pages.__file__).parent
    scripts = {name: pages.part(f"{name}.js") for name in ("phone", "teach")}
    python = "\n".join(path.read_text(encoding="utf-8") for path in where.glob("*.py"))
    every = "\n".join(path.read_text(encoding="utf-8") for path in where.glob("parts/*.js"))
    asked = {key for key in TABLE if f'"{key}"' in python}
    made = {*re.findall(r"`(\w+_)\$\{", every)}  # the beginning of a key that goes on with what is known
    for key in TABLE.keys() - asked:
        prefix, bare = key.split("_", 1)
        assert prefix in ("phone", "teach", "both"), key
        assert f'"{bare}"' in every + python or any(bare.startswith(start) for start in made), key
    for name, script in scripts.items():
        known = {key.split("_", 1)[1] for key in TABLE if key.startswith((f"{name}_", "both_"))}
        wanted = {*re.findall(r'(?:word|label)\(\s*"(\w+)"\s*[,)]', script)}
        assert wanted - known - page_words.ui().keys() == set()
    for key, both in TABLE.items():
        assert both.keys() == {"en", "zh"}, key
        assert sorted(re.findall(r"\{\w+\}", both["en"])) == sorted(re.findall(r"\{\w+\}", both["zh"])), key

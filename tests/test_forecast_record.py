"""Forecasts on record: scores by hand, seals and chains of which no byte can change, one clock, no later data."""

import json
import math
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
import worlds
from asked import world
from matplotlib.text import Text

from sim.base import loader
from sim.base.errors import SimError
from sim.cli import main
from sim.pages import still, words
from sim.scenario.load import load
from sim.studies.forecast import cases, chain, chart, clock, forecast, record, register, score, seal, stated, track
from sim.studies.forecast.chain import BEGIN
from sim.studies.hindcast import score as scoring
from sim.studies.hindcast.known import plan
from sim.studies.reality.cases import observed

pytestmark = pytest.mark.filterwarnings("ignore::sim.base.notices.NoticeWarning")
NOON = datetime.fromisoformat("2021-01-01T12:00+08:00")
LATER = datetime.fromisoformat("2021-02-01T12:00+08:00")
FEW = {"seeds": 3, "users": 300}
TOPICS, LIKES = "square_topics", "square_impressions_total"


def set_clock(monkeypatch, when):
    monkeypatch.setattr(clock, "now", lambda: when)


def made(**changes):
    """A forecast by hand: three runs, one day known, two predicted."""
    runs = {TOPICS: [[1, 2], [3, 4], [5, 6]]}
    told = {
        "form": stated.FORM,
        "scenario": {"name": "tiny", "title": "Tiny", "users": 9, "seed": 1, "start": "2021-01-01T00:00:00+08:00"},
        "asked": {"seeds": 3, "candidates": 3, "with_plan": True},
        "known_until": "2021-01-01",
        "to": "2021-01-03",
        "first": "2021-01-01",
        "effective_size": 2.667,
        "seeds": [1, 2, 3],
        "weights": [0.5, 0.25, 0.25],
        "known": {TOPICS: {"2021-01-01": 4}},
        "stated": runs,
        "bands": {TOPICS: [[1, 1, 1, 3, 5], [2, 2, 2, 4, 6]]},
        "data": {"last": "2021-01-01", "used": [], "not_used": [], "switched_off": [], "planned": {}},
        "note": "",
    } | changes
    head = {"registered": "2021-01-01T12:00:00+08:00", "software": stated.software(), "hindsight": {}}
    labels = {TOPICS: {"en": "topics each day", "zh": "每日话题数"}}
    return told | head | {"labels": labels, "digest": stated.known_by(told)}


@pytest.fixture
def sealed(tmp_path, monkeypatch):
    """A sealed file of `made`, a month later."""
    set_clock(monkeypatch, LATER)
    path = tmp_path / "sealed.json"
    path.write_text(seal.sealed(made()), encoding="utf-8")
    return path


def numbers(path, *rows):
    path.write_text("\n".join(["date,quantity,value", *rows, ""]), encoding="utf-8")
    return path


# ---- scores


def test_crps_coverage_and_skill_of_three_runs_by_hand(sealed, tmp_path):
    """Weights ½, ¼, ¼ on 1, 3, 5: ½ E|X − X′| is 0.875. Of naive ones the power law is nearest: 4 · 2^−1.3 = 1.62."""
    power = 4 * 2**-1.3
    for truth, crps, inside, naive in ((2, 0.625, (1, 1), 2 - power), (4, 1.125, (0, 1), 0.0), (9, 5.625, (0, 0), 5.0)):
        found = score(sealed, numbers(tmp_path / "later.csv", f"2021-01-02,{TOPICS},{truth}"), tmp_path / f"{truth}")
        (one,) = found.entered.entry.body["numbers"]
        assert one["crps"] == pytest.approx(crps)
        assert one["bands"] == [1, 1, 1, 3, 5]
        assert one["naive"]["persistence"] == abs(4 - truth)
        assert one["naive"]["power_law"] == pytest.approx(abs(power - truth))
        assert one["naive"]["exponential_decay"] == pytest.approx(abs(4 * 2 ** (-1 / 0.53) - truth))
        (standing,) = [x for x in record(tmp_path / f"{truth}").standings if x.scenario == "tiny"]
        (number,), (row,) = standing.numbers, standing.beside
        assert (number.within(1), number.within(0)) == inside
        assert (math.isnan(row.skill) if naive == 0 else row.skill) == (
            True if naive == 0 else pytest.approx(1 - crps / naive)
        )
        assert (row.skill > 0) is (naive > crps)  # the naive one is the better of two in the first, none in the last


def test_sums_from_the_first_day_ahead_and_totals_go_on_from_what_was_known(sealed):
    name, total = f"{TOPICS}_ahead", f"{TOPICS}_total"
    known = {TOPICS: {"2021-01-01": 4}, total: {"2021-01-01": 10}}
    rows = {name: [[1, 3], [3, 7], [5, 11]], total: [[11, 13], [13, 17], [15, 21]]}
    runs = stated.runs(made(known=known, stated=rows))
    for which, last in ((name, 0), (total, 10)):
        row = scoring.beside(runs, which, date(2021, 1, 3), 9.0)
        assert row.naive["persistence"] == abs(last + 8 - 9)
        assert row.naive["power_law"] == pytest.approx(abs(last + 4 * 2**-1.3 + 4 * 3**-1.3 - 9))


def test_what_a_file_states_is_what_the_runs_have(monkeypatch):
    set_clock(monkeypatch, LATER)
    answer = forecast(world(), "2021-01-02", "2021-01-01", quantities=[TOPICS, f"{TOPICS}_ahead", LIKES], **FEW)
    found, whole = stated.runs(answer.sealed), scoring.of(answer.found)
    assert np.allclose(found.weights, whole.weights)
    assert (found.span, found.first) == (whole.span, whole.first)
    for name in (TOPICS, LIKES):
        assert found.values[name][:, 1].tolist() == whole.values[name][:, 1].tolist()
    assert found.values[f"{TOPICS}_ahead"][:, 1].tolist() == whole.values[TOPICS][:, 1].tolist()
    truth = {TOPICS: {date(2021, 1, 2): 2.0}, LIKES: {date(2021, 1, 2): 900.0}}
    for ours, theirs in zip(scoring.score(found, truth), scoring.score(whole, truth), strict=True):
        assert ours[1:] == pytest.approx(theirs[1:])
    assert answer.sealed["bands"][LIKES][0] == pytest.approx(scoring.judged(whole, truth)[1].bands)


# ---- seals


def test_a_byte_that_changes_anywhere_is_refused(sealed):
    raw = sealed.read_bytes()
    assert stated.read(sealed)["to"] == "2021-01-03"
    for at in range(len(raw)):
        for flip in (0x01, 0x20, 0x80):
            sealed.write_bytes(raw[:at] + bytes([raw[at] ^ flip]) + raw[at + 1 :])
            with pytest.raises(SimError, match="is not as it was sealed"):
                stated.read(sealed)
    for other in (raw[:-1], raw + b" ", raw[1:], b"", raw.replace(b"\n", b"\r\n"), b"[]", b"{" * 5000):
        sealed.write_bytes(other)
        with pytest.raises(SimError, match="is not as it was sealed"):
            stated.read(sealed)


def test_another_form_or_a_digest_of_something_else_is_refused_in_a_line(sealed):
    for told in (made(form=99), {"a": 1}, made() | {"digest": "0" * 64}):
        sealed.write_text(seal.sealed(told), encoding="utf-8")
        with pytest.raises(SimError, match="is no forecast that this program reads"):
            stated.read(sealed)
    with pytest.raises(SimError, match="no such file"):
        stated.read(sealed.with_name("none.json"))


def test_the_same_question_has_the_same_digest_whenever_and_wherever_it_is_asked(tmp_path, monkeypatch):
    found = []
    try:
        for n, zone in enumerate(("Asia/Shanghai", "America/New_York", "Pacific/Kiritimati")):
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            set_clock(monkeypatch, LATER + timedelta(hours=7 * n))
            answer = forecast(world(), "2021-01-02", "2021-01-01", jobs=1 + n % 2, **FEW)
            found.append((answer, register(answer, tmp_path)))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert len({answer.sealed["digest"] for answer, _ in found}) == 1
    assert len({answer.text for answer, _ in found}) == 3  # sealed at other moments
    assert [one.new for _, one in found] == [True, False, False]
    assert [x.scenario for x in record(tmp_path).standings].count("tiny") == 1
    other = forecast(world(), "2021-01-02", "2021-01-01", **FEW | {"seeds": 4})
    assert other.sealed["digest"] != found[0][0].sealed["digest"]


# ---- the clock


def test_the_clock_is_that_of_beijing_wherever_it_is_read(monkeypatch):
    try:
        for zone in ("America/New_York", "Asia/Tokyo"):
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            assert abs(clock.now() - datetime.now().astimezone()) < timedelta(seconds=2)
            assert clock.now().utcoffset() == timedelta(hours=8)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_last_day_is_predicted_to_its_midnight_and_today_is_known(monkeypatch):
    set_clock(monkeypatch, NOON)
    answer = forecast(world(), "2021-01-03", **FEW)
    assert (answer.sealed["known_until"], answer.world.end.isoformat()) == ("2021-01-01", "2021-01-04T00:00:00+08:00")
    assert [len(row) for row in answer.sealed["stated"][TOPICS]] == [2, 2, 2]
    (standing,) = track.standings([entry_of(answer)], NOON)
    assert (standing.ahead, standing.open, standing.state) == (True, True, "open")
    (standing,) = track.standings([entry_of(answer)], LATER)
    assert standing.state == "due"
    west = world(start="2020-12-31T16:00+00:00")
    assert forecast(west, "2021-01-03", "2021-01-01", **FEW).world.end.isoformat() == "2021-01-04T00:00:00+08:00"


def entry_of(answer):
    """The entry that a record would have of an answer."""
    told, when = answer.sealed, clock.now().isoformat()
    keys = ("known_until", "to", "software", "note", "labels")
    body = {"forecast": told["digest"], "scenario": told["scenario"]["name"], "title": "", "quantities": {}}
    return chain.Entry(1, "registered", when, body | {key: told[key] for key in keys} | told["scenario"], BEGIN)


def test_days_that_do_not_fit_the_clock_are_told(monkeypatch):
    set_clock(monkeypatch, NOON)
    with pytest.raises(SimError, match="is no day to come, it is 2021-01-01 in Beijing; --until DATE"):
        forecast(world(), "2021-01-01")
    with pytest.raises(SimError, match="until: 2021-01-02 lies ahead of the clock"):
        forecast(world(), "2021-01-03", "2021-01-02")
    with pytest.raises(SimError, match="to: 'soon' is no day"):
        forecast(world(), "soon")


def test_before_the_run_begins_nothing_is_known_and_what_is_announced_is_kept(monkeypatch, tmp_path):
    set_clock(monkeypatch, NOON - timedelta(days=9))
    answer = forecast(world(), "2021-01-02", **FEW)
    assert answer.sealed["known_until"] == "2020-12-31"
    assert answer.sealed["data"]["last"] == "2020-12-23"  # nothing is looked at that lies ahead of the clock
    assert any(line.startswith("data until 2020-12-23, predicted") for line in answer.lines())
    earlier = forecast(world(), "2021-01-02", "2020-12-20", **FEW)
    assert earlier.sealed["data"]["last"] == "2020-12-20"
    assert stated.runs(earlier.sealed).cut == date(2020, 12, 31)
    assert answer.found.plan.later == ()
    assert len(answer.sealed["data"]["planned"]["what"]) == 2
    assert all(fact.enabled for fact in answer.world.interventions)
    assert answer.sealed["bands"]["people_reached_total"][-1][2] > 0
    runs = stated.runs(answer.sealed)
    assert scoring.beside(runs, "people_reached_total", date(2021, 1, 2), 50.0).naive["persistence"] == 50.0
    assert register(answer, tmp_path).new
    words = answer.asked().words
    assert words[words.index("--until") + 1] == "2020-12-23"  # the day of the clock: a later one would be refused
    without = forecast(world(), "2021-01-02", with_plan=False, **FEW)
    assert without.sealed["bands"]["people_reached_total"][-1][2] == 0
    with pytest.raises(SimError, match="nothing is known yet by which candidates"):
        forecast(world(), "2021-01-02", candidates=9, **FEW)


def test_facts_between_the_day_and_the_clock_are_hindsight_unless_they_were_announced(monkeypatch):
    set_clock(monkeypatch, LATER)
    facts = [worlds.post(), worlds.post(at="2021-01-02T06:00+08:00", topic="Later", note="as announced")]
    late = plan(world(interventions=facts), date(2021, 1, 1), date(2021, 1, 2), users=300, now=LATER)
    assert (late.later, late.planned) == (("02 Jan 06:00 as announced",), ())
    asked = {"users": 300, "now": LATER, "announced": ["as announced"]}
    kept = plan(world(interventions=facts), date(2021, 1, 1), date(2021, 1, 2), **asked)
    assert (kept.later, kept.planned) == ((), ("02 Jan 06:00 as announced",))
    assert [fact.enabled for fact in kept.scenario.interventions] == [True, True]


# ---- later data


def figure(at, **more):
    return {"metric": "square_likes", "value": 40, "source": "a test", "at": at} | more


def test_observed_rows_of_later_are_refused_or_left_out(monkeypatch):
    set_clock(monkeypatch, LATER)
    figures = [figure("2021-01-01T12:00+08:00"), figure("2021-01-02T12:00+08:00", used=True, label="likes so far")]
    source, bare = world(observed={"figures": figures}), world(observed={"figures": figures[:1]})
    with pytest.raises(
        SimError, match=r"holds 1 observed rows of later than 2021-01-01.*: likes so far of 2021-01-02;"
    ):
        forecast(source, "2021-01-02", "2021-01-01", **FEW)
    left = forecast(source, "2021-01-02", "2021-01-01", leave_out_later=True, **FEW)
    assert left.sealed["hindsight"] == {"left_out": 1, "set_by_later": ["likes so far"]}
    assert left.sealed["digest"] == forecast(bare, "2021-01-02", "2021-01-01", **FEW).sealed["digest"]
    assert any("were set by figures of later" in line for line in left.lines())
    set_clock(monkeypatch, NOON)
    with pytest.raises(SimError, match="observed in the future: likes so far of 2021-01-02; by the clock"):
        forecast(source, "2021-01-03", leave_out_later=True, **FEW)


def test_daily_numbers_weigh_runs_and_may_not_be_of_later(monkeypatch, tmp_path):
    set_clock(monkeypatch, LATER)
    known = numbers(tmp_path / "known.csv", "2021-01-01,square_impressions,700", "2020-12-30,square_impressions,5")
    asked = {"until": "2021-01-01", **FEW}
    answer = forecast(world(), "2021-01-02", data=known, **asked)
    assert [one["label"] for one in answer.sealed["data"]["used"]] == ["square impressions, 01 Jan"]
    assert answer.sealed["known"]["square_impressions"] == {"2021-01-01": 700}
    assert answer.sealed["data"]["last"] == "2021-01-01"
    assert len(set(answer.sealed["weights"])) == 3
    assert len(set(forecast(world(), "2021-01-02", **asked).sealed["weights"])) == 1
    again = forecast(world(), "2021-01-02", data={"square_impressions": {date(2021, 1, 1): 700}}, **asked)
    assert again.sealed["digest"] == answer.sealed["digest"]
    late = numbers(tmp_path / "late.csv", "2021-01-01,square_impressions,700", "2021-01-02,square_impressions,5")
    with pytest.raises(
        SimError, match=r"data: 1 rows are of later than 2021-01-01, .*square_impressions of 2021-01-02"
    ):
        forecast(world(), "2021-01-02", data=late, **asked)
    set_clock(monkeypatch, NOON)
    with pytest.raises(SimError, match="data: 1 rows are of a day that is not over, it is 2021-01-01 in Beijing"):
        forecast(world(), "2021-01-02", data={"square_impressions": {date(2021, 1, 1): 700}}, **FEW)
    set_clock(monkeypatch, LATER)
    with pytest.raises(SimError, match="data: unknown quantity 'square_impresions'; did you mean"):
        forecast(world(), "2021-01-02", data={"square_impresions": {date(2021, 1, 1): 1.0}}, **asked)
    with pytest.raises(SimError, match="unknown quantity 'square_topic'; did you mean"):
        forecast(world(), "2021-01-02", quantities=["square_topic"], **asked)


def test_every_row_that_is_not_scored_is_told(sealed, tmp_path, monkeypatch):
    rows = ["2021-01-01", "2021-01-02", "2021-01-03", "2021-01-04"]
    later = numbers(tmp_path / "later.csv", *(f"{day},{TOPICS},2" for day in rows), "2021-01-02,square_likes,1")
    set_clock(monkeypatch, datetime.fromisoformat("2021-01-03T23:59+08:00"))
    found = score(sealed, later, tmp_path / "record")
    told = {(one.quantity, one.date): one.reason for one in found.left}
    assert told == {
        (TOPICS, "2021-01-01"): "of days that were known",
        (TOPICS, "2021-01-03"): "of days that are not over",
        (TOPICS, "2021-01-04"): "of days that are not over",
        ("square_likes", "2021-01-02"): "not stated by this forecast",
    }
    lines = found.lines()
    assert all(f"left out: {name} of {day}: {reason}" in lines for (name, day), reason in told.items())
    set_clock(monkeypatch, LATER)
    again = score(sealed, later, tmp_path / "record")
    assert again.entered.new
    assert [one.reason for one in again.left if one.date == "2021-01-04"] == ["beyond the last day predicted"]
    assert not score(sealed, later, tmp_path / "record").entered.new  # the same score is entered once
    none = numbers(tmp_path / "none.csv", f"2021-01-01,{TOPICS},2", "2021-01-02,square_likes,1")
    with pytest.raises(SimError, match="nothing to score: no day after 2021-01-01 that was predicted and is over; not"):
        score(sealed, none, tmp_path / "record")


def test_other_software_is_told(sealed, tmp_path, monkeypatch):
    later = numbers(tmp_path / "later.csv", f"2021-01-02,{TOPICS},2")
    assert not any(line.startswith("made with") for line in score(sealed, later, tmp_path / "a").lines())
    ours = stated.software()
    for other, said in (
        ({"model_version": 99}, "this is model version 99 of package"),
        ({"source": "x"}, "of another source than this: it is scored as it was sealed"),
    ):
        monkeypatch.setattr(stated, "software", lambda other=other: ours | other)
        assert any(said in line for line in score(sealed, later, tmp_path / "a").lines()), said


# ---- the record


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A record of three entries that begins with none."""
    monkeypatch.setattr(track, "OURS", tmp_path / "none")
    set_clock(monkeypatch, LATER)
    place = tmp_path / "record"
    register(made(), place)
    path = place / track.KEPT / f"{made()['digest'][:16]}.json"
    score(path, numbers(tmp_path / "later.csv", f"2021-01-02,{TOPICS},2"), place)
    score(path, numbers(tmp_path / "more.csv", f"2021-01-02,{TOPICS},3", f"2021-01-03,{TOPICS},9"), place)
    return place


def test_a_record_tells_the_latest_of_every_number(kept):
    (one,) = record(kept).standings
    assert [(number.observed, number.within(0)) for number in one.numbers] == [(3, True), (9, False)]
    assert (one.state, one.ahead, one.to) == ("scored", False, date(2021, 1, 3))
    assert track.tally([one]) == (1, 1, 2, 1, 1, 1, int(one.beside[0].skill > 0))
    lines = record(kept).lines()
    assert "2021-02-01, afterwards" in "\n".join(lines)
    assert lines[-1].startswith("3 entries, the chain is whole; head ")


def test_a_number_that_is_corrected_and_corrected_back_counts_as_it_was_given_last(kept, tmp_path):
    path = kept / track.KEPT / f"{made()['digest'][:16]}.json"
    first = numbers(tmp_path / "first.csv", f"2021-01-02,{TOPICS},2")
    again = score(path, first, kept).entered
    assert (again.new, again.entry.n) == (True, 4)
    assert [number.observed for number in record(kept).standings[0].numbers] == [2, 9]
    twice = score(path, first, kept).entered
    assert (twice.new, twice.entry.n) == (False, 4)


def test_the_picture_has_the_latest_numbers(kept):
    (one,) = record(kept).standings
    early = one.numbers[0]._replace(quantity="early_one")
    many = replace(one, numbers=(early, *[one.numbers[1]] * chart.MOST))
    figure = chart.of_record([many], track.tally([many]), LATER.date())
    told = " ".join(text.get_text() for text in figure.findobj(Text))
    assert "early one" not in told
    assert "1 earlier rows are left out" in told


def test_a_byte_of_a_record_that_changes_is_told_and_nothing_is_added_to_it(kept):
    path = kept / chain.FILE
    raw = path.read_bytes()
    for at in range(len(raw)):
        path.write_bytes(raw[:at] + bytes([raw[at] ^ 0x01]) + raw[at + 1 :])
        with pytest.raises(SimError, match=r"record.jsonl:?\d*: (the chain is broken|has changed)"):
            record(kept)
    with pytest.raises(SimError):
        register(made(to="2021-01-02"), kept)
    assert len([*(kept / track.KEPT).iterdir()]) == 1


def test_an_entry_that_is_removed_moved_or_added_is_told(kept):
    path = kept / chain.FILE
    lines = path.read_text(encoding="utf-8").splitlines()
    first, second, third, last = lines
    empty = '{"entries":0,"head":"' + BEGIN + '"}'
    broken = {
        ":1: the chain is broken: an entry was removed": [second, third, last],
        ":2: the chain is broken: an entry was removed": [first, third, last],
        ":3: the chain is broken at its end": [first, second, last],
        ":2: the chain is broken: ": [first, third, second, last],
        ":2: the chain is broken: an": [first, first, second, third, last],
        ":4: the chain is broken at its end": [first, second, third, empty],
        ":1: the chain is broken at its end": [],
    }
    for said, some in broken.items():
        path.write_text("".join(f"{line}\n" for line in some), encoding="utf-8")
        with pytest.raises(SimError) as caught:
            record(kept)
        assert said in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_head_that_was_noted_is_found_again(kept, monkeypatch, capsys):
    noted = record(kept).entries[0].hash
    register(made(to="2021-01-02", bands={TOPICS: [[1, 1, 1, 3, 5]]}), kept)
    assert main.main(["forecast", "record", "--record", str(kept), "--holds", noted[:12]]) == 0
    assert "entry 1 of 2021-02-01 12:00; nothing up to it was altered" in capsys.readouterr().out
    assert main.main(["forecast", "record", "--record", str(kept), "--holds", "f" * 64]) == 2
    assert "no entry of this record has it" in capsys.readouterr().err
    for short in ("", noted[:4]):
        assert main.main(["forecast", "record", "--record", str(kept), "--holds", short]) == 2
        assert "is too short for a head" in capsys.readouterr().err


def test_a_kept_file_of_another_forecast_is_refused_and_another_seal_is_told(kept, tmp_path):
    place = kept / track.KEPT / f"{made()['digest'][:16]}.json"
    later = numbers(tmp_path / "later.csv", f"2021-01-02,{TOPICS},2")
    earlier = made() | {"registered": "2020-12-01T12:00:00+08:00"}  # the same numbers, as if of long before
    forged = tmp_path / "forged.json"
    forged.write_text(seal.sealed(earlier), encoding="utf-8")
    told = score(forged, later, kept)
    assert any("this file has another seal: on record it has" in line for line in told.lines())
    assert not any("another seal" in line for line in score("tiny", later, kept).lines())
    place.write_text(seal.sealed(made(weights=[0.25, 0.25, 0.5])), encoding="utf-8")
    with pytest.raises(SimError, match="is not the forecast that is on record under"):
        score("tiny", later, kept)


def add(job):
    place, number = job
    return chain.append(place, "registered", "then", {"forecast": str(number)})[0].n


def test_many_that_append_at_once_lose_nothing(tmp_path):
    jobs = [(tmp_path, number) for number in range(24)]
    with ThreadPoolExecutor(6) as threads:
        first = [*threads.map(add, jobs[:12])]
    with get_context("fork").Pool(4) as processes:
        rest = processes.map(add, jobs[12:], chunksize=1)
    found = chain.read(tmp_path)
    assert sorted([*first, *rest]) == [entry.n for entry in found] == [*range(1, 25)]
    assert {entry.body["forecast"] for entry in found} == {str(number) for number in range(24)}
    assert [path.name for path in tmp_path.iterdir()] == [chain.FILE]


def test_an_entry_that_cannot_be_written_leaves_the_record_as_it_was(kept, monkeypatch):
    before = (kept / chain.FILE).read_bytes()

    def full(path, text, encoding):
        path.write_bytes(text.encode(encoding)[: len(text) // 2])
        raise OSError(28, "No space left on device", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        with pytest.raises(OSError, match="No space left"):
            chain.append(kept, "registered", "then", {"forecast": "x"})
    assert (kept / chain.FILE).read_bytes() == before
    assert [path.name for path in kept.glob(".*")] == []


def test_a_forecast_that_is_not_on_the_record_is_registered_as_of_now(sealed, tmp_path):
    found = score(sealed, numbers(tmp_path / "later.csv", f"2021-01-02,{TOPICS},2"), tmp_path / "other")
    assert found.registered.new
    assert any(line.startswith("it was not on this record: ") for line in found.lines())
    (one,) = [x for x in record(tmp_path / "other").standings if x.scenario == "tiny"]
    assert (one.registered, one.ahead) == (LATER, False)  # though its file says that it was sealed before


def texts(value):
    if isinstance(value, dict):
        if value.keys() == {"en", "zh"}:
            yield value
            return
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from texts(inner)


def test_the_page_and_the_picture_of_a_record(kept, tmp_path, capsys):
    assert (
        main.main(["forecast", "record", "--record", str(kept), "--page", str(tmp_path / "out"), "--lang", "zh"]) == 0
    )
    out = tmp_path / "out"
    assert (out / "record.png").read_bytes()[:4] == b"\x89PNG"
    assert '<html lang="zh-CN">' in (out / "page.html").read_text(encoding="utf-8")
    assert len((out / "record.csv").read_text(encoding="utf-8").splitlines()) == 3
    document = json.loads((out / "page.json").read_text(encoding="utf-8"))
    assert "1 of 2 numbers lay in the 90 % band" in document["title"]["en"]
    assert all(said["en"] and said["zh"] for said in texts([document["title"], document["about"], document["cards"]]))
    for section in words.localised(document["sections"], "zh"):
        if section.get("chart"):
            assert still.picture(section["chart"], {}, "zh").startswith("<svg")
    assert main.main(["page", str(out), "--lang", "en"]) == 0
    assert main.main(["verify", str(out)]) == 0


def test_the_command_registers_scores_and_tells(tmp_path, monkeypatch, capsys):
    set_clock(monkeypatch, NOON)
    (tmp_path / "tiny.yaml").write_text(loader.dump(world()), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    words = ["tiny.yaml", "--to", "2021-01-02", "--of", f"{TOPICS},{LIKES}", "--seeds", "3", "--users", "300"]
    assert main.main(["forecast", "register", *words, "--jobs", "1", "--quiet"]) == 0, capsys.readouterr().err
    place = capsys.readouterr().out.strip()
    set_clock(monkeypatch, LATER)
    numbers(tmp_path / "later.csv", f"2021-01-02,{TOPICS},1", f"2021-01-02,{LIKES},900")
    assert main.main(["forecast", "score", place, "--against", "later.csv"]) == 0, capsys.readouterr().err
    out = capsys.readouterr().out
    assert "in 90 % band" in out
    assert f"entry {len(chain.read(track.OURS)) + 2} of results/forecasts/record.jsonl" in out
    assert main.main(["forecast", "record"]) == 0
    assert "registered before their first day: 1, scored 1; of 2 numbers" in capsys.readouterr().out
    path = tmp_path / place / "sealed.json"
    path.write_bytes(path.read_bytes().replace(b'"note"', b'"nota"'))
    assert main.main(["forecast", "score", place, "--against", "later.csv"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("it is no sealed forecast; refused")


def test_every_command_finds_the_record_by_one_rule(tmp_path, monkeypatch, capsys):
    """`--record`, else the folder `forecasts` of where results go; so what `register --out X` entered is found by X."""
    set_clock(monkeypatch, NOON)
    (tmp_path / "tiny.yaml").write_text(loader.dump(world()), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    asked = ["tiny.yaml", "--to", "2021-01-02", "--of", TOPICS, "--seeds", "3", "--users", "300", "--jobs", "1"]
    assert main.main(["forecast", "register", *asked, "--out", "x"]) == 0, capsys.readouterr().err
    assert "of x/forecasts/record.jsonl" in capsys.readouterr().out
    set_clock(monkeypatch, LATER)
    numbers(tmp_path / "later.csv", f"2021-01-02,{TOPICS},1")
    assert main.main(["forecast", "score", "tiny", "--against", "later.csv", "--out", "x"]) == 0
    assert "of x/forecasts/record.jsonl" in capsys.readouterr().out
    assert main.main(["forecast", "record", "--out", "x"]) == 0
    assert "scored 1; of 1 numbers" in capsys.readouterr().out
    assert (tmp_path / "x/forecasts/page.html").exists()
    assert not (tmp_path / "results").exists()
    assert main.main(["forecast", "score", "tiny", "--against", "later.csv"]) == 2
    assert "nothing of that name is on record" in capsys.readouterr().err
    for command in ("register", "score", "record"):
        assert main.main(["forecast", command, "--help"]) == 0
        told = " ".join(capsys.readouterr().out.split())
        assert "folder of the track record (OUT/forecasts)" in told
        assert "where results go (./results)" in told


# ---- the entries that come with the program


def test_a_record_of_ones_own_begins_with_those_of_the_program(tmp_path, monkeypatch):
    set_clock(monkeypatch, LATER)
    ours = chain.read(track.OURS)
    assert record(tmp_path / "none").entries == tuple(ours)
    assert not record(tmp_path / "none").own
    assert register(made(), tmp_path).entry.n == len(ours) + 1
    assert chain.read(tmp_path)[: len(ours)] == ours


@pytest.mark.parametrize("name", ["erke", "bingdundun"])
def test_a_case_is_scored_again_with_nothing_but_its_file(name):
    """CRPS, bands and the power law from the JSON alone, in plain Python; a case that held, and one that was missed."""
    (one,) = [one for one in record(track.OURS).standings if one.scenario == name]
    path = track.OURS / track.KEPT / f"{one.digest[:16]}.json"
    told, case = json.loads(path.read_text(encoding="utf-8")), observed().cases[name]
    total = sum(told["weights"])
    weights = [weight / total for weight in told["weights"]]
    peak = told["known"]["weibo_topic_hours"][case.peak.isoformat()]
    for number, days, came in zip(one.numbers, (3, 21), (case.early, case.early + case.late), strict=True):
        assert (number.day - case.peak).days == days
        assert number.observed == pytest.approx(came)
        values = [row[days - 1] for row in told["stated"]["weibo_topic_hours_ahead"]]
        pairs = [*zip(weights, values, strict=True)]
        off = sum(w * abs(x - came) for w, x in pairs)
        spread = sum(v * w * abs(y - x) for v, y in pairs for w, x in pairs)
        assert number.crps == pytest.approx(off - spread / 2)
        for level, band in zip((0.05, 0.25, 0.5, 0.75, 0.95), number.bands, strict=True):
            assert band == next(x for x in sorted(values) if sum(w for w, y in pairs if y <= x) >= level - 1e-9)
        assert number.within(0) is (number.bands[0] <= came <= number.bands[4])
        if days == 3:
            law = sum(peak * (1 + d) ** -1.3 for d in (1, 2, 3))
            body = [
                e.body for e in record(track.OURS).entries if e.what == "scored" and e.body["forecast"] == one.digest
            ]
            assert body[0]["numbers"][0]["naive"]["power_law"] == pytest.approx(abs(law - came))


def test_the_twelve_cases_are_on_record_and_their_scores_are_those_of_their_files(tmp_path):
    known = observed().cases
    by_name = {one.scenario: one for one in record(track.OURS).standings}
    assert by_name.keys() == known.keys()
    for name, one in by_name.items():
        assert (one.known_until, one.ahead, one.note) == (known[name].peak, False, cases.NOTE)
        path = track.OURS / track.KEPT / f"{one.digest[:16]}.json"
        runs = stated.runs(stated.read(path))
        truth = scoring.numbers(track.OURS / cases.OBSERVED / f"{name}.csv")
        assert truth == cases.observed_later(known[name])
        again = scoring.judged(runs, truth)
        assert [(x.quantity, x.day, x.observed) for x in again] == [
            (x.quantity, x.day, x.observed) for x in one.numbers
        ]
        for ours, theirs in zip(again, one.numbers, strict=True):
            assert ours.bands == theirs.bands
            assert ours.crps == pytest.approx(theirs.crps)
    page = (track.OURS.parents[1] / "docs/forecasts.md").read_text(encoding="utf-8")
    assert page.startswith(cases.HEAD)
    assert "constants were fitted to these same twelve cases" in " ".join(page.split())
    assert "由这十二个案例本身拟合" in page
    assert all(one.digest[:8] in page for one in by_name.values())
    assert load(f"cases/{next(iter(known))}").name in by_name

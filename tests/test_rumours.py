"""Stories that may be untrue: who comes to believe them, who is corrected, and what that does to their spread."""

import generated
import numpy as np
import pytest
import test_engines
import worlds

from sim.base.errors import ScenarioError
from sim.runs.runner import simulate
from sim.world.records import BELIEVES, CORRECTED, SUSCEPTIBLE

SURE = {"convince": 1.0, "correct": 1.0, "blocks": 1.0}
LATER = "2021-01-01T06:00+08:00"


def world(users=200, *, rumour=None, refuted=LATER, days=1.0, reposts=0.0, **rest):
    """A star tells all its followers something that may be untrue, and later, if at all, an agency says that it is."""
    facts = [worlds.post()]
    if refuted:
        facts.append(worlds.post(at=refuted, actor="agency", tone="negative", topic="It is not so"))
    accounts = [{"name": name, "kind": "media", "accounts": {"square": users}} for name in ("star", "agency")]
    square = worlds.platform(users, chances={"repost": reposts})
    data = worlds.document(users, days=days, actors=accounts, interventions=facts, platforms={"square": square}, **rest)
    data["stories"] = {"tale": {"title": "Tale", "rumour": SURE | (rumour or {})}}
    return data


def held(tables, what):
    return int((tables.world.state.belief[0] == what).sum())


def test_who_reads_it_believes_it_until_a_post_against_it_corrects_them():
    before, after = simulate(worlds.load(world(refuted=None))), simulate(worlds.load(world()))
    assert [held(before, what) for what in (SUSCEPTIBLE, BELIEVES, CORRECTED)] == [0, 200, 0]
    assert [held(after, what) for what in (SUSCEPTIBLE, BELIEVES, CORRECTED)] == [0, 0, 200]
    assert before.summary["believers"] == 200 == after.summary["people_corrected"]
    beliefs = after.beliefs.set_index("time")
    assert beliefs.believes["2021-01-01T06:00+08:00"] == 200
    assert (beliefs.believes + beliefs.corrected <= 200).all()
    assert (np.diff(beliefs.corrected) >= 0).all()


def test_shares_who_believe_and_are_corrected_are_those_of_the_story():
    users, convince, correct = 20_000, 0.4, 0.7
    tables = simulate(worlds.load(world(users, rumour={"convince": convince, "correct": correct})))
    corrected = held(tables, CORRECTED) / users
    believes = held(tables, BELIEVES) / users
    margin = 5 * 0.5 / np.sqrt(users)  # five standard errors at most: false alarm below 1e-6
    assert abs(corrected - correct) < margin
    assert abs(believes - convince * (1 - correct)) < margin


def test_some_segments_believe_more():
    credulity = {"generation_z": 0.0, "post_90s": 2.0}
    tables = simulate(worlds.load(world(2000, rumour={"convince": 0.5, "credulity": credulity}, refuted=None)))
    people, belief = tables.world.people, tables.world.state.belief[0]
    segments = list(tables.scenario.people.segments)
    share = [belief[people.segment == i].mean() for i in range(len(segments))]
    assert share[segments.index("generation_z")] == 0.0
    assert share[segments.index("post_90s")] == 1.0


def test_who_is_corrected_passes_nothing_on_and_an_answer_that_comes_first_ends_it():
    def reposts(refuted, blocks=1.0):
        data = world(400, rumour={"blocks": blocks}, refuted=refuted, reposts=0.5)
        data["interventions"][0] = worlds.post(at=LATER)
        tables = simulate(worlds.load(data))
        posts = tables.posts[tables.posts.topic == "Tale"]
        return int(posts.reposts.sum())

    early = "2021-01-01T00:00+08:00"
    assert reposts(early) == 0 < reposts(None)
    assert reposts(early, blocks=0.0) == reposts("2021-01-01T23:30+08:00") == reposts(None)


def test_a_story_without_the_question_costs_and_changes_nothing():
    data = world()
    plain, doubted = {"tale": {"title": "Tale"}}, data["stories"]
    without = simulate(worlds.load(data | {"stories": plain}))
    neutral = {"tale": doubted["tale"] | {"rumour": SURE | {"blocks": 0.0}}}
    with_it = simulate(worlds.load(data | {"stories": neutral}))
    assert without.world.state.belief.shape == (0, 200)
    assert without.digests()["series"] == with_it.digests()["series"]
    assert "believers" not in without.summary
    assert "beliefs" not in without.names


@pytest.mark.verify  # in `make test`, tests/test_engines.py has all options in its worlds
@pytest.mark.parametrize("number", [20, 0])
def test_both_engines_give_the_same_digests_with_beliefs(number):
    data = generated.world(number)
    share = worlds.rng(2000 + number).random
    data["stories"]["tale"]["rumour"] = {name: float(share()) for name in ("convince", "correct", "blocks")}
    data["stories"]["tale"]["rumour"]["credulity"] = {"generation_z": 2 * float(share())}
    data["interventions"].append(worlds.post(at="2021-01-01T02:30+08:00", topic="no", tone="negative"))
    columns, agents = test_engines.both(worlds.load(data))
    assert columns.digests() == agents.digests()
    assert columns.summary == agents.summary


def test_a_run_that_stops_goes_on_with_what_people_believe(tmp_path):
    scenario = worlds.load(world(300, rumour={"convince": 0.5, "correct": 0.5, "blocks": 0.5}, reposts=0.3))
    whole, later = simulate(scenario), worlds.gone_on(scenario, 30, tmp_path / "moment.npz")
    assert (later.world.state.belief == whole.world.state.belief).all()
    assert (later.board.beliefs == whole.board.beliefs).all()


def test_a_segment_that_is_not_there_is_told():
    with pytest.raises(ScenarioError, match=r"stories\.tale\.rumour\.credulity\.nobody"):
        worlds.load(world(rumour={"credulity": {"nobody": 2.0}}))

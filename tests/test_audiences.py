"""Paid reach for an audience: shown to its people alone, at its price, and to each of them once."""

import numpy as np
import pytest
import worlds
from test_campaign import SELLS, data, post
from test_engines import both

from sim import catalog
from sim.base import reader
from sim.base.errors import ScenarioError
from sim.base.notices import gathered
from sim.model import build, fork
from sim.model.model import ViralityModel
from sim.runs.runner import simulate
from sim.scenario.audience import Audience
from sim.scenario.campaign import Plan
from sim.scenario.enact import enacted
from sim.world import population
from sim.world.population import lane_of

YOUNG = {"ages": ["20-29"], "regions": ["west"]}
PAID = {"paid_reach": {"price_per_thousand": 1000.0, "impressions_per_hour": 10**6, "samples": 10**6}}


def boosted(users=1000, *, represents=None, audience=YOUNG, yuan=40, mechanisms=PAID, **rest):
    """A world in which a post is seen by nobody but those whom its boost of so many yuan is for, one yuan a view."""
    square = worlds.platform(represents or users, mechanisms=mechanisms)
    fact = worlds.post(boost=yuan, **({} if audience is None else {"audience": audience}))
    more = {"platforms": {"square": square}, "stories": worlds.KEEN, "interventions": [fact]}
    return worlds.document(users, represents=represents, days=0.5, **more | rest)


def ended(document):
    """The model of a world after its last step."""
    model = ViralityModel(worlds.load(document))
    for _ in range(model.script.steps):
        model.step()
    return model


def those(model, audience):
    """Rows of the people of an audience, one by one."""
    among = build.lanes_of(model.script, model.world.people, Audience(**audience))
    return np.array([v for v in range(model.world.n_users) if among[lane_of(model.world.people, v)]])


@pytest.mark.parametrize("blocks", [False, True])
@pytest.mark.parametrize("audience", [YOUNG, {"segments": ["post_90s"]}, {"ages": ["60+", "50-59"]}])
def test_only_the_audience_sees_what_is_paid_for_and_nobody_twice(audience, blocks, monkeypatch):
    if blocks:
        monkeypatch.setattr(population, "SMALL", 4)
    model = ended(boosted(4096, audience=audience))
    seen, meant = np.flatnonzero(model.world.state.reached[0]), those(model, audience)
    assert set(seen) <= set(meant)
    assert len(seen) == 40 < len(meant)
    assert model.world.by_platform.channels[0].tolist()[model.world.channels.index("paid_targeted")] == 40


def test_without_an_audience_the_same_money_goes_everywhere():
    model = ended(boosted(4096, audience=None, yuan=400))
    seen, meant = np.flatnonzero(model.world.state.reached[0]), those(model, YOUNG)
    inside, share = len(set(seen) & set(meant)) / len(seen), len(meant) / 4096
    assert abs(inside - share) < 4 * np.sqrt(share / len(seen))
    assert "square_via_paid_targeted" not in simulate(worlds.load(boosted(audience=None))).summary


def test_an_audience_that_is_too_small_is_reached_whole_and_the_rest_of_the_money_is_gone():
    with gathered(onward=False) as said:
        tables = simulate(worlds.load(boosted(1000, yuan=900)))
    people = len(those(ended(boosted(1000, yuan=900)), YOUNG))
    assert 20 < people < 100
    assert tables.summary["people_reached"] == tables.summary["square_via_paid_targeted"] == people
    assert tables.summary["spend_yuan"] == 900
    (told,) = [notice for notice in said if notice.kind == "in_vain"]
    assert told.count == 900 - people
    assert "part of the boost of star on square at 2021-01-01 00:00+08:00: impressions bought beyond" in told.text
    assert f"{900 - people} impressions bought beyond its audience" in tables.actions.why.iloc[0]


def test_an_audience_of_rows_that_stand_for_many_is_no_smaller_than_its_people():
    document = boosted(1000, represents=50_000, yuan=45_000)
    model = ended(document)
    people = 50 * len(those(model, YOUNG))
    summary = simulate(worlds.load(document)).summary
    assert summary["square_paid"] <= people
    assert summary["square_paid"] > 0.9 * people
    assert set(np.flatnonzero(model.world.state.reached[0])) <= set(those(model, YOUNG))


def test_an_audience_costs_its_factor():
    dear = {"paid_reach": PAID["paid_reach"] | {"audience_factor": 4}}
    assert simulate(worlds.load(boosted(mechanisms=dear))).summary["people_reached"] == 10
    assert simulate(worlds.load(boosted(mechanisms=dear, audience=None))).summary["square_paid"] == 40


def test_shares_of_ages_and_regions_hold_in_every_segment():
    scenario = worlds.load(boosted(5000))
    who = build.people(scenario)
    for name in ("ages", "regions"):
        values, traits = scenario.people.of(name), build.trait(scenario, who, name)
        for s, segment in enumerate(scenario.people.segments.values()):
            own = traits[who.segment == s]
            for number, value in enumerate(values):
                assert abs((own == number).sum() - getattr(segment, name)[value] * len(own)) <= 1


def test_ages_and_regions_are_independent():
    scenario = worlds.load(boosted(60_000))
    who = build.people(scenario)
    ages, regions = (build.trait(scenario, who, name) for name in ("ages", "regions"))
    own = who.segment == 0
    table = np.histogram2d(ages[own], regions[own], bins=(np.arange(7), np.arange(5)))[0]
    expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
    chi = ((table - expected) ** 2 / np.maximum(expected, 1e-9))[expected > 5].sum()
    assert chi < 15 + 4 * np.sqrt(30)  # 15 degrees of freedom at most


def test_an_audience_that_another_post_asks_for_moves_nothing_but_what_it_pays_for():
    later = worlds.post(at="2021-01-01T06:00+08:00", boost=5, audience={"segments": ["post_90s"]})
    one, other = (boosted(1000, yuan=40) for _ in range(2))
    other["interventions"].append(later)
    before = [simulate(worlds.load(document)).series for document in (one, other)]
    first = [frame[frame.time < "2021-01-01T06"].impressions.tolist() for frame in before]
    assert first[0] == first[1]
    assert sum(first[0]) == 40


@pytest.mark.parametrize("blocks", [False, True])
def test_both_engines_show_it_to_the_same_people(blocks, monkeypatch):
    if blocks:
        monkeypatch.setattr(population, "SMALL", 4)
    document = boosted(600, represents=3000, yuan=300, mechanisms=SELLS | PAID)
    del document["people"]["communities"], document["people"]["activity"]
    columns, agents = both(worlds.load(document))
    assert columns.digests() == agents.digests()
    assert columns.summary["square_via_paid_targeted"] > 20


def test_a_branch_may_boost_for_an_audience_of_its_own():
    later = worlds.post(at="2021-01-01T06:00+08:00", boost=9, audience={"segments": ["post_90s"]})
    plain, more = boosted(1000, yuan=40), boosted(1000, yuan=40)
    more["interventions"].append(later)
    model = ViralityModel(worlds.load(plain))
    for _ in range(3):
        model.step()
    branch = fork.resume(worlds.load(more), fork.take(model))
    while branch.running:
        branch.step()
    assert branch.world.by_platform.channels.tolist() == ended(more).world.by_platform.channels.tolist()
    assert (branch.world.state.reached == ended(more).world.state.reached).all()


# ---- a plan


def test_a_planned_audience_is_that_of_the_fact():
    planned = worlds.load(data({"posts": [post("star", 3, 30) | {"audience": YOUNG}]}))
    (fact,) = [fact for fact in enacted(planned).interventions if fact.note == "campaign: own post"]
    assert fact.audience == Audience(**YOUNG)
    assert Plan.model_validate(planned.plan.model_dump(mode="json")) == planned.plan


# ---- what is refused


@pytest.mark.parametrize(
    ("audience", "words"),
    [
        ({"ages": ["20-25"]}, "audience.ages[0]: unknown age '20-25'; did you mean '20-29'?"),
        ({"regions": ["Sichuan"]}, "unknown region 'Sichuan'; known: central, east, northeast, west"),
        ({"segments": ["students"]}, "audience.segments[0]: unknown segment 'students'; known: generation_z, "),
        ({}, "audience: asks for nobody; name some segments or ages or regions, or leave it out for everybody"),
        ({"ages": []}, "audience: asks for nobody"),
        (YOUNG | {"segments": ["generation_z"], "ages": ["60+"]}, "audience: nobody on square is of segments gen"),
        ({"cities": ["Chengdu"]}, "cities"),
    ],
)
def test_an_audience_that_is_nobody_is_refused_in_a_line(audience, words):
    for document in (boosted(audience=audience), data({"posts": [post("star", 3, 30) | {"audience": audience}]})):
        with pytest.raises(ScenarioError) as caught:
            worlds.load(document)
        assert words in str(caught.value)
        assert len(str(caught.value).splitlines()) == 1


def test_an_audience_without_a_boost_and_people_without_ages_are_refused():
    with pytest.raises(ScenarioError, match="audience: says for whom a boost is, and there is no boost"):
        worlds.load(boosted(yuan=0))
    document = boosted()
    document["people"]["segments"]["hermits"] = {"share": 0.1}
    with pytest.raises(
        ScenarioError, match=r"segment 'hermits' does not state them; state people\.segments\.hermits\.ages"
    ):
        worlds.load(document)


# ---- the catalogue


def test_all_segments_together_have_the_ages_and_regions_of_the_sources():
    segments = reader.read(catalog.PEOPLE).data["segments"].values()
    for trait, known in {
        "ages": {"0-19": 0.166, "20-29": 0.178, "30-39": 0.205, "40-49": 0.188, "50-59": 0.151, "60+": 0.112},
        "regions": {"east": 0.3993, "central": 0.2583, "west": 0.2712, "northeast": 0.0698},
    }.items():
        for segment in segments:
            assert sum(segment[trait].values()) == pytest.approx(1)
        for value, share in known.items():
            assert sum(one["share"] * one[trait][value] for one in segments) == pytest.approx(share, abs=0.006)

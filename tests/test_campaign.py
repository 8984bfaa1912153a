"""Campaigns: prices known beforehand, plans as ordinary actors and facts, and never a yuan above the budget."""

import math
from datetime import UTC, datetime, timedelta

import pytest
import sizes
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.base.errors import ScenarioError, SimError
from sim.base.notices import gathered
from sim.base.streams import stream_key
from sim.model.model import ViralityModel
from sim.runs.purchases import lines
from sim.runs.runner import simulate
from sim.scenario.campaign import Plan, PlannedPlace, PlannedPost
from sim.scenario.checks import campaign as campaigns
from sim.scenario.citations import citations
from sim.scenario.enact import enacted
from sim.scenario.load import load, resolved
from sim.scenario.prices import candidates, cost, post_price
from sim.studies.optimize.plans import boost_plan, changed, draws, greedy_plan, market, random_plan

START = datetime(2021, 1, 1, tzinfo=UTC)
CHANCES = {"attend": 0.5, "like": 0.3, "comment": 0.1, "repost": 0.1, "follow": 0.2, "intend": 0.1}
LIST = worlds.MECHANISMS["hot_list"] | {
    "ad_places": [3], "ad_price": 500, "ad_hours": 2, "background": worlds.BACKGROUND | {"births_per_day": 20},
}  # fmt: skip
SELLS = {name: worlds.MECHANISMS[name] for name in ("follow_feed", "paid_reach", "slots")} | {"hot_list": LIST}
KOC = {"platform": "square", "tier": "koc", "followers": [100, 200, 400], "price_per_follower": 0.5}


def offer(**changes):
    """A campaign of the square as plain data."""
    return {
        "budget": 1000,
        "goal": {"metric": "people_reached", "least": 100},
        "opens": "2021-01-01T02:00+08:00",
        "closes": "2021-01-01T20:00+08:00",
        "hours": [2, 8, 14, 20],
        "own": {"actor": "star", "posts": 2},
        "portfolio": [KOC],
        "boosts": {"step": 10, "most": 100},
        "places": {"square": 1},
        "slots": {"square": 1},
    } | changes


def data(plan=None, users=1000, **changes):
    """A tiny world with a campaign as plain data; ``changes`` are the campaign's."""
    platform = worlds.platform(users, chances=CHANCES, mechanisms=SELLS, quality_spread=0.5)
    more = {"platforms": {"square": platform}, "campaign": offer(**changes), "network": {"kind": "computed"}}
    return worlds.document(users, followers=100, **more, **({"plan": plan} if plan is not None else {}))


def post(by="square_koc_01", hour=3, boost=0):
    """A planned post as plain data."""
    return {"at": f"2021-01-01T{hour:02d}:00+08:00", "by": by, "platform": "square", "boost": boost}


def faults(document):
    """Words of every fault of a world; none where it is sound."""
    try:
        worlds.load(document)
    except ScenarioError as error:
        return str(error)
    return ""


PLAN = {
    "posts": [post("star", 2, 20), post("square_koc_03", 3, 30), post("square_koc_01", 9)],
    "places": [{"at": "2021-01-01T04:00+08:00", "platform": "square"}],
}
SLOT = {"at": "2021-01-01T04:00+08:00", "platform": "square", "slot": 1}


# ---- prices


def test_prices_are_known_before_the_run_and_do_not_hang_on_its_seed():
    scenario = load("launch")
    one = {name: (who.followers, who.price) for name, who in candidates(scenario).items()}
    other = scenario.model_copy(update={"seed": 99})
    assert one == {name: (who.followers, who.price) for name, who in candidates(other).items()}
    tiers, places = scenario.people.kol_tiers, scenario.platforms
    for who in candidates(scenario).values():
        assert tiers[who.tier].from_ <= who.followers <= tiers[who.tier].to
        usual = tiers[who.tier].price_per_follower
        stated = {"weibo_paper": 0.01}.get(who.name[:-3])
        rate = stated or places[who.platform].kol_prices.get(who.tier, usual)
        assert who.price - 1 < who.followers * rate <= who.price


def test_one_candidate_more_changes_nobody_elses_price():
    few = candidates(load("launch"))
    many = candidates(load("launch", sets=["campaign.portfolio[1].candidates=12"]))
    assert len(many) == len(few) + 6
    assert all(many[name].price == who.price for name, who in few.items())


def test_stated_followers_and_prices_replace_the_drawn_ones():
    known = candidates(worlds.load(data()))
    assert {name: (who.followers, who.price) for name, who in known.items()} == {
        "square_koc_01": (100, 50),
        "square_koc_02": (200, 100),
        "square_koc_03": (400, 200),
    }


def test_a_platforms_own_price_goes_before_the_tiers_and_a_stated_one_before_both():
    document = data()
    asked = [
        {"name": "listed", "platform": "square", "followers": 1000, "tier": "koc"},
        {"name": "quoted", "platform": "square", "followers": 1000, "tier": "koc", "price": 7},
    ]
    document["campaign"]["kols"] = asked
    document["platforms"]["square"]["kol_prices"] = {"koc": 0.25}
    scenario = worlds.load(document)
    known = candidates(scenario)
    assert [known[name].price for name in ("listed", "quoted", "square_koc_03")] == [250, 7, 200]  # 400 at 0.5
    tail = scenario.people.kol_tiers["tail"].price_per_follower  # of which the platform says nothing
    assert post_price(scenario, "square", "tail", 1001) == math.ceil(1001 * tail)
    document["platforms"]["square"]["kol_prices"] = {"kock": 1}
    assert "platforms.square.kol_prices.kock: unknown tier 'kock'" in faults(document)


# ---- a plan is ordinary actors and facts


def test_without_a_plan_the_world_is_as_if_there_were_no_campaign():
    bare = data()
    del bare["campaign"]
    assert simulate(worlds.load(data())).digests() == simulate(worlds.load(bare)).digests()


def test_a_plan_is_the_world_that_one_would_have_written_by_hand():
    planned = data({"posts": [post("square_koc_02", 3, 30)]})
    by_hand = data()
    del by_hand["campaign"]
    by_hand["actors"] += [
        {"name": "campaign", "kind": "brand", "home": True, "budget": 1000},
        {"name": "square_koc_02", "kind": "kol", "home": True, "accounts": {"square": 200}, "story": "tale"},
    ]
    hired = worlds.post("2021-01-01T03:00+08:00", "square_koc_02", boost=30, fee=100, payer="campaign", news=False)
    by_hand["interventions"].append(hired | {"note": "campaign: hired"})
    assert simulate(worlds.load(planned)).digests() == simulate(worlds.load(by_hand)).digests()


def test_a_plan_spends_what_it_costs_and_the_log_says_on_what():
    scenario = worlds.load(data(PLAN))
    tables = simulate(scenario)
    paid = tables.actions[tables.actions.spend > 0]
    assert tables.summary["spend_yuan"] == paid.spend.sum() == cost(scenario, scenario.plan) == 20 + 230 + 50 + 500
    assert list(paid.action) == ["post", "post", "place", "post"]
    assert (tables.hot_list.slot == "ad").sum() > 0
    assert (tables.posts.author == "square_koc_03").sum() == 1


def test_the_resolved_scenario_gives_the_same_digest(tmp_path):
    scenario = worlds.load(data(PLAN))
    (tmp_path / "again.yaml").write_text(resolved(scenario), encoding="utf-8")
    again = load(tmp_path / "again.yaml")
    assert again == scenario
    assert simulate(again).digests() == simulate(scenario).digests()


def test_the_plan_goes_with_a_set():
    bare = load("launch", sets=["plan=null"])
    assert bare.plan is None
    assert enacted(enacted(bare)) == enacted(bare)
    assert sorted(one.name for one in bare.actors) == [one.name for one in enacted(bare).actors]


@pytest.mark.grows
def test_both_engines_carry_out_the_same_plan():
    compiled = worlds.load(data(PLAN, users=sizes.many(400, 500)))
    compiled = compiled.model_copy(update={"days": 0.25})
    agents = compiled.model_copy(update={"engine": "agents"})
    assert simulate(compiled).digests() == simulate(agents).digests()


def test_a_hired_post_draws_how_good_it_is_and_an_own_one_states_it():
    scenario = worlds.load(data({"posts": [post("star", 2), post("square_koc_01", 2)]}))
    attends = []
    for seed in range(5):
        model = ViralityModel(scenario.model_copy(update={"seed": seed}))
        while model.world.posts.n < 3:
            model.step()
        attends.append([int(n) for n in model.world.posts.chance[1:3, 0]])
        model.close()
    hired, own = zip(*attends, strict=True)  # facts of one minute stand by their words
    assert len(set(own)) == 1
    assert len(set(hired)) == 5


def test_the_purse_refuses_what_no_check_has_seen():
    """The budget holds in the run itself, whatever plan is put into it."""
    scenario = worlds.load(data())
    posts = tuple(
        PlannedPost(at=START + timedelta(hours=h), by="square_koc_03", platform="square", boost=90) for h in range(3, 9)
    )
    tables = simulate(scenario.model_copy(update={"plan": Plan(posts=posts)}))
    assert tables.summary["spend_yuan"] == 3 * 290 <= 1000
    assert tables.actions.why.str.startswith("not posted: campaign cannot pay 290").sum() == 3


def test_a_place_for_a_topic_that_is_not_yet_born_costs_nothing():
    document = data({"posts": [post("star", 9)], "places": PLAN["places"]})
    document["interventions"] = []
    tables = simulate(worlds.load(document))
    assert tables.summary["spend_yuan"] == 0
    assert "no such topic yet" in set(tables.actions.why)


@pytest.mark.parametrize(("hour", "words"), [(3, "bought"), (19, "bought, but its topic has 7.2% of its novelty left")])
def test_a_place_for_a_topic_that_few_want_to_read_of_any_more_is_bought_and_that_is_told(hour, words):
    place = {"at": f"2021-01-01T{hour:02d}:00+08:00", "platform": "square"}
    with gathered() as said:
        tables = simulate(worlds.load(data({"posts": [], "places": [place]})))
    assert tables.actions[tables.actions.action == "place"].why.tolist() == [words]
    assert tables.summary["spend_yuan"] == 500
    told = [str(notice) for notice in said if notice.kind == "in_vain"]
    when = f"2021-01-01 {hour}:00+08:00"
    assert told == ([] if words == "bought" else [f"the place for #Tale# on square at {when}: {words}"])


def test_a_place_of_the_opening_page_is_bought_and_seen():
    scenario = worlds.load(data({"posts": [post("star", 2)], "places": [SLOT]}))
    tables = simulate(scenario)
    done = tables.actions[tables.actions.action == "promote"]
    assert (tables.summary["spend_yuan"], done.spend.tolist()) == (10, [10])
    assert tables.summary["square_via_bought_slot"] > 0
    assert "slot 1 of the opening page" in "\n".join(lines(scenario))
    early = worlds.load(data({"places": [SLOT | {"platform": "square"}]}))
    assert simulate(early).summary["spend_yuan"] == 10  # the story's own topic is there from the start


def test_a_stranger_in_a_plan_is_refused_when_it_is_carried_out():
    stranger = Plan(posts=(PlannedPost(at=START + timedelta(hours=3), by="nobody", platform="square"),))
    with pytest.raises(SimError, match="hires 'nobody', who is not in the campaign's portfolio"):
        enacted(worlds.load(data()).model_copy(update={"plan": stranger}))


# ---- what does not fit


@pytest.mark.parametrize(
    ("plan", "changes", "words"),
    [
        (
            {"posts": [post("square_koc_04")]},
            {},
            "neither the organiser nor among the KOLs; did you mean 'square_koc_0",
        ),
        ({"posts": [post(hour=1)]}, {}, "plan.posts[0].at: lies outside the campaign"),
        ({"posts": [post(boost=101)]}, {}, "is more than the 100 yuan that one post may have"),
        ({"posts": [post(), post(hour=5)]}, {}, "2 posts of square_koc_01 on square are more than 1"),
        (
            {"posts": [post(), post("star")]},
            {"posts_a_day": 1},
            "2 posts on square on 2021-01-01 are more than 1 a day",
        ),
        ({"posts": [post("star"), post("star")]}, {}, "two posts of one account at the same time"),
        ({"posts": [post("square_koc_03")]}, {"budget": 199}, "plan: costs 200 yuan (fees 200), and the budget is 199"),
        ({"places": [*PLAN["places"], *PLAN["places"]]}, {}, "2 on square are more than 1"),
        ({"places": PLAN["places"]}, {"places": {}}, "unknown place 'square'"),
        ({"posts": [post() | {"platform": "weibo"}]}, {}, "'square_koc_01' has no account on weibo; known: square"),
        (None, {"goal": {"metric": "people_reachd", "least": 1}}, "did you mean 'people_reached'?"),
        (None, {"own": {"actor": "stat"}}, "unknown actor 'stat'; did you mean 'star'?"),
        (None, {"portfolio": [KOC | {"tier": "waste"}]}, "did you mean 'waist'?"),
        (None, {"portfolio": [KOC, KOC]}, "koc on square is there twice"),
        (None, {"portfolio": [KOC | {"followers": [2000]}]}, "2,000 followers are more than the 1,000 people"),
        (None, {"story": "tail"}, "did you mean 'tale'?"),
        (None, {"opens": "2021-01-01T21:00+08:00"}, "campaign.closes: lies before opens"),
        (None, {"closes": "2021-01-03T00:00+08:00"}, "campaign.closes: lies outside the run"),
        (None, {"closes": "9999-12-31T23:59+08:00"}, "must lie in the years"),
        (None, {"budget": 10.5}, "campaign.budget"),
        (None, {"budget": -1}, "campaign.budget"),
        (None, {"places": {"circle": 1}}, "unknown platform 'circle'"),
        (None, {"slots": {"circle": 1}}, "campaign.slots.circle: unknown platform 'circle'"),
        ({"places": [SLOT]}, {"slots": {}}, "unknown slot 'square'"),
        ({"places": [SLOT | {"slot": 2}]}, {}, "plan.places[0].slot: slot 2 of square is not for sale; slot: 1"),
        ({"places": [SLOT, SLOT]}, {}, "2 slots on square are more than 1"),
        ({"places": [SLOT]}, {"budget": 9}, "plan: costs 10 yuan (places 10), and the budget is 9"),
    ],
)
def test_what_does_not_fit_is_told(plan, changes, words):
    assert words in faults(data(plan, **changes))


def test_a_plan_needs_a_campaign():
    document = data(PLAN)
    del document["campaign"]
    assert "plan: needs a campaign" in faults(document)


def test_boosts_and_places_need_a_platform_that_sells_them():
    document = data({"posts": [post(boost=10)]})
    document["platforms"]["square"]["mechanisms"] = {"follow_feed": {"see": 1.0}}
    assert "square sells no places on its list" in faults(document)
    assert "square sells no slots" in faults(document)
    document["campaign"] |= {"places": {}, "slots": {}}
    assert "square has no paid_reach" in faults(document)


def test_an_actor_may_not_be_called_like_the_purse_or_a_candidate():
    document = data()
    document["actors"].append({"name": "campaign", "kind": "brand"})
    assert "as the campaign's purse is" in faults(document)
    document["actors"][-1]["name"] = "square_koc_02"
    assert "'square_koc_02' has the name of an actor" in faults(document)


def test_a_what_if_that_breaks_the_plan_is_told():
    document = data(PLAN)
    document["counterfactuals"] = {"poor": {"title": "half the money", "set": {"campaign.budget": 400}}}
    assert "in that world plan: costs 800 yuan (fees 250, boosts 50, places 500), and the budget is 400" in faults(
        document
    )


def test_a_shortened_run_leaves_out_what_is_planned_for_later(tmp_path):
    path = tmp_path / "tiny.yaml"
    path.write_text(resolved(worlds.load(data(PLAN))), encoding="utf-8")
    scenario = load(path, sets=["days=0.25"])
    assert simulate(scenario).summary["spend_yuan"] == 20 + 230 + 500


def test_its_numbers_are_cited():
    cited = {one.path: one for one in citations(load("launch"))}
    assert cited["campaign.budget"].grade == "assumed"
    assert all(one.source for path, one in cited.items() if path.startswith("campaign"))


# ---- never above the budget


def sound(offered, plan, cap):
    """A plan that the file's own checks accept, within its cap, in whole yuan."""
    scenario = offered.scenario.model_copy(update={"plan": plan})
    assert [*campaigns.findings(scenario)] == []
    yuan = cost(scenario, plan)
    assert type(yuan) is int
    assert yuan == offered.cost(plan) <= cap
    return True


HOURS = st.integers(-5, 40).map(lambda h: START + timedelta(hours=h))
NAMES = st.sampled_from(["star", "square_koc_01", "square_koc_02", "square_koc_03"])
POSTS = st.builds(PlannedPost, at=HOURS, by=NAMES, platform=st.just("square"), boost=st.integers(0, 10**6))
PLACES = st.builds(PlannedPlace, at=st.just(START + timedelta(hours=4)), platform=st.just("square"))
MARKETS = {
    (a_day, most): market(worlds.load(data(posts_a_day=a_day, boosts={"step": 7, "most": most})))
    for a_day in (1, 9)
    for most in (0, 90)
}


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([*MARKETS]), st.lists(POSTS, max_size=12), st.lists(PLACES, max_size=3), st.integers(0, 1200))
def test_whatever_is_wished_for_the_plan_keeps_within_its_cap(kind, posts, places, cap):
    offered = MARKETS[kind]
    assert sound(offered, offered.fitted(posts, places, cap), min(cap, 1000))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([*MARKETS]), st.integers(0, 2**62), st.integers(0, 1000))
def test_proposed_plans_keep_within_their_cap(kind, key, cap):
    offered, draw = MARKETS[kind], draws(key)
    plan, other = random_plan(offered, draw, cap), greedy_plan(offered, cap)
    assert all(sound(offered, made, cap) for made in (plan, other, boost_plan(offered, cap)))
    for turn in range(4):
        plan = changed(offered, draws(stream_key(key, str(turn))), plan, other, cap)
        assert sound(offered, plan, cap)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**62))
def test_a_run_spends_no_more_than_the_plan_costs(key):
    offered = MARKETS[9, 90]
    plan = random_plan(offered, draws(key), 1000)
    tables = simulate(offered.scenario.model_copy(update={"plan": plan, "seed": key % 1000}))
    assert tables.summary["spend_yuan"] <= offered.cost(plan) <= 1000

"""Damaged scenario files: each is refused in lines that name a place, or is fit to run; none shows a traceback.

``SIM_MUTANTS=1000`` makes so many files (default 25) of all scenarios, and as many of the cases; of the former one in
ten is run if it is accepted, at most 60; of the latter, all.
"""

import os
import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
import worlds

from sim import catalog
from sim.base import notices
from sim.base.errors import ScenarioError
from sim.cli import main
from sim.runs import runner
from sim.runs.estimate import estimate
from sim.scenario.citations import citations
from sim.scenario.load import load, resolved, shipped
from verification.mutants import mutants, of_kind, small, tried

ROOT = Path(__file__).parents[1]
KNOWN = ", ".join(catalog.platform_names())
COUNT = int(os.environ.get("SIM_MUTANTS", "25"))
CASES = sorted(name for name, path in shipped().items() if "\nobserved:" in path.read_text(encoding="utf-8"))
EACH = COUNT // len(CASES) + 1 if COUNT > 25 else 3  # files of each case
LINE = re.compile(r"\S.*:[1-9]\d*:[1-9]\d*: \S.*")  # file:line:col: path: reason


# --- what must hold


def fit(paths, capsys):
    """The files that are accepted; each of the others is refused in lines with their places."""
    for path in paths:
        code = main.main(["validate", str(path)])
        out, err = capsys.readouterr()
        assert code in (0, 2), path.name
        assert [line for line in err.splitlines() if not LINE.fullmatch(line)] == [], path.name
        assert (out.startswith("ok: "), bool(err)) == (code == 0, code != 0), path.name
        if code == 0:
            yield path


@pytest.mark.parametrize("classical", [False, True], ids=["platforms", "classical"])
def test_damaged_files_are_refused_at_a_place_or_fit_to_run(tmp_path, capsys, classical):
    accepted = list(fit(mutants(COUNT, tmp_path, of_kind(classical)), capsys))
    assert 0.05 * COUNT < len(accepted) < 0.6 * COUNT  # the damage is neither hopeless nor harmless
    outcomes = []
    for path in accepted[:: max(1, 10 * len(accepted) // COUNT)][: min(60, COUNT // 20)]:
        world = small(path, 300, 0.2)
        outcomes += [tried(path, world, figures=False)] if world else []
    assert [one for one in outcomes if one.outcome == "LOST"] == []
    assert "finished" in {one.outcome for one in outcomes}


@pytest.mark.parametrize("case", CASES)
def test_a_damaged_case_is_refused_at_a_place_or_goes_its_first_steps(case, tmp_path, capsys):
    """A few files of each case that is held against what was observed; with ``SIM_MUTANTS=1000`` so many of all."""
    for path in fit(mutants(EACH, tmp_path, [case], seed=zlib.crc32(case.encode())), capsys):
        world = small(path, 100, 0.05)
        if world and not estimate(world).refusal:
            with notices.gathered():
                runner.simulate(world)


def fault(*sets):
    """The faults of the shipped case with changes, without the file."""
    with pytest.raises(ScenarioError) as caught:
        load("ding_zhen", sets=sets)
    return [f"{fault.path}: {fault.message}" for fault in caught.value.faults]


AT = "at: 2020-11-12T10:00+08:00"
OPENING = "actors[news_desks].policies=[{kind: open_topics"
CHANGE = f"interventions=[{{{AT}, kind: platform_change, platform: weibo"


@pytest.mark.parametrize(
    ("sets", "said"),
    [
        ("people.users=2000000000", "people.users: 2,000,000,000 people are simulated, but they stand for 989,000,000"),
        ("people.users=1|people.represents=3000000000|platforms.weibo.users=2e9", "people.users: one simulated person"),
        ("people.reaction.horizon_hours=1|people.reaction.flat_minutes=90", "reaction.flat_minutes: reaches beyond"),
        ("people.kol_followers=[]", "people.kol_followers: needs at least two rows"),
        ("people.kol_followers=[[10, 1.0], [5, 0.5]]", "people.kol_followers[1]: followers must rise"),
        ("people.kol_followers=[[10, 1.0], [50, 0]]", "people.kol_followers[1]: followers must rise"),
        ("people.kol_tiers.tail.from=0", "people.kol_tiers.tail: must go from at least 1 follower"),
        ("people.kol_tiers.tail.to=100", "people.kol_tiers.tail: must go from at least 1 follower"),
        ("people.kol_tiers.head.to=60000000", "people.kol_tiers.head.to: is above the largest size"),
        ("people.segments.a={share: 1, usage: {weibx: 1}}", "usage.weibx: unknown platform 'weibx'"),
        ("people.segments.a={share: 0}", "people.segments.a.share: must be > 0"),
        ("platforms.weibo.users=5000", "platforms.weibo.users: are fewer than 0.0001 of the"),
        ("people.users=10|platforms.weibo.users=1e6", "platforms.weibo.users: one simulated person stands for"),
        ("platforms.weibo.mechanisms.hot_list.ad_places=[0]", "ad_places[0]: must be a place of the list, 1 to 50"),
        ("platforms.weibo.mechanisms.traffic_pools={pools: []}", "freshness_hours: is missing"),
        ("stories.ding_zhen.interests={look: 1}", "interests.look: unknown interest 'look'"),
        ("stories.ding_zhen.interests={looks: 0}", "stories.ding_zhen.interests: next to nobody on douyin"),
        ('stories.ding_zhen.user_topic_title="{foo}{n}"', "user_topic_title: unknown placeholder '{foo}'"),
        ('stories.ding_zhen.user_topic_title="{n"', "user_topic_title: has a brace without its partner"),
        ('stories.ding_zhen.user_topic_title="{n:>99999999999}{n}"', "user_topic_title: unknown placeholder"),
        ("stories.ding_zhen.user_topic_title=x", "user_topic_title: needs {n}"),
        ('actors[ganzi].policies[0].invite_title="{stra}"', "invite_title: unknown placeholder '{stra}'"),
        ("actors[ganzi].policies[0].first_hour=23", "policies[0].last_hour: lies before first_hour"),
        ('actors[ganzi].accounts={"": 5}', "accounts.: unknown platform ''"),
        ("actors[ganzi].accounts={iqiyi: 5}", "accounts.iqiyi: unknown platform 'iqiyi'"),
        ("actors[ganzi].accounts={weibo: 1e10}", "accounts.weibo: 10,000,000,000 followers are more than"),
        ("actors[ganzi].accounts={weibo: -5}", "followers on weibo must be ≥ 0"),
        ("actors[ganzi].budget=-5", "budget: must be ≥ 0"),
        ("actors[ganzi].name=news_desks_003", "name: 'news_desks_003' is taken by another actor"),
        ("actors[ding_zhen].policies[0].platform=douyn", "policies[0].platform: unknown platform 'douyn'"),
        ("actors[travel_brand].policies[1].hire_tier=waste", "hire_tier: unknown tier 'waste'"),
        ("actors[ganzi].policies[0].content=vlog", "policies[0].content: unknown content 'vlog'"),
        ("actors[bureau_tibet].policies[0].content=video", "content: unknown content 'video'"),  # not where it is
        ("actors[ding_zhen].policies[0].content=lucky_draw", "content: unknown content 'lucky_draw'"),  # nor there
        ("actors[travel_brand].policies[1].challenge_platform=weibo",
         "challenge_platform: there is no content 'challenge' on weibo, where the challenge opens"),
        ("actors[travel_brand].policies[1].challenge_content=dare", "challenge_content: unknown content 'dare'"),
        (f"interventions=[{{{AT}, kind: buy_place, platform: weibo, story: ding_zhen, topic: 丁真签约选秀传言}}]",
         "interventions[0].topic: unknown topic '丁真签约选秀传言'"),
        (f"{OPENING}, title: x}}]", "policies[0].title: needs {n}, the number that tells its topics apart"),
        ("actors[news_desks].policies=[{kind: follow_up, title: x}]", "policies[0].title: needs {n}, the number"),
        (
            "interventions[+]={kind: broadcast, at: 2020-11-20T20:00+08:00, story: ding_zhen, viewers: 2000000000}",
            "viewers: 2,000,000,000 viewers are more than the 989,000,000 people",
        ),
        (f"{OPENING}, title: 'x{{n}}'}}]|actors[news_desks].count=2", "policies[0].title: needs {title}, the member"),
        (f"{OPENING}, title: 'x{{m}}'}}]", "policies[0].title: unknown placeholder '{m}'"),
        (f"{OPENING}, first_hour: 9, last_hour: 8}}]", "policies[0].last_hour: lies before first_hour"),
        (f"{OPENING}, platform: weebo}}]", "policies[0].platform: unknown platform 'weebo'"),
        (f"{OPENING}, topics_per_day: 200}}]|actors[news_desks].review_minutes=300",
         "policies[0].topics_per_day: is 42 topics a look, above 20"),
        (f"{OPENING}, topics_per_day: 0}}]", "topics_per_day: must be > 0"),
        (f"{OPENING}, spread: 3.5}}]", "spread: must be ≤ 3"),
        (f"{OPENING}, off_hours: 1.5}}]", "off_hours: must be ≤ 1"),
        ("platforms.weibo.talk_spread=3.5", "platforms.weibo.talk_spread: must be ≤ 3"),
        ("platforms.weibo.half_life_spread=-0.1", "platforms.weibo.half_life_spread: must be ≥ 0"),
        ("platforms.weibo.mechanisms.hot_list.list_share=1.5", "hot_list.list_share: must be ≤ 1"),
        ("platforms.weibo.mechanisms.hot_list.interaction_spread=-1", "hot_list.interaction_spread: must be ≥ 0"),
        ("platforms.weibo.mechanisms.hot_list.entry_novelty=2", "hot_list.entry_novelty: must be ≤ 1"),
        ("platforms.weibo.mechanisms.hot_list.off_list_novelty=.nan", "hot_list.off_list_novelty: must be"),
        ("stories.ding_zhen.talk=0", "stories.ding_zhen.talk: must be > 0"),
        ("stories.ding_zhen.interaction=-1", "stories.ding_zhen.interaction: must be > 0"),
        ("actors[weibo_tail].tier=tale", "tier: unknown tier 'tale'"),
        ("actors[weibo_tail].story=other", "story: unknown story 'other'"),
        ("interventions[0].at=2020-02-30T10:00+08:00", "interventions[0].at: must be a time with its zone"),
        ("interventions[0].at=2020-11-01T10:00+08:00", "interventions[0].at: lies outside the run"),
        ("interventions[0].at=9999-12-31T23:59+08:00", "interventions[0].at: must lie in the years"),
        ("interventions[0].story=other", "interventions[0].story: unknown story 'other'"),
        ('interventions[0].actor=""', "interventions[0].actor: unknown actor ''"),
        ("interventions[0].about=nobody", "interventions[0].about: unknown actor 'nobody'"),
        ("interventions[0].content=vid", "interventions[0].content: unknown content 'vid'"),
        ("interventions[0].platform=weibo", "interventions[0].actor: 'hu_bo' has no account on weibo by then"),
        ("interventions[7].until=2020-11-14T10:00+08:00", "interventions[7].until: is not after at"),
        ("interventions[9].enabled=false", "interventions[10].actor: 'ding_zhen' has no account on douyin by then"),
        (f"interventions=[{{{AT}, kind: open_account, actor: ganzi, platform: weibo}}]", "already has an account"),
        (f"interventions=[{{{AT}, kind: pin_topic, platform: douyin, topic: x, until: 2020-11-13T10:00+08:00}}]",
         "interventions[0].platform: douyin has no hot_list with a pinned slot"),
        (f"{CHANGE}, mechanism: hot_list, field: places, value: 2.5}}]",
         "interventions[0].value: places must be a valid integer"),
        (f"{CHANGE}, mechanism: hot_list, field: plaices, value: 2}}]",
         "interventions[0].field: 'plaices' is no number of hot_list"),
        (f"{CHANGE}, mechanism: hot_lst, field: places, value: 2}}]",
         "interventions[0].mechanism: unknown mechanism 'hot_lst'"),
        ("start=9999-12-31T10:00+08:00", "start: must lie in the years 1900 to 2200"),
        ("days=0.001", "days: is shorter than a step of 15 minutes"),
        ("step_minutes=7", "step_minutes: unknown value 7"),
        ("network={kind: star}|people.users=1", "network: star with these fields needs 2"),
        ("network={kind: edge_list, path: nowhere.csv}", "nowhere.csv: there is no such file"),
        ("network={kind: computed, community_size: 100}", "network: circle_size and community_size are powers of two"),
        ("observed.figures[3].metric=weibo_readings", "metric: 'weibo_readings' is no number with a running total"),
        ("observed.figures[0].metric=first_post_like", "metric: 'first_post_like' is no number of the summary"),
        ("observed.stays.platform=weebo", "observed.stays.platform: unknown platform 'weebo'"),
        ("observed.stays.until=2020-11-01T10:00+08:00", "observed.stays.until: is not after from"),
        ("observed.stays.list[0].last=2020-11-01T10:00+08:00", "list[0].last: lies before first"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_refused(sets, said):
    assert any(said in line for line in fault(*sets.split("|")))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("platforms.xyzzy={}", f"unknown platform 'xyzzy'; known: {KNOWN}; one of your own needs"),
        (
            f"{OPENING}, platform: douyin, title: '{{title}}{{n}}'}}]",
            "'news_desks' has no account on douyin, nor does a fact open one; its accounts: weibo",
        ),
        ("platforms.weebo={title: x}", "unknown platform 'weebo'; did you mean 'weibo'?; one of your own needs"),
        ("actors[ganzi].policies=[rivalry]", "must be a mapping, not 'rivalry'; write {kind: rivalry}"),
        ("actors[ganzi].policies=[rivlry]", "a mapping with kind: did you mean 'rivalry'?"),
        ("network=computed", "must be a mapping, not 'computed'; write {kind: computed}"),
        ("interventions[0]=7", "must be a mapping, not 7; a mapping with kind: known: broadcast, buy_place"),
        ("counterfactuals.no_rivals.drop={interventions: [0]}", "not 0; its keys: actor, platform, kind, topic"),
    ],
)
def test_what_does_not_exist_is_refused_in_one_line_that_says_what_does(text, said):
    with pytest.raises(ScenarioError) as caught:
        load("ding_zhen", sets=[text])
    (line,) = str(caught.value).splitlines()
    assert said in line


TIES = worlds.MECHANISMS["private_ties"] | {"kinds": {"class": {"size": 101, "friends": 0.5, "see": 0.5}}}
APART = {
    name: {"share": 1.0, "usage": {"square": float(number > 0), "other": float(number == 0)}}
    for number, name in enumerate(worlds.SEGMENTS)
}
NOBODY = "nobody uses both square and other"


def two_platforms(more=(), people=(), policy=None, accounts=None, **changes):
    """Two platforms, 100 people on each; ``more`` of the square, ``policy`` of somebody with ``accounts``."""
    square = worlds.platform(100, **dict(more))
    star = {"name": "star", "kind": "star", "accounts": {"square": 1}}
    desk = {"name": "desk", "kind": "editor", "accounts": accounts or {}, "policies": [policy] if policy else []}
    return worlds.document(
        platforms={"square": square, "other": worlds.platform(100)}, people=worlds.people(100, **dict(people)),
        actors=[star, desk], **changes,
    )  # fmt: skip


RELAYED = {"relay_to": {"other": 0.5}}
LACKS = "has no account on other, nor does a fact open one"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"interventions": [worlds.post(platform="tieba")]},
            "interventions[0].platform: unknown platform 'tieba'; known: other, square",
        ),
        ({"accounts": {"tieba": 5}}, "actors[1].accounts.tieba: unknown platform 'tieba'; known: other, square"),
        (
            {"policy": {"kind": "hold_down", "platform": "tieba"}, "accounts": {"square": 5}},
            "actors[1].policies[0].platform: unknown platform 'tieba'; known: other, square",
        ),
        (
            {"policy": {"kind": "steady_posting"}},
            "actors[1].accounts: 'desk' has policies, but no account anywhere, nor does a fact open one",
        ),
        ({"more": {"relay_to": {"tieba": 0.5}}}, f"relay_to.tieba: unknown platform 'tieba'; known: {KNOWN[:8]}"),
        ({"more": {"relay_to": {"square": 0.5}}}, "relay_to.square: is carried to another platform, not to itself"),
        ({"more": RELAYED, "people": {"segments": APART}}, f"square.relay_to.other: {NOBODY}: one of them has no use"),
        (
            {"more": RELAYED, "people": {"overlap": {"other": {"square": 0.0}}}},
            f"square.relay_to.other: {NOBODY}: people.overlap of the two is 0",
        ),
        (
            {"people": {"segments": APART, "overlap": {"square": {"other": 0.5}}}},
            f"people.overlap.square.other: {NOBODY}: one of them has no use",
        ),
        (
            {"more": {"mechanisms": {"private_ties": TIES}}},
            "private_ties.kinds.class.size: is a circle of 101 people, and 100 use the platform",
        ),
        (
            {"policy": {"kind": "pin_listed"}, "accounts": {"square": 0}},
            "policies[0].kind: pin_listed needs a list with a pinned slot, and square has none",
        ),
        (
            {"policy": {"kind": "promote_story", "platform": "square"}, "accounts": {"square": 0}},
            "policies[0].platform: promote_story needs slots on an opening page, and square has none",
        ),
        (
            {"policy": {"kind": "open_topics", "platform": "other"}, "accounts": {"square": 5}},
            f"policies[0].platform: 'desk' {LACKS}; its accounts: square",
        ),
        (
            {"policy": {"kind": "open_topics", "platform": "other"}},
            f"policies[0].platform: 'desk' {LACKS}; it has none: accounts: {{other: 1000}}",
        ),
    ],
)
def test_what_a_platform_has_not_is_asked_for_in_one_line_with_its_place(changes, said):
    with pytest.raises(ScenarioError) as caught:
        worlds.load(two_platforms(**changes))
    (line,) = str(caught.value).splitlines()
    assert LINE.fullmatch(line)
    assert said in line


def test_a_platform_that_does_not_exist_is_one_fault_among_others():
    assert fault("platforms.tieba={title: B}", "days=-1") == [
        "days: must be > 0, not -1",
        "platforms.tieba: unknown platform 'tieba'",
    ]


@pytest.mark.parametrize(
    "topic",
    ["丁真", "丁真旧照", "甘孜文旅邀请丁真", "新闻号 3谈丁真12", "丁真·网友话题4", "去理塘看丁真"],
)
def test_topics_that_may_come_to_be_can_be_named(topic):
    """The story's own, a dated post's, and what bureaus, newsrooms, users and brands may open."""
    place = f"interventions[+]={{{AT}, kind: buy_place, platform: weibo, story: ding_zhen, topic: {topic}}}"
    sold = "platforms.weibo.mechanisms.hot_list={ad_places: [3], ad_price: 10}"
    assert load("ding_zhen", sets=[sold, place]).interventions[-1].topic == topic


def test_a_kind_of_content_that_one_of_the_places_has_will_do():
    """The bureau has an account on both platforms; only Douyin has videos. A default need not exist anywhere."""
    made = load("ding_zhen", sets=["actors[sichuan].policies[0].content=video"])
    assert next(actor for actor in made.actors if actor.name == "sichuan").policies[0].content == "video"
    rider = {"name": "star", "kind": "kol", "accounts": {"square": 1}, "policies": [{"kind": "ride_hot"}]}
    plain = worlds.tiny(actors=[rider])
    assert plain.actors[0].policies[0].content not in plain.platforms["square"].content
    assert load("ding_zhen", sets=['actors[sichuan].policies[0].content=""'])


def test_nobody_active_and_nobody_there():
    idle = {name: {"share": 0.25, "level": 0.0, "daily_views": 3} for name in worlds.LEVEL}
    with pytest.raises(ScenarioError, match="nobody is active"):
        worlds.load(worlds.document() | {"people": worlds.people(100, activity=idle)})
    nobody = [f"people.segments.{name}.usage.weibo=0" for name in load("ding_zhen").people.segments]
    with pytest.raises(ScenarioError, match="nobody uses weibo"):
        load("ding_zhen", sets=nobody)


def test_what_users_make_has_a_kind_that_is_there():
    plain = worlds.tiny(platforms={"square": worlds.platform(100)}).platforms["square"]
    assert plain.user_content == plain.default_content == "post"  # and so it stands in the resolved file
    own = worlds.tiny(platforms={"square": worlds.platform(100, content={"user": {"half_life_hours": 2.0}})})
    assert own.platforms["square"].user_content == "user"
    with pytest.raises(ScenarioError, match="user_content 'note' is not among its kinds of content"):
        worlds.tiny(platforms={"square": worlds.platform(100, user_content="note")})


def test_the_catalogue_may_speak_of_platforms_that_a_scenario_lacks(tmp_path):
    path = tmp_path / "whole.yaml"
    path.write_text(resolved(load("ding_zhen")), encoding="utf-8")
    assert load(path) == load("ding_zhen")


def test_a_shortened_run_drops_what_lies_beyond_its_end(tmp_path):
    facts = load("ding_zhen", sets=["days=3"]).interventions
    assert [fact.enabled for fact in facts[:5]] == [True] * 5
    assert not any(fact.enabled for fact in facts[5:])
    path = tmp_path / "short.yaml"
    path.write_text(resolved(load("ding_zhen", sets=["days=3"])), encoding="utf-8")
    assert load(path).interventions == facts


def test_a_star_that_never_opens_its_accounts_is_a_counterfactual():
    off = [f"interventions[{i}].enabled=false" for i, f in enumerate(load("ding_zhen").interventions)
           if getattr(f, "actor", "") == "ding_zhen"]  # fmt: skip
    runner.simulate(worlds.shorter(load("ding_zhen", sets=off), 0.5, 200))


@pytest.mark.parametrize("users", [1, 2, 7, 33, 100])
def test_a_handful_of_people_is_enough(users):
    large = ["platforms={douyin: {}, weibo: {}}"] if users < 10 else []  # of so few nobody would use a smaller one
    found = runner.simulate(worlds.shorter(load("ding_zhen", sets=large, users=users), 0.1))
    assert 0 < found.summary["people_reached"] <= 989_000_000


def test_of_a_handful_of_people_nobody_would_use_a_small_platform():
    with pytest.raises(ScenarioError, match=r"platforms\.mango_tv\.users: .* nobody would use it; raise people\.users"):
        load("ding_zhen", users=7)


def test_every_source_of_the_catalogue_names_a_number():
    scenario = load("ding_zhen")
    cited = citations(scenario)
    sources = [scenario.people.sources, *(platform.sources for platform in scenario.platforms.values())]
    stated = {path for part in sources for path in part}
    assert all(any(c.path.endswith(path) for c in cited) for path in stated)
    assert next(c.value for c in cited if c.path == "people.represents") == "989,000,000"
    assert all(c.value for c in cited if not c.path.startswith("actors"))


def test_validate_imports_nothing_heavy():
    code = "import sys; from sim.cli.main import main; main(['validate', 'ding_zhen']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("ok: ding_zhen")
    heavy = {"numba", "mesa", "pandas", "matplotlib", "scipy", "networkx", "tqdm"}
    assert not heavy & set(done.stdout.split())

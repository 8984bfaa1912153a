"""Whom a story is about wins followers, own posts wear, and posts carry a standing tag beside their topic."""

import numpy as np
import pytest
import worlds

from sim.base import streams
from sim.base.errors import ScenarioError, SimError
from sim.base.kernels import table_bits
from sim.model import fork
from sim.model.model import ViralityModel
from sim.model.repeats import worn
from sim.runs.runner import simulate
from sim.runs.summary import running_total
from sim.scenario.whatif import Counterfactual
from sim.scenario.without import without
from sim.studies import ensemble
from sim.world.records import FLOWS, TAG_ALONE, TAG_BESIDE

N = 400
STAR = {"name": "star", "kind": "star", "accounts": {"square": 0}}
PAPER = {"name": "paper", "kind": "media", "accounts": {"square": 0}}
ABOUT = {"tale": {"title": "Tale", "subject": "star", "interests": {"all": 1.0}}}
BOUGHT = {"paid_reach": {"price_per_thousand": 1000.0, "impressions_per_hour": 4000}}


def at(hour):
    return f"2021-01-01T{hour:02}:00+08:00"


def told(share, *, users=N, facts=None, **changes):
    """A paper's post is shown to everybody once, for a yuan each, and all follow somebody after it."""
    square = worlds.platform(users, chances={"follow": 1.0}, mechanisms=BOUGHT, follow_subject=share)
    facts = facts or [worlds.post(actor="paper", boost=users)]
    return worlds.document(
        users, **{"platforms": {"square": square}, "stories": ABOUT, "actors": [STAR, PAPER], "interventions": facts}
        | changes
    )  # fmt: skip


def won(tables):
    """Rows of the followers won, by actor."""
    return {
        account.actor: set(np.concatenate([np.zeros(0, np.uint32), *account.won]).tolist())
        for account in tables.world.accounts
    }


# ---------------------------------------------------------------- followers of the subject


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_share_of_those_who_follow_after_a_post_follows_whom_it_is_about(share):
    """By a coin of the person and the post; everybody follows one of the two."""
    tables = simulate(worlds.load(told(share)))
    world, found = tables.world, won(tables)
    key = streams.stream_key(world.seed, "subject")
    coin = streams.unit(table_bits(key, np.arange(N), world.posts.ident[[0]]))
    assert found["star"] == set(np.flatnonzero(coin < share).tolist())
    assert found["paper"] == set(range(N)) - found["star"]
    assert abs(len(found["star"]) - N * share) <= 5 * np.sqrt(N * share * (1 - share))  # false alarm below 1e-6
    assert worlds.totals(tables, "impressions", "follows") == (N, N)
    assert tables.summary.get("star_square_followers_won", 0) == len(found["star"])


def test_followers_of_the_author_follow_nobody_but_the_subject():
    """All follow the paper since before the run: the share of them follows the star, and nobody the paper again."""
    paper = PAPER | {"accounts": {"square": N}}
    square = worlds.platform(N, chances={"follow": 1.0}, follow_subject=0.5)
    world = told(0.5, actors=[STAR, paper], platforms={"square": square}, facts=[worlds.post(actor="paper")])
    tables = simulate(worlds.load(world))
    found = won(tables)
    assert abs(len(found["star"]) - N / 2) <= 5 * np.sqrt(N / 4)
    assert found["paper"] == set()
    assert worlds.totals(tables, "impressions", "follows") == (N, len(found["star"]))


def test_a_subject_without_an_account_wins_nobody_until_it_opens_one():
    """Before that all follow the author; after it all who are shown another's post follow the subject."""
    facts = [
        worlds.post(actor="paper", boost=N),
        {"kind": "open_account", "at": at(4), "actor": "star", "platform": "square", "followers": 0},
        worlds.post(at(5), actor="desk", topic="later", boost=N),
    ]
    actors = [STAR | {"accounts": {}}, PAPER, PAPER | {"name": "desk"}]
    tables = simulate(worlds.load(told(1.0, facts=facts, actors=actors)))
    assert {name: len(rows) for name, rows in won(tables).items()} == {"star": N, "paper": N, "desk": 0}
    assert next(one for one in tables.world.accounts if one.actor == "star").opened == 240


def test_readers_of_users_posts_follow_the_subject_and_without_one_nobody():
    """In a complete network the paper's follower makes a post, which all the others see."""
    n, content = 9, {"user": {"half_life_hours": 5.0, "create": 0.0}}
    found = []
    for share in (1.0, 0.0):
        square = worlds.platform(n, chances={"follow": 1.0, "create": 1.0}, content=content, follow_subject=share)
        world = told(
            share, users=n, platforms={"square": square}, network={"kind": "complete"},
            actors=[STAR, PAPER | {"accounts": {"square": 1}}], facts=[worlds.post(actor="paper")],
        )  # fmt: skip
        tables = simulate(worlds.load(world))
        assert tables.world.posts.n == 2
        found.append({name: len(rows) for name, rows in won(tables).items()})
    assert found == [{"star": n, "paper": 0}, {"star": 0, "paper": 0}]


def test_readers_of_what_is_carried_over_follow_the_subject_there():
    """Nobody follows on the square; on the other platform the star has an account, and the carrier is a user."""
    n = 40
    places = {
        "square": worlds.platform(n, chances={"relay": 1.0}, relay_to={"other": 1.0}),
        "other": worlds.platform(n, chances={"follow": 1.0}, follow_subject=1.0),
    }
    actors = [STAR | {"accounts": {"other": 0}}, PAPER | {"accounts": {"square": n}}]
    world = told(1.0, users=n, platforms=places, actors=actors, facts=[worlds.post(actor="paper")])
    tables = simulate(worlds.load(world))
    seen = tables.series[tables.series.platform == "other"]
    assert len(won(tables)["star"]) == seen.new_reach.sum() > 0
    assert seen.follows.sum() == seen.new_reach.sum()


def test_what_the_subject_posts_itself_wins_as_it_did():
    fact = [worlds.post(boost=N)]
    plain, named = (simulate(worlds.load(told(share, facts=fact))) for share in (0.0, 1.0))
    assert plain.digests() == named.digests()
    assert len(won(named)["star"]) == N
    known = STAR | {"accounts": {"square": N}}  # who follows it cannot do so once more
    square = worlds.platform(N, chances={"follow": 1.0}, follow_subject=1.0)
    tables = simulate(
        worlds.load(told(1.0, facts=[worlds.post()], actors=[known, PAPER], platforms={"square": square}))
    )
    assert worlds.totals(tables, "impressions", "follows") == (N, 0)


def test_a_group_is_followed_by_its_first_member():
    tables = simulate(worlds.load(told(1.0, actors=[STAR | {"count": 2}, PAPER])))
    assert {name: len(rows) for name, rows in won(tables).items()} == {"star_001": N, "star_002": 0, "paper": 0}


def test_without_the_subject_the_story_is_about_nobody():
    scenario = worlds.load(told(1.0))
    gone = without(scenario, Counterfactual(title="no star", drop={"actors": [{"name": "star"}]}))
    assert gone.stories["tale"].subject == ""
    assert len(won(simulate(gone))["paper"]) == N


@pytest.mark.parametrize(
    ("story", "fault"),
    [
        ({"subject": "nobody"}, "unknown actor 'nobody'"),
        ({"tag_share": 0.5}, "tag_share: needs tag, the standing tag"),
        ({"tag": "T", "tag_share": 1.5}, "tag_share: must be ≤ 1"),
    ],
)
def test_what_cannot_be_is_refused(story, fault):
    with pytest.raises(ScenarioError, match=fault):
        worlds.load(told(0.5, stories={"tale": {"title": "Tale"} | story}))


# ---------------------------------------------------------------- own posts wear


def star_posts(facts, **platform):
    """Appeal of the posts of these facts, in their order: the threshold of attending over that of a certain one."""
    square = worlds.platform(10, chances={"attend": 0.5}, **platform)
    stories = {"tale": {"title": "Tale"}, "other": {"title": "Other"}}
    actors = [STAR, PAPER]
    made = ViralityModel(
        worlds.load(
            worlds.document(
                10, platforms={"square": square}, stories=stories, interventions=facts, actors=actors, days=4
            )
        )
    )
    while made.running:
        made.step()
    appeal = made.world.posts.chance[:, 0] / 2.0**31
    made.close()
    return appeal.tolist()


def on(day, **rest):
    return worlds.post(f"2021-01-0{day}T00:00+08:00", topic=f"t{day}", **({"news": False} | rest))


@pytest.mark.parametrize(
    ("exponent", "half_life", "factors"),
    [
        (0.0, 1.0, [1, 1, 1]),
        (1.0, 0.0, [1, 1 / 2, 1 / 3]),
        (0.5, 0.0, [1, 2**-0.5, 3**-0.5]),
        (1.0, 1.0, [1, 1 / 1.5, 1 / 1.75]),
        (2.0, 0.5, [1, 1.25**-2, (1 + 1 / 4 + 1 / 16) ** -2]),
    ],
)
def test_the_appeal_of_a_post_falls_with_those_made_lately(exponent, half_life, factors):
    facts = [on(day) for day in (1, 2, 3)]
    found = star_posts(facts, repeat_exponent=exponent, repeat_half_life_days=half_life)
    assert found == pytest.approx(factors, rel=1e-8)


def test_only_own_posts_of_the_same_story_count_and_facts_state_their_appeal():
    facts = [
        on(1, news=True), on(2, news=True), on(3, actor="paper"), on(3, story="other"), on(3), on(3, appeal=2.0),
    ]  # fmt: skip
    found = star_posts(facts, repeat_exponent=1.0)
    assert found == pytest.approx([1, 1, 1, 1, 1 / 3, 2 / 4], rel=1e-8)


def test_worn_is_one_where_nothing_was_posted():
    made = worlds.model(10)
    assert worn(made.world, made.stages[0].spec, made.world.n_users, 0, 0) == 1.0


# ---------------------------------------------------------------- standing tags


def tagged(share, topics=("a",), *, tag="丁真", users=50, stories=None, **rest):
    """A star with followers everywhere posts under topics, an hour apart."""
    tale = {"title": "Tale", "tag": tag, "tag_share": share}
    facts = [worlds.post(at(hour), topic=topic, **rest) for hour, topic in enumerate(topics)]
    return worlds.document(
        users, followers=users, interventions=facts, stories={"tale": tale} | (stories or {}), days=2
    )


@pytest.mark.parametrize(
    ("share", "topics", "tag", "beside"),
    [(1.0, ("a", "b", "丁真"), 150, 100), (0.0, ("a", "b", "丁真"), 50, 0), (0.0, ("a", "b"), 0, 0)],
)
def test_reads_by_tag_and_by_basket(share, topics, tag, beside):
    """Fifty read each post; under the tag itself a post has one tag, elsewhere the tag is its second."""
    tables = simulate(worlds.load(tagged(share, topics)))
    reads = 50 * len(topics)
    assert worlds.totals(tables, "impressions", "tag_reads", "tag_reads_beside") == (reads, tag, beside)
    for name, value in (("tag_reads", tag), ("basket_reads", reads + beside)):
        assert tables.summary[name] == tables.summary[f"square_{name}"] == value
        asked = tables.scenario.end, tables.series, tables.actions, tables.scenario
        assert running_total(name, *asked) == running_total(f"square_{name}", *asked) == value
    kinds = {"丁真": TAG_ALONE}
    assert tables.world.posts.tags.tolist() == [kinds.get(topic, TAG_BESIDE * (share == 1.0)) for topic in topics]


def test_a_share_of_posts_carries_the_tag_by_a_coin_of_the_post():
    """The same posts, whatever else is posted; a higher share adds to them. False alarm below 1e-6."""
    topics = [f"t{i}" for i in range(20)]
    carried = []
    for share, some in ((0.3, topics), (0.6, topics), (0.6, topics[::2])):
        world = tagged(share, some, users=5)
        world["interventions"] = [worlds.post(at(int(topic[1:])), topic=topic) for topic in some]
        tables = simulate(worlds.load(world))
        tags = np.array(tables.world.topic_titles)[tables.world.posts.topic[tables.world.posts.tags > 0]]
        carried.append(set(tags.tolist()))
        assert worlds.totals(tables, "tag_reads") == (5 * len(carried[-1]),)
        assert abs(len(carried[-1]) - share * len(some)) <= 5 * np.sqrt(len(some) * share * (1 - share))
    assert carried[0] < carried[1]
    assert carried[2] == carried[1] & set(topics[::2])


def test_days_and_stories_of_tag_reads():
    """By the day a trace has what the series has; a story without a tag has reads of one tag each."""
    world = tagged(1.0, ("a", "b"), stories={"other": {"title": "Other"}})
    world["interventions"].append(worlds.post(at(3), story="other"))
    scenario = worlds.load(world)
    tables, trace = simulate(scenario), ensemble.follow(ensemble.Job(scenario))
    assert tables.summary["square_tag_reads"] == 100
    assert tables.summary["square_basket_reads"] == 2 * 100 + 50
    by_story = tables.series.groupby("story").tag_reads.sum()
    assert by_story.to_dict() == {"tale": 100, "other": 0}
    assert trace.daily("square_tag_reads").sum() == 100
    assert trace.daily("basket_reads").sum() == 250


def test_without_a_tag_there_is_nothing_of_it():
    scenario = worlds.load(worlds.document(50, followers=50))
    tables, trace = simulate(scenario), ensemble.follow(ensemble.Job(scenario))
    assert not {"tag_reads", "tag_reads_beside"} & {*tables.series}
    assert not [name for name in tables.summary if "tag" in name or "basket" in name]
    assert tables.world.flows == FLOWS[:12]
    assert trace.daily("tag_reads").sum() == 0
    assert trace.daily("basket_reads").sum() == trace.daily("impressions").sum() == 50
    with pytest.raises(SimError, match="has what square_tag_reads counts: the standing tag of a story"):
        running_total("square_tag_reads", scenario.end, tables.series, tables.actions, scenario)


def test_what_is_carried_over_has_the_tag_of_the_original_what_is_made_after_it_its_own():
    """Under the tag itself all have it alone; elsewhere by a coin of each post, but for those that are carried over."""
    n = 30
    places = {
        "square": worlds.platform(n, chances={"relay": 1.0, "create": 0.2}, relay_to={"other": 1.0}),
        "other": worlds.platform(n),
    }
    for topic, kinds in (("a", {0, TAG_BESIDE}), ("丁真", {TAG_ALONE})):
        tables = simulate(worlds.load(tagged(0.5, (topic,), users=n) | {"platforms": places}))
        posts = tables.world.posts
        carried = np.flatnonzero(posts.original >= 0)
        assert len(carried) > 3
        assert posts.tags[carried].tolist() == posts.tags[posts.original[carried]].tolist()
        assert set(posts.tags[carried].tolist()) == set(posts.tags.tolist()) == kinds
        seen = {
            place: posts.totals[(posts.tags > 0) & (posts.platform == p), 0].sum()
            for p, place in enumerate(tables.world.platforms)
        }
        assert {place: tables.summary[f"{place}_tag_reads"] for place in places} == seen


# ---------------------------------------------------------------- kept states, and nothing where nothing is said


def all_of_it():
    """Followers of a subject, worn posts and tags at once, with users' posts, on people of whom some stand for many."""
    chances = {"follow": 0.5, "create": 0.05, "repost": 0.1}
    square = worlds.platform(
        N, chances=chances, mechanisms=BOUGHT | {"follow_feed": {"see": 1.0}}, follow_subject=0.4,
        repeat_exponent=0.7, repeat_half_life_days=2.0,
    )  # fmt: skip
    facts = [
        worlds.post(at(hour), actor=who, topic=f"t{hour}", boost=N // 2, news=False)
        for hour, who in enumerate(["paper", "star"] * 4)
    ]
    facts.append({"kind": "open_account", "at": at(3), "actor": "brand", "platform": "square", "followers": 5})
    tale = ABOUT["tale"] | {"tag": "t4", "tag_share": 0.5}
    actors = [STAR, PAPER | {"accounts": {"square": 60}}, {"name": "brand", "kind": "brand"}]
    return told(0.4, platforms={"square": square}, facts=facts, stories={"tale": tale}, actors=actors)


def test_a_kept_state_goes_on_as_if_nothing_had_happened(tmp_path):
    scenario = worlds.load(all_of_it())
    whole, later = simulate(scenario), worlds.gone_on(scenario, 18, tmp_path / "state.npz")
    assert (later.board.series == whole.board.series).all()
    assert whole.summary["tag_reads"] > 0
    assert {one.actor: one.opened for one in later.world.accounts} == {"star": 0, "paper": 0, "brand": 180}
    assert [one.gained for one in later.world.accounts] == [one.gained for one in whole.world.accounts]


def test_a_branch_may_change_who_it_is_about_and_how_many_carry_the_tag_but_not_the_tag():
    scenario = worlds.load(all_of_it())
    made = ViralityModel(scenario)
    for _ in range(18):
        made.step()
    kept, story = fork.take(made), scenario.stories["tale"]

    def branch(**changes):
        stories = {"tale": story.model_copy(update=changes)}
        later = fork.resume(scenario.model_copy(update={"stories": stories}), kept)
        while later.running:
            later.step()
        return later

    other = branch(subject="", tag_share=0.0)
    until, star = made.steps, made.world.accounts[0].gained
    assert (other.world.posts.tags[: made.world.posts.n] == made.world.posts.tags).all()
    assert not (other.world.posts.tags[made.world.posts.n :] == TAG_BESIDE).any()
    assert not other.world.posts.names_subject[made.world.posts.n :].any()
    assert other.world.accounts[0].gained >= star > 0
    assert (other.board.series[:until] == made.board.series[:until]).all()
    for tag in ("", "another"):
        with pytest.raises(SimError, match=r"stories\.tale\.tag has shaped what happened before"):
            branch(tag=tag)


@pytest.mark.parametrize("engine", ["vectorized", "agents"])
def test_both_engines_agree_on_all_of_it(engine):
    plain = simulate(worlds.load(all_of_it()))
    assert simulate(worlds.load(all_of_it() | {"engine": engine})).digests() == plain.digests()
    assert len(won(plain)["star"]) > 50


def test_a_subject_a_share_or_a_memory_alone_changes_nothing():
    plain = simulate(worlds.load(told(0.0, stories={"tale": {"title": "Tale", "interests": {"all": 1.0}}})))
    for changed in (told(0.0), told(0.9, stories={"tale": {"title": "Tale", "interests": {"all": 1.0}}})):
        changed["platforms"]["square"]["repeat_half_life_days"] = 3.0
        assert simulate(worlds.load(changed)).digests() == plain.digests()

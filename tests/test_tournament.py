"""Tournaments: payoffs counted by hand, matrices made up, dynamics that have an answer, and what may not matter."""

import json
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
import worlds
from browsers import launched, needs_chromium

from sim.base import intervals, loader
from sim.base.errors import ScenarioError, SimError
from sim.catalog import strategy_names, strategy_path
from sim.cli import main
from sim.minds import POLICIES
from sim.pages.page import html
from sim.scenario import strategies as plays
from sim.scenario.load import load
from sim.studies import folder
from sim.studies.tournament import design, imitation, matrix, study, tournament, words
from sim.studies.tournament.play import FLOWS, NEVER, NUMBERS, Job, play

FOLLOWERS = {"north": 40, "south": 60}


def posting(times, after_peers=0):
    """A strategy that posts so often, at once or after so many peers have joined."""
    joins = {"kind": "join_peers", "peers": after_peers, "spread": 0, "deliberation_hours": 0.001, "max_posts": times}
    both = {"en": f"posts {times} times", "zh": f"发{times}次"}
    hours = {"cooldown_hours": 1, "first_hour": 0, "last_hour": 23, "of": ["bureau"]}
    return {"title": both, "about": both, "policies": [joins | hours]}


def actor(name, **more):
    own = {"kind": "rivalry"}
    return {"name": name, "kind": "bureau", "accounts": {"square": FOLLOWERS.get(name, 10)}, "policies": [own]} | more


def world(*more, names=("north", "south")):
    """A star that posts at once; two bureaus whose followers read whatever they post, and nobody else does."""
    star = {"name": "star", "kind": "star", "accounts": {"square": 1}}
    return worlds.document(200, days=0.5, step_minutes=60, actors=[star, *map(actor, names), *more])


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Strategies of one's own as files."""
    place = tmp_path_factory.mktemp("strategies")
    made = {"once": posting(1), "twice": posting(2), "after": posting(1, after_peers=1)}
    for name, data in made.items():
        (place / f"{name}.yaml").write_text(loader.dump(data), encoding="utf-8")
    return {name: str(place / f"{name}.yaml") for name in made}


def asked(files, data, names=("once", "twice"), **more):
    return tournament(worlds.load(data), strategies=[files[name] for name in names], **{"seeds": 3, "held": 3} | more)


@pytest.fixture(scope="module")
def counted(files):
    """Once against twice."""
    return asked(files, world())


# ---- a world small enough to count


def test_payoffs_of_a_small_world_are_those_counted_by_hand(counted):
    part, mean = counted.found.part, sum(FOLLOWERS.values()) / len(FOLLOWERS)
    assert counted.found.question.names == ("once", "twice")
    assert part.matrices.tolist() == 3 * [[[mean, mean], [2 * mean, 2 * mean]]]
    runs = counted.tables()["runs"]
    assert len(runs) == 2 * 3 * 4 * 2  # parts, seeds, combinations, players
    posts = {"once": 1, "twice": 2}
    for row in runs.to_dict("records"):
        assert row["impressions"] == posts[row["strategy"]] * FOLLOWERS[row["player"]]
    assert (runs.spend_yuan == 0).all()


def test_what_is_sure_is_confirmed_on_the_seeds_held_back(counted):
    found = counted.found
    assert [(one.reply.best, one.reply.other, one.reply.sure, one.verdict) for one in found.replies] == [
        (1, 0, True, "confirmed"),
        (1, 0, True, "confirmed"),
    ]
    assert [tuple(one) for one in found.dominated] == [(0, 1, True)]
    assert found.mix == pytest.approx([0, 1], abs=1e-6)
    assert found.held_mix == pytest.approx([0, 1], abs=1e-6)
    assert not {*found.part.seeds} & {*found.held.seeds}
    assert np.isnan(found.part.straight)  # two players: as many companies as entries, so any matrix fits
    told = "\n".join(counted.lines())
    assert "imitation of the better leads to: posts 2 times 100%" in told
    assert "dominated: posts 1 times by posts 2 times, surely" in told


def test_who_waits_for_others_is_paid_only_where_others_go_first(files):
    answer = asked(files, world(), ("after", "once"), seeds=3, held=0)
    assert answer.found.part.matrices[0].tolist() == [[0, 50], [50, 50]]  # nobody follows nobody
    assert answer.found.held is None
    after = answer.found.part.of("after")[1]
    assert (after == NEVER).sum() == 3 * 2
    assert answer.tables()["imitation"].columns.tolist() == ["strategy", "share", "low", "high", "leads"]


def test_money_counts_where_a_unit_has_a_worth(files):
    answer = asked(files, world(), worth=3, seeds=1, held=0)
    assert answer.found.part.matrices[0].tolist() == [[150, 150], [300, 300]]
    bought = replace(answer.found.part.runs[0][0], numbers=answer.found.part.runs[0][0].numbers.copy())
    bought.numbers[:, NUMBERS.index("spend_yuan")] = 20
    assert answer.found.part.paid(bought).tolist() == [3 * 40 - 20, 3 * 60 - 20]


def test_being_first_is_worth_what_the_same_player_is_paid_more(counted):
    """The first of two players is paid 8 where it is first of both, and 5 where it is later; the other one 4."""
    run = counted.found.part.runs[0][0]
    turns = [replace(run, first=np.array([minute, 2], np.int64)) for minute in (0, 1, 3, 4)]
    paid = [np.array([8.0 if turn.first[0] < 2 else 5.0, 4.0]) for turn in turns]
    own = [np.zeros(2, np.int64)] * 4
    assert study._turn(turns, own, paid, 0) == pytest.approx(((5 + 4) / 2, (8 + 4) / 2))
    assert np.isnan(study._turn(turns, own, paid, 1)).all()  # nobody plays it
    never = [replace(run, first=np.array([NEVER, 2], np.int64)), turns[0]]
    assert study._turn(never, own[:2], paid[:2], 0) == pytest.approx((4, 4))  # who never acts is neither


@pytest.mark.parametrize("count", [3, 5, 8, 20])
def test_what_is_told_as_sure_is_the_interval_that_is_shown(counted, monkeypatch, count):
    """Of gains near the limit: whatever is shown as clear of nothing is told as sure, and nothing else is."""
    draws = worlds.rng(count)
    for shift in np.linspace(0, 2, 15):
        turns = np.stack([draws.normal(size=count), shift + draws.normal(size=count)], axis=1)
        monkeypatch.setattr(study, "_turns", lambda part, strategy, turns=turns: turns)
        for one in study.Found(counted.found.part, None).early:
            assert one.sure == (one.worth.given and one.worth.clear)
            assert one.worth == intervals.difference(*turns.T, intervals.shared(2))  # two strategies
        found = seeds_of([[0, 0, 0], [shift, 0.1, 0.2], [-1, -1, -1]], spread=1, count=count)
        for reply in matrix.replies(found):
            assert reply.sure == (reply.ahead.given and reply.ahead.low > 0) == (reply.other not in reply.tied)


# ---- what may not matter


def test_neither_order_nor_an_actor_that_does_nothing_changes_a_number(counted, files):
    digest = folder.digested(folder._csvs(counted))
    mute = {"name": "mute", "kind": "bureau", "accounts": {"square": 20}}
    other = asked(files, world(mute, names=("south", "north")), ("twice", "once"))
    assert other.found.question.players == ("north", "south")
    assert folder.digested(folder._csvs(other)) == digest


def test_profiles_hang_on_names_and_give_everybody_every_part():
    players, moves = [f"p{i}" for i in range(8)], ["a", "b", "c"]
    turns = {(move, rest): set() for move, rest in permutations(moves, 2)}
    for number in range(4):
        found = design.profiles(players, moves, number)
        assert len(found) == 3 + 6
        assert found[:3] == [(move,) * 8 for move in moves]
        for profile in found[3:]:
            few, rest = sorted(set(profile), key=profile.count)
            assert profile.count(few) == 2
            turns[few, rest] |= {player for player, move in zip(players, profile, strict=True) if move == few}
    assert all(who == {*players} for who in turns.values())
    halves = design.profiles(players, moves, 0, 4)
    assert len(halves) == 3 + 3
    assert design.told(halves[-1]) in ("4 b, 4 c", "4 c, 4 b")
    assert len(design.profiles(players[:2], moves, 0)) == 9  # all combinations
    assert len(design.profiles(players[:2], moves, 0, 1)) == 3 + 3
    assert [design.together(n) for n in (2, 3, 4, 8, 9)] == [1, 1, 1, 2, 2]


@pytest.mark.parametrize(("players", "together"), [(2, None), (3, None), (5, 1), (8, 2), (8, 4), (9, 4)])
def test_a_matrix_is_found_again_from_every_design(players, together):
    rng = worlds.rng(players)
    truth = np.round(rng.normal(size=(4, 4)), 6)
    names = [f"p{i}" for i in range(players)]
    for number in range(3):
        places = [
            np.array([int(move) for move in profile]) for profile in design.profiles(names, "0123", number, together)
        ]
        paid = [(truth[profile] * matrix.company(profile, 4)).sum(axis=1) for profile in places]
        assert matrix.fitted(places, paid, 4) == pytest.approx(truth, abs=1e-7)
        straight = matrix.straight([places], [paid], np.array([truth]))
        assert straight == pytest.approx(1.0) or (
            np.isnan(straight) and (players == 2 or 2 * (together or 0) == players)
        )


def test_a_bend_is_told_and_profiles_that_say_too_little_are_refused():
    names = [f"p{i}" for i in range(8)]
    places = [np.array([int(move) for move in profile]) for profile in design.profiles(names, "01", 0, 2)]
    shares = [matrix.company(profile, 2) for profile in places]
    paid = [np.where(profile == 0, share[:, 1] ** 4, 0.0) for profile, share in zip(places, shares, strict=True)]
    bent = matrix.straight([places], [paid], np.array([matrix.fitted(places, paid, 2)]))
    assert 0.3 < bent < 0.98
    with pytest.raises(ValueError, match="do not tell"):
        matrix.fitted(places[:2], paid[:2], 2)


# ---- matrices made up


def seeds_of(means, spread=0.0, count=8):
    """Matrices of some seeds around means."""
    means = np.array(means, float)
    return means + spread * worlds.rng().normal(size=(count, *means.shape))


def test_of_mere_noise_no_matrix_tells_anything():
    moves, draws, told = [f"{i}" for i in range(6)], worlds.rng(), []
    for _ in range(12):
        seeds = [[np.array([*map(int, one)]) for one in design.profiles("abcdefgh", moves, n)] for n in range(4)]
        paid = [[draws.normal(size=8) for _ in runs] for runs in seeds]
        found = np.array([matrix.fitted(*both, 6) for both in zip(seeds, paid, strict=True)])
        told.append(matrix.straight(seeds, paid, found))
    assert np.mean(told) == pytest.approx(0, abs=0.12)


def test_best_replies_are_read_from_columns():
    rock = seeds_of([[0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    assert [(one.against, one.best, one.other, one.sure) for one in matrix.replies(rock)] == [
        (0, 1, 0, True),
        (1, 2, 1, True),
        (2, 0, 2, True),
    ]
    lone = matrix.replies(seeds_of([[3, 0], [2, 1]]))
    assert [(one.best, one.other) for one in lone] == [(0, 1), (1, 0)]  # best itself: held against the next
    noisy = matrix.replies(seeds_of([[0, 0], [0.01, 0.01]], spread=5))
    assert not any(one.sure for one in noisy)
    assert noisy[0].tied


@pytest.mark.parametrize(
    ("means", "expected"),
    [
        ([[3, 0], [5, 1]], [(0, 1, True)]),  # the prisoners' dilemma
        ([[2, 0], [0, 1]], []),
        ([[1, 1], [1, 1]], []),  # equal is not worse
        ([[1, 2], [1, 3]], []),  # equal in a column: not strictly
        ([[0, 0, 0], [1, 1, 1], [2, 2, 2]], [(0, 2, True), (1, 2, True)]),
        ([[-1, 0], [0, 1]], [(0, 1, True)]),
    ],
)
def test_dominated_strategies_are_those_of_made_up_matrices(means, expected):
    assert [tuple(one) for one in matrix.dominated(seeds_of(means))] == expected


def test_what_noise_hides_is_dominated_by_the_means_alone():
    found = matrix.dominated(seeds_of([[0, 0], [1, 1]], spread=2, count=6))
    assert [one.surely for one in found] == [False] * len(found)
    assert [tuple(one)[:2] for one in matrix.dominated(seeds_of([[0, 0], [9, 9]], spread=0.1))] == [(0, 1)]


# ---- dynamics that have an answer


def led(means, starts=200):
    means = np.array(means, float)
    begun = imitation.starts([f"move {i}" for i in range(len(means))], starts)
    return begun, imitation.replicated(means, begun)


@pytest.mark.parametrize(("value", "cost"), [(2, 4), (1, 4), (3, 4), (1, 10)])
def test_hawks_and_doves_come_to_the_mix_of_value_over_cost(value, cost):
    _, ends = led([[(value - cost) / 2, value], [0, value / 2]])
    assert ends.mixes[:, 0] == pytest.approx(value / cost, abs=1e-3)
    (place,) = imitation.places(ends)
    assert (place.starts, place.rests) == (1.0, True)


@pytest.mark.parametrize(("left", "right"), [(1, 1), (2, 1), (1, 3)])
def test_coordination_has_two_basins_that_part_where_theory_says(left, right):
    begun, ends = led([[left, 0], [0, right]])
    expected = begun[:, 0] > right / (left + right)
    assert ((ends.mixes[:, 0] > 0.5) == expected).all()
    assert {round(float(place.mix[0]), 6) for place in imitation.places(ends)} == {0.0, 1.0}
    assert sum(place.starts for place in imitation.places(ends)) == pytest.approx(1.0)


def test_the_band_of_resampled_seeds_lies_about_the_mix_that_it_belongs_to(counted):
    nearly = seeds_of([[1, 0], [0, 2.5]], spread=0.01)  # basins that part at a share that hardly hangs on the seed
    part = replace(counted.found.part)
    part.__dict__.update(matrices=nearly)
    found = study.Found(part, None)
    low, high = found.band
    assert (low - 0.02 <= found.mix).all()
    assert (found.mix <= high + 0.02).all()
    assert (high - low < 0.1).all()


def test_one_seed_says_nothing_of_how_sure_a_mix_is(counted):
    one = replace(counted.found.part, seeds=counted.found.part.seeds[:1], runs=counted.found.part.runs[:1])
    found = study.Found(one, None)
    assert np.isnan(found.band).all()
    assert np.isnan(found.leads).all()
    assert words.imitation(found)[-1] == "  one seed: how sure that is cannot be told"


def test_rock_paper_scissors_goes_round_for_ever_about_a_third_each():
    _, ends = led([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], 40)
    assert not ends.rest.any()
    assert ends.mixes == pytest.approx(1 / 3, abs=0.05)
    _, falling = led([[0, -1, 2], [2, 0, -1], [-1, 2, 0]], 40)  # the winner wins more: it spirals in
    assert falling.rest.all()
    assert falling.mixes == pytest.approx(1 / 3, abs=1e-3)


def test_what_is_dominated_dies_out_and_what_is_equal_stays_as_it_began():
    _, ends = led([[0, 0, 0], [1, 1, 1], [3, 2, 1.5]])
    assert ends.mixes[:, 2] == pytest.approx(1, abs=1e-6)
    begun, still = led([[7, 7], [7, 7]])
    assert still.mixes == pytest.approx(begun)
    assert still.rest.all()


def test_scale_and_a_bonus_that_all_get_change_no_path_nor_does_the_order_of_strategies():
    means = worlds.rng(3).normal(size=(4, 4))
    names = ["a", "b", "c", "d"]
    plain = imitation.replicated(means, imitation.starts(names, 30)).mixes
    more = imitation.replicated(1000 * means + np.array([5, -2, 0, 9]) * 1000, imitation.starts(names, 30)).mixes
    assert more == pytest.approx(plain, abs=1e-6)
    turn = [2, 0, 3, 1]
    other = imitation.replicated(means[np.ix_(turn, turn)], imitation.starts([names[i] for i in turn], 30)).mixes
    assert other == pytest.approx(plain[:, turn], abs=1e-9)


def test_resampling_carries_the_spread_of_the_seeds():
    one = seeds_of([[0, 0], [1, 1]], count=1)
    assert (imitation.resampled(one, 5) == one).all()
    found = seeds_of([[0, 0], [0.1, 0.1]], spread=1, count=6)
    again = imitation.resampled(found, 2000)
    assert again.shape == (2000, 2, 2)
    assert again.std(axis=0) == pytest.approx(found.std(axis=0, ddof=1) / np.sqrt(6), rel=0.08)
    assert again.mean(axis=0) == pytest.approx(found.mean(axis=0), abs=0.05)


# ---- strategies


def test_every_shipped_strategy_says_what_it_does_in_both_languages():
    names = strategy_names()
    assert {"seize", "ride", "invite", "outbid", "copy_leader", "wait", "refute", "silence"} <= {*names}
    for one in plays.strategies(names):
        assert one.title.zh != one.title.en
        assert any(ord(letter) > 0x2E7F for letter in one.about.zh)
        assert one.source
    assert len({*study.STRATEGIES}) == 6
    assert {*study.STRATEGIES} <= {*names}


@pytest.mark.parametrize("source", ["ding_zhen", "launch"])
def test_every_shipped_strategy_can_be_played_by_every_actor(source):
    whole = load(source)
    for one in plays.strategies(strategy_names()):
        made = plays.assigned(whole, dict.fromkeys([actor.name for actor in whole.actors if actor.accounts], one))
        load(made, seed=made.seed)  # names of content, places and the like exist


def test_an_actor_keeps_what_it_is():
    whole = load("ding_zhen")
    (invite,) = plays.strategies(["invite"])
    made = plays.assigned(whole, {"bureau_tibet": invite})
    before, after = (next(a for a in one.actors if a.name == "bureau_tibet") for one in (whole, made))
    assert after.policies[0].star == before.policies[0].star == "丁真"
    assert (after.policies[0].threshold, after.policies[0].kinship) == (1.2, 0.0)
    assert after.accounts == before.accounts
    assert [a for a in made.actors if a.name != "bureau_tibet"] == [a for a in whole.actors if a.name != "bureau_tibet"]
    (ride,) = plays.strategies(["ride"])
    assert ride.of(after, frozenset({"blue_v"})).policies[0].content == "blue_v"
    assert ride.of(after, frozenset()).policies[0].content == "kol"  # the policy's own, which need not exist
    media = after.model_copy(update={"kind": "media"})
    assert ride.of(media, frozenset()).policies[0].kind == "news_desk"


def test_a_file_of_ones_own_is_told_what_is_wrong_with_it(tmp_path, files):
    (found,) = plays.strategies([files["once"]])
    assert found.name == "once"
    bad = tmp_path / "bad.yaml"
    bad.write_text(strategy_path("ride").read_text("utf-8").replace("eagerness: 0.3", "eagernes: 0.3"), "utf-8")
    with pytest.raises(ScenarioError, match=r"bad.yaml:\d+:\d+: policies\[0\].eagernes"):
        plays.strategies([bad])
    with pytest.raises(SimError, match="unknown strategy 'sieze'; did you mean 'seize'"):
        plays.strategies(["sieze"])
    with pytest.raises(SimError, match="two strategies are called 'seize'"):
        plays.strategies(["seize", "seize"])
    assert "rivalry" in POLICIES.names()


# ---- who plays, and for what


def test_the_players_are_those_rival_bureaus_that_have_most_followers():
    whole = load("ding_zhen")
    chosen = study.chosen(whole, [])
    rivals = [a for a in whole.actors if a.kind == "bureau" and not a.home]
    least = min(sum(a.accounts.values()) for a in rivals if a.name in chosen)
    assert len(chosen) == 8
    assert list(chosen) == sorted(chosen)
    assert all(sum(a.accounts.values()) <= least for a in rivals if a.name not in chosen)
    assert study.chosen(whole.model_copy(update={"actors": whole.actors[::-1]}), []) == chosen
    assert study.chosen(whole, ["press", "gossip"]) == ("gossip", "press")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"players": ["north"]}, "needs two players"),
        ({"players": ["north", "sout"]}, "unknown player 'sout'; did you mean 'south'"),
        ({"payoff": "likes"}, "no player is paid in 'likes'"),
        ({"worth": -1}, "worth: must be 0 or more"),
        ({"worth": float("nan")}, "worth: must be 0 or more"),
        ({"worth": float("inf")}, "worth: must be 0 or more"),
        ({"worth": "much"}, "worth: must be 0 or more"),
        ({"strategies": ["seize"]}, "needs two strategies"),
        ({"strategies": "seize"}, "strategies: needs a list"),
        ({"held": -1}, "held: must be a whole number of 0 or more"),
        ({"together": 0}, "together: must be a whole number of 1 or more"),
        ({"together": 2}, "together: of 2 players at most 1 play the other strategy"),
    ],
)
def test_what_cannot_be_asked_is_told_in_one_line(more, words):
    with pytest.raises(SimError, match=words) as told:
        tournament(worlds.load(world()), **more)
    assert "\n" not in str(told.value)
    with pytest.raises(SimError, match="nobody decides anything"):
        tournament("sir")


def test_a_goal_of_the_campaign_is_what_players_are_paid_in():
    launch = load("launch")
    goal = launch.campaign.goal.metric
    assert study.paid_in(launch, "") == (goal if goal in plays.PAYOFFS else "impressions")
    assert (*FLOWS, "topic_reads", "followers_won", "spend_yuan") == NUMBERS  # in the order in which they are counted
    assert study.paid_in(launch, "intents") == "intents"


def test_a_group_is_one_player_whose_numbers_are_its_members_mean(files):
    data = world(actor("east", count=4))
    (twice,) = plays.strategies([files["twice"]])
    whole = worlds.load(data)
    made = plays.assigned(whole, {"east": twice, "north": twice})
    found = play(Job(made, ("east", "north")))
    assert found.numbers[:, 0].tolist() == [20, 80]
    assert found.own[-1].tolist() == [20, 80]
    assert (np.diff(found.own, axis=0) >= 0).all()
    assert {deed[1] for deed in found.deeds} == {0, 1}
    assert len(found.deeds) == 2 * 4 + 2


# ---- the page


def test_the_page_holds_two_runs_of_every_cell(counted):
    document = counted.document()
    sections = {section["id"]: section for section in document["sections"]}
    assert [*sections] == ["matrix", "runs", "replies", "imitation", "strategies"]  # both are first at once
    cells = sections["matrix"]["chart"]["data"]
    assert len(cells) == 4
    which = sections["runs"]["chart"]["filters"][0]["words"]
    assert [cell["shows"] for cell in cells] == [which["0-0"], which["0-1"], which["1-0"], which["1-1"]]
    rows = [row for row in sections["runs"]["chart"]["data"] if row["cell"] == "1-0"]
    by_arm = {}
    for row in rows:
        by_arm[row["arm"]["en"]] = by_arm.get(row["arm"]["en"], 0) + row["value"]
    own = by_arm["plays it"]
    assert own == 2 * by_arm["goes along with the others"]
    assert own / 2 in FOLLOWERS.values()
    assert "posts 2 times" in document["title"]["en"]
    assert "发2次" in document["title"]["zh"]


@needs_chromium
def test_a_click_on_a_cell_opens_its_two_runs(counted, tmp_path):
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="Playwright is not installed: pip install -e '.[dev]'"
    )
    place = tmp_path / "page.html"
    place.write_text(html(counted.page_data(), "en", stills=False), encoding="utf-8")
    with playwright.sync_playwright() as found:
        page, said = launched(found).new_page(viewport={"width": 390, "height": 800}), []
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(place.as_uri())
        page.locator("#matrix svg .mark-text text").nth(3).click()
        words = "posts 2 times where others play posts 2 times"
        shown = page.locator("#runs select").evaluate_all("all => all.map((one) => one.selectedOptions[0].text)")
        assert shown[:2] == [words, words]
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert said == []


def test_the_command_leaves_a_folder_and_says_what_was_found(files, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.yaml").write_text(loader.dump(world()), encoding="utf-8")
    words = [
        "tournament",
        "tiny.yaml",
        "--strategies",
        f"{files['once']},{files['twice']}",
        "--seeds",
        "3",
        "--held",
        "3",
    ]
    assert main.main([*words, "--jobs", "1", "--out", "out"]) == 0
    told = capsys.readouterr().out
    assert "2 of 2 best replies are sure, 2 of them confirmed on the seeds held back" in told
    (made,) = (tmp_path / "out" / "tiny").iterdir()
    record = json.loads((made / "tournament.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in record["strategies"]] == ["once", "twice"]
    assert [one["verdict"] for one in record["replies"]] == ["confirmed", "confirmed"]

"""What `sim explain` tells is what happened: held against the engines' own records, and read as its reader reads it."""

import json
import re
from collections import Counter

import generated
import networkx
import numpy as np
import pytest
import worlds

from sim.base.errors import SimError
from sim.base.files import checksums
from sim.base.words import display_width
from sim.cli import main
from sim.model.model import ViralityModel
from sim.runs import explain, runner
from sim.runs.explain.classical import NEVER, Story, _tipped
from sim.runs.explain.onlooker import UserOnlooker, Watched
from sim.runs.explain.topic_onlooker import TopicOnlooker
from sim.runs.explain.user import _Consequences, _portrait, _started
from sim.runs.explain.words import Words
from sim.runs.result import Result
from sim.runs.spreading import spread
from sim.runs.tables import Tables
from sim.scenario import load as scenarios
from sim.world import engine, persons, population, records
from sim.world.records import F_IMPRESSIONS


class Crowd:
    """Several onlookers at one run, and the engine's own views of their users."""

    def __init__(self, model, users, threads=1):
        self.onlookers = {user: UserOnlooker(user) for user in users}
        self.seen = {user: Counter() for user in users}
        model.engine = Watched(model.world, threads, self.look, model.stages)

    def look(self, engine, platform, offers, views):
        for user, onlooker in self.onlookers.items():
            onlooker._look(engine, platform, offers, views)
            for view in views[views["user"] == user]:
                offer = tuple(offers[view["offer"]].tolist())
                self.seen[user][engine.moment.step, platform, offer, int(view["delay"]), int(view["flags"])] += 1


def key(met):
    """An encounter as the engine records it."""
    offer = tuple(getattr(met.offer, name) for name in met.offer.__slots__)
    return met.step, met.platform, offer, met.encounter.delay, met.encounter.flags


def watched(number, monkeypatch, users=6, threads=1):
    """A generated world after its run, and the crowd that looked on; every third has lanes in blocks."""
    monkeypatch.setattr(population, "SMALL", 1 << 16 if number % 3 else 4)
    model = ViralityModel(worlds.load(generated.world(number)))
    n = model.world.n_users
    crowd = Crowd(model, {int(u) for u in worlds.rng(number).integers(0, n, users)}, threads)
    for _ in range(model.script.steps):
        model.step()
    return model, crowd


@pytest.mark.parametrize("number", [pytest.param(2, marks=pytest.mark.verify), 6, 7])
def test_what_is_told_of_a_user_is_what_the_engine_recorded(number, monkeypatch):
    model, crowd = watched(number, monkeypatch)
    assert sum(sum(seen.values()) for seen in crowd.seen.values()) > 5
    written = []
    words = Words(Tables(model))
    for user, onlooker in crowd.onlookers.items():
        assert Counter(key(met) for met in onlooker.met if met.encounter.seen) == crowd.seen[user]
        for met in onlooker.met:
            flags = sum(1 << records.RESPONSES.index(name) for name, coin, below in met.draws if coin < below)
            assert flags == met.encounter.flags
        could = [met for met in onlooker.met if met.exposure.chance]
        text = _portrait(words, user) + [line for n, met in enumerate(could) for line in words.told(n, [met])]
        assert max(map(display_width, text)) <= 150
        came = _Consequences(words, onlooker)
        lines = [line for met in onlooker.met for line in came.of(met)]
        rows = np.flatnonzero(model.world.forest.user == user)
        reposts = [int(row) for row in rows if model.world.forest.parent[row] >= 0]
        told = [
            match for line in lines if (match := re.match(r"reposts: row (\d+) of the forest under row (\d+);", line))
        ]
        over = {int(row) for line in lines for row in re.findall(r"\(row (\d+) of the forest\)", line)}
        forest = model.world.forest
        assert {row for row in reposts if forest.platform[row] != forest.platform[forest.parent[row]]} == over
        assert sorted([*over, *(int(match[1]) for match in told)]) == reposts
        assert all(model.world.forest.parent[int(match[1])] == int(match[2]) for match in told)
        made = [int(row) for row in re.findall(r"makes post (\d+) ", "\n".join(lines))]
        begun = [int(row) for row in re.findall(r"with post (\d+),", "\n".join(_started(words, user)))]
        posts = model.world.posts
        own = np.flatnonzero((posts.author == user) & (posts.original < 0))  # what is carried over is another's
        assert sorted(made + begun) == own.tolist()
        won = [a.title for a in model.world.accounts if a.won and user in np.concatenate(a.won)]
        assert sorted(re.findall(r"follows (.+?) from now on", "\n".join(lines))) == sorted(won)
        written += lines
    assert written


def test_threads_hide_nothing_from_an_onlooker(monkeypatch):
    """Threads take chunks of what is offered in a step; of them an onlooker must hear too."""
    _, alone = watched(6, monkeypatch)
    monkeypatch.setattr(engine, "TASK", 4)
    _, crowd = watched(6, monkeypatch, threads=2)
    assert sum(sum(seen.values()) for seen in crowd.seen.values()) > 5
    assert crowd.seen == alone.seen
    for user, onlooker in crowd.onlookers.items():
        assert [*map(key, onlooker.met)] == [*map(key, alone.onlookers[user].met)]


def test_what_is_told_is_what_a_mesa_agent_met(monkeypatch):
    # The other engine walks all candidates and its people hold their own memory: exposure by exposure the same.
    scenario = worlds.load(generated.world(7))
    user, met, meet = 11, [], persons.meet

    def noting(who, traits, exposure, offer, *rest):
        encounter = meet(who, traits, exposure, offer, *rest)
        if exposure.user == user:
            met.append((who, exposure, offer, encounter))
        return encounter

    with monkeypatch.context() as patched:
        patched.setattr(persons, "meet", noting)
        runner.simulate(scenario.model_copy(update={"engine": "agents"}))
    onlooker = UserOnlooker(user)
    runner.simulate(scenario, watch=onlooker.watch)
    found = [(one.who, one.exposure, one.offer, one.encounter) for one in onlooker.met]
    assert len(found) > 10
    assert Counter(map(repr, found)) == Counter(map(repr, met))


# ---- folders


def case():
    """The first days of the shipped case."""
    return worlds.shorter(scenarios.load("ding_zhen"), 1.4, users=1500)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return runner.run(case(), out=tmp_path_factory.mktemp("out"), figures=False).path


@pytest.mark.parametrize(
    "world", [2, 3, pytest.param(11, marks=pytest.mark.verify), pytest.param("the case", marks=pytest.mark.verify)]
)
def test_the_text_is_the_same_whatever_engine_made_the_folder(world, tmp_path):
    scenario = case() if world == "the case" else worlds.load(generated.world(world))
    paths = [
        runner.run(scenario.model_copy(update={"engine": engine}), out=tmp_path / engine, figures=False).path
        for engine in ("vectorized", "agents")
    ]
    user = int(re.search(r"--user (\d+)", "\n".join(explain.suggestions(paths[1])))[1])
    texts = [explain.explain_user(path, user, limit=500) for path in paths]
    assert texts[0][1:] == texts[1][1:]
    told = "\n".join(texts[0])
    assert "the same digest" in told
    assert re.search(r"→ reposts: row \d+ of the forest under row \d+; seen [\d,]+ times", told)
    assert re.search(r"In all: [\d,]+ exposures, [\d,]+ seen; \d+ attend", told)


def test_limit_seen_and_exact(folder):
    path = folder
    user = int(re.search(r"--user (\d+)", "\n".join(explain.suggestions(path)))[1])
    few = "\n".join(explain.explain_user(path, user, limit=2, only_seen=True, exact=True))
    assert "more; --limit" in few
    assert "passed by" not in few
    for coin, below in re.findall(r"look +(\d+) < (\d+);", few):
        assert int(coin) < int(below) <= 1 << 32


def test_nobody_is_left_without_a_hint(folder):
    result = Result(folder)
    lonely = [line for user in (3, 1499) for line in explain.explain_user(result.path, user, limit=1)]
    assert any("exposures" in line or "Nothing ever met user" in line for line in lonely)
    assert all("--user" in line for line in lonely if line.startswith("Follow user"))


def test_the_life_of_a_topic(folder):
    lines = explain.explain_topic(folder, "douyin/丁真")
    told = "\n".join(lines)
    assert len(lines) <= 80
    assert max(map(display_width, lines)) <= 140
    for part in (
        "origin: fact",
        "because: posts the 7-10 s video",
        "heat",
        "Actors under it",
        "The first 10 people",
    ):
        assert part in told
    assert "Traffic pools" in told
    carried = "\n".join(explain.explain_topic(folder, "weibo/丁真", limit=5))
    assert "origin: relay" in carried
    assert "because: carried over from douyin: post 0, video by 微笑收藏家·波哥" in carried


def test_what_is_told_of_a_topic_is_what_the_run_wrote():
    for number, place in ((1, 0), (7, 1), (6, 0)):  # in which no act is bought
        scenario = worlds.load(generated.world(number))
        before = runner.simulate(scenario).world
        topic = int(np.flatnonzero(before.topics.platform == before.platforms.index("square"))[place])
        onlooker = TopicOnlooker(topic)
        tables = runner.simulate(scenario, watch=onlooker.watch)
        world, clock = tables.world, tables.clock
        assert onlooker.by_channel.sum() == world.topics.reads[topic] > 0
        assert (
            onlooker.by_channel.sum()
            == world.posts.totals[np.flatnonzero(world.posts.topic == topic), F_IMPRESSIONS].sum()
        )
        name = f"{world.platforms[world.topics.platform[topic]]}/{world.topic_titles[topic]}"
        log = tables.hot_list[(tables.hot_list.platform + "/" + tables.hot_list.topic) == name]
        stood = [(clock.iso(m.step * clock.step_minutes), m.standing.rank) for m in onlooker.moments]
        ranked = {(at, rank) for at, rank in stood if rank >= 0}
        log = log[log.slot != "ad"]  # a bought place is no rank
        assert ranked == set(log.groupby("time")["rank"].min().items())
        keep = 2.0 ** (-clock.step_minutes / onlooker.moments[0].standing.smoothing_minutes)
        for before, now in zip(onlooker.moments, onlooker.moments[1:], strict=False):
            if now.step == before.step + 1:
                was, own = before.standing, now.standing
                assert own.rate == pytest.approx(was.rate * keep + own.inflow * own.own * (1 - keep), rel=1e-6)
                assert own.heat == int(own.rate * own.interaction)
        asked = tables.scenario.platforms["square"].mechanisms.hot_list
        for before, now in zip([None, *onlooker.moments], onlooker.moments, strict=False):
            listed = before is not None and before.step + 1 == now.step and before.standing.rank >= 0
            bounds = [asked.off_list_novelty, *([] if listed else [asked.entry_novelty])]
            own = now.standing
            assert now.listed == listed
            assert (own.stay_novelty if listed else own.entry_novelty) == max(bounds)
            assert own.list_share == asked.list_share
            assert own.rank < 0 or now.novelty > max(bounds)
        for one in onlooker.promotions:
            assert (
                (one.place, one.to) in (("pool 1", "pool 2"), ("pool 2", "pool 2"))
                or not one.to
                or one.verdict.alive > 1
            )
            assert one.verdict.alive > 1 or bool(one.to) == (one.verdict.score >= one.verdict.need)


def test_paid_reach_for_an_audience_is_told_with_whom_it_was_for():
    fact = worlds.post(boost=5, audience={"ages": ["20-29"]})
    mechanisms = {"paid_reach": worlds.MECHANISMS["paid_reach"]}
    more = {"platforms": {"square": worlds.platform(500, mechanisms=mechanisms)}, "stories": worlds.KEEN}
    model = ViralityModel(worlds.tiny(500, interventions=[fact], days=0.25, **more))
    crowd = Crowd(model, set(range(500)))
    for _ in range(model.script.steps):
        model.step()
    words = Words(Tables(model))
    seen = {user: [met for met in one.met if met.encounter.seen] for user, one in crowd.onlookers.items()}
    for user, mets in seen.items():
        assert (", 20-29, " in _portrait(words, user)[0]) or not mets
        assert {words.channel(met) for met in mets} <= {"paid, for an audience, ages 20-29"}
    assert 30 < sum(map(bool, seen.values())) < 150


# ---- what cannot be explained


def test_what_is_no_run_or_no_longer_the_same_is_refused_in_one_line(folder, tmp_path):
    path = folder

    def copy(**changes):
        recipe = json.loads((path / "run.json").read_text(encoding="utf-8")) | changes
        (tmp_path / "run.json").write_text(json.dumps(recipe), encoding="utf-8")
        (tmp_path / "scenario.resolved.yaml").write_bytes((path / "scenario.resolved.yaml").read_bytes())
        checksums.write(tmp_path)
        return tmp_path

    with pytest.raises(SimError, match="is not a folder of results"):
        explain.explain_user(path.parent, 1)
    with pytest.raises(SimError, match="there is no user 2000: this run has users 0 to 1,499"):
        explain.explain_user(path, 2000)
    with pytest.raises(SimError, match="made by model version 1"):
        explain.explain_user(copy(model_version=1), 1)
    with pytest.raises(SimError, match="gives digest"):
        explain.explain_user(copy(digest={"all": "0" * 64}), 1)
    with pytest.raises(SimError, match="did you mean '丁真'"):
        explain.explain_topic(path, "丁珍真")
    with pytest.raises(SimError, match="may be any of 3 topics: douyin/丁真, wechat/丁真, weibo/丁真"):
        explain.explain_topic(path, "丁真")


def test_a_run_on_a_graph_from_python_cannot_be_repeated_from_its_folder(tmp_path):
    made = runner.run("sir", graph=networkx.path_graph(20), sets=["seeds.count=1"], out=tmp_path, figures=False)
    with pytest.raises(SimError, match="was run on a graph given from Python, which it does not hold"):
        explain.explain_user(made.path, 1)


def test_the_command(folder, capsys):
    path = str(folder)
    assert main.main(["explain", path]) == 0
    assert "--topic" in capsys.readouterr().out
    assert main.main(["explain", path, "--user", "1_0", "--quiet"]) == 0
    said = capsys.readouterr()
    assert "User 10: " in said.out
    assert said.err == ""
    assert main.main(["explain", path, "--topic", "no such"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


# ---- classical runs

NETWORK = {"kind": "erdos_renyi", "mean_degree": 6}
CLASSICAL = [
    ({"model": "independent_cascade", "p": 0.3}, NETWORK),
    ({"model": "sir", "infect": 0.2, "recover": 0.4}, NETWORK),
    ({"model": "sir", "infect": 0.01, "recover": 0.4}, {"kind": "well_mixed"}),
    ({"model": "bass", "p": 0.02, "q": 0.5}, NETWORK),
    ({"model": "bass", "p": 0.02, "q": 0.5}, {"kind": "well_mixed"}),
    ({"model": "linear_threshold"}, NETWORK),
    ({"model": "complex_contagion", "at_least": 2}, NETWORK),
]


def classical(contagion, network):
    return {
        "name": "tiny", "users": 200, "steps": 12, "network": network, "contagion": contagion, "seeds": {"count": 12},
    }  # fmt: skip


@pytest.mark.parametrize(("contagion", "network"), CLASSICAL)
def test_the_trials_told_are_those_that_decided(contagion, network):
    tables = spread(worlds.load(classical(contagion, network)))
    adopted = 0
    for user in range(200):
        story = Story(tables, user)
        if story.adopted == 0:
            continue
        if contagion["model"] in ("linear_threshold", "complex_contagion"):
            need, steps = story.need(), np.sort(story.step[story.followed])
            tipped = int(steps[need - 1]) + 1 if need <= len(steps) else NEVER
            assert story.adopted == (tipped if tipped <= tables.world.steps else NEVER)
            assert len(_tipped(story, 1000)) == 1 + (story.step[story.followed] < story.last).sum()
        else:
            trials = list(story.trials())
            wins = [trial for trial in trials if trial.won]
            assert {trial.step for trial in wins} == ({story.adopted} if story.adopted < NEVER else set())
            assert all(trial.step <= story.last for trial in trials)
            if story.parent >= 0 and wins[0].source >= 0:
                assert story.parent in [trial.source for trial in wins]
        adopted += story.adopted < NEVER
    assert adopted > 10


def test_a_classical_folder(tmp_path):
    made = runner.run(worlds.load(classical(*CLASSICAL[1])), out=tmp_path, figures=False)
    told = ["\n".join(explain.explain_user(made.path, user)) for user in range(40)]
    assert any("✓, the parent" in text and "It recovered at the end of step" in text for text in told)
    assert any("It never adopted" in text for text in told) or all("adopted" in text for text in told)
    assert "--user" in "\n".join(explain.suggestions(made.path))
    with pytest.raises(SimError, match="textbook model, which has no topics"):
        explain.explain_topic(made.path, "x")


@pytest.mark.parametrize("source", ["sir", worlds.document(40, followers=20, days=0.5)], ids=["classical", "platforms"])
def test_a_result_is_explained_as_its_folder_is(source, tmp_path):
    small = {"users": 200} if source == "sir" else {}
    unkept = runner.run(source, out=None, **small)
    kept = unkept.keep(tmp_path, figures=False)
    told = [[explain.explain_user(one, user) for user in (0, 7)] for one in (unkept, kept, kept.path)]
    assert told[1] == told[2]
    assert [lines[1:] for lines in told[0]] == [lines[1:] for lines in told[1]]
    assert told[0][0][0] == f"Run again from memory: the same digest, {kept.digest[:8]}."
    if source != "sir":
        assert explain.explain_topic(unkept, "Tale")[1:] == explain.explain_topic(kept, "Tale")[1:]
        with pytest.raises(SimError, match="no topic 'none' in memory"):
            explain.explain_topic(unkept, "none")

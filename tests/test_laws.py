"""Sweeps with a known answer: its arithmetic, what a sweep leaves of it, and the page of all laws."""

import json

import numpy as np
import pytest

from sim.base import intervals
from sim.base.errors import SimError
from sim.base.files import checksums
from sim.cli import main as cli
from sim.contagion.theory import best_push, degrees, epidemic, final_size, growth, ring_clustering
from sim.model.model import MODEL_VERSION
from sim.networks import ErdosRenyi, WattsStrogatz
from sim.pages.words import localised
from sim.scenario.load import load
from sim.studies.laws import LAWS, gallery
from sim.studies.laws import words as law_words
from sim.studies.laws.dots import Dot, Place
from sim.studies.laws.fate import gini, jackknifed
from sim.studies.laws.held import Held
from sim.studies.laws.second import Groups, duplicated, groups
from sim.studies.sweep import sweep

DOCS = gallery.plans.SHIPPED.parents[1] / "docs"


# ---- the known answers


@pytest.mark.parametrize("r", [0.3, 0.8, 1.2, 1.5])
def test_most_is_earned_where_the_curve_is_highest(r):
    shares = np.linspace(0, 0.9, 901)
    earned = [final_size(r, share) - share for share in shares]
    assert best_push(r) == pytest.approx(shares[int(np.argmax(earned))], abs=1.5e-3)


def test_a_story_that_spreads_by_itself_earns_less_from_the_first_one_on():
    assert best_push(1.7) == best_push(3.0) == 0.0
    assert final_size(3.0, 0.01) - 0.01 < final_size(3.0)


def test_clustering_of_a_rewired_ring():
    import networkx as nx

    for rewire in (0.0, 0.2):
        net = WattsStrogatz(k=8, rewire=rewire).build(2000, 5)
        graph = nx.Graph((u, int(v)) for u in range(2000) for v in net.audience(u))
        assert nx.average_clustering(graph) == pytest.approx(ring_clustering(8, rewire), abs=0.02)


def test_cases_grow_by_the_known_factor():
    net = ErdosRenyi(mean_degree=8).build(50_000, 3)
    curve = epidemic(degrees(net, np.arange(5)), 0.05, 0.1, 14)["infectious"]
    assert curve[12] / curve[11] == pytest.approx(growth(8, 0.05, 0.1), rel=0.02)


def test_gini_is_half_the_mean_difference_over_the_mean():
    values = np.array([3.0, 1.0, 4.0, 1.0, 5.0])
    pairs = [abs(a - b) for i, a in enumerate(values) for b in values[i + 1 :]]
    assert gini(values) == pytest.approx(np.mean(pairs) / (2 * values.mean()))
    assert (gini(np.ones(5)), gini(np.array([0, 0, 0, 7.0]))) == (0, 1)
    assert gini(np.random.default_rng(1).exponential(size=100_000)) == pytest.approx(0.5, abs=0.01)  # the urn's


def test_the_error_of_a_gini_is_known_from_its_jackknife():
    draw, errors = np.random.default_rng(2), []
    for _ in range(300):
        errors.append(intervals.mean(jackknifed(draw.exponential(size=40))))
    assert np.mean([one.low <= 0.5 <= one.high for one in errors]) > 0.9
    assert np.isnan(jackknifed(np.array([1.0, np.nan, 2.0]))).all()


def test_people_who_are_all_alike_are_reached_independently():
    one = np.ones(1)
    who = Groups(one, 0.2 * one, 0.6 * one, 0.5 * one)
    assert duplicated(who, 0.3, 0.2) == pytest.approx(0.06, abs=1e-9)


def test_who_looks_often_is_reached_twice():
    who = groups(load(gallery.plans.SHIPPED / "laws/worlds/two_platforms.yaml"))
    assert who.people.sum() == pytest.approx(1)
    assert who.people @ who.first == pytest.approx(0.6, abs=1e-6)
    assert 1.2 < duplicated(who, 0.25, 0.2) / 0.05 < 2.5
    assert duplicated(who, 0.25, 0.0) == pytest.approx(0, abs=1e-9)


# ---- what agrees


def dot(x, runs, known=np.nan, line="all", **facts):
    """A point by hand."""
    off = intervals.mean(runs - known)
    return Dot(Place(x, line, facts), runs, intervals.mean(runs), known, np.nan, off)


def share_of(mean, spread=1e-4, seed=0, count=20):
    return mean + spread * np.random.default_rng(seed).normal(size=count)


def test_an_interval_that_holds_anything_is_no_agreement():
    """Where runs say nothing there is no verdict, by no kind of claim either; else the widest interval is told."""
    law = LAWS.get("percolation")()
    wild = Held(law, [dot(1.5, np.tile([0.0, 1.0], 2), 0.6), dot(2.0, np.tile([1.0, 0.0], 2), 0.9)])
    assert (wild.judged, wild.agrees) == (0, None)
    good = Held(law, [dot(1.5, share_of(0.6), 0.6), dot(2.0, share_of(0.9, 0.02, 1), 0.9)])
    assert (good.kept, good.judged, good.agrees) == (2, 2, True)
    assert good.widest == max(one.off.half_width for one in good.dots)
    assert "widest interval ± 0." in law_words.score(good)["en"]
    assert "最宽的区间为±0." in law_words.score(good)["zh"]
    early = LAWS.get("early")()  # of numbers: over the known one
    assert Held(early, [dot(0, share_of(100, 10), 100.0)]).widest == pytest.approx(0.047, abs=0.02)
    assert Held(early, [dot(0, share_of(100, 300), 100.0)]).judged == 0


def test_a_winner_is_not_the_wrong_one_because_one_of_many_comparisons_is_off_by_chance():
    """32 late ones who are nearly as good as the early ones: at 95 % each half of all sweeps would tell otherwise."""
    law, wrong = LAWS.get("early")(), 0
    for turn in range(40):
        draws = np.random.default_rng(turn)
        facts = {"times": 1, "begin": 10, "growth": 1.25}
        base = dot(0, 100 + draws.normal(size=12), 100.0, "1", **facts)
        late = [dot(x, 100 + draws.normal(size=12), 99.99, "2", **facts | {"times": 2}) for x in range(32)]
        winner = law.claims([base, *late])[0]
        wrong += winner.holds is False
    assert wrong <= 5
    beaten = [dot(x, 50 + draws.normal(size=12), 150.0, "2", **facts | {"times": 2}) for x in range(3)]
    assert law.claims([base, *beaten])[0].holds is False


def test_what_percolation_claims_can_fail():
    law = LAWS.get("percolation")()
    sound = [dot(0.5, share_of(0.002), 0.002), dot(0.9, share_of(0.012, seed=1), 0.012),
             dot(1.5, share_of(0.58, seed=2), 0.58), dot(2.0, share_of(0.8, seed=3), 0.8)]  # fmt: skip
    assert [one.holds for one in law.claims(sound)] == [True, True, True]
    spreads = [sound[0], dot(0.9, share_of(0.2), 0.012), *sound[2:]]
    assert [one.holds for one in law.claims(spreads)] == [False, True, True]
    falls = [*sound[:2], dot(1.5, share_of(0.8), 0.58), dot(2.0, share_of(0.7), 0.8)]
    assert [one.holds for one in law.claims(falls)] == [True, True, False]
    assert Held(law, falls).agrees is False
    many_begin = [dot(0.9, share_of(0.2), 0.2), *sound[2:]]  # theory itself expects a fifth of all
    assert [one.holds for one in law.claims(many_begin)] == [True, True]


# ---- what a sweep leaves


@pytest.fixture(scope="module")
def answer(tmp_path_factory):
    vary = {"contagion.p": [0.05, 0.2, 0.4]}
    sets = ["network={kind: erdos_renyi, mean_degree: 5}", "seeds={count: 10}", "steps=100"]
    out = tmp_path_factory.mktemp("laws")
    return sweep(
        "independent_cascade", vary, theory="percolation", replicates=6, users=3000, sets=sets, workers=0, out=out
    )


def test_the_known_answer_stands_beside_the_runs(answer):
    table = answer.tables()["law"]
    assert table.x.tolist() == [0.25, 1.0, 2.0]
    assert table.known[2] == pytest.approx(final_size(2.0, 10 / 3000), abs=1e-6)
    assert table.measured[2] == pytest.approx(table.known[2], abs=0.03)
    assert ((table.off_low <= 0) & (table.off_high >= 0)).any()
    assert "intervals (95 %) hold the known answer" in "\n".join(answer.lines())
    assert (answer.folder / "figures/law.png").stat().st_size > 10_000
    assert "law.csv" in (answer.folder / checksums.FILE).read_text("utf-8")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_begins_with_the_law(answer, lang):
    told = localised(answer.document(), lang)
    law, claims, *_ = told["sections"]
    assert (law["id"], claims["id"], told["title"]) == ("law", "claims", law["title"])
    assert told["cards"][0]["id"] == "law-score"
    rows = law["chart"]["data"]
    assert sum("middle" in row for row in rows) == 3
    assert sum("known" in row for row in rows) > 50
    assert "nan" not in json.dumps(told).lower()


def test_a_law_changes_no_run(answer, tmp_path):
    """The same sweep without it has the same digest; so older ledgers go on."""
    asked = answer.report.head.sweep
    sets = [f"{path}={json.dumps(value)}" for path, value in asked["set"].items()]
    plain = sweep(
        "independent_cascade",
        asked["vary"],
        replicates=6,
        users=3000,
        sets=sets,
        workers=0,
        figures=False,
        out=tmp_path,
    )
    assert plain.report.digest == answer.report.digest
    assert plain.report.head.plan == answer.report.head.plan
    assert not (plain.folder / "law.csv").exists()


def test_what_is_no_law_or_not_of_this_world_is_refused(tmp_path):
    with pytest.raises(SimError, match="did you mean 'percolation'"):
        sweep("independent_cascade", {"contagion.p": [0.1]}, theory="percolatoin", out=tmp_path)
    with pytest.raises(SimError, match="law percolation is of"):
        sweep("sir", {"contagion.infect": [0.1]}, theory="percolation", out=tmp_path)
    net = ["network={kind: erdos_renyi, mean_degree: 4}"]
    for vary in ({"contagion.infect": [0.0], "contagion.recover": [0.0]}, {"contagion.infect": [0.2, 0.4]}):
        with pytest.raises(SimError, match="law early is of one growth above 1 a step, the same at all points, not"):
            sweep("sir", vary, theory="early", sets=net, out=tmp_path)
    with pytest.raises(SimError, match="unknown law 'earlyy'; did you mean 'early'"):
        gallery.shown(["earlyy"], tmp_path)


def test_laws_are_listed(capsys):
    assert cli.main(["list", "laws"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [
        f"laws/{name}" for name in gallery.ORDER
    ]


# ---- the page of all laws


@pytest.fixture(scope="module")
def recorded():
    return gallery.records(DOCS)


def test_every_law_is_on_the_page_and_the_page_is_of_its_records(recorded):
    assert [one["name"] for one in recorded] == [*gallery.ORDER]
    assert sorted(gallery.ORDER) == LAWS.names()
    for lang, place in gallery.PLACE.items():
        assert (DOCS / place).read_text("utf-8") == gallery.text_of(recorded, lang)


def test_the_page_is_of_this_version_and_all_laws_agree(recorded):
    platform = {"fate", "second"}
    assert {one["model_version"] for one in recorded if one["name"] in platform} == {MODEL_VERSION}
    for one in recorded:
        law = LAWS.get(one["name"])()
        assert one["agrees"] is True, one["name"]
        assert one["sources"] == [*law.sources]
        assert one["title"] == law.said("title")
        for picture in (f"{one['name']}.png", f"{one['name']}-zh.png"):
            assert (DOCS / gallery.FOLDER / picture).stat().st_size > 10_000


def test_a_page_of_one_law_is_written(answer, tmp_path, monkeypatch):
    part = gallery.Part("percolation", answer.report)
    assert gallery.write(tmp_path, [part]) == tmp_path / "guide/laws.md"
    assert "sim sweep laws/percolation" in (tmp_path / "zh/guide/laws.md").read_text("utf-8")
    assert part.tally.startswith("percolation: ")

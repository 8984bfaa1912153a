"""The page of a run: one JSON document, whole in both languages, and one file that holds all it needs."""

from __future__ import annotations

import json
import re
import shutil
import zlib
from base64 import b64decode
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import worlds
import yaml
from shared import SIR, folder, once

import sim
from sim import catalog
from sim.base import looks
from sim.base.errors import SimError
from sim.cli import main
from sim.pages import amounts, bundle, data, forest, packing, race, still, whys, words
from sim.pages.page import PARTS, SCRIPTS, html
from sim.pages.page import data as escaped
from sim.pages.studies import charts as studied
from sim.runs.paging import verdicts, writing
from sim.runs.result import Result
from sim.runs.runner import simulate
from sim.scenario.load import load, resolved

PAGES = Path(sim.__file__).parent / "pages"
LETTERS = "丁" * 10_000
HOSTILE = (
    "<script>window.hit=1</script>",
    "</script><img src=x onerror=window.hit=1>",
    "\u202e目录 rtl שלום",
    "🐎👩‍👩‍👧",
    LETTERS,
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Ding Zhen for four days with few people: lists, minds, facts, observed figures."""
    return Result(folder(tmp_path_factory, "run"))


@pytest.fixture(scope="module")
def document(made):
    return writing.of_folder(made)


@pytest.fixture(scope="module")
def classical(tmp_path_factory):
    return Result(folder(tmp_path_factory, "classical"))


def leaves(value, path=()):
    """Every part of a document that is no container, with its path; words in two languages count as one."""
    if isinstance(value, dict) and value.keys() != {"en", "zh"}:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from leaves(inner, (*path, i))
    else:
        yield path, value


# ---- the document


def test_a_document_is_plain_json_and_the_same_each_time(made, document):
    text = json.dumps(document, allow_nan=False)
    assert json.loads(text) == document
    assert json.dumps(writing.of_folder(Result(made.path)), allow_nan=False) == text


def test_a_run_in_memory_has_the_document_of_its_folder(made, document):
    world = made.scenario
    again = writing.of_tables(world, simulate(world), made.run, resolved(world), made.notices)
    assert again == document


def test_where_and_when_a_run_was_made_does_not_stand_in_it(made, document):
    text = json.dumps(document)
    for secret in (str(made.path.parent), made.run["started"], made.run["environment"]["python"], "wall_s"):
        assert secret not in text


def test_everything_is_said_in_both_languages(document):
    said = [(path, value) for path, value in leaves(document) if isinstance(value, dict)]
    assert len(said) > 100
    assert [path for path, value in said if not value["en"].strip() or not value["zh"].strip()] == []
    for language in words.LANGUAGES:
        left = [path for path, value in leaves(words.localised(document, language)) if isinstance(value, dict)]
        assert left == []
    headings = [section[key] for section in document["sections"] for key in ("title", "nav")]
    assert [one for one in headings if not re.search("[一-鿿]", one["zh"])] == []
    assert [one for one in headings if re.search("[一-鿿]", one["en"].replace("丁真", ""))] == []


def test_titles_tell_what_was_found(made, document):
    assert "people reached" in document["title"]["en"]
    assert "触达" in document["title"]["zh"]
    sections = {section["id"]: section for section in document["sections"]}
    assert {"views", "observed", "platforms", "race", "forest", "actions", "grades", "recipe"} <= sections.keys()
    listed = made.summary["douyin_topics_listed"]
    assert str(listed) in sections["race"]["title"]["en"]
    assert all(section["title"]["en"] for section in document["sections"])


def test_views_add_up_to_those_of_the_summary(made, document):
    (views,) = (section for section in document["sections"] if section["id"] == "views")
    rows = data.rows(views["chart"]["data"])
    assert sum(row["value"] for row in rows) == made.summary["impressions"]
    for platform in made.scenario.platforms:
        mine = sum(row["value"] for row in rows if row["platform"] == platform)
        assert mine == made.summary[f"{platform}_impressions"]
    assert rows[0]["time"] == data.local_ms("2020-11-11T14:00+08:00")


def test_a_long_run_has_bins_of_several_hours():
    assert [platforms_bin(days) for days in (20, 100, 800)] == [1, 2, 24]


def platforms_bin(days):
    from sim.pages.platforms import _bin

    return _bin(days * 86_400_000)


def test_the_recipe_runs_to_the_same_digest(document, made, tmp_path):
    recipe_ = document["sections"][-1]
    assert recipe_["id"] == "recipe"
    (file,) = recipe_["files"]
    assert file["name"] == "scenario.yaml"
    text = zlib.decompress(b64decode(file["text"])).decode()
    (tmp_path / "scenario.yaml").write_text(text, encoding="utf-8")
    assert load(tmp_path / "scenario.yaml") == made.scenario
    assert made.digest in [fact["value"]["en"] for fact in recipe_["facts"]]
    assert recipe_["command"] == "sim run scenario.yaml"


def test_a_classical_run_has_curve_theory_and_forest(classical):
    document = writing.of_folder(classical)
    assert [section["id"] for section in document["sections"]] == ["curve", "forest", "grades", "recipe"]
    rows = data.rows(document["sections"][0]["chart"]["data"])
    last = max(row["step"] for row in rows if row["key"] == "adopted" and not row["theory"])
    reached = [row["value"] for row in rows if row["key"] == "adopted" and row["step"] == last and not row["theory"]]
    assert reached == [classical.summary["people_reached"]]
    assert any(row["theory"] for row in rows)
    assert document["sections"][1]["forest"]["n"] == classical.summary["people_reached"]


def test_a_campaign_tells_its_goal_first(tmp_path):
    made = sim.run("launch", users=2000, sets=["days=2", "shortened=true"], out=tmp_path, figures=False)
    document = writing.of_folder(made)
    goal, spent, *_ = document["cards"]
    assert (goal["id"], goal["verdict"], spent["id"]) == ("goal", "missed", "spent")
    assert document["title"]["en"].startswith("Goal missed: ")
    (section,) = (section for section in document["sections"] if section["id"] == "campaign")
    keys = [column["key"] for column in section["table"]["columns"]]
    rows = [dict(zip(keys, line, strict=True)) for line in section["table"]["lines"]]
    plan = made.scenario.plan
    assert {row["who"] for row in rows} < {post.by for post in plan.posts}
    assert len(section["more"]["lines"]) == len(plan.posts) + len(plan.places)
    assert all(row["mille"] is None or row["mille"] >= 0 for row in rows)


def test_a_run_in_which_nothing_happens_has_a_page_too(tmp_path):
    made = sim.run(
        worlds.load(
            worlds.document(
                2, days=0.1, platforms={"square": worlds.document()["platforms"]["square"] | {"mechanisms": {}}}
            )
        ),
        out=tmp_path,
        figures=False,
    )
    document = writing.of_folder(made)
    assert document["title"]["en"] == "Nobody saw the story in this run"
    assert "views" not in [section["id"] for section in document["sections"]]
    assert (made.path / "page.html").is_file()


# ---- studies


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    """Folders of a comparison and of a sweep, small ones."""
    return {"compare": folder(tmp_path_factory, "compare_classical"), "sweep": folder(tmp_path_factory, "sweep_grid")}


def inlined(folder):
    page = (folder / "page.html").read_text(encoding="utf-8")
    return json.loads(page.split('id="document">')[1].split("</script>")[0])


def test_the_page_of_a_comparison(studies):
    document = inlined(studies["compare"])
    record = json.loads((studies["compare"] / "compare.json").read_text(encoding="utf-8"))
    arm = record["arms"][1]
    sections = {section["id"]: section for section in document["sections"]}
    assert list(sections) == ["bands", "pairs", "differences-1", "viral", "changes", "grades", "recipe"]
    assert document["title"]["en"].startswith("weaker: people reached −")
    middles = [row["middle"] for row in sections["pairs"]["chart"]["data"] if "middle" in row]
    assert middles == pytest.approx([arm["metrics"]["people_reached"]["difference"]["middle"]])
    assert len([row for row in sections["pairs"]["chart"]["data"] if "value" in row]) == record["seeds"]
    assert [row["middle"] for row in sections["viral"]["chart"]["data"]] == pytest.approx(
        [one["viral_share"]["middle"] for one in record["arms"]]
    )


def test_the_page_of_a_sweep_has_what_its_points_have(studies):
    document = inlined(studies["sweep"])
    explored = next(section["explore"] for section in document["sections"] if section["id"] == "explore")
    points = pd.read_csv(studies["sweep"] / "points.csv")
    assert [knob["path"] for knob in explored["knobs"]] == ["contagion.infect", "contagion.recover"]
    for point, cells, row in zip(explored["points"], explored["cells"], points.to_dict("records"), strict=True):
        values = [knob["values"][place] for knob, place in zip(explored["knobs"], point, strict=True)]
        assert values == [row["contagion.infect"], row["contagion.recover"]]
        assert cells[0] == pytest.approx([row[f"people_reached_{what}"] for what in ("mean", "low", "high")], rel=1e-4)
    assert [file["name"] for file in document["sections"][-1]["files"]] == ["sweep.yaml", "scenario.yaml"]


def test_pages_of_studies_are_whole_in_both_languages_and_small(studies):
    for place in studies.values():
        document = inlined(place)
        for language in words.LANGUAGES:
            assert [
                path for path, value in leaves(words.localised(document, language)) if isinstance(value, dict)
            ] == []
        assert (place / "page.html").stat().st_size < 1_500_000
        assert main.main(["verify", str(place)]) == 0


# ---- hostile titles are text


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A world whose every title is out to do harm."""
    post = {"kind": "post", "at": "2021-01-01T00:00+08:00", "actor": "star", "platform": "square", "story": "tale"}
    star = {"name": "star", "title": HOSTILE[1], "kind": "star", "accounts": {"square": 50}}
    data_ = worlds.document(60, days=0.2, actors=[star], interventions=[post | {"note": HOSTILE[0]}])
    data_["title"] = " ".join(HOSTILE)
    data_["stories"]["tale"]["title"] = "</script><b>&🐎"
    data_["platforms"]["square"]["title"] = "'],alert(1),['\"\\"
    return Result(once(tmp_path_factory, "hostile", lambda out: sim.run(worlds.load(data_), out=out).path))


def test_hostile_titles_end_no_script_and_open_no_tag(hostile):
    page = (hostile.path / "page.html").read_text(encoding="utf-8")
    assert len(re.findall("<script", page)) == len(re.findall("</script>", page)) == 3
    inline = page.split('id="document">')[1].split("</script>")[0]
    assert "<" not in inline
    assert json.loads(inline) == writing.of_folder(hostile)
    assert "<img" not in page.split("<script")[0]
    assert LETTERS in page


def test_json_of_a_document_holds_no_line_that_ends_a_script():
    assert escaped({"a": "</script>\u2028\u2029<!--"}) == '{"a":"\\u003c/script>\\u2028\\u2029\\u003c!--"}'


# ---- words


def sources():
    studies = PAGES.parent / "studies"
    asking = (
        PAGES.rglob("*.py"),
        (PAGES.parent / "runs/paging").glob("*.py"),
        studies.glob("*/page.py"),
        studies.glob("*/answer.py"),
    )
    texts = [path.read_text(encoding="utf-8") for paths in asking for path in paths]
    return "\n".join(texts), "\n".join(path.read_text(encoding="utf-8") for path in PARTS.glob("*.js"))


def composed(python):
    """Patterns of keys that are put together: what stands before and after a brace, if that is something."""
    for before, after in re.findall(r'f"(\w*)\{[^{}"]+\}(\w*)"', python):
        if len(before + after) > 3:
            yield re.compile(f"{before}.+{after}")


def test_no_word_is_missing_and_none_is_unused():
    python, scripts = sources()
    quoted = {*re.findall(r'"(\w+)"', python)}
    asked = quoted & words.TABLE.keys()
    for pattern in composed(python):
        asked |= {key for key in words.TABLE if pattern.fullmatch(key)}
    for ui in words.ui():
        if re.search(rf'word\("{ui}"|"{ui}"|\b{ui}: "', scripts) or ui in ("png", "svg", "csv"):
            asked.add(words.UI + ui)
    asked |= {f"ui_{said}" for said in re.findall(r'"said": "(\w+)"', python)}
    asked.update(key for key in words.TABLE if key.startswith((words.ACT, words.TIER)))
    assert words.TABLE.keys() - asked == set()
    assert set(re.findall(r'said\(\s*"(\w+)"', python)) <= words.TABLE.keys()
    assert {words.UI + key for key in re.findall(r'word\("(\w+)"', scripts)} <= words.TABLE.keys()


def test_both_languages_ask_for_the_same_parts():
    def parts(text):
        return sorted(re.findall(r"\{(\w+)\}", text))

    assert [key for key, one in words.TABLE.items() if parts(one["en"]) != parts(one["zh"])] == []


@pytest.mark.parametrize(
    ("value", "en", "zh"),
    [(812, "812", "812"), (4386, "4,386", "4,386"), (49_450, "49,450", "4.95万"), (684_483_296, "684 M", "6.84亿"),
     (999_600, "1 M", "100万"), (8.04e9, "8.04 bn", "80.4亿"), (0.198, "0.198", "0.198"), (None, "–", "–")],
)  # fmt: skip
def test_amounts(value, en, zh):
    assert amounts.amount(value) == {"en": en, "zh": zh}


def test_reasons_are_said_in_chinese():
    from sim.pages.told import Named

    known = {"weibo": Named(words.Said(en="Weibo", zh="微博"), "#000000")}
    said = whys.why("saw #丁真# at rank 3 on weibo; fit 0.30", known)
    assert said == {"en": "saw #丁真# at rank 3 on weibo; fit 0.30", "zh": "看到#丁真#在微博排第3；契合度0.30"}
    assert whys.why("something new", known) == {"en": "something new", "zh": "something new"}


# ---- charts, forest, lists


def specs(document):
    for section in document["sections"]:
        chart = section.get("chart") or {}
        for variant in chart.get("variants", [chart] if chart else []):
            yield section["id"], variant["spec"]


def test_charts_are_drawn_from_their_specifications_without_a_browser(document):
    pytest.importorskip("vl_convert")
    for section in words.localised(document["sections"], "zh"):
        if section.get("chart"):
            picture = still.picture(section["chart"], words.localised(document["names"], "zh"), "zh")
            assert picture.startswith("<svg")
            assert picture.count("<path") + picture.count("<text") > 5
    assert {name for name, _ in specs(document)} >= {"views", "observed", "grades"}


KINDS_OF_ROW = (
    {"low": 0.5, "high": 2.0, "middle": 1.0},
    {"middle": 1.0},
    {"low": 0.4, "high": 1.0, "middle": 0.7, "earlier": True},
    {"middle": 0.7, "earlier": True},
    {"value": 1.5},
    {"least": 0.1, "most": 3.0},
    {"low": None, "high": None, "middle": None, "value": None, "most": None},
)


@pytest.mark.parametrize("kinds", [few for n in range(3) for few in combinations(KINDS_OF_ROW, n)])
def test_a_chart_of_rows_asks_for_what_any_row_has_and_for_nothing_else(kinds):
    """Of an axis of which no row has a number the chart would warn on the console, and say "NaN"."""
    rows = [{"row": 0, "label": "a"}, *({"row": i, "group": "g", **kind} for i, kind in enumerate(kinds))]
    spec = json.dumps(studied.intervals(rows, axis={}, groups=[(words.Said(en="g", zh="g"), "#000")]), default=str)
    for field in ("low", "middle", "value", "most"):
        there = any(row.get(field) is not None for row in rows)
        assert (f'"field": "{field}"' in spec) == there, field


def test_rows_of_wide_data():
    wide = data.wide("step", 0, 2, [({"of": "a"}, np.array([1, np.nan, 2.5]))])
    assert data.rows(wide) == [{"of": "a", "step": 0, "value": 1}, {"of": "a", "step": 4, "value": 2.5}]


@pytest.mark.parametrize("kind", packing.TYPES)
def test_what_is_packed_comes_out_again(kind):
    values = np.array([0, 1, np.iinfo(packing.TYPES[kind]).max])
    assert packing.unpacked(packing.packed(values, kind)).tolist() == values.tolist()
    with pytest.raises(ValueError, match="does not fit"):
        packing.packed(np.array([2**40]), kind)


def test_leaves_of_a_forest_are_evenly_apart_and_parents_in_their_middle():
    parent = np.array([-1, 0, 0, 1, 1, -1])
    found = forest.rows(parent, np.arange(6), np.ones(6), platform=np.zeros(6))
    angle, depth = forest.layout(found)
    assert depth.tolist() == [0, 1, 1, 2, 2, 0]
    ends = np.sort(angle[[2, 3, 4, 5]])
    assert np.allclose(np.diff(ends), 0.25)
    assert angle[1] == pytest.approx(angle[[3, 4]].mean())


def test_of_a_forest_too_large_the_largest_trees_are_drawn(monkeypatch):
    monkeypatch.setattr(forest, "MOST", 4)
    parent = np.array([-1, -1, 1, 1, -1, 4])  # trees of 1, 3 and 2
    found = forest.rows(parent, np.arange(6), np.ones(6), platform=np.array([0, 1, 1, 1, 2, 2]))
    assert found.all == 6
    assert found.parent.tolist()[:3] == [-1, 0, 0]
    assert (found.parent < np.arange(len(found.parent))).all()
    assert len(found.parent) <= 4


def test_frames_are_few_and_reach_the_end():
    for last, every in ((0, 15), (100, 15), (28_800, 60), (1_000_000, 60), (120, 1)):
        times = forest.frames(last, every)
        assert times[-1] >= last
        assert len(times) <= forest.FRAMES + 1
        assert all(time % every == 0 for time in times)


def test_a_list_is_read_each_hour():
    hours = [f"2021-01-01T{h:02}:{m:02}+08:00" for h in range(3) for m in (0, 30)]
    others = [
        (time, "square", rank, f"background {rank}", "", 90 // rank, "organic") for time in hours for rank in (1, 3)
    ]
    rows = [*others, *((time, "square", 2, "mine", "tale", 45, "organic") for time in hours)]
    table = pd.DataFrame(rows, columns=["time", "platform", "rank", "topic", "story", "heat", "slot"])
    found = race.lists(table)["square"]
    assert found["times"] == ["2021-01-01T00:00", "2021-01-01T01:00", "2021-01-01T02:00"]
    entries = packing.unpacked(found["entries"]).reshape(-1, race.WIDE)
    assert entries.tolist() == [[0, 2, 0, 128, 0], [1, 2, 0, 128, 0], [2, 2, 0, 128, 0]]
    others = packing.unpacked(found["others"]).reshape(3, -1)
    assert others[0].tolist() == [0, 255, 0, 85]
    assert race.lists(table[table["story"] == ""]) == {}


# ---- colours and verdicts


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_platform_has_a_colour_of_its_own_that_is_seen_on_white():
    found = {name: looks.look(catalog.LOOKS, name) for name in catalog.platform_names()}
    raw = yaml.safe_load(catalog.LOOKS.read_text(encoding="utf-8"))
    assert raw["platforms"].keys() == found.keys()
    colours = [look.colour for look in found.values()]
    assert len({*colours}) == len(colours)
    assert [colour for colour in [*colours, *raw["others"]] if 1.05 / (luminance(colour) + 0.05) < 3] == []
    assert looks.look(catalog.LOOKS, "square") == looks.look(catalog.LOOKS, "square")


def test_charts_have_the_colours_of_the_table(made):
    views = next(spec for name, spec in specs(writing.of_folder(made)) if name == "views")
    scale = views["layer"][0]["encoding"]["color"]["scale"]
    named = {
        platform.title: looks.look(catalog.LOOKS, name).colour for name, platform in made.scenario.platforms.items()
    }
    assert scale["range"] == [named[one["en"]] for one in scale["domain"]]
    assert len(scale["range"]) >= 2


def test_pictures_have_the_colours_of_the_table(made):
    from sim.pictures import figures

    run = figures._open(made.path, {"impressions": "views", "new_reach": "people"})
    drawn = {line.get_color() for axes in figures.reach(run).axes for line in axes.get_lines()}
    assert {looks.look(catalog.LOOKS, name).colour for name in ("douyin", "weibo")} < drawn
    assert "PALETTE[i]" not in Path(figures.__file__).read_text(encoding="utf-8")
    (views,) = (
        spec
        for name, spec in specs(writing.of_folder(made))
        if name == "views" and spec["layer"][0]["mark"]["type"] == "line"
    )
    colours = views["layer"][0]["encoding"]["color"]["scale"]["range"]
    names = [name for name in made.scenario.platforms if made.summary.get(f"{name}_impressions")]
    assert colours == [looks.look(catalog.LOOKS, name).colour for name in names]


def test_verdicts():
    from sim.scenario.observed import Figure

    figure = Figure(metric="impressions", value=10.0, source="test")
    assert [verdicts.verdict(figure, value) for value in (10, 20, 21, 5, 4, None)] == [
        "met", "met", "missed", "met", "missed", "not_simulated"]  # fmt: skip
    assert verdicts.verdict(figure.model_copy(update={"at_least": True}), 99) == "above"
    assert verdicts.verdict(figure.model_copy(update={"used": True}), 99) == "used"


# ---- the file


def test_a_page_is_one_small_file_that_asks_for_nothing(made, document):
    page = html(document, "zh")
    assert '<html lang="zh-CN">' in page
    assert len(page.encode()) < 3_000_000
    own = page.replace(bundle.script(), "")
    assert re.findall(r"""(?:src|href)\s*=\s*["']?https?:""", own) == []
    assert "default-src 'none'" in page
    assert "<svg" in page.split("<script")[0]
    assert "<svg" not in html(document, "en", stills=False).split("<script")[0]


def test_own_scripts_put_no_markup_together():
    for name in SCRIPTS:
        text = (PARTS / f"{name}.js").read_text(encoding="utf-8")
        assert (
            re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|fetch\(|XMLHttpRequest|import\(", text)
            == []
        )
    assert {path.stem for path in PARTS.glob("*.js")} == {*SCRIPTS}


def test_without_the_package_of_the_chart_script_a_line_says_so(monkeypatch, tmp_path):
    bundle.script.cache_clear()
    monkeypatch.setattr(bundle, "find_spec", lambda name: None)
    try:
        with pytest.raises(SimError, match="pip install vl-convert-python"):
            bundle.script()
        made = sim.run("sir", out=tmp_path, figures=False, **SIR)
        assert not (made.path / "page.html").exists()
        assert any("vl-convert-python" in str(notice) for notice in made.notices)
    finally:
        bundle.script.cache_clear()


def test_sim_page_makes_it_again(classical, tmp_path, capsys):
    mine = shutil.copytree(classical.path, tmp_path / "mine")
    before = (mine / "page.html").read_bytes()
    assert main.main(["page", str(mine), "--lang", "zh", "--out", str(tmp_path / "one.html")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'one.html'}\n"
    assert 'lang="zh-CN"' in (tmp_path / "one.html").read_text(encoding="utf-8")
    assert (mine / "page.html").read_bytes() == before
    assert main.main(["page", str(mine), "--lang", "zh"]) == 0
    assert main.main(["verify", str(mine)]) == 0
    assert 'lang="zh-CN"' in (mine / "page.html").read_text(encoding="utf-8")
    assert main.main(["page", str(tmp_path)]) == 2
    assert "is not a folder of results" in capsys.readouterr().err


def test_a_run_opens_in_the_language_that_was_asked_for(tmp_path, capsys):
    words_ = ["run", "sir", "--users", "200", "--set", "steps=5", "--quiet", "--no-figures", "--lang", "zh"]
    assert main.main([*words_, "--out", str(tmp_path)]) == 0
    page = Path(capsys.readouterr().out.strip()) / "page.html"
    assert 'lang="zh-CN"' in page.read_text(encoding="utf-8")

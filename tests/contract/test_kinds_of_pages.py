"""What every kind of page keeps: a finding for a title, both languages, what it rests on, the command, and its size.

A kind of page is a fixture's name here; whoever adds one adds it, and has it held without asking.
"""

import json
import re
import shutil

import pytest
from asked import ASK
from shared import folder

from sim.base.files import checksums
from sim.cli import main
from sim.pages import still, words
from sim.runs.paging import writing

pytestmark = pytest.mark.filterwarnings("ignore::sim.base.notices.NoticeWarning")  # of runs that are shortened
DESIGNS = ("grid", "each", "latin")
RUNS = ("run", "campaign", "classical")
KINDS = (*RUNS, *ASK, *(f"sweep_{design}" for design in DESIGNS))
MOST = 3_000_000  # bytes of a page


@pytest.fixture(scope="module")
def folder_of(tmp_path_factory):
    """The folder of a kind of page."""
    return lambda kind: folder(tmp_path_factory, kind)


@pytest.fixture(scope="module", autouse=True)
def drawn_once():
    """What is drawn of one specification is drawn once; `tests/test_pages.py` draws again."""
    vl_convert = pytest.importorskip("vl_convert")
    drawn, draw = {}, vl_convert.vegalite_to_svg

    def known(spec):
        text = json.dumps(spec)
        if text not in drawn:
            drawn[text] = draw(spec)
        return drawn[text]

    patch = pytest.MonkeyPatch()
    patch.setattr(vl_convert, "vegalite_to_svg", known)
    yield
    patch.undo()


def inlined(path):
    page = path.read_text(encoding="utf-8")
    return json.loads(page.split('id="document">')[1].split("</script>")[0])


@pytest.fixture
def document(folder_of, kind):
    return inlined(folder_of(kind) / writing.PAGE)


def texts(value, path=()):
    """Every text in two languages, with its path."""
    if isinstance(value, dict):
        if value.keys() == {"en", "zh"}:
            yield path, value
            return
        for key, inner in value.items():
            yield from texts(inner, (*path, key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from texts(inner, (*path, i))


@pytest.mark.parametrize("kind", KINDS)
def test_titles_tell_a_finding_in_both_languages(document):
    for said in (document["title"], *(section["title"] for section in document["sections"][:-1])):
        for text in said.values():
            assert re.search(r"\d|no clear|not clearly|Nobody|Nothing|没有", text), said
        assert re.search("[一-鿿]", said["zh"])
    assert all(section["nav"]["zh"] for section in document["sections"])
    empty = [path for path, said in texts(document) if not (said["en"].strip() and said["zh"].strip())]
    assert [
        path
        for path in empty
        if path[-1] not in ("title", "label", "cell") or ("spec" not in path and path[-1] != "cell")
    ] == []


@pytest.mark.parametrize("kind", KINDS)
def test_cards_follow_what_was_asked(document):
    assert 2 <= len(document["cards"]) <= 12
    assert len({card["id"] for card in document["cards"]}) == len(document["cards"])
    assert all(card["label"]["en"] and card["value"]["en"] for card in document["cards"])


@pytest.mark.parametrize("kind", KINDS)
def test_what_it_rests_on_and_how_to_make_it_again(document, folder_of, kind):
    grades, recipe = document["sections"][-2:]
    assert (grades["id"], recipe["id"]) == ("grades", "recipe")
    columns = [column["key"] for column in grades["table"]["columns"]]
    known = {line[columns.index("grade")]["en"] for line in grades["table"]["lines"]}
    assert known <= {"measured", "estimated", "assumed"}
    assert all(line[columns.index("source")] for line in grades["table"]["lines"])
    facts = {fact["label"]["en"]: fact["value"]["en"] for fact in recipe["facts"]}
    (record,) = (path for path in folder_of(kind).glob("*.json") if path.stem in ("run", kind.partition("_")[0]))
    digest = json.loads(record.read_text(encoding="utf-8"))["digest"]
    assert facts["digest of all outputs"] == (digest if isinstance(digest, str) else digest["all"])
    assert facts["seed"].isdecimal()
    assert recipe["command"].startswith("sim ")
    names = [file["name"] for file in recipe["files"]]
    assert any(name in recipe["command"].split() for name in names)


@pytest.mark.parametrize("kind", KINDS)
def test_charts_stand_still_without_a_browser(document):
    pytest.importorskip("vl_convert")
    names = words.localised(document["names"], "zh")
    for section in words.localised(document["sections"], "zh"):
        if section.get("chart"):
            assert still.picture(section["chart"], names, "zh").startswith("<svg"), section["id"]


AGAIN = ("run", "classical", "compare", "sweep_grid")  # all others are the same function of another document


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=[] if kind in AGAIN else pytest.mark.verify) for kind in KINDS]
)
def test_a_page_is_made_again_in_either_language(folder_of, kind, tmp_path, capsys):
    folder = tmp_path / "copy"
    shutil.copytree(folder_of(kind), folder)
    assert main.main(["page", str(folder), "--lang", "zh", "--out", str(tmp_path / "zh.html")]) == 0, (
        capsys.readouterr().err
    )
    made = (tmp_path / "zh.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in made
    assert inlined(tmp_path / "zh.html") == inlined(folder / writing.PAGE)
    assert (folder / writing.PAGE).stat().st_size < MOST
    (folder / writing.PAGE).unlink()
    assert main.main(["page", str(folder)]) == 0
    assert main.main(["verify", str(folder)]) == 0
    assert '<html lang="en">' in (folder / writing.PAGE).read_text(encoding="utf-8")


def test_a_folder_without_a_page_is_told_in_a_line(tmp_path, capsys):
    assert main.main(["page", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{tmp_path} is not a folder of results: it has neither run.json nor page.json" in line


def test_a_document_of_another_version_is_told_in_a_line(folder_of, tmp_path, capsys):
    (tmp_path / "page.json").write_text(
        json.dumps({**inlined(folder_of("compare") / writing.PAGE), "schema": 0}), encoding="utf-8"
    )
    checksums.write(tmp_path, ["page.json"])
    assert main.main(["page", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "page.json: was made by another version of the program; ask the study again" in line


@pytest.mark.parametrize("design", DESIGNS)
def test_sliders_say_what_was_computed(folder_of, design):
    document = inlined(folder_of(f"sweep_{design}") / writing.PAGE)
    explore = next(section for section in document["sections"] if section["id"] == "explore")
    mode = {"grid": "grid", "each": "each", "latin": "nearest"}[design]
    assert explore["explore"]["mode"] == mode
    told = {
        "grid": "All 6 settings",
        "each": "what two knobs do together was not computed",
        "nearest": "nothing was computed",
    }
    assert told[mode] in explore["about"]["en"]
    assert len(explore["explore"]["cells"]) == 6

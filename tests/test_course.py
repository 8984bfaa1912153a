"""The course: notebooks are what their sources say, in both languages, and every cell runs, answers too."""

import json
import re

import pytest

from scripts import course

LESSONS = course.lessons()
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def name(path):
    return path.stem


def test_there_are_six_lessons():
    assert [path.name[:2] for path in LESSONS] == [f"{number}_" for number in range(1, 7)]
    assert {path.name for path in course.COURSE.glob("*.ipynb")} == {course.made(path).name for path in LESSONS}


def test_notebooks_are_what_their_sources_say():
    assert course.differing() == [], "run python scripts/course.py --write"


@pytest.mark.parametrize("lesson", LESSONS, ids=name)
def test_a_lesson_is_in_two_languages_with_exercises_and_folded_answers(lesson):
    cells = json.loads(course.notebook(lesson))["cells"]
    texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    assert all(CHINESE.search(text) and re.search(r"[a-z]{3} [a-z]+ ", text) for text in texts)
    tags = [cell["metadata"].get("tags", []) for cell in cells]
    assert tags.count(["exercise"]) == tags.count(["answer"]) == 3
    assert sum("<details>" in text and "</details>" in text for text in texts) == 3
    folded = ["jupyter" in cell["metadata"] for cell in cells]
    assert folded == ["answer" in tagged for tagged in tags]


@pytest.mark.parametrize("lesson", LESSONS, ids=name)
def test_what_theory_says_has_a_source_and_a_check(lesson):
    text = lesson.read_text(encoding="utf-8")
    assert "doi:10." in text
    assert text.count("\nassert ") + text.count("    assert ") >= 4


@pytest.mark.parametrize("lesson", LESSONS, ids=name)
def test_links_of_a_lesson_lead_somewhere(lesson):
    links = [link for link in LINK.findall(lesson.read_text(encoding="utf-8")) if "://" not in link]
    assert links
    assert [link for link in links if not (course.COURSE / link.partition("#")[0]).exists()] == []


def test_a_source_is_read_cell_by_cell():
    text = '# %% [markdown]\n# # A\n#\n# *b*\n\n# %% tags=["answer"]\nx = 1\n\n\ny = 2\n'
    assert [*course.cells(text)] == [(True, [], "# A\n\n*b*"), (False, ["answer"], "x = 1\n\n\ny = 2")]


@pytest.mark.parametrize("text", ["x = 1\n# %%\n", "# %% [raw]\n# x\n", "# %% [markdown]\nnot a comment\n"])
def test_what_is_no_lesson_is_refused(text):
    with pytest.raises(ValueError, match=r"cell|comment"):
        [*course.cells(text)]


@pytest.mark.filterwarnings("default")  # of Jupyter's own packages
@pytest.mark.parametrize("lesson", LESSONS, ids=name)
def test_every_cell_of_a_lesson_runs(lesson, tmp_path, monkeypatch):
    pytest.importorskip("nbclient", reason="no nbclient: pip install -e '.[course]'")
    pytest.importorskip("ipykernel", reason="no ipykernel: pip install -e '.[course]'")
    monkeypatch.setenv("PYTHONPATH", str(course.COURSE.parents[1]))
    ran = course.run(lesson, tmp_path)
    told = [output for cell in ran.cells if cell.cell_type == "code" for output in cell.outputs]
    assert [output.text for output in told if output.get("name") == "stderr" and "Notice" not in output.text] == []
    assert sum("image/png" in output.get("data", {}) for output in told) >= 2

"""Letters that the bundled typeface lacks: drawn from the machine's, or told."""

import pytest

from sim.base.notices import gathered
from sim.pictures import drawing, paper


@pytest.fixture
def only(monkeypatch):
    """Typefaces of the machine that may help out, as if it had no others."""

    def names(*families):
        monkeypatch.setattr(paper, "ELSEWHERE", families)
        paper.elsewhere.cache_clear()

    yield names
    paper.elsewhere.cache_clear()


def drawn(words, tmp_path):
    """Words as a picture shows them, and what was said while it was drawn; matplotlib warns of missing letters."""
    with gathered() as said, paper.lettering():
        figure = paper.page("recipe", text := paper.shown(words), "about", 2)
        drawing.save(figure, tmp_path / "page.png")
    return text, list(said)


def test_a_letter_is_drawn_from_another_typeface(only, tmp_path):
    only("DejaVu Sans")  # comes with matplotlib
    assert ord("♞") not in paper.glyphs()
    assert drawn("丁真♞", tmp_path) == ("丁真♞", [])


def test_letters_that_nothing_has_are_named_once(only, tmp_path):
    only("No Such Typeface")
    text, (notice,) = drawn("臺灣♞臺", tmp_path)
    assert text == "□□□□"
    assert (notice.kind, notice.count) == ("letters_missing", 3)
    assert notice.text == "letters that no typeface here has, drawn as □: ♞ 灣 臺"


def test_a_flood_of_letters_is_cut(only, tmp_path):
    only()
    _, (notice,) = drawn("".join(map(chr, range(0xAC00, 0xAC10))), tmp_path)
    assert notice.text.endswith("가 각 갂 갃 간 갅 갆 갇 갈 갉 갊 갋 …")
    assert notice.count == 16


def test_a_typeface_that_cannot_be_used_is_passed_over(only, monkeypatch):
    only("DejaVu Sans")

    def broken(path):
        raise RuntimeError("bitmap")

    paper.glyphs()
    monkeypatch.setattr(paper.font_manager, "get_font", broken)
    assert paper.elsewhere() == {}

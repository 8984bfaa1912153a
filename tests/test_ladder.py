"""The ladder page: one file in two languages, in which the engine's people spread what the engine's people spread."""

import json
import re

import pytest
import yaml
from browsers import launched, needs_chromium
from pydantic import TypeAdapter

from sim.cli import main
from sim.contagion import ladder
from sim.contagion.models import AnyContagion
from sim.pages.ladder.document import EXERCISES, MODELS, WORDS, document
from sim.pages.ladder.page import HERE, html
from sim.runs.runner import simulate
from sim.scenario.load import load

WIDTHS = (390, 1280, 1920)


@pytest.fixture(scope="module")
def made():
    return document(ladder.networks(), ladder.theories(), ladder.USERS, ladder.STEPS, language="en", version="0")


def test_the_document_is_plain_and_the_same_each_time(made):
    text = json.dumps(made, allow_nan=False)
    again = document(ladder.networks(), ladder.theories(), ladder.USERS, ladder.STEPS, language="en", version="0")
    assert json.dumps(again, allow_nan=False) == text
    assert set(made["models"]) == set(ladder.theories()) == set(EXERCISES) == set(MODELS)
    for network in made["networks"].values():
        assert len(network["places"]) == ladder.USERS
        assert all(0 <= value <= 1 for place in network["places"] for value in place)
        assert all(0 <= a < b < ladder.USERS for a, b in network["ties"])


def leaves(words, path=()):
    """Every pair of words, with its path."""
    if set(words) == {"en", "zh"}:
        yield path, words
        return
    for key, inner in words.items():
        if isinstance(inner, dict):
            yield from leaves(inner, (*path, key))


def test_every_word_is_there_in_both_languages_with_the_same_braces_and_is_used(made):
    scripts = (HERE / "ladder.js").read_text(encoding="utf-8") + (HERE / "ladder.html").read_text(encoding="utf-8")
    scripts += json.dumps(MODELS)
    for path, pair in leaves(made["words"]):
        assert pair["en"].strip(), path
        assert re.search(r"[\u4e00-\u9fff]|English", pair["zh"]), path
        assert set(re.findall(r"\{\w+\}", pair["en"])) == set(re.findall(r"\{\w+\}", pair["zh"])), path
        parts = path[0].split("_")
        stems = ["_".join(parts[:i]) + "_" for i in range(1, len(parts))]  # a key may be made: "seeds_" and the way
        assert re.search(rf"\b{path[0]}\b", scripts) or any(f'"{stem}"' in scripts for stem in stems), path
    asked = set(re.findall(r"(?:data-word|data-label)=\"(\w+)\"", scripts))
    assert asked <= set(yaml.safe_load(WORDS.read_text(encoding="utf-8")))


def test_every_slider_and_exercise_is_what_the_engine_takes(made):
    adapter = TypeAdapter(AnyContagion)
    for name, numbers in MODELS.items():
        for end in ("least", "most", "value"):
            adapter.validate_python({"model": name} | {one["name"]: one[end] for one in numbers})
        for exercise in EXERCISES[name].values():
            assert set(exercise["how"]) <= {one["name"] for one in numbers}
            assert {exercise["state"][side] for side in ("left", "right") if side in exercise["state"]} <= set(
                made["networks"]
            )


def test_the_page_is_one_small_file_that_asks_for_nothing(made, tmp_path, capsys):
    out = tmp_path / "下 载" / "ladder.html"
    assert main.main(["ladder", "--out", str(out), "--lang", "zh"]) == 0
    page = out.read_text(encoding="utf-8")
    assert len(page.encode()) < 300_000
    assert '<html lang="zh-CN">' in page
    assert not re.search(r"(?:src|href)=|@import|https?://(?!www\.w3\.org/2000/svg)", page)
    assert "</script" not in html({**made, "version": "</script><b>"}).split('id="document">')[1].split("</script>")[0]
    assert page.count("<script") == 3
    capsys.readouterr()


# ---------------------------------------------------------------- in a browser


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        opened = launched(playwright)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def file(made, tmp_path_factory):
    path = tmp_path_factory.mktemp("ladder") / "ladder.html"
    path.write_text(html(made), encoding="utf-8")
    return path


@pytest.fixture
def page(browser, file, request):
    """The page in a width, offline; in the end nothing was asked for and nothing complained of."""
    asked, said = [], []
    context = browser.new_context(offline=True, viewport={"width": getattr(request, "param", 1280), "height": 900})
    opened = context.new_page()
    opened.on("request", lambda one: asked.append(one.url))
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.goto(file.as_uri())
    yield opened
    context.close()
    assert [url for url in asked if not url.startswith("file:")] == []
    assert said == []


def told(page):
    """Step and people reached, as the page says them in English."""
    return [int(number) for number in re.findall(r"\d+", page.text_content("#said_left"))[:2]]


@needs_chromium
@pytest.mark.parametrize("page", WIDTHS, indirect=True)
def test_it_fits_every_screen_in_both_languages(page):
    for language in ("en", "zh"):
        assert page.evaluate("document.documentElement.lang").startswith(language)
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
        boxes = page.evaluate("[...document.querySelectorAll('#chart text')].map(t => t.getBoundingClientRect().right)")
        assert max(boxes) <= page.viewport_size["width"]
        page.click("#language")


@needs_chromium
@pytest.mark.parametrize("model", list(MODELS))
def test_what_it_shows_is_what_the_program_computes_from_the_file_that_it_gives(page, model, tmp_path):
    page.click(f"#models button:nth-child({1 + list(MODELS).index(model)})")
    page.select_option("#left", "villages")
    page.fill("#count", "9")
    page.click("#two")
    for tie in ("3, 140", "5, 80"):
        page.fill("#tie_ends", tie)
        page.click("#tie_change")
    page.click("#end")
    with page.expect_download() as download:
        page.click("#ties")
    download.value.save_as(tmp_path / "villages.txt")
    (tmp_path / "ladder.yaml").write_text(page.text_content("#same"), encoding="utf-8")
    ran = simulate(load(tmp_path / "ladder.yaml"))
    step, reached = told(page)
    assert reached == ran.summary["people_reached"]
    assert reached > 9
    assert step >= 1


@needs_chromium
def test_steps_clicks_and_links_do_what_they_say(page, browser):
    page.click("#restart")
    assert told(page) == [0, 3]
    page.click("#step")
    assert told(page)[0] == 1
    page.select_option("#left", "star")
    box = page.locator("#net_left").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)  # the hub
    assert page.input_value("#users") == "0"
    assert told(page) == [0, 1]
    page.focus("#number_p")
    for _ in range(80):
        page.keyboard.press("ArrowRight")
    assert told(page) == [1, ladder.USERS]  # p = 1 from the hub of a star: all at once
    page.reload()
    assert (page.input_value("#left"), told(page)) == ("star", [1, ladder.USERS])  # the address has it
    page.evaluate("location.hash = '#%7B%22model%22%3A%22<b>%22%2C%22seed%22%3A-1%7D'")
    page.reload()
    assert page.input_value("#seed") == "1"


@needs_chromium
def test_it_is_clean_by_axe(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is missing")
    for _ in range(2):
        found = axe.Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        assert [(one["id"], [node["html"][:80] for node in one["nodes"][:3]]) for one in found] == []
        page.click("#language")


@needs_chromium
def test_a_neighbourhood_with_fewer_people_than_asked_is_told(page, tmp_path):
    page.select_option("#left", "chain")
    page.select_option("#ways", "around")
    for tie in ("10, 11", "14, 15"):  # 11 to 14 are cut off from all others
        page.fill("#tie_ends", tie)
        page.click("#tie_change")
    page.fill("#around", "12")
    page.fill("#count", "9")
    page.locator("#count").blur()
    assert page.inner_text("#short_left") == (
        "Only 4 people are tied to person 12, itself among them; 9 were asked for. They all begin."
    )
    assert "count: 4" in page.inner_text("#same")  # what the program takes
    page.click("#language")
    assert "与12号相连的只有4人" in page.inner_text("#short_left")
    page.click("#language")
    page.fill("#count", "4")
    page.locator("#count").blur()
    assert page.inner_text("#short_left") == ""
    with page.expect_download() as download:
        page.click("#ties")
    download.value.save_as(tmp_path / "chain.txt")
    (tmp_path / "ladder.yaml").write_text(page.text_content("#same"), encoding="utf-8")
    assert simulate(load(tmp_path / "ladder.yaml")).summary["people_reached"] == told(page)[1]


@needs_chromium
def test_names_that_nobody_has_are_told(page):
    page.select_option("#ways", "users")
    page.fill("#users", "3, 200, mary，7")
    page.locator("#users").blur()
    assert page.input_value("#users") == "3, 7"
    assert page.inner_text("#left_out") == "Left out: 200, mary. Persons are numbered from 0 to 149."
    page.fill("#tie_ends", "4")
    page.click("#tie_change")
    assert page.inner_text("#no_tie").startswith("Give two numbers")
    page.fill("#tie_ends", "4, 90")
    page.click("#tie_change")
    assert page.text_content("#no_tie") == ""
    assert page.inner_text("#said_left") == "Tie drawn between 4 and 90"


@needs_chromium
def test_a_student_with_a_phone(browser, file):
    """Every model by touch at 390 px: the slider lies beside the picture, fingers meet what they aim at."""
    context = browser.new_context(offline=True, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(file.as_uri())
    small = page.evaluate(
        "[...document.querySelectorAll('button, select, input:not([type=checkbox])')]"
        ".filter((one) => one.offsetParent && one.getBoundingClientRect().height < 40).map((one) => one.id)"
    )
    assert small == []
    for number, (model, sliders) in enumerate(MODELS.items()):
        page.tap(f"#models button:nth-child({number + 1})")
        for one in sliders:
            slider, picture = page.locator(f"#number_{one['name']}"), page.locator("#net_left")
            slider.scroll_into_view_if_needed()
            boxes = slider.bounding_box(), picture.bounding_box()
            assert boxes[0]["y"] - boxes[1]["y"] < 844 - 40, model  # both on the screen at once
        page.tap("#restart")
        page.tap("#step")
        assert page.text_content("#said_left")
    page.tap("#models button:nth-child(1)")
    page.select_option("#left", "star")
    box = page.locator("#net_left").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert page.input_value("#users") == "0"
    page.select_option("#click", "tie")
    page.locator("#net_left").scroll_into_view_if_needed()
    box = page.locator("#net_left").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.touchscreen.tap(*middle)
    assert "Person 0: click a second person" in page.inner_text("#said_left")
    page.touchscreen.tap(box["x"] + box["width"] * 0.96, box["y"] + box["height"] / 2)
    assert page.inner_text("#said_left").startswith("Tie cut between 0 and ")
    page.tap("#set_extend")
    page.wait_for_timeout(200)
    assert 0 <= page.locator("#panels").bounding_box()["y"] < 100  # the picture is where one looks
    assert page.is_visible("#net_right")
    context.close()
    assert said == []

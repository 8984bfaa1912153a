"""Pages in a browser: offline, without a request or an error, at every width, in both languages, by keyboard."""

from __future__ import annotations

import re
from functools import partial

import pytest
from asked import ASK
from browsers import launched, needs_chromium
from shared import folder
from test_pages import HOSTILE, hostile  # noqa: F401  fixture

import sim
from sim.cli import main

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install -e '.[dev]'")
pytestmark = [needs_chromium]
WIDTHS = (390, 1280, 1920)
FOLLOWED = (
    "platform",
    "classical",
    "hostile",
    "compare",
    "sweep",
    "sweep_each",
    "sweep_latin",
)  # by tests of their own
KINDS = ("campaign", *(name for name in ASK if name not in FOLLOWED), *FOLLOWED)
LOADED = {"platform": "zh"}  # the language that a page was asked for, if not English
ALL_RULES = {"resultTypes": ["violations"]}
AT_ONCE = 8  # pages that are kept open
each_kind = pytest.mark.parametrize("kind", KINDS, scope="module")  # all tests of a kind one after the other
BLANK = """canvas => {
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let inked = 0;
  for (let i = 0; i < data.length; i += 4) if (data[i] + data[i + 1] + data[i + 2] < 720) inked += 1;
  return inked < 50;
}"""


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        made = launched(playwright)
        yield made
        made.close()


class Folders(dict):
    """The folder of a kind of page, made when it is first asked for."""

    def __init__(self, makers):
        super().__init__()
        self.makers = makers

    def __missing__(self, kind):
        self[kind] = found = self.makers[kind]()
        return found


@pytest.fixture(scope="module")
def folders(tmp_path_factory, request):
    """Of a run of each kind, of every study of a tiny world, and of sweeps."""
    named = {"platform": "run", "compare": "compare_classical", "sweep": "sweep_grid"}
    makers = {kind: partial(folder, tmp_path_factory, named.get(kind, kind)) for kind in KINDS}
    return Folders(makers | {"hostile": lambda: request.getfixturevalue("hostile").path})


class Opened:
    """A page that was opened offline, with all that it asked for and complained of."""

    def __init__(self, browser, path, width=1280, **options):
        self.context = browser.new_context(offline=True, viewport={"width": width, "height": 900}, **options)
        self.page = self.context.new_page()
        self.asked, self.said = [], []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.goto((path / "page.html").as_uri())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    def begun(self):
        """Its language, and the milliseconds until its numbers could be read."""
        self.page.wait_for_selector("#page[data-ready]")
        return self.page.evaluate("[document.documentElement.lang.slice(0, 2), Number(page.dataset.ms)]")

    def ready(self, language=None):
        """In a language, with everything drawn."""
        self.page.wait_for_selector("#page[data-ready]")
        if language and not self.page.evaluate("document.documentElement.lang").startswith(language):
            self.page.click("#language")
        self.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        drawn = "() => document.querySelectorAll('.plot:not([data-drawn]), figure.chart:empty').length === 0"
        self.page.wait_for_function(drawn)
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return self.page

    def switch(self, language):
        """By its own button, into a language that it has not."""
        self.page.evaluate("document.getElementById('language').click()")
        self.page.wait_for_selector(f"#page[data-ready={language}]")

    def outside(self):
        """Whatever it asked for besides itself."""
        return [url for url in self.asked[1:] if not url.startswith(("data:", "blob:"))]


class Kept:
    """Pages that were loaded once, a few at a time. To change the language makes all of a page anew, and so takes
    whatever was chosen in it."""

    def __init__(self, browser, folders):
        self.browser, self.folders, self.pages = browser, folders, {}

    def open(self, kind):
        """The page of a kind, as it was loaded or as it was left."""
        opened = self.pages.pop(kind, None)
        if opened is None:
            if len(self.pages) == AT_ONCE:
                self.pages.pop(next(iter(self.pages))).context.close()
            opened = Opened(self.browser, self.folders[kind])
            opened.loaded = opened.begun()
        self.pages[kind] = opened  # the last to be closed
        return opened

    def anew(self, kind, language="en", width=1280):
        """The page of a kind in a language and a width, all of it made anew and drawn."""
        opened = self.open(kind)
        opened.page.set_viewport_size({"width": width, "height": 900})
        if opened.begun()[0] == language:
            opened.switch({"en": "zh", "zh": "en"}[language])
        opened.switch(language)
        opened.page.evaluate("scrollTo(0, 0)")
        opened.ready()
        return opened

    def close(self):
        for opened in self.pages.values():
            opened.context.close()


@pytest.fixture(scope="module")
def kept(browser, folders):
    made = Kept(browser, folders)
    yield made
    made.close()


def looked_at(opened, width, language):
    """What holds in every width and language."""
    page = opened.page
    assert page.evaluate("document.documentElement.lang").startswith(language)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [one.evaluate(BLANK) for one in page.query_selector_all("canvas")].count(True) == 0
    assert all(plot.query_selector("svg") for plot in page.query_selector_all(".plot"))
    assert (re.search("[一-鿿]", page.inner_text("nav")) is not None) == (language == "zh")


def wrong(page, options):
    """What axe finds."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed: pip install -e '.[dev]'"
    )
    found = axe.Axe().run(page, options=options).response["violations"]
    return [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found]


@each_kind
def test_every_page_at_every_width(kept, kind):
    """One load, at each width made anew in one of the languages, so that all pairs of page, width and language are
    met; axe once, at a telephone's width or at a wide one. `make verify` has all of it with all."""
    opened, number = kept.open(kind), KINDS.index(kind)
    assert opened.loaded[0] == LOADED.get(kind, "en")
    for i, width in enumerate(WIDTHS, number):
        language = ("en", "zh")[i % 2]
        opened.page.set_viewport_size({"width": width, "height": 900})
        if opened.begun()[0] != language:
            opened.switch(language)
        opened.ready()
        looked_at(opened, width, language)
        if width == WIDTHS[number // 2 % 2]:
            assert wrong(opened.page, ALL_RULES) == []
    assert (opened.said, opened.outside()) == ([], [])


@pytest.mark.verify
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_page_loaded_at_every_width(browser, folders, kind, width, language):
    with Opened(browser, folders[kind], width) as opened:
        page = opened.ready(language)
        looked_at(opened, width, language)
        assert wrong(page, ALL_RULES) == []
        assert (opened.said, opened.outside()) == ([], [])


def test_the_language_switches_and_back(kept):
    opened = kept.anew("platform", "zh")
    page = opened.page
    assert "触达" in page.inner_text("h1")
    page.focus("#language")
    page.keyboard.press("Enter")
    assert "people reached" in page.inner_text("h1")
    assert page.evaluate("document.activeElement.id") == "language"
    page.keyboard.press("Enter")
    assert "触达" in page.inner_text("h1")
    opened.ready()
    assert opened.said == []


def test_the_window_of_time_tells_how_many_views_lie_in_it(kept):
    opened = kept.anew("platform")
    page = opened.page
    told = page.locator("#views .window output")
    whole = told.inner_text()
    slider = page.locator("#views input[data-window=from]")
    for _ in range(30):
        slider.press("ArrowRight")
    assert slider.input_value() == "30"
    assert told.inner_text() != whole
    assert re.fullmatch(r"[\d.,]+ ?\w* views from 12 Nov 20:00 to .*", told.inner_text())
    page.locator("#views input[data-window=to]").press("Home")
    assert int(slider.input_value()) == 0, "neither passes the other"


def test_views_are_filtered_and_stacked(kept):
    opened = kept.anew("platform")
    page = opened.page
    told = page.locator("#views .window output")
    whole = told.inner_text()
    page.select_option("#views .choice select", label="Douyin")
    assert told.inner_text() != whole
    page.click("#views .switch button:last-child")
    page.wait_for_timeout(400)
    assert page.locator("#views .mark-area path").count() > 0
    assert opened.said == []


@pytest.mark.parametrize("part", ["forest", "race"])
def test_a_replay_is_scrubbed_and_plays(kept, part):
    opened = kept.anew("platform")
    page = opened.page
    slider, told = page.locator(f"#{part} input[type=range]"), page.locator(f"#{part} .player output")
    page.locator(f"#{part}").scroll_into_view_if_needed()
    slider.press("Home")
    first = told.inner_text()
    slider.press("End")
    assert slider.get_attribute("aria-valuetext") == told.inner_text() != first
    slider.press("Home")
    page.click(f"#{part} .play")
    page.wait_for_timeout(1500)
    page.click(f"#{part} .play")
    assert int(slider.input_value()) > 0
    assert float(page.get_attribute(f"#{part} .player", "data-fps")) > 2
    assert not page.query_selector(f"#{part} canvas").evaluate(BLANK)
    assert opened.said == []


def test_the_forest_counts_everybody_in_the_end(kept, folders):
    opened = kept.anew("classical")
    page = opened.page
    reached = sim.Result(folders["classical"]).summary["people_reached"]
    assert f": {reached} people, " in page.inner_text("#forest .player output")


def test_a_sweep_is_explored_by_its_sliders(kept):
    opened = kept.anew("sweep")
    page = opened.page
    told, slider = page.locator("#explore output"), page.locator("#explore input[data-knob='contagion.infect']")
    slider.press("Home")
    assert "contagion.infect = 0.02, contagion.recover = 0.2: people reached " in told.inner_text()
    least = told.inner_text()
    slider.press("End")
    assert "contagion.infect = 0.1," in told.inner_text() != least
    assert slider.get_attribute("aria-valuetext") == "0.1"
    page.select_option("#explore .choice select >> nth=1", label="contagion.recover")
    page.wait_for_timeout(300)
    assert opened.said == []


def test_who_acted_is_searched_and_filtered(kept):
    opened = kept.anew("platform")
    page = opened.page
    rows = page.locator("#actions tbody tr")
    page.fill("#actions input[type=search]", "rank 1 on douyin")
    assert all("rank 1 on douyin" in text for text in rows.all_inner_texts())
    page.fill("#actions input[type=search]", "")
    page.select_option("#actions .choice select >> nth=0", label="scheduled fact")
    assert rows.count() >= 3
    assert all("scheduled fact" in text for text in rows.all_inner_texts())


@pytest.mark.parametrize("part", ["views", "forest", "race"])
def test_what_is_drawn_is_saved(kept, part):
    page = kept.anew("platform").page
    for kind, head in (("png", b"\x89PNG"), ("svg", b"<svg"), ("csv", b"\xef\xbb\xbf")):
        with page.expect_download() as waiting:
            page.click(f"#{part} [data-save={kind}]")
        saved = waiting.value.path().read_bytes()
        assert saved.startswith(head)
        assert len(saved) > 300
        assert waiting.value.suggested_filename == f"run-{part}.{kind}"


def test_the_recipe_is_copied(kept):
    opened = kept.anew("classical")
    page = opened.page
    page.click("#recipe .copy >> nth=0")
    page.wait_for_selector("#recipe .copy:text('Copied'), #recipe .copy:text('Selected')")
    page.click("#recipe summary")
    assert "contagion" in page.inner_text("#recipe details pre")


def test_hostile_titles_are_shown_as_they_are(kept):
    opened = kept.anew("hostile", width=390)
    page = opened.page
    assert page.evaluate("window.hit") is None
    assert page.inner_text(".name").startswith(HOSTILE[0])
    assert page.query_selector("#page img, #page b script") is None
    assert HOSTILE[0] in page.inner_text("#actions tbody")
    assert page.title().startswith(HOSTILE[0])
    assert opened.said == []


def test_without_scripts_numbers_and_pictures_stand_still(browser, folders, tmp_path):
    assert main.main(["page", str(folders["platform"]), "--out", str(tmp_path / "page.html")]) == 0
    with Opened(browser, tmp_path, java_script_enabled=False) as opened:
        page = opened.page
        assert page.locator("h1").inner_text()
        assert page.locator("svg").count() >= 3
        assert page.locator("table").count() >= 3
        assert opened.outside() == []


def test_a_page_prints(kept):
    opened = kept.anew("platform", "zh")
    page = opened.page
    assert len(page.pdf(format="A4")) > 30_000


@each_kind
def test_every_chart_saves_and_says_how_to_zoom(kept, kind):
    opened = kept.anew(kind)
    page = opened.page
    figures = page.locator("figure.chart")
    assert figures.count() > 0
    for i in range(figures.count()):
        saved = [one.get_attribute("data-save") for one in figures.nth(i).locator("[data-save]").all()]
        assert saved == ["png", "svg", "csv"]
    for plot in page.locator(".plot.zooms").all():
        assert plot.get_attribute("tabindex") == "0"
    hints = page.locator(".zoom:not([hidden]) .hint").all_inner_texts()
    assert all("double click shows all" in hint for hint in hints)
    assert len(hints) == page.locator(".plot.zooms").count()
    assert page.locator("#recipe .copy").count() >= 3


def dragged(page, plot, start, end):
    box = page.locator(f"{plot} svg").bounding_box()
    y = box["y"] + box["height"] * 0.5
    page.mouse.move(box["x"] + box["width"] * start, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * (start + end) / 2, y)
    assert page.locator(f"{plot} .brush").is_visible()
    page.mouse.move(box["x"] + box["width"] * end, y)
    page.mouse.up()
    page.wait_for_timeout(300)


def seen(page, plot):
    return [float(one) for one in (page.get_attribute(plot, "data-zoomed") or "").split()]


def test_a_chart_is_zoomed_by_drag_wheel_and_keys(kept):
    opened = kept.anew("compare")
    page = opened.page
    plot = "#chart-bands .plot"
    page.locator(plot).scroll_into_view_if_needed()
    dragged(page, plot, 0.3, 0.6)
    first = seen(page, plot)
    assert len(first) == 2
    assert first[0] < first[1]
    page.locator(plot).focus()
    page.mouse.wheel(0, -100)
    page.wait_for_timeout(200)
    closer = seen(page, plot)
    assert first[0] < closer[0] < closer[1] < first[1]
    page.keyboard.press("+")
    assert seen(page, plot)[1] - seen(page, plot)[0] < closer[1] - closer[0]
    page.locator(f"{plot} svg").dblclick()
    assert seen(page, plot) == []
    dragged(page, plot, 0.2, 0.5)
    page.click("#chart-bands .zoom-all")
    assert seen(page, plot) == []
    assert opened.said == []


def test_a_drag_over_views_sets_the_window_that_is_added_up(kept):
    opened = kept.anew("platform")
    page = opened.page
    told = page.locator("#views .window output")
    whole = told.inner_text()
    page.locator("#chart-views .plot").scroll_into_view_if_needed()
    dragged(page, "#chart-views .plot", 0.3, 0.6)
    slider = page.locator("#views input[data-window=from]")
    assert int(slider.input_value()) > 0
    assert told.inner_text() != whole
    page.locator("#chart-views .plot svg").dblclick()
    assert (slider.input_value(), told.inner_text()) == ("0", whole)
    assert opened.said == []


def test_posts_are_filtered_by_kind_platform_and_story(kept):
    opened = kept.anew("platform")
    page = opened.page
    labels = page.locator("#chart-posts .choice span").all_inner_texts()
    assert labels[:2] == ["kind", "platform"]
    bars = page.locator("#chart-posts .mark-rect path").count()
    page.select_option("#chart-posts .choice select >> nth=1", index=1)
    page.wait_for_timeout(300)
    assert 0 < page.locator("#chart-posts .mark-rect path").count() < bars


def test_sliders_of_points_that_fill_a_space_name_the_nearest(kept):
    opened = kept.anew("sweep_latin")
    page = opened.page
    told = page.locator("#explore output")
    assert told.inner_text().startswith("Not computed there. Nearest of 6 computed points: contagion.infect = ")
    before = told.inner_text()
    page.locator("#explore input[data-knob='contagion.infect']").press("Home")
    page.locator("#explore input[data-knob='contagion.recover']").press("End")
    assert told.inner_text() != before
    assert opened.said == []


def test_sliders_of_knobs_turned_alone_keep_the_others_as_they_are(kept):
    opened = kept.anew("sweep_each")
    page = opened.page
    assert page.locator("#explore input[type=range]").count() == 1
    assert ", all others as they are: people reached " in page.inner_text("#explore output")
    page.select_option("#explore .choice select >> nth=1", label="contagion.recover")
    page.wait_for_timeout(300)
    assert "contagion.recover = " in page.inner_text("#explore output")
    assert opened.said == []


# ---- what a page may cost


@each_kind
def test_a_page_opens_within_its_time_and_size(browser, folders, kept, kind):
    assert (folders[kind] / "page.html").stat().st_size < 3_000_000
    _, took = kept.open(kind).loaded
    for _ in range(3):  # once of four, on a machine that does other things too
        if took >= 1000:
            with Opened(browser, folders[kind]) as opened:
                _, took = opened.begun()
    assert took < 1000, "numbers are to be read within a second"


@pytest.mark.parametrize("people", [7_000, pytest.param(70_000, marks=pytest.mark.verify)])
def test_a_replay_of_many_is_smooth(browser, tmp_path, people):
    made = sim.run("sir", users=people * 11 // 7, out=tmp_path, figures=False)
    assert made.summary["people_reached"] > people
    assert (made.path / "page.html").stat().st_size < 3_000_000
    with Opened(browser, made.path) as opened:
        page = opened.ready("en")
        page.locator("#forest").scroll_into_view_if_needed()
        frames = []
        for _ in range(3):
            page.locator("#forest input[type=range]").press("Home")
            page.click("#forest .play")
            page.wait_for_timeout(2500)
            page.click("#forest .play")
            frames.append(float(page.get_attribute("#forest .player", "data-fps")))
            if frames[-1] >= 20:
                break
        assert max(frames) >= 20

"""The studio in a browser: the whole round, at every width, in both languages, with no request elsewhere."""

from __future__ import annotations

import re
import time

import pytest
from browsers import PATIENCE, Served, launched, needs_chromium

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install -e '.[dev]'")
pytest.importorskip("uvicorn", reason="not installed: pip install -e '.[dev]'")
from test_studio import tiny  # noqa: E402  needs starlette

from sim.studio.app import app  # noqa: E402
from sim.studio.desk import Desk  # noqa: E402

pytestmark = [needs_chromium]


def studio(out):
    """A studio on loopback."""
    desk = Desk(out, 1)
    made = Served(lambda host, _: app(desk, [host]))
    made.desk = desk
    return made


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    made = studio(tmp_path_factory.mktemp("studio"))
    yield made
    made.end()


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        made = launched(playwright)
        yield made
        made.close()


class Opened:
    """A tab of the studio, with all that it asked for and complained of."""

    def __init__(self, browser, served, width=1280, lang="en", context=None):
        self.served, self.own = served, context is None
        self.context = context or browser.new_context(viewport={"width": width, "height": 900})
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.asked, self.said = [], []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.goto(f"{served.address}/?lang={lang}")
        self.page.wait_for_selector("#page[data-ready]")
        self.page.wait_for_selector("#form details")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.own:
            self.context.close()
        else:
            self.page.close()

    def outside(self):
        """Whatever it asked of others."""
        return [url for url in self.asked if not url.startswith((self.served.address, "data:", "blob:"))]

    def write(self, yaml):
        """Have another text in the editor, checked."""
        self.page.fill("#yaml", yaml)
        self.page.wait_for_function(
            "yaml => document.querySelector('#yaml').value === yaml && !document.querySelector('#run').disabled",
            arg=yaml,
        )
        self.page.wait_for_function("document.querySelector('.estimate').textContent.includes('300')")

    def run(self, button="#run"):
        """Begin a run; its name in the notebook, once it is there."""
        before = self.page.locator("#entries li[data-id]").count()
        self.page.click(button)
        self.page.wait_for_function("n => document.querySelectorAll('#entries li[data-id]').length > n", arg=before)
        return self.page.get_attribute("#entries li[data-id]", "data-id")

    def done(self):
        """Wait for the page of the run."""
        self.page.wait_for_selector("#page-of-run")
        return self.page.frame_locator("#page-of-run")


def test_the_round(browser, served):
    """Choose, move a slider, see the YAML change, run, see the curve, pause, do a step, stop, see the page."""
    with Opened(browser, served) as opened:
        page = opened.page
        page.select_option("#choose", "launch")
        page.wait_for_function("document.querySelector('#yaml').value.startsWith('# A fictional')")
        page.wait_for_selector('[data-path="campaign.budget"]')
        number = page.locator('[data-path="people.users"] input.number')
        number.fill("2000")
        number.press("Enter")
        page.wait_for_function("document.querySelector('#yaml').value.includes('users: 2000,')")
        slider = page.locator('[data-path="stories.lanterns.appeal"] input[type=range]')
        before = page.input_value("#yaml")
        slider.press("ArrowRight")
        page.wait_for_function("before => document.querySelector('#yaml').value !== before", arg=before)
        assert re.search(r"appeal: 1\.\d", page.input_value("#yaml"))
        assert "yuan" in page.inner_text(".bill")
        page.fill("#yaml", page.input_value("#yaml").replace("step_minutes: 30", "step_minutes: 5"))  # time for a pause
        page.wait_for_function("document.querySelector('.estimate').textContent.includes('2,304')")
        opened.run()
        page.wait_for_function("Number(document.querySelector('#curve')?.dataset.points) > 0")
        assert page.locator("#curve canvas").count() == 1
        page.click("[data-word=pause]")
        page.wait_for_selector("[data-word=go]")
        page.click("[data-word=step]")
        page.wait_for_selector("#shown .state[data-state=paused]")
        page.click("[data-word=stop]")
        inside = opened.done()
        inside.locator(".cards").wait_for()
        assert "people reached" in inside.locator("#page").inner_text() or "Goal" in inside.locator("h1").inner_text()
        assert opened.said == []
        assert opened.outside() == []


def test_a_branch_and_two_arms(browser, served):
    with Opened(browser, served) as opened:
        page = opened.page
        opened.write(tiny("Arms"))
        opened.run()
        opened.done()
        page.locator("#fork-at").fill("32")
        page.click("#fork")
        page.wait_for_selector("#branch .banner")
        assert "You go on from 2021-01-01 16:00 of “Arms”" in page.inner_text("#branch")
        page.uncheck('[data-path="interventions[1].enabled"] input')
        page.wait_for_function("document.querySelector('#yaml').value.includes('enabled: false')")
        opened.run()
        page.wait_for_selector("#entries li.shown[data-state=done]")
        page.click("#arms:enabled")
        inside = page.frame_locator("#page-of-arms")
        inside.locator("#curves svg").first.wait_for()
        assert "people reached" in inside.locator("h1").inner_text()
        assert inside.locator("#settings tbody tr").count() == 1
        assert opened.said == []


ONE_EACH = [
    pytest.param((width,), language, marks=pytest.mark.verify)
    for width in (390, 1280, 1920)
    for language in ("zh", "en")
]


@pytest.mark.parametrize(("widths", "language"), [((1280, 1920, 390), "zh"), ((390, 1920, 1280), "en"), *ONE_EACH])
def test_the_studio_at_every_width(browser, served, widths, language):
    """Opened in the first, narrowed and widened to the others; axe in the last."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed: pip install -e '.[dev]'"
    )
    with Opened(browser, served, widths[0], language) as opened:
        page = opened.page
        opened.write(tiny("Width"))
        opened.run()
        opened.done()
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(300)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.evaluate("document.querySelectorAll('iframe').forEach(one => one.remove())")  # it has tests of its own
        found = axe.Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        assert [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found] == []
        assert (re.search("[一-鿿]", page.inner_text("#before")) is not None) == (language == "zh")
        assert (opened.said, opened.outside()) == ([], [])


def test_faults_lead_to_their_lines(browser, served):
    with Opened(browser, served) as opened:
        page = opened.page
        page.fill("#yaml", tiny("Faulty").replace("appeal: 2", "appeal: -2"))
        page.wait_for_selector("#faults .fault")
        assert page.inner_text("#faults .fault").startswith("8:31 stories.tale.appeal: ")
        assert page.locator(".lines .bad").inner_text().strip() == "8"
        assert page.is_disabled("#run")
        page.focus("#faults .fault")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "yaml"
        opened.write(tiny("Mended"))
        assert page.locator("#faults .fault").count() == 0


def test_a_tab_that_was_closed_and_two_tabs_lose_nothing(browser, served):
    with Opened(browser, served) as opened:
        opened.write(tiny("Two tabs"))
        with Opened(browser, served, context=opened.context) as other:
            name = opened.run()
            other.page.wait_for_selector(f"#entries li[data-id='{name}'][data-state=done]")
            other.page.click(f"#entries li[data-id='{name}'] button >> nth=0")
            other.done()
        opened.page.close()
        opened.page = opened.context.new_page()
        opened.page.goto(served.address)
        opened.page.wait_for_selector(f"#entries li.shown[data-id='{name}']")
        assert "Two tabs" in opened.page.input_value("#yaml")


def test_an_answer_that_comes_after_what_happens_later_changes_nothing(browser, served):
    with Opened(browser, served) as opened:
        opened.write(tiny("Overtaken"))

        def held(route):
            answer = route.fetch()
            opened.page.wait_for_selector(f"#entries li[data-id='{answer.json()['id']}'][data-state=done]")
            route.fulfill(response=answer)  # in which it waits, or is under way

        opened.page.route("**/api/runs", held)
        name = opened.run()
        opened.done()
        assert opened.page.get_attribute(f"#entries li[data-id='{name}']", "data-state") == "done"


def test_a_server_that_is_gone_is_told(browser, tmp_path):
    made = studio(tmp_path)
    with Opened(browser, made) as opened:
        made.end()
        opened.page.wait_for_function(
            "document.querySelector('#engine').textContent.includes('Start sim studio again')"
        )
        opened.page.fill("#yaml", tiny("Gone"))
        opened.page.wait_for_selector("#wrong:not([hidden])")
        assert "does not answer" in opened.page.inner_text("#wrong")


def test_pages_that_are_no_longer_in_memory_are_told_to_be_gone(browser, tmp_path):
    """After the studio was started again: of a run and of a pair, and the way on."""
    made = studio(tmp_path)
    with Opened(browser, made) as opened:
        opened.write(tiny("Single"))
        name = opened.run()
        opened.done()
        pair = opened.page.evaluate(
            """async ([a, b]) => (await (await fetch('/api/pairs', {
                method: 'POST', headers: { 'content-type': 'application/json' },
                body: JSON.stringify({ a, b, seeds: 1 }),
            })).json()).pair""",
            [tiny("Pair"), tiny("Pair").replace("appeal: 2", "appeal: 3")],
        )
        opened.page.wait_for_selector(f"#entries li[data-pair='{pair}'][data-state=done]")
    made.end()
    again = studio(tmp_path)
    with Opened(browser, again) as opened:
        opened.page.click(f"#entries li[data-pair='{pair}'] button >> nth=0")
        assert "not in memory any more" in opened.page.inner_text("#pair-gone")
        assert opened.page.locator("#so-far tbody tr").count() == 1
        opened.page.click(f"#entries li[data-id='{name}'] button >> nth=0")
        opened.page.click("#shown button:has-text('Run again')")
        opened.done()
    again.end()


def test_hostile_titles_in_the_studio(browser, served):
    title = "<img src=x onerror=window.hit=1>"
    with Opened(browser, served) as opened:
        opened.write(tiny(title))
        opened.run()
        opened.done()
        assert opened.page.evaluate("window.hit") is None
        assert title in opened.page.inner_text("#entries")


def test_from_click_to_curve(browser, served):
    """Two seconds on a machine that is free; here it may be busy."""
    with Opened(browser, served) as opened:
        opened.page.select_option("#choose", "ding_zhen")
        opened.page.wait_for_selector('[data-path="stories.ding_zhen.appeal"]')
        number = opened.page.locator('[data-path="people.users"] input.number')
        number.fill("20000")
        number.press("Enter")
        opened.page.wait_for_function("document.querySelector('#yaml').value.includes('users: 20000,')")
        opened.page.wait_for_function("document.querySelector('#engine').textContent === 'ready'")
        begun = time.monotonic()
        opened.page.click("#run")
        opened.page.wait_for_function("Number(document.querySelector('#curve')?.dataset.points) > 0")
        assert time.monotonic() - begun < 8
        opened.page.click("[data-word=stop]")
        opened.done()

"""A class in browsers: three phones and a projector, at every width, in both languages, with no request elsewhere."""

from __future__ import annotations

import pytest
from browsers import PATIENCE, Served, launched, needs_chromium
from sizes import FULL

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install -e '.[dev]'")
pytest.importorskip("uvicorn", reason="not installed: pip install -e '.[dev]'")
pytest.importorskip("segno", reason="not installed: pip install -e '.[dev]'")

from sim.studio.classroom.app import app  # noqa: E402
from sim.studio.classroom.room import Room  # noqa: E402

pytestmark = [needs_chromium]
NAMES = ("<script>hit()</script>", "\u202eשלום עולם", "🐎" + "丁" * 60)
TITLE = "<script>hit()</script> \u202eשלום 🐎 " + "丁" * 3000
READY = "#page[data-ready]"
WIDTHS = (390, 1280, 1920)  # of the projector; a phone has the first
LANGUAGES = {"en": "en", "zh": "zh-CN"}


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        made = launched(playwright)
        yield made
        made.close()


class Lesson:
    """A server, a projector and three phones, with all that they asked for and complained of."""

    def __init__(self, browser, width=1280, language="en", names=NAMES):
        room = Room(5, 1)
        self.browser = browser
        self.served = Served(lambda host, address: app(room, [host], f"{address}/"))
        self.served.room = room
        self.asked, self.said, self.contexts, self.looks = [], [], [], 0
        self.projector = self.page(width, language)
        self.projector.goto(f"{self.served.address}/teach?lang={language}#{self.served.room.teacher}")
        self.projector.wait_for_selector(READY)
        self.phones = [self.join(name, language) for name in names]
        if len(names) == len(NAMES):
            self.projector.wait_for_selector("#seats li:nth-child(3)")
            self.projector.wait_for_selector("#start:not([disabled])")

    def page(self, width, language, height=900):
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN" if language == "zh" else "en-US"
        )
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        return page

    def join(self, name, language):
        page = self.page(390, language, 800)
        page.goto(f"{self.served.address}/j#{self.served.room.code}")
        page.fill("#name", name)
        page.click("#join")
        page.wait_for_selector("#page[data-ready=in]")
        return page

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for context in self.contexts:
            context.close()
        self.served.end()

    def outside(self):
        return [url for url in self.asked if not url.startswith((self.served.address, "data:", "blob:"))]

    def clean(self, widths, languages):
        """On every page, in all of the widths and languages, nothing is wider than its screen, and nothing wrong by
        axe in one of them, in turn. In `make slow` each look is in one of the languages and at one of the phones, in
        turn."""
        if not FULL:
            languages = languages[-1:]
        for page in (self.projector, *(self.phones[:2] if FULL else [self.phones[self.looks % 2]])):
            here = widths if page is self.projector else WIDTHS[:1]
            for language in languages:
                if page.locator("html").get_attribute("lang") != LANGUAGES[language]:
                    page.click("#language")
                    page.wait_for_selector(f"html[lang={LANGUAGES[language]}]")
                for width in here:
                    page.set_viewport_size({"width": width, "height": page.viewport_size["height"]})
                    wide = page.locator("html").evaluate("node => node.scrollWidth - node.clientWidth")
                    assert wide <= 0
                    main = page.locator("main").inner_text()
                    assert not [text for text in ("[object", "undefined", "NaN") if text in main]
                    assert page.locator("svg text", has_text="[object").count() == 0
            page.set_viewport_size({"width": here[self.looks % len(here)], "height": page.viewport_size["height"]})
            assert self.wrong(page) == []
        self.looks += 1

    @staticmethod
    def wrong(page):
        """What axe finds."""
        axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is missing")
        found = axe.Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        return [(one["id"], [node["html"][:150] for node in one["nodes"]]) for one in found]

    def share(self, at, *choices):
        """In a round each phone that may, chooses, and sees that it is noted."""
        for phone, shares in zip(self.phones, choices, strict=True):
            phone.wait_for_selector(f"#page[data-round='{at}']")
            if phone.locator("#share").count():
                which = "#share" if shares else "#not"
                phone.click(which)
                phone.wait_for_selector(f"{which}[aria-pressed=true]")

    def over(self):
        self.projector.wait_for_selector(".playing[data-state=over]")


ONE_EACH = [
    pytest.param((width,), (language,), marks=pytest.mark.verify)
    for width, language in ((1280, "en"), (1920, "zh"), (390, "zh"))
]


@pytest.mark.grows
@pytest.mark.parametrize(("widths", "languages"), [(WIDTHS, ("en", "zh")), *ONE_EACH])
def test_the_three_activities(browser, widths, languages):
    with Lesson(browser, widths[0], languages[0]) as lesson:
        projector, phones = lesson.projector, lesson.phones

        def clean():
            lesson.clean(widths, languages if lesson.looks % 2 else languages[::-1])

        assert projector.locator("#seats li .own").nth(0).text_content() == NAMES[0]
        assert projector.locator(".qr img").evaluate("image => image.naturalWidth") > 200
        clean()

        projector.fill("#story", TITLE)
        projector.fill("#beginners", "1")
        projector.click("#start")
        projector.wait_for_selector("#network")
        for phone in phones:
            phone.wait_for_selector(".friends")
            assert phone.locator(".title").text_content() == " ".join(TITLE.split())
        lesson.share(1, True, False, False)
        projector.wait_for_function("document.getElementById('chosen').textContent.includes('2')")
        clean()
        projector.click("#close")
        lesson.share(2, True, True, True)
        projector.click("#end")
        lesson.over()
        projector.wait_for_selector("#chart-curve [data-drawn]")
        projector.wait_for_selector("#chart-answers [data-drawn]")
        projector.fill("#again-p", "0.9")
        projector.click("#again")
        projector.wait_for_function("document.querySelector('.chart .about').textContent.includes('0.9')")
        clean()

        projector.click("#leave")
        projector.select_option("#sees", "no")
        projector.fill("#beginners", "1")
        projector.fill("#rounds", "1")
        projector.click("#start")
        phones[0].wait_for_selector(".friends")
        lesson.share(1, False, False, False)
        projector.click("#close")
        projector.wait_for_selector("#pair table")
        clean()

        projector.click("#leave")
        projector.click("#setup-slider")
        projector.click("#start")
        for value, phone in zip((0, 50, 105), phones, strict=True):
            phone.locator("#slider").fill(str(value))
            phone.locator("#set").click()
        projector.wait_for_function("document.getElementById('chosen').textContent.startsWith('3')")
        clean()
        projector.click("#close")
        projector.wait_for_selector("#chart-networks [data-drawn]")
        clean()

        projector.click("#leave")
        projector.click("#setup-roles")
        projector.fill("#rounds", "1")
        projector.click("#start")
        for phone in phones:
            phone.click("#move-own")
            phone.wait_for_selector("#move-own[aria-pressed=true]")
        clean()
        projector.click("#close")
        projector.wait_for_selector("#outcome table")
        projector.wait_for_selector("#chart-reach [data-drawn]")
        clean()
        assert lesson.outside() == []
        assert lesson.said == []


def test_a_reload_a_language_and_a_keyboard(browser):
    with Lesson(browser) as lesson:
        projector, phone = lesson.projector, lesson.phones[2]
        number = phone.locator(".who b").text_content()
        projector.fill("#beginners", "1")
        projector.click("#start")
        free = next(
            one
            for one in lesson.phones
            if one.locator("#share").or_(one.locator(".state")).first.text_content() == "Share"
        )
        free.focus("#share")
        free.keyboard.press("Enter")
        free.wait_for_selector("#share[aria-pressed=true]")
        free.reload()
        free.wait_for_selector("#share[aria-pressed=true]")  # the seat, and what it chose
        phone.reload()
        phone.wait_for_selector("#page[data-ready=in]")
        assert phone.locator(".who b").text_content() == number
        free.click("#language")
        free.wait_for_selector("text=转发")
        assert free.locator("html").get_attribute("lang") == "zh-CN"
        projector.reload()
        projector.wait_for_selector("#network")  # the teacher stays the teacher
        assert lesson.served.room.teacher not in projector.url
        projector.focus("#close")
        projector.keyboard.press("Enter")
        projector.wait_for_selector("text=Round 2 of 6")
        assert lesson.said == []


def test_an_answer_that_comes_after_what_happens_later_changes_nothing(browser):
    with Lesson(browser) as lesson:
        projector = lesson.projector
        projector.click("#start")
        projector.wait_for_selector("#close")
        answered = []

        def held(route):
            answer, sent = route.fetch(), route.request.post_data_json
            route.fetch(post_data={**sent, "number": sent["number"] + 1})  # the next round is closed too
            projector.wait_for_selector("text=Round 3 of 6")
            route.fulfill(response=answer)
            answered.append(answer.json()["game"]["round"])

        projector.route("**/api/class/act", held)
        projector.click("#close")
        projector.wait_for_selector("text=Round 3 of 6")
        projector.wait_for_timeout(300)  # for the older answer, which says nothing
        assert answered == [2]
        assert projector.locator("text=Round 3 of 6").count() == 1


def test_a_slider_that_is_being_moved_stays_as_it_is_while_nothing_changes(browser):
    """Where streams do not come through a phone asks every two seconds: what is under the finger must stay."""
    with Lesson(browser) as lesson:
        phone = lesson.phones[0]
        lesson.projector.click("#setup-slider")
        lesson.projector.click("#start")
        phone.locator("#slider").wait_for()
        phone.evaluate("(window.slider = document.getElementById('slider')).value = 40")  # under way: not yet let go
        with phone.expect_response("**/api/class/view") as answered:
            phone.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # so it asks what is known
        assert answered.value.ok
        phone.wait_for_timeout(300)
        assert phone.evaluate("[window.slider.isConnected, window.slider.value]") == [True, "40"]


def test_two_taps_join_once(browser):
    with Lesson(browser, names=()) as lesson:
        phone = lesson.page(390, "en", 800)
        phone.goto(f"{lesson.served.address}/j#{lesson.served.room.code}")
        phone.wait_for_selector("#join")
        phone.evaluate("for (const tap of [1, 2]) document.querySelector('#join').click()")
        phone.wait_for_selector("#page[data-ready=in]")
        phone.wait_for_timeout(300)
        assert len(lesson.served.room.roster.seats) == 1


def test_a_server_that_is_gone_is_told(browser):
    with Lesson(browser, names=NAMES[:1]) as lesson:
        phone = lesson.phones[0]
        lesson.served.end()
        phone.wait_for_selector("#wrong:not([hidden])")
        assert "does not answer" in phone.locator("#wrong").text_content()


def test_strangers_see_a_form_and_a_wrong_code_is_told(browser):
    with Lesson(browser, names=()) as lesson:
        stranger = lesson.page(390, "en")
        stranger.goto(f"{lesson.served.address}/")
        stranger.fill("#code", "WRONG")
        stranger.click("#join")
        stranger.wait_for_selector("#wrong:not([hidden])")
        assert "not the code" in stranger.locator("#wrong").text_content()
        other = lesson.page(1280, "en")
        other.goto(f"{lesson.served.address}/teach")
        other.wait_for_selector("text=not the teacher")

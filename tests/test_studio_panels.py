"""The studio's studies in a browser: each panel asked at a small size, its answer, its page; what cannot be asked."""

from __future__ import annotations

import re

import pytest
from browsers import needs_chromium

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install -e '.[dev]'")
pytest.importorskip("uvicorn", reason="not installed: pip install -e '.[dev]'")
from test_studio import tiny
from test_studio_browser import Opened, browser, served  # noqa: F401  fixtures
from test_studio_studies import rivals

from sim.studio.questions import table

pytestmark = [pytest.mark.slow, needs_chromium]
LONG = 400_000  # ms: a study may have to compile first
NETWORK = """name: circle
users: 300
steps: 30
network: {kind: configuration, min_degree: 2, max_degree: 50}
contagion: {model: independent_cascade, p: 0.2}
"""


def panel(page, name):
    """A study's panel, opened."""
    found = page.locator(f"#study-{name}")
    if found.get_attribute("open") is None:
        found.locator("summary").click()
    return found


def asked(page, name):
    """Press the button of a study and wait for its end; the lines that it says."""
    found = panel(page, name)
    found.locator(".ask").click()
    page.wait_for_selector(f"#study-{name} progress")
    assert page.locator("#studies .ask:enabled").count() == 0  # one at a time
    page.wait_for_selector(f"#study-{name} .ask:enabled", timeout=LONG)
    return found.locator(".told p").all_inner_texts()


def page_of(page, name):
    """The page of a study's answer, within its panel."""
    frame = page.frame_locator(f"#study-{name} iframe")
    frame.locator(".cards").wait_for()
    return frame


def test_a_tournament_is_played_or_it_says_why_not(browser, served):  # noqa: F811
    with Opened(browser, served, lang="zh") as opened:
        page = opened.page
        opened.write(tiny("Alone"))
        assert asked(page, "tournament") == ["策略对局至少需要两名玩家；请指定，或编写有对手的情景"]
        boxes = panel(page, "tournament").locator("input:checked")
        assert boxes.count() == 2
        boxes.first.uncheck()
        page.click("#study-tournament .ask")
        page.wait_for_selector("#wrong:not([hidden])")
        assert "请选择至少两种策略" in page.inner_text("#wrong")
        page.click("#wrong button")
        page.fill("#yaml", rivals())
        page.wait_for_function("document.querySelector('.estimate').textContent.includes('100')")
        page.check("#tournament-strategies input[value=refute]")
        said = asked(page, "tournament")
        assert (said[0], len(said)) == ("完成，结果已存入结果文件夹。", 4)
        page_of(page, "tournament").locator("#matrix svg").wait_for()
        assert [line for line in opened.said if "409 (Conflict)" not in line] == []  # the refusal of one strategy


def test_a_plan_is_stressed(browser, served):  # noqa: F811
    with Opened(browser, served, width=390) as opened:
        page = opened.page
        opened.write(tiny("Stressed"))
        found = panel(page, "stress")
        assert found.locator("input:checked").count() == found.locator("input[type=checkbox]").count() > 5
        for box in found.locator("input[type=checkbox]:not([value=breaking_news]):not([value=water_army])").all():
            box.uncheck()
        page.select_option("#stress-goal", "one")
        said = asked(page, "stress")
        assert said[0].startswith("Done")
        assert "costs most" in said[1]
        page_of(page, "stress").locator("#alone svg").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert (opened.said, opened.outside()) == ([], [])


def test_people_are_chosen_on_a_network_and_the_answer_outlives_the_language(browser, served):  # noqa: F811
    with Opened(browser, served) as opened:
        page = opened.page
        opened.write(NETWORK)
        assert "whom to hire" in panel(page, "seeds").inner_text()
        said = asked(page, "seeds")
        assert "people chosen by" in said[1]
        assert re.search(r"People reached: .*; .* to .* \(95 %\)\.", said[2])
        page_of(page, "seeds").locator("#ways svg").wait_for()
        page.click("#language")
        assert "选3人" in panel(page, "seeds").locator(".finding").inner_text()
        assert page.get_attribute("#study-seeds .page", "href") == "/api/studies/seeds?lang=zh"
        assert (opened.said, opened.outside()) == ([], [])


def test_a_law_is_measured_whatever_stands_in_the_form(browser, served):  # noqa: F811
    with Opened(browser, served) as opened:
        page = opened.page
        page.fill("#yaml", "name: faulty")
        page.wait_for_selector("#faults .fault")
        found = panel(page, "sweep")
        assert page.locator("#sweep-sweep option").count() == len(table().fields["sweep"].choices)
        page.select_option("#sweep-sweep", "laws/early")
        assert page.inner_text("#sweep-sweep-about") == "What is a day's delay worth?"
        page.select_option("#sweep-sweep", "laws/percolation")
        page.select_option("#sweep-repeats", "few")
        found.locator(".ask").click()
        page.wait_for_function("document.querySelector('#study-sweep progress')?.value > 0", timeout=LONG)
        found.locator(".stop").click()
        page.wait_for_selector("#study-sweep .ask:enabled")
        assert "Stopped. Finished runs are kept" in found.locator(".said").inner_text()
        said = asked(page, "sweep")
        assert "a rumour dies" in said[1]
        assert "Intervals that hold the known answer: " in said[2]
        page_of(page, "sweep").locator("#law svg").wait_for()
        assert (opened.said, opened.outside()) == ([], [])


def test_a_forecast_is_registered_and_scored(browser, served):  # noqa: F811
    with Opened(browser, served) as opened:
        page = opened.page
        opened.write(tiny("Foreseen"))
        assert "Nothing is on record yet" in panel(page, "score").inner_text()
        assert page.is_disabled("#study-score .ask")
        panel(page, "forecast").locator(".ask").click()
        page.wait_for_selector("#wrong:not([hidden])")
        assert "up to which day?" in page.inner_text("#wrong")
        page.fill("#forecast-to", "2021-01-03")
        page.fill("#forecast-until", "2021-01-01")
        assert asked(page, "forecast")[0].startswith("Done")
        panel(page, "score")
        assert page.inner_text("#score-forecast option >> nth=0") == "Foreseen · 2021-01-01 → 2021-01-03"
        assert "weibo_topics" in page.inner_text("#score-forecast-about")
        page.fill("#score-later", "date,quantity,value\n2021-01-02,weibo_topics,0\n")
        assert asked(page, "score")[0].startswith("Done")
        inside = page_of(page, "score")
        inside.locator("#numbers svg").wait_for()
        assert "Foreseen" in inside.locator("#forecasts").inner_text()
        assert [line for line in opened.said if "409 (Conflict)" not in line] == []  # the refusal of no date


@pytest.mark.parametrize(("language", "words"), [("zh", "网络中略去的边"), ("en", "edges of the network left out")])
def test_what_should_be_known_beside_a_run_is_shown(browser, served, language, words):  # noqa: F811
    with Opened(browser, served, lang=language) as opened:
        opened.write(NETWORK)
        opened.run()
        opened.done()
        assert words in opened.page.inner_text("#shown .notices")
        opened.page.reload()
        opened.page.wait_for_selector("#shown .notices")
        assert words in opened.page.inner_text("#shown .notices")

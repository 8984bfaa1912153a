"""The studio in a browser, part two: two arms by one click, facts moved, what the curve follows, faults in Chinese,
and that nothing is lost where something ends: a run, the server."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from browsers import needs_chromium

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install -e '.[dev]'")
pytest.importorskip("uvicorn", reason="not installed: pip install -e '.[dev]'")
from test_studio import tiny
from test_studio_browser import Opened, browser, served  # noqa: F401  fixtures

from sim.studio import text

pytestmark = [needs_chromium]
ROOT = Path(__file__).parents[1]


def test_both_arms_by_one_click(browser, served):  # noqa: F811
    with Opened(browser, served) as opened:
        page = opened.page
        opened.write(tiny("Both"))
        page.click("#compare")
        page.wait_for_selector("#run-both:disabled")  # there is no change yet
        number = page.locator('[data-path="stories.tale.appeal"] input.number')
        number.fill("3")
        number.press("Enter")
        page.wait_for_selector(".changes li")
        assert page.inner_text(".changes") == "Stories · tale · appeal: 2 → 3"
        page.select_option("#seeds", "3")
        page.click("#run-both")
        page.wait_for_selector("#so-far, #page-of-pair")
        page.wait_for_selector("#page-of-pair")
        inside = page.frame_locator("#page-of-pair")
        inside.locator("#curves svg").first.wait_for()
        assert "3 seeds" in inside.locator("h1").inner_text()
        assert inside.locator("#seeds tbody tr").count() == 3
        assert page.locator("#entries li[data-pair]").count() == 1
        page.click("#back-to-a")
        page.wait_for_function("!document.querySelector('.changes')")
        assert "appeal: 2}" in page.input_value("#yaml")
        page.reload()
        page.wait_for_selector("#page-of-pair")  # a tab that is opened anew shows what it showed
        assert page.is_visible("#run-both")
        page.click("#no-compare")
        assert page.locator("#run-both").count() == 0
        page.click("#entries li[data-pair] button >> text=Forget")
        page.wait_for_function("!document.querySelector('#entries li[data-pair]')")
        assert (opened.said, opened.outside()) == ([], [])


def test_everything_of_an_actor_is_moved_by_one_control(browser, served):  # noqa: F811
    with Opened(browser, served) as opened:
        page = opened.page
        opened.write(tiny("Moved", days=4))
        page.click("#move summary")
        page.select_option("#move-who", "actor:a")
        page.click("#move-do")
        page.wait_for_selector("#moved")
        assert page.inner_text("#moved") == "2 dates moved by 2 days."
        facts = text.document(page.input_value("#yaml")).data["interventions"]
        assert [fact["at"] for fact in facts] == ["2021-01-03T08:00+08:00", "2021-01-03T20:00+08:00"]
        page.fill("#move-days", "-9")
        page.click("#move-do")
        page.wait_for_selector("#faults .fault")
        assert "lies outside the run" in page.inner_text("#faults")
        assert opened.said == []


@pytest.mark.parametrize("language", [pytest.param("en", marks=pytest.mark.verify), "zh"])
def test_what_the_curve_follows_is_chosen(browser, served, language):  # noqa: F811
    with Opened(browser, served, lang=language) as opened:
        page = opened.page
        opened.write(tiny("Followed", days=3))
        opened.run("#run-paused")
        page.click("[data-word=step]")
        page.wait_for_function("Number(document.querySelector('#curve')?.dataset.points) > 0")
        buttons = page.locator("#follow button")
        names = {"en": ["views", "people reached", "topics listed", "new acts"]}
        names["zh"] = ["曝光", "触达人数", "上榜话题", "新行动"]
        assert buttons.all_inner_texts() == names[language]
        for number in range(4):
            buttons.nth(number).click()
            page.wait_for_function(
                "i => document.querySelectorAll('#follow button')[i].ariaPressed === 'true'", arg=number
            )
            assert page.locator("#curve canvas").count() == 1
        page.click("[data-word=stop]")
        opened.done()
        assert opened.said == []


def test_faults_are_told_in_chinese_and_english_alone_is_marked(browser, served):  # noqa: F811
    with Opened(browser, served, lang="zh") as opened:
        page = opened.page
        page.fill(
            "#yaml", tiny("Faulty").replace("appeal: 2", "appeal: -2").replace("kind: kol,", "kind: kol, fame: 3,")
        )
        page.wait_for_selector("#faults .fault >> nth=1")
        told = page.locator("#faults .fault").all_inner_texts()
        assert told[0].endswith("stories.tale.appeal: 须为> 0，而不是-2")
        assert "未知的键" in told[1]
        page.fill("#yaml", tiny("Faulty") + "counterfactuals: {x: {title: x}}\n")
        page.wait_for_function("document.querySelector('#faults')?.textContent.includes('（仅有英文）')")
        assert opened.said == []


def test_all_charts_of_the_frame_are_drawn_unseen(browser, served):  # noqa: F811
    with Opened(browser, served) as opened:
        opened.write(tiny("Drawn"))
        opened.run()
        inside = opened.done()
        inside.locator("#views svg").first.wait_for()
        frame = opened.page.frames[-1]
        frame.wait_for_function(
            "[...document.querySelectorAll('.plot')].every((plot) => plot.querySelector('svg, canvas'))"
        )
        assert frame.evaluate("window.scrollY") == 0
        assert frame.evaluate("[...document.querySelectorAll('.plot')].every((plot) => plot.style.minHeight)")


def test_a_run_that_fails_says_why_in_the_language_of_the_page(browser, served):  # noqa: F811
    with Opened(browser, served, lang="zh") as opened:
        opened.write(tiny("Fails"))
        opened.run("#run-paused")
        opened.page.click("[data-word=step]")
        opened.page.wait_for_function("Number(document.querySelector('#curve')?.dataset.points) > 0")
        served.desk.crew.hands[0].process.kill()
        opened.page.wait_for_selector("#shown .state[data-state=failed]")
        assert "进程已结束" in opened.page.inner_text("#shown .refusal")
        opened.page.click("#shown button >> text=再次运行")
        opened.done()


# ---- a server that is killed


class Command:
    """`sim studio` as a user gives it, in a process of its own."""

    def __init__(self, out, port=0):
        words = [sys.executable, "-m", "sim.cli", "studio", "--no-open", "--jobs", "1", "--out", str(out)]
        given = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [*words, "--port", str(port)], cwd=ROOT, stderr=subprocess.PIPE, text=True, env=given
        )
        self.address = re.search(r"http://[\d.]+:\d+", self.process.stderr.readline())[0]
        self.port = int(self.address.rpartition(":")[2])

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self.process.stderr.close()


def test_a_server_that_is_killed_loses_nothing_that_was_kept_and_says_what_was_cut_off(browser, tmp_path):  # noqa: F811
    server = Command(tmp_path)
    try:
        with Opened(browser, server) as opened:
            page = opened.page
            opened.write(tiny("Kept"))
            kept = opened.run()
            opened.done()
            page.click("#keep")
            page.wait_for_selector(".kept")
            opened.write(tiny("Cut off", days=3))
            cut = opened.run("#run-paused")
            page.click("[data-word=step]")
            page.wait_for_function("Number(document.querySelector('#curve')?.dataset.points) > 0")
            server.kill()
            page.wait_for_function("document.querySelector('#engine').textContent.includes('Start sim studio again')")
            server = Command(tmp_path, server.port)
            page.wait_for_selector(f"#entries li[data-id='{cut}'][data-state=lost]")  # it has come back by itself
            assert "Cut off" in page.input_value("#yaml")
            page.click(f"#entries li[data-id='{kept}'] button >> text=Show")
            inside = opened.done()
            inside.locator(".cards").wait_for()
            page.click(f"#entries li[data-id='{cut}'] button >> text=Show")
            page.click("#shown button >> text=Run again")
            page.wait_for_selector("#entries li.shown[data-state=running], #entries li.shown[data-state=done]")
    finally:
        server.kill()

"""Three newcomers, each with a question and three minutes: a strategist in the studio, a student on the ladder, an
analyst with a sweep and its page. Clicks and keys are counted by the browser; SIM_NEWCOMERS=1 takes the worlds in the
size of docs/guide/newcomers.md, and prints what it took."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from pathlib import Path

import pytest
from browsers import launched, needs_chromium

from sim.cli import main

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install -e '.[dev]'")
pytest.importorskip("uvicorn", reason="not installed: pip install -e '.[dev]'")
from test_studio_tasks import Command  # noqa: E402  needs starlette

pytestmark = [pytest.mark.grows, needs_chromium]
FULL = bool(os.environ.get("SIM_NEWCOMERS"))
LIMIT = 180  # seconds
COUNT = """window.took = {clicks: 0, choices: 0, keys: 0};
addEventListener("change", (event) => { if (event.target.tagName === "SELECT") window.took.choices++; }, true);
addEventListener("click", (event) => { if (event.isTrusted && event.detail) window.took.clicks++; }, true);
addEventListener("keydown", (event) => { if (event.isTrusted) window.took.keys++; }, true);
"""


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        made = launched(playwright)
        yield made
        made.close()


@pytest.fixture
def page(browser):
    """A page of a browser that has never seen any of it, and counts."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    made = context.new_page()
    made.set_default_timeout(LIMIT * 1000)
    made.add_init_script(COUNT)
    yield made
    context.close()


def told(name, page, begun, answer):
    """Write down what a task took; it is over in time."""
    seconds = time.monotonic() - begun
    took = page.evaluate("window.took") | {"task": name, "seconds": round(seconds), "answer": answer}
    if FULL:
        sys.stderr.write(json.dumps(took, ensure_ascii=False) + "\n")
    assert seconds < LIMIT
    return took


@pytest.mark.verify  # tests/test_studio_pairs.py has two arms by one click, small
def test_a_strategist_asks_what_if_we_start_two_days_later(page, tmp_path):
    """From opening the studio to a paired difference with its interval."""
    server = Command(tmp_path)
    try:
        begun = time.monotonic()
        page.goto(server.address)
        page.wait_for_selector("#form details")
        page.select_option("#choose", "launch")
        page.wait_for_selector('[data-path="campaign.budget"]')
        users = page.locator('[data-path="people.users"] input.number')
        users.click()
        users.fill("20,000" if FULL else "300")
        users.press("Enter")
        if not FULL:
            page.evaluate("S.seeds = 3")
        page.click("#move summary")
        page.select_option("#move-who", "campaign")
        page.click("#move-both")
        page.wait_for_selector("#page-of-pair")
        answer = page.frame_locator("#page-of-pair").locator("h1").inner_text()
        took = told("strategist", page, begun, answer)
        assert re.search(r"people|difference", answer)
        assert took["clicks"] + took["choices"] <= 10
    finally:
        server.kill()


def test_a_student_finds_the_threshold(page, tmp_path):
    """By the slider alone: the first chance with which the random network is taken by more than half."""
    main.main(["ladder", "--out", str(tmp_path / "ladder.html")])
    begun = time.monotonic()
    page.goto((tmp_path / "ladder.html").as_uri())
    page.click("#set_try")  # chance 0.05 on the random network
    page.click("#number_p")
    page.focus("#number_p")
    page.keyboard.press("Home")
    for _ in range(100):
        page.keyboard.press("ArrowRight")
        share = int(re.search(r"\((\d+) %\)", page.inner_text("#said_left"))[1])
        if share > 50:
            break
    chance = float(page.input_value("#number_p"))
    told("student", page, begun, f"p = {chance}: {share} %")
    assert 0.1 < chance < 0.4  # theory: 1 / (friends − 1) = 0.2 for six friends


@pytest.mark.verify  # tests/test_pages_browser.py explores pages of sweeps
def test_an_analyst_asks_which_knob_matters(page, tmp_path, capsys):
    """A line at the shell, then the title of the page."""
    begun = time.monotonic()
    words = ["sweep", "sir", "--vary", "contagion.infect=0.02..0.1", "--vary", "contagion.recover=0.1..0.4", "--vary"]
    words += ["seeds.count=5..50", "--design", "sobol", "--points", "32", "--replicates", "3"]
    words += ["--users", "5_000" if FULL else "300", "--out", str(tmp_path), "--quiet"]
    assert main.main([*words, *([] if FULL else ["--workers", "0"])]) == 0
    page.goto((Path(capsys.readouterr().out.strip()) / "page.html").as_uri())
    answer = page.inner_text("h1")
    page.click("nav a[href='#effects']")
    page.wait_for_selector("#effects tbody tr, #effects svg")
    told("analyst", page, begun, answer)
    assert answer.startswith("contagion.")  # the knob, and what it moves

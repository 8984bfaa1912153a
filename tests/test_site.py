"""The documentation builds as a site: without a warning, a lost link or anything fetched; the reference is whole."""

import argparse
import fcntl
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import sim
from sim.catalog import platform_names
from sim.cli import main as cli
from sim.cli.looks import REGISTRIES, _registry
from sim.scenario.load import schema, shipped
from sim.scenario.numbers import catalogue
from sim.studies.sweep import plan
from sim.studies.sweep.plan import Sweep

ROOT = Path(__file__).parent.parent
NEEDED = ("mkdocs", "material", "mkdocstrings", "mkdocstrings_handlers", "jieba")
READERS = ("strategist", "educator", "analyst")

pytestmark = pytest.mark.skipif(
    not all(map(find_spec, NEEDED)), reason="the site takes MkDocs: pip install -e '.[docs]'"
)


class Read(HTMLParser):
    """What a page of the site refers to, can be referred to by, and says."""

    FETCHED = frozenset({("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("link", "href")})

    def __init__(self, text):
        super().__init__()
        self.links, self.fetched, self.ids, self.words = [], [], set(), []
        self.language = ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("id", "name") and value:
                self.ids.add(value)
            if (tag, name) in self.FETCHED:
                self.fetched.append(value)
            if (tag, name) == ("a", "href"):
                self.links.append(value)
            if (tag, name) == ("html", "lang"):
                self.language = value

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The site, built as `make site` does; and what MkDocs said. Processes that share the tests share it."""
    base = tmp_path_factory.getbasetemp()
    into = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "site"
    told = into.with_name("site.log")
    with into.with_name("site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            told.write_text(build(into), "utf-8")
    return into, told.read_text("utf-8")


def build(into):
    """Build the site; what MkDocs said."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(into)]
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=quiet, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def pages(built):
    """Every page but the ladder, which is a program of its own, by its path."""
    found = (path for path in built[0].rglob("*.html") if path.name != "ladder.html")
    return {path.relative_to(built[0]).as_posix(): Read(path.read_text("utf-8")) for path in found}


def test_no_warning(built):
    assert not re.findall(r"^(?:WARNING|ERROR).*", built[1], re.MULTILINE)


def test_links_lead_somewhere(built, pages):
    """Each link and each anchor, links to files too."""
    assert len(pages) > 100
    lost = []
    for page, read in pages.items():
        for link in read.links + read.fetched:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or page == "404.html":
                continue
            target = os.path.normpath(Path(page).parent / unquote(parts.path)) if parts.path else page
            anchor = unquote(parts.fragment)
            there = (built[0] / target).is_file()
            known = target not in pages or not anchor or anchor in pages[target].ids
            if not (there and known):
                lost.append((page, link))
    assert lost == []


def test_nothing_is_fetched(built, pages):
    """Scripts, styles, pictures and fonts are all of the site itself, so it opens without a network."""
    assert {link for read in pages.values() for link in read.fetched if urlsplit(link).netloc} == set()
    for path in built[0].rglob("*.css"):
        assert not re.findall(r"url\(\s*['\"]?(?:https?:)?//", path.read_text("utf-8")), path


def test_every_scenario_has_a_page(pages):
    for name in (*shipped(), *(f"sweeps/{name}" for name in plan.shipped())):
        assert f"scenarios/{name}.html" in pages, name
        assert name in " ".join(pages["scenarios/index.html"].links), name


def test_every_command_and_option_is_told(pages):
    (found,) = (action for action in cli._parser()._actions if isinstance(action, argparse._SubParsersAction))
    read = pages["reference/commands.html"]
    words = set(re.split(r"[\s,]+", " ".join(read.words)))
    for name, parser in found.choices.items():
        assert f"sim-{name}" in read.ids
        assert {option for action in parser._actions for option in action.option_strings} - {"-h", "--help"} <= words


@pytest.mark.parametrize("family", REGISTRIES)
def test_every_plugin_and_its_keys_are_told(family, pages):
    read = pages[f"reference/{family}.html"]
    for plugin in _registry(family):
        assert plugin.name in read.ids
        keys = {f"{plugin.name}.{field.alias or name}" for name, field in plugin.model_fields.items()}
        assert keys <= read.ids


def test_every_key_of_files_is_told(pages):
    """Held to the schema that `sim schema` prints: each of its types, though the page follows paths from the top."""
    plugins = {plugin.__name__ for family in REGISTRIES for plugin in _registry(family)}
    whole = schema()
    parts = whole["definitions"] | {"Scenario": whole["else"], "Classic": whole["then"]}
    parts["Sweep"] = {"properties": Sweep.model_fields}
    read = pages["reference/keys.html"]
    told = {
        f"{part}.{key}".lower() for part in parts if part not in plugins for key in parts[part].get("properties", ())
    }
    told -= {"classic.extends", "sweep.extends"}
    assert len(told) > 300
    assert told <= {name.lower() for name in read.ids}


def test_every_metric_and_platform_is_told(pages):
    assert {number.name for number in catalogue().numbers} <= pages["reference/metrics.html"].ids
    assert set(platform_names()) <= pages["reference/platforms.html"].ids


def test_every_name_of_the_package_is_told(pages):
    assert {f"sim.{name}" for name in sim.__all__} <= pages["reference/python.html"].ids


def test_examples_of_docstrings_are_code(built):
    text = (built[0] / "reference/python.html").read_text("utf-8")
    assert "<blockquote>" not in text
    assert "&gt;&gt;&gt; " in text


@pytest.mark.parametrize("page", ["index", *(f"quickstart/{reader}" for reader in READERS)])
def test_first_pages_have_a_chinese_twin(page, pages):
    english, chinese = pages[f"{page}.html"], pages[f"zh/{page}.html"]
    assert (english.language, chinese.language) == ("en", "zh")
    up = "../" * page.count("/")
    assert f"{up}zh/{page}.html" in english.links or f"{up or './'}zh/{page}.html" in english.links
    assert len(re.findall(r"[\u4e00-\u9fff]", "".join(chinese.words))) > 300
    assert {"Virality simulator", "传播模拟器"} & {*map(str.strip, chinese.words)} == {"传播模拟器"}
    assert "Virality simulator" in map(str.strip, english.words)


def test_the_two_languages_give_the_same_commands():
    for reader in READERS:
        english, chinese = (
            [
                re.sub(r" --lang zh", "", line)
                for line in path.read_text("utf-8").splitlines()
                if line.startswith("sim ")
            ]
            for path in (ROOT / f"docs/quickstart/{reader}.md", ROOT / f"docs/zh/quickstart/{reader}.md")
        )
        assert english == chinese


def test_chinese_words_can_be_searched(built):
    """The index has words and not whole sentences: blanks without width stand between them."""
    text = (built[0] / "search/search_index.json").read_text("utf-8")
    words = {word for entry in json.loads(text)["docs"] for word in re.split("[\u200b\\W]+", entry["text"])}
    assert {"触达", "随机", "平台"} <= words
    assert max(len(word) for word in words if re.fullmatch("[\u4e00-\u9fff]+", word)) < 10

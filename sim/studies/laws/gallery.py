"""All laws that come with the project: a record and a picture each, and one page of them in two languages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import Any, get_args

from sim.base.errors import SimError
from sim.base.progress import Tell
from sim.base.registry import did_you_mean
from sim.pages.words import localised
from sim.pictures.paper import lettering
from sim.scenario.numbers import Language
from sim.studies.laws import chart, words
from sim.studies.laws.held import Held
from sim.studies.laws.law import LAWS
from sim.studies.sweep import plan as plans
from sim.studies.sweep.answer import carried_out, place
from sim.studies.sweep.conduct import Manner
from sim.studies.sweep.folder import Report

FOLDER = "laws"
WIDE = 120  # letters of a line
UNBROKEN: dict[str, Any] = {"break_long_words": False, "break_on_hyphens": False}
PLACE = {"en": "guide/laws.md", "zh": "zh/guide/laws.md"}  # below the folder of the documentation
ORDER = ("percolation", "clustering", "early", "fate", "paid", "second")  # as they are told in a lecture


@dataclass(frozen=True)
class Part:
    """One law and the report of its sweep."""

    name: str
    report: Report

    @property
    def held(self) -> Held:
        """The law beside its runs."""
        if self.report.held is None:
            raise SimError(f"law {self.name}: no run is done")
        return self.report.held

    @property
    def tally(self) -> str:
        """In one line."""
        return f"{self.name}: {words.finding(self.held)['en']}; {words.score(self.held)['en']}"

    def record(self) -> dict[str, Any]:
        """What the page says of it, as JSON has it."""
        law, head = self.held.law, self.report.head
        return {
            "name": self.name,
            "title": law.said("title"),
            "asks": law.said("asks"),
            "finding": words.finding(self.held),
            "score": words.score(self.held),
            "claims": [[one.words, one.told, words.verdict(one)] for one in self.held.claims],
            "agrees": self.held.agrees,
            "kept": self.held.kept,
            "judged": self.held.judged,
            "sources": list(law.sources),
            "runs": self.report.done,
            "seeds": head.replicates,
            "model_version": head.rests["model"],
        }


def names() -> list[str]:
    """The laws of which a sweep is shipped, in the order of the page."""
    found = [name.removeprefix("laws/") for name in plans.shipped() if name.startswith("laws/")]
    return sorted(found, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))


def entries() -> list[tuple[str, str]]:
    """The sweep of each law, and what it asks."""
    return [(f"laws/{name}", LAWS.get(name)().said("asks")["en"]) for name in names()]


def shown(
    only: Sequence[str],
    results: Path,
    *,
    replicates: int | None = None,
    workers: int = 1,
    tell: Tell | None = None,
) -> list[Part]:
    """Run the sweeps of the laws, each in its folder of ``results``, where it goes on; all, or the named ones.

    Raises:
        SimError: there is no such law.
    """
    known = names()
    if strange := next((name for name in only if name not in known), None):
        raise SimError(f"unknown law '{strange}'; {did_you_mean(strange, known)}")
    parts = []
    for name in only or known:
        plan = plans.planned(f"laws/{name}", {}, replicates=replicates)
        report, _ = carried_out(plan, place(plan, results), Manner(), workers=workers, tell=tell)
        parts.append(Part(name, report))
    return parts


def write(out: Path, parts: Sequence[Part]) -> Path:
    """Write record and pictures of each part, then the page in both languages; returns the English one."""
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for part in parts:
        text = json.dumps(part.record(), ensure_ascii=False, indent=1)
        (folder / f"{part.name}.json").write_text(text + "\n", encoding="utf-8")
        for lang in get_args(Language):
            with lettering():
                figure = chart.picture(part.held, part.report.head.title, part.report.recipe, lang)
                figure.savefig(folder / _picture(part.name, lang), format="png", dpi=110)
    for lang in get_args(Language):
        page = out / PLACE[lang]
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text_of(records(out), lang), encoding="utf-8")
    return out / PLACE["en"]


def records(out: Path) -> list[dict[str, Any]]:
    """The records that there are, in the order of the page."""
    paths = (out / FOLDER / f"{name}.json" for name in names())
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths if path.is_file()]


def text_of(found: Sequence[Mapping[str, Any]], lang: Language) -> str:
    """The page of these records in a language."""

    def said(key: str, **parts: Any) -> str:
        return str(localised(words.general(key, **parts), lang))

    yes = sum(one["agrees"] is True for one in found)
    lines = [f"# {said('page_title')}", "", f"*{said('page_asks')}*", "", said("page_about", n=yes, all=len(found)), ""]
    lines += ["```text", *(f"sim sweep laws/{one['name']}" for one in found), "sim laws", "```", ""]
    lines += [said("page_reads"), ""]
    for one in found:
        lines += _section(one, lang)
    lines += [f"## {said('page_own')}", "", said("page_own_about"), "", "```sh", *OWN.splitlines(), "```", ""]
    lines.append(said("page_left_out"))
    return "\n".join(part for line in lines for part in (_folded(line) if lang == "en" else [line])) + "\n"


def _folded(text: str) -> list[str]:
    """A paragraph in lines of at most `WIDE` letters."""
    return wrap(text, WIDE, subsequent_indent="  " * text.startswith("- "), **UNBROKEN) or [""]


OWN = r"""sim sweep independent_cascade --theory percolation --vary contagion.p=0.1,0.2,0.4 --users 2000 \
    --replicates 4 --set 'network={kind: erdos_renyi, mean_degree: 5}' --set 'seeds={count: 10}' --set steps=100"""


def _section(one: Mapping[str, Any], lang: Language) -> Iterator[str]:
    told = localised({key: one[key] for key in ("title", "asks", "finding", "score", "claims")}, lang)
    up = "../" * PLACE[lang].count("/")
    yield from (f"## {told['title']}", "", f"*{told['asks']}* {_sentence(told['finding'], lang)}", "")
    yield from (f"![{told['title']}]({up}{FOLDER}/{_picture(one['name'], lang)})", "")
    yield from (f"`sim sweep laws/{one['name']}`: {_sentence(told['score'], lang)}", "")
    for statement, figures, verdict in told["claims"]:
        yield f"- {statement}: {figures} (*{verdict}*)" if lang == "en" else f"- {statement}：{figures}（*{verdict}*）"
    yield ""
    yield from (localised(words.general("sources", sources="; ".join(one["sources"])), lang), "")


def _sentence(text: str, lang: Language) -> str:
    return text + ("." if lang == "en" else "。")


def _picture(name: str, lang: str) -> str:
    return f"{name}.png" if lang == "en" else f"{name}-{lang}.png"

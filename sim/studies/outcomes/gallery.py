"""All shipped cases and what came of them: a record and a picture each, and one page made of the records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sim.base.errors import SimError
from sim.base.progress import Tell
from sim.base.registry import did_you_mean
from sim.model.model import MODEL_VERSION
from sim.pictures.paper import lettering
from sim.runs.summary import told
from sim.scenario.load import load, shipped
from sim.scenario.scenario import Scenario
from sim.studies.counterfactuals import study as whatifs
from sim.studies.counterfactuals import words as whatif_words
from sim.studies.counterfactuals.study import Outcome
from sim.studies.outcomes import words
from sim.studies.outcomes.answer import Answer, outcomes
from sim.studies.study import Jobs

NAME = "gallery"
HEAD = """# Gallery: what happened, and what the model makes of it

<!-- model version {version}; written {day} -->
{n} cases. Of their main outcomes {met} lie within a factor of two of what was observed, as the median of all seeds; of
all figures by which no number was set, {all_met} of {all}. Misses stand beside the rest. Each case is one file and one
command: `sim run NAME`; `sim outcomes NAME` makes its table, `sim counterfactuals NAME` its what-ifs.

Written by `sim gallery`; nothing here is edited by hand. *Used*: a number of the scenario was set by this figure; that
it is met shows the fit, and nothing foreseen. In brackets: 5 to 95 % of the seeds.

| case | main outcome | observed | simulated | verdict | expectations held |
|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Part:
    """One case: its outcomes, and what came of its what-ifs."""

    name: str
    answer: Answer
    expected: tuple[Outcome, ...]

    @property
    def tally(self) -> str:
        """In one line."""
        held = sum(one.held for one in self.expected)
        return f"{self.name}: {words.tally(self.answer.figures)}; {held} of {len(self.expected)} expectations held"

    def record(self) -> dict[str, Any]:
        """What the page says of it, as JSON has it."""
        scenario, figures = self.answer.world, self.answer.figures
        rows = [
            dict(zip(words.HEAD, words.row(scenario, line), strict=True))
            | {"main": line.figure.main, "source": line.figure.source, "label": told(line.figure, scenario)[0]}
            for line in figures
        ]
        whatif = [
            {
                "name": one.name,
                "title": scenario.counterfactuals[one.name].title,
                "about": whatif_words.about(one.expectation),
                "verdict": one.verdict,
            }
            for one in self.expected
        ]
        return {
            "name": self.name,
            "model_version": MODEL_VERSION,
            "file": digest(self.name),
            "seeds": len(self.answer.seeds),
            "pairs": len(self.expected[0].base) if self.expected else 0,
            "users": scenario.people.users,
            "title": scenario.title or scenario.name,
            "about": " ".join(scenario.about.split()),
            "teaches": list(scenario.teaches),
            "figures": rows,
            "expectations": whatif,
        }


def cases() -> dict[str, Scenario]:
    """Shipped scenarios that have a main outcome, by name."""
    found = {name: load(path) for name, path in shipped().items() if "/" not in name}
    return {name: one for name, one in found.items() if isinstance(one, Scenario) and has_main(one)}


def has_main(scenario: Scenario) -> bool:
    """Whether something observed is what the case is known by."""
    return any(figure.main for figure in scenario.observed.figures)


def digest(name: str) -> str:
    """The first digits of the SHA-256 of a case's file."""
    return hashlib.sha256(shipped()[name].read_bytes()).hexdigest()[:12]


def shown(
    seeds: int, *, pairs: int | None = None, only: Sequence[str] = (), jobs: Jobs = 1, tell: Tell | None = None
) -> list[Part]:
    """Run every case, and the worlds of its what-ifs.

    Args:
        seeds: runs of each case.
        pairs: runs of it and of each of its what-ifs with the same seeds (as many as ``seeds``).
        only: names of cases (all).
        jobs: processes.
        tell: hears how far it is.

    Raises:
        SimError: there is no such case.
    """
    known = cases()
    for name in only:
        if name not in known:
            raise SimError(f"unknown case '{name}'; {did_you_mean(name, list(known))}")
    parts = []
    for name, scenario in known.items():
        if only and name not in only:
            continue
        answer = outcomes(scenario, seeds=seeds, jobs=jobs, tell=tell)
        numbers = whatifs.drawn(scenario, pairs or seeds)
        expected = whatifs.outcomes(scenario, numbers, jobs=jobs, tell=tell) if scenario.counterfactuals else []
        parts.append(Part(name, answer, tuple(expected)))
    return parts


def write(folder: Path, parts: Iterable[Part]) -> Path:
    """Write record and picture of each part, then ``gallery.md`` of all records there are; returns the page."""
    place = folder / NAME
    place.mkdir(parents=True, exist_ok=True)
    for part in parts:
        with lettering():
            part.answer.picture().savefig(place / f"{part.name}.png", dpi=90)
        text = json.dumps(part.record(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
        (place / f"{part.name}.json").write_text(text, encoding="utf-8")
    target = folder / f"{NAME}.md"
    target.write_text(text_of(records(folder), date.today()), encoding="utf-8")
    return target


def records(folder: Path) -> list[dict[str, Any]]:
    """All records of a page's folder, by name."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted((folder / NAME).glob("*.json"))]


def text_of(found: Sequence[dict[str, Any]], day: date) -> str:
    """The page."""
    main = [next(figure for figure in one["figures"] if figure["main"]) for one in found]
    free = [figure for one in found for figure in one["figures"] if figure["verdict"] in ("met", "missed")]
    head = HEAD.format(
        version=", ".join(sorted({str(one["model_version"]) for one in found})) or MODEL_VERSION,
        day=day,
        n=len(found),
        met=sum(figure["verdict"] == "met" for figure in main),
        all_met=sum(figure["verdict"] == "met" for figure in free),
        all=len(free),
    )
    rows = [_row(one, figure) for one, figure in zip(found, main, strict=True)]
    return head + "".join(rows) + "".join(map(_section, found))


def _row(one: dict[str, Any], main: dict[str, Any]) -> str:
    held = sum(line["verdict"] == "held" for line in one["expectations"])
    cells = [
        f"[{one['title']}](#{one['name']})",
        main["label"],
        main["observed"],
        main[words.HEAD[2]],
        _marked(main["verdict"]),
        f"{held} of {len(one['expectations'])}",
    ]
    return f"| {' | '.join(cells)} |\n"


def _section(one: dict[str, Any]) -> str:
    teaches = "".join(f"- {line}\n" for line in one["teaches"])
    figures = "".join(
        f"| {figure['figure'].replace('* ', '')} | {figure['observed']} | {figure[words.HEAD[2]]} | {figure['ratio']} "
        f"| {_marked(figure['verdict'])} | {figure['source']} ({figure['grade']}) |\n"
        for figure in one["figures"]
    )
    whatif = "".join(
        f"- *{line['title']}* (`{line['name']}`): {line['about']}: {line['verdict']}\n" for line in one["expectations"]
    )
    head = "| figure | observed | simulated | ratio | verdict | source |\n|---|---|---|---|---|---|\n"
    return (
        f'\n<a id="{one["name"]}"></a>\n## {one["title"]}\n\n{one["about"]}\n\n'
        f"What it teaches:\n\n{teaches}\n![{one['title']}]({NAME}/{one['name']}.png)\n\n{head}{figures}\n"
        f"{one['seeds']} seeds, {one['users']:,} people. What-ifs, {one['pairs']} seeds:\n\n{whatif}\n"
        f"`sim run {one['name']}` · [the file](../scenarios/{one['name']}.yaml)\n"
    )


def _marked(verdict: str) -> str:
    return f"**{verdict}**" if verdict == "missed" else verdict

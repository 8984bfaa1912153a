"""How a result is cited: what it is of, and by which version and digest it is known again; in every folder of results.

Nothing in it is of the day or the machine, so that the same result is cited in the same words wherever it is made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

NAMES = ("CITATION.cff", "citation.bib")
AUTHORS = "the virality-simulator authors"  # as CITATION.cff of the software has it
SOFTWARE = "virality-simulator"


def texts(record: Mapping[str, Any], version: str) -> dict[str, str]:
    """The files by name, of a run's or a study's record, made by a version of the program."""
    return dict(zip(NAMES, (cff(record, version), bibtex(record, version)), strict=True))


def write(folder: Path, record: Mapping[str, Any], version: str) -> None:
    """Put the files into a folder; see `texts`."""
    for name, text in texts(record, version).items():
        (folder / name).write_text(text, encoding="utf-8")


def cff(record: Mapping[str, Any], version: str) -> str:
    """As the Citation File Format has it, 1.2.0; JSON's texts are YAML's."""
    words = {
        "message": "If you use these results, please cite them as below, and the sources that `sim cite` lists.",
        "title": _title(record),
        "abstract": _facts(record, version),
    }
    program = {"type": "software", "title": SOFTWARE, "version": version, "authors": [{"name": AUTHORS}]}
    lines = [
        "cff-version: 1.2.0",
        *(f"{name}: {_quoted(text)}" for name, text in words.items()),
        "type: dataset",
        f"authors: [{{name: {_quoted(AUTHORS)}}}]",
        f"version: {_quoted(_digest(record)[:12])}",
        "identifiers:",
        f"  - {{type: other, value: {_quoted('sha256:' + _digest(record))}, description: digest of the tables}}",
        "references:",
        f"  - {json.dumps(program, ensure_ascii=False)}",
    ]
    return "\n".join(lines) + "\n"


def bibtex(record: Mapping[str, Any], version: str) -> str:
    """As BibTeX has it; the year is left to whoever cites, since nothing here is of a day."""
    scenario = re.sub(r"[^A-Za-z0-9]+", "_", str(record["scenario"])).strip("_") or "run"
    return (
        f"@misc{{sim_{scenario}_{_digest(record)[:8]},\n"
        f"  author       = {{{{{AUTHORS}}}}},\n"
        f"  title        = {{{{{_latex(_title(record))}}}}},\n"
        f"  howpublished = {{Results of {SOFTWARE} {_latex(version)}}},\n"
        f"  note         = {{{_latex(_facts(record, version))}}},\n"
        "}\n"
    )


def _title(record: Mapping[str, Any]) -> str:
    what = " ".join(str(record["title"] or record["scenario"]).split())
    return f"{what}: {record['study']}" if "study" in record else what


def _facts(record: Mapping[str, Any], version: str) -> str:
    """What suffices to make the result again."""
    branch = record.get("branch")
    return ", ".join(
        [
            f"scenario {record['scenario']}",
            f"seed {record['seed']}",
            *([f"{record['users']:,} simulated people"] if "users" in record else []),  # of a sweep they may vary
            f"{SOFTWARE} {version}",
            *([f"{record['kind']} model version {record['model_version']}"] if "kind" in record else []),
            *([f"a branch of {branch['of'][:12]} from {branch['at']}"] if branch else []),
            f"digest {_digest(record)}",
        ]
    )


def _digest(record: Mapping[str, Any]) -> str:
    found = record["digest"]
    return str(found["all"] if isinstance(found, Mapping) else found)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


_TEX = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}"} | {mark: f"\\{mark}" for mark in "$&#_%"}
_TEX |= {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def _latex(text: str) -> str:
    return "".join(_TEX.get(letter, letter) for letter in text)

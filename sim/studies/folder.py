"""An answer as a folder of one shape: its tables, its record, its picture; published whole or not at all."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.base import notices, places
from sim.base.errors import both
from sim.base.files import schema
from sim.base.notices import Notice
from sim.runs import citation, kinds
from sim.runs.folder import publish
from sim.runs.paging import writing
from sim.runs.recipe import identity, sha256, version_of_program
from sim.scenario.given import checked
from sim.scenario.numbers import Language
from sim.studies import paging
from sim.studies.study import Answer

if TYPE_CHECKING:
    import pandas as pd

LONGEST = 60  # bytes of a label in a folder's name


@checked
def write(
    answer: Answer,
    out: Path | str,
    command: Sequence[str] = (),
    said: Iterable[Notice] = (),
    *,
    lang: Language = "en",
) -> Path:
    """Write ``out/SCENARIO/STUDY[-LABEL]-DIGEST8-sSEED``; return its path.

    In it ``STUDY.json``, the record; ``NAME.csv`` of every table; ``figures/STUDY.png``; ``page.html``, and its
    document in ``page.json``; how it is cited; and the answer's own texts.

    Args:
        answer: of a study.
        out: folder of result folders.
        command: the words that asked for it, for the record.
        said: notices of its runs, for the record.
        lang: language in which its page opens.

    >>> from sim import compare
    >>> answer = compare("sir", what=["weaker: contagion.infect=0.05"], users=200, seeds=4, who=False)
    >>> sorted(path.name for path in write(answer, "results").glob("*.*"))
    ['CITATION.cff', 'citation.bib', 'compare.json', 'compare.md', 'page.html', 'page.json', 'runs.csv', 'series.csv']
    """
    tables = _csvs(answer)
    digest = digested(tables)
    texts = {f"{name}.csv": text for name, text in tables.items()} | answer.texts()
    record, made = f"{answer.study}.json", answer.record()
    head = _head(answer, digest, command) | {"recipe": sha256([identity(answer.world), digest, _plain(made)])}

    def fill(folder: Path) -> None:
        _fill(folder, texts, answer)
        with notices.spared(both("shown_page")):
            writing.page(folder, paging.whole(answer, digest), lang)
        citation.write(folder, head, version_of_program())
        told = head | {"notices": [one.record() for one in said]} | made  # the picture may have said something too
        (folder / record).write_text(_json(told), encoding="utf-8")

    name = "-".join(filter(None, (answer.study, short(answer.label), digest[:8], f"s{answer.world.seed}")))
    return publish(Path(out) / answer.world.name / name, fill, record)


def page_data(answer: Answer) -> dict[str, Any]:
    """The document of an answer's page."""
    return paging.whole(answer, digested(_csvs(answer)))


def _fill(folder: Path, texts: dict[str, str], answer: Answer) -> None:
    from sim.pictures.drawing import save
    from sim.pictures.paper import lettering

    for place, text in texts.items():
        (folder / place).parent.mkdir(exist_ok=True)
        (folder / place).write_text(text, encoding="utf-8")
    with notices.spared(both("shown_picture")), lettering():
        save(answer.picture(), folder / "figures" / f"{answer.study}.png")


def digested(tables: dict[str, str]) -> str:
    """SHA-256 of tables by name, as their files have them."""
    parts = (f"{name}\n{text}" for name, text in sorted(tables.items()))
    return hashlib.sha256("".join(parts).encode("utf-8")).hexdigest()


def _csvs(answer: Answer) -> dict[str, str]:
    return {name: _csv(table) for name, table in answer.tables().items()}


def _csv(table: pd.DataFrame) -> str:
    """Twelve digits: so many are the same on every CPU."""
    return table.to_csv(index=False, lineterminator="\n", float_format="%.12g")


def _head(answer: Answer, digest: str, command: Sequence[str]) -> dict[str, Any]:
    """What the records of all studies begin with."""
    world = answer.world
    return {
        schema.KEY: schema.VERSION,
        "study": answer.study,
        "digest": digest,
        "command": list(command),
        "scenario": world.name,
        "title": world.title,
        "kind": world.kind,
        "model_version": kinds.of(world).version(),
        "users": world.people.users,
        "seed": world.seed,
        "source": places.source(),
        "inputs": [one.record() for one in world.network.inputs()],
    }


def _json(record: dict[str, Any]) -> str:
    return json.dumps(_plain(record), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    """As JSON has it: nothing for what is no number, lists for tuples."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def short(label: str) -> str:
    """Words as part of a file's name."""
    plain = re.sub(r"[^\w-]+", "_", label).strip("_")
    while len(plain.encode("utf-8")) > LONGEST:
        plain = plain[:-1]
    return plain

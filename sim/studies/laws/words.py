"""What is said of a law beside its runs: the finding, the score, the statements; in both languages."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import numpy as np

from sim.base.words import columns
from sim.pages.amounts import amount, percent
from sim.pages.words import Said, put, same
from sim.studies.laws.dots import Claim
from sim.studies.laws.held import Held, rows
from sim.studies.laws.law import TABLE, Law


def general(key: str, /, **parts: object) -> Said:
    """Words of all laws."""
    return put(TABLE[f"all.{key}"], parts)


def finding(found: Held) -> Said:
    """What the law says where it came out so; else that it did not, or that these runs cannot tell."""
    if found.agrees:
        return found.law.said("says", **found.law.parts(found.dots))
    return general("unclear" if found.agrees is None else "differs", law=found.law.said("title"))


def score(found: Held) -> Said:
    """How many intervals hold the known answer, and how far off the farthest mean is."""
    if not found.judged:
        return general("no_number")
    return general("score", kept=found.kept, judged=found.judged, off=distance(found), wide=width(found))


def distance(found: Held) -> Said:
    """How far the farthest mean is from its known answer: of shares in percentage points, else in percent of it."""
    return _apart(found.law, found.deviation)


def width(found: Held) -> Said:
    """Half of the widest interval, likewise; a dash where no point has one."""
    return _apart(found.law, found.widest) if np.isfinite(found.widest) else same("–")


def _apart(law: Law, value: float) -> Said:
    return general("points_off", points=f"{100 * value:.2g}") if law.share else same(percent(value))


def figure(law: Law, value: float) -> Said:
    """A number of the law."""
    return same(percent(value)) if law.share else amount(value)


def verdict(claim: Claim) -> Said:
    """Whether a statement holds."""
    return general("open" if claim.holds is None else "holds" if claim.holds else "fails")


def reading(found: Held, seeds: int) -> Said:
    """How the picture is read."""
    told = general("reads" if found.whole else "reads_rings" if found.judged else "reads_order", seeds=seeds)
    if not found.law.refers:
        return told
    more = general("reads_reference", reference=found.law.said("reference"))
    return Said(en=f"{told['en']}; {more['en']}", zh=f"{told['zh']}；{more['zh']}")


def brief(law: Law) -> str:
    """The sources by authors and year."""
    return "; ".join(re.sub(r"(\d{4}).*", r"\1", one) for one in law.sources)


def sources(law: Law) -> Said:
    """Where the known answer comes from."""
    return general("sources", sources="; ".join(law.sources))


def lines(found: Held) -> Iterator[str]:
    """What the shell prints: the finding, the score, a row a statement, the sources."""
    yield f"{finding(found)['en']}."
    yield score(found)["en"]
    yield ""
    head = tuple(general(key)["en"] for key in ("statement", "figures", "verdict"))
    yield from columns([head, *((one.words["en"], one.told["en"], verdict(one)["en"]) for one in found.claims)])
    yield sources(found.law)["en"]


def law_table(found: Held) -> str:
    """The points beside the known answer as CSV; blank where there is no number."""
    table, stream = rows(found), io.StringIO()
    writer = csv.DictWriter(stream, list(table[0]), lineterminator="\n")
    writer.writeheader()
    for row in table:
        told = {
            key: f"{value:.10g}" if abs(value) < float("inf") else "" for key, value in row.items() if key != "line"
        }
        writer.writerow({"line": row["line"], **told})
    return stream.getvalue()

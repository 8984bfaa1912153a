"""What the page is told of a law beside its runs."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.pages.studies.frame import plain
from sim.pages.studies.law import Lawful
from sim.pages.words import Said
from sim.studies.laws import words
from sim.studies.laws.dots import Dot
from sim.studies.laws.held import Held


def told(found: Held) -> Lawful:
    """Plain numbers and words."""
    law, lines = found.law, found.lines
    labels = {line: law.label(dots[0].place) for line, dots in lines.items()}
    dots = [_dot(found, dot, labels[line]) for line, own in lines.items() for dot in own]
    curves = [row for line, own in lines.items() for row in _curve(found, own, labels[line])]
    references = [
        {"x": plain(dot.x), "reference": plain(dot.reference)}
        for dot in next(iter(lines.values()))
        if np.isfinite(dot.reference)
    ]
    return Lawful(
        finding=words.finding(found),
        asks=law.said("asks"),
        reads=words.reading(found, len(found.dots[0].runs)),
        sources=words.sources(law),
        across=law.said("across"),
        up=law.said("up"),
        lines=list(labels.values()),
        dots=dots,
        curves=curves,
        references=references,
        score=_score(found),
        claims=[(one.words, one.told, words.verdict(one), one.holds) for one in found.claims],
        whole=found.whole,
        share=law.share,
        log=law.log,
    )


def _dot(found: Held, dot: Dot, label: Said) -> dict[str, Any]:
    measured, law = dot.measured, found.law
    return {
        "line": label,
        "x": plain(dot.x),
        "x_told": f"{dot.x:.3g}",
        "middle": plain(measured.middle),
        "low": plain(measured.low),
        "high": plain(measured.high),
        "told": words.figure(law, measured.middle),
        "known_told": words.figure(law, dot.known),
    }


def _curve(found: Held, dots: list[Dot], label: Said) -> list[dict[str, Any]]:
    fine = found.curve(dots)
    pairs = zip(*fine, strict=True) if fine else ((dot.x, dot.known) for dot in dots)
    kind = "known" if fine or found.whole else "spot"  # known here and there
    return [{"line": label, "x": plain(x), kind: plain(known)} for x, known in pairs if np.isfinite(known)]


def _score(found: Held) -> tuple[Said, Said, bool] | None:
    if not found.judged:
        return None
    value = words.general("card_of", kept=found.kept, judged=found.judged)
    return value, words.general("card_note", off=words.distance(found), wide=words.width(found)), bool(found.agrees)

"""The page of a run: one HTML file beside the pictures, made from the files of the run folder alone."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

PICTURES = {
    "curve": "People reached so far and in each step; dashed is what theory expects.",
    "reach": "Impressions an hour and people reached, by platform. Numbered lines are scheduled facts.",
    "hot_list": "The story's topics on the hot lists, and below them those that were observed.",
    "actors": "Who acted when. Scheduled facts are on top; all others decided by what they saw.",
    "spill": "Of the people reached on each platform, how many saw what came over from which other.",
    "cascade": "The largest repost tree: the post in the middle, one ring a repost away.",
}
DECIDED_SHOWN = 40
STYLE = """
body{font:16px/1.5 system-ui,"Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif;color:#222;margin:2rem auto;
max-width:62rem;padding:0 1rem}h1{font-size:1.7rem;margin-bottom:.2rem}.quiet{color:#666;font-size:.9rem}
.cards{display:flex;flex-wrap:wrap;gap:.8rem;margin:1.2rem 0}.cards div{border:1px solid #ddd;border-radius:.5rem;
padding:.6rem 1rem}.cards b{display:block;font-size:1.4rem}table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #eee}td.n{text-align:right;
white-space:nowrap}img{max-width:100%;height:auto}figure{margin:1.5rem 0}
.notices{border-left:.25rem solid #c80;padding:.3rem 1rem .3rem 2rem}
"""

Comparison = Sequence[tuple[str, float | None, float | None, str, str, str]]
Cards = Sequence[tuple[str, float]]


def write(folder: Path, cards: Cards, comparison: Comparison) -> Path:
    """Write ``report.html`` into a run folder.

    Args:
        folder: of the run.
        cards: label and value of what is told first, as `runs.result.Result.cards` gives them.
        comparison: as `runs.result.Result.comparison` gives it.
    """
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    actions = folder / "actions.csv"  # a run without minds has none
    parts = [
        f"<h1>{html.escape(run['title'] or run['scenario'])}</h1>",
        f'<p class="quiet">{html.escape(_recipe(run))}</p>',
        _notices(run.get("notices", [])),
        _cards(cards),
        "<h2>Simulated beside observed</h2>" + _compared(comparison) if comparison else "",
        *(_figure(folder, name, words) for name, words in PICTURES.items()),
        "<h2>Who decided to act, and why</h2>" + _decided(actions)
        if (actions := folder / "actions.csv").is_file()
        else "",
        "<p class=quiet>Files: "
        + ", ".join(_link(path.name) for path in sorted(folder.iterdir()) if path.is_file())
        + "</p>",
    ]
    page = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(run["scenario"])}</title>'
    path = folder / "report.html"
    path.write_text(f"{page}<style>{STYLE}</style>\n" + "\n".join(parts) + "\n</html>\n", encoding="utf-8")
    return path


def _recipe(run: dict[str, Any]) -> str:
    return (
        f"{run['users']:,} people simulated; {run['note']}. {_setting(run)}, seed {run['seed']}, "
        f"version {run['version']}, model {run['model_version']}, digest {run['digest']['all'][:16]}."
    )


def _setting(run: dict[str, Any]) -> str:
    """When a run begins; of one without a clock, the model."""
    return f"From {run['start']}" if "start" in run else f"Model {run['contagion']}"


def _notices(said: list[dict[str, Any]]) -> str:
    """What a reader must know beside the numbers."""
    lines = (f"{one['text']} ({one['count']:,})" if one["count"] > 1 else one["text"] for one in said)
    items = "".join(f"<li>{html.escape(line)}" for line in lines)
    return f'<ul class="notices">{items}</ul>' if items else ""


def _cards(cards: Cards) -> str:
    shown = (f"<div><b>{_number(value)}</b>{html.escape(label)}</div>" for label, value in cards)
    return f'<div class="cards">{"".join(shown)}</div>'


def _number(value: float | None) -> str:
    """A count with three digits that matter and its unit: 1.23 bn, 45.6 M, 789."""
    if value is None:
        return "–"
    for scale, unit in ((1e9, " bn"), (1e6, " M"), (1e4, " k")):
        if abs(value) >= scale:
            return f"{value / min(scale, 1e3 if scale == 1e4 else scale):.3g}{unit}"
    return f"{value:,.4g}"


def _rows(head: Iterable[str], rows: Iterable[Iterable[tuple[str, str]]]) -> str:
    """A table; a cell is (class, text), the text already escaped."""
    top = "".join(f"<th>{name}" for name in head)
    body = "".join("<tr>" + "".join(f'<td class="{kind}">{text}' for kind, text in row) for row in rows)
    return f"<table><tr>{top}{body}</table>"


def _compared(comparison: Comparison) -> str:
    rows = (
        [("", html.escape(label)), ("n", _number(ours)), ("n", _number(real)), ("", html.escape(unit)),
         ("quiet", html.escape(f"{source} ({grade})"))]
        for label, ours, real, unit, source, grade in comparison
    )  # fmt: skip
    return _rows(("", "simulated", "observed", "unit", "source of the observed figure"), rows)


def _figure(folder: Path, name: str, words: str) -> str:
    if not (folder / "figures" / f"{name}.png").is_file():
        return ""
    return (
        f'<figure><img src="figures/{name}.png" alt="{words}"><figcaption class="quiet">{words}</figcaption></figure>'
    )


def _decided(path: Path) -> str:
    """First action of each actor that decided for itself, in order of time."""
    rows = pd.read_csv(path, dtype=str, keep_default_na=False).to_dict("records")
    actions = [row for row in rows if row["kind"] not in ("fact", "star")]
    first = {row["name"]: row for row in reversed(actions)}
    shown = sorted(first.values(), key=lambda row: (row["kind"] != "bureau", row["time"]))[:DECIDED_SHOWN]
    names = ("time", "actor", "kind", "action", "topic", "why")
    table = _rows(names, ([("", html.escape(row[name])) for name in names] for row in shown))
    return f'<p class="quiet">The first action of {len(shown)} of {len(first)} actors, bureaus first.</p>{table}'


def _link(name: str) -> str:
    return f'<a href="{html.escape(name)}">{html.escape(name)}</a>'

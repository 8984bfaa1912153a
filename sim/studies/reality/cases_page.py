"""The cases as a page and a picture: docs/cases.md, docs/cases/curves.png; written by `sim verify-reality --cases`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.model.model import MODEL_VERSION
from sim.pictures.paper import GREY, INK, lettering
from sim.studies.reality import foresight, measured
from sim.studies.reality.cases import DRAWS, LEAST, Line, Score, back, digest, observed

NAME = "cases"
DAILY = Path("weibo_hotsearch_hourly/cases_daily.csv")
OURS = "#D55E00"
WIDE = 3  # panels in a row
NEAR = 0.3  # of the archive's returns: so far off is near
AFTER = 21  # days after the peak that are drawn
HEAD = """# Other cases: how attention dies after the peak

<!-- model version {version}; {seeds} seeds; written {day} -->
<!-- cases {digest} -->

**Spearman's rank correlation of observed and simulated slopes: {rho} over {n} cases ({verdict}; {least} was asked
for).** With other seeds it would be {low} to {high} (90 % of {draws:,} draws of as many runs from these). Of the slopes
of the mean over seeds it is {pooled}. {seldom}Model version {version}, {seeds} seeds, {day}.

Written by `sim verify-reality --cases`; nothing here is edited by hand. Topic-hours are pairs of a topic of the story
and an hourly reading of Weibo's list. The slope is that of ln topic-hours on ln days after the peak day (docstring of
`sim.studies.ensemble.relaxation`); a run with too few days on the list has none. Simulated numbers are medians over
seeds, in brackets the least and the most; topics and topic-hours after the peak are means. Observed: {source};
`sim/catalog/cases.yaml`. Days count from a run's own peak day, or where it says so from the archive's. Where a run
peaks before the archive's day, topics that dated facts open after its own peak are left out: they are put in, and did
not come back.

After the peak day nothing is put in but what had been announced: how many watch each day of a programme
([scenarios/cases/README.md](../scenarios/cases/README.md), which also says what was chosen while looking at these
cases). So the slope is not a free result: kinds are told, and what is tested is whether kinds, minds and lists together
give the order. How readily newsrooms come back to a story was fitted to the cases that are too short to have a slope:

| cases | topic-hours at the peak, simulated over observed | topics on days 2 to 21 for each one up to the peak |
|---|---|---|
{back}

## Slopes beside naive rules
Rank correlation with the observed slopes, and its range when each case is left out in turn. *Kind only*: news falls
steeply, a programme does not. *Slow up, slow down*: the more days from the first topic to the peak, the flatter.

| rule | rank correlation | without one case |
|---|---|---|
{rules}

From the archive's peak day instead of each run's own the model's is {known}. Mean absolute error of the slopes:
{error} from the run's own peak day, {known_error} from the archive's.{unbeaten}

## What comes back, by size
Rank correlation over all cases of topics on days 2 to 21 for each one up to the peak with topic-hours at the peak:
{with_size} (observed {seen_size}); simulated with observed: {sizes_both}.

| case | topics on days 2 to 21 for each one up to the peak | topic-hours on days 1 to 3 | topic-hours on days 4 to 21 \
| slope from the archive's peak day |
|---|---|---|---|---|
{returned}
{limits}
## Case by case
| case | kind | slope observed | slope simulated | runs with a slope | slope of the mean \
| topic-hours at the peak | days ≥ half | new topics up to the peak, and on days 2 to 21 |
|---|---|---|---|---|---|---|---|---|
"""


def write(folder: Path, score: Score, data: Path | None = None) -> Path:
    """Write ``cases.md`` and ``cases/curves.png`` into a folder; returns the page."""
    place = folder / NAME
    place.mkdir(parents=True, exist_ok=True)
    daily = measured.table(measured.folder(data), DAILY)
    with lettering():
        _figure(score, daily).savefig(place / "curves.png", dpi=90)
    target = folder / f"{NAME}.md"
    target.write_text(text(score, date.today(), daily), encoding="utf-8")
    return target


def text(score: Score, day: date, daily: pd.DataFrame | None) -> str:
    """The page; ``daily``: the archive's days, where they are here, to be drawn and to score forecasts by."""
    rho, (low, high) = score.correlation, score.band
    head = HEAD.format(
        version=MODEL_VERSION,
        seeds=score.seeds,
        day=day,
        rho=number(rho),
        pooled=number(score.pooled_correlation),
        low=number(low),
        high=number(high),
        draws=DRAWS,
        seldom=_seldom(score),
        digest=digest(),
        n=len(score.ranked),
        back=_back(score),
        rules=_rules(score),
        known=number(score.known_correlation),
        error=number(score.error("slope")),
        known_error=number(score.error("slope_known")),
        with_size=number(score.sizes.simulated),
        seen_size=number(score.sizes.observed),
        sizes_both=number(score.sizes.both),
        returned=_returned(score),
        limits=_limits(score),
        unbeaten=_unbeaten(score),
        verdict="met" if rho >= LEAST else "**missed**",
        least=LEAST,
        source=score.source,
    )
    rows = "".join(
        "| " + " | ".join([f"{line.case.title} `{line.name}`", *_cells(line)]) + " |\n" for line in score.lines
    )
    words = "Thin orange: each seed; thick: their mean." + ("" if daily is None else " Black: observed.")
    picture = (
        f"## Picture\n{words} Days count from the peak day, each run's own.\n\n![Topic-hours a day](cases/curves.png)\n"
    )
    return f"{head}{rows}\n{foresight.text(score.lines, daily)}\n{picture}"


def table(score: Score) -> list[tuple[str, ...]]:
    """The score as cells for a terminal."""
    head = (
        "case",
        "kind",
        "slope obs.",
        "simulated",
        "with slope",
        "of the mean",
        "peak topic-hours",
        "days ≥ half",
        "topics",
    )
    return [head, *((line.name, *_cells(line)) for line in score.lines)]


def number(value: float | None) -> str:
    """Two decimals; a dash for what there is not."""
    return "–" if value is None or not np.isfinite(value) else f"{value:.2f}"


def _cells(line: Line) -> tuple[str, ...]:
    case, slopes = line.case, [run.slope for run in line.runs if np.isfinite(run.slope)]
    spread = f" ({number(min(slopes))} to {number(max(slopes))})" if slopes else ""
    return (
        case.kind,
        number(case.slope),
        number(line.median("slope")) + spread,
        f"{line.with_slope} of {len(line.runs)}",
        number(line.pooled),
        f"{line.median('peak_hours'):.0f} (observed {case.peak_hours:g})",
        f"{line.median('half_days'):.0f} (observed {case.half_days})",
        f"{line.mean('before'):.0f}, {line.mean('later'):.1f} (observed {case.before}, {case.later})",
    )


def _seldom(score: Score) -> str:
    """Which cases stand on few runs, and the correlation without them."""
    few = [f"{x.name} ({x.with_slope} of {len(x.runs)} runs have a slope)" for x in score.seldom]
    return f"Without {' and '.join(few)} it is {number(score.without)}. " if few else ""


def _back(score: Score) -> str:
    """How cases come back, a row each group."""
    short = [x for x in score.lines if x.case.slope is None]
    others = [x for x in score.lines if x.case.slope is not None]
    rows = {"without a slope (fitted to)": short, "with a slope (reported)": others}
    if len(others) > 1:
        most = max(others, key=lambda x: x.case.peak_hours)
        rows[f"the same without {most.name}"] = [x for x in others if x is not most]
    told = {which: back(lines) for which, lines in rows.items()}
    return "\n".join(
        f"| {which} | {number(x.peaks)} | {number(x.later)} (observed {number(x.observed)}) |"
        for which, x in told.items()
    )


def _rules(score: Score) -> str:
    """The model and the naive rules, a row each."""
    return "\n".join(
        f"| {name} | {number(x.all)} | {number(x.least)} to {number(x.most)} |" for name, x in score.rules.items()
    )


def _unbeaten(score: Score) -> str:
    """What keeps the model from the best rule, where it is not beaten."""
    ours, *naive = score.rules.values()
    limit = observed().limit
    return f" *Not beaten because*: {limit}." if limit and any(x.all >= ours.all for x in naive) else ""


def _limits(score: Score) -> str:
    """Of cases whose returns are more than `NEAR` off the archive's, what bounds them."""
    told = [
        f"- {x.case.title} `{x.name}`: {x.case.limit}.\n"
        for x in score.lines
        if x.case.limit and abs(x.returned - x.case.later / x.case.before) > NEAR * x.case.later / x.case.before
    ]
    return f"\nWhat keeps returns that are more than {NEAR:.0%} off the archive's:\n\n{''.join(told)}" if told else ""


def _returned(score: Score) -> str:
    """What came after the peak, the largest case first."""
    lines = sorted(score.lines, key=lambda x: -x.case.peak_hours)
    return "\n".join(f"| {x.case.title} `{x.name}` | " + " | ".join(_after(x)) + " |" for x in lines)


def _after(line: Line) -> tuple[str, ...]:
    case = line.case
    return (
        f"{number(line.returned)} (observed {number(case.later / case.before)})",
        f"{line.mean('early'):.1f} (observed {case.early:g})",
        f"{line.mean('late'):.1f} (observed {case.late:g})",
        f"{number(line.median('slope_known'))} (observed {number(case.slope)})",
    )


def _figure(score: Score, daily: pd.DataFrame | None) -> Figure:
    down = -(-len(score.lines) // WIDE)
    figure = Figure(figsize=(4.0 * WIDE, 2.5 * down), layout="constrained")
    panels = figure.subplots(down, WIDE, squeeze=False).ravel()
    for panel, line in zip(panels, score.lines, strict=False):
        _draw(panel, line, daily)
    for panel in panels[len(score.lines) :]:
        panel.set_axis_off()
    return figure


def _draw(axes: Axes, line: Line, daily: pd.DataFrame | None) -> None:
    """One case: topic-hours a day around the peak."""
    aligned = [around(row, int(np.argmax(row))) for row in line.hours]
    for row in aligned:
        axes.plot(DAYS, row, color=OURS, lw=0.5, alpha=0.35)
    known = np.isfinite(aligned).any(axis=0)
    axes.plot(DAYS[known], np.nanmean(np.array(aligned)[:, known], axis=0), color=OURS, lw=2)
    if daily is not None:
        rows = daily[daily.case == line.name]
        at = int(np.flatnonzero(rows.day.to_numpy() == line.case.peak.isoformat())[0])
        axes.plot(DAYS, around(rows.topic_hours.to_numpy(float), at), color=INK, lw=1.2)
    slopes = f"slope {number(line.case.slope)}, simulated {number(line.median('slope'))}"
    axes.set_title(f"{line.case.title} {line.name}: {slopes}", fontsize=9)
    axes.set_xlabel("days after the peak", color=GREY)
    axes.set_ylabel("topic-hours", color=GREY)
    axes.grid(True, color="#eeeeee", lw=0.8)
    axes.set_axisbelow(True)


DAYS = np.arange(-7, AFTER + 1)


def around(hours: np.ndarray, peak: int) -> np.ndarray:
    """Topic-hours of the days around the peak, f8[`DAYS`]; NaN where the series does not reach."""
    at = peak + DAYS
    inside = (at >= 0) & (at < len(hours))
    return np.where(inside, np.asarray(hours, float)[np.clip(at, 0, len(hours) - 1)], np.nan)

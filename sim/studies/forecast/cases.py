"""The entries that come with the program: the twelve cases of the archive, each as of its peak, and the page of them.

They are registered afterwards, by people who knew how each had ended, and the record says so. What they are scored by
is what the catalogue cites of the archive: topic-hours of three days after the peak, and of three weeks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from sim.base.files.drafts import replacing
from sim.base.progress import Tell
from sim.pictures.paper import lettering
from sim.studies.forecast import against, data, stated, track, words
from sim.studies.forecast.answer import Answer, forecast
from sim.studies.forecast.show import PICTURE, record
from sim.studies.hindcast.score import AHEAD, Truth
from sim.studies.naive import EXPONENT, HALF_LIFE
from sim.studies.reality.cases import EARLY, LATE, Case, chosen, observed, scenario
from sim.studies.study import Jobs

OURS = track.OURS
OBSERVED = "observed"  # folder of the later numbers, beside the record
WORDS = ("topic_hours", "topics", f"topic_hours{AHEAD}")
PROGRAMME = "programme"  # note of what had been announced before the peak, see scenarios/cases/README.md
NOTE = "a past case: its rules were made, and numbers of the model fitted, by people who knew how it ended"
NAME = "forecasts"
HEAD = f"""# Forecasts on record

<!-- written by sim forecast cases -->
Twelve past cases as entries of a track record: each registered as of the evening of its peak day, sealed, and scored by
what the archive has of the three days and of the three weeks after it. **They were registered afterwards**, by people
who knew how each had ended, with numbers that had been fitted to six of them (`scenarios/cases/README.md`): they show
how a record reads and what the model is worth on known ground, not foresight. Hits and misses stand alike. The sealed
files and the record lie in `scenarios/forecasts`; whoever keeps a record of their own goes on from them
([how](guide/forecast.md)). How the same cases fare day by day: [cases.md](cases.md).

**The naive forecasts are no strangers either**: their constants were fitted to these same twelve cases (a half-life of
{HALF_LIFE} days, an exponent of {EXPONENT}; [hindcasts](guide/hindcast.md)). So being better than naive is harder here
than on a story that nobody has seen; [cases.md](cases.md) fits them to the other eleven.

**所用的简单预测也不是局外人**：半衰期{HALF_LIFE}天、幂指数{EXPONENT}这两个常数就是由这十二个案例本身拟合的，
因此在这里胜过简单预测，比在没人见过的故事上更难；[cases.md](cases.md) 则用其余十一个案例拟合。

"""


def enter(
    place: Path,
    only: Sequence[str] = (),
    *,
    seeds: int,
    users: int | None = None,
    jobs: Jobs = 1,
    tell: Tell | None = None,
) -> None:
    """Register cases as of their peaks and score them by what was observed of later.

    Args:
        place: folder of the record; the later numbers are kept there too.
        only: names of cases (all).
        seeds: runs of each.
        users: people in every run (the case's own).
        jobs: processes.
        tell: hears how many runs of a case are done.
    """
    for name, case in chosen(only).items():
        answer = asked(name, case, seeds=seeds, users=users, jobs=jobs, tell=tell)
        track.register(answer, place)
        later = place / OBSERVED / f"{name}.csv"
        later.parent.mkdir(parents=True, exist_ok=True)
        with replacing(later) as draft:
            draft.write_text(data.csv(observed_later(case)), encoding="utf-8")
        against.score(place / track.KEPT / track.named(answer.sealed), later, place)


def asked(name: str, case: Case, *, seeds: int, users: int | None, jobs: Jobs, tell: Tell | None) -> Answer:
    """The forecast of a case as of its peak, weighed by the topic-hours of that day."""
    platform, after = observed().platform, timedelta(days=LATE[1] - 1)
    quantities = [f"{platform}_{what}" for what in WORDS]
    known = {quantities[0]: {case.peak: case.peak_hours}}
    world = scenario(name)
    return forecast(
        world,
        case.peak + after,
        case.peak,
        data=known,
        quantities=quantities,
        seeds=seeds,
        announced=[PROGRAMME],
        note=NOTE,
        users=users or world.people.users,
        jobs=jobs,
        tell=tell,
    )


def observed_later(case: Case) -> Truth:
    """What the archive has after the peak: topic-hours of the first three days, and up to the last of three weeks."""
    first, last = (case.peak + timedelta(days=beyond - 1) for _, beyond in (EARLY, LATE))
    return {f"{observed().platform}_{WORDS[-1]}": {first: case.early, last: round(case.early + case.late, 1)}}


def write(out: Path, place: Path) -> Path:
    """Write the page of a record and its picture; the path of the page."""
    found, folder = record(place), out / NAME
    folder.mkdir(parents=True, exist_ok=True)
    with lettering():
        found.picture().savefig(folder / PICTURE, dpi=90)
    rows = words.table(found.standings)
    lines = [f"| {' | '.join(row)} |" for row in rows]
    lines.insert(1, "|" + "---|" * len(rows[0]))
    files = [stated.read(place / track.KEPT / f"{one.digest[: track.SHORT]}.json") for one in found.standings]
    size = "; ".join(sorted({_size(told) for told in files}))
    worth = float(np.median([told["effective_size"] for told in files])) if files else 1.0
    models = sorted({str(one.software["model_version"]) for one in found.standings})
    told = [
        f"Model version {', '.join(models)}, {size}.",
        f"{words.summed('Registered afterwards', track.tally(found.standings))}.",
        f"Weighed runs are worth {worth:.1f} equal ones in the median case, whose whole range would hold "
        f"{(worth - 1) / (worth + 1):.0%} of numbers, were the truth one of them: wider bands take more runs.",
        "Better than naive: quantities whose CRPS is below that of persistence, exponential decay and power law.",
    ]
    parts = [HEAD, "\n".join(lines), "\n\n", "\n".join(told), f"\n\n![Numbers on record]({NAME}/{PICTURE})\n"]
    (out / f"{NAME}.md").write_text("".join(parts), encoding="utf-8")
    return out / f"{NAME}.md"


def _size(told: Mapping[str, Any]) -> str:
    """How many runs a forecast has, and of how many people."""
    return f"{told['asked']['seeds']} runs of {told['scenario']['users']:,} people each"

"""The document of a run on platforms: what was reached, when, where, for how much; beside it what was observed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from sim.pages import charts, forest, posts, race, timeline
from sim.pages.amounts import amount, moment, percent
from sim.pages.campaign import campaign_cards, campaign_section, campaign_title
from sim.pages.data import local_ms, table, wide
from sim.pages.told import Source, Told
from sim.pages.words import Said, capitals, said, same

BINS = 1_500  # of the series; a longer run has longer ones
HOURS = (1, 2, 3, 6, 12, 24)
CROSS = "from"
LEAST = 0.001  # share that is worth its digits
FEW = 3  # platforms whose cells have room for words


def title(told: Told) -> Said:
    """What a reader should take away."""
    if told.campaign:
        return campaign_title(told.campaign)
    seen = _seen(told)
    total = sum(seen.values())
    if not total:
        return said("found_nobody")
    most = max(seen, key=lambda name: seen[name])
    people = amount(told.summary["people_reached"])
    share = percent(seen[most] / total)
    return said("found_reached", people=people, share=share, views=amount(total), platform=told.platforms[most].said)


def _seen(told: Told) -> dict[str, int]:
    return {name: int(told.summary.get(f"{name}_impressions") or 0) for name in told.platforms}


# ---- cards


def cards(told: Told) -> list[dict[str, Any]]:
    """The numbers told first: of a campaign its goal, then what was reached, seen, listed, said, won."""
    found, summary = campaign_cards(told), told.summary
    represents = float(told.run.get("represents") or 0)
    note = said("card_reach_note", share=percent(summary["people_reached"] / represents)) if represents else None
    found.append(_card(told, "people_reached", note))
    seen = _seen(told)
    most = max(seen, key=lambda name: seen[name])
    note = said("card_most", platform=told.platforms[most].said, value=amount(seen[most])) if seen[most] else None
    found.append(_card(told, "impressions", note))
    found.append(_card(told, "peak_hour_impressions", said("card_peak")))
    found += _listed(told)
    found.append(_card(told, "discussions", None))
    if summary.get("followers_won"):
        found.append(_card(told, "followers_won", None))
    sometimes = "tag_reads", "basket_reads", "believers", "people_corrected"
    found += [_card(told, name, None) for name in sometimes if name in summary]
    if summary.get("spend_yuan") and not told.campaign:
        found.append(_card(told, "spend_yuan", None))
    return found


def _card(told: Told, name: str, note: Said | None) -> dict[str, Any]:
    return {"id": name, "label": capitals(told.labels[name]), "value": amount(told.summary.get(name)), "note": note}


def _listed(told: Told) -> list[dict[str, Any]]:
    """How many topics came on lists, and the best rank of any; nothing where no platform has a list."""
    ranks = {name: told.summary.get(f"{name}_best_rank") for name in told.platforms}
    listed = sum(int(told.summary.get(f"{name}_topics_listed") or 0) for name in told.platforms)
    known = {name: rank for name, rank in ranks.items() if rank is not None}
    if not any(f"{name}_topics_listed" in told.summary for name in told.platforms):
        return []
    note = None
    if known:
        best = min(known, key=lambda name: (known[name], -int(told.summary.get(f"{name}_topics_listed") or 0)))
        note = said("card_best", rank=known[best], platform=told.platforms[best].said)
    return [{"id": "topics_listed", "label": said("card_listed"), "value": amount(listed), "note": note}]


# ---- sections


def sections(told: Told, source: Source) -> Iterator[dict[str, Any] | None]:
    """All of a run on platforms, in the order in which they are read."""
    yield _views(told, source.frame("series"))
    yield observed(told)
    yield campaign_section(told)
    yield _places(told)
    yield posts.section(told, source.frame("posts"))
    yield _race(told, source.frame("hot_list"))
    yield _spill(told)
    yield _forest(told, source)
    yield timeline.section(told, source.frame("actions"))


def _views(told: Told, series: pd.DataFrame) -> dict[str, Any] | None:
    """Views by platform and story in bins of an hour, or of more where the run is long."""
    series = series[series["story"] != ""]
    if not len(series) or not series["impressions"].sum():
        return None
    times = series["time"].unique()
    begin, step = local_ms(times[0]), (local_ms(times[1]) - local_ms(times[0]) if len(times) > 1 else 3_600_000)
    hours = _bin(len(times) * step)
    wide_form = series.pivot_table("impressions", "time", ["platform", "story"], "sum", sort=False, fill_value=0)
    size = max(1, hours * 3_600_000 // step)
    summed = np.add.reduceat(wide_form.to_numpy(np.int64), np.arange(0, len(wide_form), size), axis=0)
    pairs: list[Any] = wide_form.columns.to_list()
    columns = [
        ({"platform": platform, "story": story}, summed[:, i])
        for i, (platform, story) in enumerate(pairs)
        if summed[:, i].any()
    ]
    total = summed.sum(axis=1)
    peak = int(total.argmax())
    when = datetime.fromtimestamp((begin + peak * size * step) / 1000, UTC)
    parts = {"day": moment(when), "peak": amount(float(total[peak])), "hours": hours}
    there = [name for name in told.platforms if any(of["platform"] == name for of, _ in columns)]
    unit = said("views_hour") if hours == 1 else said("views_bin", hours=hours)
    look = [told.platforms[name].said for name in there], [told.platforms[name].colour for name in there], unit
    return {
        "id": "views",
        "nav": said("nav_views"),
        "title": said("views_title" if hours == 1 else "views_title_bins", **parts),
        "about": said("views_about"),
        "chart": {
            "data": wide("time", begin, size * step, columns),
            "variants": [
                {"label": said("lines"), "spec": charts.views(*look, stacked=False)},
                {"label": said("stacked"), "spec": charts.views(*look, stacked=True)},
            ],
            "filters": [{"field": field, "label": said(field)} for field in ("platform", "story")],
            "window": {"said": "window", "of": ""},
        },
    }


def _bin(span: int) -> int:
    """Hours of a bin, so that a span of so many ms has not too many."""
    return next((hours for hours in HOURS if span <= BINS * hours * 3_600_000), HOURS[-1])


def observed(told: Told) -> dict[str, Any] | None:
    """Simulated beside observed."""
    if not told.figures:
        return None
    judged = [figure for figure in told.figures if figure.verdict in ("met", "above", "missed")]
    met = sum(figure.verdict != "missed" for figure in judged)
    columns = [
        ("label", said("figure"), "text"),
        ("ours", said("simulated"), "count"),
        ("real", said("observed"), "count"),
        ("unit", said("unit"), "text"),
        ("ratio", said("ratio"), "ratio"),
        ("verdict", said("verdict"), "verdict"),
        ("source", said("source"), "text"),
        ("grade", said("grade"), "text"),
    ]
    lines, rows = [], []
    for i, figure in enumerate(told.figures):
        ours = figure.simulated if figure.simulated is not None and np.isfinite(figure.simulated) else None
        ratio = ours / figure.observed if ours is not None and figure.observed else None
        verdict, grade = said(figure.verdict), said(figure.grade)
        ours_said, real = amount(ours), amount(figure.observed)
        shown = None if ratio is None else round(ratio, 3)
        lines.append([figure.label, ours, figure.observed, figure.unit, shown, verdict, figure.source, grade])
        row = {"row": i, "label": figure.label, "ours": ours_said, "real": real, "verdict": verdict}
        rows.append(row | {"ratio": shown or None, "source": figure.source})
    return {
        "id": "observed",
        "nav": said("nav_observed"),
        "title": said("observed_title", met=met, n=len(judged)),
        "about": said("observed_about"),
        "chart": {"spec": charts.observed(len(rows)), "data": rows},
        "table": table(columns, lines),
    }


def _places(told: Told) -> dict[str, Any] | None:
    """A line a platform: views, people, where most views came from, topics listed."""
    seen = _seen(told)
    order = sorted((name for name in seen if seen[name]), key=lambda name: -seen[name])
    if not order:
        return None
    summary, found = told.summary, []
    columns = [
        ("platform", said("platform"), "platform"),
        ("views", said("views"), "count"),
        ("share", said("share"), "share"),
        ("people", said("people_reached"), "count"),
        ("channel", said("main_channel"), "text"),
        ("discussions", said("discussions"), "count"),
        ("listed", said("topics_listed"), "count"),
        ("best", said("best_rank"), "count"),
    ]
    total = sum(seen.values())
    first, (channel, _) = told.platforms[order[0]], _main(told, order[0])
    for name in order:
        parts = (seen[name], round(seen[name] / total, 4), summary.get(f"{name}_new_reach"))
        rest = (summary.get(f"{name}_{what}") for what in ("discussions", "topics_listed", "best_rank"))
        found.append([told.platforms[name].said, *parts, _channel(told, name), *rest])
    return {
        "id": "platforms",
        "nav": said("nav_platforms"),
        "title": said("platforms_title", platform=first.said, share=percent(seen[order[0]] / total), channel=channel),
        "table": table(columns, found),
    }


def _main(told: Told, platform: str) -> tuple[Said, int]:
    """The channel that brought most views on a platform."""
    counts = {name: int(told.summary.get(f"{platform}_via_{name}") or 0) for name in told.run["channels"]}
    most = max(counts, key=lambda name: counts[name])
    return _words(told, most), counts[most]


def _words(told: Told, channel: str) -> Said:
    return told.channels.get(channel) or same(channel.replace("_", " "))


def _channel(told: Told, platform: str) -> Said:
    words, count = _main(told, platform)
    total = int(told.summary[f"{platform}_impressions"])
    return said("channel_share", channel=words, share=percent(count / total))


def _race(told: Told, places: pd.DataFrame) -> dict[str, Any] | None:
    found = race.lists(places)
    if not found:
        return None
    first = next(iter(found))
    n, rank = (told.summary.get(f"{first}_{what}") for what in ("topics_listed", "best_rank"))
    parts = {"n": n or found[first]["topics"], "platform": told.platforms[first].said, "rank": rank}
    return {
        "id": "race",
        "nav": said("nav_race"),
        "title": said("race_title" if rank else "race_title_ad", **parts),
        "about": said("race_about"),
        "platform_label": said("platform"),
        "race": [{"platform": name, "colour": told.platforms[name].colour, **one} for name, one in found.items()],
    }


def _spill(told: Told) -> dict[str, Any] | None:
    """The matrix of platforms, where something crossed."""
    names = [name for name in told.platforms if told.summary.get(f"{name}_new_reach")]
    over = {
        (to, come): int(told.summary.get(f"{to}_reach_{CROSS}_{come}") or 0)
        for to in names
        for come in names
        if to != come
    }
    if not any(over.values()):
        return None
    reached = {name: int(told.summary[f"{name}_new_reach"]) for name in names}
    to, come = max(over, key=lambda pair: over[pair] / reached[pair[0]])
    rows = [_cell(told, a, b, over, reached) for a in names for b in names]
    words = {"to": told.platforms[to].said, "come": told.platforms[come].said}
    return {
        "id": "spill",
        "nav": said("nav_spill"),
        "title": said("spill_title", share=percent(over[to, come] / reached[to]), **words),
        "about": said("spill_about"),
        "chart": {"spec": charts.spill(len(names)), "data": rows},
    }


def _cell(told: Told, to: str, come: str, over: dict[tuple[str, str], int], reached: dict[str, int]) -> dict[str, Any]:
    own = to == come
    people = reached[to] - sum(n for (a, _), n in over.items() if a == to) if own else over[to, come]
    share = people / reached[to]
    fill = charts.shade(charts.GREY if own else charts.WARM, share)
    return {
        "to": told.platforms[to].said,
        "come": told.platforms[come].said,
        "fill": fill,
        "ink": charts.ink_on(fill),
        "share": round(share, 5),
        "told": amount(people),
        "part": percent(share),
        "cell": _cell_words(people, share, len(reached)),
    }


def _cell_words(people: int, share: float, count: int) -> Said | str:
    """What stands in a cell: with few platforms there is room for the number of people."""
    if not people:
        return ""
    if count <= FEW:
        return said("spill_cell", share=percent(share), people=amount(people))
    return percent(share) if share >= LEAST else "·"


def _forest(told: Told, source: Source) -> dict[str, Any] | None:
    """The forest, coloured by platform or by channel."""
    columns = {name: np.asarray(column) for name, column in source.forest().items()}
    parent = columns["parent"].astype(np.int64)
    if not (parent >= 0).any() or len(parent) > forest.ROWS:
        return None
    step = _minutes(told)
    times = forest.frames(int(columns["minute"].max()), step)
    names, channels = list(told.platforms.values()), list(told.run["channels"])
    palette = ("#8a94a0", *charts_palette())
    codes = [{"label": _words(told, name), "colour": palette[i % len(palette)]} for i, name in enumerate(channels)]
    colours = [
        {"key": "platform", "label": said("by_platform"),
         "codes": [{"label": one.said, "colour": one.colour} for one in names]},
        {"key": "channel", "label": said("by_channel"), "codes": codes},
    ]  # fmt: skip
    found = forest.rows(
        parent, columns["minute"], columns["weight"], platform=columns["platform"], channel=columns["channel"]
    )
    packed = forest.document(found, times, colours)
    weight = columns["weight"][parent >= 0].sum()
    parts = {"shares": amount(float(weight)), "trees": amount(int((parent < 0).sum()))}
    cut = (
        said("forest_cut", drawn=f"{packed['n']:,}", all=f"{packed['all']:,}") if packed["n"] < packed["all"] else None
    )
    return {
        "id": "forest",
        "nav": said("nav_forest"),
        "title": said("forest_title", depth=int(forest.depths(parent).max(initial=0)), **parts),
        "about": said("forest_about"),
        "cut": cut,
        "forest": packed | {"clock": "minute", "begin": local_ms(str(told.run["start"]))},
    }


def _minutes(told: Told) -> int:
    """Minutes between frames, so that each is a round quarter of an hour or more."""
    return 15 if told.length <= 5 else 60


def charts_palette() -> tuple[str, ...]:
    """Colours of channels: as far apart as can be, each 3:1 on white."""
    return (
        "#0072B2", "#D55E00", "#00845F", "#A4133C", "#6741D9", "#A87400", "#0B6B7D", "#C2528B", "#5C8A0D", "#7A3E2B",
        "#1690A6", "#9C36B5",
    )  # fmt: skip

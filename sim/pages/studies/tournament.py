"""The document of a tournament: payoffs, two runs of each cell, where imitation leads, who gains by being early."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.pages import charts as basic
from sim.pages.amounts import amount, percent
from sim.pages.charts import ACCENT, WARM
from sim.pages.data import table
from sim.pages.studies import charts, frame
from sim.pages.studies.frame import Ends, card, given, plain, signed
from sim.pages.studies.played import Cell, Move, Reply, Tournament
from sim.pages.words import ACT, TABLE, Said, capitals, said, same

LETTERS = 18  # of a strategy's name in the matrix


def document(found: Tournament) -> dict[str, Any]:
    """The document of a tournament."""
    people = said("people_plain", users=amount(found.users))
    runs = said("tournament_about", runs=found.runs, seeds=found.seeds, held=found.held, players=len(found.players))
    return frame.document(
        "tournament",
        title=_title(found),
        name=found.title,
        about=[people, runs, said("seed", seed=found.seed)],
        cards=_cards(found),
        sections=[_matrix(found), _runs(found), _replies(found), _imitation(found), _early(found), _moves(found)],
    )


def _title(found: Tournament) -> Said:
    """Where imitation leads, and whether the seeds that were held back lead there too."""
    first = found.first
    if first.share[0] >= 0.95:
        told = said("tournament_one", move=first.name, share=percent(first.share[0]))
    else:
        most = sorted(found.moves, key=lambda move: -move.share[0])[:2]
        told = said(
            "tournament_mix", mix=_listed([(move.name, move.share[0]) for move in most if move.share[0] > 0.005])
        )
    if not found.held:
        return capitals(told)
    agree = max(found.moves, key=lambda move: move.held) is first
    return capitals(said("tournament_agree" if agree else "tournament_disagree", told=told))


def _listed(parts: Sequence[tuple[Said, float]]) -> Said:
    """Strategies with their shares."""
    return _names([said("tournament_share", move=name, share=percent(share)) for name, share in parts])


def _names(parts: Sequence[Said]) -> Said:
    """Several words after one another."""
    return Said(en=", ".join(part["en"] for part in parts), zh="、".join(part["zh"] for part in parts))


def _cards(found: Tournament) -> list[dict[str, Any]]:
    first, sure = found.first, [reply for reply in found.replies if reply.verdict not in ("open", "none")]
    band = said("tournament_between", low=percent(first.share[1]), high=percent(first.share[2]))
    cards = [card("first", said("tournament_first", move=first.name), percent(first.share[0]), band)]
    if found.held:
        cards.append(
            card("held", said("tournament_held"), percent(first.held), said("tournament_held_note", n=found.held))
        )
        kept = sum(reply.verdict == "confirmed" for reply in sure)
        note = said("tournament_confirmed_note", open=len(found.replies) - len(sure))
        cards.append(card("confirmed", said("tournament_confirmed"), said("of", n=kept, all=len(sure)), note))
    worst = [move.name for move in found.moves if move.above]
    note = _names(worst) if worst else said("tournament_nobody")
    value = said("of", n=len(worst), all=len(found.moves))
    return [*cards, card("dominated", said("tournament_dominated"), value, note)]


# ---- the matrix


def _matrix(found: Tournament) -> dict[str, Any]:
    most = max((abs(cell.gain[0]) for cell in found.cells if cell.gain[0] == cell.gain[0]), default=0) or 1.0
    rows = [_cell(found, cell, most) for cell in found.cells]
    own = [reply for reply in found.replies if reply.best == reply.others]
    stays = _names([found.moves[reply.best].name for reply in own])
    columns = [
        ("paid", said("you_play"), "text"),
        ("others", said("others_play"), "text"),
        ("mean", found.payoff, "count"),
        ("interval", said("interval"), "text"),
        ("gain", said("tournament_gain"), "text"),
        ("between", said("interval"), "text"),
    ]
    lines = [
        [found.moves[cell.paid].name, found.moves[cell.others].name, plain(cell.mean[0]), _between(cell.mean, amount),
         signed(cell.gain[0]) if cell.paid != cell.others else "", _between(cell.gain, signed)]
        for cell in found.cells
    ]  # fmt: skip
    return {
        "id": "matrix",
        "nav": said("nav_matrix"),
        "title": said("matrix_stays", moves=stays) if own else said("matrix_none"),
        "about": said("matrix_about", payoff=found.payoff),
        "chart": {"spec": charts.heat(len(found.moves)), "data": rows, "zoom": False},
        "table": table(columns, lines) | {"filter": "others", "also": ["paid"], "page": 36},
    }


def _cell(found: Tournament, cell: Cell, most: float) -> dict[str, Any]:
    gain = cell.gain[0] if cell.paid != cell.others else 0.0
    fill = basic.shade(ACCENT if gain >= 0 else WARM, abs(gain) / most)
    mark = "★" if cell.best else ""
    return {
        "paid": _short(found.moves[cell.paid].name),
        "others": _short(found.moves[cell.others].name),
        "cell": _put(mark, amount(_brief(cell.mean[0]))),
        "fill": fill,
        "ink": basic.ink_on(fill),
        "told": amount(cell.mean[0]),
        "gain": said("tournament_along") if cell.paid == cell.others else _gain(cell),
        "opens": "runs",
        "shows": _pair(found, cell),
    }


def _brief(value: float) -> float:
    """To two digits, for little room."""
    return float(f"{value:.2g}")


def _put(mark: str, words: Said) -> Said:
    return Said(en=mark + words["en"], zh=mark + words["zh"])


def _gain(cell: Cell) -> Said:
    between = _between(cell.gain, signed)
    return said("tournament_gain_is", gain=signed(cell.gain[0]), between=between) if between else signed(cell.gain[0])


def _short(name: Said) -> Said:
    return Said(en=name["en"][:LETTERS], zh=name["zh"][:LETTERS])


def _between(ends: Ends, write: Any) -> Said | str:
    return said("to", low=write(ends[1]), high=write(ends[2])) if given(ends) else ""


def _pair(found: Tournament, cell: Cell) -> Said:
    """What a cell is called where its runs are chosen."""
    return said("tournament_pair", paid=found.moves[cell.paid].name, others=found.moves[cell.others].name)


# ---- two runs


def _runs(found: Tournament) -> dict[str, Any] | None:
    shown = [cell for cell in found.cells if cell.sides]
    if not shown:
        return None
    rows = [row for cell in shown for row in _curves(found, cell)]
    names = {_key(cell): _pair(found, cell) for cell in shown}
    which = {"field": "cell", "label": said("tournament_cell"), "one": True, "words": names}
    arms = [said("tournament_side_0"), said("tournament_side_1")]
    spec = basic.arms(arms, [ACCENT, WARM], said("pay_impressions"), clock=True)
    columns = [
        ("cell", said("tournament_cell"), "text"),
        ("number", said("arms_number"), "text"),
        ("here", said("tournament_side_0"), "text"),
        ("there", said("tournament_side_1"), "text"),
    ]
    deeds = [
        ("cell", said("tournament_cell"), "text"),
        ("run", said("tournament_run"), "text"),
        ("time", said("time"), "text"),
        ("action", said("action"), "text"),
        ("platform", said("platform"), "text"),
        ("topic", said("topic"), "text"),
        ("why", said("why"), "text"),
        ("spend", said("spend"), "yuan"),
    ]
    numbers = [line for cell in shown for line in _numbers(found, cell)]
    acted = [line for cell in shown for line in _deeds(found, cell)]
    more = {
        "title": said("tournament_deeds"),
        **table(deeds, acted),
        "filter": "cell",
        "one": "cell",
        "also": ["run"],
        "page": 12,
    }
    return {
        "id": "runs",
        "follows": True,
        "nav": said("nav_two_runs"),
        "title": said("tournament_runs_title", n=len(shown)),
        "about": said("tournament_runs_about"),
        "chart": {"data": rows, "spec": spec, "filters": [which]},
        "table": table(columns, numbers) | {"filter": "cell", "one": "cell", "page": 12},
        **({"more": more} if acted else {}),
    }  # fmt: skip


def _key(cell: Cell) -> str:
    return f"{cell.paid}-{cell.others}"


def _curves(found: Tournament, cell: Cell) -> list[dict[str, Any]]:
    return [
        {"cell": _key(cell), "arm": said(f"tournament_side_{side}"), "time": found.begin + i * found.step}
        | {"value": plain(value)}
        for side, run in enumerate(cell.sides)
        for i, value in enumerate(run.curve)
    ]


def _numbers(found: Tournament, cell: Cell) -> list[list[Any]]:
    name, nothing = _pair(found, cell), same("–")
    plays = [run.playing for run in cell.sides]
    first = [name, said("tournament_who"), *(said("tournament_plays", who=cell.who, move=one) for one in plays)]
    lines = [first + [nothing] * (4 - len(first))]
    for i, label in enumerate(found.numbers):
        values = [amount(run.numbers[i]) for run in cell.sides]
        lines.append([name, label, *values, *([nothing] * (2 - len(values)))])
    return lines


def _deeds(found: Tournament, cell: Cell) -> list[list[Any]]:
    return [
        [_pair(found, cell), said(f"tournament_side_{side}"), time, _action(action), platform, topic, why, yuan]
        for side, run in enumerate(cell.sides)
        for time, action, platform, topic, yuan, why in run.deeds
    ]


def _action(name: str) -> Said:
    return said(ACT + name) if ACT + name in TABLE else same(name.replace("_", " "))


# ---- best replies, imitation, being early


def _replies(found: Tournament) -> dict[str, Any]:
    columns = [
        ("others", said("others_play"), "text"),
        ("best", said("tournament_best"), "text"),
        ("ahead", said("tournament_ahead"), "text"),
        ("between", said("interval"), "text"),
        ("tied", said("tournament_tied"), "text"),
        ("again", said("tournament_again"), "text"),
        ("held", said("interval"), "text"),
        ("verdict", said("verdict"), "text"),
    ]
    lines = [_line(found, reply) for reply in found.replies]
    sure = sum(reply.verdict not in ("open", "none") for reply in found.replies)
    kept = sum(reply.verdict == "confirmed" for reply in found.replies)
    key = "replies_title" if found.held else "replies_unheld"
    return {
        "id": "replies",
        "nav": said("nav_replies"),
        "title": said(key, sure=sure, n=kept, all=len(found.replies)),
        "about": said("replies_about"),
        "table": table(columns, lines),
    }


def _line(found: Tournament, reply: Reply) -> list[Any]:
    names = [found.moves[place].name for place in reply.tied]
    beyond = found.moves[reply.beyond].name
    return [
        found.moves[reply.others].name,
        found.moves[reply.best].name,
        said("tournament_than", gap=signed(reply.ahead[0]), move=beyond),
        _between(reply.ahead, signed),
        _names(names) if names else same("–"),
        signed(reply.again[0]) if reply.again[0] == reply.again[0] else same("–"),
        _between(reply.again, signed),
        said(f"tournament_verdict_{reply.verdict}"),
    ]


def _imitation(found: Tournament) -> dict[str, Any]:
    groups = [(said("tournament_found"), ACCENT), *([(said("tournament_held"), WARM)] if found.held else [])]
    rows: list[dict[str, Any]] = []
    for i, move in enumerate(found.moves):
        told = said(
            "tournament_share_is", share=percent(move.share[0]), low=percent(move.share[1]), high=percent(move.share[2])
        )
        rows.append({"row": i, "label": move.name})
        middle, low, high = map(plain, move.share)
        rows.append(
            {
                "row": i,
                "group": groups[0][0],
                "name": move.name,
                "told": told,
                "low": low,
                "high": high,
                "middle": middle,
            }
        )
        if found.held:
            told = same(percent(move.held))
            rows.append({"row": i, "group": groups[1][0], "name": move.name, "told": told, "value": plain(move.held)})
    spec = charts.intervals(
        rows, axis=charts.SHARES | {"title": said("tournament_axis_share")},
        scale={"domain": [0, 1], "nice": False}, groups=groups,
        tips=(("name", "tournament_move"), ("told", "share")),
    )  # fmt: skip
    first, places = (
        found.first,
        [
            ("mix", said("tournament_to"), "text"),
            ("starts", said("tournament_starts"), "share"),
            ("rests", said("tournament_rests"), "text"),
        ],
    )
    lines = [
        [_listed([(move.name, share) for move, share in zip(found.moves, mix, strict=True) if share >= 0.005]), starts,
         said("tournament_does_rest" if rests else "tournament_cycles")]
        for mix, starts, rests in found.places
    ]  # fmt: skip
    known = found.straight == found.straight
    share = percent(max(0.0, found.straight))
    straight = said("imitation_straight", straight=share) if known else said("imitation_untested")
    return {
        "id": "imitation",
        "nav": said("nav_imitation"),
        "title": capitals(said("imitation_title", move=first.name, leads=percent(first.leads))),
        "about": said("imitation_about", straight=straight),
        "chart": {"spec": spec, "data": rows},
        "table": table(places, lines),
    }


def _early(found: Tournament) -> dict[str, Any] | None:
    known = [move for move in found.moves if move.early[0] == move.early[0]]
    if not known:
        return None
    rows: list[dict[str, Any]] = []
    groups = [(said("tournament_sure"), ACCENT), (said("tournament_unsure"), "#8a94a0")]
    for i, move in enumerate(known):
        group = groups[0 if move.early_sure else 1][0]
        middle, low, high = move.early
        ends = {"low": plain(low), "high": plain(high)} if given(move.early) else {}
        rows += [{"row": i, "label": move.name}]
        rows += [{"row": i, "group": group, "name": move.name, "told": signed(middle), "middle": plain(middle), **ends}]
    axis = basic.amounts(said("tournament_axis_early", payoff=found.payoff))
    tips = (("name", "tournament_move"), ("told", "tournament_early_is"))
    spec = charts.intervals(rows, axis=axis, groups=groups, at=0, tips=tips)
    sure = [move for move in known if move.early_sure and move.early[0] > 0]
    names = _names([move.name for move in sure])
    return {
        "id": "early",
        "nav": said("nav_early"),
        "title": said("early_title", moves=names, n=len(sure), all=len(found.moves)) if sure else said("early_nobody"),
        "about": said("early_about"),
        "chart": {"spec": spec, "data": rows},
    }


def _moves(found: Tournament) -> dict[str, Any]:
    columns = [
        ("name", said("tournament_move"), "text"),
        ("about", said("tournament_what"), "text"),
        ("hours", said("tournament_hours"), "text"),
        ("never", said("tournament_never"), "share"),
        ("spend", said("spend"), "yuan"),
        ("per", said("tournament_per_thousand"), "text"),
        ("above", said("tournament_above"), "text"),
    ]
    lines = [
        [move.name, move.about, _hours(move), plain(move.never), plain(move.spend), _per(move), _above(move)]
        for move in found.moves
    ]
    return {
        "id": "strategies",
        "nav": said("nav_strategies"),
        "title": said("strategies_title", n=len(found.moves), players=len(found.players)),
        "about": said("strategies_about", players=", ".join(found.players)),
        "table": table(columns, lines),
    }


def _hours(move: Move) -> Said:
    return said("tournament_hour", hours=f"{move.hours:,.0f}") if move.hours == move.hours else same("–")


def _per(move: Move) -> Said:
    if move.per_thousand[0] != move.per_thousand[0]:
        return same("–")
    between = _between(move.per_thousand, amount)
    middle = amount(move.per_thousand[0])
    return said("tournament_gain_is", gain=middle, between=between) if between else middle


def _above(move: Move) -> Said:
    if move.above is None:
        return same("–")
    return said("tournament_surely" if move.surely else "tournament_by_means", move=move.above)

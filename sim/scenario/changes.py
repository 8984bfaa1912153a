"""Changes of a scenario as people write them: ``path=value``, or a verb on a campaign's plan.

    shift plan by 2 days                    everything that is planned
    shift KOL A by -6 hours                 what one of them posts; plan.posts[2], plan.places[0]: one item
    swap KOL A with KOL B                   their times
    replace KOL A with KOL B                who is hired
    drop KOL A                              what is not bought after all
    buy place on weibo at 2021-04-10T20:00 for #new hashtag#
    lucky draw of 20000 yuan by KOL A
    aim KOL A at ages 20-29 30-39, regions west       whom the boosts of their posts are for; at everybody

A verb becomes plain changes of the plan, so what is wrong with its outcome is told as of any other plan.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from sim.base import loader
from sim.base.errors import Fault, ScenarioError
from sim.base.reader import Document, Mark, raise_all, refuse
from sim.base.registry import did_you_mean
from sim.base.strict import BEIJING
from sim.scenario.audience import Audience

_PATH = r"[^.\[\]=,\s]+(?:\.[^.\[\]=,]+|\[[^\[\]=]+\])*="
_ITEM = r"plan(?:\.(?:posts|places)(?:\[[0-9]+\])?)?"
_NAMED = re.compile(r"\s*([^:：=\[\]]+?)\s*[:：]\s*(.*)", re.DOTALL)
_QUOTED = re.compile(r"""([=,:\[{]\s*)('(?:[^']|'')*'|"(?:[^"\\]|\\.)*")""")  # where YAML quotes
UNITS = {"minute": 1, "hour": 60, "day": 1440, "week": 10080}


class Verb(NamedTuple):
    """A verb: how it is written, for people and as a pattern, and which changes it stands for."""

    usage: str
    pattern: re.Pattern[str]
    plain: Callable[[Document, Mark, re.Match[str]], list[str]]


# ---- texts


def parted(text: str) -> tuple[str, list[str]]:
    """Name (may be empty) and changes, each as ``--set`` takes it, of ``name: change, change``.

    A comma ends a change only where another begins, with ``path=`` or a verb, outside of brackets and quotes; so values
    may hold commas.
    """
    named = None if _verb(text) else _NAMED.fullmatch(text)
    name, rest = named.groups() if named else ("", text)
    bare = _QUOTED.sub(lambda quoted: quoted[1] + "'" * len(quoted[2]), rest)
    depths = accumulate((letter in "[{") - (letter in "]}") for letter in bare)
    cuts = [at for at, depth in enumerate(depths) if not depth and _NEXT.match(bare, at)]
    return name, [rest[start + 1 : end].strip() for start, end in pairwise([-1, *cuts, len(rest)])]


def is_change(text: str) -> bool:
    """Whether a text is a change at all."""
    return _verb(text) is not None or re.match(_PATH, text) is not None


def _verb(text: str) -> Verb | None:
    word = _BEGINS.match(text)
    return VERBS[" ".join(word[1].split())] if word else None


def applied(document: Document, changes: Sequence[str]) -> Document:
    """The document with all changes, in order; it itself without any. Raises `ScenarioError`."""
    if not any(map(_verb, changes)):
        return loader.apply_sets(document, changes)
    faults: list[Fault] = []
    for text in changes:
        try:
            document = loader.apply_sets(document, plain(document, text), text)
        except ScenarioError as error:
            faults += error.faults
    raise_all(faults)
    return document


def plain(document: Document, text: str) -> list[str]:
    """A change as ``path=value``, one or several: a verb by what stands in the document's plan."""
    verb = _verb(text)
    if verb is None:
        return [text]
    mark, match = Mark(f"--set {text}"), verb.pattern.fullmatch(text.strip())
    if match is None:
        refuse(mark, (), f"is not understood; write {verb.usage}")
    return verb.plain(document, mark, match)


# ---- what is meant


Item = tuple[str, int]  # posts or places, and which of them


def _items(document: Document, mark: Mark, target: str) -> list[Item]:
    """Items of the plan that a target means, in order of time: all, a list of them, one, or whose they are."""
    plan = document.data.get("plan")
    if not isinstance(plan, dict):
        refuse(mark, (), "needs a plan, and the scenario has none")
    found = [
        (kind, i) for kind in ("posts", "places") for i, one in enumerate(plan.get(kind) or ()) if isinstance(one, dict)
    ]
    if re.fullmatch(_ITEM, target):
        meant = [one for one in found if f"plan.{one[0]}[{one[1]}]".startswith(target)]
    else:
        meant = [one for one in found if _item(plan, one).get("by") == target]
    if not meant:
        names = {str(_item(plan, one).get("by", "")) for one in found} - {""}
        hint = did_you_mean(target, sorted(names)) if names else ""
        refuse(mark, (), f"nothing in the plan is meant by '{target}'", hint)
    return sorted(meant, key=lambda one: (_when(plan, one, mark), one))


def _item(plan: Any, item: Item) -> Any:
    return plan[item[0]][item[1]]


def _when(plan: Any, item: Item, mark: Mark) -> datetime:
    try:
        at = datetime.fromisoformat(_item(plan, item).get("at"))
        return at if at.tzinfo else refuse(mark, (), f"plan.{item[0]}[{item[1]}].at has no zone")
    except (TypeError, ValueError):
        refuse(mark, (), f"plan.{item[0]}[{item[1]}].at is no time")


def _set(item: Item, field: str, value: Any) -> str:
    return f"plan.{item[0]}[{item[1]}].{field}={json.dumps(value, ensure_ascii=False)}"


# ---- verbs


def _shift(document: Document, mark: Mark, match: re.Match[str]) -> list[str]:
    minutes = float(match["n"].replace("−", "-")) * UNITS[match["unit"]]
    items = _items(document, mark, match["target"])
    try:
        by = timedelta(minutes=minutes)
        later = [(item, _when(document.data["plan"], item, mark) + by) for item in items]
    except OverflowError:
        refuse(mark, (), "goes beyond all calendars")
    return [_set(item, "at", at.isoformat()) for item, at in later]


def _swap(document: Document, mark: Mark, match: re.Match[str]) -> list[str]:
    one, other = (_items(document, mark, match[name]) for name in ("one", "other"))
    if len(one) != len(other) or {*one} & {*other}:
        counts = f"{match['one']} has {len(one)} items and {match['other']} {len(other)}"
        refuse(mark, (), f"as many times must go each way, and {counts}", "name one item, such as plan.posts[0]")
    pairs = [*zip(one, other, strict=True), *zip(other, one, strict=True)]
    return [_set(item, "at", _item(document.data["plan"], its)["at"]) for item, its in pairs]


def _replace(document: Document, mark: Mark, match: re.Match[str]) -> list[str]:
    place = _platform(document.data.get("campaign"), match["other"])
    sets = []
    for item in _items(document, mark, match["one"]):
        if item[0] == "places":
            refuse(mark, (), "a place on a list is nobody's", f"shift or drop plan.places[{item[1]}]")
        sets += [_set(item, "by", match["other"]), *([_set(item, "platform", place)] if place else [])]
    return sets


def _platform(campaign: Any, name: str) -> str:
    """Where a KOL of the campaign is, as far as the document says so."""
    campaign = campaign if isinstance(campaign, dict) else {}
    lists = [campaign.get(field) for field in ("kols", "portfolio")]
    kols, hires = (
        [one for one in found if isinstance(one, dict)] if isinstance(found, list) else [] for found in lists
    )
    found = [one.get("platform") for one in kols if one.get("name") == name]
    numbered = re.fullmatch(r"(.+)_[0-9]{2,3}", name)
    for hire in hires if numbered else ():
        if numbered and numbered[1] == (hire.get("name") or f"{hire.get('platform')}_{hire.get('tier')}"):
            found.append(hire.get("platform"))
    return str(found[0]) if found else ""


def _drop(document: Document, mark: Mark, match: re.Match[str]) -> list[str]:
    gone, plan = _items(document, mark, match["target"]), document.data["plan"]
    sets = []
    for kind in sorted({kind for kind, _ in gone}):
        kept = [one for i, one in enumerate(plan[kind]) if (kind, i) not in gone]
        sets.append(f"plan.{kind}={json.dumps(kept, ensure_ascii=False)}")
    return sets


def _buy(document: Document, mark: Mark, match: re.Match[str]) -> list[str]:
    """A place on a list; a time without a zone is Beijing's."""
    try:
        at = datetime.fromisoformat(match["at"])
    except ValueError:
        refuse(mark, (), f"'{match['at']}' is no time; write it like 2021-04-10T20:00")
    at = at if at.tzinfo else at.replace(tzinfo=BEIJING)
    place = {"at": at.isoformat(), "platform": match["where"]}
    place |= {"topic": match["topic"].strip("#＃ ")} if match["topic"] else {}
    return [f"plan.places[+]={json.dumps(place, ensure_ascii=False)}"]


def _lucky(document: Document, mark: Mark, match: re.Match[str]) -> list[str]:
    yuan = int(re.sub("[,_]", "", match["yuan"]))
    posts = [item for item in _items(document, mark, match["target"]) if item[0] == "posts"]
    if not posts:
        refuse(mark, (), "only a post can hold a lucky draw")
    return [_set(item, "prize", yuan) for item in posts]


def _aim(document: Document, mark: Mark, match: re.Match[str]) -> list[str]:
    """Whom boosts are for: words after segments, ages, regions; whether they exist is told as of any audience."""
    posts = [item for item in _items(document, mark, match["target"]) if item[0] == "posts"]
    if not posts:
        refuse(mark, (), "only a post can have a boost")
    asked: dict[str, list[str]] = {}
    for word in re.split(r"[\s,;、，]+", match["whom"]):
        if word in Audience.model_fields:
            asked.setdefault(word, [])
        elif asked and word != "and":
            asked[[*asked][-1]].append(word)
        elif word != "and" and match["whom"] != "everybody":
            refuse(mark, (), f"'{word}' stands before {' or '.join(Audience.model_fields)}", f"write {AIM}")
    return [_set(item, "audience", asked or None) for item in posts]


def _written(words: str) -> re.Pattern[str]:
    return re.compile(words.replace(" ", r"\s+"), re.DOTALL)


_BY = rf"by (?P<n>[-+−]?[0-9]+(?:\.[0-9]+)?) (?P<unit>{'|'.join(UNITS)})s?"
_WITH = "(?P<one>.+?) (?:with|and|by) (?P<other>.+)"
AIM = "'aim KOL A at ages 20-29 30-39, regions west'"
VERBS = {
    "shift": Verb("'shift plan by 2 days'", _written(f"shift (?P<target>.+) {_BY}"), _shift),
    "swap": Verb("'swap KOL A with KOL B'", _written(f"swap {_WITH}"), _swap),
    "replace": Verb("'replace KOL A with KOL B'", _written(f"replace {_WITH}"), _replace),
    "drop": Verb("'drop KOL A'", _written("drop (?P<target>.+)"), _drop),
    "buy place": Verb(
        "'buy place on PLATFORM at 2021-04-10T20:00 for #hashtag#'",
        _written("buy place on (?P<where>[^ ]+) at (?P<at>[0-9T:+ -]+?)(?: for (?P<topic>.+))?"),
        _buy,
    ),
    "lucky draw": Verb(
        "'lucky draw of 20000 yuan by KOL A'",
        _written("lucky draw of (?P<yuan>[0-9][0-9,_]*)(?: yuan)? by (?P<target>.+)"),
        _lucky,
    ),
    "aim": Verb(AIM, _written("aim (?P<target>.+) at (?P<whom>.+)"), _aim),
}
_WORDS = "|".join(word.replace(" ", r"\s+") for word in VERBS)
_BEGINS = re.compile(rf"\s*({_WORDS})\s")
_NEXT = re.compile(rf",\s*(?:{_PATH}|(?:{_WORDS})\s)")

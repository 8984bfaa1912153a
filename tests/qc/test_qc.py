"""Every number of the catalogue against the same number, entered anew from its source by somebody who did not see it.

README.md tells how this is done. The files here hold what was entered, with the tolerance that was stated before
anything was compared; findings.yaml holds what was found out where the two differ.
"""

from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import yaml

from sim import catalog

HERE = Path(__file__).parent
TESTED = ("measured", "estimated")
WORDS = {"title", "kind", "limit"}  # what of a case is no number
FORMS = ({"skip"}, {"value", "how", "source"}, {"value", "rel", "how", "source"},
         {"low", "high", "how", "source"}, {"value", "low", "high", "how", "source"})  # fmt: skip
FINDING = {"catalogue": {"catalogue", "verdict", "why", "recount"}, "blind": {"catalogue", "verdict", "why"},
           "open": {"catalogue", "verdict", "why"}}  # fmt: skip


class Number(NamedTuple):
    """What the catalogue has at a path."""

    grade: str
    value: object


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def at(data, path):
    for step in path.split("."):
        data = data[step]
    return data


def catalogued(folder):
    """Every number of a catalogue that has a source, by file and path."""
    found = {}
    for file in (folder / "people.yaml", *sorted((folder / "platforms").glob("*.yaml"))):
        data = read(file)
        for path, source in data["sources"].items():
            found[file.stem, path] = Number(source["grade"], at(data, path))
    for name, fact in read(folder / "targets.yaml").items():
        found["targets", f"{name}.value"] = Number("measured", fact["value"])
        for part, value in fact.get("parts", {}).items():
            found["targets", f"{name}.parts.{part}"] = Number("measured", value)
    for name, fact in read(folder / "platform_targets.yaml").items():
        found["platform_targets", f"{name}.value"] = Number(fact["grade"], fact["value"])
    cases = read(folder / "cases.yaml")
    for name, case in cases["cases"].items():
        for path in case.keys() - WORDS:
            found["cases", f"{name}.{path}"] = Number(cases["grade"], case[path])
    return found


def entered():
    """What was entered anew, by file and path."""
    files = [file for file in sorted(HERE.glob("*.yaml")) if file.stem != "findings"]
    return {(file.stem, path): entry for file in files for path, entry in read(file).items()}


CATALOGUE = catalogued(catalog.FOLDER)
ENTERED = entered()
FINDINGS = {(file, path): found for file, of in read(HERE / "findings.yaml").items() for path, found in of.items()}
COMPARED = [key for key, entry in ENTERED.items() if "skip" not in entry]


# ---- how two numbers are compared

# How the catalogue's number is read before that.
READ_AS = {
    ("people", "day_clock"): lambda clock: list(np.array(clock) / np.mean(clock[10:22])),
    ("people", "kol_followers"): lambda rows: rows[:5],  # the last row extrapolates
    ("red", "mechanisms.traffic_pools.act_score.weights"): lambda of: [
        of[name] for name in ("like", "favourite", "comment", "relay", "follow")
    ],
    ("red", "kol_prices"): lambda prices: sorted(prices.values()),
    ("wechat", "kol_prices"): lambda prices: sorted(prices.values()),
    ("douyin", "mechanisms.traffic_pools.pools"): lambda pools: [pool["impressions"] for pool in pools],
}


def number(key, catalogue=CATALOGUE):
    return READ_AS.get(key, lambda value: value)(catalogue[key].value)


def leaves(value):
    """The numbers of a number, of a list, of a list of lists, of a mapping by its keys."""
    value = [value[name] for name in sorted(value)] if isinstance(value, dict) else value
    return [leaf for part in value for leaf in leaves(part)] if isinstance(value, list) else [value]


def ends(entry):
    """From where to where each number may lie; without a tolerance it has to be the same."""
    if "low" in entry:
        return leaves(entry["low"]), leaves(entry["high"])
    values = leaves(entry["value"])
    if not entry.get("rel"):
        return values, values
    slack = [entry["rel"] * abs(value) for value in values]
    return [v - s for v, s in zip(values, slack, strict=True)], [v + s for v, s in zip(values, slack, strict=True)]


def agrees(value, entry):
    got, (low, high) = leaves(value), ends(entry)
    return len(got) == len(low) and all(a <= x <= b for x, a, b in zip(got, low, high, strict=True))


def gaps(catalogue, entries):
    """Measured and estimated numbers that nobody has entered anew, and entries of nothing."""
    asked = {key for key, number in catalogue.items() if number.grade in TESTED}
    return sorted(asked - entries.keys()), sorted(entries.keys() - catalogue.keys())


# ---- the catalogue


def case(key):
    """A case of the test; where the catalogue is known to be off, it has to fail."""
    found = FINDINGS.get(key, {})
    off = pytest.mark.xfail(strict=True, raises=AssertionError, reason=found.get("why", ""))
    return pytest.param(key, id="-".join(key), marks=[off] if found.get("verdict") == "blind" else [])


@pytest.mark.parametrize("key", [case(key) for key in ENTERED])
def test_the_catalogue_says_what_its_source_says(key):
    entry, found = ENTERED[key], FINDINGS.get(key, {})
    if "skip" in entry:
        pytest.skip(entry["skip"])
    if found.get("verdict") == "open":
        pytest.skip(f"not decided: {found['why']}")
    held = found.get("recount", entry)
    assert agrees(number(key), held), f"{'.'.join(key)}: {number(key)} in the catalogue, entered anew: {held}"


def test_every_number_that_is_not_assumed_has_been_entered_anew():
    missing, nothing = gaps(CATALOGUE, ENTERED)
    assert missing == [], "enter it in tests/qc, or `skip: not entered anew yet` (CONTRIBUTING.md)"
    assert nothing == [], "no such number in the catalogue"


@pytest.mark.parametrize("key", list(FINDINGS), ids="-".join)
def test_a_finding_is_of_a_difference_that_stands(key):
    found = FINDINGS[key]
    assert set(found) == FINDING[found["verdict"]]
    assert CATALOGUE[key].value == found["catalogue"], "the catalogue has changed since: find out anew, or strike this"
    assert not agrees(number(key), ENTERED[key]), "there is no difference any more: strike this"


# ---- what was entered


@pytest.mark.parametrize("key", list(ENTERED), ids="-".join)
def test_an_entry_says_how_and_from_where(key):
    entry = ENTERED[key]
    assert set(entry) in FORMS
    assert all(len(entry[word]) > 15 for word in ("skip", "how", "source") if word in entry)
    if "value" in entry and None not in leaves(entry["value"]):
        assert agrees(entry["value"], entry), "the value lies outside of its own range"


def test_entries_do_not_come_from_the_catalogue(tmp_path, monkeypatch):
    monkeypatch.setattr(catalog, "FOLDER", tmp_path)  # an empty one
    assert entered() == ENTERED
    with pytest.raises(FileNotFoundError):
        catalogued(catalog.FOLDER)
    cited = {data["source"] for file in ("people", "platforms/weibo") for data in sources(file)}
    assert cited.isdisjoint(entry.get("source") for entry in ENTERED.values())
    given = [key for key in COMPARED if "value" in ENTERED[key]]
    same = [key for key in given if leaves(number(key)) == leaves(ENTERED[key]["value"])]
    assert 0.2 < len(same) / len(given) < 0.8, "whoever reads by himself rounds in his own way"


def sources(file):
    return read(Path(catalog.__file__).parent / f"{file}.yaml")["sources"].values()


def off(value):
    """A number far from the one that is given."""
    if isinstance(value, list):
        return [off(part) for part in value]
    if isinstance(value, bool):
        return not value
    if isinstance(value, dict):
        return {name: off(part) for name, part in value.items()}
    return value + timedelta(1) if isinstance(value, date) else 1000 * abs(value) + 1e12


@pytest.mark.parametrize("key", COMPARED, ids="-".join)
def test_a_number_that_is_off_is_seen(key):
    assert not agrees(off(number(key)), ENTERED[key])


def test_gaps_are_seen():
    known = {("x", "a"): Number("measured", 1), ("x", "b"): Number("estimated", 2), ("x", "c"): Number("assumed", 3)}
    assert gaps(known, {("x", "a"): {}, ("x", "d"): {}}) == ([("x", "b")], [("x", "d")])
    assert gaps(known, {("x", "a"): {}, ("x", "b"): {}, ("x", "c"): {}}) == ([], [])


def test_tolerances_by_hand():
    assert agrees(1.02, {"value": 1, "rel": 0.02})
    assert not agrees(1.03, {"value": 1, "rel": 0.02})
    assert agrees(-1.02, {"value": -1, "rel": 0.02})
    assert agrees([[1, 2], [3, 4]], {"value": [[1, 2], [3, 4.04]], "rel": 0.01})
    assert not agrees([1, 2], {"value": [1, 2, 3]})
    assert agrees([5, 9], {"value": [6, None], "low": [5, 9], "high": [7, 10]})
    assert not agrees([5, 8], {"value": [6, None], "low": [5, 9], "high": [7, 10]})
    assert not agrees(date(2021, 1, 2), {"value": date(2021, 1, 1)})

"""The archives fall into a part to fit on and a part held back, and the catalogue cites what either gives."""

from pathlib import Path

import pandas as pd
import pytest

from sim.studies.reality import measured
from sim.studies.reality.targets import FIT, HELD, parts, targets

ROOT = Path(__file__).parent.parent
DATA = measured.folder() or measured.folder(ROOT.parent / "shared" / "data")


@pytest.mark.parametrize("part", ["whole", FIT, HELD])
def test_parts_of_the_archives_give_their_numbers_back(part):
    for name in (measured.TREES, measured.STAYS, measured.WITH_READS):
        if measured.table(DATA, name) is None:
            pytest.skip(f"{name}, or pyarrow, is not there")
    got = measured.values(DATA, "" if part == "whole" else part)
    cited = {name: parts(getattr(target.parts, part)) for name, target in targets().items() if target.parts}
    assert set(got) == set(cited)
    for name, numbers in cited.items():
        assert got[name] == pytest.approx(numbers, rel=1e-3), name


def test_parts_are_split_by_the_rule():
    monday = pd.Timestamp("2022-01-03", tz="Asia/Shanghai")
    times = [monday + pd.Timedelta(days=d, minutes=m) for d, m in ((0, -1), (0, 0), (6, 1439), (7, 0))]
    stays = pd.DataFrame({"first_ts": [int(time.timestamp()) for time in times]})
    weeks = measured.RULES[measured.STAYS](stays)
    assert (weeks - weeks[0]).tolist() == [0, 1, 1, 2]
    assert weeks[1] == (monday.tz_localize(None) - pd.Timestamp("1969-12-29")).days // 7
    retweets = pd.DataFrame({"cascade": [1, 1, 3, 5, 5]})
    assert measured.RULES[measured.RETWEETS](retweets).tolist() == [0, 0, 1, 2, 2]
    trees = pd.DataFrame({"cascade": [1003, 1004]})
    assert (measured.RULES[measured.TREES](trees) % 2).tolist() == [1, 0]


@pytest.mark.parametrize("name", list(measured.RULES))
def test_parts_share_nothing_and_leave_nothing_out(name):
    whole, fit, held = (measured.table(DATA, name, part) for part in ("", FIT, HELD))
    if whole is None or fit is None or held is None:
        pytest.skip(f"{name}, or pyarrow, is not there")
    assert not set(fit.index) & set(held.index)
    assert len(fit) + len(held) == len(whole)
    assert 0.4 < len(fit) / len(whole) < 0.6


def test_quantiles_have_no_parts():
    if DATA is None:
        pytest.skip("the archives are not there")
    assert measured.table(DATA, measured.BY_RANK) is not None
    assert measured.table(DATA, measured.BY_RANK, FIT) is None

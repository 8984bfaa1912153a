"""Phones and somebody hostile against a server, for some seconds: few here, sixty in ``make verify``, and for ten
minutes by scripts/class_load.py."""

from __future__ import annotations

import asyncio

import pytest

pytest.importorskip("uvicorn", reason="not installed: pip install -e '.[dev]'")
pytest.importorskip("segno", reason="not installed: pip install -e '.[dev]'")
from scripts.class_load import begun, lesson

GROWS = 25  # MB; what one more activity loads, not what one more vote leaves


@pytest.mark.parametrize(
    ("phones", "seconds", "attacks", "least"),
    [(12, 4, 150, 10), pytest.param(60, 12, 1000, 300, marks=pytest.mark.verify)],
)
def test_no_vote_is_lost_and_a_hostile_client_harms_nobody(phones, seconds, attacks, least):
    process, address, code, token = begun()
    try:
        options = {"phones": phones, "seconds": seconds, "think": 0.5, "by": "stream", "attacks": attacks}
        seen = asyncio.run(lesson(address, code, token, process=process.pid, **options))
    finally:
        process.terminate()
        said = process.communicate(timeout=20)[1]
    assert seen.lost == 0
    assert seen.sent >= least
    assert sorted(seen.votes)[len(seen.votes) // 2] < 100
    assert len(seen.hostile) == attacks
    assert {*seen.hostile} <= {200, 400, 401, 403, 404, 405, 409, 413, 422, 429}
    assert max(seen.memory) - seen.memory[len(seen.memory) // 4] < GROWS
    assert "Traceback" not in said

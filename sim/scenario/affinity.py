"""Whom a story suits: factors on attending, and whom a slot that looks for them takes."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from sim.scenario.people import suits
from sim.scenario.scenario import Scenario

CLASSES = 16  # community classes of affinity
KEEN = 2.5  # affinity from which a targeted slot always takes a person; below it in proportion
LOTS = 4  # most lots that a lane, and most places that a community can hold, where a row stands for people enough


def affinities(scenario: Scenario) -> np.ndarray:
    """Factor on attending by story, segment and community class, f8[stories, segments, 16]; mean 1 over communities."""
    spread = scenario.people.communities.spread
    z = np.array([NormalDist().inv_cdf((c + 0.5) / CLASSES) for c in range(CLASSES)])
    community = np.exp(spread * z)
    community /= community.mean()
    rows = []
    for story in scenario.stories.values():
        fit = [suits(segment.interests, story.interests) for segment in scenario.people.segments.values()]
        rows.append(np.outer(fit, community))
    return np.array(rows).round(6)

"""The ladder as one JSON document: networks with their places, models with their sliders, words, exercises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.base import places
from sim.base.reader import read
from sim.pages.ladder import layout

WORDS = places.PACKAGE / "pages/ladder/words.yaml"


def _number(name: str, words: str, least: float, most: float, by: float, value: float) -> dict[str, Any]:
    return {"name": name, "words": words, "least": least, "most": most, "by": by, "value": value}


MODELS: dict[str, list[dict[str, Any]]] = {
    "independent_cascade": [_number("p", "p", 0, 1, 0.01, 0.25)],
    "linear_threshold": [],
    "complex_contagion": [_number("at_least", "at_least", 1, 6, 1, 2)],
    "sir": [_number("infect", "infect", 0, 1, 0.01, 0.08), _number("recover", "recover", 0, 1, 0.01, 0.2)],
    "bass": [_number("p", "innovate", 0, 0.2, 0.005, 0.01), _number("q", "imitate", 0, 0.8, 0.01, 0.4)],
}
RING, NEAR = {"left": "ring", "right": "random", "two": True}, {"ways": "around", "around": 20, "count": 4}
LOT = {"ways": "count", "count": 3}
EXERCISES: dict[str, dict[str, dict[str, Any]]] = {
    "independent_cascade": {
        "notice": {"state": {"left": "random", "two": False, **LOT}, "how": {"p": 0.2}},
        "try": {"state": {"left": "random", "two": False, **LOT}, "how": {"p": 0.05}},
        "extend": {"state": {**RING, **LOT}, "how": {"p": 0.22}},
    },
    "linear_threshold": {
        "notice": {"state": {"left": "random", "two": False, "ways": "count", "count": 10}, "how": {}},
        "try": {"state": {"left": "ring_some", "two": False, "ways": "count", "count": 2}, "how": {}},
        "extend": {"state": {"left": "ring", "two": False, **NEAR, "count": 10}, "how": {}},
    },
    "complex_contagion": {
        "notice": {"state": {"left": "ring_many", "right": "ring", "two": True, **NEAR}, "how": {"at_least": 2}},
        "try": {"state": {**RING, **NEAR}, "how": {"at_least": 2}},
        "extend": {"state": {"left": "ring_few", "right": "ring_some", "two": True, **NEAR}, "how": {"at_least": 2}},
    },
    "sir": {
        "notice": {"state": {"left": "random", "two": False, **LOT}, "how": {"infect": 0.08, "recover": 0.2}},
        "try": {"state": {"left": "random", "two": False, **LOT}, "how": {"infect": 0.08, "recover": 0.35}},
        "extend": {
            "state": {"left": "random", "two": False, "ways": "count", "count": 1},
            "how": {"infect": 0.06, "recover": 0.2},
        },
    },
    "bass": {
        "notice": {"state": {"left": "random", "two": False, "ways": "count", "count": 0}, "how": {"p": 0, "q": 0.4}},
        "try": {"state": {"left": "random", "two": False, "ways": "count", "count": 0}, "how": {"p": 0.05, "q": 0}},
        "extend": {
            "state": {"left": "chain", "right": "random", "two": True, "ways": "count", "count": 0},
            "how": {"p": 0.01, "q": 0.5},
        },
    },
}


def document(
    networks: Mapping[str, Mapping[str, Any]],
    theories: Mapping[str, str],
    users: int,
    steps: int,
    *,
    language: str,
    version: str,
) -> dict[str, Any]:
    """The whole page as plain data, in both languages.

    Args:
        networks: by name: fields, seed, ties (`contagion.ladder.networks`).
        theories: what the expected curve of each model supposes, in English.
        users: people in each of them.
        steps: most steps of a run.
        language: ``en`` or ``zh``, which is shown first.
        version: of this software, told at the end of the page.
    """
    words = read(WORDS).data
    theory = {name: {"en": theories[name], "zh": words["models"][name]["theory_zh"]} for name in MODELS}
    return {
        "language": language,
        "version": version,
        "users": users,
        "steps": steps,
        "words": words,
        "networks": {name: {**one, "places": _places(one, users)} for name, one in networks.items()},
        "models": {name: {"parameters": numbers, "theory": theory[name]} for name, numbers in MODELS.items()},
        "exercises": EXERCISES,
    }


def _places(network: Mapping[str, Any], users: int) -> list[list[float]]:
    """Where people stand: on a circle where numbers are neighbours, else by what the kind is about; within 0..1."""
    kind, ties = network["network"]["kind"], np.array(network["ties"])
    if kind == "star":
        places = layout.wheel(users)
    elif kind == "stochastic_block":
        places = layout.villages(users, network["network"]["blocks"])
    elif kind in ("erdos_renyi", "barabasi_albert"):
        places = layout.springs(users, ties)
    else:
        places = layout.circle(users)
    return places.round(4).tolist()

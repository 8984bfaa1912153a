"""What is known of the world? YAML files, every number with its source and grade. Data only; no rules."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

FOLDER = Path(str(files(__name__)))
PEOPLE = FOLDER / "people.yaml"
NUMBERS = FOLDER / "numbers.yaml"
LOOKS = FOLDER / "looks.yaml"


def platform_path(name: str) -> Path:
    """File of a platform of the catalogue (it may not exist)."""
    return FOLDER / "platforms" / f"{name}.yaml"


def platform_names() -> list[str]:
    """Names of all platforms of the catalogue, sorted."""
    return sorted(path.stem for path in (FOLDER / "platforms").glob("*.yaml"))


def platform_text(name: str) -> str:
    """The platform's file as it stands, sources included."""
    return platform_path(name).read_text(encoding="utf-8")


def strategy_path(name: str) -> Path:
    """File of a strategy of the catalogue (it may not exist)."""
    return FOLDER / "strategies" / f"{name}.yaml"


def strategy_text(name: str) -> str:
    """The strategy's file as it stands."""
    return strategy_path(name).read_text(encoding="utf-8")


def strategy_names() -> list[str]:
    """Names of all strategies of the catalogue, sorted."""
    return sorted(path.stem for path in (FOLDER / "strategies").glob("*.yaml"))

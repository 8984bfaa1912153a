#!/usr/bin/env python3
"""Write tests/slow.txt anew: the test functions whose cases together take longer than `make test` can wait.

make test; make slow, each with PYTEST_ADDOPTS=--junitxml=FILE, then:  scripts/slow.py FILE FILE
"""

import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

SECONDS = 2.0  # of all cases of a function, as measured where the files were made
KEPT = ("tests/test_golden.py", "tests/test_engines.py")  # what every change may break is tried at once, however long
LIST = Path(__file__).parents[1] / "tests" / "slow.txt"
HEAD = f"# Left to `make slow`: functions whose cases took over {SECONDS:g} s together. Made by scripts/slow.py.\n"


def slow(files: list[str]) -> list[str]:
    """Names as pytest has them, without parameters, in order."""
    took: Counter[str] = Counter()
    for file in files:
        for case in ElementTree.parse(file).getroot().iter("testcase"):
            path = case.get("classname", "").replace(".", "/")
            name = case.get("name", "").partition("[")[0]
            took[f"tests/{path.removeprefix('tests/')}.py::{name}"] += float(case.get("time", 0))
    return sorted(name for name, seconds in took.items() if seconds > SECONDS and not name.startswith(KEPT))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    LIST.write_text(HEAD + "\n".join(slow(sys.argv[1:])) + "\n", encoding="utf-8")

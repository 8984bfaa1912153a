"""How much a test tries: little in ``make test``, all of it in ``make verify``, which sets ``SIM_FULL=1``."""

import os

FULL = bool(os.environ.get("SIM_FULL"))


def many(few, all_of_them):
    """So many examples, rounds or points; a test whose size this is has the mark ``grows``."""
    return all_of_them if FULL else few

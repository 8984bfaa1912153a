"""Options of the suite."""


def pytest_addoption(parser):
    parser.addoption(
        "--update-baselines",
        action="store_true",
        help="write today's results to tests/baselines/golden.json instead of comparing with it",
    )

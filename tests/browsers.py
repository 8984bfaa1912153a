"""Where the browser of the tests is, and the mark of tests that need it."""

import shutil

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no Chromium here: sudo apt-get install chromium fonts-noto-cjk"
)

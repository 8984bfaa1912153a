"""What pyproject.toml cannot say: scenarios are written beside the package, and a wheel carries them inside it."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class WithScenarios(build_py):
    """Copies ``scenarios`` to ``sim/shipped``, where `sim.base.places` looks; an editable install reads the folder."""

    def run(self) -> None:
        """Build the package, then put the scenarios in, without those that an earlier build has left."""
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib, "sim", "shipped")
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree("scenarios", target, ignore=shutil.ignore_patterns(".*"))


setup(cmdclass={"build_py": WithScenarios})

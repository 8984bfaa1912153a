# `make` lists the targets. Needs python3 (3.11 or newer), python3-venv and, once, the network.

PYTHON ?= python3
VENV := .venv

# Stamps. Each is the last thing its recipe makes, so that an interrupted set-up never looks done.
RUNTIME := $(VENV)/.runtime-ready
DEV := $(VENV)/.dev-ready
PEERS := $(VENV)/.peers-ready
COURSE := $(VENV)/.course-ready
LOCK = $(firstword $(wildcard requirements-$(VERSION).lock) requirements.lock)
PINS := $(wildcard requirements*.lock) pyproject.toml

INSTALL = $(VENV)/bin/python -m pip --quiet --disable-pip-version-check --no-input install -c $(LOCK)
PYTEST = $(VENV)/bin/python -m pytest -n auto --maxprocesses 4 --dist worksteal
CLUTTER := .venvs build site *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

# The probe answers ok, old or bare, and nothing where there is no Python at all.
PROBE := import sys; from importlib.util import find_spec as has; \
	print("old" if sys.version_info < (3, 11) else "ok" if has("venv") and has("ensurepip") else "bare")
VERSION = $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
FOUND = $(shell $(PYTHON) -c '$(PROBE)' 2>/dev/null)
FAULT_old = $(PYTHON) is older than Python 3.11: sudo apt-get install python3.11-venv, then make PYTHON=python3.11
FAULT_bare = $(PYTHON) cannot make virtual environments: sudo apt-get install python3-venv
FAULT_ = there is no working $(PYTHON): sudo apt-get install python3-venv
FAULT = $(FAULT_$(FOUND))

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test slow compat pythons check verify bench site course lessons clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' Makefile

demo: $(RUNTIME)  ## run the Ding Zhen case and set it beside what was observed
	@$(VENV)/bin/sim demo

test: $(DEV)  ## run the tests, but for those that take long
	@$(PYTEST) -m "not verify and not slow"

slow: $(DEV)  ## run the tests that take long: browsers, installations, whole studies
	@$(PYTEST) -m "slow and not verify"

compat: $(DEV)  ## run what is installed with the newest and the oldest packages that are allowed
	@SIM_COMPAT=1 $(VENV)/bin/python -m pytest tests/test_install.py -k "newest or oldest"

pythons: $(DEV)  ## hold results to be the same on Python 3.12 and 3.13
	@scripts/pythons

check: $(DEV)  ## check format, lint and types, and run the tests
	@scripts/check

verify: $(DEV)  ## check the simulator against theory; rewrites docs/verification.md
	@$(VENV)/bin/python -m verification
	@$(VENV)/bin/python -m verification.intervals
	@$(VENV)/bin/python -m verification.sweeps
	@$(VENV)/bin/python -m verification.folders
	@SIM_ENGINES=30 SIM_IDENTITY=300 SIM_MUTANTS=1000 SIM_FORKS=30 $(VENV)/bin/python -m pytest -n auto \
		--maxprocesses 4 tests/test_identity.py tests/test_engines.py tests/test_bad_scenarios.py tests/test_fork.py
	@SIM_FULL=1 SIM_NEWCOMERS=1 $(VENV)/bin/python -m pytest -n auto --maxprocesses 4 --dist worksteal -m "verify or grows"

bench: $(PEERS)  ## compare speed with C and other tools; over an hour, writes docs/benchmarks.md
	@$(VENV)/bin/python -m benchmarks $(BENCH)

site: $(DEV)  ## build the documentation as a site, to site/; it opens without a network
	@NO_MKDOCS_2_WARNING=1 $(VENV)/bin/python -m mkdocs build --quiet --strict
	@echo "site/index.html"

course: $(COURSE)  ## open the course, six notebooks, in JupyterLab
	@$(VENV)/bin/jupyter lab docs/course

lessons: $(COURSE)  ## run every cell of the course, answers too
	@$(VENV)/bin/python -m pytest tests/test_course.py

clean:  ## remove the environment and all caches; results stay
	@rm -rf $(VENV) $(CLUTTER)
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUNTIME): $(PINS)
	$(if $(FAULT),$(error $(FAULT)))
	@echo "Setting up $(VENV); once, a minute or two."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(INSTALL) -e .
	@touch $@

# Installing the project again takes it away for a moment: until that is over, neither stamp may stand.
$(DEV): $(RUNTIME)
	@echo "Adding the tools for tests and checks."
	@rm -f $(RUNTIME)
	@$(INSTALL) -e '.[dev]'
	@touch $(RUNTIME) $@

# Jupyter, beside the tools for tests.
$(COURSE): $(DEV)
	@echo "Adding JupyterLab for the course."
	@rm -f $(RUNTIME) $(DEV)
	@$(INSTALL) -e '.[dev,course]'
	@touch $(RUNTIME) $(DEV) $@

# Peers may be missing: the tables then say so. mesa-frames comes without what it asks for, a NumPy that is too old for
# this project, and runs with the newer one. graph-tool is Debian's (apt-get install python3-graph-tool), for Debian's Python.
$(PEERS): $(RUNTIME)
	@echo "Adding the tools that we are compared with."
	@rm -f $(RUNTIME) $(DEV)
	@$(INSTALL) -c benchmarks/peers.lock -e '.[bench]' || { echo "Some tools cannot be installed."; $(INSTALL) -e .; }
	@$(INSTALL) -c benchmarks/peers.lock starsim || echo "Starsim cannot be installed."
	@$(INSTALL) -c benchmarks/peers.lock --no-deps mesa-frames || echo "mesa-frames cannot be installed."
	@touch $(RUNTIME) $@

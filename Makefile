# What people do here, each in a line or two of real tools. `make` alone lists it.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/ready
# Where else pip may look for torch, for instance https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
LAB_ARGS ?=
# Which lessons `make build` builds, for instance LESSONS=03; all of them if empty.
LESSONS ?=
BENCH_ARGS ?=
BUILD_ARGS ?=
LESSON ?=
ARGS ?=
FIRST := $(wildcard lessons/00_start/00_start.ipynb)
BENCHES := $(filter-out bench/bench_hostile.py, $(sort $(wildcard bench/bench_*.py)))
AXE_VERSION := 4.14.1
AXE_HOME := tests/browser/.axe
AXE := $(AXE_HOME)/package/axe.min.js
# Threads of torch inside a test fight with the other test processes for the same cores.
# Work is stolen, since a few tests take minutes each: a whole class is graded in them.
PYTEST := OMP_NUM_THREADS=1 $(PY) -m pytest
TOGETHER := -n auto --maxprocesses 4 --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help lab setup build grade report test test-fast axe check report-exercises bench bench-quick \
  bench-accuracy bench-hostile clean
.NOTPARALLEL:  # a timing wants the machine to itself

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' Makefile

# JupyterLab and nbgrader's parts of it find course/*_config.py by JUPYTER_CONFIG_PATH, and alembic by PATH.
lab: setup  ## set up if needed, then open JupyterLab at the first lesson
	@echo "Opening JupyterLab in your browser: about ten seconds. To end it, come back here and press Ctrl+C twice."
	@PATH="$(abspath $(VENV))/bin:$$PATH" \
	  JUPYTER_CONFIG_PATH="$(CURDIR)/course$${JUPYTER_CONFIG_PATH:+:$$JUPYTER_CONFIG_PATH}" $(PY) -m jupyterlab \
	  --ServerApp.root_dir="$(CURDIR)" $(FIRST:%=--LabApp.default_url=/lab/tree/%) $(LAB_ARGS)

setup: $(READY)  ## make .venv and install everything into it (a few minutes, once)
	@:

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; '$(PYTHON)' is not. Name one: make PYTHON=python3.11 <target>"; exit 1; }
	@echo "Setting up $(VENV): a few minutes on a good line, most of it torch. Once only."
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "Could not make $(VENV). On Debian and Ubuntu: apt install python3-venv; then rm -rf $(VENV), and again."; exit 1; }
	@$(PY) -m pip install $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) --editable '.[cluster,dev]' || { \
	  echo "pip could not install the packages (its words are above). Mend that, then run the same command again."; exit 1; }
	@touch $(READY)

build: setup  ## from the texts in course/text to the notebooks in solutions/ and lessons/
	$(PY) -m course.build $(LESSONS) $(BUILD_ARGS)

grade: setup  ## grade what was handed in: make grade LESSON=03_gcn (ARGS=--help lists the options)
	@PATH="$(abspath $(VENV))/bin:$$PATH" $(PY) -m course.grading $(LESSON) $(ARGS)

report: setup  ## what a class got right, and which mistakes it made: make report LESSON=03_gcn
	$(PY) -m course.grading.class_report $(LESSON) $(ARGS)

test: setup axe  ## set up if needed, then every test
	@failed=0; $(PYTEST) $(TOGETHER) -m "not alone" || failed=1; echo "Now those that want the machine to themselves."; \
	  $(PYTEST) -m alone || failed=1; exit $$failed

test-fast: setup  ## the tests that take a few seconds each at most
	$(PYTEST) $(TOGETHER) -m "not slow and not alone"

axe: $(AXE)  ## fetch axe-core from npm: the browser's tests look for barriers with it
	@:

$(AXE):
	@mkdir -p $(AXE_HOME)
	@cd $(AXE_HOME) && npm pack --silent axe-core@$(AXE_VERSION) >/dev/null && tar -xzf axe-core-$(AXE_VERSION).tgz \
	  || { echo "npm could not fetch axe-core. On Debian and Ubuntu: apt install npm; then the same again."; exit 1; }

check: setup  ## lint and types: what must be clean before a commit
	$(PY) -m ruff check
	$(PY) -m mypy

report-exercises: setup  ## a table of all exercises: points, mistakes, hints, minutes
	$(PY) -m course.report_exercises

bench: setup  ## speed and memory beside PyG and others; leave the machine alone meanwhile
	@set -e; for script in $(BENCHES); do $(PY) $$script $(BENCH_ARGS); done

bench-quick: setup  ## the same scripts on small graphs: do they run? (the numbers mean nothing)
	@set -e; for script in $(BENCHES); do $(PY) $$script --quick; done

bench-accuracy: setup  ## accuracy on the real data sets, many seeds (needs GNN_LIB_DATA or a network)
	$(PY) bench/accuracy.py

bench-hostile: setup  ## what each attack gains, here and under plain nbgrader
	$(PY) bench/bench_hostile.py $(BENCH_ARGS)

clean:  ## remove .venv and every cache
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

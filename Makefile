# What people do here, each in a line or two of real tools. `make` alone lists it.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/ready
# Where else pip may look for torch, for instance https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
LAB_ARGS ?=
BENCH_ARGS ?=
BENCHES := $(sort $(wildcard bench/bench_*.py))
# Threads of torch inside a test fight with the other test processes for the same cores.
PYTEST := OMP_NUM_THREADS=1 $(PY) -m pytest -n auto --maxprocesses 4

.DEFAULT_GOAL := help
.PHONY: help lab setup test test-fast check bench bench-quick bench-accuracy clean
.NOTPARALLEL:  # a timing wants the machine to itself

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' Makefile

lab: setup  ## set up if needed, then open JupyterLab
	$(PY) -m jupyterlab $(LAB_ARGS)

setup: $(READY)  ## make .venv and install everything into it (a few minutes, once)
	@:

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; '$(PYTHON)' is not. Name one: make PYTHON=python3.11 <target>"; exit 1; }
	@echo "Setting up $(VENV): a few minutes on a good line, most of it torch. Once only."
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "Could not make $(VENV). On Debian and Ubuntu: apt install python3-venv; then rm -rf $(VENV), and again."; exit 1; }
	@$(PY) -m pip install $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) --editable '.[dev]' || { \
	  echo "pip could not install the packages (its words are above). Mend that, then run the same command again."; exit 1; }
	@touch $(READY)

test: setup  ## set up if needed, then every test
	$(PYTEST)

test-fast: setup  ## the tests that take a few seconds each at most
	$(PYTEST) -m "not slow"

check: setup  ## lint and types: what must be clean before a commit
	$(PY) -m ruff check
	$(PY) -m mypy

bench: setup  ## speed and memory beside PyG and others; leave the machine alone meanwhile
	@set -e; for script in $(BENCHES); do $(PY) $$script $(BENCH_ARGS); done

bench-quick: setup  ## the same scripts on small graphs: do they run? (the numbers mean nothing)
	@set -e; for script in $(BENCHES); do $(PY) $$script --quick; done

bench-accuracy: setup  ## accuracy on the real data sets, many seeds (needs GNN_LIB_DATA or a network)
	$(PY) bench/accuracy.py

clean:  ## remove .venv and every cache
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Every task of the project; `make` alone lists them.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

help:  ## list the tasks
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(BIN)/ready-dev  ## make .venv with everything the tests and checks need

$(BIN)/ready-dev: requirements.txt requirements-dev.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -r requirements-dev.txt
	@touch $@

check: setup  ## lint, format, types, who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: setup  ## the tests, as the README and CI run them
	$(BIN)/python -m pytest

app: setup  ## open the app
	$(BIN)/python app.py

bench: setup  ## print the benchmark table (about 4 minutes)
	$(BIN)/python -m tests.bench

mutants: setup  ## try the mutations, print those that no test notices (about 15 minutes)
	$(BIN)/python -m tests.mutants

soak: setup  ## kill, poll and load the running app (about 25 minutes)
	$(BIN)/python -m tests.soak

.PHONY: help setup check test app bench mutants soak

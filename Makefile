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

check: setup  ## lint, format, types, who may import whom, known faults of libraries
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.supply

# PyTorch is left out, as its CPU builds come from an index of its own, and so are the CUDA libraries that its other
# builds need: whatever else an update of PyTorch asks for shows in tests/test_supply.py.
CUDA = cuda-bindings cuda-toolkit nvidia-cudnn-cu13 nvidia-cusparselt-cu13 nvidia-nccl-cu13 nvidia-nvshmem-cu13 triton

lock: setup  ## requirements.lock anew: versions and hashes of what a host installs
	printf '%s\n' $(CUDA) | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade \
	  --generate-hashes --no-annotate --custom-compile-command "make lock" --excludes /dev/stdin \
	  --no-emit-package torch --no-emit-package torchvision requirements.txt --output-file requirements.lock

test: setup  ## the tests, as the README and CI run them
	$(BIN)/python -m pytest

app: setup  ## open the app
	$(BIN)/python app.py

bench: setup  ## print the benchmark table (about 4 minutes)
	$(BIN)/python -m tests.bench

mutants: setup  ## try the mutations, print those that no test notices (about 15 minutes)
	$(BIN)/python -m tests.mutants

fuzz: setup  ## read 5,500 damaged files of all kinds, call the page's events and routes wrongly 4,000 times (about 10 minutes)
	$(BIN)/python -m tests.fuzz

zoo: setup  ## try 25 networks of torchvision and 108 of timm: scores, a reload, maps against autograd (about 10 minutes)
	$(BIN)/python -m tests.zoo

soak: setup  ## kill, poll and load the running app (about an hour)
	$(BIN)/python -m tests.soak

SPACE ?= out/space

space: setup  ## make out/space, ready to push to Hugging Face, and start it as a Space does; ZEROGPU=1
	$(BIN)/python -m tests.space $(SPACE) --start $(if $(ZEROGPU),--zerogpu)

.PHONY: help setup check lock test app bench mutants fuzz zoo soak space

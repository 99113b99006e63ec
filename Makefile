# The commands are the same here and in CI. Tests run in two processes of one thread each, a file in one. `make run IMAGES='~/my paintings' PORT=8888` opens a folder.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
IMAGES ?=
PORT ?=
# As they were typed: handed to the shell by name, so that spaces, quotes and $ in a path stay what they are.
override IMAGES := $(value IMAGES)
override PORT := $(value PORT)
export IMAGES PORT

# Tests start many processes: each takes the compiled code that the one before left, even where the caller wants none kept.
test test-all: export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test test-all check docs clean

run: $(VENV)/core
	$(BIN)/beholder serve $${PORT:+--port "$$PORT"} -- $${IMAGES:+"$$IMAGES"}

test: $(VENV)/test
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile $(TESTS)

# Also what trains networks and runs larger ones: the extras torch and create are downloaded once. `make test-all TESTS=tests/test_encoder.py` runs one file.
test-all: $(VENV)/torch
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile $(TESTS)

check: $(VENV)/check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_layers.py

docs: $(VENV)/docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

$(VENV)/core: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Beholder needs Python 3.11 or newer, this is " + sys.version.split()[0] + ". Try: make run PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(VENV)/test: $(VENV)/core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	touch $@

$(VENV)/check: $(VENV)/test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[check]'
	touch $@

$(VENV)/torch: $(VENV)/test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,torch,create]'
	touch $@

$(VENV)/docs: $(VENV)/core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[docs]'
	touch $@

clean:
	rm -rf $(VENV) site

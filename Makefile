# `make demo` runs the main job on the sample force; `make test` runs the whole suite. Both set up what they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DEMO ?= demo

.PHONY: demo test lint unit sample golden clean

demo: $(INSTALLED)
	$(BIN)/audit demo $(DEMO)
	@echo "(audit is $(BIN)/audit, or plain audit after: . $(BIN)/activate)"

test: lint unit

lint: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint queries --processes 2 --disable-progress-bar

unit: $(INSTALLED)
	$(BIN)/pytest -n 2 --dist loadgroup --cov --cov-report=term -q

# The sample force anew, byte for byte the same, and a reckoning of its own that it holds what EXPECTED.toml says.
sample: $(INSTALLED)
	$(BIN)/python sample_logs/generator
	$(BIN)/python sample_logs/reckoner

# What is committed of the queries and compared: which passed every check, and their texts in Spark's words. After a query, its
# cases or audit/engine/transpile.py changed.
golden: $(INSTALLED)
	$(BIN)/python -m tests.engine.goldens

$(INSTALLED): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; name one: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $(INSTALLED)

clean:
	rm -rf $(VENV) $(DEMO) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage

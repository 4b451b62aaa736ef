# Kandian: `make demo` and `make test` do all of their own set-up.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
RUN    := $(BIN)/kandian
DEMO   := kandian-data/demo

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint type imports unit bench eval serve clean

help:  ## list the verbs
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort | expand -t 12

# Debian ships python3 without ensurepip; say so, or mend it when we may.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Kandian needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null \
	  || { test "$$(id -u)" = 0 && apt-get -qq update && apt-get -qq install -y python3-venv; } \
	  || { echo "Python lacks its venv part. Install it and try again: sudo apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.app: $(VENV)/.made pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.made pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,openai-whisper]'
	@touch $@ $(VENV)/.app

$(VENV)/.weights: $(VENV)/.app
	$(RUN) weights fetch base
	@touch $@

setup: $(VENV)/.dev $(VENV)/.weights  ## virtual environment with all extras, and the Whisper base weights

demo: $(VENV)/.app $(VENV)/.weights  ## index the sample broadcast, ask two questions, say where the results are
	@$(RUN) --workspace $(DEMO) index sample_media/broadcast.mp4 --catalogue sample_media/catalogue.csv \
	  --id demo --title "山雀小铺·周三晚场" --started-at 2026-11-11T20:00:00+08:00 --format table
	@sh sample_media/demo_questions.sh $(RUN) $(DEMO)

test: setup lint type imports unit  ## everything a change must pass

lint: $(VENV)/.dev  ## ruff: rules and layout
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

type: $(VENV)/.dev  ## mypy, strict
	$(BIN)/mypy

imports: $(VENV)/.dev  ## imports go strictly downward
	$(BIN)/lint-imports

unit: setup  ## all tests
	$(BIN)/python -m pytest -n 2

bench: setup  ## overhead of the whole job, cold start of find, both engines
	$(BIN)/python -m tests.bench.bench

CORPUS ?= sample_media
eval: $(VENV)/.app $(VENV)/.weights  ## accuracy on CORPUS=folder (default: the sample), every track
	@$(RUN) evaluate $(CORPUS) --full --html kandian-data/evaluation.html

serve: ; @echo "The replay page is not part of this version yet; see ARCHITECTURE.md, 'What comes next'." >&2; exit 2

clean:  ## remove what make made (not the weights cache)
	rm -rf $(VENV) kandian-data .hypothesis .pytest_cache .mypy_cache .ruff_cache .import_linter_cache build dist

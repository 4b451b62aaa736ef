# Kandian: `make demo` and `make test` do all of their own set-up.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
RUN    := $(BIN)/kandian
DEMO   := kandian-data/demo
NODE   := tests/browser/node_modules
HLS    := pipeline/web/page/vendor/hls.min.js
APT    := apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint type imports unit vendor test-browser bench bench-web bench-store bench-encode bench-batch bench-clicks chaos fuzz simulate test-ray eval serve clean

help:  ## list the verbs
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort | expand -t 16

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
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[serve]'
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

unit: setup  ## all tests but those in a browser or on a cluster
	$(BIN)/python -m pytest -n 2 -m "not browser and not cluster"

vendor: $(HLS)  ## hls.js for HLS replays, and what the browser tests load, from npm

$(NODE)/.made: tests/browser/package.json
	@command -v npm >/dev/null \
	  || { test "$$(id -u)" = 0 && $(APT) npm ca-certificates >/dev/null; } \
	  || { echo "npm is not here. Install it and try again: sudo apt-get install npm" >&2; exit 1; }
	npm install --prefix tests/browser --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(HLS): $(NODE)/.made
	@mkdir -p $(@D)
	cp $(NODE)/hls.js/dist/hls.min.js $@

test-browser: setup vendor  ## the replay page in a real Chromium
	@test -n "$$KANDIAN_CHROMIUM" \
	  || { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null \
	  || { test "$$(id -u)" = 0 && $(APT) chromium >/dev/null; } \
	  || { echo "There is no Chromium. Install one and try again: sudo apt-get install chromium" >&2; exit 1; }
	$(BIN)/python -m pytest -m browser

bench: setup  ## overhead of the whole job, cold start of find, both engines
	$(BIN)/python -m tests.bench.bench

bench-web: setup  ## 200 requests a second to kandian serve, for ten seconds
	$(BIN)/python -m tests.bench.web

RECORDINGS ?= 1000000
bench-store: $(VENV)/.dev  ## look-ups in RECORDINGS=1000000 with ten highlights each, SQLite and PostgreSQL
	$(BIN)/python -m tests.bench.store --recordings $(RECORDINGS)

bench-encode: $(VENV)/.dev  ## what the encode profiles are worth on CLIPS=folder (default: made pictures)
	$(BIN)/python -m tests.bench.encode $(if $(CLIPS),--clips "$(CLIPS)") $(BENCH)

bench-batch: setup  ## the driver's memory over a thousand recordings, one worker against two
	$(BIN)/python -m tests.bench.batch

bench-clicks: $(VENV)/.app  ## what an operator's clicks are worth on recognised speech
	$(BIN)/python -m tests.bench.clicks

SECONDS ?= 600
chaos: setup  ## kill, stop and starve batches at random for SECONDS, then compare with an undisturbed one
	$(BIN)/python -m tests.bench.chaos --seconds $(SECONDS)

test-ray: setup  ## batches on a Ray cluster of two nodes; installs Ray (79 MB)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check '.[ray]'
	$(BIN)/python -m pytest -m cluster

simulate: $(VENV)/.dev  ## how many workers 300,000 broadcasts a day take (SIMULATE="--minutes 60 ...")
	$(BIN)/python -m tests.bench.simulate $(SIMULATE)

fuzz: $(VENV)/.dev  ## 500 damaged inputs: none may hang, crash, come out short or leave files
	$(BIN)/python -m tests.fuzz $(FUZZ)

CORPUS ?= sample_media
eval: $(VENV)/.app $(VENV)/.weights  ## accuracy on CORPUS=folder (default: the sample), every track
	@$(RUN) evaluate $(CORPUS) --full --html kandian-data/evaluation.html

serve: demo  ## index the sample broadcast, then show it at http://127.0.0.1:8640/
	@$(RUN) --workspace $(DEMO) serve

clean:  ## remove what make made (not the weights cache)
	rm -rf $(VENV) $(NODE) $(dir $(HLS)) kandian-data .hypothesis .pytest_cache .mypy_cache .ruff_cache .import_linter_cache build dist

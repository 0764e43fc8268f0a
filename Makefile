# The one entry point: `make help` lists the commands.
# Plain enough for GNU make 3.81, which macOS has.

PORT ?= 8000
# Each runs its own databases, five of them: more than cores gain nothing.
WORKERS ?= 2
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python3.14 python; do \
  $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
  && command -v $$name && break; done)

BIN := $(CURDIR)/.venv/bin
RUN := $(BIN)/python
# Node from PyPI lies in .venv, and only where PATH had none that is new enough.
NPM := cd ui && PATH="$(BIN):$$PATH" npm run --silent
NPX := cd ui && PATH="$(BIN):$$PATH" npx --no-install

.NOTPARALLEL:
.PHONY: help demo test lint types test-python test-ui test-browser test-wheel ui \
  generate check-generated build bench format clean system-packages old-engines ui-packages python

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- the two commands that matter ------------------------------------------------------------

demo: .venv/.demo ui ## chat with the demo agent on http://127.0.0.1:8000 (PORT=… for another port)
	@echo "Starting the demo on port $(PORT) (another one: make demo PORT=8001). Ctrl-C ends it."
	@exec $(BIN)/spanlit hello --port $(PORT)

test: .venv/.dev system-packages ui-packages lint types test-python test-ui test-browser test-wheel ## everything that CI runs

# --- parts of the tests ----------------------------------------------------------------------

lint: .venv/.dev ui-packages check-generated ## ruff, import contracts, Biome, generated files
	@echo "--> lint"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(NPM) lint

types: .venv/.dev ui-packages ## mypy and tsc
	@echo "--> types"
	@$(BIN)/mypy
	@$(NPM) typecheck

test-python: .venv/.dev old-engines ## Python tests
	@echo "--> Python tests"
	@$(RUN) -m pytest --ignore=tests/packaging -n $(WORKERS) --dist worksteal

test-ui: .venv/.dev ui-packages ## unit tests of the UI
	@echo "--> unit tests of the UI"
	@$(NPM) test

test-browser: .venv/.dev system-packages ui-packages ui ## tests in a real Chromium, and the size of the first load
	@echo "--> browser tests"
	@cd ui && PATH="$(BIN):$$PATH" node scripts/check-budgets.mjs ../spanlit/server/static
	@export SPANLIT_PYTHON="$(RUN)"; $(NPX) playwright test

test-wheel: .venv/.dev ui ## the wheel in an empty environment, without Node
	@echo "--> wheel"
	@$(RUN) -m pytest tests/packaging

# --- work ------------------------------------------------------------------------------------

format: .venv/.dev ui-packages ## format everything and fix what can be fixed
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .
	@$(NPM) format

generate: .venv/.dev ui-packages ## TypeScript types from the REST and socket models
	@PATH="$(BIN):$$PATH" $(RUN) scripts/generate_types.py

check-generated: .venv/.dev ui-packages
	@PATH="$(BIN):$$PATH" $(RUN) scripts/generate_types.py --check

build: .venv/.dev ui ## sdist and wheel in dist/
	@$(BIN)/uv build

bench: .venv/.dev system-packages ui-packages ui ## the benchmarks of tests/benchmarks, and the page's budgets
	@for file in tests/benchmarks/bench_*.py; do \
	  name=$$(basename $$file .py); echo "--> $$name"; \
	  $(RUN) -m tests.benchmarks.$$name || exit 1; done
	@export SPANLIT_PYTHON="$(RUN)" JUDGE_TIMES=1; $(NPX) playwright test tests/perf tests/trace/perf.spec.ts

clean: ## remove what was built, but not .venv and node_modules
	@rm -rf dist spanlit/server/static ui/test-results ui/playwright-report
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# --- what the commands stand on --------------------------------------------------------------

python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Spanlit needs Python 3.11 or newer; $(if $(PYTHON),$(PYTHON) is none,PATH has none)." \
	  "Debian and Ubuntu: sudo apt-get install python3 python3-venv. macOS: brew install python." \
	  "Another place: make demo PYTHON=/path/to/python3" >&2; exit 1; }

.venv/.demo: uv.lock pyproject.toml scripts/setup.py
	@$(MAKE) --no-print-directory python
	@"$(PYTHON)" scripts/setup.py
	@touch $@

.venv/.dev: uv.lock pyproject.toml scripts/setup.py
	@$(MAKE) --no-print-directory python
	@"$(PYTHON)" scripts/setup.py --dev
	@touch $@ .venv/.demo

system-packages:
	@sh scripts/system_packages.sh

old-engines: .venv/.dev
	@$(RUN) scripts/old_engines.py

ui-packages: .venv/.dev
	@$(RUN) hatch_build.py --dev

ui: ## build the web UI, if its sources have changed
	@$(RUN) hatch_build.py

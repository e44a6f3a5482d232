# Every command of the project. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: screenshots help env env-base assets demo test test-full check bench lock browser clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PORT ?= 8000
export SRM_HOME ?= $(CURDIR)/.srm
TESTS ?= tests
PYTEST_ARGS ?=
BENCH ?=

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 18

# --- environment -------------------------------------------------------------
$(VENV)/.uv: requirements/uv.txt
	@command -v $(PYTHON) >/dev/null || { echo "SRM needs Python 3.11 or newer, and '$(PYTHON)' was not found. On Debian or Ubuntu: sudo apt-get install python3 python3-venv. On macOS: brew install python@3.12."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "SRM needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V 2>&1). Name a newer one: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "This Python cannot make virtual environments. On Debian or Ubuntu: sudo apt-get install python3-venv, then run the same command again."; exit 1; }
	@$(BIN)/python -c 'import sys' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/.base: $(VENV)/.uv requirements/base.txt
	@echo "Installing what SRM runs on ..."
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install -q --require-hashes -r requirements/base.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.base requirements/uv.txt requirements/dev.txt
	@echo "Installing what tests and checks need ..."
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip sync -q --require-hashes requirements/uv.txt requirements/dev.txt
	@touch $@

env-base: $(VENV)/.base

env: $(VENV)/.dev ## the Python environment for development, from the lock files

lock: $(VENV)/.uv ## write the lock files anew from requirements/*.in
	for name in uv base dev; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-annotate --no-header requirements/$$name.in -o requirements/$$name.txt; \
	done
	! grep -n '://' requirements/*.txt

# --- browser assets ----------------------------------------------------------
node_modules/.installed: $(VENV)/.base package.json package-lock.json .npmrc
	@echo "Installing browser assets ..."
	@npm ci --silent --omit=optional
	@touch $@

static/build/.built: node_modules/.installed $(shell find static/src static/build.mjs -type f 2>/dev/null)
	@mkdir -p static/build
	@if [ -f static/build.mjs ]; then npm run --silent build; fi
	@touch $@

assets: static/build/.built ## the style sheets and scripts pages use, into static/build

# --- run ---------------------------------------------------------------------
demo: $(VENV)/.base assets ## SRM with its demo district on http://127.0.0.1:PORT, until Ctrl-C
	@exec $(BIN)/python -m srm.launcher

# --- test and check ----------------------------------------------------------
browser: # Chromium for the browser tests, where this machine lets us install it
	@if ! command -v chromium chromium-browser google-chrome >/dev/null && command -v apt-get >/dev/null; then \
	  if [ "$$(id -u)" = 0 ]; then \
	    echo "Installing Chromium ..."; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; \
	  else echo "Browser tests need Chromium: sudo apt-get install chromium"; fi; \
	fi

test: env assets browser ## every test at its usual size
	@$(BIN)/pytest -n 2 --dist loadgroup -q $(PYTEST_ARGS) $(TESTS)

test-full: env assets browser ## every test at the size the product promises (hours)
	@SRM_FULL=1 $(BIN)/pytest -n 2 --dist loadgroup -q $(PYTEST_ARGS) $(TESTS)

check: env ## lint, format, types, import order, migrations, Django's checks
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m tests.check_django

bench: env assets ## the targets of docs/performance.md as ratios; BENCH_ROWS=100000 is quick, BENCH="import pages" runs some
	@$(BIN)/python -m tests.benchmarks $(BENCH)

screenshots: env ## the pictures of the README, from a running demo (SRM_HOME)
	@$(BIN)/python tools/screenshots.py

clean: ## remove what commands made, but not .srm (your data)
	@rm -rf .venv node_modules static/build .srm-test .pytest_cache .mypy_cache .ruff_cache .hypothesis

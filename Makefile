# Every command of the project. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help env env-base assets demo test test-full check bench lock browser clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PORT ?= 8000
export SRM_HOME ?= $(CURDIR)/.srm
TESTS ?= tests
PYTEST_ARGS ?=

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

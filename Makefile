# `make` alone tells what there is. Everything is installed into .venv and node_modules, nothing else.

PYTHON ?= python3
ARGS   ?=
TARGET ?=
DOCUMENT ?=
OVERLAY ?=
ROOMS ?=
DOCUMENT_VERSION ?=

export PYTHON
# Tests start hundreds of processes: none of them is to compile everything anew.
unexport PYTHONDONTWRITEBYTECODE
BIN    := .venv/bin
RUN    := .venv/.run
DEV    := .venv/.dev
NODE   := node_modules/.package-lock.json
PRISM  := bench/node_modules/.package-lock.json
OTHERS := bench/.venv/.installed
target_option := $(if $(TARGET),--target $(TARGET))
document_options := $(if $(DOCUMENT),--document $(DOCUMENT)) $(foreach file,$(OVERLAY),--overlay $(file)) \
	$(if $(DOCUMENT_VERSION),--document-version $(DOCUMENT_VERSION))

.DEFAULT_GOAL := help
.PHONY: help contract test test-publish check coverage format generate mock publish follow gate faults variants seeds others bench clean setup

help: ## Tell what there is
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo '  ARGS="…"           more options for the command behind contract, test, mock, publish,'
	@echo '                     faults, variants and bench'
	@echo '  DOCUMENT=FILE      for contract, generate, mock, publish, faults and variants: another document;'
	@echo '  OVERLAY="FILE …"   and OpenAPI Overlays to lay on it'
	@echo '  DOCUMENT_VERSION=X.Y.Z   for the same: what its info.version says instead'
	@echo '  TARGET=FILE.toml   for contract and test: judge that server, not the embedded mock'
	@echo '  PYTHON=python3.12  the interpreter that .venv is made with, 3.11 or newer'

contract: $(RUN) ## Judge a server against the contract; the embedded mock unless TARGET says
	@$(BIN)/layers-contract check $(document_options) $(target_option) $(ARGS)

test: $(DEV) ## Test our own parts, then the whole contract against the embedded mock or TARGET
	$(BIN)/python -m pytest tests/unit tests/client -n auto --dist worksteal -q $(ARGS)
	$(BIN)/python -m pytest tests/contract $(target_option) $(ARGS)

check: $(DEV) $(NODE) ## Lint, types, the document, the client, the structure: all that needs no server
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	scripts/lint_document
	$(BIN)/layers-contract lint --style
	$(BIN)/layers-contract lint --style openapi/layers.yaml --overlay overlays/next.yaml
	$(BIN)/layers-contract lint examples/predictions/openapi.yaml
	scripts/check_client
	$(BIN)/python -m pytest -q -n auto tests/unit/test_structure.py tests/unit/spec

coverage: $(DEV) ## Print what share of report, cli and publish their tests run; ROOMS="…" picks others
	@$(BIN)/python scripts/room_coverage.py $(ROOMS)

format: $(DEV) ## Format the code, and mend what ruff can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

generate: $(DEV) ## Write the client package, and the overlays for other generators, from the document
	@$(BIN)/layers-contract generate $(document_options) $(ARGS)

mock: $(RUN) ## Serve a mock that keeps the contract; ARGS="--help" tells its options
	@$(BIN)/layers-contract mock $(document_options) $(ARGS)

publish: $(DEV) $(NODE) ## Write dist/partner/: the document, its pages, changelog, collection, client
	@$(BIN)/layers-contract publish $(document_options) $(ARGS)

follow: $(DEV) $(NODE) ## Publish the next generation (overlays/next.yaml) and another API (examples/predictions)
	@$(BIN)/layers-contract publish --overlay overlays/next.yaml --into dist/next
	@$(BIN)/layers-contract publish --document examples/predictions/openapi.yaml --into dist/predictions

test-publish: publish ## Test what partners receive: pages in a browser, workflows on the mock
	$(BIN)/python -m pytest -q -n auto tests/publish
	node --test --test-reporter=spec tests/publish/*.test.mjs

gate: $(DEV) $(NODE) ## Prove that a breaking change is not published by mistake, and a harmless one is
	@$(BIN)/python -m pytest -q -n auto tests/gate $(ARGS)

faults: $(RUN) ## Prove that the checks can fail: judge the mock with each of its faults
	@$(BIN)/layers-contract faults $(document_options) $(ARGS)

variants: $(RUN) ## Prove that they fail nobody else: judge mocks that differ within the contract
	@$(BIN)/layers-contract variants $(document_options) $(ARGS)

seeds: $(RUN) ## Judge the mock that keeps every promise with 200 seeds
	@$(BIN)/layers-contract variants $(document_options) --seeds 200 $(ARGS)

others: $(DEV) ## Prove that nobody is accused of what somebody else does: 30 seeds at three paces
	SEEDS=30 $(BIN)/python -m pytest tests/unit/judge/test_others.py -n auto -q $(ARGS)

# What each benchmark needs; all of it where none is named.
needs_throughput   := $(PRISM)
needs_side-by-side := $(PRISM)
needs_client       := $(DEV) $(OTHERS)
needs_client-table := $(DEV) $(NODE)
needs_publishing   := $(DEV) $(NODE)
needs_             := $(PRISM) $(DEV) $(NODE) $(OTHERS)

bench: $(RUN) $(needs_$(firstword $(ARGS))) ## Measure mock, judging, waiting, client, publishing; ours beside others; ARGS="NAME …" picks one
	@$(BIN)/python bench $(ARGS)

clean: ## Remove everything that make has made
	rm -rf .venv node_modules bench/.venv bench/node_modules build dist generated/dist
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find src tests scripts bench overlays generated -name __pycache__ -type d -prune -exec rm -rf {} +

setup: $(DEV) $(NODE) ## Install everything now, so that later calls start at once

$(RUN): requirements/run.txt pyproject.toml scripts/setup
	@scripts/setup run

$(DEV): requirements/dev.txt pyproject.toml scripts/setup
	@scripts/setup dev

$(NODE): package-lock.json package.json
	@command -v npm >/dev/null || { \
	  echo 'no npm here: publishing and the document lint need Node.js 20.19 or newer and npm' >&2; exit 2; }
	@npm ci --no-progress --loglevel error
	@touch $@

$(PRISM): bench/package-lock.json bench/package.json
	@command -v npm >/dev/null || { \
	  echo 'no npm here: the comparison with Prism needs Node.js 20.19 or newer and npm' >&2; exit 2; }
	@cd bench && npm ci --no-progress --loglevel error
	@touch $@

$(OTHERS): bench/requirements.txt | $(RUN)
	@echo 'bench: installing $< into bench/.venv'
	@$(BIN)/python -m venv --clear bench/.venv
	@bench/.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	  --requirement $<
	@touch $@

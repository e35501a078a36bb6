# Everything that a person or a machine does with this repository. `make` alone lists it.
# Needed: Python 3.11 or later, make, a C compiler. All else is brought here by `make setup`.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?= $(shell command -v python3.11 || command -v python3)
UV := $(or $(shell command -v uv 2>/dev/null),.tools/bin/uv)
BIN := .venv/bin
READY := .venv/.ready
MEMBERS := libs/city-packs libs/shared services/appeals-intake services/routing services/notifications services/surveys deploy/local
SOURCES := $(wildcard libs/*/src) $(wildcard services/*/src) deploy/local/src deploy/checks deploy/scaffold $(wildcard bench) tests
# Each has a Kafka and a MongoDB of its own: two keep two cores busy, since many tests wait more than they compute.
WORKERS ?= 2
SHARED_PYTEST := $(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
# The tests that say what is covered; while those of e2e and faults run, nothing is measured (tests/conftest.py).
MEASURED := tests/unit tests/contract tests/integration
# Of lines and branches, in per cent.
FLOOR := 90
RUNTIME := $(foreach service,appeals-intake routing notifications surveys,--package veche-$(service))

.PHONY: help up down unit test coverage lint format new-slice new-connector bench replay docs lock setup browser clean

help: ## what can be done here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: $(READY) ## start everything on this machine and print the address (DEMO=0: without demo data)
	@$(BIN)/veche up

down: $(READY) ## stop what `make up` started, in order; the data stay
	@$(BIN)/veche down

unit: $(READY) ## the tests that need no server: unit and contract
	$(BIN)/pytest -q -n auto tests/unit tests/contract

test: $(READY) browser ## every test, on real Kafka and MongoDB; fails too where they reach less than 90 % of libs and services
	$(SHARED_PYTEST) --cov --cov-report= --cov-fail-under=$(FLOOR) $(MEASURED) tests/e2e tests/faults

coverage: $(READY) browser ## file by file, what the tests do not reach (TESTS=tests/unit: of these alone)
	$(SHARED_PYTEST) -q --cov --cov-report=term-missing --cov-fail-under=$(if $(TESTS),0,$(FLOOR)) $(or $(TESTS),$(MEASURED))

lint: $(READY) ## style, types, import rules, deployment files, generated documents; changes nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(SOURCES)
	$(BIN)/lint-imports --no-logo
	$(BIN)/yamllint --strict .
	$(BIN)/hadolint deploy/docker/Dockerfile
	$(BIN)/python -m deploy.checks

format: $(READY) ## put the code into the one style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

new-slice: $(READY) ## a folder of the domain with its test, and its line in bootstrap.py: SERVICE=surveys NAME=petitions
	@$(if $(and $(SERVICE),$(NAME)),,$(error say what to make: make new-slice SERVICE=surveys NAME=petitions))
	@$(BIN)/python -m deploy.scaffold slice '$(SERVICE)' '$(NAME)'

new-connector: $(READY) ## a way in for appeals with its test, and its line in registry.py: NAME=sms
	@$(if $(NAME),,$(error say what to make: make new-connector NAME=sms))
	@$(BIN)/python -m deploy.scaffold connector '$(NAME)'

bench: $(READY) ## measure, and compare with the limits of this machine (BENCH_JSON=path)
	@$(BIN)/python -m bench

replay: $(READY) ## send a history file through the API: FILE=history.csv.gz MAP=mapping
	@$(if $(and $(FILE),$(MAP)),,$(error say what to replay: make replay FILE=history.csv.gz MAP=mapping))
	@$(BIN)/veche replay '$(FILE)' --map '$(MAP)'

docs: $(READY) ## generate docs/api: OpenAPI, AsyncAPI, JSON Schemas
	@$(BIN)/python -m deploy.checks.documents

lock: $(UV) ## choose the newest versions that fit and write them down with their hashes
	$(UV) pip compile --quiet --universal --python-version 3.11 --upgrade --generate-hashes --no-header --no-annotate \
		deploy/docker/build.in --output-file deploy/docker/build.lock
	$(UV) lock --quiet --upgrade --python $(PYTHON)
	$(UV) export --quiet --frozen --no-header --no-emit-workspace --all-packages > requirements.lock
	$(UV) export --quiet --frozen --no-header --no-emit-workspace --no-dev $(RUNTIME) > deploy/docker/requirements.lock

setup: $(READY) ## bring the tools and the packages, nothing else

clean: ## forget what was installed and cached here; the data of `make up` stay
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage

# --- what the targets above stand on ---

# The file's time says when the environment was last made equal to the lock and the workspace. Everything is compiled
# once here: else each process that starts compiles what it imports, wherever Python may not keep what it compiled.
$(READY): requirements.lock pyproject.toml $(MEMBERS:=/pyproject.toml) | $(UV)
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) .venv
	$(UV) pip sync --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation $(MEMBERS:%=--editable %)
	$(BIN)/python -m compileall -q $(filter %/src,$(SOURCES))
	@touch $@

# uv from its hashed pin, where the machine has none.
.tools/bin/uv: deploy/docker/build.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Veche needs Python 3.11 or later: say make PYTHON=/path/to/python3.11'; exit 1; }
	@$(PYTHON) -m venv .tools \
		|| { echo 'This Python cannot make environments: install its venv (Debian: apt-get install python3-venv).'; exit 1; }
	.tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/docker/build.lock
	@touch $@

browser:
	@command -v chromium >/dev/null || if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; \
		then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium; \
		else echo 'The browser tests need Chromium: install the package chromium (Debian: apt-get install chromium).'; exit 1; fi

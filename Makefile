# Everything a user or a developer runs. `make` alone lists it.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
PORT ?= 8050
SCENARIO ?=
SPEED ?= 1
ARGS ?=
# A test that drives a browser, a broker or processes may fail once where the machine stands still for
# seconds. It is tried once more, and told in the closing lines (RERUN): what fails twice is a failure.
RERUNS := --reruns 1 -rR

BIN := .venv/bin
# Each stamp says that .venv holds what these files asked for when they last changed, the compiled
# core among it.
INSTALLED := .venv/.installed
INSTALLED_TEST := .venv/.installed-test
ASKED := pyproject.toml constraints.txt scripts/compile.py $(wildcard stream/*/*.pyx stream/*/*.pxd)

export PYTHON

.PHONY: help
help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(INSTALLED) ## make .venv and install floorwatch into it
	@echo "setup: .venv holds floorwatch"

.PHONY: setup-test
setup-test: $(INSTALLED_TEST) ## the same, with what tests and checks need
	@echo "setup: .venv holds floorwatch and what its tests need"

$(INSTALLED): $(ASKED) scripts/setup.sh
	@scripts/setup.sh
	@touch $@

$(INSTALLED_TEST): $(ASKED) scripts/setup.sh
	@scripts/setup.sh test
	@touch $(INSTALLED) $@

.PHONY: demo
demo: $(INSTALLED) ## run a whole floor on this machine (PORT=8050 SCENARIO=name SPEED=1)
	@exec $(BIN)/floorwatch demo --port $(PORT) --speed $(SPEED) $(if $(SCENARIO),--scenario $(SCENARIO))

.PHONY: test
test: $(INSTALLED_TEST) ## run all tests but the slow ones (ARGS="-k waiting" for some)
	@browser="$$(scripts/chromium.sh)"; \
	    FLOORWATCH_CHROMIUM="$$browser" exec $(BIN)/python -m pytest -m "not slow" $(RERUNS) $(ARGS)

.PHONY: test-pure
test-pure: $(INSTALLED_TEST) ## the stream's tests with its core in plain Python, as where nothing compiles
	@FLOORWATCH_PURE=1 exec $(BIN)/python -m pytest -m "not slow" tests/properties tests/stream \
	    tests/test_oracle.py tests/commands/test_figures.py $(ARGS)

.PHONY: test-long
test-long: $(INSTALLED_TEST) ## run every test, properties with thousands of random examples
	@browser="$$(scripts/chromium.sh)"; \
	    FLOORWATCH_CHROMIUM="$$browser" exec $(BIN)/python -m pytest --hypothesis-profile=long \
	    --timeout=1800 $(ARGS)

.PHONY: test-kafka
test-kafka: $(INSTALLED_TEST) ## the tests against Apache Kafka, chaos included (Java 17, Maven)
	@exec $(BIN)/python -m pytest tests/kafka -s --timeout=1800 $(ARGS)

.PHONY: lint
lint: $(INSTALLED_TEST) ## formatting, ruff, mypy, the direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: check
check: ## everything that must pass: lint, then test, with the core in plain Python too
	@$(MAKE) lint
	@$(MAKE) test-pure
	@$(MAKE) test

.PHONY: format
format: $(INSTALLED_TEST) ## format the code and mend what ruff can
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

.PHONY: bench
bench: $(INSTALLED_TEST) ## measure the figures of docs/performance.md
	@exec $(BIN)/python -m tests.bench $(ARGS)

.PHONY: bench-viewers
bench-viewers: $(INSTALLED_TEST) ## measure many viewers of one dashboard process
	@exec $(BIN)/python -m tests.bench --only viewers $(ARGS)

.PHONY: bench-browser
bench-browser: $(INSTALLED_TEST) ## measure the screens in a browser: 200 queues, 2,000 agents, ten minutes
	@browser="$$(scripts/chromium.sh)"; \
	    FLOORWATCH_CHROMIUM="$$browser" exec $(BIN)/python -m tests.bench --only browser $(ARGS)

.PHONY: bench-kafka
bench-kafka: $(INSTALLED_TEST) ## measure what a worker carries over Apache Kafka (Java 17, Maven)
	@exec $(BIN)/python -m tests.bench.kafka $(ARGS)

.PHONY: bench-alerts
bench-alerts: $(INSTALLED_TEST) ## measure how seldom alerts are wrong and how soon they find a surge
	@exec $(BIN)/python -m tests.bench.alerts $(ARGS)

.PHONY: bench-alert-floors
bench-alert-floors: $(INSTALLED_TEST) ## measure how often alerts fire where nothing is wrong
	@exec $(BIN)/python -m tests.bench.alert_floors $(ARGS)

.PHONY: bench-alert-delay
bench-alert-delay: $(INSTALLED_TEST) ## measure from an event to its alert, and what judging costs
	@exec $(BIN)/python -m tests.bench.alert_delay $(ARGS)

.PHONY: bench-peers
bench-peers: $(INSTALLED_TEST) ## measure other stream processors on the same windows (Java 17, Maven)
	@exec $(BIN)/python -m tests.bench.peers $(ARGS)

.PHONY: screenshots
screenshots: $(INSTALLED_TEST) ## picture every screen in every state (ARGS="--screen /alerts --docs")
	@browser="$$(scripts/chromium.sh)"; \
	    FLOORWATCH_CHROMIUM="$$browser" exec $(BIN)/python -m scripts.screenshots $(ARGS)

.PHONY: texts
texts: $(INSTALLED_TEST) ## put new texts of screens into the catalogues, and say what is to translate
	@$(BIN)/python -m tests.repository.texts --write

.PHONY: pins
pins: ## write constraints.txt again from what .venv holds
	@$(BIN)/python -m pip freeze --all --exclude pip --exclude floorwatch > constraints.txt

.PHONY: clean
clean: ## remove .venv, caches and build results
	rm -rf .venv .venv-peers build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis \
	    .import_linter_cache test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

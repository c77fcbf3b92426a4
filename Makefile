# Quanyu. `make` lists the tasks.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO ?= demo
# Tests start many processes; without bytecode each of them would compile all of Quanyu.
COMPILED = $(BIN)/python -m compileall -q src && PYTHONDONTWRITEBYTECODE= $(BIN)/python

.PHONY: help setup demo quick test check audit serve bench soak soak-collector mutants docs texts format clean lock

help:  ## list the tasks
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-8s %s\n", $$1, $$2}'

$(VENV)/ready: requirements.txt requirements-dev.txt pyproject.toml
	@PYTHON=$(PYTHON) scripts/setup $(VENV)
	@touch $@

setup: $(VENV)/ready  ## make .venv with Quanyu installed (.venv/bin/quanyu)

demo: setup  ## simulate a shop, load its files, run three turns of the loop, write a report
	@rm -rf $(DEMO)
	@$(BIN)/quanyu demo $(DEMO)

serve: setup  ## open the demo workspace in the console
	@test -f $(DEMO)/quanyu.toml || $(BIN)/quanyu demo $(DEMO)
	@$(BIN)/quanyu serve --workspace $(DEMO)

quick: setup  ## run the tests that cost little: an answer in a minute
	@$(COMPILED) -m pytest -q -n 2 --hypothesis-profile dev -m "not slow and not spark and not browser and not postgres and not datasets"

test: setup  ## run all tests, browser included
	@scripts/system
	@$(COMPILED) -m pytest -n 2

check: setup  ## format, lint, strict types, import rules, security, docs
	@scripts/check $(BIN)

audit: setup  ## ask whether a fault is known of a pinned dependency (needs the network)
	@$(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements.txt

format: setup  ## put the code into its form
	@$(BIN)/ruff format src tests bench docs/texts && $(BIN)/ruff check --fix src tests bench docs/texts

bench: setup  ## measure, and print ratios against named peers in the same run
	@$(BIN)/python -m bench

soak: setup  ## find the people of ten simulated shops of the default size
	@$(BIN)/python -m bench soak

soak-collector: setup  ## post to the collector for an hour and print its memory
	@$(BIN)/python -m bench.collector soak 3600

mutants: setup  ## break every guard of a claim once and see the tests fail
	@$(BIN)/python -m bench.mutants

docs: setup  ## write docs/reference/ from the program
	@$(BIN)/python docs/generate.py

texts: setup  ## write every text that is shown into src/quanyu/locale/
	@$(BIN)/python -m docs.texts

lock: setup  ## pin the dependencies anew, with hashes
	@scripts/lock

clean:  ## remove what make has made
	@rm -rf $(VENV) $(DEMO) .pytest_cache .mypy_cache .ruff_cache .hypothesis

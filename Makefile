# The course's short verbs. `make help` lists them; README.md shows the same without make.
# The environment is made again only when requirements.txt or pyproject.toml changed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
STAMP := $(VENV)/.made-$(shell cat requirements.txt pyproject.toml | cksum | tr -s ' ' '-')
OVERRIDES := $(VENV)/share/jupyter/lab/settings
NO_NEWS := {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)
# Two workers; a file's tests stay together, browsers and kernels take turns (tests/conftest.py).
WORKERS ?= -n 2 --dist loadgroup --no-loadscope-reorder --max-worker-restart=0
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help env lab test test-fast course notebooks review site lint mutants bench models clean

help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "%-10s %s\n", $$1, $$2}'

env: $(STAMP) ## make the environment in .venv

lab: $(STAMP) ## open JupyterLab on the course
	cd notebooks && ../$(BIN)/jupyter lab $(AS_ROOT) $(LAB_ARGS)

test: $(STAMP) ## run the whole test suite
	$(BIN)/python -m pytest $(WORKERS) $(PYTEST_ARGS)

test-fast: $(STAMP) ## run the tests that need no browser and little time
	$(BIN)/python -m pytest $(WORKERS) -m "not browser and not slow" $(PYTEST_ARGS)

course: $(STAMP) ## run every lesson headless: status, seconds, peak memory
	$(BIN)/workbook run

notebooks: $(STAMP) ## execute every lesson and store its new outputs
	$(BIN)/workbook run --write --pictures

review: $(STAMP) ## write plain-text views of the lessons to build/review
	$(BIN)/jupyter nbconvert --to markdown --output-dir build/review notebooks/*.ipynb

site: $(STAMP) ## build the static HTML edition in build/site
	$(BIN)/workbook site

lint: $(STAMP) ## check style, names, types and who imports whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python .ci/check_types.py

mutants: $(STAMP) ## put faults into a copy of the code; a test must see each
	$(BIN)/python tests/mutants.py

bench: $(STAMP) ## time our code against the peer's and print the ratios
	$(BIN)/workbook bench

models: $(STAMP) ## train the town's language models from nothing (hours)
	$(BIN)/workbook models build

clean: ## remove what was built, but keep the environment
	rm -rf build dist .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis .coverage htmlcov
	find workbook tests notebooks -name __pycache__ -o -name .ipynb_checkpoints | xargs rm -rf

$(STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "The course needs Python 3.11 or newer, and $(PYTHON) is not:" \
	       "install one and run, say, make env PYTHON=python3.12" >&2; exit 1; }
	@echo "Making the environment in $(VENV); the first time takes a few minutes."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements.txt
	@mkdir -p $(OVERRIDES) && echo '$(NO_NEWS)' > $(OVERRIDES)/overrides.json
	@rm -f $(VENV)/.made-* && touch $@

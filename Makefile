# Two commands on a fresh machine: `make serve` and `make test`. Each does its own set-up.
# Needs Python 3.11 or newer, pip and make; PYTHON=python3.12 chooses another interpreter.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
ARGS ?=
MERMAID := build/docs/mermaid.min.js

.DEFAULT_GOAL := help
.PHONY: help serve test test-new-pythons coverage mutation lint bench fuzz reference docs docs-serve wheel wheel-test constraints container-test clients real-clients clean

help: ## say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(VENV)/.made:
	@echo 'Setting up $(VENV) once: 20 seconds to two minutes, as the machine and pip'\''s index are.'
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "mockserver needs Python 3.11 or newer; say make PYTHON=python3.12 …" >&2; exit 2; }
	@# Debian's Python comes without ensurepip; the pip that is there then fills the environment.
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { $(PYTHON) -m venv --clear --without-pip $(VENV) \
	  && $(PYTHON) -m pip --disable-pip-version-check --python $(BIN)/python install -q pip; }
	@$(PIP) install -q 'pip>=25.1'
	@touch $@

$(VENV)/.serve: $(VENV)/.made pyproject.toml constraints.txt
	@$(PIP) install -q -c constraints.txt -e .
	@touch $@

$(VENV)/.test: $(VENV)/.serve
	$(PIP) install -q -c constraints.txt --group test
	@touch $@

$(VENV)/.clients: $(VENV)/.test
	$(PIP) install -q -c constraints.txt --group clients
	@# It asks for enum34, which takes the place of Python's own enum as soon as somebody sets PYTHONPATH.
	$(PIP) install -q --no-deps agsadmin==0.5.3
	@touch $@

$(VENV)/.lint: $(VENV)/.test
	$(PIP) install -q -c constraints.txt --group lint
	@touch $@

$(VENV)/.mutation: $(VENV)/.test
	$(PIP) install -q -c constraints.txt --group mutation
	@touch $@

$(VENV)/.docs: $(VENV)/.serve
	$(PIP) install -q -c constraints.txt --group docs
	@touch $@

serve: $(VENV)/.serve ## run the sandbox on http://127.0.0.1:8080 (ARGS='--port 9000 --tls-port 9443')
	@echo 'For `mockserver` and its Python in a shell of yours: . $(VENV)/bin/activate'
	@$(BIN)/mockserver serve $(ARGS)

test: $(VENV)/.test ## run all tests, one process a core (ARGS='-k casjobs'; ARGS='-n 0 …' for a debugger)
	$(BIN)/python -m pytest -n auto --maxprocesses 8 --dist worksteal $(ARGS)

test-new-pythons: ## run all tests on Pythons from Debian's unstable suite (root, apt; PYTHONS='3.14 3.15')
	PYTHONS='$(PYTHONS)' bash .ci/new-pythons $(ARGS)

coverage: $(VENV)/.test ## run all tests and show which lines and branches none of them reached
	@mkdir -p build/coverage
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -q -n 2 --dist worksteal $(ARGS)
	@$(BIN)/coverage combine -q
	@$(BIN)/coverage report | $(or $(SHOW),cat)

mutation: $(VENV)/.mutation ## change the core and the contract checker in small ways; show which changes no test noticed
	@# What is half done goes on where it stopped; `make clean` begins anew.
	timeout --foreground $(or $(WITHIN),1800) $(BIN)/mutmut run --max-children 2 || true
	$(BIN)/mutmut results

lint: $(VENV)/.lint ## style, spelling, types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/codespell
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.serve ## ratios to a bare aiohttp handler (needs wrk; PEERS=1: and other mock servers)
	$(BIN)/python benchmarks/bench.py $(ARGS)

fuzz: $(VENV)/.test ## send odd requests to the readers of XML, SOAP, forms, filters, JSON and HTTP (INPUTS=1000000)
	MOCKSERVER_FUZZ_INPUTS=$(or $(INPUTS),1000000) $(BIN)/python -m pytest -q tests/http/test_fuzz.py $(ARGS)

reference: $(VENV)/.docs ## write docs/reference/ and the settings of the fixture schemas from the code
	PYTHONPATH=docs $(BIN)/python -m generate.fixture_schemas fixtures
	PYTHONPATH=docs $(BIN)/python -m generate.contract_layout contracts
	PYTHONPATH=docs $(BIN)/python -m generate.job_fields mockserver/testing/job_fields.py
	PYTHONPATH=docs $(BIN)/python -m generate docs/reference

docs: reference ## build the documentation into site/
	@# Diagrams are drawn by Mermaid, from here and not from a CDN; without npm they stay readable text.
	@[ -f $(MERMAID) ] || ! command -v npm >/dev/null || { mkdir -p $(dir $(MERMAID)) \
	  && npm pack --silent --pack-destination build mermaid@11 >/dev/null \
	  && tar -xzOf build/mermaid-11*.tgz package/dist/mermaid.min.js > $(MERMAID); } || rm -f $(MERMAID)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

docs-serve: docs ## the documentation on http://127.0.0.1:8000, built anew when a page changes
	$(BIN)/mkdocs serve

clients: $(VENV)/.clients ## install the heavy real clients that some tests drive (needs node and npm); without, they skip
	cd tests/clients/node && npm install --silent --no-fund --no-audit --no-package-lock

real-clients: clients ## run each of them in every scenario of exercise, and write how they do (half an hour; ARGS=zeep_sync.py)
	$(BIN)/python -m tests.clients.real_clients $(ARGS)
	$(MAKE) reference

wheel: $(VENV)/.serve ## build the wheel into dist/
	$(PIP) install -q -c constraints.txt build
	$(BIN)/python -m build --wheel --outdir dist .

wheel-test: wheel ## install the wheel into a clean environment and try it there
	bash .ci/wheel-test $(PYTHON)

constraints: $(VENV)/.made ## pin anew what pip installs now (PYTHONS='python3.11 python3.12 python3.13')
	$(BIN)/python .ci/constraints.py $(or $(PYTHONS),$(PYTHON))

container-test: ## build and run the container with whatever engine is there
	bash .ci/container-test

clean: ## forget environments and build products
	rm -rf $(VENV) build dist site mutants

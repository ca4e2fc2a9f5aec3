# OnSite: `make demo` shows it, `make test` proves it. Everything else serves those who change it.

PORT ?= 8000
ARGS ?=
BIN := .venv/bin
PYTHON_FILES := manage.py onsite engagements standups training reports tests .ci

# What every target but `demo` runs as, unless the caller says otherwise.
export ONSITE_MODE ?= test

.DEFAULT_GOAL := help
.PHONY: help demo test check bench prove crawl gallery screenshots messages format system-run system-test system-crawl

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

demo: .venv/.run ## the product with sample data on http://127.0.0.1:8000 (PORT= changes it); Ctrl-C ends it
	@ONSITE_MODE=demo ONSITE_BASE_URL=http://127.0.0.1:$(PORT) LOG_LEVEL=$${LOG_LEVEL:-WARNING} \
	  exec $(BIN)/python manage.py demo

test: .venv/.dev ## the whole suite; DATABASE_URL and CELERY_BROKER_URL choose PostgreSQL and Redis
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

check: .venv/.dev ## format, lint, types, floors, templates, safety, translations, migrations, settings, containers
	$(BIN)/ruff format --check $(PYTHON_FILES)
	$(BIN)/ruff check $(PYTHON_FILES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml manage.py onsite engagements standups training reports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python .ci/translations.py check
	set -a && . ./.ci/production.env && $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	$(BIN)/hadolint Dockerfile

bench: .venv/.dev ## the speed figures as ratios within one run, on PostgreSQL (DATABASE_URL)
	@DATABASE_URL=$${DATABASE_URL:-postgres://onsite:onsite@127.0.0.1:5432/onsite} \
	  CELERY_BROKER_URL=$${CELERY_BROKER_URL:-redis://127.0.0.1:6379/1} $(BIN)/python -m tests.bench

prove: .venv/.dev ## the suite with many more cases per property: for a night, not for CI
	$(BIN)/python -m pytest -n auto --dist worksteal --hypothesis-profile=prove $(ARGS)

crawl: .venv/.dev | system-crawl ## every page of the demo as each person: axe, HTML, links, weight, Lighthouse; ARGS=--quick
	$(BIN)/python -m tests.crawl $(ARGS)

gallery: .venv/.dev ## every token and component in each state on http://127.0.0.1:8000/gallery/ (PORT= changes it)
	@ONSITE_VAR_DIR=var/gallery $(BIN)/python manage.py migrate --verbosity 0
	@ONSITE_VAR_DIR=var/gallery LOG_LEVEL=$${LOG_LEVEL:-WARNING} \
	  exec $(BIN)/python manage.py runserver 127.0.0.1:$(PORT) --insecure

screenshots: .venv/.dev ## the main screens as pictures in var/screenshots; ARGS="--only plan,today", --out or --readme
	$(BIN)/python -m tests.screenshots $(ARGS)

messages: .venv/.dev ## collect the strings to translate, and compile the catalogues
	$(BIN)/python .ci/translations.py update

format: .venv/.dev ## lay the code out as `make check` wants it
	$(BIN)/ruff format $(PYTHON_FILES)
	$(BIN)/ruff check --fix $(PYTHON_FILES)

.venv/.run: requirements.txt | system-run
	@.ci/venv $<
	@touch $@

.venv/.dev: requirements-dev.txt | system-test
	@.ci/venv $<
	@touch $@ .venv/.run

system-run:
	@.ci/packages run venv

# A machine without a browser still runs all the other tests; pytest itself says loudly what it left out.
system-test:
	@.ci/packages run venv test browser?

# Nor is a judge that is missing an error: the crawl says which it left out.
system-crawl:
	@.ci/packages crawl?

# The commands of this project; `make` alone lists them. State lives in .run, or where YKCD_HOME says.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON := .venv/bin/python
INSTALLED := .venv/.installed
RUN := PYTHONPATH=.:proto $(PYTHON)
HARNESS := $(RUN) -m e2e.harness

.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 17

.PHONY: install
install: $(INSTALLED) ## put the locked packages into .venv

# uv's own pin and hashes are in the lock file too: pip installs that one package, uv the rest.
$(INSTALLED): requirements-dev.txt
	@[ -x $(PYTHON) ] || { echo "Making .venv ..."; python3 -m venv .venv; }
	@[ -x .venv/bin/uv ] || { echo "Installing uv ..."; \
	  awk '/^uv==/ {on=1} on {print} on && !/\\$$/ {exit}' requirements-dev.txt >.venv/uv.txt; \
	  $(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt; }
	@echo "Installing the packages ..."
	@UV_PYTHON_DOWNLOADS=never .venv/bin/uv pip sync --quiet --python $(PYTHON) --require-hashes requirements-dev.txt
	@touch $@

.PHONY: up
up: $(INSTALLED) ## start everything, print the addresses and accounts
	@$(HARNESS) up

.PHONY: down
down: $(INSTALLED) ## stop everything; data stays
	@$(HARNESS) down

.PHONY: status
status: $(INSTALLED) ## what runs, since how many restarts, on which port
	@$(HARNESS) status

.PHONY: logs
logs: $(INSTALLED) ## follow the logs; S=name for one process
	@$(HARNESS) logs $(S)

.PHONY: apt
apt: ## install the Debian packages that are missing (root), or print the command and fail
	@missing=""; for package in $$(sed 's/#.*//' infra/apt.txt); do \
	  [ "$$(dpkg-query -Wf '$${Status}' $$package 2>/dev/null)" = "install ok installed" ] || missing="$$missing $$package"; done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	command="apt-get install -y --no-install-recommends$$missing"; \
	if [ "$$(id -u)" = 0 ]; then apt-get update -qq; DEBIAN_FRONTEND=noninteractive $$command; \
	else echo "Debian packages are missing. As root: $$command" >&2; exit 1; fi

.PHONY: demo
demo: $(INSTALLED) ## do the platform's main job on real input, against what `make up` started
	@$(RUN) -m e2e.demo

.PHONY: test
test: apt $(INSTALLED) ## everything that must hold; T=path or -k words for a part
	@$(PYTHON) -m pytest -n 2 --dist loadgroup $(T)

.PHONY: year
year: apt $(INSTALLED) ## live through 2025 by a moving clock and judge it by rules of its own, after a long run of the state machines; A=--seed …
	@$(PYTHON) -m pytest -q --hypothesis-profile long services/assignment/tests/test_machine.py services/deadline/tests/test_machine.py \
	  services/deadline/tests/test_owing_machine.py
	@$(RUN) -m e2e.year $(A)

.PHONY: articles
articles: $(INSTALLED) ## from each point of the regulation to its rules and tests: docs/regulation.md; A=--page doesn't switch rules off
	@$(RUN) -m e2e.articles $(A)

.PHONY: scrub
scrub: $(INSTALLED) ## after the purge of a secret document: take what was deleted out of PostgreSQL's files
	@$(HARNESS) scrub

.PHONY: canary
canary: $(INSTALLED) ## send secret documents to every door, purge one, restore a backup, and look for their words everywhere
	@$(RUN) -m e2e.secrecy

.PHONY: bench-audit
bench-audit: $(INSTALLED) ## how fast the audit log is verified; N=entries
	@$(RUN) -m services.audit.tests.bench

.PHONY: bench-reports
bench-reports: $(INSTALLED) ## how fast dashboards, lists, search, Annex V and a rebuild are, beside bare SQL; N=assignments EVENTS=events
	@$(RUN) -m services.reporting.tests.bench

.PHONY: format
format: $(INSTALLED) ## format the code and mend what can be mended by itself
	@.venv/bin/ruff format --quiet . && .venv/bin/ruff check --fix . && .venv/bin/buf format --write proto

.PHONY: stubs
stubs: $(INSTALLED) ## make the Python stubs anew after a change of a .proto
	@PATH=".venv/bin:$$PATH" $(PYTHON) -m grpc_tools.protoc -I proto -I third_party/proto --python_out=proto --grpc_python_out=proto \
	  --mypy_out=quiet:proto --mypy_grpc_out=quiet:proto $$(find proto -name '*.proto') buf/validate/validate.proto

.PHONY: migration
migration: $(INSTALLED) ## draft a migration from a changed model; S=service M="what changes"
	@$(RUN) -m kit.migrations $(S) "$(M)"

LOCK := .venv/bin/uv pip compile --quiet pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
.PHONY: lock
lock: $(INSTALLED) ## lock the versions anew after a change of pyproject.toml; U=--upgrade for newer ones
	@$(LOCK) $(U) --output-file requirements.txt
	@$(LOCK) $(U) --group dev --constraint requirements.txt --output-file requirements-dev.txt

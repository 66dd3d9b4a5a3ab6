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
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

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

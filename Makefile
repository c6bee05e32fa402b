# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
READY := .venv/.ready
TREE := .cache/collections/ansible_collections/community/arize
export PATH := $(CURDIR)/.venv/bin:$(PATH)

# What `make test`, and so CI, runs, quick parts first.
PARTS := lint unit scenarios behaviour integration demo sanity

.PHONY: help venv $(PARTS) report clients test benchmark build clean

help: ## Show this list
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

# Made once, and again whenever the requirements change.
$(READY): tests/requirements.txt tests/constraints.txt | $(TREE)
	@echo "Making the virtual environment .venv (once, about 20 seconds)"
	rm -rf .venv
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check -r tests/requirements.txt -c tests/constraints.txt
	touch $@

# Plugins are imported as ansible_collections.community.arize.plugins, so that name leads to this checkout.
$(TREE):
	mkdir -p $(@D)
	ln -s ../../../.. $@

# The official clients live apart: what they need is heavy, and none of it is the collection's.
CLIENTS := $(patsubst tests/clients/%/requirements.txt,.cache/clients/%/.ready,$(wildcard tests/clients/*/requirements.txt))

.cache/clients/%/.ready: tests/clients/%/requirements.txt tests/clients/%/constraints.txt $(READY)
	rm -rf $(@D)
	uv venv --quiet --python .venv/bin/python $(@D)
	uv pip install --quiet --python $(@D)/bin/python -r $< -c tests/clients/$*/constraints.txt
	touch $@

venv: $(READY) ## Make the virtual environment .venv with the pinned tools

demo: build ## Play the examples against the simulator, from check mode to the last key revoked
	python tests/tools/demo.py

lint: $(READY) ## Check style, formatting, YAML and types
	ruff check .
	ruff format --check .
	yamllint --strict .
	mypy -p ansible_collections.community.arize.plugins -p simulator
	mypy tests/tools

unit: $(READY) ## Run the unit tests
	pytest tests/unit -n 2 --junit-xml=.cache/results/unit.xml

scenarios: $(READY) ## Run the modules in process: rotation, faults, kills, races, invariants, hostile answers
	pytest tests/scenarios tests/properties tests/hostile -n 2 --junit-xml=.cache/results/scenarios.xml

tables: $(READY) ## Write the tables of the documentation that tests make
	ARIZE_TEST_WRITE_TABLES=1 pytest tests/scenarios/test_faults.py -k table

report: $(READY) ## Let the role key_audit report on a simulated fleet, and take the picture in docs/images
	PYTHONPATH=tests python tests/tools/report.py .cache/report docs/images/key-audit.png

nightly: $(READY) ## Run ten thousand schedules of the invariants and all rounds of the races (an hour)
	ARIZE_TEST_SCHEDULES=10000 ARIZE_TEST_ROUNDS=20 pytest tests/properties -n 2

clients: $(CLIENTS) ## Run the official clients against the simulator
	pytest tests/clients -n 2 --junit-xml=.cache/results/clients.xml

behaviour: $(READY) ## Run playbooks against the simulator
	pytest tests/behaviour -n 2 --junit-xml=.cache/results/behaviour.xml

integration: $(READY) ## Run the integration targets with ansible-test
	python tests/tools/ansible_test.py integration --local

sanity: $(READY) ## Run the sanity tests of ansible-test
	python tests/tools/ansible_test.py sanity --local

test: $(READY) ## Run all that CI runs, and stop at the first failure
	@rm -rf .cache/results
	@for part in $(PARTS); do \
	  echo; echo "== $$part =="; \
	  $(MAKE) $$part || { echo "make test: the part '$$part' failed" >&2; exit 1; }; \
	done
	@echo
	@python tests/tools/tally.py .cache/results

benchmark: $(READY) ## Measure, with figures printed
	pytest tests/benchmark --capture=no

build: $(READY) ## Build the tarball in dist and install it offline in .cache/demo-collections
	python tests/tools/collection_copy.py .cache/build
	rm -rf dist
	ansible-galaxy collection build --output-path dist .cache/build/ansible_collections/community/arize
	ANSIBLE_COLLECTIONS_PATH=.cache/demo-collections \
	  ansible-galaxy collection install --offline --force dist/community-arize-*.tar.gz

clean: ## Remove everything that these targets made
	rm -rf .cache .hypothesis .venv dist

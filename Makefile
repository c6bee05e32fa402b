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
# What fetches packages may need a proxy, what the tests ask is here.
COMMA := ,
export NO_PROXY := 127.0.0.1,localhost$(if $(NO_PROXY),$(COMMA)$(NO_PROXY))
export no_proxy := $(NO_PROXY)$(if $(no_proxy),$(COMMA)$(no_proxy))
# Ansible refuses to run in a locale without UTF-8.
export LC_ALL := C.UTF-8

# What `make test`, and so CI, runs: two at a time in this order, so that the long ones don't come last.
PARTS := playbooks lint unit integration sanity in_process stores clients demo docs packaging
RUNS := $(addprefix run-,$(PARTS))

.PHONY: help venv $(PARTS) runs $(RUNS) tables pictures simulator nightly mutants test matrix benchmark build release released
.PHONY: clean

help: ## Show this list
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

# Made once, and again whenever the requirements change.
$(READY): tests/requirements.txt tests/constraints.txt | $(TREE)
	@echo "Making the virtual environment .venv (once, about 20 seconds)"
	rm -rf .venv
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check uv -c tests/constraints.txt
	uv pip install --quiet --python .venv/bin/python -r tests/requirements.txt -c tests/constraints.txt
	touch $@

# Plugins are imported as ansible_collections.community.arize.plugins, so that name leads to this checkout.
$(TREE):
	mkdir -p $(@D)
	ln -s ../../../.. $@

# A virtual environment from its requirements and its constraints, in this order.
define ENVIRONMENT
rm -rf $(@D)
uv venv --quiet --python .venv/bin/python $(@D)
uv pip install --quiet --python $(@D)/bin/python -r $(word 1,$^) -c $(word 2,$^)
touch $@
endef

# These live apart: what the official clients, the stores and mutmut need is heavy, and galaxy-importer pins older linters than ours.
CLIENTS := $(patsubst tests/clients/%/requirements.txt,.cache/clients/%/.ready,$(wildcard tests/clients/*/requirements.txt))
IMPORTER := .cache/packaging/importer/.ready

.cache/%/.ready: tests/%/requirements.txt tests/%/constraints.txt $(READY)
	$(ENVIRONMENT)

# What makes the site is pinned apart, too: the site needs much that the tests don't.
.cache/docs/venv/.ready: docs/site/requirements.txt docs/site/constraints.txt $(READY)
	$(ENVIRONMENT)

venv: $(READY) ## Make the virtual environment .venv with the pinned tools

demo: build ## Play the examples against the simulator, from check mode to the last key revoked
	python tests/tools/demo.py

simulator: $(READY) ## Start a simulated service to play with, until Ctrl-C; docs/simulator.md says how
	@echo "Paste the exports into another terminal. Ctrl-C ends it."
	@echo 'export PATH=$(CURDIR)/.venv/bin:$$PATH ANSIBLE_COLLECTIONS_PATH=$(CURDIR)/.cache/collections'
	@PYTHONPATH=tests exec python -m simulator --exports --spaces analytics,ingest,support

# Not what runs in the clients' virtual environments.
TYPED := $(addprefix tests/,conftest.py benchmark clients/conftest.py clients/current clients/legacy in_process)
TYPED += $(addprefix tests/,playbooks repository stores support unit/plugins)

lint: export ANSIBLE_COLLECTIONS_PATH := .cache/collections
lint: export ANSIBLE_HOME := .cache/ansible
lint: $(READY) ## Check style, types, playbooks, documentation, changelog, licences and workflows
	ruff check .
	ruff format --check .
	mypy -p ansible_collections.community.arize.plugins -p simulator
	mypy noxfile.py tests/tools tests/packaging tests/matrix
	mypy $(TYPED)
	yamllint --strict .
	reuse lint --quiet || reuse lint
	antsibull-changelog lint
	check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	zizmor --offline --quiet .github
	antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs=all --disallow-unknown-collection-refs .
	PYTHONPATH=tests python tests/tools/page_playbooks.py .cache/pages/pages.yml
	ansible-lint --offline --strict --profile production changelogs examples galaxy.yml meta roles tests/integration \
	  .cache/pages/pages.yml

unit: $(READY) ## Run the unit tests, and those that hold source and documentation to their rules
	pytest tests/unit tests/repository -n 2 --junit-xml=.cache/results/unit.xml

in_process: $(READY) ## Run the modules in process: rotation, faults, kills, races, invariants, hostile answers
	pytest tests/in_process -n 2 --junit-xml=.cache/results/in_process.xml

tables: $(CLIENTS) integration ## Write the tables of the documentation that tests make
	ARIZE_TEST_WRITE_TABLES=1 pytest tests/in_process/scenarios tests/repository tests/clients/current -k test_the_table

pictures: $(READY) ## Take the pictures in docs/images from real runs: the plan of a fleet, and a report of key_audit
	PYTHONPATH=tests python tests/tools/fleet_plan.py docs/images/fleet-plan.svg
	PYTHONPATH=tests python tests/tools/report.py .cache/report docs/images/key-audit.png

nightly: $(READY) ## Run ten thousand schedules of the invariants, all races, answers and playbooks (an hour)
	ARIZE_TEST_SCHEDULES=10000 ARIZE_TEST_ROUNDS=20 ARIZE_TEST_SWEEP=full \
	  pytest tests/in_process/properties tests/in_process/hostile -n 2 \
	  tests/in_process/scenarios/test_lost_answers.py tests/in_process/scenarios/test_fleet.py \
	  tests/in_process/scenarios/test_two_years.py
	ARIZE_TEST_SWEEP=full pytest tests/playbooks -m nightly -n 2

POINTS ?= 100
SEED ?= 1

mutants: .cache/mutants/.ready ## Break module_utils at POINTS lines drawn by SEED, and report what no test notices (half an hour)
	.cache/mutants/bin/python tests/tools/mutants.py .cache/mutation $(POINTS) $(SEED)

docs: .cache/docs/venv/.ready ## Build the documentation as a site in .cache/docs/html and check it
	PATH=$(CURDIR)/.cache/docs/venv/bin:$$PATH python tests/tools/docs_site.py .cache/docs
	python tests/tools/site_width.py .cache/docs/html

# What the integration targets exchanged with the simulator. The second file says that the first is all of it.
EXCHANGES := .cache/exchanges/.venv.jsonl
COMPLETE := .cache/exchanges/complete

$(COMPLETE): $(EXCHANGES) $(shell find plugins roles tests/integration tests/simulator -type f ! -name '*.pyc')
	$(MAKE) integration

# Where it is missing, the rule above makes it.
$(EXCHANGES): ;

clients: $(CLIENTS) $(COMPLETE) ## Run the official clients against the simulator
	pytest tests/clients -n 2 --junit-xml=.cache/results/clients.xml

playbooks: $(READY) ## Run playbooks against the simulator
	pytest tests/playbooks -n 2 --junit-xml=.cache/results/playbooks.xml

stores: .cache/stores/.ready ## Run the playbooks of docs/stores.md against the stores that they are for
	pytest tests/stores -n 2 --junit-xml=.cache/results/stores.xml

packaging: build $(IMPORTER) ## Look at the tarball, install it, and have Galaxy's importer take it
	pytest tests/packaging -n 2 --junit-xml=.cache/results/packaging.xml

integration: $(READY) ## Run the integration targets with ansible-test
	rm -f $(COMPLETE)
	python tests/tools/ansible_test.py integration --local
	touch $(COMPLETE)

sanity: $(READY) ## Run the sanity tests of ansible-test on what users get; `make matrix` runs them on the tests, too
	python tests/tools/ansible_test.py sanity --local --exclude tests/

# Two parts at a time, each with its output as a whole when it ends.
test: $(READY) ## Run all that CI runs, and stop at the first failure
	@rm -rf .cache/results
	@mkdir -p .cache/results
	@$(MAKE) --jobs=2 --output-sync=recurse runs || \
	  { echo "make test: failed: $$(cat .cache/results/failed)" >&2; exit 1; }
	@echo
	@sort --key=2 --numeric-sort --reverse .cache/results/times
	@python tests/tools/tally.py .cache/results

runs: $(RUNS)

$(RUNS): run-%: $(READY)
	@echo; echo "== $* =="; began=$$SECONDS; \
	$(MAKE) $* || { echo $* >> .cache/results/failed; exit 1; }; \
	printf '%-12s %4d s\n' $* $$((SECONDS - began)) | tee -a .cache/results/times

# These would do the same work twice at the same time: run the targets, build the tarball.
run-clients: run-integration
run-packaging: run-demo

matrix: $(READY) ## Test each ansible-core with each Python (an hour), or one SESSION=NAME of noxfile.py
	$(if $(SESSION),,rm -rf .cache/matrix)
	nox $(addprefix --session ,$(SESSION))
	python tests/tools/matrix.py

benchmark: .cache/clients/current/.ready ## Measure, print the figures and write docs/performance.md
	pytest tests/benchmark --capture=no

# With BUILT set, the tarball that lies in dist is taken as it is, so that a release is tested and published in one build.
build: $(READY) ## Build the tarball in dist and install it offline in .cache/demo-collections
ifndef BUILT
	python tests/tools/collection_copy.py .cache/build
	rm -rf dist
	ansible-galaxy collection build --output-path dist .cache/build/ansible_collections/community/arize
endif
	ANSIBLE_COLLECTIONS_PATH=.cache/demo-collections \
	  ansible-galaxy collection install --offline --force dist/community-arize-*.tar.gz

# The tools read VERSION from the environment, so that neither make nor the shell takes part of it for a command.
release: $(READY) ## Make this checkout the release VERSION=1.2.3, with its changelog; commit nothing
	python tests/tools/release.py make

released: $(READY) ## Check that this checkout is the release VERSION=1.2.3
	python tests/tools/release.py check

clean: ## Remove everything that these targets made
	rm -rf .cache .hypothesis .venv dist changelogs/.plugin-cache.yaml

# The map of this project: `make help`. Every target sets up .venv by itself, from pinned versions.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/
READY := $(VENV)/.ready
# Four at a time on two cores: tests wait for processes of theirs, for browsers and for servers.
PYTEST := $(RUN)pytest --quiet --numprocesses 4 --dist loadfile --no-loadscope-reorder
SLOW := cli contract contract_client docs fleet gallery interop kills mcp_server plugin tooling webhooks

# Keep bytecode: else each process compiles all that it imports.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup generate drift check lint types imports spec-lint test quick contract one-edit bench demo docs mock spec-diff regenerate interop languages n8n postman dist audit compare torture fleet-torture thorough coverage clean

help: ## Show this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(READY) ## Create .venv with everything needed for development

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(RUN)python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt pip
	$(RUN)python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[all]' --group dev
	@touch $(READY)

generate: $(READY) ## Generate everything from openapi.yaml
	$(RUN)python scripts/generate.py

drift: $(READY) ## Check that the generated files match the spec
	$(RUN)python scripts/generate.py --check
	$(RUN)python scripts/follow.py --check

check: $(READY) ## Run every check
	$(MAKE) --no-print-directory --jobs 2 drift types spec-lint lint imports
	$(MAKE) --no-print-directory test

lint: $(READY) ## Lint and check the format
	$(RUN)ruff check .
	$(RUN)ruff format --check .

types: $(READY) ## Run mypy and pyright, both strict, on generated code too
	$(RUN)mypy legnext_client scripts benchmarks tests
	$(RUN)pyright

imports: $(READY) ## Check the import rules; print floors, circles and lazy imports
	$(RUN)lint-imports --no-cache
	$(RUN)python scripts/imports.py

spec-lint: $(READY) ## Validate openapi.yaml; lint it with Redocly and Spectral if npm is installed
	$(RUN)python scripts/lint_spec.py

test: $(READY) ## Run the tests
	$(PYTEST)

quick: $(READY) ## Run the fast tests: those without their own process, socket or browser
	$(PYTEST) $(addprefix --ignore=tests/,$(SLOW))

contract: $(READY) ## Check client and mock against the spec with more examples; with LIVE=1, the service, free requests only
ifdef LIVE
	$(RUN)python scripts/contract_live.py
else
	$(RUN)python -m tests.contract.run_schemathesis --examples 300
	$(RUN)python -m tests.contract_client.run --examples 300
	$(RUN)python -m tests.contract.every_fault
endif

one-edit: $(READY) ## Make some eighty edits of the spec, alone and together; check that everything follows
	$(RUN)python -m tests.promises.one_edit $(OPTIONS)

bench: $(READY) ## Run the benchmarks; print ratios, measured side by side
	$(RUN)python -m benchmarks $(OPTIONS)

compare: $(READY) ## Run the published SDK beside this client; check migrating.md against the results
	$(RUN)python -m tests.docs.comparison $(OPTIONS)

torture: $(READY) ## Kill batches and chains at hundreds of moments; check that nothing is lost or paid for twice
	$(RUN)python -m tests.kills.torture $(OPTIONS)
	$(RUN)python -m tests.kills.signals
	$(RUN)python -m tests.journal.damage

fleet-torture: $(READY) ## Kill workers and the database of a fleet, mostly during open POSTs; then try wrong fleets
	$(RUN)python -m tests.fleet.torture $(OPTIONS)
	$(RUN)python -m tests.fleet.torture --mistakes

thorough: $(READY) ## Run the tests with more examples, more trials and both colours of client
	THOROUGH=1 $(PYTEST)

coverage: $(READY) ## Measure test coverage, subprocesses included; at least 95 %
	$(RUN)coverage erase
	$(RUN)coverage run -m pytest --quiet -p no:xdist
	$(RUN)coverage combine --quiet
	$(RUN)coverage report

demo: $(READY) ## Show what the client does, on the mock server: image, chain, batch, gallery
	$(RUN)python scripts/demo.py

mock: $(READY) ## Start the mock server
	$(RUN)python -m legnext_client.mock

spec-diff: $(READY) ## Report how a change of the spec affects callers: make spec-diff BASE=main
	$(RUN)python scripts/spec_diff.py --base $(or $(BASE),HEAD)

docs: $(READY) ## Build the documentation site into site/
	$(RUN)python scripts/docs.py

regenerate: $(READY) ## Regenerate from the committed openapi.yaml, and commit
	$(RUN)python scripts/regenerate.py $(OPTIONS)

interop: $(READY) ## Check the spec, client and mock with Prism and newman
	$(RUN)python scripts/interop.py $(OPTIONS)

languages: $(READY) ## Generate clients in other languages, compile them, and try them on the mock server
	$(RUN)python scripts/languages.py $(OPTIONS)

n8n: $(READY) ## Compile the node for n8n, and run it and the workflows in a real n8n on the mock server
	$(RUN)python scripts/languages.py n8n $(OPTIONS)

postman: $(READY) ## Write the Postman collection from openapi.yaml
	$(RUN)python scripts/follow.py postman

dist: $(READY) ## Build the wheel and the sdist twice; check, install and try them
	$(RUN)python scripts/dist.py $(OPTIONS)

audit: $(READY) ## Check the pinned packages for known vulnerabilities
	$(RUN)pip-audit --requirement constraints.txt --no-deps --disable-pip --progress-spinner off

clean: ## Remove everything that make can create again
	rm -rf $(VENV) .tools dist build site .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache demo-out
	rm -f .coverage .coverage.*

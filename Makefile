# The map of this project: `make help`. Every target sets up .venv by itself, from pinned versions.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/
READY := $(VENV)/.ready
SLOW := cli contract contract_client docs gallery interop kills plugin tooling webhooks

.DEFAULT_GOAL := help
.PHONY: help setup generate drift check lint types imports spec-lint test quick contract one-edit bench demo docs mock spec-diff regenerate interop languages postman dist audit compare torture thorough coverage clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(READY) ## Set up .venv with everything that development needs

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(RUN)python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt pip
	$(RUN)python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[all]' --group dev
	@touch $(READY)

generate: $(READY) ## Make everything that follows from openapi.yaml
	$(RUN)python scripts/generate.py

drift: $(READY) ## Fail when the generated files are not what the spec gives
	$(RUN)python scripts/drift.py
	$(RUN)python scripts/cli_reference.py --check
	$(RUN)python scripts/portable.py --check
	$(RUN)python scripts/postman.py --check --optional

check: $(READY) ## Everything that must hold
	$(MAKE) --no-print-directory --jobs 2 drift types spec-lint lint imports
	$(MAKE) --no-print-directory test

lint: $(READY) ## Lint and check the format
	$(RUN)ruff check .
	$(RUN)ruff format --check .

types: $(READY) ## mypy and pyright, both strict, on generated code too
	$(RUN)mypy legnext_client scripts benchmarks tests
	$(RUN)pyright

imports: $(READY) ## Check which module may import which; print floors, circles and lazy imports
	$(RUN)lint-imports --no-cache
	$(RUN)python scripts/imports.py

spec-lint: $(READY) ## Validate openapi.yaml, and lint it with Redocly and Spectral where npm is
	$(RUN)python scripts/lint_spec.py

test: $(READY) ## Run the tests
	$(RUN)pytest --quiet --numprocesses 2 --dist loadfile

quick: $(READY) ## Run the tests that need no process, socket or browser of their own: three of four, sooner
	$(RUN)pytest --quiet --numprocesses 2 --dist loadfile $(addprefix --ignore=tests/,$(SLOW))

contract: $(READY) ## Hold client and mock against the spec, deeper than the tests; with LIVE=1, ask the service what is free
ifdef LIVE
	$(RUN)python scripts/contract_live.py
else
	$(RUN)python -m tests.contract.run_schemathesis --examples 300
	$(RUN)python -m tests.contract_client.run --examples 300
	$(RUN)python -m tests.contract.every_fault
endif

one-edit: $(READY) ## Make some eighty edits of the document, each alone and all together, and see that everything follows
	$(RUN)python -m tests.promises.one_edit $(OPTIONS)

bench: $(READY) ## Print every benchmark: ratios, measured side by side
	$(RUN)python -m benchmarks $(OPTIONS)

compare: $(READY) ## Run the published SDK beside this client, case by case, and hold migrating.md to it
	$(RUN)python -m tests.docs.comparison $(OPTIONS)

torture: $(READY) ## Kill batches and chains at hundreds of moments, and see that nothing is lost or paid twice
	$(RUN)python -m tests.kills.torture $(OPTIONS)
	$(RUN)python -m tests.kills.signals
	$(RUN)python -m tests.journal.damage

thorough: $(READY) ## Run the tests with more examples, more trials and both colours of client
	THOROUGH=1 $(RUN)pytest --quiet --numprocesses 2 --dist loadfile

coverage: $(READY) ## Measure the lines and branches that the tests run, subprocesses included: at least 95 %
	$(RUN)coverage erase
	$(RUN)coverage run -m pytest --quiet -p no:xdist
	$(RUN)coverage combine --quiet
	$(RUN)coverage report

demo: $(READY) ## What it is for, from a balance to a page of pictures, on the mock server
	$(RUN)python scripts/demo.py

mock: $(READY) ## Start the mock server
	$(RUN)python -m legnext_client.mock

spec-diff: $(READY) ## Report what a change of the spec means to callers: make spec-diff BASE=main
	$(RUN)python scripts/spec_diff.py --base $(or $(BASE),HEAD)

docs: $(READY) ## Build the site of the documentation into site/
	$(RUN)python scripts/docs.py

regenerate: $(READY) ## Commit what follows from a committed openapi.yaml
	$(RUN)python scripts/regenerate.py $(OPTIONS)

interop: $(READY) ## Ask Prism and newman for second opinions
	$(RUN)python scripts/interop.py $(OPTIONS)

languages: $(READY) ## Generate clients in other languages, compile them, and try them on the mock server
	$(RUN)python scripts/languages.py $(OPTIONS)

postman: $(READY) ## Write the Postman collection that follows from openapi.yaml
	$(RUN)python scripts/postman.py

dist: $(READY) ## Build the wheel and the sdist twice, check and try them
	$(RUN)python scripts/dist.py $(OPTIONS)

audit: $(READY) ## Look the pinned packages up among known vulnerabilities
	$(RUN)pip-audit --requirement constraints.txt --no-deps --disable-pip --progress-spinner off

clean: ## Remove what can be made again
	rm -rf $(VENV) .tools dist build site .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache demo-out
	rm -f .coverage .coverage.*

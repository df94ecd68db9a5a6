# Two commands are enough to begin with: `make serve` and `make test`. Both set everything up first, from Python alone.
.DEFAULT_GOAL := help
.PHONY: help setup graphiql serve test faults check bench browser lock schema

PYTHON ?= python3
BIN := .venv/bin

help: ## Lists the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup:
	@$(PYTHON) graph/bootstrap.py

graphiql: setup
	@$(BIN)/python -m graph.graphiql.build

serve: graphiql ## Starts everything: four databases, demo data, the server on port 5001
	@exec $(BIN)/homeroom serve $(ARGS)

test: setup ## Runs the tests on real databases of their own
	@exec $(BIN)/pytest -n 2 --dist loadfile $(ARGS)

faults: setup ## Kills each database under load, and counts what was acknowledged
	@exec $(BIN)/pytest tests/faults $(ARGS)

check: setup ## Style, types, layers, the schema
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m graph.lint

bench: setup ## Measures Homeroom beside its peers (QUICK=1: in under five minutes)
	@exec $(BIN)/python -m bench $(if $(QUICK),--quick) $(ARGS)

browser: graphiql ## Proves GraphiQL in headless Chromium, with every other host blocked
	@exec $(BIN)/python -m tests.browser.run $(ARGS)

schema: setup ## Writes schema.graphql from the code
	@exec $(BIN)/homeroom export-schema

lock: ## Resolves the dependencies anew, pinned with hashes (needs uv)
	uv pip compile pyproject.toml --extra embedded --extra dev -o requirements.lock \
	    --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --prerelease=if-necessary
	uv pip compile pyproject.toml -o requirements-production.lock \
	    --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --prerelease=if-necessary

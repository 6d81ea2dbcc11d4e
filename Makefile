# `make demo` and `make test` do all the set-up that they need: Python 3.11 or newer and make suffice.
# The set-up is done once, and again when the lock or pyproject.toml changes; after that no network.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo $$p; break; fi; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SPARK := $(VENV)/.spark
UV := build/uv/bin

.PHONY: demo test lint bench lock clean

demo: $(READY)
	$(call score,fixtures/dingcheng-2022.yaml,changde-county-duty@2022)
	$(call score,fixtures/xinyuan-2019.yaml,yili-county-duty@2019)
	@rm -rf build/country
	$(call run,batch fixtures/made-up-country-2022.csv -r changde-county-duty@2022 --out build/country)

test: $(READY) $(SPARK)
	$(BIN)/python -m pytest $(ARGS)

lint: $(READY)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy engine cli.py tests $(wildcard benchmarks)

bench: $(READY)
	$(BIN)/python benchmarks/run.py $(ARGS)

# Exit code 4 says that a missing fact could change the grade: an answer, not a failure.
define run
@echo '$$ dudao $(1)'
@$(BIN)/dudao $(1) || { status=$$?; [ $$status -eq 4 ] || exit $$status; }
@echo
endef
score = $(call run,score $(1) -r $(2) --explain)

# An editable install names its folder, so the stamp does too: a copied checkout sets itself up anew.
ifneq ($(shell cat $(READY) 2>/dev/null),$(CURDIR))
.PHONY: $(READY)
endif

$(READY): requirements.lock pyproject.toml
	@[ -n "$(PYTHON)" ] || { echo 'dudao needs Python 3.11 or newer and found none;' \
		'install one, or name it: make PYTHON=/path/to/python3' >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || { \
		echo 'could not create $(VENV): on Debian and Ubuntu install python3-venv first' >&2; exit 1; }
	@echo 'setting up $(VENV) …'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--no-deps --no-build-isolation -e .
	@printf '%s\n' "$(CURDIR)" >$(READY)

# Only tests need Spark; where it cannot be installed they are skipped and say why.
$(SPARK): requirements-spark.lock $(READY)
	@echo 'setting up PySpark for the tests …'
	@if $(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes -r requirements-spark.lock; then touch $(SPARK); \
	else echo 'PySpark could not be installed: its tests are skipped' >&2; fi

# One resolution for every supported Python and platform. ARGS=--upgrade takes newer versions.
lock:
	$(PYTHON) -m venv build/uv
	$(UV)/python -m pip install --quiet --disable-pip-version-check uv
	$(UV)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
		--group dev --extra tables --extra verify $(ARGS) pyproject.toml -o requirements.lock
	$(UV)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
		--constraint requirements.lock --extra spark $(ARGS) pyproject.toml \
		-o requirements-spark.lock

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find engine tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

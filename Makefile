# Everything a newcomer needs. `make demo` and `make test` set up what they need.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
STAMP := $(VENV)/.installed
# The site needs neither PyTorch nor Jupyter: its own environment is small and soon made.
SITE_VENV := .venv-site
SITE_STAMP := $(SITE_VENV)/.installed
# What builds and checks the packages for PyPI.
DIST_VENV := .venv-dist
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
# Memory in large pages, where the system has them: training on the CPU takes up to a fifth less time.
export GLIBC_TUNABLES := glibc.malloc.hugetlb=1
# Two workers share the machine's cores: one thread each. Students' own training (`make lab`) takes all cores.
SOLO := OMP_NUM_THREADS=1 $(RUN)

# How many things `make test` does at once: one waits for its kernels or its trainings while two compute.
JOBS ?= 3
# Costly tests wait more than they compute: for processes to start, for limits, for a browser.
COSTLY_JOBS ?= $(shell expr $(JOBS) + 1)

.DEFAULT_GOAL := help
.PHONY: help setup demo test prove lint build validate nightly lab instructor site dist clean

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | awk -F'\t' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: $(STAMP) ## make .venv and install everything into it

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "make: Python 3.11 or newer is needed, $(PYTHON) is " + sys.version.split()[0] + "; name another one: make PYTHON=python3.12")'
	@echo "== installing into $(VENV) (PyTorch is several gigabytes; this takes a few minutes)"
	@test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	@set -o pipefail; $(RUN) -m pip install --progress-bar off -c constraints.txt -e '.[grade,dev]' 2>&1 \
	  | tee $(VENV)/setup.log | awk '/^(Collecting|Installing|Successfully)|Downloading .* [MG]B\)/ { print substr($$0, 1, 100); fflush() }' \
	  || { tail -n 20 $(VENV)/setup.log; echo "make: the installation failed; all it said is in $(VENV)/setup.log"; exit 1; }
	@touch $(STAMP)

demo: $(STAMP) ## build the notebooks, grade a sample class, write its report
	@$(SOLO) -m coursepack demo

# Tests that start kernels or train are marked in tests/conftest.py.
test: lint ## the quick checks: style, types, drift, some answers through jail and judge, quick tests
	@echo "== release/ and solutions/ are what source/ gives"
	@$(SOLO) -m coursepack build --check
	@echo "== some right and wrong answers of every kind, through jail and judge"
	@$(SOLO) -m coursepack validate --quick -j $(JOBS)
	@echo "== quick tests"
	@$(SOLO) -m pytest -n $(JOBS) -m "not long and not costly and not nightly"
	@echo "== left out: all other answers, attacks, tests that start kernels or train. Next: make prove"

prove: $(STAMP) ## what `make test` leaves out: every right and wrong answer, attacks, costly tests
	@echo "== every right answer earns its points, every wrong one loses them"
	@$(SOLO) -m coursepack validate --skip-quick -j $(JOBS)
	@echo "== attacks and costly tests, some in a browser"
	@scripts/find_browser.sh
	@$(SOLO) -m pytest -n $(COSTLY_JOBS) -m "(long or costly) and not nightly"
	@echo "== left out: the site in a browser, the wheel's demo, two student versions without coursepack, answers to one exercise each by itself. Next: make nightly"

lint: $(STAMP) ## check style and types
	@echo "== style and types"
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy
	@$(VENV)/bin/lint-imports --no-logo | tail -n 8; test $${PIPESTATUS[0]} = 0
	@$(VENV)/bin/deptry .

build: $(STAMP) ## make release/ and solutions/ from source/
	@$(SOLO) -m coursepack build

validate: $(STAMP) ## prove the pack with right and wrong answers
	@$(SOLO) -m coursepack validate -j $(JOBS)

nightly: $(STAMP) $(SITE_STAMP) ## the site in a browser, the wheel's demo, every answer by itself in jail and judge; hours
	@scripts/find_browser.sh
	@$(SOLO) -m pytest -m nightly
	@$(SOLO) -m coursepack validate --full --all-judged -j $(JOBS)

# All notebooks share one download, in data/ or where COURSE_DATA says.
lab: $(STAMP) ## for students: their own copies of the notebooks, in work/, in JupyterLab
	@export COURSE_DATA="$$(cd "$${COURSE_DATA:-data}" && pwd)" && $(RUN) -m coursepack lab

instructor: $(STAMP) ## for instructors: JupyterLab in this folder, with formgrader
	@export COURSE_DATA="$$(cd "$${COURSE_DATA:-data}" && pwd)" && $(RUN) -m coursepack instructor

$(SITE_STAMP): pyproject.toml constraints.txt
	@echo "== installing into $(SITE_VENV)"
	@test -x $(SITE_VENV)/bin/python || $(PYTHON) -m venv $(SITE_VENV)
	@$(SITE_VENV)/bin/python -m pip install -q 'pip>=25.1' # the first that reads dependency groups
	@$(SITE_VENV)/bin/python -m pip install -q -c constraints.txt --group docs
	@touch $(SITE_STAMP)

# `--strict` makes a warning an error: a link that leads nowhere, a page outside the navigation.
site: $(SITE_STAMP) ## build the documentation as a site, in site/, and check it
	@NO_MKDOCS_2_WARNING=1 $(SITE_VENV)/bin/python -m mkdocs build --quiet --strict --clean
	@$(SITE_VENV)/bin/python -m scripts.docs_site.check_built site
	@echo "open site/index.html; the search needs a server: $(PYTHON) -m http.server --directory site"

dist: ## build the source distribution and the wheel, in dist/, and check what PyPI will show
	@test -x $(DIST_VENV)/bin/twine || { $(PYTHON) -m venv $(DIST_VENV) && $(DIST_VENV)/bin/python -m pip install -q -c constraints.txt build twine; }
	@rm -rf dist
	@$(DIST_VENV)/bin/python -m build --outdir dist
	@$(DIST_VENV)/bin/twine check --strict dist/*

clean: ## remove what make and the demo made, but never submissions, grades or downloaded data
	@rm -rf $(VENV) $(SITE_VENV) $(DIST_VENV) site demo dist build *.egg-info .pytest_cache .mypy_cache .ruff_cache

# The four things people do here, and `make post` to begin an article.
VENV := .venv
PYTHON := $(VENV)/bin/python
export NO_MKDOCS_2_WARNING := 1
# Bytecode is kept, whatever the machine prefers: the tests start hundreds of interpreters.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help serve test measure check post

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

serve: $(VENV)/ready  ## preview the site, reloading on every change: all, or PAGE=docs/posts/pool.md
	$(PYTHON) -m mkdocs serve

test: $(VENV)/ready  ## test everything against real servers, or one article: NAME=pool
	$(PYTHON) -m pytest $(if $(NAME),--article=$(NAME) --cov=snippets/$(NAME),--cov) --cov-context=test

measure: $(VENV)/ready  ## record measurements: all, or NAME=pool-sizing
	$(PYTHON) -m lab measure $(NAME)

check: $(VENV)/ready  ## linters, types, strict site build
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy
	$(PYTHON) -m press build

post: $(VENV)/ready  ## begin an article: TITLE="Your claim" [PACKAGE=name]
	$(PYTHON) -m press post "$$TITLE" $(if $(PACKAGE),--package $(PACKAGE))

# uv when present, for speed; the same hash-locked result without it.
$(VENV)/ready: requirements.txt
	python3 -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Under Load needs Python 3.11 or newer; python3 is " + sys.version.split()[0])'
	python3 -m venv --clear $(VENV)
	if command -v uv >/dev/null; then \
		uv pip install --quiet --compile-bytecode --python $(PYTHON) --no-deps --require-hashes -r $<; \
	else \
		$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<; \
	fi
	touch $@

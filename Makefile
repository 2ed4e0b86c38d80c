# The four things people do here, `make post` to begin an article, and what one measurement needs.
VENV := .venv
PYTHON := $(VENV)/bin/python
# What the environment is made with: another Python by PYTHON3=python3.12, pip in spite of uv by UV=
PYTHON3 ?= python3
UV ?= uv
export NO_MKDOCS_2_WARNING := 1
# Bytecode is kept, whatever the machine prefers: the tests start hundreds of interpreters.
export PYTHONDONTWRITEBYTECODE :=

# What stands behind a target is meant as it is, `$` and all, and reaches commands through their
# environment, whose quoting is nobody's. It counts on the command line only: WSL sets NAME.
define literal
ifeq ($(origin $1),command line)
override $1 := $$(value $1)
export $1
else
override $1 :=
unexport $1
endif
endef
$(foreach name,NAME PACKAGE PAGE PORT STALE TITLE,$(eval $(call literal,$(name))))

define NEWLINE


endef

.DEFAULT_GOAL := help
.PHONY: help serve test measure check post queues rivals generators

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

serve: $(VENV)/ready  ## preview the site, reloading on every change: all, or PAGE=docs/posts/pool.md [PORT=8001]
	$(PYTHON) -m mkdocs serve $(if $(PORT),--dev-addr "127.0.0.1:$$PORT")

test: $(VENV)/ready  ## run the tests against real servers: all, or those of one article by NAME=pool
	$(PYTHON) -m pytest $(if $(NAME),"--cov=snippets/$$NAME",--cov) $(if $(NAME),"--article=$$NAME")

measure: $(VENV)/ready $(if $(filter jobs-kill,$(NAME)),queues) $(if $(filter backend-scoreboard,$(NAME)),rivals) $(if $(filter testing-generators,$(NAME)),generators)  ## add a run to measurements: all, NAME=pool-sizing, or STALE=1 for those that are stale
	$(PYTHON) -m lab measure $(if $(NAME),"$$NAME") $(if $(STALE),--stale)

check: $(VENV)/ready  ## linters, types, imports, strict site build
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy
	$(VENV)/bin/lint-imports --no-logo --cache-dir .cache/imports
	$(PYTHON) -m press build

post: $(VENV)/ready  ## begin an article: TITLE="Your claim" [PACKAGE=name]
	$(if $(findstring $(NEWLINE),$(TITLE)),$(error TITLE has a line break. A title is one line))
	$(PYTHON) -m press post "$$TITLE" $(if $(PACKAGE),--package "$$PACKAGE")

queues: .venv-queues/ready .venv-arq/ready  ## install the job queues that jobs-kill compares, apart; its measurement does so by itself

rivals: .venv-template/ready .venv-boilerplate/ready  ## install what the projects need that backend-scoreboard compares, apart; its measurement does so by itself

generators: .venv-locust/ready  ## install Locust, which testing-generators measures, apart; its measurement does so by itself

# uv when present, for speed; the same hash-locked result without it. A lock is installed into the
# environment that the target is in, by the interpreter that is given.
define install
$(PYTHON3) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Under Load needs Python 3.11 or newer; $(PYTHON3) is " + sys.version.split()[0])'
$(PYTHON3) -m venv --clear $(@D)
! command -v '$(UV)' >/dev/null || '$(UV)' pip install --quiet --compile-bytecode --python $1 --no-deps --require-hashes -r $<
command -v '$(UV)' >/dev/null || $1 -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
endef

# The second line makes our own packages importable from anywhere in the environment, as an editable
# install would: it writes the one line that a build backend would write, and needs none.
$(VENV)/ready: requirements.txt
	$(call install,$(PYTHON))
	pwd >"$$($(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/under_load.pth"
	touch $@

# What is installed, so that a measurement can tell it from what the lock asks for by now.
.venv-%/ready: environments/%.txt
	$(call install,$(@D)/bin/python)
	cp $< $@

"""What people type behind `make` reaches the commands as they typed it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.declared import ROOT

SAYS_ITS_ARGUMENTS = """\
#!{python}
import json, os, sys
print(json.dumps([sys.argv[1:], os.environ.get("PAGE")]))
"""

UNKIND = [
    "It's a queue",
    'A "pool" is a queue',
    "It costs $5, $(shell exit 1) and ${HOME}",
    "`reboot` is not a retry",
    "C# and 100 % of #1",
    "pool=queue; exit 1 | cat > /dev/null & true",
    r"back\slash, \n and a trailing \\",
    "List<T> & *.py ~ !x",
    "Größe, 大小 and 🐘",
    "- [ ] yes: {no}",
]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone whose environment is ready, with a Python that prints what it is asked."""
    for name in ("Makefile", "mkdocs.yml", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(SAYS_ITS_ARGUMENTS.format(python=sys.executable), encoding="utf-8")
    python.chmod(0o755)
    (tmp_path / ".venv/ready").touch()
    return tmp_path


def make(clone: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {k: v for k, v in os.environ.items() if k not in {"MAKEFLAGS", "PAGE", "NAME"}}
    return subprocess.run(
        ["make", "--silent", *arguments],
        cwd=clone,
        env=inherited | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )


def asked(clone: Path, *arguments: str, **variables: str) -> list[str]:
    """The command line that make gave to Python."""
    done = make(clone, *arguments, **variables)
    assert done.returncode == 0, done.stderr
    command: list[str] = json.loads(done.stdout)[0]
    return command


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("serve", "mkdocs serve"),
        ("serve PORT=8001", "mkdocs serve --dev-addr 127.0.0.1:8001"),
        ("test", "pytest --cov"),
        ("test NAME=pool", "pytest --cov=snippets/pool --article=pool"),
        ("measure", "lab measure"),
        ("measure NAME=pool-sizing", "lab measure pool-sizing"),
        ("measure STALE=1", "lab measure --stale"),
        ("measure NAME=pool-sizing STALE=1", "lab measure pool-sizing --stale"),
        ("post TITLE=Claim", "press post Claim"),
        ("post TITLE=Claim PACKAGE=claim", "press post Claim --package claim"),
    ],
)
def test_a_target_runs_one_command(clone: Path, typed: str, command: str) -> None:
    assert asked(clone, *typed.split()) == ["-m", *command.split()]


@pytest.mark.parametrize(
    ("typed", "apart"),
    [
        ("measure NAME=jobs-kill", ["arq", "queues"]),
        ("queues", ["arq", "queues"]),
        ("measure NAME=backend-scoreboard", ["boilerplate", "template"]),
        ("rivals", ["boilerplate", "template"]),
        ("measure NAME=testing-generators", ["locust"]),
        ("generators", ["locust"]),
        *((typed, []) for typed in ("serve", "test", "measure", "measure NAME=pool-sizing")),
    ],
)
def test_only_what_needs_an_environment_apart_installs_it(
    clone: Path, typed: str, apart: list[str]
) -> None:
    shutil.copytree(ROOT / "environments", clone / "environments")
    said = make(clone, "--dry-run", "UV=", *typed.split()).stdout
    installed = [line for line in said.splitlines() if "-m pip install" in line]
    assert sorted(line.rpartition("/")[2].removesuffix(".txt") for line in installed) == apart
    for line in installed:
        assert "--no-deps --require-hashes -r environments/" in line


@pytest.mark.parametrize("title", UNKIND)
def test_a_title_is_passed_on_as_it_was_typed(clone: Path, title: str) -> None:
    assert asked(clone, "post", f"TITLE={title}") == ["-m", "press", "post", title]


def test_an_article_has_the_title_that_was_typed(clone: Path) -> None:
    title = r"""It's a "queue": $5, `x`; C# & <T> 100 % \ | {no} 🐘"""
    made = make(clone, "post", f"TITLE={title}", f"PYTHON={sys.executable}", PYTHONPATH=str(ROOT))
    assert made.returncode == 0, made.stderr
    [post] = (clone / "docs/posts").iterdir()
    _, front_matter, _ = post.read_text(encoding="utf-8").split("---\n", 2)
    assert yaml.safe_load(front_matter)["title"] == title


def test_a_title_of_two_lines_is_refused(clone: Path) -> None:
    done = make(clone, "post", "TITLE=Your pool\nis a queue")
    assert done.returncode != 0
    assert "TITLE has a line break. A title is one line." in done.stderr
    assert not done.stdout


def test_a_page_reaches_the_settings_of_the_site(clone: Path) -> None:
    done = make(clone, "serve", "PAGE=docs/posts/it's $5.md")
    assert json.loads(done.stdout)[1] == "docs/posts/it's $5.md"


@pytest.mark.parametrize("target", ["measure", "test"])
def test_a_variable_of_the_machine_is_not_taken_for_one_of_the_command(
    clone: Path, target: str
) -> None:
    assert asked(clone, target, NAME="DESKTOP-1") == asked(clone, target)


def test_help_lists_the_targets_and_what_stands_behind_them(clone: Path) -> None:
    said = make(clone).stdout
    for name in ("serve", "test", "measure", "check", "post"):
        assert f"make {name} " in said
    for variable in ("PAGE=", "PORT=", "NAME=", "STALE=", "TITLE=", "PACKAGE="):
        assert variable in said

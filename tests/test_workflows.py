"""The workflows are valid, run nothing of others that can change, and publish what was tested."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.declared import GROUPS, ROOT
from tests.snippets.checks import schema

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
KINDS = {
    **dict.fromkeys(WORKFLOWS, "github-workflows"),
    ROOT / ".github/dependabot.yml": "dependabot",
    **dict.fromkeys((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml"), "github-issue-forms"),
}
_PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def read(name: str) -> dict[Any, Any]:
    """A workflow; YAML takes its `on` for a truth value."""
    text = (ROOT / ".github/workflows" / name).read_text(encoding="utf-8")
    workflow: dict[Any, Any] = yaml.safe_load(text)
    return workflow


def lock_command(text: str) -> list[str]:
    """The options by which a lock is made that stand in a file, without those of one occasion."""
    [command] = re.findall(r"uv pip compile ((?:.*\n)*?.*)-o requirements\.txt", text)
    plain = re.sub(r"--resolution \S+ \S+ \S+|--upgrade|[#\\]", " ", command)
    return sorted(plain.replace("--group ", "--group=").split())


@pytest.mark.parametrize("path", KINDS, ids=lambda path: path.name)
def test_a_file_for_the_forge_is_valid(path: Any) -> None:
    assert not schema(KINDS[path])(path)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_an_action_is_pinned_by_the_hash_of_its_commit_and_names_its_release(path: Any) -> None:
    for used in re.findall(r"uses: (.*)", path.read_text(encoding="utf-8")):
        assert used.startswith("./") or _PINNED.fullmatch(used), used


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_only_read_unless_a_job_says_more(path: Any) -> None:
    assert read(path.name)["permissions"] == {"contents": "read"}


def test_a_push_runs_the_suite_once_and_publishes_when_all_of_it_passed() -> None:
    assert [path.name for path in WORKFLOWS if "push" in read(path.name)[True]] == ["pages.yml"]
    jobs = read("pages.yml")["jobs"]
    assert jobs["test"] == {"uses": "./.github/workflows/test.yml"}
    assert jobs["publish"]["needs"] == "test"
    assert "workflow_call" in read("test.yml")[True]


def test_the_matrix_has_every_python_that_the_project_supports() -> None:
    [oldest] = re.findall(r'requires-python = ">=3\.(\d+)"', (ROOT / "pyproject.toml").read_text())
    pythons = read("test.yml")["jobs"]["locked"]["strategy"]["matrix"]["python"]
    assert pythons == [f"3.{minor}" for minor in range(int(oldest), 15)]


def test_a_lock_made_for_one_run_is_made_by_the_documented_command() -> None:
    documented = lock_command((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert documented == lock_command(
        (ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8")
    )
    assert [option for option in documented if option.startswith("--group")] == sorted(
        f"--group={group}" for group in GROUPS
    )

"""Rivals are copied as they were published, but for what their module lists."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lab import environments
from snippets.backend.experiments._client import Answer
from snippets.backend.experiments._systems import System
from snippets.backend.experiments.rivals import boilerplate, template
from snippets.backend.experiments.rivals._checkout import Checkout, NoCheckoutError

DATABASE, REDIS = "postgresql://postgres@127.0.0.1:5433/shop", "redis://127.0.0.1:6380/0"


@pytest.fixture
def published(tmp_path: Path) -> Checkout:
    """A project at a commit, cloned to where rivals are."""
    place = tmp_path / ".rivals/demo"
    (place / "src").mkdir(parents=True)
    (place / "src/main.py").write_text("except A, B:\n")
    git = ["git", "-C", str(place), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *command], check=True)
    commit = subprocess.check_output([*git, "rev-parse", "HEAD"], text=True).strip()
    changes = {"main.py": (("except A, B", "except (A, B)"),)}
    return Checkout("demo", "https://example.com/demo", commit, "src", changes, ("built/", ".env"))


def test_a_copy_has_the_changes_and_what_a_build_makes(published: Checkout, tmp_path: Path) -> None:
    place = published.copied(tmp_path / "copy", tmp_path)
    assert (place / "main.py").read_text() == "except (A, B):\n"
    assert (place / "built").is_dir()
    assert (place / ".env").is_file()
    assert (tmp_path / ".rivals/demo/src/main.py").read_text() == "except A, B:\n"


def test_another_commit_is_refused_with_the_commands(published: Checkout, tmp_path: Path) -> None:
    other = replace(published, commit="0" * 40)
    with pytest.raises(NoCheckoutError) as caught:
        other.require(tmp_path)
    assert str(caught.value) == (
        f".rivals/demo is {published.commit}; make it with: git clone https://example.com/demo "
        f".rivals/demo && git -C .rivals/demo checkout {'0' * 40}"
    )


def test_what_is_not_there_is_told(published: Checkout, tmp_path: Path) -> None:
    absent = replace(published, name="absent")
    assert str(absent.missing(tmp_path)).startswith(".rivals/absent is not there; make it with")


def test_a_change_that_has_no_place_is_refused(published: Checkout, tmp_path: Path) -> None:
    other = replace(published, changes={"main.py": (("except C", ""),)})
    with pytest.raises(NoCheckoutError, match=r"main.py has no 'except C'"):
        other.copied(tmp_path / "copy", tmp_path)


@pytest.mark.parametrize("system", [template.TEMPLATE, boilerplate.BOILERPLATE])
def test_both_are_told_the_same_servers(system: System) -> None:
    said = " ".join(system.variables(DATABASE, REDIS).values())
    assert "5433" in said
    assert "127.0.0.1" in said


@pytest.mark.parametrize("module", [template, boilerplate])
def test_an_account_writes_its_mark_and_reads_what_it_wrote(module: Any) -> None:
    account = module.account("token")
    written = account.write("mark")
    assert json.loads(written.body)["title"] == "mark"
    assert account.read({"id": 7}).path.endswith("/7")
    for request in (written, account.read({"id": 7}), account.page, account.cached):
        assert ("Authorization", "Bearer token") in request.headers
    email = json.loads(module.sign_up("ada@example.com").body)["email"]
    assert email == "ada@example.com"


@pytest.mark.parametrize("module", [template, boilerplate])
async def test_who_enters_has_the_token_of_the_answer(
    module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask(url: str, request: object) -> Answer:
        return Answer(200, b'{"access_token": "t"}')

    monkeypatch.setattr(module, "ask", ask)
    account = await module.enter("http://127.0.0.1:1")
    assert account.headers == (("Authorization", "Bearer t"),)


def test_a_rival_runs_with_the_interpreter_of_its_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(environments, "interpreter", lambda name: f".venv-{name}/bin/python")
    assert template.TEMPLATE.python == ".venv-template/bin/python"

"""A repository for the tests of what renders pages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from mkdocs.utils.yaml import get_yaml_loader

from press import memo
from tests.press.miniature import Repo, logged


@pytest.fixture(scope="session", autouse=True)
def _libyaml() -> Iterator[None]:
    """MkDocs reads the settings of each miniature with libyaml, where PyYAML has it."""
    with pytest.MonkeyPatch.context() as patched:
        loader = getattr(yaml, "CLoader", yaml.Loader)
        patched.setattr(get_yaml_loader, "__defaults__", (loader, None))
        yield


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repo]:
    """An empty repository, the current directory, which keeps the problems that its pages log."""
    monkeypatch.chdir(tmp_path)
    repo = Repo(tmp_path)
    with logged() as repo.problems:
        yield repo


@pytest.fixture(scope="session")
def remembered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where what is dear to make is kept for a whole run, by all of its workers."""
    own = tmp_path_factory.getbasetemp()
    return (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "remembered"


@pytest.fixture
def memo_of_the_run(monkeypatch: pytest.MonkeyPatch, remembered: Path) -> None:
    """Drawings, cards and highlighted code are made once in a run, and not once in a test."""
    monkeypatch.setattr(memo, "MEMO", remembered)

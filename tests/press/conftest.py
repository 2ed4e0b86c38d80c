"""A repository for the tests of what renders pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.press.miniature import Repo, logged


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repo]:
    """An empty repository, the current directory, which keeps the problems that its pages log."""
    monkeypatch.chdir(tmp_path)
    repo = Repo(tmp_path)
    with logged() as repo.problems:
        yield repo

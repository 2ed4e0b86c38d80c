"""A repository for the tests of what renders pages."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.press.rendering import Collector, Repo


@pytest.fixture
def repo(tmp_path: Path) -> Iterator[Repo]:
    """An empty repository, which keeps the problems that its pages log."""
    repo = Repo(tmp_path)
    collector = Collector(repo.problems)
    log = logging.getLogger("mkdocs.press")
    log.addHandler(collector)
    try:
        yield repo
    finally:
        log.removeHandler(collector)

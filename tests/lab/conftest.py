"""A place of its own for the servers of one test."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import storage


@pytest.fixture
def parent_directory(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The directory below which the servers of this test keep files and copied programs.

    Not `tmp_path`, which `nobody` cannot reach.
    """
    with tempfile.TemporaryDirectory(dir=storage.program_parent()) as name:
        parent = Path(name)
        parent.chmod(0o755)
        monkeypatch.setattr(storage, "data_parent", lambda durable: parent)
        monkeypatch.setattr(storage, "program_parent", lambda: parent)
        yield parent

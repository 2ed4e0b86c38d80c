"""A place of its own for the servers of one test."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lab import storage
from lab.supervision import Supervision


@pytest.fixture
def parent_directory(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The directory below which the servers of this test keep files and copied programs.

    Not `tmp_path`, which `nobody` cannot reach.
    """
    with closing(Supervision()) as supervision:
        parent = Path(supervision.ask("directory", str(storage.program_parent())))
        parent.chmod(0o755)
        monkeypatch.setattr(storage, "data_parent", lambda durable: parent)
        monkeypatch.setattr(storage, "program_parent", lambda: parent)
        yield parent

"""Places of their own for the servers of one test, and one supervisor for experiments of many."""

from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path

import pytest

from lab import descendants, storage
from lab.supervision import Supervision


@pytest.fixture
def parent_directory(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The directory below which the servers of this test keep files, in memory as all of them.

    Not `tmp_path`, which `nobody` cannot reach, and which is on a disk: a cluster costs thrice as
    much there.
    """
    with closing(Supervision()) as supervision:
        parent = Path(supervision.ask("directory", str(storage.data_parent(durable=False))))
        parent.chmod(0o755)
        monkeypatch.setattr(storage, "data_parent", lambda durable: parent)
        yield parent


@pytest.fixture
def program_directory(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The directory below which programs that the servers of this test need are copied."""
    with closing(Supervision()) as supervision:
        parent = Path(supervision.ask("directory", str(storage.program_parent())))
        parent.chmod(0o755)
        monkeypatch.setattr(storage, "program_parent", lambda: parent)
        yield parent


@pytest.fixture
def bound(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What experiments start ends with this process, which is bound already.

    To find processes, an interpreter loads psutil: for each measurement of a test anew.
    """
    monkeypatch.setattr(descendants, "bound", lambda: nullcontext(tmp_path))

"""What this process starts ends with it, at whatever depth and however it ends.

A supervisor (`lab.supervisor`) waits for our end, and then ends every process that carries our mark
in its environment. Build servers find what a job left in the same way, because nothing else works
for all: a process group is left by `setsid`, and the death signal of Linux (PR_SET_PDEATHSIG) is
not inherited, comes when the *thread* that started the child ends, and exists nowhere else.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab import storage
from lab.storage import RUN
from lab.supervision import Supervision


@contextmanager
def bound() -> Iterator[Path]:
    """Processes that are started inside end with this block, or with this process.

    The value is a directory that goes with them. It is for one block at a time in a process: a
    block within another takes over what is started inside.
    """
    outer = os.environ.get(RUN)
    supervision = Supervision(finds_processes=True)
    try:
        directory = supervision.ask("directory", str(storage.temporary_parent()))
        supervision.ask("end_marked", RUN, directory)
        os.environ[RUN] = directory
        yield Path(directory)
    finally:
        _restore(RUN, outer)
        supervision.close()


@contextmanager
def temporary_files_in(directory: Path) -> Iterator[None]:
    """Temporary files of this process, and of those that it starts inside, are made there."""
    variable, module = os.environ.get("TMPDIR"), tempfile.tempdir
    os.environ["TMPDIR"] = tempfile.tempdir = str(directory)
    try:
        yield
    finally:
        tempfile.tempdir = module
        _restore("TMPDIR", variable)


def _restore(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value

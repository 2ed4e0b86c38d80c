"""A worker of a queue: a process with all that it starts, there to be killed."""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Self

from lab.repository import ROOT
from lab.server import holds_resources

if TYPE_CHECKING:
    import psutil

POLL_S = 0.005


class Worker:
    """A process group of its own; a context manager, whose end kills what is left of it.

    Args:
        command: the program and its arguments.
        environment: variables, added to those of this process; modules are imported from the root.
        root: its directory, and where Python imports from.

    Raises:
        OSError: the program cannot be started.
    """

    def __init__(
        self, command: Sequence[str | Path], environment: Mapping[str, str], root: Path = ROOT
    ) -> None:
        with ExitStack() as opened:
            self._log = opened.enter_context(tempfile.TemporaryFile())
            self._process = subprocess.Popen(
                command,
                cwd=root,
                env={**os.environ, "PYTHONPATH": str(root), **environment},
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                start_new_session=True,
            )
            self._stack = opened.pop_all()  # closed with this worker

    @property
    def pid(self) -> int:
        """Of the process that was started; it may be there no more."""
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._stack.close()

    def kill(self) -> None:
        """SIGKILL the process and what it has started; return when none of them runs."""
        while any(map(holds_resources, _group(self._process.pid))):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            time.sleep(POLL_S)
        self._process.wait()

    def kill_children(self) -> None:
        """SIGKILL what the process has started, but not itself; return when none of it runs."""
        import psutil

        children = psutil.Process(self._process.pid).children(recursive=True)
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
        while any(map(holds_resources, children)):
            time.sleep(POLL_S)

    def ended(self) -> bool:
        """Whether the process has ended by itself."""
        return self._process.poll() is not None

    def said(self) -> str:
        """The last line that it printed."""
        # Not read(): the process writes where reading would end.
        printed = os.pread(self._log.fileno(), os.fstat(self._log.fileno()).st_size, 0)
        lines = printed.decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it printed nothing"


def _group(pgid: int) -> "list[psutil.Process]":
    import psutil

    found = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == pgid:
                found.append(process)
        except ProcessLookupError:
            continue
    return found

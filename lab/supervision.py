"""The parent's side of `lab.supervisor`: what ends with this process, and its clean-up."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import weakref
from typing import Any

from lab import supervisor
from lab.storage import RUN


class Supervision:
    """A conversation with one supervisor; closing it ends what is supervised.

    Its processes are then gone, and its directories removed.

    The same happens when this process ends in any way, SIGKILL included, because the supervisor
    then reads end-of-file.

    Args:
        finds_processes: whether it can be told to end what carries a mark; it then starts slower.
    """

    def __init__(self, *, finds_processes: bool = False) -> None:
        self._lock = threading.Lock()
        # Who ends what a run has started must not take a supervisor for a part of it.
        environment = {name: value for name, value in os.environ.items() if name != RUN}
        self._process = subprocess.Popen(
            [sys.executable, "-I", *([] if finds_processes else ["-S"]), supervisor.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,  # or Ctrl-C would reach the server before its clients
            bufsize=0,
        )
        _open.add(self)

    def ask(self, command: str, *arguments: object) -> Any:
        """Give the supervisor a command and return its answer.

        Raises:
            OSError: the command failed, or the supervisor is gone.
        """
        assert self._process.stdin
        assert self._process.stdout
        with self._lock:
            self._process.stdin.write(json.dumps([command, *arguments]).encode() + b"\n")
            line = self._process.stdout.readline()
        if not line:
            raise OSError("the supervisor is gone")
        reply = json.loads(line)
        if "error" in reply:
            raise OSError(reply["error"])
        return reply["answer"]

    def close(self) -> None:
        """End what is supervised and return when its processes and directories are gone."""
        _open.discard(self)
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def abandon(self) -> None:
        """In a forked child: let go of the pipe, whose end must mean the end of the parent."""
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                os.close(pipe.fileno())  # type: ignore[union-attr]
        self._process.returncode = 0


_open: weakref.WeakSet[Supervision] = weakref.WeakSet()


def _abandon_all() -> None:
    for supervision in list(_open):
        supervision.abandon()
    _open.clear()


os.register_at_fork(after_in_child=_abandon_all)

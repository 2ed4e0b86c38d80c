"""The parent's side of `lab.supervisor`: one supervised server, and its clean-up."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import weakref
from typing import Any

from lab import supervisor


class Supervision:
    """A conversation with one supervisor; closing it ends the server and removes its directories.

    The same happens when this process ends in any way, SIGKILL included, because the supervisor
    then reads end-of-file.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", supervisor.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
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
            raise OSError("the supervisor of this server is gone")
        reply = json.loads(line)
        if "error" in reply:
            raise OSError(reply["error"])
        return reply["answer"]

    def close(self) -> None:
        """End the server and return when its processes and directories are gone."""
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

"""Child processes that end with this one, however it ends.

Without it a runner that is killed leaves servers behind, which keep the port and go on working, and
the next start fails. Each child leads a process group, so that its own children, such as the
workers of uvicorn, are reached when it is gone. A guard knows the groups and reads a pipe whose
other end this process alone holds: its end means that we are gone, and the guard kills them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Self

from .signals import undisturbed

POLL_S = 0.05
# It is told of a group when that begins, and again when it has ended.
GUARD = """
import os, signal, sys
groups = set()
for line in sys.stdin:
    groups ^= {int(line)}
for group in groups:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass
"""


class Processes:
    """Children by their names; a context manager that ends them all.

    Args:
        patience_s: how long they may take to end after SIGTERM before they are killed. It is longer
            than their own limits, so that each decides itself what it cuts off.
    """

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        self._guard = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", GUARD],
            stdin=subprocess.PIPE,
            bufsize=0,
            process_group=0,
        )
        return self

    def __exit__(self, *_: object) -> None:
        try:
            for child in self._running.values():
                os.kill(child.pid, signal.SIGTERM)  # terminate() may take its status
            deadline = time.monotonic() + self._patience_s
            while time.monotonic() < deadline and not all(map(_has_ended, self._running.values())):
                time.sleep(POLL_S)
        finally:  # impatience, too: Ctrl-C once more
            for child in self._running.values():
                self._reap(child)
            assert self._guard.stdin
            self._guard.stdin.close()
            self._guard.wait()

    def start(self, name: str, command: list[str]) -> int:
        """Start a child; return its process id.

        It shares our output, and not the signals of our terminal: Ctrl-C is for us to pass on.
        """
        with undisturbed():
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)
            self._running[name] = child
            self._tell(child.pid)
        return child.pid

    def ended(self) -> Iterator[tuple[str, int]]:
        """The children that have ended since the last look, each with its exit status.

        The status is negative where a signal ended it. What it has started has ended, too.
        """
        for name, child in list(self._running.items()):
            if _has_ended(child):
                del self._running[name]
                yield name, self._reap(child)

    def _reap(self, child: subprocess.Popen[bytes]) -> int:
        """Kill what is left of a child and its group, and take its exit status.

        In this order: until somebody takes the status, the id is not given to another process.
        """
        with suppress(ProcessLookupError, PermissionError):  # the latter on macOS, of a zombie
            os.killpg(child.pid, signal.SIGKILL)
        status = child.wait()
        self._tell(child.pid)
        return status

    def _tell(self, group: int) -> None:
        assert self._guard.stdin
        with suppress(BrokenPipeError):  # somebody has killed the guard
            self._guard.stdin.write(b"%d\n" % group)


def _has_ended(child: subprocess.Popen[bytes]) -> bool:
    """Whether it has, with its exit status left to be taken."""
    look = os.WEXITED | os.WNOHANG | os.WNOWAIT
    return os.waitid(os.P_PID, child.pid, look) is not None

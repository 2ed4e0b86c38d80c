"""A child process that owns what must end with its parent, and outlives it by a moment.

That is a server and its directories, or all that the parent starts: see `lab.descendants`.

It reads commands from a pipe, one JSON list a line, and answers each with one line. Only the parent
holds the pipe's other end, so end-of-file means that the parent has finished, crashed or been
killed: the supervisor then ends all it supervises, removes the directories and exits. It holds a
lock on each directory: one without belongs to nobody any more, and `lab.leftovers` removes it.

It runs as `python -I -S supervisor.py`: the standard library alone, for a start in a few
milliseconds; without `-S` where it must find processes. Its parent side is `lab.supervision`.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psutil

PATIENCE_S = 20.0
POLL_S = 0.005
ATTEMPTS = 10  # another process may take a new directory for a leftover before it is locked
PREFIX = "under-load."


class Supervisor:
    """The commands, one public method each, and the cleaning up."""

    def __init__(self) -> None:
        self._owner: dict[str, Any] = {}
        self._directories: list[Path] = []
        self._server: subprocess.Popen[bytes] | None = None
        self._end_signal = signal.SIGKILL
        self._after_kill: list[str] = []
        self._environment: dict[str, str] = {}
        self._killed = False
        self._locks: list[int] = []
        self._mark: tuple[str, str] | None = None

    def run_as(self, uid: int, gid: int) -> None:
        """Give directories and processes made from now on to this user."""
        self._owner = {"user": uid, "group": gid, "extra_groups": []}

    def directory(self, parent: str) -> str:
        """Make a directory below `parent` that is removed at the end."""
        for _ in range(ATTEMPTS):
            # Not tempfile: importing it would double the start time.
            path = Path(parent, f"{PREFIX}{os.urandom(6).hex()}")
            path.mkdir(mode=0o700)
            if (lock := lock_of(path)) is not None:
                break
        else:
            raise OSError(f"no directory below {parent} can be locked")
        self._locks.append(lock)
        self._directories.append(path)
        if self._owner:
            os.chown(path, self._owner["user"], self._owner["group"])
        return str(path)

    def end_marked(self, variable: str, value: str) -> None:
        """At the end, end every process that was started with this variable.

        Its first directory may be passed through, because what is started may be another user's.
        """
        import psutil  # noqa: F401 — there is no time for it at the end

        self._mark = variable, value
        self._directories[0].chmod(0o711)

    def run(self, argv: list[str], environment: dict[str, str]) -> tuple[int, str]:
        """Run a program to its end; answer its exit status and its output."""
        done = subprocess.run(
            argv,
            cwd=self._directories[0],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **self._owner,
        )
        return done.returncode, done.stdout.decode(errors="replace")

    def start(
        self,
        argv: list[str],
        environment: dict[str, str],
        log: str,
        end_signal: int,
        after_kill: list[str],
    ) -> int:
        """Start the server; answer its process id.

        `end_signal` ends it when there is no time for a graceful stop; `after_kill` is a program
        that removes from the kernel what a SIGKILL leaves there.
        """
        self._end_signal = signal.Signals(end_signal)
        self._after_kill = after_kill
        self._environment = environment
        with Path(log).open("ab") as output:
            self._server = subprocess.Popen(
                argv,
                cwd=self._directories[0],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                **self._owner,
            )
        self._killed = False
        return self._server.pid

    def wait(self, seconds: float) -> int | None:
        """Wait for the server's end; answer its exit status, or null when it still runs."""
        assert self._server is not None
        try:
            return self._server.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def kill(self, others: list[int]) -> None:
        """SIGKILL the server and its other processes."""
        assert self._server is not None
        self._killed = True
        for pid in others:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._server.kill()
        self._server.wait()

    def clean(self) -> None:
        """Leave no process and no directory behind."""
        if self._server and self._server.poll() is None:
            self._server.send_signal(self._end_signal)
            if self.wait(PATIENCE_S) is None:
                self.kill([])
        if self._killed and self._after_kill:
            self.run(self._after_kill, self._environment)
        if mark := self._mark:
            end_all(lambda: marked(*mark))
        for directory in self._directories:
            shutil.rmtree(directory, ignore_errors=True)


def lock_of(directory: Path) -> int | None:
    """A lock on the directory, which ends with this process; None if another process has it.

    Also None if the directory is gone, or is gone by the time the lock is there.
    """
    try:
        lock = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(lock), directory.stat()):
            return lock
    except OSError:
        pass
    os.close(lock)
    return None


def marked(variable: str, value: str) -> "list[psutil.Process]":
    """The processes that were started with this variable in their environment."""
    import psutil

    return [
        process
        for process in psutil.process_iter(["environ"])
        if (process.info["environ"] or {}).get(variable) == value
    ]


def end_all(find: "Callable[[], list[psutil.Process]]") -> None:
    """SIGKILL what is found, again and again, until nothing is: it may start more meanwhile."""
    import psutil

    deadline = time.monotonic() + PATIENCE_S
    while (found := find()) and time.monotonic() < deadline:
        for process in found:
            with contextlib.suppress(psutil.Error):
                process.kill()
        time.sleep(POLL_S)


def main() -> None:
    """Serve commands until end-of-file."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    supervisor = Supervisor()
    try:
        for line in sys.stdin.buffer:
            name, *arguments = json.loads(line)
            try:
                answer = {"answer": getattr(supervisor, name)(*arguments)}
            except OSError as error:
                answer = {"error": str(error)}
            print(json.dumps(answer), flush=True)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        supervisor.clean()


if __name__ == "__main__":
    main()

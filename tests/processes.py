"""What processes have started, and whether that still runs.

Any of them may end between two looks at it, which is the answer then and no error.
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psutil


@dataclass
class Parent:
    """A Python process, and the processes that it said it started."""

    popen: subprocess.Popen[str]
    started: list[psutil.Process]


Start = Callable[..., Parent]


@contextmanager
def starting() -> Iterator[Start]:
    """`start(script, *arguments)` runs a script until it prints the ids of its processes.

    They and it are over when the test is, also when it failed.
    """
    with ExitStack() as cleanup:

        def start(script: str, *arguments: str) -> Parent:
            popen = subprocess.Popen(
                [sys.executable, "-c", script, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            parent = Parent(popen, [])
            cleanup.callback(_end, parent.started)
            cleanup.callback(popen.communicate)
            cleanup.callback(popen.kill)
            assert popen.stdout
            pids = json.loads(popen.stdout.readline())
            parent.started += [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
            return parent

        yield start


def wait_until_gone(processes: list[psutil.Process]) -> None:
    """Return when each has ended; the test's timeout is the limit."""
    while any(map(runs, processes)):
        time.sleep(0.01)


def wait_until_it_listens(process: subprocess.Popen[Any], port: int) -> None:
    """Return when somebody can connect to that port of this machine.

    Raises:
        AssertionError: The process has ended before.
    """
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.01)
        else:
            return
    raise AssertionError(f"{process.args!r} has ended with status {process.returncode}")


def runs(process: psutil.Process | int) -> bool:
    """Whether it does, or the one of that id; a zombie does not."""
    try:
        process = psutil.Process(process) if isinstance(process, int) else process
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def children(word: str) -> list[psutil.Process]:
    """What this process, or one below it, has started that runs and has the word in its command."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if word in " ".join(child.cmdline()):
                found.append(child)
    return found


def kill(processes: Iterable[psutil.Process]) -> None:
    """Send SIGKILL to those that are still there."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def outliving(processes: list[psutil.Process], seconds: float = 10) -> list[psutil.Process]:
    """Those that still run after so many seconds; returns at once when none does.

    A zombie is over. Psutil's own `wait_procs` waits until its parent, or the first process of
    the system, has asked for its status: where that looks only now and then, for seconds.
    """
    deadline = time.monotonic() + seconds
    while (alive := list(filter(runs, processes))) and time.monotonic() < deadline:
        time.sleep(0.01)
    return alive


def _end(processes: list[psutil.Process]) -> None:
    kill(outliving(processes))

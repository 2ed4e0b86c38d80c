"""Running any command beside real servers."""

import contextlib
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType

from psycopg.pq import Conninfo

from lab import binaries, databases, descendants, keyspaces

# What the shell answers for a command that it cannot find, or cannot run.
NOT_FOUND, NOT_EXECUTABLE, SIGNALED = 127, 126, 128

FORWARDED = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
# The terminal itself sends these to every process in the foreground.
TYPED = (signal.SIGINT, signal.SIGQUIT)


def run_command(command: list[str]) -> int:
    """Run it with both URLs set, a fresh database and its signals; return its exit status.

    A command ended by signal N makes 128 + N, as in the shell.

    Raises:
        NoServer: one of the servers cannot be had.
    """
    # Both servers start at once; each takes most of its time waiting.
    with ThreadPoolExecutor() as pool:
        for server in [pool.submit(databases.server_url), pool.submit(keyspaces.server_url)]:
            server.result()
    with descendants.bound(), databases.postgres() as dsn, keyspaces.redis() as lease:
        environment = command_environment(dsn, lease.url)
        try:
            status = _wait_for(command, environment)
        except FileNotFoundError:
            print(f"lab run: {command[0]}: command not found", file=sys.stderr)
            return NOT_FOUND
        except PermissionError:
            print(f"lab run: {command[0]}: not executable", file=sys.stderr)
            return NOT_EXECUTABLE
        return SIGNALED - status if status < 0 else status


def command_environment(dsn: str, redis_url: str) -> dict[str, str]:
    """This process's environment with both servers in it.

    PGHOST and its relatives make `psql` without arguments reach the database; PATH begins with
    PostgreSQL's programs and then those of this interpreter.
    """
    environment = dict(os.environ)
    options = Conninfo.parse(dsn.encode())
    environment |= {o.envvar.decode(): o.val.decode() for o in options if o.envvar and o.val}
    path = [str(Path(sys.executable).parent), environment.get("PATH", os.defpath)]
    # Without any, the server is somebody else's, and so are the programs.
    with contextlib.suppress(binaries.NoServer):
        path.insert(0, str(binaries.find_postgres().directory))
    return environment | {
        "DATABASE_URL": dsn,
        "REDIS_URL": redis_url,
        "PATH": os.pathsep.join(path),
    }


def _wait_for(command: list[str], environment: dict[str, str]) -> int:
    """Run the command to its end, and pass on every signal that this process gets meanwhile."""
    child: subprocess.Popen[bytes] | None = None
    early: list[int] = []

    def forward(number: int, _: FrameType | None) -> None:
        if child is None:
            early.append(number)
        elif number not in TYPED or not _in_foreground():
            child.send_signal(number)

    previous = {number: signal.signal(number, forward) for number in FORWARDED}
    try:
        child = subprocess.Popen(command, env=environment)
        for number in early:
            child.send_signal(number)
        return child.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _in_foreground() -> bool:
    """Whether a terminal counts us among the processes that its keys interrupt."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    finally:
        os.close(terminal)

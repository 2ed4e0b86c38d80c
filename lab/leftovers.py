"""What a run left that was killed together with its supervisors, or lost its machine.

A later run ends and removes it. What belongs to a living process stays: its directories are locked,
and its databases and keys have its id in their names.
"""

import contextlib
import os
import pwd
import shutil
from pathlib import Path

import psutil

from lab import databases, keyspaces, storage
from lab.supervisor import PREFIX, end_all, lock_of, marked


def sweep() -> None:
    """Remove the leftovers of dead owners on this machine, and on the servers that are given."""
    for parent in storage.parents():
        for directory in parent.glob(f"{PREFIX}*"):
            _remove(directory)
    # A server that does not answer is reported by who needs it.
    if dsn := os.environ.get(databases.VARIABLE):
        import psycopg

        with contextlib.suppress(psycopg.Error):
            databases.sweep(dsn)
    if url := os.environ.get(keyspaces.VARIABLE):
        import redis

        with contextlib.suppress(redis.RedisError):
            keyspaces.sweep(url)


def _remove(directory: Path) -> None:
    lock = lock_of(directory) if _is_ours(directory) else None
    if lock is None:
        return
    try:
        name = str(directory)
        end_all(lambda: [*marked(storage.RUN, name), *_at_work_in(directory)])
        shutil.rmtree(directory, ignore_errors=True)
    finally:
        os.close(lock)


def _is_ours(directory: Path) -> bool:
    """Anybody may make a directory of this name, to have processes ended that are not ours."""
    ours = {os.geteuid()} if os.geteuid() else {0, pwd.getpwnam("nobody").pw_uid}
    with contextlib.suppress(OSError):
        return directory.lstat().st_uid in ours
    return False


def _at_work_in(directory: Path) -> list[psutil.Process]:
    """The servers of ours are: they rewrite their environment, but not where they are."""
    return [
        process
        for process in psutil.process_iter(["cwd"])
        if process.info["cwd"] and Path(process.info["cwd"]).is_relative_to(directory)
    ]

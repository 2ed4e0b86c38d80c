"""Processor time of a PostgreSQL server on this machine: the postmaster and all its processes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.inside import UnavailableError
from lab.inside._session import session

if TYPE_CHECKING:
    import psutil


@dataclass
class Processor:
    """Processor time in seconds, user and system; set when the block ends."""

    seconds: float = 0.0


@contextmanager
def processor(dsn: str) -> Iterator[Processor]:
    """The processor time of the whole server inside the block, ended sessions included.

    Args:
        dsn: URL of a database of the server.

    Raises:
        UnavailableError: the server does not run on this machine, or its processes cannot be seen.
    """
    import psutil

    found = Processor()
    with session(dsn) as connection:
        try:
            postmaster = psutil.Process(connection.info.backend_pid).parent()
        except psutil.Error:
            postmaster = None
        if postmaster is None or not postmaster.name().startswith("postgres"):
            raise UnavailableError(
                "The server's processes are not on this machine, so that nobody can tell their "
                "processor time. Use a server of the lab."
            )
        before = _seconds(postmaster)
        yield found
        found.seconds = _seconds(postmaster) - before


def _seconds(postmaster: "psutil.Process") -> float:
    """Of all processes, those that ended included: the kernel adds them to their parent."""
    before = postmaster.cpu_times()
    while True:
        running = sum(map(_of_a_child, postmaster.children(recursive=True)))
        after = postmaster.cpu_times()
        # Else a child has ended meanwhile, and may have been counted twice or not at all.
        if (before.children_user, before.children_system) == (
            after.children_user,
            after.children_system,
        ):
            return float(sum(after[:4]) + running)
        before = after


def _of_a_child(child: "psutil.Process") -> float:
    import psutil

    try:
        times = child.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)

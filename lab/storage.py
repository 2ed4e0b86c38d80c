"""Where a server keeps its files: memory for tests, a disk for measurements."""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
DISK = Path("/var/tmp")
ROOM_BYTES = 1 << 30

# The directory of the run that this process belongs to: see `lab.descendants`.
RUN = "UNDER_LOAD_RUN"


def temporary_parent() -> Path:
    """The system's directory for temporary files, also where a run has one of its own.

    What is supervised by itself is kept beside the directory of a run, not in it: each is removed
    when its own supervisor has ended what is at work there.
    """
    run = os.environ.get(RUN)
    return Path(run).parent if run else Path(tempfile.gettempdir())


def parents() -> set[Path]:
    """Every directory below which something of ours may have been left."""
    return {path for path in (MEMORY, DISK, temporary_parent()) if path.is_dir()}


def data_parent(durable: bool) -> Path:
    """The directory below which a server's data directory belongs.

    Durable servers get `/var/tmp`, because `/tmp` is memory on many systems. Others get a RAM disk
    when there is one with 1 GiB to spare; a container's default of 64 MB is not enough.
    """
    if durable:
        return DISK if os.access(DISK, os.W_OK) else temporary_parent()
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM_BYTES:
        return MEMORY
    return temporary_parent()


def program_parent() -> Path:
    """A temporary directory from which programs may run."""
    candidates = [temporary_parent(), DISK, MEMORY]
    for candidate in candidates:
        if os.access(candidate, os.W_OK) and runs_programs(candidate):
            return candidate
    return candidates[0]


def runs_programs(directory: Path) -> bool:
    """Whether programs may run from there; some directories are mounted `noexec`."""
    return not os.statvfs(directory).f_flag & getattr(os, "ST_NOEXEC", 0)

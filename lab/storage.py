"""Where a server keeps its files: memory for tests, a disk for measurements."""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
DISK = Path("/var/tmp")
ROOM_BYTES = 1 << 30


def data_parent(durable: bool) -> Path:
    """The directory below which a server's data directory belongs.

    Durable servers get `/var/tmp`, because `/tmp` is memory on many systems. Others get a RAM disk
    when there is one with 1 GiB to spare; a container's default of 64 MB is not enough.
    """
    if durable:
        return DISK if os.access(DISK, os.W_OK) else Path(tempfile.gettempdir())
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM_BYTES:
        return MEMORY
    return Path(tempfile.gettempdir())


def program_parent() -> Path:
    """A temporary directory from which programs may run; some are mounted `noexec`."""
    candidates = [Path(tempfile.gettempdir()), DISK, MEMORY]
    noexec = getattr(os, "ST_NOEXEC", 0)
    for candidate in candidates:
        if os.access(candidate, os.W_OK) and not os.statvfs(candidate).f_flag & noexec:
            return candidate
    return candidates[0]

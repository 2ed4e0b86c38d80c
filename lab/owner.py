"""Who made a thing that is not on this machine's disk, in its name.

A database or a key on somebody's server cannot be locked by its owner as a directory can. So its
name says which process made it, and a later run on the same machine drops what a dead one left.
"""

import hashlib
import os
import platform
from functools import cache
from pathlib import Path


@cache
def machine() -> str:
    """Six digits for this machine, or for this container of it, whose process ids are its own."""
    namespace = Path("/proc/self/ns/pid")
    ours = str(namespace.readlink()) if namespace.is_symlink() else ""
    return hashlib.sha256(f"{platform.node()} {ours}".encode()).hexdigest()[:6]


def token() -> str:
    """The machine and the process, as a part of a name."""
    return f"{machine()}_{os.getpid()}"


def is_dead(owner: str) -> bool:
    """Whether the process of this token is known to have ended.

    It is not where the token is another machine's, or where another process has its id by now.
    """
    where, _, pid = owner.partition("_")
    if where != machine():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False

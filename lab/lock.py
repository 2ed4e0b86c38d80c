"""What the locks pin, compared with what a run was measured with."""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from packaging.utils import canonicalize_name

from lab import environments
from lab.distributions import LANGUAGE, SERVERS, locked_name

LOCK = "requirements.txt"

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
_NOT_LOCKED = frozenset({LANGUAGE, *SERVERS})


def moved(versions: Mapping[str, str], root: Path) -> dict[str, tuple[str, str]]:
    """The libraries whose minor version the lock has left: the version measured, and the locked.

    A distribution that the lock pins twice, by platform or Python, may be at either version.
    Patch releases repair; they are not news for a measurement.
    """
    # What the project pins goes before what an environment apart does.
    paths = [*environments.locks(root), root / LOCK]
    locked: dict[str, set[str]] = {}
    for path in filter(Path.is_file, map(Path.absolute, paths)):
        locked |= _locked(path, path.stat().st_mtime_ns)
    found: dict[str, tuple[str, str]] = {}
    for name, version in versions.items():
        pinned = locked.get(locked_name(name), set())
        if name in _NOT_LOCKED or not pinned or minor(version) in map(minor, pinned):
            continue
        found[name] = version, " or ".join(sorted(pinned))
    return found


def minor(version: str) -> tuple[str, ...]:
    """The first two parts of a version: 0.32 of 0.32.1."""
    return tuple([*version.split("."), "0"][:2])


@lru_cache(maxsize=64)
def _locked(path: Path, _mtime_ns: int) -> dict[str, set[str]]:
    """The versions that a lock pins, by canonical distribution name."""
    locked: dict[str, set[str]] = {}
    for name, version in _PINNED.findall(path.read_text(encoding="utf-8")):
        locked.setdefault(canonicalize_name(name), set()).add(version)
    return locked

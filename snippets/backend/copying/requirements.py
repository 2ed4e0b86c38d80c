"""The part of this repository's lock that the copy needs, with the hashes that it has here.

Without it the copy would resolve versions of its own on the day that somebody installs it, and
nobody would have tested those. Resolving is not repeated: what is installed here says what it
requires, and the lock says at which version.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib import metadata
from itertools import chain
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# The lock is for all of these, so what any of them needs is in it.
SYSTEMS = (("linux", "Linux", "posix"), ("darwin", "Darwin", "posix"), ("win32", "Windows", "nt"))
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
_ENTRY = re.compile(r"^(?P<name>[A-Za-z0-9._-]+).*?(?=^\S|\Z)", re.MULTILINE | re.DOTALL)


def declared(root: Path) -> dict[str, Requirement]:
    """What pyproject.toml declares, in all groups, by name."""
    listed = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    lists = [*listed["dependency-groups"].values(), listed["project"]["dependencies"]]
    found = map(Requirement, chain.from_iterable(lists))
    return {canonicalize_name(one.name): one for one in found}


def entries(lock: str) -> dict[str, str]:
    """The text of each entry of a lock, by name; a name may have several, by platform."""
    found: dict[str, str] = {}
    for entry in _ENTRY.finditer(lock):
        name = canonicalize_name(entry["name"])
        found[name] = found.get(name, "") + entry[0]
    return found


def closure(wanted: Iterable[Requirement]) -> set[str]:
    """The names of what is wanted and of all that it requires, on any platform."""
    seen: set[tuple[str, str]] = set()
    waiting = list(wanted)
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        for extra in {"", *requirement.extras}:
            if (name, extra) not in seen:
                seen.add((name, extra))
                waiting += _required(name, extra)
    return {name for name, _ in seen}


def pinned(names: Iterable[str], locked: dict[str, str]) -> str:
    """The entries of these names; what the lock has not is for no platform of its own."""
    return "".join(locked[name] for name in sorted(names) if name in locked)


def _required(name: str, extra: str) -> list[Requirement]:
    """What an installed distribution requires for this extra; nothing where it is not installed.

    It then is for another platform, and the lock has it without what it requires there.
    """
    try:
        texts = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []
    found = map(Requirement, texts)
    return [one for one in found if one.marker is None or _counts(one.marker, extra)]


def _counts(marker: Marker, extra: str) -> bool:
    """Whether a marker holds on any platform that the lock is for."""
    return any(
        marker.evaluate(
            {
                "sys_platform": platform,
                "platform_system": system,
                "os_name": family,
                "python_version": python,
                "python_full_version": f"{python}.9",
                "extra": extra,
            }
        )
        for platform, system, family in SYSTEMS
        for python in PYTHONS
    )

"""What pyproject.toml declares and what requirements.txt pins."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.txt"
_PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
# What is pinned apart, in an environment of its own.
APART = {path.stem: path for path in sorted((ROOT / "environments").glob("*.txt"))}
GROUPS: tuple[str, ...] = tuple(
    group for group in _PROJECT["dependency-groups"] if group not in APART
)


@dataclass(frozen=True)
class Pin:
    """An entry of the lock."""

    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name as an index knows it."""
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        """The version that is pinned; empty if the entry leaves a choice."""
        [*specifiers] = self.requirement.specifier
        return specifiers[0].version if [s.operator for s in specifiers] == ["=="] else ""

    def counts_in(self, environment: dict[str, str]) -> bool:
        """Whether it is installed in an environment, described as markers do."""
        marker = self.requirement.marker
        return marker is None or marker.evaluate(environment)


def declared(*groups: str) -> list[Requirement]:
    """What the project declares for everybody, and in the groups."""
    lists = [_PROJECT["project"]["dependencies"]]
    lists += [_PROJECT["dependency-groups"][group] for group in groups]
    return [Requirement(text) for requirements in lists for text in requirements]


def declared_apart(group: str) -> list[Requirement]:
    """What an environment of its own declares, and nothing of the project's."""
    return [Requirement(text) for text in _PROJECT["dependency-groups"][group]]


def read_lock(text: str) -> Iterator[Pin]:
    """The entries of a lock, a comment taken for an entry that pins nothing."""
    for entry in text.replace("\\\n", " ").splitlines():
        requirement, *hashes = re.split(r"\s+--hash=", entry.strip())
        yield Pin(Requirement(requirement), tuple(hashes))

"""What the last test run verified, as its plugin recorded it in `build/verification.json`."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

from press.repository import TEST_RUN

# The servers under the names that the manifest gives them, and who connects to them.
_SERVERS = {
    "postgresql": ("PostgreSQL", {"asyncpg", "psycopg", "sqlalchemy"}),
    "redis": ("Redis", {"redis"}),
    "valkey": ("Valkey", {"redis"}),
}
_RENAMED = {"redis": "redis-py"}  # the client: `redis` is the server
_NO_DISTRIBUTION = sys.stdlib_module_names | {"snippets", "lab"}


@dataclass(frozen=True)
class Coverage:
    """What tests did with some lines of a file.

    Attributes:
        tests: the tests that executed one of the lines or more; where only importing the file
            executed them, all tests of the file.
        executed: how many of the lines were executed.
        executable: how many of them can be; none in a file that is not Python.
    """

    tests: tuple[str, ...]
    executed: int
    executable: int


@dataclass(frozen=True)
class Manifest:
    """A test run.

    Attributes:
        recorded: the day of the run, as YYYY-MM-DD.
        versions: of Python, the servers and the distributions, by name.
        files: what was recorded of each file.
        naive: the tests that prove the failure of a naive listing, by its path.
    """

    recorded: str
    versions: Mapping[str, str]
    files: Mapping[str, Any]
    naive: Mapping[str, tuple[str, ...]]

    def is_current(self, path: str, content: bytes) -> bool:
        """Whether a file that the run knows is still, byte for byte, the one that was tested."""
        return bool(self.files[path]["sha256"] == sha256(content).hexdigest())

    def coverage(self, path: str, lines: Collection[int]) -> Coverage:
        """What the run did with `lines` of a file that it knows."""
        known = self.files[path]
        tests, executed, missing = known["tests"], known["lines"], set(known["missing"])
        if not executed and not missing:
            return Coverage(tuple(tests), 0, 0)
        shown = [executed[f"{number}"] for number in lines if f"{number}" in executed]
        ran = sorted({at for by in shown for at in by}) or range(len(tests) if shown else 0)
        return Coverage(
            tests=tuple(tests[at] for at in ran),
            executed=len(shown),
            executable=len(shown) + len(missing.intersection(lines)),
        )

    def versions_of(self, path: str, text: str) -> Iterator[str]:
        """What a file ran on: its language, the distributions it imports, and their servers."""
        imported = _imports(text) if path.endswith(".py") else frozenset()
        if path.endswith(".py"):
            yield f"Python {'.'.join(self.versions['python'].split('.')[:2])}"
        known = {_normalized(name): name for name in self.versions.keys() - _SERVERS.keys()}
        for distribution in sorted(_distributions(imported, known)):
            name = known[distribution]
            yield f"{name} {self.versions[name]}"
        for server, (label, clients) in _SERVERS.items():
            used = imported & clients or (server == "postgresql" and path.endswith(".sql"))
            if used and server in self.versions:
                yield f"{label} {self.versions[server]}"


def load_manifest(root: Path) -> Manifest | None:
    """The last test run in the repository at `root`; None before the first."""
    path = root / TEST_RUN
    try:
        return _load(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=8)
def _load(path: Path, _mtime_ns: int) -> Manifest:
    recorded = json.loads(path.read_text(encoding="utf-8"))
    return Manifest(
        recorded=recorded["recorded"][:10],
        versions=recorded["versions"],
        files=recorded["files"],
        naive={name: tuple(tests) for name, tests in recorded["naive"].items()},
    )


@lru_cache(maxsize=4096)
def _imports(text: str) -> frozenset[str]:
    """The top-level names that a module imports; none while it is not Python."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return frozenset()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return frozenset(found)


def _distributions(imported: Iterable[str], known: Collection[str]) -> set[str]:
    """Which of the known distributions supply what is imported, by their normalized names."""
    found: set[str] = set()
    for name in imported:
        supplier = _RENAMED.get(name, _normalized(name))
        if supplier in known:
            found.add(supplier)
        elif name not in _NO_DISTRIBUTION:
            found.update(map(_normalized, _installed().get(name, ())))
    return found.intersection(known)


@cache
def _installed() -> Mapping[str, list[str]]:
    """Who supplies what can be imported: a slow question, asked only if a name does not tell."""
    return packages_distributions()


def _normalized(distribution: str) -> str:
    return distribution.lower().replace("_", "-").replace(".", "-")

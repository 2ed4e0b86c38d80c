"""What the last test run verified, as its plugin recorded it in `build/verification.json`."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from lab import distributions, manifest
from press.repository import TEST_RUN

# Who connects to a server.
_CLIENTS = {
    "postgresql": {"asyncpg", "psycopg", "sqlalchemy"},
    "redis": {"redis"},
    "valkey": {"redis"},
}


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
    """What test runs recorded, as `lab.manifest` has it."""

    content: manifest.Manifest

    def knows(self, path: str) -> bool:
        """Whether a run saw this file."""
        return path in self.content["files"]

    def is_current(self, path: str, content: bytes) -> bool:
        """Whether a file that a run knows is still, byte for byte, the one that was tested."""
        return self.content["files"][path]["sha256"] == sha256(content).hexdigest()

    def day(self, path: str) -> str:
        """The day of the run that a file was last part of, as YYYY-MM-DD."""
        return manifest.run_of(self.content, path)["recorded"][:10]

    def naive(self, path: str) -> tuple[str, ...]:
        """The tests that prove the failure of a naive listing."""
        return tuple(self.content["naive"].get(path, ()))

    def coverage(self, path: str, lines: Collection[int]) -> Coverage:
        """What the run did with `lines` of a file that it knows."""
        known = self.content["files"][path]
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
        versions = manifest.run_of(self.content, path)["versions"]
        imported = _imports(text) if path.endswith(".py") else frozenset()
        if path.endswith(".py"):
            yield f"Python {'.'.join(versions['python'].split('.')[:2])}"
        known = versions.keys() - distributions.SERVERS.keys()
        for name in sorted(_distributions(imported, known)):
            yield f"{name} {versions[name]}"
        for server, label in distributions.SERVERS.items():
            is_sql = server == "postgresql" and path.endswith(".sql")
            if server in versions and (is_sql or imported & _CLIENTS[server]):
                yield f"{label} {versions[server]}"


def load_manifest(root: Path) -> Manifest | None:
    """The last test run in the repository at `root`; None before the first."""
    try:
        return _load(root, (root / TEST_RUN).stat().st_mtime_ns)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=8)
def _load(root: Path, _mtime_ns: int) -> Manifest | None:
    recorded = manifest.read(root)
    return recorded and Manifest(recorded)


@lru_cache(maxsize=4096)
def _imports(text: str) -> frozenset[str]:
    """The top-level names that a module imports; none while it is not Python."""
    try:
        return distributions.imported(ast.parse(text))
    except SyntaxError:
        return frozenset()


def _distributions(imported: Iterable[str], known: Collection[str]) -> set[str]:
    """Which of the known distributions supply what is imported."""
    found: set[str] = set()
    for name in imported:
        supplier = distributions.recorded_name(name)
        # Asking the installed distributions is slow: only if a name does not tell.
        found |= {supplier} if supplier in known else distributions.suppliers([name])
    return found.intersection(known)

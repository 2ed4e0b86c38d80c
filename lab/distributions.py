"""Which distributions code uses, under the names that records and captions have for them.

Names are canonical, as in requirements.txt, but for one: `redis` is the server in a record, so its
client is `redis-py`, as its makers call it.
"""

import ast
import sys
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path

from packaging.utils import canonicalize_name

from lab.source import OURS, syntax_tree

# What is recorded beside distributions, and is in no lock; with the names that readers know.
LANGUAGE = "python"
SERVERS = {"postgresql": "PostgreSQL", "redis": "Redis", "valkey": "Valkey"}

_CLIENTS = {"redis": "redis-py"}
_DISTRIBUTIONS = {client: name for name, client in _CLIENTS.items()}


def recorded_name(distribution: str) -> str:
    """The name under which a distribution is recorded."""
    name = canonicalize_name(distribution)
    return _CLIENTS.get(name, name)


def locked_name(recorded: str) -> str:
    """The name in the lock of what is recorded under this name."""
    return canonicalize_name(_DISTRIBUTIONS.get(recorded, recorded))


def imported(tree: ast.Module) -> frozenset[str]:
    """The top-level names that a module imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return frozenset(found)


def suppliers(names: Iterable[str]) -> set[str]:
    """The distributions, as recorded, that supply these top-level names."""
    others = set(names).difference(sys.stdlib_module_names, OURS)
    return {recorded_name(found) for name in others for found in _installed().get(name, ())}


def versions(modules: Iterable[Path]) -> dict[str, str]:
    """Name and installed version of every third-party distribution that the modules import.

    Raises:
        SyntaxError: A module is not Python.
    """
    names = {name for module in modules for name in imported(syntax_tree(module))}
    return {name: metadata.version(locked_name(name)) for name in sorted(suppliers(names))}


@cache
def _installed() -> dict[str, list[str]]:
    """Who supplies what can be imported; it reads the metadata of every distribution."""
    return {name: list(found) for name, found in metadata.packages_distributions().items()}

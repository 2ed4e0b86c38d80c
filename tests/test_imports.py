"""Each room imports only what pyproject.toml declares for it.

What another package happens to bring along may go with its next release, and a run with the lowest
declared versions says nothing about a version that is not declared.
"""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from itertools import chain

import pytest
from packaging.utils import canonicalize_name

from tests.declared import APART, ROOT, declared, declared_apart

# What people copy out of `snippets` must run with what they are told to install.
ROOMS: dict[str, tuple[str, ...]] = {
    "snippets": (),
    "lab": ("lab",),
    "press": ("lab", "press"),
    "tests": ("lab", "press", "test"),
}
OURS = frozenset(ROOMS)
# These are run by interpreters of environments apart, which need not be there.
ENGINES = sorted(ROOT.glob("snippets/*/experiments/engines/*.py"))
MODULES = sorted(
    {path for room in ROOMS for path in (ROOT / room).rglob("*.py")}.difference(ENGINES)
)


def imported(source: str) -> Iterator[tuple[int, str]]:
    """The line and the top-level name of everything that a module imports from elsewhere."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        else:
            continue
        for name in names:
            top = name.partition(".")[0]
            if top not in sys.stdlib_module_names and top not in OURS:
                yield node.lineno, top


def undeclared(source: str, allowed: frozenset[str]) -> list[tuple[int, str]]:
    """The imports that none of the allowed distributions brings."""
    return [
        (line, name)
        for line, name in imported(source)
        if not allowed.intersection(map(canonicalize_name, providers().get(name, [])))
    ]


@cache
def providers() -> dict[str, list[str]]:
    return dict(packages_distributions())


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_what_is_declared_for_it(room: str) -> None:
    allowed = frozenset(canonicalize_name(one.name) for one in declared(*ROOMS[room]))
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {name} is imported; declare it in pyproject.toml"
        for path in MODULES
        if path.is_relative_to(ROOT / room)
        for line, name in undeclared(path.read_text(encoding="utf-8"), allowed)
    ]
    assert not wrong, "\n".join(wrong)


def test_an_engine_imports_what_is_declared_for_it_or_for_snippets() -> None:
    """By the names of distributions, as those that supply the modules may not be installed."""
    declarations = [*declared(), *chain.from_iterable(map(declared_apart, APART))]
    allowed = {canonicalize_name(one.name) for one in declarations}
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {name} is imported; declare it in pyproject.toml"
        for path in ENGINES
        for line, name in imported(path.read_text(encoding="utf-8"))
        if canonicalize_name(name) not in allowed
    ]
    assert ENGINES
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "source",
    ["import yaml", "import yaml.nodes as n", "from yaml import nodes", "def f():\n import yaml"],
)
def test_an_import_is_found_wherever_it_stands(source: str) -> None:
    assert [name for _, name in undeclared(source, frozenset())] == ["yaml"]
    assert not undeclared(source, frozenset({"pyyaml"}))


@pytest.mark.parametrize(
    "source",
    ["import json", "from lab import postgres", "from . import yaml", "from .yaml import a"],
)
def test_what_is_ours_or_pythons_needs_no_declaration(source: str) -> None:
    assert not undeclared(source, frozenset())


def test_every_module_has_a_room() -> None:
    assert all((ROOT / room).is_dir() for room in ROOMS)
    assert len(MODULES) > 100

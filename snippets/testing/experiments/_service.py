"""The shop with a defect, made of its own source."""

import ast
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

from fastapi import FastAPI

from snippets.testing import shop, store
from snippets.testing.experiments._defects import Defect

MODULES = {"store": store, "shop": shop}  # the shop imports the store
RAN = "_ran"


@dataclass
class Service:
    """A shop of its own modules.

    Attributes:
        create_app: Makes the application, from a URL.
        store: The dependency that gives a request its store.
        migrations: What makes the tables.
        statements: The statements of all its functions.
        ran: Those that were run.
    """

    create_app: Callable[..., FastAPI]
    store: Callable[..., Any]
    migrations: Sequence[str]
    statements: set[str] = field(default_factory=set)
    ran: set[str] = field(default_factory=set)

    @property
    def covered(self) -> float:
        return len(self.ran) / len(self.statements)


def changed(name: str, defect: Defect) -> str:
    """The source of a module with the defect in it.

    Raises:
        LookupError: What is to be replaced is not there once.
    """
    source = Path(str(MODULES[name].__file__)).read_text("utf-8")
    for change in defect.changes:
        if change.module == name:
            if source.count(change.old) != 1:
                raise LookupError(f"not there once: {change.old!r}")
            source = source.replace(change.old, change.new)
    return source


def load(defect: Defect) -> Service:
    """Modules that nothing else imports, and that note what runs."""
    statements: set[str] = set()
    ran: set[str] = set()
    loaded: dict[str, ModuleType] = {}
    for name, original in MODULES.items():
        noting = Noting(name)
        tree = noting.visit(ast.parse(changed(name, defect)))
        code = compile(
            ast.fix_missing_locations(tree),
            str(original.__file__),
            "exec",
        )
        statements |= noting.lines
        module = ModuleType(original.__name__)
        setattr(module, RAN, ran)
        known = {found.__name__: found for found in loaded.values()}
        # Pydantic looks for a class's module by name.
        known[module.__name__] = module
        with patch.dict(sys.modules, known):
            exec(code, vars(module))
        loaded[name] = module
    made, kept = loaded["shop"], loaded["store"]
    return Service(
        made.create_app, made.store, kept.MIGRATIONS, statements, ran
    )


class Noting(ast.NodeTransformer):
    """Before each statement of a function, one that notes its line.

    Attributes:
        lines: The statements, `MODULE:LINE`.
    """

    def __init__(self, module: str) -> None:
        self.lines: set[str] = set()
        self._module = module
        self._inside = False

    def visit(self, node: ast.AST) -> Any:
        inside = self._inside
        self._inside = inside or isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef
        )
        self.generic_visit(node)
        self._inside = inside
        if not inside or not isinstance(node, ast.stmt):
            return node
        line = f"{self._module}:{node.lineno}"
        self.lines.add(line)
        return [*ast.parse(f"{RAN}.add({line!r})").body, node]

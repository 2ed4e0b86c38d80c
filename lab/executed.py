"""Which statements of a module run, counted where they stand.

A tracer is asked about every line of every library as well, which doubles the time of a test. Here
each statement of the modules that matter is compiled behind a mark, an assignment to one byte: what
libraries do costs nothing, and neither threads nor greenlets make a difference. Nor does a run
hang. Traced on CPython 3.11 by a coverage that follows greenlets, every third one did: where two
threads ended at once, a call within a pending call waited for ever for the next of these.

A statement counts as a whole, with all of its lines, from the moment it begins. One that has a body
counts with what stands before the body, and so does a `case` or an `except` that is taken. A loop
that only waits counts with its body: whether there was anything to wait for is a matter of luck.
"""

import ast
import builtins
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import SourceLoader
from importlib.machinery import SourceFileLoader
from itertools import takewhile
from pathlib import Path
from types import CodeType
from unittest.mock import patch

NAME = "__executed__"  # of the bytes, among the builtins
BODIES = ("body", "orelse", "finalbody")
BRANCHES = ("handlers", "cases")


class Marks:
    """What ran since it was asked last.

    Attributes:
        array: a byte for each statement, which is 1 when it ran.
    """

    def __init__(self) -> None:
        self.array = bytearray()
        self._places: list[tuple[str, frozenset[int]]] = []
        self._compiled: dict[str, tuple[bytes, CodeType]] = {}

    def code(self, source: bytes, path: str) -> CodeType:
        """A module with its marks, which look for `array` under its name.

        Raises:
            SyntaxError: The module is not Python.
        """
        if path not in self._compiled or self._compiled[path][0] != source:
            tree = ast.parse(source, path)
            self._mark(tree, path)
            self._compiled[path] = source, compile(tree, path, "exec", dont_inherit=True)
        return self._compiled[path][1]

    def taken(self) -> list[int]:
        """The numbers of the statements that ran; from now on they did not."""
        found = []
        number = self.array.find(1)
        while number >= 0:
            found.append(number)
            self.array[number] = 0
            number = self.array.find(1, number + 1)
        return found

    def lines(self, numbers: Iterable[int]) -> dict[str, set[int]]:
        """The lines of these statements, by the path of their module."""
        found: dict[str, set[int]] = {}
        for path, lines in map(self._places.__getitem__, numbers):
            found.setdefault(path, set()).update(lines)
        return found

    def _mark(self, node: ast.AST, path: str) -> None:
        for name in BODIES:
            if statements := getattr(node, name, []):
                setattr(node, name, list(self._marked(statements, path)))
        for name in BRANCHES:
            for branch in getattr(node, name, ()):
                self._mark(branch, path)
                branch.body.insert(0, self._assignment(branch, branch.body[0], path))

    def _marked(self, statements: Sequence[ast.stmt], path: str) -> Iterator[ast.stmt]:
        first = list(takewhile(_comes_first, statements))
        yield from first
        for statement in first:
            yield self._assignment(statement, statement, path)
        for statement in statements[len(first) :]:
            yield self._assignment(statement, statement, path)
            if not _only_waits(statement):
                self._mark(statement, path)
            yield statement

    def _assignment(self, node: ast.AST, place: ast.stmt, path: str) -> ast.stmt:
        self._places.append((path, frozenset(_lines(node))))
        self.array.append(0)
        number = ast.Constant(len(self.array) - 1)
        byte = ast.Subscript(ast.Name(NAME, ast.Load()), number, ast.Store())
        mark = ast.copy_location(ast.Assign([byte], ast.Constant(1)), place)
        return ast.fix_missing_locations(mark)


@contextmanager
def marked(directories: Sequence[Path]) -> Iterator[Marks]:
    """What runs of the modules below these directories that are loaded meanwhile.

    However they are: by an import, or by their path, as Alembic loads a migration.
    """
    marks = Marks()

    def get_code(loader: SourceFileLoader, fullname: str) -> CodeType | None:
        if any(Path(loader.path).is_relative_to(place) for place in directories):
            return marks.code(loader.get_data(loader.path), loader.path)  # and keep no bytecode
        return SourceLoader.get_code(loader, fullname)

    around = getattr(builtins, NAME, marks.array)  # of who counts already, and goes on
    setattr(builtins, NAME, marks.array)
    try:
        with patch.object(SourceFileLoader, "get_code", get_code):
            yield marks
    finally:
        setattr(builtins, NAME, around)  # modules stay, and look for it


def _comes_first(statement: ast.stmt) -> bool:
    """Whether it means something else, or nothing, behind another statement."""
    text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return text or (isinstance(statement, ast.ImportFrom) and statement.module == "__future__")


def _only_waits(statement: ast.AST) -> bool:
    """Whether it is a loop until something holds, with nothing in it but a sleep."""
    match statement:
        case ast.While(body=[ast.Expr(value=waits)], orelse=[]):
            call = waits.value if isinstance(waits, ast.Await) else waits
            return isinstance(call, ast.Call) and ast.unparse(call.func).endswith(".sleep")
    return False


def _lines(node: ast.AST) -> Iterator[int]:
    """Those of a statement or a branch, up to its body, and of a loop that only waits all."""
    if _only_waits(node):
        yield from _extent(node)
    if isinstance(node, ast.stmt | ast.ExceptHandler):
        yield node.lineno
    for name, value in ast.iter_fields(node):
        if name not in (*BODIES, *BRANCHES):
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, ast.AST):
                    yield from _extent(part)


def _extent(node: ast.AST) -> range:
    parts = [part for part in ast.walk(node) if hasattr(part, "lineno")]
    lines = [line for part in parts for line in (part.lineno, getattr(part, "end_lineno", 0))]
    return range(min(lines), max(lines) + 1) if lines else range(0)

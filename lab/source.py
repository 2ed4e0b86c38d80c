"""The source hash: twelve digits that change when the code behind a result changes.

A record or a transcript stores the hash of the module that made it; when today's hash differs,
the result is stale. Comments, region markers, blank lines and the width of an indentation are
not code and do not count. Neither do the modules of `lab`: an instrument that was fixed did not
change what the listing says. How samples were taken is in each run of a record, as the version of
the harness.
"""

import ast
import hashlib
import io
import tokenize
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from lab import psql

OURS = ("snippets", "lab", "press")
HASHED = ("snippets", "press")
DIGITS = 12

# From Python 3.12 on, an f-string is many tokens; before, and here, it is one.
_STRING_STARTS = {"FSTRING_START", "TSTRING_START"}
_STRING_ENDS = {"FSTRING_END", "TSTRING_END"}
_NOT_CODE = {"COMMENT", "NL", "ENDMARKER"}
# Indentation is code, how many spaces it takes is not.
_LAYOUT = {"NEWLINE": "\n", "INDENT": "\t", "DEDENT": "\b"}


def source_hash(path: Path, root: Path, packages: tuple[str, ...] = HASHED) -> str:
    """Twelve hexadecimal digits for the file and every module of these packages that it imports.

    Args:
        path: A Python module, or any other file, whose bytes are then hashed; with those of the
            scripts that it includes, if it is one for psql.
        root: The repository; module names are paths below it.
        packages: Whose modules count.

    Raises:
        OSError: The file cannot be read.
        SyntaxError: The module, or one that it imports, is not Python.
        ValueError: The path is not below the root.
    """
    digest = hashlib.sha256()
    if path.suffix == ".py":
        for name, module in modules(path, root, packages).items():
            digest.update(f"{name}\n".encode())
            digest.update(_code_digest(_read(module)))
    elif path.suffix == psql.SUFFIX:
        for script in psql.with_included(path):
            digest.update(script.read_bytes())
    else:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:DIGITS]


def modules(path: Path, root: Path, packages: tuple[str, ...] = HASHED) -> dict[str, Path]:
    """The module and all of these packages that it imports, transitively, by name in order.

    Raises:
        OSError: The file cannot be read.
        SyntaxError: The module, or one that it imports, is not Python.
        ValueError: The path is not below the root.
    """
    found: dict[str, Path] = {}
    waiting = [path]
    while waiting:
        module = waiting.pop()
        name = module_name(module, root)
        if name in found:
            continue
        found[name] = module
        package = name if module.name == "__init__.py" else name.rpartition(".")[0]
        for base, member in _imports_of_ours(module, package, packages):
            target = (member and _file(f"{base}.{member}", root)) or _file(base, root)
            if target is not None:
                waiting.append(target)
    return dict(sorted(found.items()))


def module_name(path: Path, root: Path) -> str:
    """The dotted name under which the file is imported from the root.

    Raises:
        ValueError: The path is not below the root.
    """
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def syntax_tree(path: Path) -> ast.Module:
    """The module, parsed.

    Raises:
        OSError: The file cannot be read.
        SyntaxError: The file is not Python; the error names it.
    """
    try:
        return _parse(_read(path))
    except SyntaxError as error:
        error.filename = str(path)
        raise


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@lru_cache(maxsize=4096)
def _parse(text: str) -> ast.Module:
    return ast.parse(text)


def _file(name: str, root: Path) -> Path | None:
    place = root.joinpath(*name.split("."))
    candidates = (place.with_suffix(".py"), place / "__init__.py")
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def _imports_of_ours(
    path: Path, package: str, packages: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    syntax_tree(path)  # its errors name the file
    return _imports_in(_read(path), package, packages)


# A site with many articles asks for the same modules thousands of times.
@lru_cache(maxsize=4096)
def _imports_in(text: str, package: str, packages: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(_ours(_parse(text), package, packages))


def _ours(tree: ast.Module, package: str, packages: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            pairs = [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, base] if base else parents)
            pairs = [(base, alias.name) for alias in node.names]
        else:
            continue
        for base, member in pairs:
            if base.partition(".")[0] in packages:
                yield base, member


@lru_cache(maxsize=4096)
def _code_digest(text: str) -> bytes:
    return hashlib.sha256("\0".join(_tokens(text)).encode()).digest()


def _tokens(text: str) -> Iterator[str]:
    lines = list(io.StringIO(text))
    depth = 0
    start = (1, 0)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kind = tokenize.tok_name[token.type]
        if kind in _STRING_STARTS:
            start = start if depth else token.start
            depth += 1
        elif kind in _STRING_ENDS:
            depth -= 1
            if not depth:
                yield _between(lines, start, token.end)
        elif not depth and kind not in _NOT_CODE:
            yield _LAYOUT.get(kind, token.string)


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    (first, left), (last, right) = start, end
    if first == last:
        return lines[first - 1][left:right]
    return "".join([lines[first - 1][left:], *lines[first : last - 1], lines[last - 1][:right]])

r"""What the page itself runs of a listing in SQL that is marked `run="here"`.

The file is a script for psql, which prints its transcript. Above the region that the page shows it
prepares: `\ir tables.sql` includes what makes the tables. Below, every `\g` runs the last
statement once more. The page does the same with PostgreSQL in a worker, so it must know every
command of psql in the file; those that only concern how psql prints mean nothing to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lab import psql
from press.problems import ProblemError
from press.sources.includes import Include, Shown, resolve

MARK = "here"
"""The value of the option `run` of a fence that shows such a listing."""

MAX_ROWS = 200_000
"""How many rows a phone makes in the time that a reader waits."""

_COMMAND = re.compile(r"\\(\w+)")
_COMMENT = re.compile(r"--.*")
_PRINTING = {"a", "t", "o", "pset"}
_AGAIN = "g"
# What differs from run to run, or from day to day.
_CHANCE = re.compile(
    r"\b(?:(?:random(?:_normal)?|setseed|gen_random_uuid|uuidv[47]|now|timeofday|pg_current_xact_id"
    r"|(?:clock|statement|transaction)_timestamp)\s*\(|current_(?:date|time|timestamp)\b"
    r"|localtime(?:stamp)?\b|tablesample\b)|'(?:now|today|tomorrow|yesterday)'",
    re.IGNORECASE,
)
_SERIES = re.compile(r"generate_series\s*\(\s*[^,()]+,\s*([\d_]+)", re.IGNORECASE)
_TABLE = re.compile(r"\bcreate\b.*\btable\b", re.IGNORECASE)


@dataclass(frozen=True)
class Runnable:
    """A statement that the page runs.

    Attributes:
        setup: the statements that come before, which make the tables.
        text: what readers see and change.
        runs: how often its last statement runs; the result of the last time is shown.
    """

    setup: str
    text: str
    runs: int


@dataclass(frozen=True)
class _Line:
    """A line of a script, and where it is."""

    path: str
    number: int
    text: str

    @property
    def place(self) -> str:
        return f"{self.path}:{self.number}"

    @property
    def commands(self) -> list[str]:
        """The commands of psql on it; SQL stands on lines of its own."""
        return _COMMAND.findall(self.text) if self.text.startswith("\\") else []


def runnable(shown: Shown, root: Path) -> Runnable:
    """What the page runs of a listing.

    Raises:
        ProblemError: if it is not SQL, if nothing prepares its tables, or not the same ones each
            time, or too many rows; or if it asks of psql what the page cannot do.
    """
    path = shown.include.path
    if not path.endswith(psql.SUFFIX):
        raise ProblemError(
            f'{path} is marked run="{MARK}" and is no SQL',
            f"The page runs {psql.SUFFIX} files only: remove the mark.",
        )
    first, last = shown.span
    lines = [_Line(path, line.number, line.text) for line in shown.source.lines]
    before = list(_with_included([line for line in lines if line.number < first], root))
    inside = [line for line in lines if first <= line.number <= last]
    after = [line for line in lines if line.number > last]
    for line in [*before, *inside, *after]:
        _check_commands(line, may_repeat=line in after)
    setup = [line for line in before if not line.commands]
    _check_setup(shown, setup)
    _check_end(shown, inside, after)
    return Runnable(
        setup="\n".join(line.text for line in setup if not line.text.startswith("--")),
        text="\n".join(line.text for line in inside),
        runs=1 + sum(line.commands.count(_AGAIN) for line in after),
    )


def _with_included(lines: list[_Line], root: Path) -> Iterator[_Line]:
    """The lines, with those of the scripts that they include in their places."""
    for line in lines:
        found = psql.INCLUDE.fullmatch(line.text)
        if found is None:
            yield line
            continue
        path = (Path(line.path).parent / found[1]).as_posix()
        if not (root / path).is_file():
            raise ProblemError(
                f"{line.place} includes {path}, and there is no such file",
                "Write what makes the tables into it, or fix the name.",
            )
        source = resolve(Include(path, None), root).source
        yield from _with_included(
            [_Line(path, inner.number, inner.text) for inner in source.lines], root
        )


def _check_commands(line: _Line, *, may_repeat: bool) -> None:
    known = _PRINTING | ({_AGAIN} if may_repeat else set())
    for command in line.commands:
        if command not in known:
            raise ProblemError(
                f"{line.place} asks psql for \\{command}, which the page cannot do",
                "It knows \\ir above the region, \\g below it, and what only changes how psql "
                "prints: \\a, \\t, \\o and \\pset.",
            )


def _check_setup(shown: Shown, setup: list[_Line]) -> None:
    code = [_Line(line.path, line.number, _COMMENT.sub("", line.text)) for line in setup]
    if not any(_TABLE.search(line.text) for line in code):
        raise ProblemError(
            f"nothing above {shown.include.subject} makes its tables",
            "Include what does, on a line above the region: \\ir tables.sql",
        )
    for line in code:
        if found := _CHANCE.search(line.text):
            raise ProblemError(
                f"{line.place} is not the same on every run: {found[0].rstrip('( ')}",
                "Make the rows from the numbers of generate_series().",
            )
        for rows in _SERIES.findall(line.text):
            if int(rows) > MAX_ROWS:
                raise ProblemError(
                    f"{line.place} makes {int(rows):,} rows, and a page may make {MAX_ROWS:,}",
                    "Make fewer, of which the plan still shows the point.",
                )


def _check_end(shown: Shown, inside: list[_Line], after: list[_Line]) -> None:
    if not inside[-1].text.endswith(";"):
        raise ProblemError(
            f"{shown.include.subject} does not end a statement",
            "End its last line with a semicolon.",
        )
    for line in after:
        if line.text and not line.commands and not line.text.startswith("--"):
            raise ProblemError(
                f"{line.place} is SQL below what the page shows",
                f"Move it above {shown.include.subject}, or into it.",
            )

"""What readers run in a page: tables that are the same each time, and not too large for a phone."""

from __future__ import annotations

import psycopg
import pytest

import lab
from lab.repository import ROOT
from press.sources.fences import scan
from press.sources.includes import parse_include, resolve
from press.sources.runnable import MAX_ROWS, Runnable, runnable

TABLES = """
SELECT relname FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname
"""
INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexdef"
CONTENT = "SELECT count(*), md5(string_agg(t::text, '|' ORDER BY ctid)) FROM {} t"

Tables = dict[str, tuple[int, str]]
"""How many rows each table has, and a digest of them in their places."""


def marked() -> list[str]:
    """What the fences include that readers may run."""
    return [
        fence.include
        for page in sorted(ROOT.glob("docs/**/*.md"))
        for fence in scan(page.read_text(encoding="utf-8").split("\n"))
        if fence.options.get("run") and fence.include
    ]


def made(dsn: str, *scripts: str) -> tuple[Tables, list[str]]:
    """The tables and indexes that a database has after these scripts."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for script in scripts:
            # One by one: VACUUM cannot be one of several. No script has another semicolon.
            for statement in script.split(";"):
                if statement.strip():
                    connection.execute(statement.encode())
        names = [name for (name,) in connection.execute(TABLES)]
        tables = {name: next(connection.execute(CONTENT.format(name).encode())) for name in names}
        return tables, [definition for (definition,) in connection.execute(INDEXES)]


def what_runs(include: str) -> Runnable:
    return runnable(resolve(parse_include(include, ROOT), ROOT), ROOT)


@pytest.mark.parametrize("include", marked())
def test_the_tables_are_the_same_each_time_and_not_too_large(include: str, services: None) -> None:
    setup = what_runs(include).setup
    with lab.postgres() as first, lab.postgres() as second:
        tables, indexes = made(first, setup)
        assert made(second, setup) == (tables, indexes)
    assert 0 < sum(rows for rows, _ in tables.values()) <= MAX_ROWS

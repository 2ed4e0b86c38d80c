"""What the page runs of an SQL listing, and what an author marks in vain."""

from __future__ import annotations

from pathlib import Path

import pytest

from press.problems import ProblemError
from press.sources.includes import parse_include, resolve
from press.sources.runnable import MAX_ROWS, Runnable, runnable
from tests.press.miniature import write

PATH = "snippets/pool/newest.sql"
TABLES = """\
-- Jobs.
\\pset footer off
CREATE TABLE jobs (id int);
INSERT INTO jobs SELECT generate_series(1, 10);
"""
NEWEST = """\
-- The newest jobs.
\\ir tables.sql
\\a \\t \\o /dev/null
-- --8<-- [start:newest]
SELECT id FROM jobs
ORDER BY id DESC LIMIT 1;
-- --8<-- [end:newest]
-- Shown is the third.
\\g
\\o
\\g
"""


def read(root: Path, script: str, tables: str = TABLES, path: str = PATH) -> Runnable:
    write(root, "snippets/pool/tables.sql", tables)
    write(root, path, script)
    return runnable(resolve(parse_include(f"{path}:newest", root), root), root)


def refused(root: Path, script: str, tables: str = TABLES, path: str = PATH) -> str:
    with pytest.raises(ProblemError) as problem:
        read(root, script, tables, path)
    return str(problem.value)


def test_what_stands_above_prepares_and_the_region_is_what_runs(tmp_path: Path) -> None:
    assert read(tmp_path, NEWEST) == Runnable(
        setup="CREATE TABLE jobs (id int);\nINSERT INTO jobs SELECT generate_series(1, 10);",
        text="SELECT id FROM jobs\nORDER BY id DESC LIMIT 1;",
        runs=3,
    )


def test_what_includes_prepares_may_include_more(tmp_path: Path) -> None:
    write(tmp_path, "snippets/pool/index.sql", "\\ir tables.sql\nCREATE INDEX ON jobs (id);\n")
    script = NEWEST.replace("tables.sql", "index.sql")
    assert read(tmp_path, script).setup.splitlines() == [
        "CREATE TABLE jobs (id int);",
        "INSERT INTO jobs SELECT generate_series(1, 10);",
        "CREATE INDEX ON jobs (id);",
    ]


def test_a_statement_without_repetition_runs_once(tmp_path: Path) -> None:
    assert read(tmp_path, NEWEST.partition("-- Shown")[0]).runs == 1


def test_only_sql_runs_in_the_page(tmp_path: Path) -> None:
    module = "# --8<-- [start:newest]\na = 1\n# --8<-- [end:newest]\n"
    assert refused(tmp_path, module, path="snippets/pool/newest.py") == (
        'snippets/pool/newest.py is marked run="here" and is no SQL. '
        "The page runs .sql files only: remove the mark."
    )


def test_tables_that_nothing_makes_are_missed(tmp_path: Path) -> None:
    assert refused(tmp_path, NEWEST.replace("\\ir tables.sql\n", "")) == (
        'nothing above region "newest" of snippets/pool/newest.sql makes its tables. '
        "Include what does, on a line above the region: \\ir tables.sql"
    )


def test_a_script_that_does_not_exist_is_named_with_its_line(tmp_path: Path) -> None:
    assert refused(tmp_path, NEWEST.replace("tables.sql", "table.sql")) == (
        "snippets/pool/newest.sql:2 includes snippets/pool/table.sql, and there is no such file. "
        "Write what makes the tables into it, or fix the name."
    )


@pytest.mark.parametrize(
    "chance",
    [
        *("random()", "now ()", "gen_random_uuid()", "current_date", "clock_timestamp()"),
        *("uuidv7()", "timestamptz 'now'", "random_normal(0, 1)"),
    ],
)
def test_rows_that_differ_from_run_to_run_are_refused(tmp_path: Path, chance: str) -> None:
    said = refused(tmp_path, NEWEST, f"{TABLES}INSERT INTO jobs SELECT {chance};\n")
    assert said.startswith("snippets/pool/tables.sql:5 is not the same on every run: ")
    assert said.endswith(". Make the rows from the numbers of generate_series().")


def test_a_word_of_chance_in_a_comment_or_a_name_is_none(tmp_path: Path) -> None:
    tables = f"{TABLES}CREATE TABLE randomly (random int); -- no random() here\n"
    assert read(tmp_path, NEWEST, tables)


def test_more_rows_than_a_phone_makes_are_refused(tmp_path: Path) -> None:
    def rows(number: str) -> str:
        return TABLES.replace("10)", f"{number})")

    assert read(tmp_path, NEWEST, rows(f"{MAX_ROWS}"))
    assert refused(tmp_path, NEWEST, rows("200_001")) == (
        "snippets/pool/tables.sql:4 makes 200,001 rows, and a page may make 200,000. "
        "Make fewer, of which the plan still shows the point."
    )


@pytest.mark.parametrize(
    ("script", "place"),
    [
        (NEWEST.replace("\\a ", "\\timing "), "newest.sql:3 asks psql for \\timing"),
        (NEWEST.replace("\\o\n", "\\watch 1\n"), "newest.sql:10 asks psql for \\watch"),
        (NEWEST.replace("\\ir tables.sql\n", "\\ir tables.sql\n\\g\n"), "newest.sql:3 asks psql"),
    ],
)
def test_what_the_page_cannot_do_for_psql_is_refused(
    tmp_path: Path, script: str, place: str
) -> None:
    assert refused(tmp_path, script).startswith(f"snippets/pool/{place}")


def test_a_region_that_ends_no_statement_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, NEWEST.replace("LIMIT 1;", "LIMIT 1")) == (
        'region "newest" of snippets/pool/newest.sql does not end a statement. '
        "End its last line with a semicolon."
    )


def test_sql_below_the_region_would_not_run(tmp_path: Path) -> None:
    assert refused(tmp_path, f"{NEWEST}SELECT 2;\n") == (
        "snippets/pool/newest.sql:12 is SQL below what the page shows. "
        'Move it above region "newest" of snippets/pool/newest.sql, or into it.'
    )

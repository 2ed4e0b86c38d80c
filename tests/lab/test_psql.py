"""Scripts for psql that include others."""

from pathlib import Path

from lab import psql


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_what_a_script_includes_is_found_beside_it(tmp_path: Path) -> None:
    tables = script(tmp_path / "tables.sql", "CREATE TABLE jobs (id int);\n")
    query = script(tmp_path / "query.sql", "-- Jobs.\n\\ir tables.sql\nSELECT 1;\n")
    assert psql.included(query) == [tables]


def test_an_include_in_the_middle_of_a_line_is_none(tmp_path: Path) -> None:
    query = script(tmp_path / "query.sql", "-- \\ir tables.sql\nSELECT '\\ir a.sql';\n")
    assert psql.included(query) == []


def test_what_is_included_from_several_places_counts_once(tmp_path: Path) -> None:
    tables = script(tmp_path / "deep/tables.sql", "\\ir ../query.sql\n")
    more = script(tmp_path / "more.sql", "\\ir deep/tables.sql\n")
    query = script(tmp_path / "query.sql", "\\ir more.sql\n\\ir deep/tables.sql\n")
    found = [path.resolve() for path in psql.with_included(query)]
    assert sorted(set(found)) == sorted([query, more, tables])

"""Calls, rows, buffers and WAL of each statement, from the server's own figures."""

import psycopg
import pytest

from lab.inside import UnavailableError
from lab.inside.statements import statements


def test_calls_and_rows_of_each_statement_are_counted(open_dsn: str) -> None:
    with psycopg.connect(open_dsn, autocommit=True) as connection:
        with statements(open_dsn) as found:
            for limit in (1, 2, 3):
                connection.execute(f"SELECT id FROM item LIMIT {limit}".encode())
            connection.execute("UPDATE item SET id = id + 10")
        connection.execute("SELECT 'after the block'")
    read, written = found.matching("SELECT id FROM item"), found.matching("UPDATE")
    assert (read.calls, read.rows) == (3, 6)
    assert (written.calls, written.rows) == (1, 10)
    assert found.calls == 4
    assert {statement.query for statement in found} == {read.query, written.query}


def test_times_are_seconds_and_agree_with_each_other(open_dsn: str) -> None:
    with statements(open_dsn) as found, psycopg.connect(open_dsn) as connection:
        connection.execute("SELECT pg_sleep(0.01)")
        connection.execute("SELECT pg_sleep(0.02)")
    slept = found.matching("pg_sleep")
    assert 0.01 <= slept.min_s < 0.02 <= slept.max_s
    assert slept.total_s == pytest.approx(slept.min_s + slept.max_s)
    assert slept.mean_s == slept.total_s / 2


def test_pages_and_the_write_ahead_log_are_counted(open_dsn: str) -> None:
    with statements(open_dsn) as found, psycopg.connect(open_dsn) as connection:
        connection.execute("SELECT count(*) FROM item")
        connection.execute("INSERT INTO item SELECT * FROM generate_series(1, 100)")
    read, written = found.matching("count"), found.matching("INSERT")
    assert read.blocks_hit + read.blocks_read == 1  # the table is one page
    assert read.wal_records == read.wal_bytes == 0
    assert written.wal_records >= 100  # one a row
    assert written.wal_bytes > written.wal_records
    assert read.temporary_blocks == 0


def test_figures_before_the_block_and_of_other_databases_are_left_out(
    open_dsn: str, talkative: object
) -> None:
    elsewhere = open_dsn.rpartition("/")[0] + "/postgres"
    with (
        psycopg.connect(open_dsn, autocommit=True) as connection,
        psycopg.connect(elsewhere, autocommit=True) as other,
    ):
        connection.execute("SELECT 'before'")
        with statements(open_dsn) as found:
            other.execute("SELECT 'elsewhere'")
    assert list(found) == []
    assert found.calls == 0


def test_statements_that_contain_a_part_are_taken_together(open_dsn: str) -> None:
    with statements(open_dsn) as found, psycopg.connect(open_dsn) as connection:
        connection.execute("SELECT id FROM item LIMIT 1")
        connection.execute("SELECT count(*) FROM item")
    both = found.matching("FROM item")
    assert (both.calls, both.rows) == (2, 2)


def test_a_statement_that_did_not_run_is_answered_with_those_that_did(open_dsn: str) -> None:
    with statements(open_dsn) as found, psycopg.connect(open_dsn) as connection:
        connection.execute("SELECT id FROM item")
    with pytest.raises(LookupError, match=r"contains 'DELETE'; there ran: .*SELECT id FROM item"):
        found.matching("DELETE")


def test_a_server_without_the_extension_says_what_is_missing(dsn: str) -> None:
    with (
        pytest.raises(UnavailableError, match=r"not loaded. Start the server with lab"),
        statements(dsn),
    ):
        pass


def test_a_role_without_rights_says_so(plain_role: str) -> None:
    with (
        pytest.raises(UnavailableError, match="not for this role: permission denied"),
        statements(plain_role),
    ):
        pass


def test_an_address_without_a_server_is_one_line_without_the_password() -> None:
    with (
        pytest.raises(UnavailableError, match=r"\*\*\*@127.0.0.1:1") as caught,
        statements("postgresql://me:secret@127.0.0.1:1/x"),
    ):
        pass
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_refusal_that_the_load_meets_stays_what_it_is(open_dsn: str, plain_role: str) -> None:
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        statements(open_dsn),
        psycopg.connect(plain_role) as plain,
    ):
        plain.execute("SELECT id FROM item")


def test_an_error_inside_the_block_stays_what_it_is(open_dsn: str) -> None:
    with pytest.raises(ZeroDivisionError), statements(open_dsn):
        raise ZeroDivisionError

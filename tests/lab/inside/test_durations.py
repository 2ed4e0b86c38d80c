"""The duration of each single execution, read from the server's own log."""

import json

import asyncpg
import psycopg
import pytest

from lab.inside import UnavailableError
from lab.inside.durations import Execution, _executions, durations


def test_every_execution_is_there_once(open_dsn: str) -> None:
    with durations(open_dsn) as found, psycopg.connect(open_dsn) as connection:
        for _ in range(5):
            connection.execute("SELECT id\nFROM item\tWHERE id = 3")
        connection.execute("SELECT count(*) FROM item")
    assert len(found.of("FROM item\tWHERE")) == 5
    assert len(found.of("count")) == 1
    assert len({execution.session for execution in found.executions}) == 1


async def test_the_steps_of_a_prepared_statement_are_one_execution(open_dsn: str) -> None:
    with durations(open_dsn) as found:
        connection = await asyncpg.connect(open_dsn)
        for number in range(4):
            await connection.fetchval("SELECT $1::int + 1", number)
        await connection.close()
    first, *others = [one for one in found.executions if "SELECT $1" in one.query]
    assert len(others) == 3
    assert first.parse_s > 0
    assert [one.parse_s for one in others] == [0.0] * 3  # asyncpg prepares once a connection
    assert all(one.bind_s > 0 and one.execute_s > 0 for one in (first, *others))
    assert first.total_s == first.parse_s + first.bind_s + first.execute_s


def test_times_are_seconds_and_sorted(open_dsn: str) -> None:
    with durations(open_dsn) as found, psycopg.connect(open_dsn) as connection:
        connection.execute("SELECT pg_sleep(0.02)")
        connection.execute("SELECT pg_sleep(0.01)")
    shorter, longer = found.of("pg_sleep", lambda one: one.execute_s)
    assert 0.01 <= shorter < 0.02 <= longer


def test_only_this_database_and_this_block_are_logged(open_dsn: str) -> None:
    with psycopg.connect(open_dsn) as earlier:
        earlier.execute("SELECT 'before'")
        with durations(open_dsn) as found:
            earlier.execute("SELECT 'a session from before'")
            with psycopg.connect(open_dsn.rpartition("/")[0] + "/postgres") as elsewhere:
                elsewhere.execute("SELECT 'elsewhere'")
    with psycopg.connect(open_dsn) as later:
        later.execute("SELECT 'later'")
    assert found.executions == []


def test_sessions_after_the_block_are_not_logged_any_more(open_dsn: str) -> None:
    with durations(open_dsn):
        pass
    with psycopg.connect(open_dsn) as later:
        row = later.execute("SHOW log_min_duration_statement").fetchone()
    assert row == ("-1",)


def test_a_second_block_does_not_repeat_the_first(open_dsn: str) -> None:
    for word in ("one", "two"):
        with durations(open_dsn) as found, psycopg.connect(open_dsn) as connection:
            connection.execute(f"SELECT '{word}'".encode())
    assert [one.query for one in found.executions if "SELECT" in one.query] == ["SELECT 'two'"]


def test_a_part_that_was_not_logged_says_what_is_logged(open_dsn: str) -> None:
    with durations(open_dsn) as found:
        pass
    with pytest.raises(LookupError, match=r"of 0 in all. A session is logged when"):
        found.of("SELECT")


def test_a_server_without_the_log_says_what_is_missing(dsn: str) -> None:
    with (
        pytest.raises(
            UnavailableError, match=r"no log that can be read. Start it with lab.postgres_ser"
        ),
        durations(dsn),
    ):
        pass


def test_a_role_without_rights_says_so(plain_role: str) -> None:
    with pytest.raises(UnavailableError, match="not for this role"), durations(plain_role):
        pass


def test_lines_of_other_kinds_are_passed_over() -> None:
    def line(message: str, **others: str) -> str:
        return json.dumps({"dbname": "d", "session_id": "s", "message": message, **others})

    lines = [
        line("checkpoint complete: duration: 3"),
        line("duration: 1.500 ms"),
        line("duration: 1.500 ms  execute fetch from p: SELECT 1"),
        line("duration: 2.000 ms  statement: SELECT 2", application_name="under-load instrument"),
        line("duration: 2.000 ms  statement: SELECT 3", dbname="other"),
    ]
    assert list(_executions(lines, "d")) == [Execution("SELECT 1", "s", 0.0, 0.0, 0.0015)]

"""Faults on purpose: a connection that is cut, and a server that refuses."""

import asyncpg
import pytest

from snippets.testing import lost, refusals
from snippets.testing.faults import Cut, Lost, through

BETWEEN = ["InterfaceError", "InterfaceError"]
CLOSED = "ConnectionDoesNotExistError"


@pytest.fixture
async def orders_dsn(dsn: str) -> str:
    connection = await asyncpg.connect(dsn)
    await connection.execute(lost.SCHEMA)
    await connection.close()
    return dsn


@pytest.mark.parametrize(("what", "last"), [("question", 0), ("answer", 1)])
async def test_only_who_loses_the_answer_to_commit_is_told_what_is_not_so(
    what: Lost, last: int, orders_dsn: str
) -> None:
    """BEGIN, UPDATE, INSERT, COMMIT: each is lost once."""
    said = [CLOSED, *BETWEEN, CLOSED]
    stored = [0, 0, 0, last]
    assert await lost.lose_each(orders_dsn, what) == [
        f"{what} {number}: {said[number - 1]}, {stored[number - 1]} stored"
        for number in range(1, 5)
    ]


async def test_half_an_order_is_found_where_there_is_no_transaction(
    orders_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def place(connection: asyncpg.Connection) -> None:
        await connection.execute("UPDATE stock SET pieces = pieces - 1")
        await connection.execute("INSERT INTO orders VALUES (1)")

    monkeypatch.setattr(lost, "place", place)
    with pytest.raises(AssertionError):
        await lost.lose_each(orders_dsn, "question")


async def test_without_a_cut_all_comes_through_and_is_counted(dsn: str) -> None:
    cut = Cut()
    async with through(dsn, cut) as address:
        connection = await asyncpg.connect(address)
        cut.asked = 0
        assert await connection.execute("SELECT 1") == "SELECT 1"
        large = "x" * 1_000_000
        assert await connection.fetchval("SELECT repeat('x', 1000000)") == large
        assert cut.asked >= 2
        await connection.close()


async def test_a_connection_that_is_cut_does_not_end_the_proxy(dsn: str) -> None:
    cut = Cut()
    async with through(dsn, cut) as address:
        first = await asyncpg.connect(address)
        cut.asked, cut.number = 0, 1
        with pytest.raises(asyncpg.ConnectionDoesNotExistError):
            await first.execute("SELECT 1")
        cut.number = 0
        second = await asyncpg.connect(address)
        assert await second.execute("SELECT 1") == "SELECT 1"
        await second.close()


@pytest.mark.parametrize("sqlstate", refusals.SQLSTATES)
async def test_a_trigger_raises_what_the_server_would(
    sqlstate: str, connection: asyncpg.Connection
) -> None:
    await connection.execute(refusals.SCHEMA)
    await refusals.refuse(connection, "orders", sqlstate)
    with pytest.raises(asyncpg.PostgresError) as raised:
        await connection.execute(refusals.INSERT)
    assert raised.value.sqlstate == sqlstate
    assert type(raised.value) is not asyncpg.PostgresError


async def test_a_sort_without_room_is_refused(connection: asyncpg.Connection) -> None:
    assert await refusals.said(connection, refusals.SORT) == "SELECT 10000"
    await refusals.without_room(connection)
    assert (await refusals.said(connection, refusals.SORT)).startswith("53400 Configuration")


async def test_the_last_refusal_counts(dsn: str, capsys: pytest.CaptureFixture[str]) -> None:
    await refusals.demonstrate(dsn)
    said = capsys.readouterr().out.splitlines()
    assert [line[:5] for line in said] == ["SELEC", "53400", *refusals.SQLSTATES]

"""Time is an argument, in Python and in SQL."""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import asyncpg
import pytest

from snippets.testing.clock import SCHEMA, Clock, Sessions, expiry


@pytest.fixture(autouse=True)
async def table(connection: asyncpg.Connection) -> None:
    await connection.execute(SCHEMA)


async def test_a_session_is_open_until_its_end_and_not_at_it(
    connection: asyncpg.Connection,
) -> None:
    assert await expiry(connection) == [True, False]


async def test_without_a_clock_it_is_now(connection: asyncpg.Connection) -> None:
    sessions = Sessions(connection)
    await sessions.begin("a token")
    assert await sessions.is_open("a token")
    expires = await connection.fetchval("SELECT expires FROM session")
    assert abs(expires - datetime.now(UTC) - Sessions.LASTS) < timedelta(minutes=1)


async def test_another_token_opens_nothing(connection: asyncpg.Connection) -> None:
    sessions = Sessions(connection, Clock())
    await sessions.begin("a token")
    assert not await sessions.is_open("another")


async def test_postgresql_has_a_clock_of_its_own(connection: asyncpg.Connection) -> None:
    """Whoever moves Python's finds that a session of PostgreSQL's now() does not end."""
    with patch("time.time", lambda: 0.0):
        assert await connection.fetchval("SELECT now()") > datetime(2020, 1, 1, tzinfo=UTC)

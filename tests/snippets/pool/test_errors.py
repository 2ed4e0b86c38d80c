"""The limits of a role and of a database, which come before that of the server."""

import asyncpg
import pytest
from sqlalchemy import make_url

from snippets.pool import errors_role_limit as limits
from snippets.pool import naive_overflow


@pytest.fixture
def name(dsn: str) -> str:
    """A name of this test's own: roles belong to the whole server."""
    return make_url(dsn).database or ""


async def test_a_role_may_have_fewer_connections_than_the_server_takes(dsn: str, name: str) -> None:
    async with limits.limited(dsn, name, 2) as url:
        said = f'53300: too many connections for role "{name}"'
        assert await limits.open_many(url, 4) == (2, said)


async def test_without_a_limit_of_its_own_the_role_has_what_it_asks_for(
    dsn: str, name: str
) -> None:
    async with limits.limited(dsn, name, -1) as url:
        assert await limits.open_many(url, 4) == (4, "")


async def test_a_database_has_a_limit_too(dsn: str, name: str) -> None:
    admin = await asyncpg.connect(dsn)
    await admin.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 2")
    async with limits.limited(dsn, name, -1) as url:
        said = f'53300: too many connections for database "{name}"'
        count, refusal = await limits.open_many(url, 4)
        assert refusal == said
        assert count < 4
    await admin.close()


async def test_the_three_limits_can_be_read(dsn: str, name: str) -> None:
    async with limits.limited(dsn, name, 2) as url:
        connection = await asyncpg.connect(url)
        unlimited = await connection.fetchrow(limits.LIMITS)
        admin = await asyncpg.connect(dsn)
        await admin.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 7")
        await admin.close()
        limited = await connection.fetchrow(limits.LIMITS)
        await connection.close()
    assert limited["server"] > 0
    assert (unlimited["role"], unlimited["database"]) == (2, -1)
    assert (limited["role"], limited["database"]) == (2, 7)


async def test_an_engine_for_each_request_keeps_a_connection_when_the_request_is_over(
    dsn: str,
) -> None:
    engines = [naive_overflow.create_engine(dsn) for _ in range(3)]
    for engine in engines:
        async with engine.connect():
            pass
    admin = await asyncpg.connect(dsn)
    others = """SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()"""
    try:
        assert await admin.fetchval(others) == 3
    finally:
        await admin.close()
        for engine in engines:
            await engine.dispose()

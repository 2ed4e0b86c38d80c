"""The limits of a role and of a database, which come before that of the server."""

import asyncpg
import pytest
from sqlalchemy import make_url

from snippets.pool import errors_role_limit as limits


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
        found = await connection.fetchrow(limits.LIMITS)
        await connection.close()
    assert found["server"] > 0
    assert (found["role"], found["database"]) == (2, -1)

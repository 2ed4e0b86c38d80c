"""Thirty thousand posts that no test changes, and a table of histories."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import asyncpg
import psycopg
import pytest

import lab
from snippets.pagination import histories, posts


@pytest.fixture(scope="session")
def crowded_dsn(services: None) -> Iterator[str]:
    """A database that holds 30,000 posts and is only read."""

    async def fill() -> None:
        async with posts.posts(dsn):
            pass

    with lab.postgres() as dsn:
        asyncio.run(fill())
        yield dsn


@pytest.fixture
async def crowded(crowded_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to it whose plans are the same on every run."""
    connection = await posts.connect(crowded_dsn)
    yield connection
    await connection.close()


@pytest.fixture
def changing(dsn: str) -> Iterator[histories.Connection]:
    """A connection with an empty table that histories change."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(histories.SCHEMA)
        yield connection

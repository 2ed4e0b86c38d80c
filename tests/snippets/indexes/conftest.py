"""A table of jobs, made once a worker for tests that read."""

from collections.abc import AsyncIterator, Iterator

import asyncpg
import psycopg
import pytest

from lab import databases
from snippets.indexes import jobs
from snippets.indexes.plans import quiet


def make(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in (jobs.TABLE, jobs.SMALL, jobs.VACUUM):
            connection.execute(statement.encode())


@pytest.fixture(scope="session")
def jobs_dsn(services: None) -> Iterator[str]:
    """A database of 20,000 jobs. Leave it as it is: all tests of a worker share it."""
    with databases.database(databases.server_url()) as dsn:
        make(dsn)
        yield dsn


@pytest.fixture
def own_jobs_dsn(dsn: str) -> str:
    """A database with the same jobs, for a test that changes it."""
    make(dsn)
    return dsn


@pytest.fixture
async def reader(jobs_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the shared jobs."""
    async with quiet(jobs_dsn) as connection:
        yield connection

"""One database for all tests of a worker, an application for each test.

Rows are made by the tests themselves, with names and addresses of their own, so that none sees
another's; what needs a database of its own takes a copy.
"""

import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import psycopg
import pytest

import lab
from lab import databases
from snippets.backend import migrations
from snippets.backend.app import create_app
from snippets.backend.resources import Resources
from snippets.backend.seed import seed
from snippets.backend.settings import Settings

Configure = Callable[..., Settings]
numbers = itertools.count(1)


@pytest.fixture(scope="session")
def template_dsn(services: None) -> Iterator[str]:
    """The URL of a database with the schema, and nobody connected."""
    with databases.database(databases.server_url()) as dsn:
        migrations.upgrade(settings_for(dsn, "redis://127.0.0.1:1"))
        yield dsn


@pytest.fixture(scope="session")
def shared_dsn(template_dsn: str) -> Iterator[str]:
    """The URL of a copy with the demonstration's rows, which all tests of this worker share."""
    server = databases.server_url()
    with databases.database(server, template=name_of(template_dsn)) as dsn:
        seed(settings_for(dsn, "redis://127.0.0.1:1"), products=3)
        yield dsn


def name_of(dsn: str) -> str:
    return psycopg.conninfo.conninfo_to_dict(dsn)["dbname"]  # type: ignore[return-value]


def settings_for(dsn: str, redis_url: str, **more: Any) -> Settings:
    """Settings with cheap passwords."""
    given = {"argon2_memory_kib": 8, "argon2_passes": 1, "secret_key": "k" * 32}
    return Settings(database_url=dsn, redis_url=redis_url, **given | more)  # type: ignore[arg-type]


@pytest.fixture
def configure(shared_dsn: str, redis_lease: lab.RedisLease) -> Configure:
    """`configure(pool_size=1)` gives settings for the shared database and a Redis prefix."""

    def settings(**more: Any) -> Settings:
        given = {"dsn": shared_dsn, "redis_url": redis_lease.url}
        return settings_for(**given | {"redis_prefix": redis_lease.prefix} | more)

    return settings


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application of its own, in this process."""
    app = create_app(settings)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://app") as client,
    ):
        client.resources = app.state.resources  # type: ignore[attr-defined]
        yield client


def resources(client: httpx.AsyncClient) -> Resources:
    found: Resources = client.resources  # type: ignore[attr-defined]
    return found


@pytest.fixture
async def client(configure: Configure) -> AsyncIterator[httpx.AsyncClient]:
    async with served(configure()) as client:
        yield client


@pytest.fixture
async def database(shared_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the shared database, past the application."""
    connection = await asyncpg.connect(shared_dsn)
    yield connection
    await connection.close()

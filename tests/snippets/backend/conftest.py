"""One database for all tests of a worker, an application for each test.

Rows are made by the tests themselves, with names of their own, so that none sees another's; what
needs a database of its own takes a copy.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import psycopg
import pytest

import lab
from lab import databases
from snippets.backend import migrations
from snippets.backend.seed import seed
from snippets.backend.settings import Settings
from tests.snippets.backend.shop import Configure, Shop, opened, settings_for

NOWHERE = "redis://127.0.0.1:1"


@pytest.fixture(scope="session")
def migrated(services: None) -> Iterator[str]:
    """The name of a database with the schema and what `seed` makes, for `clone`."""
    with databases.database(databases.server_url()) as dsn:
        settings = settings_for(dsn, NOWHERE)
        migrations.upgrade(settings)
        seed(settings, products=3)
        yield psycopg.conninfo.conninfo_to_dict(dsn)["dbname"]  # type: ignore[misc]


@pytest.fixture(scope="session")
def shared_dsn(migrated: str) -> Iterator[str]:
    """The URL of a copy that all tests of this worker share."""
    with databases.database(databases.server_url(), template=migrated) as dsn:
        yield dsn


@pytest.fixture
def own_dsn(clone: Callable[[str], str], migrated: str) -> str:
    """The URL of a copy for one test."""
    return clone(migrated)


@pytest.fixture
def configure(shared_dsn: str, redis_lease: lab.RedisLease) -> Configure:
    """`configure(pool_size=1)` gives settings for the shared database."""

    def settings(**more: Any) -> Settings:
        given = {"dsn": shared_dsn, "redis_url": redis_lease.url}
        return settings_for(**given | {"redis_prefix": redis_lease.prefix} | more)

    return settings


@pytest.fixture
async def shop(configure: Configure) -> AsyncIterator[Shop]:
    async with opened(configure()) as shop:
        yield shop

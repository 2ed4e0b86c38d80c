"""One server with every figure, for all tests of a worker."""

from collections.abc import Iterator

import psycopg
import pytest

import lab
from lab import databases
from lab.inside import durations, statements


@pytest.fixture(scope="session")
def talkative() -> Iterator[lab.PostgresServer]:
    """A PostgreSQL that was started with the settings of all instruments."""
    with lab.postgres_server({**statements.SETTINGS, **durations.SETTINGS}) as server:
        yield server


@pytest.fixture
def open_dsn(talkative: lab.PostgresServer) -> Iterator[str]:
    """A database of that server, with a table of ten rows."""
    with databases.database(talkative.dsn) as dsn:
        with psycopg.connect(dsn) as connection:
            connection.execute("CREATE TABLE item AS SELECT id FROM generate_series(1, 10) AS id")
        yield dsn


@pytest.fixture
def plain_role(talkative: lab.PostgresServer, open_dsn: str) -> Iterator[str]:
    """The same database, for a role without rights, as of a hosted server."""
    with psycopg.connect(open_dsn, autocommit=True) as connection:
        connection.execute("CREATE ROLE plain LOGIN")
        try:
            yield open_dsn.replace("postgres@", "plain@")
        finally:
            connection.execute("DROP ROLE plain")

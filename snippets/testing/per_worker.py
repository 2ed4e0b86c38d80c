"""A database for each test, copied from one that a worker makes once.

Running it runs one test twice, which stores the same order, and prints
what became of each.
"""

import os
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import make_url

from snippets.testing.databases import database

SCHEMA = "CREATE TABLE orders (id int PRIMARY KEY)"  # your migrations


# --8<-- [start:fixtures]
@pytest.fixture(scope="session")  # with xdist: of a worker
def admin() -> Iterator[psycopg.Connection]:
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def template(admin: psycopg.Connection) -> Iterator[str]:
    with database(admin) as name:
        with psycopg.connect(address(name)) as connection:
            connection.execute(SCHEMA)
        yield name  # nobody is connected to it from here on


@pytest.fixture
def dsn(admin: psycopg.Connection, template: str) -> Iterator[str]:
    with database(admin, template) as name:  # [!]
        yield address(name)


def address(name: str) -> str:
    url = make_url(os.environ["DATABASE_URL"]).set(database=name)
    return url.render_as_string(hide_password=False)


# --8<-- [end:fixtures]


# --8<-- [start:test]
@pytest.mark.parametrize("attempt", [1, 2])
def test_an_order_is_stored(dsn: str, attempt: int) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("INSERT INTO orders VALUES (7)")
        connection.commit()
        found = connection.execute("SELECT id FROM orders").fetchall()
    assert found == [(7,)]


# --8<-- [end:test]


def main() -> None:
    from unittest.mock import patch

    import lab
    from snippets.testing.running import outcomes

    with (
        lab.postgres() as server,
        patch.dict(os.environ, DATABASE_URL=server),
    ):
        print(*outcomes(__file__))


if __name__ == "__main__":
    main()

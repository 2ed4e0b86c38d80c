"""A database for each test, as a copy."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from lab.repository import ROOT
from snippets.testing import per_worker
from snippets.testing.databases import database
from snippets.testing.per_worker import address
from snippets.testing.running import outcomes
from tests.snippets.testing.conftest import Run


@pytest.fixture
def admin(services: None) -> Iterator[psycopg.Connection]:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        yield connection


def exists(admin: psycopg.Connection, name: str) -> bool:
    query = "SELECT FROM pg_database WHERE datname = %s"
    return admin.execute(query, [name]).fetchone() is not None


def test_two_tests_that_store_the_same_both_pass(services: None) -> None:
    assert outcomes(per_worker.__file__) == ["passed", "passed"]


def test_so_they_do_in_two_workers(
    services: None, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    names = "address, admin, dsn, template, test_an_order_is_stored"
    test = f"from snippets.testing.per_worker import {names}\n"
    (tmp_path / "test_orders.py").write_text(test, encoding="utf-8")
    plugins = ("--disable-plugin-autoload", "-pxdist", "-n2")
    assert run(*plugins).splitlines()[-1].startswith("2 passed in ")


def test_a_copy_has_what_its_template_has_and_keeps_its_own(admin: psycopg.Connection) -> None:
    with database(admin) as template:
        with psycopg.connect(address(template)) as connection:
            connection.execute("CREATE TABLE orders AS SELECT 7 AS id")
        for strategy in ("wal_log", "file_copy"):
            with (
                database(admin, template, strategy) as name,
                psycopg.connect(address(name)) as connection,
            ):
                assert connection.execute("SELECT id FROM orders").fetchall() == [(7,)]
                connection.execute("DELETE FROM orders")
                connection.commit()


def test_it_is_dropped_though_a_test_has_failed_and_left_a_connection(
    admin: psycopg.Connection,
) -> None:
    leaving = database(admin)
    name = leaving.__enter__()
    left = psycopg.connect(address(name))
    assert exists(admin, name)
    failure = AssertionError()
    assert not leaving.__exit__(AssertionError, failure, None)
    assert not exists(admin, name)
    with pytest.raises(psycopg.OperationalError):
        left.execute("SELECT 1")
    left.close()


def test_it_waits_for_a_session_that_is_leaving(
    admin: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A DROP that forces it out would sleep for a tenth of a second."""
    with database(admin) as name:
        connection = psycopg.connect(address(name))
        waits: list[float] = []

        def leave(seconds: float) -> None:
            connection.close()
            waits.append(seconds)

        monkeypatch.setattr("snippets.testing.databases.time.sleep", leave)
    assert waits

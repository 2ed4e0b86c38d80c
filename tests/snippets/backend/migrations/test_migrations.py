"""Migrations: one at a time, without a queue before a table, and what they leave is the models."""

import runpy
import threading
import time
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import IsolationLevel
from sqlalchemy import Engine, NullPool, create_engine, event, make_url

import lab
from snippets.backend import migrations
from snippets.backend.database.models import Base
from snippets.backend.migrations import LOCK, MigrationError, upgrade
from tests.snippets.backend.conftest import NOWHERE
from tests.snippets.backend.shop import settings_for

CUTS = ["DROP INDEX", "CREATE INDEX CONCURRENTLY", "VALIDATE", "SET NOT NULL"]
HOLD = f"SELECT pg_advisory_lock({LOCK})"


def test_the_tables_are_those_of_the_models(own_dsn: str) -> None:
    def ours(_: Any, name: str | None, kind: str, *__: Any) -> bool:
        return not (kind == "table" and str(name).startswith("pgqueuer"))

    url = make_url(own_dsn).set(drivername="postgresql+psycopg")
    with create_engine(url, poolclass=NullPool).connect() as connection:
        options = {"include_object": ours, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        differences: Any = compare_metadata(context, Base.metadata)
    assert differences == []


def test_checks_are_those_of_the_models(own_dsn: str) -> None:
    checks = "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'c'"
    checks += " AND connamespace = 'public'::regnamespace"
    with psycopg.connect(own_dsn) as connection:
        found = sorted(name for (name,) in connection.execute(checks))
    modeled = sorted(
        table.name
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if type(constraint).__name__ == "CheckConstraint"
    )
    assert found == modeled


def test_an_interrupted_index_is_built_anew_and_old_orders_have_a_fingerprint(dsn: str) -> None:
    """The third step was cut off: its index is there, and not valid; there are orders."""
    settings = settings_for(dsn, NOWHERE)
    with psycopg.connect(dsn, autocommit=True) as connection:
        upgrade_to(settings, "v2")
        connection.execute(
            "CREATE INDEX orders_of_account ON orders (id);"
            "INSERT INTO account VALUES (1, 'a', 'a', 'x', 'staff');"
            "INSERT INTO orders (account_id, key, total_cents) VALUES (1, 'k', 1)"
        )
        upgrade(settings)
        definition = "SELECT pg_get_indexdef('orders_of_account'::regclass)"
        row = connection.execute(definition).fetchone()
        assert row
        assert "(account_id, id DESC)" in row[0]
        assert connection.execute("SELECT fingerprint FROM orders").fetchone() == (b"",)


@pytest.mark.parametrize("at", CUTS)
def test_what_was_cut_off_between_two_statements_goes_on(dsn: str, at: str) -> None:
    def cut(_: Any, __: Any, statement: str, *___: Any) -> None:
        if at in statement:
            raise InterruptedError(at)

    event.listen(Engine, "before_cursor_execute", cut)
    try:
        with pytest.raises(InterruptedError, match=at):
            upgrade(settings_for(dsn, NOWHERE))
    finally:
        event.remove(Engine, "before_cursor_execute", cut)
    upgrade(settings_for(dsn, NOWHERE))
    with psycopg.connect(dsn) as connection:
        head = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    assert head == ("v4",)


def test_a_connection_that_is_lost_on_the_way_is_no_traceback(dsn: str) -> None:
    settings = settings_for(dsn, NOWHERE)
    upgrade_to(settings, "v2")
    lost = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%'"
    lost += " AND datname = current_database() AND wait_event_type = 'Lock'"
    with psycopg.connect(dsn) as reader, psycopg.connect(dsn, autocommit=True) as admin:
        reader.isolation_level = IsolationLevel.REPEATABLE_READ
        reader.execute("SELECT")  # the index waits for this snapshot

        def lose() -> None:
            while not admin.execute(lost).rowcount:
                time.sleep(0.01)

        losing = threading.Thread(target=lose)
        losing.start()
        with pytest.raises(MigrationError, match="lost on the way"):
            upgrade(settings)
        losing.join()


def upgrade_to(settings: Any, revision: str) -> None:
    url = make_url(settings.direct.get_secret_value()).set(drivername="postgresql+psycopg")
    with create_engine(url, poolclass=NullPool).connect() as connection:
        command.upgrade(migrations.configuration(connection), revision)


def test_the_second_waits_for_the_first(dsn: str) -> None:
    settings = settings_for(dsn, NOWHERE)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            upgrade(settings)
        except BaseException as error:
            failures.append(error)

    both = [threading.Thread(target=run) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert failures == []


def test_who_waits_too_long_says_for_whom(own_dsn: str) -> None:
    with psycopg.connect(own_dsn, application_name="the other") as other:
        other.execute(HOLD)
        begun = time.monotonic()
        with pytest.raises(
            MigrationError, match=r"not ended in 0\.2 s: the other \(process"
        ) as said:
            upgrade(settings_for(own_dsn, NOWHERE, migration_s=0.2))
        assert str(other.info.backend_pid) in str(said.value)
        assert time.monotonic() - begun >= 0.2


def test_who_waits_has_no_snapshot(own_dsn: str) -> None:
    """Else CREATE INDEX CONCURRENTLY of the one and the lock of the other wait for each other."""
    with psycopg.connect(own_dsn, autocommit=True) as other:
        other.execute(HOLD)
        waiting = threading.Thread(target=upgrade, args=(settings_for(own_dsn, NOWHERE),))
        waiting.start()
        there = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'shop-migrations'"
        there += " AND datname = current_database()"
        while other.execute(there).fetchone() == (0,):
            pass
        other.execute("CREATE INDEX CONCURRENTLY one_more ON product (name)")
        other.execute(f"SELECT pg_advisory_unlock({LOCK})")
        waiting.join()


def test_a_table_in_use_is_left_alone(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "DDL_WAIT", "50ms")
    settings = settings_for(dsn, NOWHERE)
    upgrade_to(settings, "v2")
    with psycopg.connect(dsn) as reader:
        reader.execute("SELECT FROM orders")
        with pytest.raises(MigrationError, match="in use for more than 50ms"):
            upgrade(settings)
    upgrade(settings)


def test_a_server_that_is_not_there_is_no_traceback() -> None:
    with pytest.raises(MigrationError, match="PostgreSQL does not answer: connection failed"):
        upgrade(settings_for("postgresql://shop:hunter2@127.0.0.1:1/shop", NOWHERE))


def test_other_errors_are_errors(dsn: str) -> None:
    settings = settings_for(dsn, NOWHERE)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CREATE TABLE account (id int)")
    with pytest.raises(Exception, match="already exists"):
        upgrade(settings)


def test_it_is_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    with lab.postgres() as dsn:
        values = {"DATABASE_URL": dsn, "REDIS_URL": NOWHERE, "SECRET_KEY": "k" * 32}
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        runpy.run_module("snippets.backend.migrations", run_name="__main__")
        with psycopg.connect(dsn) as connection:
            head = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    assert head == ("v4",)

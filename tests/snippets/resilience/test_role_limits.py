"""Limits reach PostgreSQL through a pooler that refuses startup parameters.

The pooler is one of ours that makes this one refusal, and PgBouncer where it is installed.
"""

import asyncio
import os
import shutil
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from snippets.resilience.limits import LIMITS
from snippets.resilience.naive_listener import timeouts
from snippets.resilience.pooler import pooler
from snippets.resilience.role_limits import limit_role
from snippets.resilience.timeouts import create_engine, server_settings

CONFIGURATION = """[databases]
{database} = host={host} port={port} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
auth_type = any
pool_mode = transaction
default_pool_size = 2
unix_socket_dir =
"""
pgbouncer = pytest.mark.skipif(
    shutil.which("pgbouncer") is None, reason="PgBouncer is not installed (Debian: pgbouncer)"
)


@pytest.fixture(params=["ours", pytest.param("pgbouncer", marks=pgbouncer)])
async def pooled(request: pytest.FixtureRequest, dsn: str, tmp_path: Path) -> AsyncIterator[str]:
    """The address of the database behind a pooler in transaction mode."""
    if request.param == "ours":
        async with pooler(dsn) as address:
            yield address
        return
    url = make_url(dsn)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    configuration = tmp_path / "pgbouncer.ini"
    configuration.write_text(
        CONFIGURATION.format(
            database=url.database, host=url.host, port=url.port, user=url.username, listen=port
        )
    )
    for directory in (tmp_path, *tmp_path.parents[:2]):
        directory.chmod(0o755)  # PgBouncer does not run as root
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = await asyncio.create_subprocess_exec("pgbouncer", "-q", *user, str(configuration))
    try:
        end = time.monotonic() + 20
        while not await listens(port):
            assert time.monotonic() < end
            assert process.returncode is None
        yield url.set(port=port).render_as_string(hide_password=False)
    finally:
        process.terminate()
        await process.wait()


async def listens(port: int) -> bool:
    """Without a login, after which the pooler would keep a connection."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def migrate(dsn: str) -> None:
    engine = create_async_engine(make_url(dsn).set(drivername="postgresql+asyncpg"))
    async with engine.begin() as connection:
        await limit_role(connection)
    await engine.dispose()


async def test_startup_parameters_are_refused(pooled: str) -> None:
    with pytest.raises(DBAPIError, match="unsupported startup parameter: lock_timeout") as raised:
        await timeouts(create_engine(pooled))
    assert getattr(raised.value.orig, "sqlstate", None) == "08P01"


async def test_limits_of_the_role_are_in_force_in_every_request(dsn: str, pooled: str) -> None:
    await migrate(dsn)
    assert await timeouts(create_engine(pooled, pooler=True)) == ["600ms"] * 3


async def test_without_them_there_is_no_limit(pooled: str) -> None:
    assert await timeouts(create_engine(pooled, pooler=True)) == ["0"] * 3


async def test_the_role_has_each_limit_and_only_in_this_database(dsn: str) -> None:
    await migrate(dsn)
    connection = await asyncpg.connect(dsn)
    for name, value in server_settings(LIMITS).items():
        assert await connection.fetchval(f"SHOW {name}") in (value, "1s")
    elsewhere = await asyncpg.connect(
        make_url(dsn).set(database="postgres").render_as_string(hide_password=False)
    )
    assert await elsewhere.fetchval("SHOW statement_timeout") == "0"
    await elsewhere.close()
    await connection.close()


async def test_a_database_may_have_a_name_that_wants_quotes(dsn: str) -> None:
    admin = await asyncpg.connect(dsn)
    name = f"Shop-{os.getpid()}"
    await admin.execute(f'CREATE DATABASE "{name}"')
    there = make_url(dsn).set(database=name).render_as_string(hide_password=False)
    try:
        await migrate(there)
        connection = await asyncpg.connect(there)
        assert await connection.fetchval("SHOW statement_timeout") == "600ms"
        await connection.close()
    finally:
        await admin.execute(f'ALTER ROLE CURRENT_USER IN DATABASE "{name}" RESET ALL')
        await admin.execute(f'DROP DATABASE "{name}"')
        await admin.close()


async def test_a_statement_goes_on_with_another_connection_of_the_pooler(pooled: str) -> None:
    """One with a name would not be found there."""
    engine = create_engine(pooled, pooler=True)
    query, between = text("SELECT 1 + :number"), text("SELECT 'another'")
    async with engine.connect() as one, engine.connect() as other:
        for number in range(3):
            assert await one.scalar(query, {"number": number}) == number + 1
            assert await one.scalar(between) == "another"
            await one.commit()
            assert await other.scalar(query, {"number": number}) == number + 1  # and keeps it
            assert await one.scalar(query, {"number": number}) == number + 1
            await one.commit()
            await other.commit()
    await engine.dispose()


async def test_no_statement_has_a_name_for_another_process_to_meet(pooled: str) -> None:
    engine = create_engine(pooled, pooler=True)
    named = text("SELECT count(*) FROM pg_prepared_statements")
    async with engine.connect() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw
        for _ in range(2):
            assert await raw.fetchval("SELECT 42") == 42  # as a ping does, without SQLAlchemy
            assert await connection.scalar(named) == 0
    await engine.dispose()


async def test_a_role_may_limit_itself(dsn: str) -> None:
    """No superuser is needed, nor the owner of the database."""
    admin = await asyncpg.connect(dsn)
    role = f"app_{os.getpid()}"
    await admin.execute(f"CREATE ROLE {role} LOGIN")
    own = make_url(dsn).set(username=role).render_as_string(hide_password=False)
    try:
        await migrate(own)
        connection = await asyncpg.connect(own)
        assert await connection.fetchval("SHOW statement_timeout") == "600ms"
        await connection.close()
    finally:
        database = make_url(dsn).database
        await admin.execute(f'ALTER ROLE {role} IN DATABASE "{database}" RESET ALL')
        await admin.execute(f"DROP ROLE {role}")
        await admin.close()


async def test_a_statement_is_ended_behind_the_pooler(dsn: str, pooled: str) -> None:
    await migrate(dsn)
    engine = create_engine(pooled, pooler=True)
    with pytest.raises(DBAPIError, match="due to statement timeout"):
        async with engine.connect() as connection:
            await connection.execute(text("SELECT pg_sleep(60)"))
    await engine.dispose()

"""PgBouncer in transaction mode: what it gains, and what it breaks."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import make_url

from lab.ports import free_port

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
pytestmark = pytest.mark.skipif(
    not PGBOUNCER, reason="PgBouncer is not installed; on Debian: apt-get install pgbouncer"
)
Connect = Callable[..., Any]
SERVERS = 2  # connections from PgBouncer to PostgreSQL


def keeps_prepared_statements() -> bool:
    version = subprocess.run([str(PGBOUNCER), "--version"], capture_output=True, text=True)
    found = re.search(r"(\d+)\.(\d+)", version.stdout)
    assert found, version.stdout
    return tuple(map(int, found.groups())) >= (1, 21)


@pytest.fixture
def address(dsn: str) -> Iterator[str]:
    """The test's database, with a PgBouncer between, as it was before it kept statements."""
    url, port = make_url(dsn), free_port()
    password = f"password={url.password}" if url.password else ""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        settings = Path(directory, "pgbouncer.ini")
        settings.write_text(
            f"[databases]\n"
            f"{url.database} = host={url.host} port={url.port} user={url.username} {password}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
            f"auth_type = any\npool_mode = transaction\ndefault_pool_size = {SERVERS}\n"
            + ("max_prepared_statements = 0\n" if keeps_prepared_statements() else "")
        )
        process = subprocess.Popen(
            [str(PGBOUNCER), "-q", str(settings)],
            stderr=subprocess.DEVNULL,
            user="nobody" if os.geteuid() == 0 else None,  # it refuses to run as root
        )
        try:
            wait_for(port, process)
            yield url.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)
        finally:
            process.kill()
            process.wait()


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.01)
        else:
            return
    raise AssertionError("PgBouncer does not start")


@pytest.fixture
async def connect(address: str) -> AsyncIterator[Connect]:
    """Connect through PgBouncer, without asyncpg's cache of prepared statements unless wanted."""
    async with AsyncExitStack() as connections:

        async def connect(**options: Any) -> asyncpg.Connection:
            made = await asyncpg.connect(address, **{"statement_cache_size": 0, **options})
            connections.callback(made.terminate)
            return made

        yield connect


async def pid(connection: asyncpg.Connection) -> int:
    return int(await connection.fetchval("SELECT pg_backend_pid()"))


async def test_twenty_clients_share_two_connections(connect: Connect) -> None:
    clients = [await connect() for _ in range(20)]
    assert len({await pid(client) for client in clients}) <= SERVERS


async def test_a_setting_of_one_client_is_met_by_another(connect: Connect) -> None:
    first, second = await connect(), await connect()
    await first.execute("SET statement_timeout = '123ms'")
    await first.execute("SET search_path = tenant_a")
    seen = await second.fetchrow(
        "SELECT current_setting('statement_timeout'), current_setting('search_path')"
    )
    assert tuple(seen) == ("123ms", "tenant_a")


async def test_an_advisory_lock_outlives_the_client_that_took_it(
    connect: Connect, dsn: str
) -> None:
    client = await connect()
    await client.execute("SELECT pg_advisory_lock(42)")
    await client.close()
    direct = await asyncpg.connect(dsn)
    assert not await direct.fetchval("SELECT pg_try_advisory_lock(42)")
    await direct.close()


async def test_who_listens_hears_nothing(connect: Connect, dsn: str) -> None:
    client, heard = await connect(), []
    await client.add_listener("orders", lambda *message: heard.append(message))
    direct = await asyncpg.connect(dsn)
    await direct.execute("NOTIFY orders, 'paid'")
    await client.fetchval("SELECT pg_sleep(0.1)")
    assert heard == []
    await client.remove_listener("orders", heard.append)
    await direct.close()


async def ask_on_both(connect: Connect, client: asyncpg.Connection) -> None:
    """Ask twice, the second time where the statement was not prepared."""
    prepared = await pid(client)
    holders = [await connect() for _ in range(SERVERS)]
    for holder in holders:
        await holder.execute("BEGIN")
    for holder in holders:
        if await pid(holder) != prepared:
            await holder.execute("ROLLBACK")
    assert await pid(client) != prepared


async def test_prepared_statements_of_the_cache_are_on_another_connection(
    connect: Connect,
) -> None:
    client = await connect(statement_cache_size=100)
    with pytest.raises(asyncpg.InvalidSQLStatementNameError, match="does not exist"):
        await ask_on_both(connect, client)


async def test_without_the_cache_it_does_not_matter_which_connection_it_is(
    connect: Connect,
) -> None:
    await ask_on_both(connect, await connect())

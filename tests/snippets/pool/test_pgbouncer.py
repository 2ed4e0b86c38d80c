"""PgBouncer in transaction mode: what it gains, and what it breaks."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from lab.ports import free_port
from snippets.pool import errors_prepared as prepared
from tests.processes import wait_until_it_listens

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


@contextmanager
def pgbouncer(dsn: str, settings: str) -> Iterator[str]:
    """A PgBouncer in transaction mode before the database, with these settings, too."""
    url, port = make_url(dsn), free_port()
    password = f"password={url.password}" if url.password else ""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        Path(directory, "pgbouncer.ini").write_text(
            f"[databases]\n"
            f"{url.database} = host={url.host} port={url.port} user={url.username} {password}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
            f"auth_type = any\npool_mode = transaction\ndefault_pool_size = {SERVERS}\n{settings}\n"
        )
        process = subprocess.Popen(
            [str(PGBOUNCER), "-q", str(Path(directory, "pgbouncer.ini"))],
            stderr=subprocess.DEVNULL,
            user="nobody" if os.geteuid() == 0 else None,  # it refuses to run as root
        )
        try:
            wait_until_it_listens(process, port)
            yield url.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)
        finally:
            process.kill()
            process.wait()


FORGETFUL = "max_prepared_statements = 0" if PGBOUNCER and keeps_prepared_statements() else ""


@pytest.fixture
def address(dsn: str) -> Iterator[str]:
    """The test's database, with a PgBouncer between, as it was before it kept statements."""
    with pgbouncer(dsn, FORGETFUL) as address:
        yield address


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


@asynccontextmanager
async def busy(address: str, server: int) -> AsyncIterator[None]:
    """While another client is in a transaction on this server connection, the other one is used."""
    holders = [await asyncpg.connect(address, statement_cache_size=0) for _ in range(SERVERS)]
    for holder in holders:
        await holder.execute("BEGIN")
    for holder in holders:
        if await pid(holder) != server:
            await holder.execute("ROLLBACK")
    try:
        yield
    finally:
        for holder in holders:
            holder.terminate()


async def ask_on_both(address: str, client: asyncpg.Connection) -> None:
    """Ask twice, the second time where the statement was not prepared."""
    first = await pid(client)
    async with busy(address, first):
        assert await pid(client) != first


async def test_prepared_statements_of_the_cache_are_on_another_connection(
    connect: Connect, address: str
) -> None:
    client = await connect(statement_cache_size=100)
    with pytest.raises(asyncpg.InvalidSQLStatementNameError, match="does not exist"):
        await ask_on_both(address, client)


async def test_without_the_cache_it_does_not_matter_which_connection_it_is(
    connect: Connect, address: str
) -> None:
    await ask_on_both(address, await connect())


@pytest.fixture
def new_process(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let the names of asyncpg's statements count from 1 again."""
    return lambda: monkeypatch.setattr("asyncpg.connection._uid", 0)


async def test_a_statement_of_another_process_answers_instead(
    connect: Connect, address: str, new_process: Callable[[], None]
) -> None:
    new_process()
    first = await connect(statement_cache_size=100)
    assert await first.fetchval("SELECT 42") == 42
    watcher = await connect()
    async with busy(address, await pid(watcher)):
        new_process()
        other = await connect(statement_cache_size=100)
        assert await other.fetchval("SELECT 7") == 7
        assert await first.fetchval("SELECT 42") == 7


async def test_a_statement_of_another_process_deletes_instead(
    connect: Connect, address: str, dsn: str, new_process: Callable[[], None]
) -> None:
    direct = await asyncpg.connect(dsn)
    for table in ("draft", "invoice"):
        await direct.execute(f"CREATE TABLE {table} AS SELECT generate_series(1, 3) AS id")
    new_process()
    first = await connect(statement_cache_size=100)
    await first.fetch("DELETE FROM draft WHERE id = $1", 1)
    watcher = await connect()
    async with busy(address, await pid(watcher)):
        new_process()
        other = await connect(statement_cache_size=100)
        await other.fetch("DELETE FROM invoice WHERE id = $1", 1)
        await first.fetch("DELETE FROM draft WHERE id = $1", 2)
    left = "SELECT array_agg(id) FROM {}"
    assert await direct.fetchval(left.format("draft")) == [2, 3]
    assert await direct.fetchval(left.format("invoice")) == [3]
    await direct.close()


async def test_a_cursor_has_a_name_without_the_cache_too(
    connect: Connect, new_process: Callable[[], None]
) -> None:
    """As in asyncpg's issue 945."""

    async def read(prepare: bool) -> list[int]:
        new_process()
        client = await connect()
        async with client.transaction():
            query: Any = "SELECT generate_series(1, 3)"
            cursor = (await client.prepare(query)).cursor() if prepare else client.cursor(query)
            return [row[0] async for row in cursor]

    assert await read(prepare=False) == [1, 2, 3]
    with pytest.raises(asyncpg.DuplicatePreparedStatementError):
        await read(prepare=False)
    assert [await read(prepare=True) for _ in range(2)] == [[1, 2, 3]] * 2


async def test_in_autocommit_a_name_may_be_executed_where_it_was_not_prepared(
    connect: Connect, address: str
) -> None:
    """When asyncpg has prepared a statement, it closes those that are no longer needed."""
    client = await connect()
    closed = await client.prepare("SELECT pg_backend_pid()", name="first")
    server = await closed.fetchval()
    del closed
    statement = await client.prepare("SELECT 42", name="second")
    async with busy(address, server):
        with pytest.raises(asyncpg.InvalidSQLStatementNameError, match="does not exist"):
            await statement.fetchval()


PID = text("SELECT pg_backend_pid()")


async def backend(engine: AsyncEngine) -> int:
    async with engine.begin() as connection:
        return int(await connection.scalar(PID) or 0)


async def outcome(engine: AsyncEngine) -> str:
    """The class that the driver raises, or nothing."""
    try:
        await backend(engine)
    except DBAPIError as error:
        raised: Any = error.orig
        return type(raised.__cause__ or raised).__name__
    return ""


async def test_a_ping_has_a_statement_too(address: str, new_process: Callable[[], None]) -> None:
    """The pool asks for it with asyncpg's own name, whatever SQLAlchemy's are."""
    for names in ({}, {"prepared_statement_name_func": unique}):
        new_process()
        engine = with_asyncpg(pool_pre_ping=True, **names)(make_url(address))
        await backend(engine)
        server = await backend(engine)  # its ping prepared a statement there
        async with busy(address, server):
            with pytest.raises(DBAPIError, match="does not exist") as raised:
                await backend(engine)
        assert "do_ping" in [entry.name for entry in raised.traceback]
        await engine.dispose()


async def outcomes(
    address: str, make: Callable[[URL], AsyncEngine], new_process: Callable[[], None]
) -> list[str]:
    """Of a second process on a server connection; of the first, on another than before."""
    url = make_url(address)
    new_process()
    first = make(url)
    server = await backend(first)
    new_process()
    second = make(url)
    said = [await outcome(second)]
    async with busy(address, server):
        said.append(await outcome(first))
    for engine in (first, second):
        await engine.dispose()
    return said


def with_asyncpg(**options: Any) -> Callable[[URL], AsyncEngine]:
    """An engine with these arguments of connect, and of its own where they are its own."""
    own = {name: options.pop(name) for name in ("poolclass", "pool_pre_ping") if name in options}

    def make(url: URL) -> AsyncEngine:
        there = url.set(drivername="postgresql+asyncpg")
        return create_async_engine(there, connect_args=options, **own)

    return make


def with_psycopg(prepare_threshold: int) -> Callable[[URL], AsyncEngine]:
    options = {"prepare_threshold": prepare_threshold}
    return lambda url: create_async_engine(
        url.set(drivername="postgresql+psycopg"), connect_args=options
    )


def unique() -> str:
    return f"__asyncpg_{uuid4()}__"


def unnamed() -> str:
    return ""


def no_caches(name: Callable[[], str]) -> Callable[[URL], AsyncEngine]:
    return with_asyncpg(
        statement_cache_size=0, prepared_statement_cache_size=0, prepared_statement_name_func=name
    )


TAKEN, MISSING = "DuplicatePreparedStatementError", "InvalidSQLStatementNameError"


@pytest.mark.parametrize(
    "make",
    [
        prepared.asyncpg_engine,
        prepared.psycopg_engine,
        with_asyncpg(statement_cache_size=0, pool_pre_ping=True),
        with_asyncpg(statement_cache_size=0, poolclass=NullPool),
        with_asyncpg(statement_cache_size=0, prepared_statement_cache_size=0),
        no_caches(unique),
        no_caches(unnamed),
        with_asyncpg(prepared_statement_cache_size=0, prepared_statement_name_func=unique),
        with_asyncpg(poolclass=NullPool, prepared_statement_name_func=unique),
    ],
)
async def test_settings_of_sqlalchemy_that_work(
    make: Callable[[URL], AsyncEngine], address: str, new_process: Callable[[], None]
) -> None:
    assert await outcomes(address, make, new_process) == ["", ""]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (with_asyncpg(), [TAKEN, MISSING]),
        (with_asyncpg(pool_pre_ping=True), [TAKEN, MISSING]),
        (with_asyncpg(poolclass=NullPool), [TAKEN, ""]),
        # As in supabase's issue 35684, with one port and with the other.
        (with_asyncpg(prepared_statement_cache_size=0), [TAKEN, ""]),
        (with_asyncpg(prepared_statement_name_func=unique, pool_pre_ping=True), ["", MISSING]),
        (
            with_asyncpg(statement_cache_size=0, prepared_statement_name_func=unique),
            ["", MISSING],
        ),
        (with_asyncpg(prepared_statement_name_func=unnamed), ["", MISSING]),
        (with_psycopg(0), ["", "InvalidSqlStatementName"]),
    ],
)
async def test_settings_of_sqlalchemy_that_do_not(
    make: Callable[[URL], AsyncEngine],
    said: list[str],
    address: str,
    new_process: Callable[[], None],
) -> None:
    assert await outcomes(address, make, new_process) == said


async def statements(address: str) -> int:
    """Prepared statements on the server connection that is given out next."""
    client = await asyncpg.connect(address, statement_cache_size=0)
    count = await client.fetchval("SELECT count(*) FROM pg_prepared_statements")
    client.terminate()
    return int(count)


async def test_unique_names_stay_on_the_server(address: str) -> None:
    engine = with_asyncpg(poolclass=NullPool, prepared_statement_name_func=unique)(
        make_url(address)
    )
    await backend(engine)
    before = await statements(address)
    await backend(engine)
    assert await statements(address) > before > 0
    single = prepared.asyncpg_engine(make_url(address))
    before = await statements(address)
    await backend(single)
    assert await statements(address) == before
    await single.dispose()


@pytest.mark.parametrize("query", ["DISCARD ALL", "DEALLOCATE ALL"])
async def test_a_reset_after_each_transaction_takes_statements_that_are_remembered(
    query: str, dsn: str
) -> None:
    reset = f"server_reset_query = {query}\nserver_reset_query_always = 1\n"
    with pgbouncer(dsn, reset + FORGETFUL) as address:
        engine = with_asyncpg()(make_url(address))
        assert [await outcome(engine) for _ in range(2)] == ["", MISSING]
        await engine.dispose()


@pytest.mark.skipif(not FORGETFUL, reason="PgBouncer keeps none before 1.21")
@pytest.mark.parametrize("make", [with_asyncpg(), with_psycopg(0)])
async def test_pgbouncer_may_keep_them(
    make: Callable[[URL], AsyncEngine], dsn: str, new_process: Callable[[], None]
) -> None:
    with pgbouncer(dsn, "max_prepared_statements = 100") as address:
        assert await outcomes(address, make, new_process) == ["", ""]

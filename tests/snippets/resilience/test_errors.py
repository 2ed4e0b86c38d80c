"""The errors of this article, raised and mended."""

import asyncio
import random
import time
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import URL, event, make_url, text
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from snippets.resilience import errors_aborted as aborted
from snippets.resilience import errors_closed as closed
from snippets.resilience import errors_deadlock as deadlock
from snippets.resilience import errors_idle as idle
from snippets.resilience import errors_pending_rollback as pending
from snippets.resilience import errors_serialize as serialize
from snippets.resilience import errors_statement_timeout as slow
from snippets.resilience.pooler import carry, message
from snippets.resilience.retrying import retry_transaction
from tests.snippets.resilience.forgetful import forgetful

PROCESS = text("SELECT pg_backend_pid()")


@pytest.fixture
def url(dsn: str) -> URL:
    """The same database, for SQLAlchemy."""
    return make_url(dsn).set(drivername="postgresql+asyncpg")


@pytest.fixture
async def engine(dsn: str) -> AsyncEngine:
    engine = create_async_engine(make_url(dsn).set(drivername="postgresql+asyncpg"))
    async with engine.begin() as connection:
        await connection.run_sync(pending.Base.metadata.create_all)
    return engine


def cause(error: DBAPIError) -> object:
    """The class of what asyncpg raised."""
    assert error.orig
    return type(error.orig.__cause__)


async def test_a_session_is_unusable_after_a_flush_that_failed(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session, AsyncSession(engine) as other:
        assert await pending.register(session, "ada@example.org") == 1
        await session.commit()
        said = "This Session's transaction has been rolled back due to a previous exception during"
        with pytest.raises(PendingRollbackError, match=said):
            await pending.register(other, "ada@example.org")
        with pytest.raises(PendingRollbackError, match=said):
            await other.scalar(pending.USERS)
        await other.rollback()
        assert await pending.register(other, "bob@example.org") == 2
    await engine.dispose()


async def test_a_savepoint_keeps_the_session_and_what_came_before(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        assert await pending.register_or_skip(session, "ada@example.org") == 1
        assert await pending.register_or_skip(session, "ada@example.org") == 1
        assert await pending.register_or_skip(session, "bob@example.org") == 2
        await session.commit()
    await engine.dispose()


async def test_a_session_whose_connection_ended_wants_a_whole_rollback(engine: AsyncEngine) -> None:
    said = "^Can't reconnect until invalid transaction is rolled back"
    async with AsyncSession(engine) as session:
        pid = await session.scalar(PROCESS)
        idle.end(engine.url.set(drivername="postgresql").render_as_string(False), pid or 0)
        with pytest.raises(DBAPIError, match="connection was closed in the middle of operation"):
            async with session.begin_nested():
                await session.scalar(PROCESS)
        with pytest.raises(PendingRollbackError, match=said):
            await session.scalar(PROCESS)
        with pytest.raises(PendingRollbackError, match=said):
            async with session.begin_nested():
                await session.scalar(PROCESS)
        await session.rollback()
        assert await session.scalar(PROCESS) != pid
    await engine.dispose()


FIELDS = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"
STARTING = b"E" + (len(FIELDS) + 4).to_bytes(4, "big") + FIELDS
CLOSED = "connection was closed in the middle of operation"


async def test_a_connection_that_ended_idle_raises_the_same_text(dsn: str, url: URL) -> None:
    with pytest.raises(DBAPIError, match=CLOSED) as raised:
        await idle.read_after_idling(dsn, idle.unchecked(url))
    assert raised.value.connection_invalidated
    assert cause(raised.value) is asyncpg.ConnectionDoesNotExistError


async def test_a_ping_before_the_statement_finds_a_new_one(dsn: str, url: URL) -> None:
    assert await idle.read_after_idling(dsn, idle.checked(url)) == 42


async def test_so_does_recycling_what_is_older_than_the_limit(dsn: str, url: URL) -> None:
    engine = create_async_engine(url, pool_recycle=0)  # all of them are older
    assert await idle.read_after_idling(dsn, engine) == 42


@pytest.mark.parametrize(("age_s", "replaced"), [(239, False), (241, True)])
async def test_the_age_is_below_what_the_proxy_allows(
    age_s: int, replaced: bool, url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = idle.checked(url)
    async with engine.connect() as connection:
        first = await connection.scalar(PROCESS)
    later = time.time() + age_s
    monkeypatch.setattr(time, "time", lambda: later)
    async with engine.connect() as connection:
        assert (await connection.scalar(PROCESS) != first) is replaced
    await engine.dispose()


@pytest.mark.parametrize("ping", [False, True])
async def test_a_proxy_that_has_forgotten_an_idle_connection(url: URL, ping: bool) -> None:
    """As in asyncpg's issue 309: a load balancer resets what it no longer knows."""
    async with forgetful(url.host or "", url.port or 5432) as proxy:
        there = url.set(host="127.0.0.1", port=proxy.port)
        engine = create_async_engine(there, pool_pre_ping=ping)
        async with engine.connect() as connection:
            first = await connection.scalar(PROCESS)
        proxy.forget()
        if ping:
            async with engine.connect() as connection:
                assert await connection.scalar(PROCESS) != first
        else:
            with pytest.raises(DBAPIError, match=CLOSED):
                async with engine.connect() as connection:
                    await connection.scalar(PROCESS)
        await engine.dispose()


async def test_the_pool_of_asyncpg_closes_what_has_been_idle_for_too_long(url: URL) -> None:
    async with (
        forgetful(url.host or "", url.port or 5432) as proxy,
        asyncpg.create_pool(
            url.set(host="127.0.0.1", port=proxy.port, drivername="postgresql").render_as_string(
                False
            ),
            min_size=0,
            max_inactive_connection_lifetime=0.01,
        ) as pool,
    ):
        first = await pool.fetchval("SELECT pg_backend_pid()")
        while pool.get_size():  # noqa: ASYNC110 — it tells nobody
            await asyncio.sleep(0.01)
        proxy.forget()
        assert await pool.fetchval("SELECT pg_backend_pid()") != first


async def test_the_pool_of_asyncpg_does_not_ask_before(url: URL) -> None:
    async with (
        forgetful(url.host or "", url.port or 5432) as proxy,
        asyncpg.create_pool(
            url.set(host="127.0.0.1", port=proxy.port, drivername="postgresql").render_as_string(
                False
            ),
            min_size=1,
        ) as pool,
    ):
        await pool.fetchval("SELECT 1")
        proxy.forget()
        with pytest.raises(asyncpg.ConnectionDoesNotExistError, match=f"^{CLOSED}$"):
            await pool.fetchval("SELECT 1")


async def test_a_connection_that_ends_during_a_statement_raises(dsn: str) -> None:
    said = (
        "connection was closed in the middle of operation: "
        "terminating connection due to administrator command"
    )
    with pytest.raises(DBAPIError, match=said) as raised:
        await closed.terminated(dsn, closed.count)
    assert raised.value.connection_invalidated
    assert cause(raised.value) is asyncpg.ConnectionDoesNotExistError


async def test_a_read_that_is_tried_again_has_its_answer(dsn: str) -> None:
    assert await closed.terminated(dsn, closed.count_retried) == 0


async def test_a_read_is_tried_again_while_the_server_starts(dsn: str, url: URL) -> None:
    """A restart ends the connection, and refuses the next attempts."""
    refused = 0

    async def serve(client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        nonlocal refused
        await client.readexactly(8)  # may we use TLS?
        back.write(b"N")
        startup = await message(client)
        if refused < 2:
            refused += 1
            back.write(STARTING)
            back.close()
            return
        answers, server = await asyncio.open_connection(url.host, url.port)
        server.write(startup)
        await asyncio.gather(carry(client, server), carry(answers, back))

    async with await asyncio.start_server(serve, "127.0.0.1") as listener:
        port = listener.sockets[0].getsockname()[1]
        engine = create_async_engine(url.set(host="127.0.0.1", port=port))
        with pytest.raises(DBAPIError, match="starting up") as raised:
            await closed.count(engine)
        assert not raised.value.connection_invalidated
        admin = await asyncpg.connect(dsn)
        await admin.execute("CREATE TABLE orders ()")
        await admin.close()
        assert await closed.count_retried(engine) == 0
        assert refused == 2
        await engine.dispose()


async def test_without_a_ping_one_failed_attempt_is_enough_for_all_idle_connections(
    dsn: str, url: URL
) -> None:
    engine = create_async_engine(url)
    opened = [await engine.connect() for _ in range(5)]
    pids = [await connection.scalar(PROCESS) or 0 for connection in opened]
    for connection in opened:
        await connection.close()
    for pid in pids:
        idle.end(dsn, pid)
    attempts = 0

    async def read() -> int:
        nonlocal attempts
        attempts += 1
        async with engine.connect() as connection:
            return await connection.scalar(text("SELECT 42")) or 0

    assert await retry_transaction(read, 8.0) == 42
    assert attempts == 2
    await engine.dispose()


async def test_opposite_orders_deadlock_one_of_the_two(dsn: str) -> None:
    assert await deadlock.there_and_back(dsn, deadlock.transfer) == ["deadlock detected"]


async def test_a_deadlock_has_its_own_state(dsn: str) -> None:
    raised: list[tuple[object, object]] = []

    async def transfer(engine: AsyncEngine, source: int, to: int) -> None:
        try:
            await deadlock.transfer(engine, source, to)
        except DBAPIError as error:
            raised.append((getattr(error.orig, "sqlstate", None), cause(error)))

    await deadlock.there_and_back(dsn, transfer)
    assert raised == [("40P01", asyncpg.DeadlockDetectedError)]


async def test_a_higher_level_does_not_prevent_a_deadlock(dsn: str) -> None:
    async def transfer(engine: AsyncEngine, source: int, to: int) -> None:
        serializable = engine.execution_options(isolation_level="SERIALIZABLE")
        await deadlock.transfer(serializable, source, to)

    assert await deadlock.there_and_back(dsn, transfer) == ["deadlock detected"]


async def test_upserts_of_the_same_rows_in_opposite_order_deadlock(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sorted ones wait for each other."""
    upsert = text(
        "INSERT INTO accounts SELECT id, 1 FROM unnest(CAST(:ids AS int[])) WITH ORDINALITY"
        " AS given (id, place) ORDER BY place ON CONFLICT (id) DO UPDATE SET cents = 0"
    )
    between_rows = deadlock.ACCOUNTS.replace("AFTER", "BEFORE").replace("NULL", "NEW")
    accounts = f"{between_rows}; ALTER TABLE accounts ADD PRIMARY KEY (id)"

    async def transfer(engine: AsyncEngine, *ids: int) -> None:
        async with engine.begin() as connection:
            await connection.execute(upsert, {"ids": list(ids)})

    async def in_order(engine: AsyncEngine, *ids: int) -> None:
        await transfer(engine, *sorted(ids))

    monkeypatch.setattr(deadlock, "ACCOUNTS", accounts)
    assert await deadlock.there_and_back(dsn, transfer) == ["deadlock detected"]
    assert await deadlock.there_and_back(dsn, in_order) == []


async def test_one_order_for_all_does_not_deadlock(dsn: str) -> None:
    assert await deadlock.there_and_back(dsn, deadlock.in_order) == []


async def test_a_row_that_changed_cannot_be_written_at_repeatable_read(dsn: str) -> None:
    said = "could not serialize access due to concurrent update"
    with pytest.raises(DBAPIError, match=said) as raised:
        await serialize.under_change(dsn, serialize.sell)
    assert serialize.not_serializable(raised.value)
    assert cause(raised.value) is asyncpg.SerializationError
    assert not raised.value.connection_invalidated


async def test_a_second_attempt_reads_what_the_other_wrote(dsn: str) -> None:
    assert await serialize.under_change(dsn, serialize.sell_retried) == 8


@pytest.mark.parametrize("error", [ValueError(), DBAPIError(None, None, Exception())])
def test_other_errors_are_not_serialization_failures(error: Exception) -> None:
    assert not serialize.not_serializable(error)


async def test_a_sale_is_not_tried_again_for_another_reason(url: URL) -> None:
    engine = create_async_engine(url)
    transactions = 0

    @event.listens_for(engine.sync_engine, "begin")
    def count(_: object) -> None:
        nonlocal transactions
        transactions += 1

    with pytest.raises(DBAPIError, match='relation "stock" does not exist'):
        await serialize.sell_retried(engine)
    assert transactions == 1
    await engine.dispose()


async def test_a_sale_is_tried_ten_times_at_random_intervals(
    url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        asked.append((low, high))
        return 0.0

    tried = 0

    async def conflict(_: AsyncEngine) -> None:
        nonlocal tried
        tried += 1
        cause = Exception()
        cause.sqlstate = "40001"  # type: ignore[attr-defined]
        raise DBAPIError(None, None, cause)

    monkeypatch.setattr(random, "uniform", uniform)
    monkeypatch.setattr(serialize, "sell", conflict)
    engine = create_async_engine(url)
    with pytest.raises(DBAPIError):
        await serialize.sell_retried(engine)
    assert (tried, asked[0], max(asked)) == (10, (0, 0.02), (0, 0.5))
    await engine.dispose()


async def test_a_statement_that_takes_too_long_is_canceled(dsn: str) -> None:
    engine = slow.create_engine(dsn)
    with pytest.raises(DBAPIError, match="canceling statement due to statement timeout") as raised:
        await slow.report(engine)
    assert getattr(raised.value.orig, "sqlstate", None) == "57014"
    assert cause(raised.value) is asyncpg.QueryCanceledError
    await engine.dispose()


async def test_a_statement_that_waited_for_a_lock_may_have_its_turn_the_second_time(
    dsn: str,
) -> None:
    holder = await asyncpg.connect(dsn)
    await holder.execute("CREATE TABLE stock AS SELECT 42 AS pieces")
    await holder.execute("BEGIN; LOCK stock")
    engine = slow.create_engine(dsn)

    async def read() -> object:
        async with engine.connect() as connection:
            return await connection.scalar(text("SELECT pieces FROM stock"))

    with pytest.raises(DBAPIError, match="due to statement timeout"):
        await read()
    await holder.execute("COMMIT")
    assert await read() == 42
    await holder.close()
    await engine.dispose()


async def test_an_operator_can_cancel_too(dsn: str) -> None:
    admin, connection = [await asyncpg.connect(dsn) for _ in range(2)]
    sleeping = asyncio.ensure_future(connection.execute("SELECT pg_sleep(60)"))
    pid = connection.get_server_pid()
    active = f"SELECT state = 'active' FROM pg_stat_activity WHERE pid = {pid}"
    while not await admin.fetchval(active):  # noqa: ASYNC110 — it tells nobody
        await asyncio.sleep(0)
    await admin.execute(f"SELECT pg_cancel_backend({pid})")
    with pytest.raises(asyncpg.QueryCanceledError, match="due to user request"):
        await sleeping
    for either in (admin, connection):
        await either.close()


async def test_one_transaction_may_have_longer_and_the_next_may_not(dsn: str) -> None:
    engine = slow.create_engine(dsn)
    assert await slow.report_with_time(engine) == 42
    with pytest.raises(DBAPIError, match="canceling statement due to statement timeout"):
        await slow.report(engine)
    await engine.dispose()


async def test_more_time_for_a_statement_is_none_if_the_client_or_the_transaction_has_less(
    url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow, "REPORT", text("SELECT 42 FROM pg_sleep(30)"))
    engine = create_async_engine(url, connect_args={"command_timeout": 0.3})
    with pytest.raises(TimeoutError):
        await slow.report_with_time(engine)
    await engine.dispose()
    settings = {"transaction_timeout": "300ms"}
    engine = create_async_engine(url, connect_args={"server_settings": settings})
    with pytest.raises(DBAPIError, match="terminating connection due to transaction timeout"):
        await slow.report_with_time(engine)
    await engine.dispose()


@pytest.fixture
async def users(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a database that knows one user, Ada."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"{aborted.TABLE}; {aborted.INSERT_ADA}")
    yield connection
    await connection.close()


ABORTED = "current transaction is aborted, commands ignored until end of transaction block"


async def test_after_a_failed_statement_the_transaction_ignores_all(
    users: asyncpg.Connection,
) -> None:
    with pytest.raises(asyncpg.InFailedSQLTransactionError, match=f"^{ABORTED}$") as raised:
        await aborted.register(users, "ada")
    assert raised.value.sqlstate == "25P02"
    assert await aborted.register(users, "bob") == 2


@pytest.mark.parametrize("register", [aborted.register_or_skip, aborted.register_quietly])
async def test_a_savepoint_or_a_statement_that_does_not_fail_lets_it_go_on(
    register: aborted.Register, users: asyncpg.Connection
) -> None:
    assert await register(users, "ada") == 1
    assert await register(users, "bob") == 2


async def test_a_session_says_the_same_of_a_statement_that_is_no_flush(engine: AsyncEngine) -> None:
    """As where a table is looked for by asking it, and the error is swallowed."""
    async with AsyncSession(engine) as session:
        with pytest.raises(DBAPIError, match="does not exist"):
            await session.execute(text("SELECT * FROM missing"))
        with pytest.raises(DBAPIError, match=ABORTED):
            await session.execute(text("SELECT 1"))
        await session.rollback()
        with pytest.raises(DBAPIError, match="does not exist"):
            async with session.begin_nested():
                await session.execute(text("SELECT * FROM missing"))
        assert await session.scalar(text("SELECT 1")) == 1
    await engine.dispose()

"""The errors of this article, raised and mended."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from snippets.resilience import errors_aborted as aborted
from snippets.resilience import errors_closed as closed
from snippets.resilience import errors_deadlock as deadlock
from snippets.resilience import errors_idle as idle
from snippets.resilience import errors_pending_rollback as pending
from snippets.resilience import errors_serialize as serialize
from snippets.resilience import errors_statement_timeout as slow
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


@pytest.mark.parametrize(
    ("error", "verdict"),
    [(ConnectionRefusedError(), True), (TimeoutError(), False), (ValueError(), False)],
)
def test_only_a_disconnect_is_a_reason_to_ask_again(error: Exception, verdict: bool) -> None:
    assert closed.disconnected(error) is verdict


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


async def test_a_statement_that_takes_too_long_is_canceled(dsn: str) -> None:
    engine = slow.create_engine(dsn)
    with pytest.raises(DBAPIError, match="canceling statement due to statement timeout") as raised:
        await slow.report(engine)
    assert getattr(raised.value.orig, "sqlstate", None) == "57014"
    assert cause(raised.value) is asyncpg.QueryCanceledError
    await engine.dispose()


async def test_one_transaction_may_have_longer_and_the_next_may_not(dsn: str) -> None:
    engine = slow.create_engine(dsn)
    assert await slow.report_with_time(engine) == 42
    with pytest.raises(DBAPIError, match="canceling statement due to statement timeout"):
        await slow.report(engine)
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

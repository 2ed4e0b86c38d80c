"""The errors of this article, raised and mended."""

import asyncpg
import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from snippets.resilience import errors_closed as closed
from snippets.resilience import errors_deadlock as deadlock
from snippets.resilience import errors_pending_rollback as pending
from snippets.resilience import errors_serialize as serialize
from snippets.resilience import errors_statement_timeout as slow


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
        text = "This Session's transaction has been rolled back due to a previous exception during"
        with pytest.raises(PendingRollbackError, match=text):
            await pending.register(other, "ada@example.org")
        with pytest.raises(PendingRollbackError, match=text):
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


async def test_a_connection_that_ends_during_a_statement_raises(dsn: str) -> None:
    text = (
        "connection was closed in the middle of operation: "
        "terminating connection due to administrator command"
    )
    with pytest.raises(DBAPIError, match=text) as raised:
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
    text = "could not serialize access due to concurrent update"
    with pytest.raises(DBAPIError, match=text) as raised:
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

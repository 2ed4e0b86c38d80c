"""Transactions: which errors begin them again, and how they end."""

import asyncio
import contextlib
import re

import asyncpg
import pytest
from asyncpg.exceptions import TargetServerAttributeNotMatched
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.backend.database.engine import create_engine
from snippets.backend.database.failures import OutcomeUnknownError, may_retry, unavailable
from snippets.backend.database.transactions import Transactions, within
from snippets.resilience.pooler import pooler
from tests.snippets.backend.shop import Configure, Shop


def of_server(state: str, behind: BaseException | None = None) -> DBAPIError:
    original = asyncpg.PostgresError()
    original.sqlstate = state
    original.__cause__ = behind
    return DBAPIError(None, None, original)


def with_number(error: OSError) -> OSError:
    error.errno = 110
    return error


@pytest.mark.parametrize(
    "error",
    [
        *(of_server(state) for state in ("40001", "40P01", "57P01", "57P02", "57P03", "53300")),
        of_server("XX000", asyncpg.ConnectionDoesNotExistError()),
        DBAPIError(None, None, Exception(), connection_invalidated=True),
        DBAPIError(None, None, TargetServerAttributeNotMatched("no primary")),
        asyncpg.InterfaceError("closed"),
        ConnectionResetError(),
        with_number(TimeoutError()),
    ],
)
def test_what_is_rolled_back_or_not_there_begins_again(error: Exception) -> None:
    assert may_retry(error)


@pytest.mark.parametrize(
    "error",
    [
        *(of_server(state) for state in ("23505", "57014", "55P03", "22003")),
        of_server("57P01", of_server("25P04")),
        TimeoutError(),
        OutcomeUnknownError(),
        ValueError(),
    ],
)
def test_what_would_fail_again_does_not(error: Exception) -> None:
    assert not may_retry(error)


def test_an_unknown_outcome_is_one_even_when_the_server_is_away() -> None:
    error = OutcomeUnknownError()
    error.__cause__ = asyncpg.InterfaceError("closed")
    assert unavailable(error)
    assert not may_retry(error)


async def test_a_deadlock_begins_again(shop: Shop) -> None:
    ran = 0

    async def work(session: AsyncSession) -> int:
        nonlocal ran
        ran += 1
        if ran < 3:
            await session.execute(text("DO $$BEGIN RAISE SQLSTATE '40P01'; END$$"))
        return ran

    assert await shop.resources.transactions.run(work) == 3


async def test_what_fails_at_the_commit_for_sure_begins_again(shop: Shop) -> None:
    """A deferred trigger fails with a state that says: rolled back."""
    await shop.database.execute(
        """CREATE TABLE IF NOT EXISTS late (id int);
        CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
        $$BEGIN IF NEW.id < 2 THEN RAISE SQLSTATE '40001'; END IF; RETURN NULL; END$$;
        CREATE OR REPLACE TRIGGER fail AFTER INSERT ON late EXECUTE FUNCTION fail();
        DROP TRIGGER fail ON late; CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON late
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()"""
    )
    ran = 0

    async def work(session: AsyncSession) -> None:
        nonlocal ran
        ran += 1
        await session.execute(text("INSERT INTO late VALUES (:ran)"), {"ran": ran})

    await shop.resources.transactions.run(work)
    assert ran == 2
    assert await shop.database.fetch("SELECT id FROM late") == [(2,)]
    await shop.database.execute("DROP TABLE late; DROP FUNCTION fail")


async def test_what_fails_leaves_nothing(shop: Shop) -> None:
    product = await shop.product()

    async def work(session: AsyncSession) -> None:
        await session.execute(text("UPDATE product SET stock = 0 WHERE id = :id"), {"id": product})
        raise KeyError

    with pytest.raises(KeyError):
        await shop.resources.transactions.run(work)
    assert await shop.stock(product) == 10


async def test_a_deadline_holds_although_the_clean_up_takes_longer() -> None:
    go, cleaned = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await go.wait()
            cleaned.set()

    with pytest.raises(TimeoutError):
        await within(0.01, work())
    assert not cleaned.is_set()
    go.set()
    await cleaned.wait()


async def test_what_fails_in_the_clean_up_is_heard_by_nobody() -> None:
    async def work() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        raise KeyError

    with pytest.raises(TimeoutError):
        await within(0.01, work())
    await asyncio.sleep(0)


async def test_a_server_that_does_not_come_back_is_waited_for_until_the_deadline(
    configure: Configure,
) -> None:
    settings = configure(
        dsn="postgresql://127.0.0.1:1/nowhere",
        transaction_s=0.04,
        answer_s=0.03,
        statement_s=0.02,
        lock_s=0.01,
        pool_s=0.01,
        connect_s=0.5,
        redis_s=0.01,
        request_s=1.0,
    )
    engine = create_engine(settings, 1)
    tries = 0

    async def work(session: AsyncSession) -> None:
        nonlocal tries
        tries += 1
        await session.execute(text("SELECT 1"))

    with pytest.raises((ConnectionError, TimeoutError)):
        await Transactions(engine, settings).run(work)
    assert tries > 1
    await engine.dispose()


LIMITS = "SELECT name, setting FROM pg_settings WHERE name LIKE '%\\_timeout' AND setting <> '0'"
NAMED = {"lock_timeout", "statement_timeout", "transaction_timeout"}
NAMED.add("idle_in_transaction_session_timeout")


async def limits(session: AsyncSession) -> dict[str, str]:
    rows = (await session.execute(text(LIMITS))).all()
    return {name: value for name, value in rows if name in NAMED}


@pytest.mark.parametrize("behind_pooler", [False, True])
async def test_the_limits_are_those_of_the_server(
    configure: Configure, shared_dsn: str, behind_pooler: bool
) -> None:
    async with contextlib.AsyncExitStack() as stack:
        address, more = shared_dsn, {}
        if behind_pooler:
            address = await stack.enter_async_context(pooler(shared_dsn))
            more = {"pooler": True, "direct_url": shared_dsn}
        settings = configure(dsn=address, **more)
        engine = create_engine(settings, 1)
        found = await Transactions(engine, settings).run(limits)
        await engine.dispose()
    assert found == {
        "lock_timeout": "10000",
        "statement_timeout": "11000",
        "transaction_timeout": "13000",
        "idle_in_transaction_session_timeout": "11000",
    }


async def test_a_server_that_does_not_keep_its_limits_is_not_waited_for(
    configure: Configure,
) -> None:
    engine = create_engine(configure(lock_s=0.1, statement_s=0.2, answer_s=0.3), 1)

    async def wait() -> None:
        async with engine.connect() as connection:
            await connection.execute(text("SET statement_timeout = 0"))
            await connection.execute(text("SELECT pg_sleep(60)"))

    with pytest.raises(TimeoutError):
        await wait()
    await engine.dispose()


async def test_the_driver_reads_the_options_of_the_address(
    configure: Configure, shared_dsn: str
) -> None:
    engine = create_engine(configure(dsn=f"{shared_dsn}?sslmode=disable"), 1)
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT 1")) == 1
    await engine.dispose()


async def test_behind_a_pooler_no_statement_has_a_name(
    configure: Configure, shared_dsn: str
) -> None:
    async def named(session: AsyncSession) -> bool:
        rows = await session.execute(text("SELECT name FROM pg_prepared_statements"))
        return bool(rows.all())

    for more, expected in (({}, True), ({"pooler": True, "direct_url": shared_dsn}, False)):
        settings = configure(**more)
        engine = create_engine(settings, 1)
        assert await Transactions(engine, settings).run(named) == expected
        await engine.dispose()


async def test_a_server_that_takes_no_writes_is_left(configure: Configure) -> None:
    settings = configure()
    engine = create_engine(settings, 1)
    pids: list[int] = []

    async def work(session: AsyncSession) -> None:
        pids.append(await session.scalar(text("SELECT pg_backend_pid()")) or 0)
        if len(pids) == 1:
            await session.execute(text("SET TRANSACTION READ ONLY"))
            await session.execute(text("CREATE TABLE never (id int)"))

    await Transactions(engine, settings).run(work)
    assert len(set(pids)) == 2
    await engine.dispose()


def test_the_engine_waits_and_never_grows(configure: Configure) -> None:
    pool = create_engine(configure(pool_s=7), 3).sync_engine.pool
    assert re.search("Pool size: 3 .*Current Overflow: -3", pool.status())
    assert pool._max_overflow == 0  # type: ignore[attr-defined]
    assert pool._timeout == 7  # type: ignore[attr-defined]

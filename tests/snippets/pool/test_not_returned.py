"""Connections that nobody closes: what the collector says, and what they cost until then."""

import asyncio
import gc
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing
from typing import Annotated, Any

import anyio
import asyncpg
import httpx
import pytest
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import exc, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from snippets.pool import errors_not_returned as leaks
from tests.leaks import collected_on_demand

SAID = (
    "The garbage collector is trying to clean up non-checked-in connection {}, which will be {}.  "
    "Please ensure that SQLAlchemy pooled connections are returned to the pool explicitly, either "
    "by calling ``close()`` or by using appropriate context managers to manage their lifecycle."
)
SLEEP = text("SELECT pg_sleep(60)")
pytestmark = [
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
    # psycopg's; as an error it would keep the connection alive.
    pytest.mark.filterwarnings("ignore:.* was deleted while still open:ResourceWarning"),
]


@pytest.fixture(params=["asyncpg", "psycopg"])
async def engine(request: pytest.FixtureRequest, dsn: str) -> AsyncIterator[AsyncEngine]:
    """An engine whose pool has two connections, and no patience."""
    url = make_url(dsn).set(drivername=f"postgresql+{request.param}")
    engine = create_async_engine(url, pool_size=2, max_overflow=0, pool_timeout=0.1)
    yield engine
    await engine.dispose()


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    with collected_on_demand():
        yield


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Collect, and return what SQLAlchemy's pool logs."""

    def collected() -> list[str]:
        caplog.clear()
        gc.collect()
        said = [one for one in caplog.records if one.name.startswith("sqlalchemy")]
        return [one.getMessage() for one in said]

    caplog.set_level(logging.ERROR)
    return collected


def out(engine: AsyncEngine) -> int:
    """Connections that are checked out."""
    return int(engine.pool.checkedout())  # type: ignore[attr-defined]


Collect = Callable[[], list[str]]
Leak = Callable[[AsyncEngine], Awaitable[Any]]


async def connection_is_not_closed(engine: AsyncEngine) -> None:
    connection = await engine.connect()
    await connection.execute(leaks.SELECT_42)


async def statement_fails_before_the_commit(engine: AsyncEngine) -> None:
    session = AsyncSession(engine)
    try:
        await session.execute(text("SELECT 1 / 0"))
        await session.commit()
    except exc.DBAPIError:
        return


async def stream_is_not_closed(engine: AsyncEngine) -> None:
    await AsyncSession(engine).stream(leaks.SELECT_42)


async def session_is_used_after_its_end(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        await session.execute(leaks.SELECT_42)
    await session.execute(leaks.SELECT_42)


async def dependency_is_called_by_hand(engine: AsyncEngine) -> None:
    session = await anext(leaks.get_session(engine))
    await asyncio.sleep(0.01)  # asyncio closes the generator, and the session
    await session.execute(leaks.SELECT_42)


LEAKS = [
    leaks.read,
    connection_is_not_closed,
    statement_fails_before_the_commit,
    stream_is_not_closed,
    session_is_used_after_its_end,
    dependency_is_called_by_hand,
]


@pytest.mark.parametrize("leak", LEAKS)
async def test_the_collector_finds_it_and_says_so(
    leak: Leak, engine: AsyncEngine, log: Collect
) -> None:
    await leak(engine)
    await asyncio.sleep(0)  # until then, the loop holds what it woke this test with
    assert out(engine) == 1
    end = {"asyncpg": "terminated", "psycopg": "dropped, as it cannot be safely terminated"}
    before, after = SAID.split("{}, which")
    [said] = log()
    assert said.startswith(f"{before}<AdaptedConnection <{engine.driver}.")
    assert said.endswith(after.format(end[engine.driver]))
    assert out(engine) == 0


async def test_it_is_a_warning_too(engine: AsyncEngine) -> None:
    await leaks.read(engine)
    with pytest.warns(exc.SAWarning, match="trying to clean up non-checked-in connection"):
        gc.collect()


@pytest.mark.parametrize("read", [leaks.read_and_close, leaks.read_outside_fastapi])
async def test_what_is_closed_is_back_at_once(
    read: leaks.Read, engine: AsyncEngine, log: Collect
) -> None:
    for _ in range(3):
        assert await read(engine) == 42
        assert out(engine) == 0
    assert log() == []


async def test_enough_of_them_take_the_pool(engine: AsyncEngine) -> None:
    assert [await leaks.read(engine) for _ in range(2)] == [42, 42]
    with pytest.raises(exc.TimeoutError, match="QueuePool limit of size 2 overflow 0 reached"):
        await leaks.read(engine)
    gc.collect()
    assert await leaks.read_and_close(engine) == 42


async def test_until_then_its_locks_are_held(engine: AsyncEngine, dsn: str) -> None:
    server = await asyncpg.connect(dsn, server_settings={"lock_timeout": "100ms"})
    await server.execute("CREATE TABLE stock AS SELECT 1 AS sold")

    async def sell() -> None:
        await AsyncSession(engine).execute(text("UPDATE stock SET sold = sold + 1"))

    await sell()
    with pytest.raises(asyncpg.LockNotAvailableError):
        await server.fetch("SELECT * FROM stock FOR UPDATE")
    gc.collect()
    await server.execute("SET lock_timeout = '10s'")
    assert await server.fetchval("SELECT sold FROM stock FOR UPDATE") == 1
    await server.close()


@pytest.mark.parametrize(
    "options",
    [{"pool_size": 20}, {"pool_recycle": 0}, {"pool_pre_ping": True}, {"poolclass": NullPool}],
)
async def test_no_setting_of_the_pool_gives_it_back(
    options: dict[str, Any], dsn: str, log: Collect
) -> None:
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url, **options)
    server = await asyncpg.connect(dsn)

    async def in_transaction() -> int:
        idle = "state = 'idle in transaction' AND datname = current_database()"
        return int(await server.fetchval(f"SELECT count(*) FROM pg_stat_activity WHERE {idle}"))

    await leaks.read(engine)
    assert await leaks.read_and_close(engine) == 42
    assert await in_transaction() == 1
    assert len(log()) == 1
    async with asyncio.timeout(10):
        while await in_transaction():  # noqa: ASYNC110 — it tells nobody
            await asyncio.sleep(0.01)
    await server.close()
    await engine.dispose()


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # of its `async with`
async def test_a_task_that_nobody_keeps_takes_its_session_along(
    engine: AsyncEngine, log: Collect
) -> None:
    reached = asyncio.Event()

    async def work() -> None:
        async with AsyncSession(engine) as session:
            await session.execute(leaks.SELECT_42)
            reached.set()
            await asyncio.get_running_loop().create_future()  # that nobody else holds

    asyncio.create_task(work())  # noqa: RUF006 — the mistake
    await reached.wait()
    await asyncio.sleep(0)
    assert out(engine) == 1
    [said] = log()
    assert said.startswith(SAID.partition("{}")[0])
    assert out(engine) == 0


async def test_a_commit_hides_a_session_that_nobody_closes(
    engine: AsyncEngine, log: Collect
) -> None:
    async def save() -> None:
        session = AsyncSession(engine)
        await session.execute(leaks.SELECT_42)
        await session.commit()

    await save()
    assert out(engine) == 0
    assert log() == []


async def test_a_stream_may_be_abandoned_inside_its_session(
    engine: AsyncEngine, log: Collect
) -> None:
    async with AsyncSession(engine) as session:
        async for _ in await session.stream(text("SELECT generate_series(1, 9999)")):
            break
    assert out(engine) == 0
    assert log() == []


def dependency(engine: AsyncEngine, kind: str) -> Callable[[], AsyncIterator[AsyncSession]]:
    """A dependency of FastAPI, alone or wrapped in another."""

    async def alone() -> AsyncGenerator[AsyncSession]:
        async with AsyncSession(engine) as session:
            yield session

    async def looped() -> AsyncGenerator[AsyncSession]:
        async for session in alone():
            yield session

    async def closing() -> AsyncGenerator[AsyncSession]:
        async with aclosing(alone()) as sessions:
            async for session in sessions:
                yield session

    return {"alone": alone, "looped": looped, "closing": closing}[kind]


@pytest.mark.parametrize(("kind", "still_out"), [("alone", 0), ("looped", 1), ("closing", 0)])
async def test_a_dependency_in_a_loop_is_late_when_the_request_fails(
    kind: str, still_out: int, engine: AsyncEngine, log: Collect
) -> None:
    """As in otari's issue 1236."""
    app = FastAPI()
    opened = Depends(dependency(engine, kind))

    @app.get("/{status}")
    async def read(status: int, session: Annotated[AsyncSession, opened]) -> None:
        await session.execute(leaks.SELECT_42)
        if status != 200:
            raise HTTPException(status)

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
        assert (await client.get("/200")).status_code == 200
        assert out(engine) == 0
        assert (await client.get("/402")).status_code == 402
        assert out(engine) == still_out
    async with asyncio.timeout(10):
        while out(engine):  # noqa: ASYNC110 — it tells nobody
            await asyncio.sleep(0.01)
    assert log() == []


async def rows(engine: AsyncEngine) -> AsyncGenerator[int]:
    async with AsyncSession(engine) as session:
        async for row in await session.stream(text("SELECT generate_series(1, 9999)")):
            yield row[0]


async def test_a_generator_that_is_abandoned_comes_back_at_a_turn_of_the_loop(
    engine: AsyncEngine, log: Collect
) -> None:
    async for _ in rows(engine):
        break
    assert out(engine) == 1
    async with asyncio.timeout(10):
        while out(engine):  # noqa: ASYNC110 — it tells nobody
            await asyncio.sleep(0.01)
    assert log() == []


TURNS = range(60)


@pytest.mark.parametrize("again", [False, True])
async def test_a_task_that_is_cancelled_gives_its_connection_back(
    again: bool, engine: AsyncEngine, log: Collect
) -> None:
    async def work() -> None:
        async with AsyncSession(engine) as session:
            await session.execute(leaks.SELECT_42)

    for turns in TURNS:
        task = asyncio.create_task(work())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        if again:
            task.cancel()
        await asyncio.wait([task])
    assert log() == []
    assert await leaks.read_and_close(engine) == 42
    assert out(engine) == 0


async def sleeping_in_the_database(session: AsyncSession) -> None:
    await session.execute(SLEEP)


async def sleeping_between_statements(session: AsyncSession) -> None:
    await session.execute(leaks.SELECT_42)
    await anyio.sleep(60)


@pytest.mark.parametrize("sleep", [sleeping_in_the_database, sleeping_between_statements])
async def test_a_cancel_scope_of_anyio_gives_it_back_too(
    sleep: Callable[[AsyncSession], Awaitable[None]], engine: AsyncEngine, log: Collect
) -> None:
    """As in SQLAlchemy's issues 8145 and 12077."""
    began = asyncio.Event()

    async def work() -> None:
        async with AsyncSession(engine) as session:
            await session.execute(leaks.SELECT_42)
            began.set()
            await sleep(session)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(work)
        await began.wait()
        await asyncio.sleep(0.05)
        tasks.cancel_scope.cancel()
    assert log() == []
    assert out(engine) == 0

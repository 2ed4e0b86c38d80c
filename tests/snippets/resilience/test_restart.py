"""PostgreSQL is killed and started while requests are inside it."""

from collections.abc import AsyncIterator, Callable, Iterator

import asyncpg
import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

import lab
from snippets.resilience import naive_restart, restart
from snippets.resilience.restart import Place, restart_under_load


@pytest.fixture
def server() -> Iterator[lab.PostgresServer]:
    with lab.postgres_server() as server:
        yield server


def crash(server: lab.PostgresServer) -> Callable[[], None]:
    def kill_and_start() -> None:
        server.kill()
        server.start()

    return kill_and_start


@pytest.mark.naive("snippets/resilience/naive_restart.py")
async def test_with_pre_ping_alone_every_request_inside_a_transaction_fails(
    server: lab.PostgresServer, capsys: pytest.CaptureFixture[str]
) -> None:
    await restart_under_load(server.dsn, crash(server), naive_restart.place)
    assert capsys.readouterr().out.splitlines() == [
        "16 requests, 8 failed",
        "8 writes acknowledged, 0 of them lost",
    ]


async def test_with_a_retry_none_fails_and_nothing_is_lost(
    server: lab.PostgresServer, capsys: pytest.CaptureFixture[str]
) -> None:
    await restart_under_load(server.dsn, crash(server), restart.place)
    assert capsys.readouterr().out.splitlines() == [
        "16 requests, 0 failed",
        "16 writes acknowledged, 0 of them lost",
    ]


async def test_both_ways_are_tried_on_an_engine_with_pre_ping(
    server: lab.PostgresServer,
) -> None:
    pinged: set[bool] = set()

    async def noting(engine: AsyncEngine, idempotency_key: str) -> None:
        pinged.add(engine.pool._pre_ping)
        await restart.place(engine, idempotency_key)

    await restart_under_load(server.dsn, crash(server), noting)
    assert pinged == {True}


async def test_an_acknowledged_write_that_is_gone_is_counted(
    server: lab.PostgresServer, capsys: pytest.CaptureFixture[str]
) -> None:
    async def forgetful(engine: AsyncEngine, idempotency_key: str) -> None:
        if idempotency_key != "order 3":
            await restart.place(engine, idempotency_key)

    await restart_under_load(server.dsn, crash(server), forgetful)
    assert capsys.readouterr().out.splitlines()[1] == "16 writes acknowledged, 1 of them lost"


@pytest.fixture
async def engine(dsn: str) -> AsyncIterator[AsyncEngine]:
    connection = await asyncpg.connect(dsn)
    await connection.execute(restart.ORDERS)
    await connection.close()
    engine = create_async_engine(dsn.replace("postgresql", "postgresql+asyncpg", 1))
    yield engine
    await engine.dispose()


@pytest.mark.parametrize("place", [restart.place, naive_restart.place])
async def test_an_order_is_placed(place: Place, engine: AsyncEngine, dsn: str) -> None:
    await place(engine, "order 1")
    connection = await asyncpg.connect(dsn)
    assert await connection.fetch(restart.FOUND) == [("order 1",)]
    await connection.close()


async def test_the_same_order_twice_is_one_order(engine: AsyncEngine) -> None:
    await restart.place(engine, "order 1")
    await restart.place(engine, "order 1")


@pytest.mark.naive("snippets/resilience/naive_restart.py")
async def test_the_naive_way_refuses_the_same_order(engine: AsyncEngine) -> None:
    await naive_restart.place(engine, "order 1")
    with pytest.raises(IntegrityError, match="duplicate key value"):
        await naive_restart.place(engine, "order 1")

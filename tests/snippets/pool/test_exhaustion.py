"""A connection held across an outbound call, and one released before it."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from snippets.pool import exhaustion, naive_exhaustion
from snippets.pool.exhaustion import ORDERS, Checkout, rush

CHECKOUT = pytest.mark.parametrize("checkout", [naive_exhaustion.checkout, exhaustion.checkout])


@pytest.fixture
async def engine(dsn: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(make_url(dsn).set(drivername="postgresql+asyncpg"))
    async with engine.begin() as connection:
        await connection.execute(text(ORDERS))
    yield engine
    await engine.dispose()


async def receipts(engine: AsyncEngine) -> list[tuple[int, str]]:
    query = "SELECT id, receipt FROM orders WHERE receipt IS NOT NULL ORDER BY id"
    async with engine.connect() as connection:
        return [(row.id, row.receipt) for row in await connection.execute(text(query))]


def taken(engine: AsyncEngine) -> int:
    assert isinstance(engine.pool, QueuePool)
    return engine.pool.checkedout()


async def taken_during_the_call(engine: AsyncEngine, checkout: Checkout) -> int:
    seen: list[int] = []

    async def charge(cents: int) -> str:
        seen.append(taken(engine))
        return "paid"

    await checkout(engine, charge, 1)
    return seen[0]


@CHECKOUT
async def test_a_paid_order_and_no_other_has_its_receipt(
    checkout: Checkout, engine: AsyncEngine
) -> None:
    async def charge(cents: int) -> str:
        return f"{cents} cents"

    await checkout(engine, charge, 7)
    assert await receipts(engine) == [(7, "4200 cents")]


@CHECKOUT
async def test_a_declined_order_has_no_receipt_and_its_connection_is_back(
    checkout: Checkout, engine: AsyncEngine
) -> None:
    async def charge(cents: int) -> str:
        raise ConnectionError("card declined")

    with pytest.raises(ConnectionError, match="card declined"):
        await checkout(engine, charge, 7)
    assert taken(engine) == 0
    assert await receipts(engine) == []


async def test_no_connection_is_taken_while_the_gateway_is_asked(engine: AsyncEngine) -> None:
    assert await taken_during_the_call(engine, exhaustion.checkout) == 0


@pytest.mark.naive("snippets/pool/naive_exhaustion.py")
async def test_a_session_across_the_call_keeps_its_connection(engine: AsyncEngine) -> None:
    assert await taken_during_the_call(engine, naive_exhaustion.checkout) == 1


@pytest.mark.naive("snippets/pool/naive_exhaustion.py")
async def test_the_sixteenth_payment_meets_the_limit_of_the_default_pool(
    dsn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await rush(dsn, naive_exhaustion.checkout)
    pending, failed, error = capsys.readouterr().out.splitlines()
    assert pending == "15 payments pending, 15 connections taken"
    assert failed == "the 16th fails"
    assert error.startswith("QueuePool limit of size 5 overflow 10 reached, connection timed out")


async def test_the_sixteenth_payment_succeeds_when_connections_are_released(
    dsn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await rush(dsn, exhaustion.checkout)
    assert capsys.readouterr().out.splitlines() == [
        "15 payments pending, 0 connections taken",
        "the 16th is paid",
    ]

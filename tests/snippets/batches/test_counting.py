"""Statements and rows are counted between two points of a test."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from snippets.batches.counting import Traffic, counting


async def send(engine: AsyncEngine, *statements: str) -> None:
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def test_statements_count_one_each_and_rows_as_many_as_there_are(
    order_engine: AsyncEngine,
) -> None:
    with counting(order_engine) as traffic:
        await send(order_engine, "SELECT * FROM orders", "SELECT id FROM lines WHERE id <= 7")
        await send(order_engine, "UPDATE orders SET address = '' WHERE id <= 5")
    assert traffic == Traffic(statements=3, rows=100 + 7 + 5)


async def test_a_statement_that_does_not_say_how_many_rows_counts_none(
    order_engine: AsyncEngine,
) -> None:
    with counting(order_engine) as traffic:
        await send(order_engine, "SAVEPOINT here", "SELECT 1")
    assert traffic == Traffic(statements=2, rows=1)


async def test_what_comes_before_and_after_does_not_count(order_engine: AsyncEngine) -> None:
    await send(order_engine, "SELECT 1")
    with counting(order_engine) as traffic:
        pass
    await send(order_engine, "SELECT 1")
    assert traffic == Traffic(statements=0, rows=0)


async def test_counting_ends_also_after_an_error(order_engine: AsyncEngine) -> None:
    try:
        with counting(order_engine) as traffic:
            raise LookupError
    except LookupError:
        await send(order_engine, "SELECT 1")
    assert traffic.statements == 0

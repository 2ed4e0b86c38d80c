"""A client that hears no answer to its order, and asks again."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from snippets.resilience.wire import Wire, through

Place = Callable[
    [AsyncEngine, int, str, Mapping[str, int]], Awaitable[int]
]

TWO = {"product": 7, "pieces": 2}
NINE = {"product": 7, "pieces": 9}


# --8<-- [start:answers]
async def answers(dsn: str, orders: str, place: Place) -> list[str]:
    """What a client is told who loses the answer to a COMMIT."""
    wire = Wire()
    async with through(dsn, wire) as address:
        url = make_url(address).set(drivername="postgresql+asyncpg")
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.execute(text(orders))

        async def order(request: Mapping[str, int]) -> str:
            try:
                number = await place(engine, 1, "a key", request)
            except Exception as error:
                return type(error).__name__
            return f"order {number}"

        wire.hang_up_after = b"COMMIT"
        said = [f"answer to COMMIT lost: {await order(TWO)}"]
        assert b"COMMIT" in wire.dropped
        said.append(f"asked again: {await order(TWO)}")
        said.append(f"another request, same key: {await order(NINE)}")
        async with engine.connect() as connection:
            query = text("SELECT count(*) FROM orders")
            said.append(f"rows: {await connection.scalar(query)}")
        await engine.dispose()
    return said


# --8<-- [end:answers]


def demonstrate(orders: str, place: Place) -> None:
    import lab

    with lab.postgres() as dsn:
        for line in asyncio.run(answers(dsn, orders, place)):
            print(line)

"""What a client was told, and what is stored."""

import asyncio
from typing import NamedTuple

from snippets.dependencies.orders import (
    CreateApp,
    prepared,
    refused,
    stored,
)
from snippets.dependencies.served import served


class Outcome(NamedTuple):
    """What became of an order."""

    status: int
    rows: int


# --8<-- [start:order]
async def order(dsn: str, create_app: CreateApp) -> Outcome:
    async with prepared(dsn) as engine:
        async with served(create_app(engine, refused)) as client:
            answer = await client.post("/orders/A-1")
        # Here the server has ended, and with it every request.
        async with engine.connect() as connection:
            rows = await stored(connection)
    return Outcome(answer.status_code, rows)


# --8<-- [end:order]


def demonstrate(create_app: CreateApp) -> None:
    import lab

    with lab.postgres() as dsn:
        outcome = asyncio.run(order(dsn, create_app))
    print(f"the client was told {outcome.status}")
    print(f"orders stored: {outcome.rows}")

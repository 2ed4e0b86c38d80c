"""Many requests at once to an app with one pool and 40 threads."""

import asyncio
from collections import Counter
from collections.abc import Callable

import asyncpg
import httpx
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlalchemy.exc import TimeoutError as PoolTimeout

from snippets.concurrency.orders import SCHEMA, connected

CreateApp = Callable[[Engine], FastAPI]

THREADS = 40  # of AnyIO's default limiter
CONNECTIONS = 5 + 10  # of SQLAlchemy's default pool
TIMEOUT_S = 2.0  # instead of 30, to fail sooner
ANSWERED = "answered"


async def prepare(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(SCHEMA)
    await connection.close()


# --8<-- [start:crowd]
async def crowd(app: FastAPI, requests: int) -> Counter[str]:
    """What as many requests at once are told, and how many each."""
    transport = httpx.ASGITransport(app)

    async def request(order_id: int) -> str:
        try:
            answer = await client.get(f"/orders/{order_id}")
        except PoolTimeout as error:
            return str(error.args[0])
        answer.raise_for_status()
        return ANSWERED

    async with httpx.AsyncClient(
        transport=transport, base_url="http://app"
    ) as client:
        said = await asyncio.gather(
            *(request(number + 1) for number in range(requests))
        )
    return Counter(said)


# --8<-- [end:crowd]


def demonstrate(create_app: CreateApp) -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(prepare(dsn))
        for requests in (
            THREADS + CONNECTIONS - 1,
            THREADS + CONNECTIONS,
        ):
            engine = connected(dsn, timeout_s=TIMEOUT_S)
            said = asyncio.run(crowd(create_app(engine), requests))
            engine.dispose()
            print(f"{requests} requests at once:")
            for text in sorted(said):
                who = "all" if said[text] == requests else "some"
                print(f"  {who}: {text}")

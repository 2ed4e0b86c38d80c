"""Every wait has a limit, and each limit fits inside the next.

Running it runs into each of them and prints what the program sees.
"""

import asyncio
from contextlib import AsyncExitStack

from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

# --8<-- [start:engine]
LOCK_S, STATEMENT_S, TRANSACTION_S = 0.3, 0.6, 1.2
POOL_S = CONNECT_S = 0.5
ANSWER_S = 0.9  # more than a statement may take: the server goes first
REQUEST_S = 2.0  # POOL_S + TRANSACTION_S, and some for the rest


def create_engine(dsn: str) -> AsyncEngine:
    limits = {
        "lock_timeout": LOCK_S,
        "statement_timeout": STATEMENT_S,
        "idle_in_transaction_session_timeout": STATEMENT_S,
        "transaction_timeout": TRANSACTION_S,  # PostgreSQL 17
    }
    settings = {k: f"{s * 1000:.0f}ms" for k, s in limits.items()}
    return create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg"),
        max_overflow=0,
        pool_timeout=POOL_S,
        connect_args={
            "timeout": CONNECT_S,
            "command_timeout": ANSWER_S,
            "server_settings": settings,  # [!]
        },
    )


# --8<-- [end:engine]

LOCK = text("SELECT pg_advisory_xact_lock(1)")
SLEEP = text("SELECT pg_sleep(:seconds)")


async def locked(engine: AsyncEngine) -> None:
    async with engine.begin() as holder, engine.begin() as waiter:
        await holder.execute(LOCK)
        await waiter.execute(LOCK)


async def slow(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(SLEEP, {"seconds": 60})


async def long(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        while True:  # each statement is within its limit
            await connection.execute(SLEEP, {"seconds": 0.5})


async def crowded(engine: AsyncEngine) -> None:
    async with AsyncExitStack() as taken:
        while True:
            await taken.enter_async_context(engine.connect())


async def demonstrate(dsn: str) -> None:
    engine = create_engine(dsn)
    for call in (locked, slow, long, crowded):
        try:
            await call(engine)
        except SQLAlchemyError as error:
            said = str(error.args[0]).rpartition(".Error) ")[2]
            print(f"{call.__name__}: {said}")
    await engine.dispose()


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()

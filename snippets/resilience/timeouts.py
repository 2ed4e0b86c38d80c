"""Every wait has a limit, and each ends with an error of its own.

Running it runs into each of them and prints what the program sees.
"""

import asyncio
from contextlib import AsyncExitStack

from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from snippets.resilience.limits import LIMITS, Limits


# --8<-- [start:engine]
def server_settings(limits: Limits) -> dict[str, str]:
    seconds = {  # PostgreSQL itself ends these
        "lock_timeout": limits.lock,
        "statement_timeout": limits.statement,
        "idle_in_transaction_session_timeout": limits.statement,
        "transaction_timeout": limits.transaction,  # PostgreSQL 17
    }
    return {k: f"{s * 1000:.0f}ms" for k, s in seconds.items()}


def create_engine(dsn: str, pooler: bool = False) -> AsyncEngine:
    """`pooler`: the role has the limits, and no statement a name."""
    settings = {"server_settings": server_settings(LIMITS)}  # [!]
    return create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg"),
        max_overflow=0,
        pool_timeout=LIMITS.pool,
        connect_args={
            "timeout": LIMITS.connect,
            "command_timeout": LIMITS.answer,
            **({"statement_cache_size": 0} if pooler else settings),
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
            await connection.execute(SLEEP, {"seconds": 0.4})


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

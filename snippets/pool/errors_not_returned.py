"""A connection that nobody closes is lost until garbage collection.

Running it reads three times from a pool of two, and then collects.
"""

import asyncio
import gc
import logging
import re
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from sqlalchemy import exc, make_url, text
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    create_async_engine,
)

SELECT_42 = text("SELECT 42")
Read = Callable[[AsyncEngine], Awaitable[object]]


# --8<-- [start:raises]
async def read(engine: AsyncEngine) -> object:
    session = AsyncSession(engine)
    return await session.scalar(SELECT_42)  # nobody closes it  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
async def read_and_close(engine: AsyncEngine) -> object:
    async with AsyncSession(engine) as session:
        return await session.scalar(SELECT_42)


# --8<-- [end:fix]


# --8<-- [start:dependency]
async def get_session(
    engine: AsyncEngine,
) -> AsyncIterator[AsyncSession]:
    async with AsyncSession(engine) as session:
        yield session


async def read_outside_fastapi(engine: AsyncEngine) -> object:
    async with asynccontextmanager(get_session)(engine) as session:
        return await session.scalar(SELECT_42)


# --8<-- [end:dependency]


class Printed(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage().partition(".  ")[0]
        print(" ", re.sub("<.*>", "<AdaptedConnection …>", said))


async def demonstrate(dsn: str, read: Read) -> None:
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(
        url, pool_size=2, max_overflow=0, pool_timeout=0.1
    )
    try:
        print(read.__name__, [await read(engine) for _ in range(3)])
    except exc.TimeoutError as error:
        print(read.__name__, str(error).partition(" (")[0])
    gc.collect()
    await engine.dispose()


def main() -> None:
    import lab

    gc.disable()  # it would run at a moment of its own
    warnings.simplefilter("ignore")  # of what the log says, too
    logging.getLogger("sqlalchemy").addHandler(Printed())
    with lab.postgres() as dsn:
        for one in (read, read_and_close, read_outside_fastapi):
            asyncio.run(demonstrate(dsn, one))


if __name__ == "__main__":
    main()

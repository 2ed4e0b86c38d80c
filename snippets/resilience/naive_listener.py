"""A SET in a connect listener lasts until the first rollback.

Running it asks for the timeout in two requests, one after the other,
on the same connection.
"""

import asyncio
from typing import Any

from sqlalchemy import event, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


# --8<-- [start:engine]
def create_engine(dsn: str) -> AsyncEngine:
    engine = create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg")
    )

    @event.listens_for(engine.sync_engine, "connect")
    def set_timeout(connection: Any, record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("SET statement_timeout = '600ms'")  # [!]
        cursor.close()

    return engine


# --8<-- [end:engine]


async def timeouts(engine: AsyncEngine, requests: int) -> list[str]:
    """What `SHOW statement_timeout` says in each request."""
    said = []
    for _ in range(requests):
        async with engine.connect() as connection:
            show = text("SHOW statement_timeout")
            said.append(await connection.scalar(show))
    await engine.dispose()
    return said


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        said = asyncio.run(timeouts(create_engine(dsn), 2))
    for number, timeout in enumerate(said, 1):
        print(f"request {number}: statement_timeout = {timeout}")


if __name__ == "__main__":
    main()

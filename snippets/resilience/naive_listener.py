"""A SET in a connect listener shares the fate of the first request.

Running it asks for the timeout in three requests on one connection, of
which the first only reads, and again where the first one commits.
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


async def timeouts(
    engine: AsyncEngine, first_commits: bool = False
) -> list[str]:
    """What `SHOW statement_timeout` says in each of three requests."""
    said = []
    for number in range(3):
        async with engine.connect() as connection:
            show = text("SHOW statement_timeout")
            said.append(await connection.scalar(show))
            if number == 0 and first_commits:
                await connection.commit()
    await engine.dispose()
    return said


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        for name, commits in (("reads", False), ("commits", True)):
            said = asyncio.run(timeouts(create_engine(dsn), commits))
            print(f"the first request {name}:", *said)


if __name__ == "__main__":
    main()

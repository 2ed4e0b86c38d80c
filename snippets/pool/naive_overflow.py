"""Requests in waves: the default engine opens ten anew for each.

Running it sends ten waves of 15 queries and prints how many
connections were opened.
"""

import asyncio

from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from snippets.pool.engine import opened


# --8<-- [start:engine]
def create_engine(dsn: str) -> AsyncEngine:
    return create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg")
    )


# --8<-- [end:engine]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        connections = asyncio.run(opened(create_engine(dsn), 10, 15))
    print(f"150 queries, {connections} connections opened")


if __name__ == "__main__":
    main()

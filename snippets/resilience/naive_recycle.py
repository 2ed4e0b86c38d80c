"""Recycling looks at the age of a connection, not at its pulse.

Running it kills all idle connections of the pool, twenty times, and
sends five requests after each.
"""

from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from snippets.resilience.preping import demonstrate


# --8<-- [start:engine]
def create_engine(dsn: str) -> AsyncEngine:
    return create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg"),
        pool_recycle=1800,  # [!]
    )


# --8<-- [end:engine]


def main() -> None:
    demonstrate(create_engine)


if __name__ == "__main__":
    main()

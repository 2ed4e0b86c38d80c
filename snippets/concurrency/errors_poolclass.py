"""An async engine refuses the pool that blocks its thread.

Running it makes one async engine with `QueuePool` and one without.
"""

from sqlalchemy import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

DATABASE = URL.create("postgresql+asyncpg", database="orders")


# --8<-- [start:raises]
def with_queue_pool(url: URL) -> AsyncEngine:
    return create_async_engine(
        url,
        poolclass=QueuePool,  # [!]
        pool_size=10,
        max_overflow=0,
    )


# --8<-- [end:raises]


# --8<-- [start:fix]
def with_default_pool(url: URL) -> AsyncEngine:
    return create_async_engine(url, pool_size=10, max_overflow=0)


# --8<-- [end:fix]


def main() -> None:
    for create_engine in (with_queue_pool, with_default_pool):
        try:
            pool = create_engine(DATABASE).pool
        except ArgumentError as error:
            print(f"{type(error).__name__}: {error.args[0]}")
        else:
            print(type(pool).__name__)


if __name__ == "__main__":
    main()

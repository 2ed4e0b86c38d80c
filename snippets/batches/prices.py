"""A table of prices, and what a way to store them costs.

It is what the listings on batches write.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import CheckConstraint, make_url
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from snippets.batches.wire import wire


class Base(DeclarativeBase):
    pass


# --8<-- [start:price]
class Price(Base):
    __tablename__ = "prices"
    __table_args__ = (CheckConstraint("cents > 0", name="positive"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(unique=True)
    cents: Mapped[int]
    currency: Mapped[str]


# --8<-- [end:price]

COLUMNS = ("sku", "cents", "currency")  # without the generated key
Row = dict[str, Any]
Store = Callable[[AsyncSession, list[Row]], Awaitable[Any]]


def row(number: int) -> Row:
    return {
        "sku": f"sku-{number}",
        "cents": number + 1,
        "currency": "EUR",
    }


@asynccontextmanager
async def prices(dsn: str) -> AsyncIterator[AsyncEngine]:
    """An engine on a database that holds an empty table."""
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        yield engine
    finally:
        await engine.dispose()


async def trips(dsn: str, store: Store, count: int) -> int:
    """Round trips to store so many rows, not for the first time."""
    async with (
        wire(dsn) as counted,
        prices(counted.dsn) as engine,
        AsyncSession(engine) as session,
    ):
        await store(session, [row(number) for number in range(count)])
        before = counted.trips
        more = range(count, 2 * count)
        await store(session, [row(number) for number in more])
        return counted.trips - before

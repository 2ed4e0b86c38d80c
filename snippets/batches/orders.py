"""Orders, each with its own customer, ten lines and ten events."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from sqlalchemy import ForeignKey, make_url, text
from sqlalchemy.ext.asyncio import (
    AsyncAttrs,
    AsyncEngine,
    create_async_engine,
)
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    mapped_column,
    relationship,
)


# --8<-- [start:models]
class Base(AsyncAttrs, DeclarativeBase):
    id: Mapped[int] = mapped_column(primary_key=True)


class Customer(Base):
    __tablename__ = "customers"
    name: Mapped[str]
    orders: Mapped[list["Order"]] = relationship(viewonly=True)


class Order(Base):
    __tablename__ = "orders"
    customer_id: Mapped[int] = mapped_column(ForeignKey(Customer.id))
    address: Mapped[str]
    customer: Mapped[Customer] = relationship()
    lines: Mapped[list["Line"]] = relationship(cascade="all")
    events: Mapped[list["Event"]] = relationship(cascade="all")


# --8<-- [end:models]
KEY = ForeignKey("orders.id", ondelete="CASCADE")
OrderId = Annotated[int, mapped_column(KEY, index=True)]


class Line(Base):
    __tablename__ = "lines"
    order_id: Mapped[OrderId]
    sku: Mapped[str]


class Event(Base):
    __tablename__ = "events"
    order_id: Mapped[OrderId]
    status: Mapped[str]


FILL = """
INSERT INTO customers (name) SELECT n FROM generate_series(1, {0}) n;
INSERT INTO orders (customer_id, address)
SELECT id, repeat('1 Main St, ', 20) FROM customers ORDER BY id;
INSERT INTO lines (order_id, sku)
SELECT id, 'sku-' || n FROM orders, generate_series(1, 10) n;
INSERT INTO events (order_id, status)
SELECT id, 'status ' || n FROM orders, generate_series(1, 10) n
"""


def connect(dsn: str) -> AsyncEngine:
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    return create_async_engine(url)


async def fill(engine: AsyncEngine, count: int) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
        for statement in FILL.format(count).split(";"):
            await connection.execute(text(statement))


@asynccontextmanager
async def orders(dsn: str) -> AsyncIterator[AsyncEngine]:
    """An engine on a database that holds a hundred orders."""
    engine = connect(dsn)
    try:
        await fill(engine, 100)
        yield engine
    finally:
        await engine.dispose()

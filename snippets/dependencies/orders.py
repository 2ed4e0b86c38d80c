"""The order of a shop, its table, and a mail that cannot be sent."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import func, make_url, select
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    create_async_engine,
)
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    MappedAsDataclass,
    mapped_column,
)
from sqlalchemy.schema import CreateTable, UniqueConstraint


class MailError(Exception):
    """The mail server refused."""


class Base(MappedAsDataclass, DeclarativeBase):
    """What is stored."""


# --8<-- [start:order]
class Order(Base):
    """An order; its number is checked when the transaction commits."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint(
            "number", deferrable=True, initially="DEFERRED"
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    number: Mapped[str]


class Placed(BaseModel):
    """What a client is told of its order."""

    number: str


SendMail = Callable[[str], Awaitable[None]]
CreateApp = Callable[[AsyncEngine, SendMail], FastAPI]


async def refused(number: str) -> None:
    raise MailError(number)


# --8<-- [end:order]


@asynccontextmanager
async def prepared(
    dsn: str, pool_size: int = 5, wait_s: float = 5.0
) -> AsyncIterator[AsyncEngine]:
    """An engine on an empty table of orders."""
    engine = create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=wait_s,
    )
    async with engine.begin() as connection:
        await connection.execute(
            CreateTable(Base.metadata.tables[Order.__tablename__])
        )
    yield engine
    await engine.dispose()


async def stored(connection: AsyncConnection) -> int:
    """How many orders another connection sees."""
    rows = await connection.scalar(
        select(func.count()).select_from(Order)
    )
    return int(rows or 0)

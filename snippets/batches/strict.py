"""lazy="raise" turns a forgotten load into an error with its name.

Running it reads the lines of an order that were not asked for, and
then those that were.
"""

import asyncio

from sqlalchemy import ForeignKey, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncAttrs, AsyncSession
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    mapped_column,
    relationship,
    selectinload,
)
from sqlalchemy.sql.base import ExecutableOption

from snippets.batches.orders import orders


class Base(AsyncAttrs, DeclarativeBase):
    pass


# --8<-- [start:models]
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    lines: Mapped[list["Line"]] = relationship(lazy="raise")  # [!]


# --8<-- [end:models]


class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id))


async def first(
    session: AsyncSession, *options: ExecutableOption
) -> Order:
    query = select(Order).order_by(Order.id).limit(1)
    return (await session.scalars(query.options(*options))).one()


async def demonstrate(dsn: str) -> None:
    async with orders(dsn) as engine:
        async with AsyncSession(engine) as session:
            order = await first(session)
            try:
                await order.awaitable_attrs.lines
            except InvalidRequestError as error:
                print(error)
        async with AsyncSession(engine) as session:
            order = await first(session, selectinload(Order.lines))
            print(f"{len(order.lines)} lines")


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()

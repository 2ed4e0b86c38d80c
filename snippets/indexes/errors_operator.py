"""An operator compares two types, and a parameter has one.

Running it compares a value of a document with a string, as JSON and
as text, and prints what comes of it.
"""

import asyncio
from typing import Any

from sqlalchemy import Select, make_url, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

TABLE = "CREATE TABLE orders (id int PRIMARY KEY, doc jsonb NOT NULL)"
ROW = """INSERT INTO orders VALUES (1, '{"sku"\\:"S47"}')"""


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    doc: Mapped[dict[str, Any]] = mapped_column(JSONB)


# --8<-- [start:raises]
AS_JSON = select(Order.id).where(Order.doc["sku"] == "S47")
# --8<-- [end:raises]
# --8<-- [start:fix]
AS_TEXT = select(Order.id).where(Order.doc["sku"].astext == "S47")
CONTAINED = select(Order.id).where(Order.doc.contains({"sku": "S47"}))
# --8<-- [end:fix]


async def ask(dsn: str, *statements: Select[Any]) -> None:
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url)
    for statement in statements:
        try:
            async with engine.connect() as connection:
                print((await connection.execute(statement)).all())
        except DBAPIError as error:
            print(str(error.orig).splitlines()[0])
    await engine.dispose()


async def demonstrate(dsn: str) -> None:
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        for statement in (TABLE, ROW):
            await connection.execute(text(statement))
    await engine.dispose()
    await ask(dsn, AS_JSON, AS_TEXT, CONTAINED)


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()

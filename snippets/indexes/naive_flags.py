"""is_(True) is not the predicate of the index.

Running it asks for the five hidden ones of 5,000 products, and prints
what SQLAlchemy sent and what that read.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from asyncpg import Connection
from sqlalchemy import ClauseElement, Index, Select, select
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.schema import CreateIndex, CreateTable

from snippets.indexes.plans import explain, quiet


class Base(DeclarativeBase):
    pass


# --8<-- [start:model]
class Product(Base):
    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
    hidden: Mapped[bool] = mapped_column()
    about: Mapped[str]
    __table_args__ = (
        Index("products_hidden", "id", postgresql_where=hidden),
        {"postgresql_with": {"autovacuum_enabled": "off"}},
    )


# --8<-- [end:model]

DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]
ROWS = """
INSERT INTO products SELECT n, n % 1_000 = 0, repeat('x', 500)
FROM generate_series(1, 5_000) AS n
"""
VACUUM = "VACUUM (FREEZE, ANALYZE) products"


# --8<-- [start:query]
def hidden() -> Select[int]:
    return select(Product.id).where(Product.hidden.is_(True))  # [!]


# --8<-- [end:query]


def sent(statement: ClauseElement) -> str:
    return str(statement.compile(dialect=DIALECT))


@asynccontextmanager
async def products(dsn: str) -> AsyncIterator[Connection]:
    """A connection to the tables of the model, filled."""
    table = Product.metadata.tables["products"]
    indexes = [sent(CreateIndex(index)) for index in table.indexes]
    scripts = (sent(CreateTable(table)), *indexes, ROWS, VACUUM)
    async with quiet(dsn, *scripts) as connection:
        yield connection


async def demonstrate(
    dsn: str, hidden: Callable[[], Select[int]]
) -> None:
    async with products(dsn) as connection:
        statement = sent(hidden())
        print(statement.partition("WHERE ")[2])
        print(await explain(connection, statement))


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn, hidden))


if __name__ == "__main__":
    main()

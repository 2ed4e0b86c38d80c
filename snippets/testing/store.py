"""What the shop asks its database: one transaction for a request."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

Record = dict[str, Any]

# --8<-- [start:migrations]
MIGRATIONS = (
    "CREATE TABLE product ("
    " id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " name text NOT NULL UNIQUE,"
    " stock int NOT NULL CHECK (stock >= 0),"
    " cost int NOT NULL)",
    "CREATE TABLE sale ("
    " id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " product int NOT NULL REFERENCES product,"
    " cancelled boolean NOT NULL DEFAULT false)",
    "ALTER TABLE product ADD barcode text NOT NULL DEFAULT ''",
)
# --8<-- [end:migrations]


# --8<-- [start:store]
@dataclass(frozen=True)
class Store:
    connection: AsyncConnection

    async def add(self, product: Record) -> Record | None:
        """None if the name is taken."""
        sql = (
            "INSERT INTO product (name, stock, cost, barcode)"
            " VALUES (:name, :stock, :cost, :barcode)"
            " ON CONFLICT (name) DO NOTHING"
            " RETURNING *, 0 AS sold"
        )
        return await self._first(sql, **product)

    async def page(self, after: int, limit: int) -> list[Record]:
        sql = (
            "SELECT *, (SELECT count(*) FROM sale"
            " WHERE product = p.id AND NOT cancelled) AS sold"
            " FROM product p WHERE id > :after"
            " ORDER BY id LIMIT :limit"
        )
        return await self._all(sql, after=after, limit=limit)

    # --8<-- [end:store]
    # --8<-- [start:sales]
    async def exists(self, number: int) -> bool:
        sql = "SELECT id FROM product WHERE id = :number"
        return await self._first(sql, number=number) is not None

    async def sell(self, number: int) -> Record | None:
        """None if there is none left."""
        sql = (
            "UPDATE product SET stock = stock - 1"
            " WHERE id = :number AND stock > 0 RETURNING id"
        )
        if await self._first(sql, number=number) is None:
            return None
        sql = "INSERT INTO sale (product) VALUES (:number) RETURNING *"
        return await self._first(sql, number=number)

    async def cancel(self, number: int) -> bool:
        sql = (
            "UPDATE sale SET cancelled = true"
            " WHERE id = :number AND NOT cancelled"
            " RETURNING product"
        )
        if (found := await self._first(sql, number=number)) is None:
            return False
        sql = (
            "UPDATE product SET stock = stock + 1"
            " WHERE id = :product RETURNING id"
        )
        return await self._first(sql, **found) is not None

    # --8<-- [end:sales]
    async def _all(self, sql: str, **values: Any) -> list[Record]:
        rows = await self.connection.execute(text(sql), values)
        return [dict(row) for row in rows.mappings()]

    async def _first(self, sql: str, **values: Any) -> Record | None:
        rows = await self._all(sql, **values)
        return rows[0] if rows else None

"""Each migration is applied to tables that have rows.

An empty table takes any column; one with rows does not.
"""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

ROWS = (
    "INSERT INTO product (name, stock, cost) VALUES ('tea', 1, 1)",
    "INSERT INTO sale (product) SELECT id FROM product",
)
TABLES = 2  # migrations that make the first tables


# --8<-- [start:migrate]
async def rows_survive(url: str, migrations: Sequence[str]) -> None:
    first, later = migrations[:TABLES], migrations[TABLES:]
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            for statement in (*first, *ROWS, *later):  # [!]
                await connection.execute(text(statement))
    finally:
        await engine.dispose()


# --8<-- [end:migrate]

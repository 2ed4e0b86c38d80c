"""Eleven defects of the shop, each a change of some lines.

Two more are controls, which mocks or a happy path are there to see.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """Text of a module that stands there once, and what replaces it."""

    module: str
    old: str
    new: str


@dataclass(frozen=True)
class Defect:
    label: str
    changes: tuple[Change, ...]


CLEAN = Defect("none", ())
SELLING = '        sql = "INSERT INTO sale'

CONTROLS = {
    "status": Defect(
        "A wrong status code",
        (
            Change(
                "shop",
                'HTTPException(409, "sold out")',
                'HTTPException(404, "sold out")',
            ),
        ),
    ),
    "sql": Defect(
        "SQL that PostgreSQL refuses",
        (Change("store", "ORDER BY id", "ORDER BY number"),),
    ),
}

DEFECTS = {
    "column": Defect(
        "A column too many in the answer",
        (
            Change(
                "shop",
                '"/products", response_model=list[Product])',
                '"/products")',
            ),
        ),
    ),
    "each": Defect(
        "A statement for each row",
        (
            Change(
                "store",
                "*, (SELECT count(*) FROM sale"
                '"\n            " WHERE product = p.id'
                " AND NOT cancelled) AS sold",
                "*",
            ),
            Change(
                "store",
                "        return await self._all("
                "sql, after=after, limit=limit)",
                "        rows = await self._all("
                "sql, after=after, limit=limit)\n"
                '        sql = "SELECT count(*) AS sold FROM sale'
                ' WHERE product = :id AND NOT cancelled"\n'
                "        return [{**row, **(await self._first("
                'sql, id=row["id"]) or {})} for row in rows]',
            ),
        ),
    ),
    "schema": Defect(
        "A number too large for int",
        (
            Change(
                "shop",
                "after: Annotated[int, Query(ge=0, le=LARGEST)]",
                "after: Annotated[int, Query(ge=0)]",
            ),
        ),
    ),
    "taken": Defect(
        "A name looked up, then inserted",
        (
            Change("store", ' ON CONFLICT (name) DO NOTHING"', '"'),
            Change(
                "store",
                "        return await self._first(sql, **product)",
                '        taken = "SELECT id FROM product'
                ' WHERE name = :name"\n'
                "        if await self._first("
                'taken, name=product["name"]):\n'
                "            return None\n"
                "        return await self._first(sql, **product)",
            ),
        ),
    ),
    "lost": Defect(
        "A stock read, then written",
        (
            Change(
                "store",
                '"UPDATE product SET stock = stock - 1"\n'
                '            " WHERE id = :number AND stock > 0'
                ' RETURNING id"',
                '"SELECT stock - 1 AS stock FROM product"\n'
                '            " WHERE id = :number AND stock > 0"',
            ),
            Change(
                "store",
                "if await self._first(sql, number=number) is None",
                "left = await self._first(sql, number=number)\n"
                "        if left is None",
            ),
            Change(
                "store",
                SELLING,
                '        sql = "UPDATE product SET stock = :stock'
                ' WHERE id = :number RETURNING id"\n'
                "        await self._first("
                "sql, number=number, **left)\n" + SELLING,
            ),
        ),
    ),
    "halves": Defect(
        "Stock and sale in two commits",
        (
            Change(
                "store",
                SELLING,
                "        await self.connection.commit()\n" + SELLING,
            ),
        ),
    ),
    "late": Defect(
        "The answer before the commit",
        (
            Change(
                "shop",
                'Depends(store, scope="function")',
                "Depends(store)",
            ),
        ),
    ),
    "second": Defect(
        "Two connections for one request",
        (
            Change(
                "store",
                "        return await self._first(sql, number=number)"
                " is not None\n",
                "        async with self.connection.engine.connect()"
                " as other:\n"
                "            return await Store(other)._first("
                "sql, number=number) is not None\n",
            ),
        ),
    ),
    "blocked": Defect(
        "A call that blocks the loop",
        (
            Change("shop", "import asyncio\n", "import time\n"),
            Change("shop", "await asyncio.sleep(", "time.sleep("),
        ),
    ),
    "again": Defect(
        "A sale cancelled twice",
        (
            Change(
                "store",
                ' AND NOT cancelled"\n            " RETURNING product',
                '"\n            " RETURNING product',
            ),
        ),
    ),
    "rows": Defect(
        "A migration for empty tables only",
        (Change("store", " NOT NULL DEFAULT ''", " NOT NULL"),),
    ),
}

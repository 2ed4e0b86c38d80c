"""Products: read by everybody, changed by staff, each change on the version that was read.

Whoever writes back what was read a minute ago overwrites what somebody else has changed since.
"""

from typing import Any

from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from ..cache import Entry
from ..database.models import Product
from .refusals import Reason, RefusedError

COLUMNS = (Product.id, Product.name, Product.price_cents, Product.version)
# --8<-- [start:take]
# Locked in the order of their numbers: two orders of the same products do not wait in a circle.
# What `locked` has is the row after that wait; `product` may be the one before.
TAKE = text("""
WITH wanted AS (
    SELECT * FROM unnest(CAST(:products AS bigint[]), CAST(:quantities AS bigint[]))
        AS one (id, quantity)
), locked AS (
    SELECT id, quantity, stock FROM product JOIN wanted USING (id)
    ORDER BY id FOR NO KEY UPDATE OF product
)
UPDATE product SET stock = locked.stock - quantity FROM locked
WHERE product.id = locked.id AND locked.stock >= quantity
RETURNING product.id
""")
# --8<-- [end:take]


class ProductView(Entry):
    """A product as everybody sees it: without its stock, which changes with each order."""

    name: str
    price_cents: int


async def find(session: AsyncSession, number: int) -> ProductView | None:
    """The product of this number."""
    row = (await session.execute(select(*COLUMNS).where(Product.id == number))).first()
    return ProductView.model_validate(row) if row else None


async def page(session: AsyncSession, after: int, limit: int) -> list[ProductView]:
    """At most `limit` products behind the one of the number `after`."""
    statement = select(*COLUMNS).where(Product.id > after).order_by(Product.id).limit(limit)
    return [ProductView.model_validate(row) for row in await session.execute(statement)]


async def create(session: AsyncSession, **values: Any) -> ProductView:
    """A new product."""
    rows = await session.execute(insert(Product).values(values).returning(*COLUMNS))
    return ProductView.model_validate(rows.one())


async def change(
    session: AsyncSession, number: int, version: int, values: dict[str, Any]
) -> ProductView:
    """The product with other values, if it still has the version that was read."""
    read = (Product.id == number, Product.version == version)
    changed = update(Product).where(*read).values(**values, version=Product.version + 1)
    if row := (await session.execute(changed.returning(*COLUMNS))).first():
        return ProductView.model_validate(row)
    there = await find(session, number)
    raise RefusedError(Reason.CHANGED if there else Reason.NOT_FOUND)


async def take(session: AsyncSession, wanted: dict[int, int]) -> None:
    """Take these quantities from the stock, all or none; a negative one gives back."""
    given = {"products": list(wanted), "quantities": list(wanted.values())}
    if len((await session.execute(TAKE, given)).all()) < len(wanted):
        raise RefusedError(Reason.OUT_OF_STOCK)

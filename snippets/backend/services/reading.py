"""Orders as their customers read them: so many statements for a page, however long it is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ..database.models import Order, OrderLine
from .refusals import Reason, RefusedError


class LineView(BaseModel):
    """So many of a product, at the price of that moment."""

    model_config = ConfigDict(from_attributes=True)
    product_id: int
    quantity: int
    price_cents: int


class OrderView(BaseModel):
    """An order with its lines."""

    id: int
    state: str
    total_cents: int
    lines: list[LineView]
    created_at: datetime

    @classmethod
    def of(cls, order: Order, lines: Sequence[Any]) -> Self:
        """Of rows, or of what has been inserted."""
        own = {name: getattr(order, name) for name in ("id", "state", "total_cents", "created_at")}
        return cls(**own, lines=[LineView.model_validate(line) for line in lines])


async def page(session: AsyncSession, account: int, before: int, limit: int) -> list[OrderView]:
    """At most `limit` orders of this account, the newest first, below the number `before`."""
    mine = select(Order).where(Order.account_id == account, Order.id < before)
    found = await session.scalars(mine.order_by(Order.id.desc()).limit(limit))
    return await views(session, found.all())


async def find(session: AsyncSession, account: int, number: int) -> OrderView:
    """One order of this account, and of no other."""
    mine = select(Order).where(Order.account_id == account, Order.id == number)
    order = await session.scalar(mine)
    if order is None:
        raise RefusedError(Reason.NOT_FOUND)
    return (await views(session, [order]))[0]


async def views(session: AsyncSession, orders: Sequence[Order]) -> list[OrderView]:
    """Orders with their lines: one statement for the lines of all of them."""
    lines: dict[int, list[OrderLine]] = {order.id: [] for order in orders}
    statement = select(OrderLine).where(OrderLine.order_id.in_(lines))
    for line in await session.scalars(statement.order_by(OrderLine.product_id)):
        lines[line.order_id].append(line)
    return [OrderView.of(order, lines[order.id]) for order in orders]

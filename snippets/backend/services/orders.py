"""An order, its lines, its stock and its job: one transaction, and one order for one key.

A client whose connection broke does not know whether it has ordered. It sends the same request
under the same key again, and gets the answer to the first one.
"""

import hashlib
import json
from datetime import datetime
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict
from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncSession

from .. import jobs
from ..database.models import Order, OrderLine, Product
from . import products
from .refusals import (
    KeyReusedError,
    NotFoundError,
    TooLateError,
    UnknownProductError,
)


class LineView(BaseModel):
    """So many of a product, at the price of that moment."""

    model_config = ConfigDict(from_attributes=True)
    product_id: int
    quantity: int
    price_cents: int


class OrderView(BaseModel):
    """An order as its customer sees it."""

    id: int
    state: str
    total_cents: int
    lines: list[LineView]
    created_at: datetime


class Placed(NamedTuple):
    """The answer to a request, and whether it had been given before."""

    order: OrderView
    replayed: bool


async def place(
    session: AsyncSession,
    account: int,
    key: str,
    wanted: dict[int, int],
) -> Placed:
    """Order these quantities of these products.

    The stock is taken last: everybody who orders the same product waits from then to the commit.
    A refusal is not kept: the same request under the same key is tried again.
    """
    wanted = dict(sorted(wanted.items()))
    fingerprint = hashlib.sha256(json.dumps(wanted).encode()).digest()
    rows = await session.execute(
        select(Product.id, Product.price_cents).where(Product.id.in_(wanted))
    )
    prices: dict[int, int] = dict(rows.all())
    if len(prices) < len(wanted):
        raise UnknownProductError
    lines = [
        {
            "product_id": number,
            "quantity": quantity,
            "price_cents": prices[number],
        }
        for number, quantity in wanted.items()
    ]
    values = {
        "account_id": account,
        "key": key,
        "fingerprint": fingerprint,
        "total_cents": sum(prices[number] * quantity for number, quantity in wanted.items()),
    }
    # It waits for another transaction with this key, and inserts nothing if that is committed.
    statement = insert_or(Order).values(values).on_conflict_do_nothing().returning(Order)
    order = await session.scalar(statement)
    if order is None:
        return await replay(session, account, key, fingerprint)
    await session.execute(
        insert(OrderLine),
        [{"order_id": order.id, **line} for line in lines],
    )
    await jobs.enqueue(session, jobs.CHARGE, order.id)
    await products.take(session, wanted)
    return Placed((await views(session, [order]))[0], replayed=False)


async def replay(session: AsyncSession, account: int, key: str, fingerprint: bytes) -> Placed:
    """The answer that the first request with this key got: nothing in it changes but the state."""
    statement = select(Order).where(Order.account_id == account, Order.key == key)
    first = (await session.scalars(statement)).one()
    if first.fingerprint != fingerprint:
        raise KeyReusedError
    view = (await views(session, [first]))[0]
    return Placed(view.model_copy(update={"state": "placed"}), replayed=True)


async def page(session: AsyncSession, account: int, before: int, limit: int) -> list[OrderView]:
    """At most `limit` orders of this account, the newest first, below the number `before`."""
    mine = select(Order).where(Order.account_id == account, Order.id < before)
    found = await session.scalars(mine.order_by(Order.id.desc()).limit(limit))
    return await views(session, list(found))


async def find(session: AsyncSession, account: int, number: int) -> OrderView:
    """One order of this account; raises NotFoundError."""
    mine = select(Order).where(Order.account_id == account, Order.id == number)
    order = await session.scalar(mine)
    if order is None:
        raise NotFoundError
    return (await views(session, [order]))[0]


async def cancel(session: AsyncSession, account: int, number: int) -> OrderView:
    """The order, canceled now or before; its stock is given back once.

    Raises:
        NotFoundError: this account has no such order.
        TooLateError: it is being paid already.
    """
    mine = (Order.account_id == account, Order.id == number)
    canceled = update(Order).where(*mine, Order.state == "placed").values(state="canceled")
    changed = await session.scalar(canceled.returning(Order.id))
    order = await find(session, account, number)
    if order.state != "canceled":
        raise TooLateError
    if changed is not None:
        await products.take(
            session,
            {line.product_id: -line.quantity for line in order.lines},
        )
    return order


async def views(session: AsyncSession, orders: list[Order]) -> list[OrderView]:
    """Orders with their lines: one statement for the lines of all of them."""
    lines: dict[int, list[LineView]] = {order.id: [] for order in orders}
    statement = select(OrderLine).where(OrderLine.order_id.in_(lines))
    for line in await session.scalars(statement.order_by(OrderLine.product_id)):
        lines[line.order_id].append(LineView.model_validate(line))
    return [
        OrderView(
            id=order.id,
            state=order.state,
            total_cents=order.total_cents,
            lines=lines[order.id],
            created_at=order.created_at,
        )
        for order in orders
    ]

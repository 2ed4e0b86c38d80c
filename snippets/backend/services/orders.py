"""An order, its lines, its stock and its job: one transaction, and one order for one key.

A client whose connection broke does not know whether it has ordered. It sends the same request
under the same key again, and gets the answer to the first one.
"""

import hashlib
import json
from typing import NamedTuple

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncSession

from .. import jobs
from ..database.models import Order, OrderLine, Product
from . import products
from .reading import OrderView, find, views
from .refusals import Reason, RefusedError


class Placed(NamedTuple):
    """The answer to a request, and whether it had been given before."""

    order: OrderView
    replayed: bool


# --8<-- [start:place]
async def place(session: AsyncSession, account: int, key: str, wanted: dict[int, int]) -> Placed:
    """Order these quantities of these products.

    The stock is taken last: everybody who orders the same product waits from then to the commit.
    A refusal is not kept: the same request under the same key is tried again.
    """
    wanted = dict(sorted(wanted.items()))
    fingerprint = hashlib.sha256(json.dumps(wanted).encode()).digest()
    known = select(Product.id, Product.price_cents).where(Product.id.in_(wanted))
    prices: dict[int, int] = dict((await session.execute(known)).all())
    if len(prices) < len(wanted):
        raise RefusedError(Reason.UNKNOWN_PRODUCT)
    total = sum(prices[number] * quantity for number, quantity in wanted.items())
    values = {"account_id": account, "key": key, "fingerprint": fingerprint, "total_cents": total}
    # It waits for another transaction with this key, and inserts nothing if that is committed.
    statement = insert_or(Order).values(values).on_conflict_do_nothing().returning(Order)
    order = await session.scalar(statement)
    if order is None:
        return await replay(session, account, key, fingerprint)
    lines = [
        {"product_id": number, "quantity": quantity, "price_cents": prices[number]}
        for number, quantity in wanted.items()
    ]
    await session.execute(insert(OrderLine), [{"order_id": order.id, **line} for line in lines])
    await jobs.enqueue(session, jobs.CHARGE, order.id)
    await products.take(session, wanted)
    return Placed(OrderView.of(order, lines), replayed=False)


# --8<-- [end:place]


# --8<-- [start:replay]
async def replay(session: AsyncSession, account: int, key: str, fingerprint: bytes) -> Placed:
    """The answer that the first request with this key got: of that, only the state changes."""
    statement = select(Order).where(Order.account_id == account, Order.key == key)
    first = (await session.scalars(statement)).one()
    if first.fingerprint != fingerprint:
        raise RefusedError(Reason.KEY_REUSED)
    view = (await views(session, [first]))[0]
    return Placed(view.model_copy(update={"state": "placed"}), replayed=True)


# --8<-- [end:replay]


async def cancel(session: AsyncSession, account: int, number: int) -> OrderView:
    """The order, canceled now or before; its stock is given back once."""
    mine = (Order.account_id == account, Order.id == number)
    canceled = update(Order).where(*mine, Order.state == "placed").values(state="canceled")
    changed = await session.scalar(canceled.returning(Order.id))
    order = await find(session, account, number)
    if order.state != "canceled":
        raise RefusedError(Reason.TOO_LATE)
    if changed is not None:
        await products.take(session, {line.product_id: -line.quantity for line in order.lines})
    return order

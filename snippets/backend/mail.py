"""The carrier, as far as the shop knows it: a delivery has a key, and happens once.

As with `payments`: a table stands for it, and a real one is told the number of the order.
"""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from .database.models import Delivery
from .database.transactions import Transactions


async def deliver(transactions: Transactions, order: int) -> None:
    """Have this order delivered, unless it has been."""

    async def send(session: AsyncSession) -> None:
        await session.execute(insert(Delivery).values(order_id=order).on_conflict_do_nothing())

    await transactions.run(send, repeatable=True)

"""The payment provider, as far as the shop knows it: a charge has a key, and happens once.

Here it is a table, written in a transaction of its own, as a provider's would be. For a real one,
send the number of the order as its idempotency key, and keep this signature.
"""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from .database.models import Charge
from .database.transactions import Transactions


# --8<-- [start:charge]
async def charge(transactions: Transactions, order: int, cents: int) -> None:
    """Take the money for this order, unless it has been taken."""

    async def take(session: AsyncSession) -> None:
        values = {"order_id": order, "cents": cents}
        await session.execute(insert(Charge).values(values).on_conflict_do_nothing())

    await transactions.run(take, repeatable=True)


# --8<-- [end:charge]

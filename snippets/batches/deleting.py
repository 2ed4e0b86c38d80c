"""One DELETE; the foreign keys remove what hangs on the rows.

Running it deletes a hundred orders with their lines and events, and
prints what that took.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy import (
    ARRAY,
    Integer,
    any_,
    delete,
    func,
    literal,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.batches.counting import counting
from snippets.batches.orders import Line, Order, orders

Remove = Callable[[AsyncSession, Sequence[int]], Awaitable[None]]


# --8<-- [start:remove]
async def remove(session: AsyncSession, ids: Sequence[int]) -> None:
    array = literal(ids, ARRAY(Integer))  # IN ends at 32,767
    await session.execute(delete(Order).where(Order.id == any_(array)))
    await session.commit()


# --8<-- [end:remove]


async def demonstrate(dsn: str, remove: Remove) -> None:
    async with orders(dsn) as engine, AsyncSession(engine) as session:
        ids = (await session.scalars(select(Order.id))).all()
        with counting(engine) as traffic:
            await remove(session, ids)
        query = select(func.count()).select_from(Line)
        left = await session.scalar(query)
    print(f"statements: {traffic.statements}, lines left: {left}")


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn, remove))


if __name__ == "__main__":
    main()

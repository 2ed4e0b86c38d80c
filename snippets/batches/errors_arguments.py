"""IN has a parameter for each value; an array is one parameter.

Running it looks for 32,767 prices, then for one more, and prints what
comes of it.
"""

import asyncio
from collections.abc import Sequence

from sqlalchemy import ARRAY, String, any_, literal, select
from sqlalchemy.exc import InterfaceError
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.batches.prices import Price, prices, row


# --8<-- [start:raises]
async def find(
    session: AsyncSession, skus: Sequence[str]
) -> Sequence[Price]:
    query = select(Price).where(Price.sku.in_(skus))  # [!]
    return (await session.scalars(query)).all()


# --8<-- [end:raises]


# --8<-- [start:fix]
async def find_any(
    session: AsyncSession, skus: Sequence[str]
) -> Sequence[Price]:
    array = literal(skus, ARRAY(String))
    query = select(Price).where(Price.sku == any_(array))  # [!]
    return (await session.scalars(query)).all()


# --8<-- [end:fix]


async def demonstrate(dsn: str) -> None:
    skus = [row(number)["sku"] for number in range(32_768)]
    async with prices(dsn) as engine, AsyncSession(engine) as session:
        for look, count in (
            (find, 32_767),
            (find, 32_768),
            (find_any, 32_768),
        ):
            try:
                await look(session, skus[:count])
                text = "no error"
            except InterfaceError as error:
                text = str(error.orig)
            print(f"{look.__name__}, {count:,} values: {text}")


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()

"""A flag is its own predicate.

Running it asks for the five hidden ones of 5,000 products, and prints
what SQLAlchemy sent and what that read.
"""

import asyncio

from sqlalchemy import Select, select

from snippets.indexes.naive_flags import Product, demonstrate


# --8<-- [start:query]
def hidden() -> Select[int]:
    return select(Product.id).where(Product.hidden)  # [!]


# --8<-- [end:query]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn, hidden))


if __name__ == "__main__":
    main()

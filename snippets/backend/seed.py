"""`python -m snippets.backend.seed`: products, a customer and somebody of the staff, to try it.

Not for production: everybody knows these passwords.
"""

import asyncio
from contextlib import suppress

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from .database.engine import create_engine
from .database.models import Product
from .database.transactions import Transactions
from .security.passwords import Passwords
from .services import accounts
from .services.refusals import RefusedError
from .settings import Settings, load

PASSWORD = "correct horse battery staple"
CUSTOMER, STAFF = "ada@example.com", "staff@example.com"
ROLES = {CUSTOMER: "customer", STAFF: "staff"}


def seed(settings: Settings, products: int = 20, stock: int = 1_000_000) -> None:
    """Make what is not there yet."""
    asyncio.run(_seed(settings, products, stock))


async def _seed(settings: Settings, products: int, stock: int) -> None:
    engine, passwords = create_engine(settings, 1), Passwords(settings)
    hashed = await passwords.hash(PASSWORD)
    passwords.close()

    async def make(session: AsyncSession) -> None:
        for email, role in ROLES.items():
            with suppress(RefusedError):  # it is there
                await accounts.create(session, email, hashed, role)
        there = await session.scalar(select(func.count()).select_from(Product)) or 0
        session.add_all(
            Product(name=f"Product {number}", price_cents=100 * number, stock=stock)
            for number in range(there + 1, products + 1)
        )

    try:
        await Transactions(engine, settings).run(make)
    finally:
        await engine.dispose()


if __name__ == "__main__":
    seed(load())
    print(f"{CUSTOMER} and {STAFF}, each with the password: {PASSWORD}")

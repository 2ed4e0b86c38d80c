"""`python -m snippets.backend.seed`: products, a customer and somebody of the staff, to try it.

Not for production: everybody knows these passwords.
"""

import asyncio

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from .database.engine import create_engine
from .database.models import Account, Product
from .database.transactions import Transactions
from .security.passwords import Passwords
from .services.accounts import address_key
from .settings import Settings, load

PASSWORD = "correct horse battery staple"
CUSTOMER, STAFF = "ada@example.com", "staff@example.com"
ROLES = {CUSTOMER: "customer", STAFF: "staff"}


def seed(settings: Settings, products: int = 20, stock: int = 1_000_000) -> None:
    """Make what is not there yet."""
    asyncio.run(_seed(settings, products, stock))


async def _seed(settings: Settings, products: int, stock: int) -> None:
    engine, passwords = create_engine(settings, 1), Passwords(settings)
    try:
        hashed = await passwords.hash(PASSWORD)

        async def make(session: AsyncSession) -> None:
            for email, role in ROLES.items():
                account = insert(Account).values(
                    email=email, email_key=address_key(email), role=role, password_hash=hashed
                )
                await session.execute(account.on_conflict_do_nothing())
            there = await session.scalar(select(func.count()).select_from(Product)) or 0
            for number in range(there + 1, products + 1):
                product = insert(Product).values(
                    name=f"Product {number}", price_cents=100 * number, stock=stock
                )
                await session.execute(product)

        await Transactions(engine, settings).run(make)
    finally:
        passwords.close()
        await engine.dispose()


if __name__ == "__main__":
    seed(load())
    print(f"{CUSTOMER} and {STAFF}, each with the password: {PASSWORD}")

"""A session that failed to flush does nothing until it rolls back.

Running it registers an address that is taken, twice, and goes on
using the session.
"""

import asyncio

from sqlalchemy import func, make_url, select
from sqlalchemy.exc import IntegrityError, PendingRollbackError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)


USERS = select(func.count()).select_from(User)


# --8<-- [start:raises]
async def register(session: AsyncSession, email: str) -> int:
    try:
        session.add(User(email=email))
        await session.flush()
    except IntegrityError:
        pass  # the address is taken: go on
    return await session.scalar(USERS) or 0  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
async def register_or_skip(session: AsyncSession, email: str) -> int:
    try:
        async with session.begin_nested():  # [!]
            session.add(User(email=email))
    except IntegrityError:
        pass  # the savepoint was rolled back, and nothing else
    return await session.scalar(USERS) or 0


# --8<-- [end:fix]


async def demonstrate(dsn: str) -> None:
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    for email, function in (
        ("ada@example.org", register_or_skip),
        ("ada@example.org", register_or_skip),
        ("ada@example.org", register),
    ):
        async with AsyncSession(engine) as session:
            try:
                print("users:", await function(session, email))
                await session.commit()
            except PendingRollbackError as error:
                said, _, _ = error.args[0].partition(".")
                print(f"PendingRollbackError: {said}")
    await engine.dispose()


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()

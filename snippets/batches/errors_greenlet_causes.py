"""More reads and writes that have no greenlet in which to wait.

Each raises MissingGreenlet, and with `fixed` it does not.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.ext.asyncio import (
    AsyncAttrs,
    AsyncEngine,
    AsyncSession,
)
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    mapped_column,
    relationship,
)


class Base(AsyncAttrs, DeclarativeBase):
    id: Mapped[int] = mapped_column(primary_key=True)


class User(Base):
    __tablename__ = "users"
    name: Mapped[str]
    changed: Mapped[datetime] = mapped_column(
        server_default=func.now(), onupdate=func.now()
    )
    keys: Mapped[list["Key"]] = relationship()


class Key(Base):
    __tablename__ = "keys"
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))


# --8<-- [start:situations]
async def rename(session: AsyncSession, fixed: bool) -> datetime:
    user = (await session.scalars(select(User).limit(1))).one()
    user.name = "Grace"
    await session.commit()
    if fixed:
        await session.refresh(user, ["changed"])
    return user.changed  # the server has set it


async def create(session: AsyncSession, fixed: bool) -> list[Key]:
    user = User(name="Linus")
    session.add(user)
    await session.commit()
    if fixed:
        await session.refresh(user, ["keys"])
    return user.keys  # new, and never loaded


async def append(session: AsyncSession, fixed: bool) -> None:
    user = (await session.scalars(select(User).limit(1))).one()
    if fixed:
        await user.awaitable_attrs.keys
    user.keys.append(Key())  # appending reads the list first
    await session.commit()


# --8<-- [end:situations]


# --8<-- [start:sync]
async def create_tables(engine: AsyncEngine, fixed: bool) -> None:
    if not fixed:
        Base.metadata.create_all(engine.sync_engine)  # [!]
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)


# --8<-- [end:sync]

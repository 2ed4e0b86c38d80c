"""The posts, as SQLAlchemy sees them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Identity, Index, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


# --8<-- [start:post]
class Post(Base):
    __tablename__ = "posts"
    __table_args__ = (
        Index("by_time", "created_at", "id"),
        Index("by_author", "author", "created_at", "id"),
    )
    id: Mapped[int] = mapped_column(
        BigInteger, Identity(), primary_key=True
    )
    author: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True)
    )
    title: Mapped[str]


# --8<-- [end:post]


@asynccontextmanager
async def engine(dsn: str) -> AsyncIterator[AsyncEngine]:
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url)
    try:
        yield engine
    finally:
        await engine.dispose()

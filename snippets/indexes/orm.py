"""What SQLAlchemy sends decides whether the index is kept.

Running it asks for the ten newest failed jobs in four ways, each over
a connection of its own, and prints the pages that the fifth and the
sixth execution read.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Select,
    bindparam,
    literal_column,
    make_url,
    select,
    text,
)
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from snippets.indexes.cures import show
from snippets.indexes.jobs import Pages, count, jobs
from snippets.indexes.plans import QUIET


class Base(DeclarativeBase):
    pass


class Job(Base):
    __tablename__ = "jobs"
    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str]
    created_at: Mapped[datetime]


# --8<-- [start:ways]
NEWEST = select(Job.id).order_by(Job.created_at.desc())
FAILED: Any = bindparam("status", "failed", literal_execute=True)  # [!]
TEN: Any = literal_column("10")
WAYS: dict[str, Select[Any]] = {
    "limit(10)": NEWEST.where(Job.status == "failed").limit(10),
    "literal_column": NEWEST.where(Job.status == "failed").limit(TEN),
    "literal_execute": NEWEST.where(Job.status == FAILED).limit(TEN),
}
# --8<-- [end:ways]


async def buffers(
    dsn: str, statement: Select[Any], **settings: str
) -> list[Pages]:
    engine = create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg"),
        connect_args={"server_settings": QUIET | settings},
    )
    try:
        async with engine.connect() as connection:

            async def fetch(statement: str) -> Iterable[Any]:
                return (await connection.execute(text(statement))).all()

            return await count(
                fetch, lambda: connection.execute(statement), 6
            )
    finally:
        await engine.dispose()


async def demonstrate(dsn: str) -> None:
    async with jobs(dsn):
        print(f"{'execution':<22}{'5th':>6}{'6th':>7}")
        for label, statement in WAYS.items():
            show(label, await buffers(dsn, statement))


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()

"""An upsert that names its partial index by a parameter fails late.

Running it opens a ticket six times over one connection, by a status
that is sent as a parameter and by one in the text.
"""

import asyncio

from sqlalchemy import Index, make_url, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Ticket(Base):
    __tablename__ = "tickets"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer: Mapped[int]
    status: Mapped[str]
    __table_args__ = (
        Index(
            "one_open",
            "customer",
            unique=True,
            postgresql_where=text("status = 'open'"),
        ),
    )


# --8<-- [start:raises]
async def by_parameter(connection: AsyncConnection) -> None:
    ticket = insert(Ticket).values(customer=7, status="open")
    upsert = ticket.on_conflict_do_nothing(
        index_elements=[Ticket.customer],
        index_where=Ticket.status == "open",  # [!]
    )
    await connection.execute(upsert)


# --8<-- [end:raises]


# --8<-- [start:fix]
async def by_text(connection: AsyncConnection) -> None:
    ticket = insert(Ticket).values(customer=7, status="open")
    upsert = ticket.on_conflict_do_nothing(
        index_elements=[Ticket.customer],
        index_where=text("status = 'open'"),  # [!]
    )
    await connection.execute(upsert)


# --8<-- [end:fix]


async def demonstrate(dsn: str) -> None:
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.run_sync(Base.metadata.create_all)
        for upsert in (by_parameter, by_text):
            for execution in range(1, 7):
                try:
                    await upsert(connection)
                    said = "no error"
                except DBAPIError as error:
                    said = str(error.orig)
                if execution > 4:
                    print(f"{upsert.__name__}, {execution}: {said}")
    await engine.dispose()


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()

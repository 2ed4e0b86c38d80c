"""What loading does from a cold pool, and when a statement fails."""

import asyncio
import textwrap
from typing import Any, NamedTuple

import asyncpg
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import PoolProxiedConnection

from snippets.concurrency.accounts import (
    SCHEMA,
    Load,
    create_engine,
    create_sessions,
    taken,
)

WIDTH = 88  # of a line of output


class Outcome(NamedTuple):
    """What arrives, with what it hides, and connections lost."""

    raised: list[str]
    lost: int


async def prepare(dsn: str, change: str = "") -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(SCHEMA + change)
    await connection.close()


# --8<-- [start:outcome]
async def outcome(dsn: str, load: Load, warm: bool) -> Outcome:
    engine = create_engine(dsn)
    borrowed: list[PoolProxiedConnection] = []
    raised: list[str] = []

    @event.listens_for(engine.sync_engine, "checkout")
    def checkout(*of: Any) -> None:
        borrowed.append(of[2])

    if warm:
        async with engine.connect():
            pass
    before = asyncio.all_tasks()
    try:
        await load(create_sessions(engine), 1)
    except SQLAlchemyError as error:
        raised = messages(error)
    if siblings := asyncio.all_tasks() - before:
        await asyncio.wait(siblings)
    lost = taken(engine)
    for connection in borrowed:
        if connection.is_valid:  # else it is back
            connection.invalidate()
    await engine.dispose()
    return Outcome(raised, lost)


# --8<-- [end:outcome]


def messages(error: BaseException | None) -> list[str]:
    """An exception and those during whose handling it arose."""
    if not isinstance(error, SQLAlchemyError):
        return []
    text = str(error.args[0]).rpartition("Error) ")[2]
    text = textwrap.shorten(text, WIDTH, placeholder=" …")
    here = f"{type(error).__name__}: {text}"
    return [here, *messages(error.__context__)]


def demonstrate_failures(load: Load) -> None:
    import lab

    for title, warm, change in (
        ("cold pool", False, ""),
        ("failing statement", True, "DROP TABLE accounts"),
    ):
        with lab.postgres() as dsn:
            asyncio.run(prepare(dsn, change))
            raised, lost = asyncio.run(outcome(dsn, load, warm))
        print(title)
        print("\n  after ".join(raised))
        print(f"connections lost: {lost}")

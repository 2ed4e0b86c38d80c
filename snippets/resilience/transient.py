"""The errors after which the same transaction may be tried again.

Running it meets a few of them and prints the verdict on each.
"""

import asyncio
import socket

from asyncpg.exceptions import TargetServerAttributeNotMatched
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

# --8<-- [start:transient]
ROLLED_BACK = {"40001", "40P01"}  # serialization failure, deadlock
NOT_NOW = {"57P01", "57P02", "57P03"}  # stops, has crashed, is starting
NOT_NOW |= {"53300", "08001", "08003", "08006"}  # full, cut off
TOO_LONG = "25P04"  # transaction_timeout ends the connection, too


def unavailable(error: DBAPIError) -> bool:
    """The connection is gone, or there is none to be had."""
    cause: BaseException | None = error.orig
    nowhere, states = False, set()
    while cause:  # asyncpg's error, and what the server said last
        states.add(getattr(cause, "sqlstate", None))
        # No host takes writes, in a failover.
        nowhere |= isinstance(cause, TargetServerAttributeNotMatched)
        cause = cause.__cause__
    cut_off = nowhere or error.connection_invalidated
    return TOO_LONG not in states and bool(states & NOT_NOW or cut_off)


def may_retry(error: BaseException) -> bool:
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        return state in ROLLED_BACK or unavailable(error)
    if isinstance(error, TimeoutError):  # an OSError, too
        return error.errno is not None  # the network's, no deadline
    return isinstance(error, OSError)  # refused, no route, no name


# --8<-- [end:transient]

RAISE = "DO $$BEGIN RAISE EXCEPTION SQLSTATE '{}'; END$$"


async def meet(dsn: str, statement: str) -> BaseException | None:
    """The error of one statement, or of the attempt to connect."""
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            await connection.execute(text(statement))
    except (DBAPIError, OSError) as error:
        return error
    finally:
        await engine.dispose()
    return None


STATES = {
    "deadlock": "40P01",
    "duplicate key": "23505",
    "statement timeout": "57014",
}


def say(name: str, error: BaseException | None) -> None:
    assert error
    print(f"{name}:", "try again" if may_retry(error) else "give up")


async def demonstrate(dsn: str) -> None:
    for name, state in STATES.items():
        say(name, await meet(dsn, RAISE.format(state)))
    with socket.socket() as bound:  # and does not listen
        bound.bind(("127.0.0.1", 0))
        deaf = make_url(dsn).set(port=bound.getsockname()[1])
        address = deaf.render_as_string(hide_password=False)
        say("nobody listens", await meet(address, "SELECT 1"))


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()

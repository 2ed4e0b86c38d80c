"""The client's own clocks still run when the network is gone.

Running it loses the answer to a statement, and the answer to the
rollback with which a read ends, and looks at the client after that.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from snippets.resilience.deadline import within
from snippets.resilience.timeouts import create_engine
from snippets.resilience.wire import Wire, through

Bound = Callable[[float, Coroutine[Any, Any, None]], Awaitable[None]]
Cut = Callable[[AsyncConnection, Wire], Awaitable[None]]

DEADLINE_S = 0.5
SEEN_S = 5.0  # when nobody has given up by then, nobody will
READ = text("SELECT 1")


async def statement(connection: AsyncConnection, wire: Wire) -> None:
    wire.silent = True
    await connection.execute(READ)


async def rollback(connection: AsyncConnection, wire: Wire) -> None:
    wire.silent = True  # the last statement has been answered


# --8<-- [start:silence]
async def without_an_answer(
    dsn: str,
    create_engine: Callable[[str], AsyncEngine],
    bound: Bound,
    cut: Cut,
) -> str:
    """What the request has come to after five seconds."""
    wire = Wire()
    async with through(dsn, wire) as address:
        engine = create_engine(address)

        async def request() -> None:
            async with engine.connect() as connection:
                await connection.execute(READ)
                await cut(connection, wire)

        call = asyncio.ensure_future(bound(DEADLINE_S, request()))
        await asyncio.wait([call], timeout=SEEN_S)
        found = repr(call.exception()) if call.done() else "still waits"
    await asyncio.gather(call, return_exceptions=True)
    await engine.dispose()
    return found


# --8<-- [end:silence]


def demonstrate(
    create_engine: Callable[[str], AsyncEngine], bound: Bound
) -> None:
    import lab

    with lab.postgres() as dsn:
        for cut in (statement, rollback):
            found = asyncio.run(
                without_an_answer(dsn, create_engine, bound, cut)
            )
            print(f"no answer to the {cut.__name__}: {found}")


def main() -> None:
    demonstrate(create_engine, within)


if __name__ == "__main__":
    main()

"""When the network is gone, only the client's own clock still runs.

Running it drops every answer of the server during a slow statement,
lets the server cancel it, and looks at what the client does.
"""

import asyncio
from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from snippets.resilience.timeouts import REQUEST_S, create_engine
from snippets.resilience.wire import Wire, through

SLEEP = text("SELECT pg_sleep(:seconds)")


# --8<-- [start:silence]
async def without_an_answer(
    dsn: str, create_engine: Callable[[str], AsyncEngine]
) -> str:
    """What the client does after the server has given up."""
    wire = Wire()
    async with through(dsn, wire) as address:
        engine = create_engine(address)

        async def read() -> None:
            async with engine.connect() as connection:
                await connection.execute(SLEEP, {"seconds": 0})
                wire.silent = True  # the statement is prepared
                await connection.execute(SLEEP, {"seconds": 60})

        reading = asyncio.ensure_future(read())
        await asyncio.wait([reading], timeout=2 * REQUEST_S)
        assert b"due to statement timeout" in wire.dropped
        wire.silent = False
        if reading.cancel():
            await asyncio.wait([reading])
            found = "still waits"
        else:
            found = repr(reading.exception())
        await engine.dispose()
    return found


# --8<-- [end:silence]


def demonstrate(create_engine: Callable[[str], AsyncEngine]) -> None:
    import lab

    with lab.postgres() as dsn:
        found = asyncio.run(without_an_answer(dsn, create_engine))
    print("the server: canceled the statement")
    print(f"the client: {found}")


def main() -> None:
    demonstrate(create_engine)


if __name__ == "__main__":
    main()

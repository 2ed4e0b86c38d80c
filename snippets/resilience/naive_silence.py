"""asyncio.timeout cancels the request, and then waits for it.

Running it loses the answer to a statement, and the answer to the
rollback with which a read ends, and looks at the client after that.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from snippets.resilience.silence import demonstrate


# --8<-- [start:engine]
def create_engine(dsn: str) -> AsyncEngine:
    settings = {"statement_timeout": "600ms"}
    return create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg"),
        connect_args={"server_settings": settings},
    )


async def within(
    deadline_s: float, work: Coroutine[Any, Any, None]
) -> None:
    async with asyncio.timeout(deadline_s):
        await work


# --8<-- [end:engine]


def main() -> None:
    demonstrate(create_engine, within)


if __name__ == "__main__":
    main()

"""Three statements at once: three connections, nine round trips.

Running it loads a dashboard and prints what that takes of the pool
and of the network.
"""

import asyncio
from typing import Any

from sqlalchemy import TextClause

from snippets.concurrency.accounts import (
    GRANTS,
    NAME,
    RECENT,
    Dashboard,
    Sessions,
)


# --8<-- [start:load]
async def load(sessions: Sessions, account_id: int) -> Dashboard:
    async def ask(statement: TextClause) -> Any:
        async with sessions() as session:  # [!]
            return await session.scalar(statement, {"id": account_id})

    return Dashboard(
        *await asyncio.gather(ask(NAME), ask(GRANTS), ask(RECENT))
    )


# --8<-- [end:load]


def main() -> None:
    from snippets.concurrency.costs import demonstrate

    demonstrate(load)


if __name__ == "__main__":
    main()

"""Give the first connection back before you ask for two more.

Running it loads as many dashboards at once as the pool has
connections.
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
        async with sessions() as session:
            return await session.scalar(statement, {"id": account_id})

    name = await ask(NAME)  # [!]
    grants, recent = await asyncio.gather(ask(GRANTS), ask(RECENT))
    return Dashboard(name, grants, recent)


# --8<-- [end:load]


def main() -> None:
    from snippets.concurrency.rush import demonstrate

    demonstrate(load)


if __name__ == "__main__":
    main()

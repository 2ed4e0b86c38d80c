"""Gathering on one session fails, or nothing runs at once.

Running it loads a dashboard from a pool that has a connection, from
one that has none yet, and without the table of the first statement.
"""

import asyncio

from snippets.concurrency.accounts import (
    GRANTS,
    NAME,
    RECENT,
    Dashboard,
    Sessions,
)


# --8<-- [start:load]
async def load(sessions: Sessions, account_id: int) -> Dashboard:
    account = {"id": account_id}
    async with sessions() as session:
        return Dashboard(
            *await asyncio.gather(  # [!]
                session.scalar(NAME, account),
                session.scalar(GRANTS, account),
                session.scalar(RECENT, account),
            )
        )


# --8<-- [end:load]


def main() -> None:
    from snippets.concurrency.costs import demonstrate
    from snippets.concurrency.states import demonstrate_failures

    print("warm pool")
    demonstrate(load)
    demonstrate_failures(load)


if __name__ == "__main__":
    main()

"""Three statements one after another: one connection, five trips.

Running it loads a dashboard and prints what that takes of the pool
and of the network.
"""

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
            await session.scalar(NAME, account),
            await session.scalar(GRANTS, account),
            await session.scalar(RECENT, account),
        )


# --8<-- [end:load]


def main() -> None:
    from snippets.concurrency.costs import demonstrate

    demonstrate(load)


if __name__ == "__main__":
    main()

"""One statement: one connection, three round trips.

Running it loads a dashboard and prints what that takes of the pool
and of the network.
"""

from sqlalchemy import text

from snippets.concurrency.accounts import Dashboard, Sessions

# --8<-- [start:load]
ALL = text("""SELECT name,
  array(SELECT permission FROM grants WHERE account_id = accounts.id
        ORDER BY permission),
  array(SELECT event FROM events WHERE account_id = accounts.id
        ORDER BY events.id DESC LIMIT 5)
FROM accounts WHERE id = :id""")


async def load(sessions: Sessions, account_id: int) -> Dashboard:
    async with sessions() as session:
        rows = await session.execute(ALL, {"id": account_id})
        return Dashboard(*rows.one())


# --8<-- [end:load]


def main() -> None:
    from snippets.concurrency.costs import demonstrate

    demonstrate(load, ALL)


if __name__ == "__main__":
    main()

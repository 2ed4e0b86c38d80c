"""Who waits for whom inside PostgreSQL.

Running it blocks one transaction by another that does nothing, and
prints what the query says.
"""

import asyncio

import asyncpg

# --8<-- [start:blocked]
BLOCKED = """
SELECT waiting.query AS waits,
       waiting.wait_event_type || '/' || waiting.wait_event AS for,
       blocker.state AS blocker_is,
       blocker.query AS its_last,
       by.pid AS blocker_pid,
       now() - blocker.xact_start AS blocker_since
FROM pg_stat_activity AS waiting
CROSS JOIN unnest(pg_blocking_pids(waiting.pid)) AS by(pid)
LEFT JOIN pg_stat_activity AS blocker ON blocker.pid = by.pid
WHERE waiting.datname = current_database()
"""
# --8<-- [end:blocked]
LOCKED = "Lock/transactionid"  # seen a moment after who blocks whom


async def blocked(dsn: str) -> list[asyncpg.Record]:
    """What is found while a payment waits for a transaction."""
    admin, forgotten, payment = [
        await asyncpg.connect(dsn) for _ in range(3)
    ]
    await admin.execute("CREATE TABLE accounts (id int, balance int)")
    await admin.execute("INSERT INTO accounts VALUES (1, 100)")
    await forgotten.execute("BEGIN; UPDATE accounts SET balance = 90")
    await forgotten.execute("SELECT 'then it calls a slow service'")
    paying = asyncio.create_task(
        payment.execute("UPDATE accounts SET balance = 80")
    )
    found: list[asyncpg.Record] = []
    while not any(row["for"] == LOCKED for row in found):
        found = await admin.fetch(BLOCKED)
    await forgotten.execute("ROLLBACK")
    await paying
    for connection in (admin, forgotten, payment):
        await connection.close()
    return found


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        for record in asyncio.run(blocked(dsn)):
            for name in ("waits", "for", "blocker_is", "its_last"):
                print(f"{name}: {record[name]}")


if __name__ == "__main__":
    main()

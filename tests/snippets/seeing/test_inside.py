"""Two queries to keep: who waits for whom, and which statement is the dearest."""

import asyncio
from datetime import timedelta

import asyncpg

import lab
from lab.inside.statements import SETTINGS
from snippets.seeing import blocked, dearest


async def test_a_forgotten_transaction_is_named_by_those_that_it_blocks(dsn: str) -> None:
    (found,) = await blocked.blocked(dsn)
    assert found["waits"] == "UPDATE accounts SET balance = 80"
    assert found["for"] == "Lock/transactionid"
    assert found["blocker_is"] == "idle in transaction"
    assert found["its_last"] == "SELECT 'then it calls a slow service'"
    assert found["blocker_pid"] > 0
    assert found["blocker_since"] > timedelta(0)


async def test_a_prepared_transaction_blocks_as_well_and_has_no_process() -> None:
    with lab.postgres_server({"max_prepared_transactions": "1"}) as server:
        admin, payment = [await asyncpg.connect(server.dsn) for _ in range(2)]
        await admin.execute("CREATE TABLE accounts AS SELECT 100 AS balance")
        await admin.execute(
            "BEGIN; UPDATE accounts SET balance = 90; PREPARE TRANSACTION 'forgotten'"
        )
        paying = asyncio.create_task(payment.execute("UPDATE accounts SET balance = 80"))
        found: list[asyncpg.Record] = []
        while not found:
            found = await admin.fetch(blocked.BLOCKED)
        await admin.execute("ROLLBACK PREPARED 'forgotten'")
        await paying
        await admin.close()
        await payment.close()
    assert (found[0]["blocker_pid"], found[0]["blocker_is"]) == (0, None)


async def test_a_role_without_the_right_sees_the_statements_of_its_own_sessions_only() -> None:
    with lab.postgres_server(SETTINGS) as server:
        admin = await asyncpg.connect(server.dsn)
        await admin.execute(dearest.EXTENSION)
        await admin.execute("CREATE ROLE watcher LOGIN")
        await admin.fetchval("SELECT 4242")
        watcher = await asyncpg.connect(server.dsn, user="watcher")
        hidden = await watcher.fetch(dearest.DEAREST)
        await admin.execute("GRANT pg_read_all_stats TO watcher")
        shown = await watcher.fetch(dearest.DEAREST)
        await admin.close()
        await watcher.close()
    assert {row["query"] for row in hidden} == {"<insufficient privilege>"}
    assert "<insufficient privilege>" not in {row["query"] for row in shown}


async def test_many_cheap_calls_are_dearer_than_a_report() -> None:
    with lab.postgres_server(SETTINGS) as server:
        first, second = await dearest.dearest(server.dsn)
    assert (first["query"], first["calls"]) == (dearest.ORDER, 100)
    assert first["buffers"] > first["calls"]  # those that were in memory count
    assert (second["query"], second["calls"]) == (dearest.REPORT, 1)
    assert first["buffers"] > second["buffers"]

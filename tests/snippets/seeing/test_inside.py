"""Two queries to keep: who waits for whom, and which statement is the dearest."""

import lab
from lab.inside.statements import SETTINGS
from snippets.seeing import blocked, dearest


async def test_a_forgotten_transaction_is_named_by_those_that_it_blocks(dsn: str) -> None:
    (found,) = await blocked.blocked(dsn)
    assert found["waits"] == "UPDATE accounts SET balance = 80"
    assert found["for"] == "Lock/transactionid"
    assert found["blocker_is"] == "idle in transaction"
    assert found["its_last"] == "SELECT 'then it calls a slow service'"


async def test_many_cheap_calls_are_dearer_than_a_report() -> None:
    with lab.postgres_server(SETTINGS) as server:
        first, second = await dearest.dearest(server.dsn)
    assert (first["query"], first["calls"]) == (dearest.ORDER, 100)
    assert (second["query"], second["calls"]) == (dearest.REPORT, 1)
    assert first["buffers"] > second["buffers"]

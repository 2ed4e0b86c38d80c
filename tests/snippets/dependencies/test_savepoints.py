"""Tests in one transaction that is rolled back."""

import pytest
from sqlalchemy import delete

from snippets.dependencies import naive_savepoint, savepoint
from snippets.dependencies.orders import Order, prepared
from snippets.dependencies.rehearsed import rolled_back, try_with


@pytest.mark.naive("snippets/dependencies/naive_savepoint.py")
async def test_a_rollback_takes_the_fixture_and_a_commit_checks_nothing(
    dsn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await try_with(dsn, naive_savepoint.make_sessions)

    assert capsys.readouterr().out.splitlines() == [
        "the fixture's rows: 0",
        "a duplicate: committed",
    ]


async def test_a_savepoint_keeps_the_fixture_and_checks_the_commit(
    dsn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await try_with(dsn, savepoint.make_sessions)

    assert capsys.readouterr().out.splitlines() == [
        "the fixture's rows: 1",
        "a duplicate: refused",
    ]


async def test_a_constraint_stays_deferred_until_the_commit(dsn: str) -> None:
    async with prepared(dsn) as engine, rolled_back(engine) as connection:
        sessions = savepoint.make_sessions(connection)
        for _ in range(2):
            async with sessions.begin() as session:
                first, second = Order("A-1"), Order("A-1")
                session.add_all([first, second])
                await session.flush()
                await session.delete(first)
                second.number = "A-2"
            async with sessions.begin() as session:
                assert len((await session.scalars(delete(Order).returning(Order.id))).all()) == 1

"""Tests in one transaction that is rolled back."""

import pytest
from sqlalchemy import delete, text
from sqlalchemy.exc import IntegrityError

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


async def test_a_commit_is_checked_also_without_autoflush(dsn: str) -> None:
    async with prepared(dsn) as engine, rolled_back(engine) as connection:
        sessions = savepoint.make_sessions(connection)
        sessions.configure(autoflush=False)
        with pytest.raises(IntegrityError):
            async with sessions.begin() as session:
                session.add_all([Order("A-1"), Order("A-1")])


async def test_a_constraint_that_is_immediate_stays_so_after_a_commit(dsn: str) -> None:
    async with prepared(dsn) as engine, rolled_back(engine) as connection:
        sessions = savepoint.make_sessions(connection)
        async with sessions.begin() as session:
            await session.execute(text("CREATE TABLE codes (code int UNIQUE DEFERRABLE)"))
        async with sessions() as session:
            with pytest.raises(IntegrityError):
                await session.execute(text("INSERT INTO codes VALUES (1), (1)"))


async def test_a_savepoint_of_the_handler_is_not_checked(dsn: str) -> None:
    async with (
        prepared(dsn) as engine,
        rolled_back(engine) as connection,
        savepoint.make_sessions(connection).begin() as session,
    ):
        first, second = Order("A-1"), Order("A-1")
        async with session.begin_nested():
            session.add_all([first, second])
        second.number = "A-2"

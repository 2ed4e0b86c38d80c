"""Two transactions that wait for each other after each statement."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import count

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from snippets.testing import in_step as listing
from snippets.testing.in_step import in_step

ASK = ("SELECT 1",) * 3
LOCK = "SELECT pg_advisory_xact_lock(7)"
LATER_S = 0.4  # a machine with much to do
DRIVERS = ["postgresql+asyncpg", "postgresql+psycopg"]


@pytest.fixture(params=DRIVERS)
async def engine(worker_dsn: str, request: pytest.FixtureRequest) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(make_url(worker_dsn).set(drivername=request.param))
    yield engine
    await engine.dispose()


async def steps(
    engine: AsyncEngine,
    who: str,
    done: list[tuple[str, int]],
    statements: Sequence[str] = ASK,
    after: float = 0,
) -> None:
    async with engine.connect() as connection:
        await asyncio.sleep(after)
        for step, statement in enumerate(statements):
            await connection.execute(text(statement))
            done.append((who, step))


async def test_neither_is_a_statement_ahead_however_late_the_other(engine: AsyncEngine) -> None:
    done: list[tuple[str, int]] = []
    with in_step(engine):
        await asyncio.gather(
            steps(engine, "first", done), steps(engine, "second", done, after=LATER_S)
        )
    assert len(done) == 2 * len(ASK)
    assert [step for _, step in done] == sorted(step for _, step in done)


async def test_a_request_may_take_one_connection_after_another(engine: AsyncEngine) -> None:
    done: list[tuple[str, int]] = []

    async def request(who: str, after: float) -> None:
        await steps(engine, who, done, ASK[:1], after)
        await steps(engine, who, done, (ASK[0], "SELECT pg_sleep(0.05)"))

    with in_step(engine):
        await asyncio.gather(request("first", 0), request("second", 0.1))
    order = [step for _, step in done]
    assert order == [0, 0, 0, 0, 1, 1]


async def test_two_and_two_more_are_in_step(engine: AsyncEngine) -> None:
    with in_step(engine):
        for _ in range(2):
            done: list[tuple[str, int]] = []
            await asyncio.gather(
                steps(engine, "first", done), steps(engine, "second", done, after=0.1)
            )
            assert [step for _, step in done] == sorted(step for _, step in done)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Longer than a test may take."""
    monkeypatch.setattr(listing, "PATIENCE_S", 3600.0)


@pytest.mark.usefixtures("patient")
async def test_one_that_waits_for_a_lock_is_not_waited_for(engine: AsyncEngine) -> None:
    done: list[tuple[str, int]] = []
    statements = ("SELECT 1", LOCK, "SELECT 1")
    with in_step(engine):
        await asyncio.gather(*(steps(engine, who, done, statements) for who in ("a", "b")))
    assert [step for _, step in done] == [0, 0, 1, 2, 1, 2]


@pytest.mark.usefixtures("patient")
async def test_nor_is_one_that_has_ended(engine: AsyncEngine) -> None:
    done: list[tuple[str, int]] = []
    with in_step(engine):
        await asyncio.gather(steps(engine, "first", done), steps(engine, "second", done, ASK[:1]))
    assert len(done) == len(ASK) + 1


async def test_one_that_is_alone_waits_once(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From then on nobody waits for anybody."""
    ticks = count()
    monkeypatch.setattr(listing, "PATIENCE_S", 3.0)
    monkeypatch.setattr(listing, "monotonic", lambda: float(next(ticks)))
    done: list[tuple[str, int]] = []
    with in_step(engine):
        await steps(engine, "first", done)
    assert len(done) == len(ASK)
    assert next(ticks) == 4 + 2 * (len(ASK) - 1)


async def test_afterwards_they_are_on_their_own(engine: AsyncEngine) -> None:
    """Nobody who is in step would have been here to go on."""
    with in_step(engine):
        pass
    done: list[tuple[str, int]] = []
    await asyncio.wait_for(steps(engine, "first", done), listing.PATIENCE_S / 2)
    assert len(done) == len(ASK)

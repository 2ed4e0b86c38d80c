"""Two transactions that wait for each other after each statement."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from snippets.testing.in_step import PATIENCE_S, in_step

STATEMENTS = 3
LATER_S = 0.02


@pytest.fixture
async def engine(worker_dsn: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(make_url(worker_dsn).set(drivername="postgresql+asyncpg"))
    yield engine
    await engine.dispose()


async def steps(engine: AsyncEngine, who: str, done: list[tuple[str, int]], after: float) -> None:
    async with engine.connect() as connection:
        await asyncio.sleep(after)
        for step in range(STATEMENTS):
            await connection.execute(text("SELECT 1"))
            done.append((who, step))


async def test_neither_is_a_statement_ahead(engine: AsyncEngine) -> None:
    done: list[tuple[str, int]] = []
    with in_step(engine):
        await asyncio.gather(
            steps(engine, "first", done, after=0), steps(engine, "second", done, after=LATER_S)
        )
    assert [step for _, step in done] == sorted(step for _, step in done)


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """For how long somebody meant to wait; all of these waits end at once."""
    noted: list[float] = []
    original = asyncio.timeout

    def timeout(delay: float) -> asyncio.Timeout:
        noted.append(delay)
        return original(0)

    monkeypatch.setattr("snippets.testing.in_step.asyncio.timeout", timeout)
    return noted


async def test_one_that_is_alone_waits_once(engine: AsyncEngine, waited: list[float]) -> None:
    """As where the other waits for its lock: from then on nobody waits for anybody."""
    done: list[tuple[str, int]] = []
    with in_step(engine):
        await steps(engine, "first", done, after=0)
    assert waited == [PATIENCE_S]
    assert len(done) == STATEMENTS


async def test_afterwards_they_are_on_their_own(engine: AsyncEngine, waited: list[float]) -> None:
    with in_step(engine):
        pass
    await steps(engine, "first", [], after=0)
    assert waited == []

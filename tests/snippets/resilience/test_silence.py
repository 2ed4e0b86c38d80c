"""The server's answers are lost on the way."""

import pytest
from sqlalchemy import text

from snippets.resilience import naive_silence, timeouts
from snippets.resilience.deadline import within
from snippets.resilience.silence import Cut, rollback, statement, without_an_answer
from snippets.resilience.wire import Wire, through


@pytest.mark.naive("snippets/resilience/naive_silence.py")
async def test_a_timeout_of_asyncio_waits_for_the_rollback_that_nobody_answers(dsn: str) -> None:
    naive = naive_silence.create_engine, naive_silence.within
    assert await without_an_answer(dsn, *naive, rollback) == "still waits"


@pytest.mark.parametrize("cut", [statement, rollback])
async def test_the_clock_of_the_client_and_the_deadline_end_it(cut: Cut, dsn: str) -> None:
    right = timeouts.create_engine, within
    assert await without_an_answer(dsn, *right, cut) == "TimeoutError()"


@pytest.mark.parametrize("cut", [statement, rollback])
async def test_the_clock_of_the_client_alone_ends_it_too(cut: Cut, dsn: str) -> None:
    """Later: it runs for each statement anew."""
    alone = timeouts.create_engine, naive_silence.within
    assert await without_an_answer(dsn, *alone, cut) == "TimeoutError()"


async def test_a_connection_without_an_answer_is_not_used_again(dsn: str) -> None:
    wire = Wire()
    pid = text("SELECT pg_backend_pid()")
    async with through(dsn, wire) as address:
        engine = timeouts.create_engine(address)
        async with engine.connect() as connection:
            first = await connection.scalar(pid)
            wire.silent = True
            with pytest.raises(TimeoutError):
                await connection.execute(text("SELECT pg_sleep(60)"))
            wire.silent = False
        async with engine.connect() as connection:
            assert await connection.scalar(pid) != first
        await engine.dispose()


async def test_the_server_has_ended_the_statement_meanwhile(dsn: str) -> None:
    wire = Wire()
    async with through(dsn, wire) as address:
        engine = timeouts.create_engine(address)
        async with engine.connect() as connection:
            sleep = text("SELECT pg_sleep(:seconds)")
            await connection.execute(sleep, {"seconds": 0})
            wire.silent = True
            with pytest.raises(TimeoutError):
                await connection.execute(sleep, {"seconds": 60})
        await engine.dispose()
    assert b"canceling statement due to statement timeout" in wire.dropped


async def test_a_server_that_never_answers_is_given_up_while_connecting(dsn: str) -> None:
    async with through(dsn, Wire(silent=True)) as address:
        engine = timeouts.create_engine(address)
        with pytest.raises(TimeoutError):
            await engine.connect()
        await engine.dispose()

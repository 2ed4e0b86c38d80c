"""The server's answers are lost on the way."""

import pytest
from sqlalchemy import text

from snippets.resilience import naive_silence, timeouts
from snippets.resilience.silence import without_an_answer
from snippets.resilience.wire import Wire, through


@pytest.mark.naive("snippets/resilience/naive_silence.py")
async def test_a_statement_timeout_does_not_end_the_wait_for_a_lost_answer(dsn: str) -> None:
    assert await without_an_answer(dsn, naive_silence.create_engine) == "still waits"


async def test_the_clock_of_the_client_ends_it(dsn: str) -> None:
    assert await without_an_answer(dsn, timeouts.create_engine) == "TimeoutError()"


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


async def test_a_server_that_never_answers_is_given_up_while_connecting(dsn: str) -> None:
    async with through(dsn, Wire(silent=True)) as address:
        engine = timeouts.create_engine(address)
        with pytest.raises(TimeoutError):
            await engine.connect()
        await engine.dispose()

"""A line that admits so many and refuses the rest."""

import asyncio

import anyio.to_thread
import pytest
from fastapi import HTTPException

from snippets.concurrency.line import RETRY_S, Line


async def test_a_place_is_free_again_when_the_work_is_done_or_has_failed() -> None:
    line = Line(workers=1, waiting=0)
    with line.place():
        pass
    with pytest.raises(ZeroDivisionError), line.place():
        raise ZeroDivisionError
    with line.place():
        pass


async def test_who_finds_no_place_is_refused_at_once() -> None:
    line = Line(workers=1, waiting=1)
    with line.place(), line.place(), pytest.raises(HTTPException) as refused, line.place():
        pytest.fail("a third was admitted")
    assert refused.value.status_code == 503


async def test_those_who_are_refused_come_back_at_different_times() -> None:
    line = Line(workers=0, waiting=0)
    after = set[int]()
    for _ in range(100):
        with pytest.raises(HTTPException) as refused, line.place():
            pytest.fail("somebody was admitted")
        assert refused.value.headers is not None
        after.add(int(refused.value.headers["Retry-After"]))
    assert len(after) > 1
    assert after <= set(range(1, RETRY_S + 1))


async def test_who_gives_up_while_waiting_leaves_the_place_to_others() -> None:
    line = Line(workers=1, waiting=1)

    async def wait() -> None:
        with line.place() as limiter:
            await anyio.to_thread.run_sync(int, limiter=limiter)

    with line.place() as limiter:
        async with limiter:
            waiting = asyncio.create_task(wait())
            await asyncio.sleep(0)
            assert line.room == 0
            waiting.cancel()
            await asyncio.wait([waiting])
    assert line.room == 2
    await wait()

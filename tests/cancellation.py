"""A call that is canceled at a moment of one's choice."""

import asyncio
import types
from collections.abc import Coroutine, Generator, Iterator
from contextlib import contextmanager
from typing import Any

import anyio


@types.coroutine
def canceled_at(wait: int, call: Coroutine[Any, Any, object]) -> Generator[Any, Any, bool]:
    """Cancel a call while it stands at its nth wait; False if it has fewer."""
    waits, step = 0, call.send(None)
    while True:
        if waits == wait:
            task = asyncio.current_task()
            assert task
            asyncio.get_running_loop().call_soon(task.cancel)
        try:
            try:
                answer = yield step
            except asyncio.CancelledError as error:
                step = call.throw(error)
            else:
                step = call.send(answer)
        except StopIteration:
            return False
        except asyncio.CancelledError:
            return True
        waits += 1


@contextmanager
def ended_in_turn(turn: int) -> Iterator[None]:
    """A deadline of AnyIO, as `anyio.fail_after`, that ends in the nth turn of the event loop.

    Raises:
        TimeoutError: what is inside took more turns.
    """

    async def end() -> None:
        for _ in range(turn):
            await asyncio.sleep(0)
        scope.cancel()

    with anyio.CancelScope() as scope:
        ending = asyncio.create_task(end())
        try:
            yield
        finally:
            ending.cancel()
    if scope.cancelled_caught:
        raise TimeoutError

"""A call that is canceled at a moment of one's choice."""

import asyncio
import types
from collections.abc import Coroutine, Generator
from typing import Any


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

"""How many tasks begin while an application serves one request.

The request is made without a socket: a server has a task of its own
for each request, and a client may have some.
"""

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI

T = TypeVar("T")


# --8<-- [start:begun]
async def tasks_begun(app: FastAPI) -> int:
    begun = 0

    def create_task(
        loop: asyncio.AbstractEventLoop,
        coroutine: Coroutine[Any, Any, T] | Generator[Any, None, T],
        **options: Any,
    ) -> asyncio.Task[T]:
        nonlocal begun
        begun += 1
        return asyncio.Task(coroutine, loop=loop, **options)

    transport = httpx.ASGITransport(app)
    loop = asyncio.get_running_loop()
    async with httpx.AsyncClient(
        transport=transport, base_url="http://app"
    ) as client:
        loop.set_task_factory(create_task)
        (await client.get("/")).raise_for_status()
        loop.set_task_factory(None)
    return begun


# --8<-- [end:begun]

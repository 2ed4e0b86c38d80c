"""Ten requests that wait take as long as one, or nearly.

In a loop that each of them blocks, they take as long as ten.
"""

import asyncio
from time import perf_counter

import httpx

from snippets.testing.started import started
from snippets.testing.stocked import Create


# --8<-- [start:wait]
async def seconds(client: httpx.AsyncClient, times: int) -> float:
    begun = perf_counter()
    asked = (client.get("/delivery") for _ in range(times))
    for answer in await asyncio.gather(*asked):
        answer.raise_for_status()
    return perf_counter() - begun


async def they_wait_together(create: Create) -> None:
    async with started(create()) as client:
        one = await seconds(client, 1)
        assert await seconds(client, 10) < 5 * one  # [!]


# --8<-- [end:wait]

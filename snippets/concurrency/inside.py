"""How many requests are at work at the same time."""

import asyncio
from collections.abc import Callable

import httpx
from fastapi import FastAPI

REQUESTS = 10  # to each route
TURNS = 100  # of the event loop, that a request works


# --8<-- [start:inside]
class Inside:
    """Work, and the most requests that were at it together."""

    def __init__(self) -> None:
        self.now = self.most = 0

    async def work(self) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        for _ in range(TURNS):
            await asyncio.sleep(0)
        self.now -= 1


# --8<-- [end:inside]


async def most_inside(create_app: Callable[[Inside], FastAPI]) -> int:
    inside = Inside()
    transport = httpx.ASGITransport(create_app(inside))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://app"
    ) as client:
        answers = await asyncio.gather(
            *(
                client.get(path)
                for path in REQUESTS * ["/dashboard", "/export"]
            )
        )
    for answer in answers:
        answer.raise_for_status()
    return inside.most


def demonstrate(create_app: Callable[[Inside], FastAPI]) -> None:
    most = asyncio.run(most_inside(create_app))
    print(f"{2 * REQUESTS} requests, at most {most} at work")

"""httpx gives up waiting for a connection of its own pool.

Running it reads five streams through a client that may have two
connections.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx

from snippets.concurrency.upstream import listening

Read = Callable[[httpx.AsyncClient], Awaitable[list[int]]]
LIMITS = httpx.Limits(max_connections=2)
TIMEOUT = httpx.Timeout(5.0, pool=0.2)  # s


# --8<-- [start:raises]
async def statuses(client: httpx.AsyncClient) -> list[int]:
    requests = [
        client.build_request("GET", "/report") for _ in range(5)
    ]
    return [
        (await client.send(request, stream=True)).status_code  # [!]
        for request in requests
    ]


# --8<-- [end:raises]


# --8<-- [start:fix]
async def statuses_closed(client: httpx.AsyncClient) -> list[int]:
    found = []
    for _ in range(5):
        async with client.stream("GET", "/report") as response:
            found.append(response.status_code)
    return found


# --8<-- [end:fix]


# --8<-- [start:crowd]
async def crowd(client: httpx.AsyncClient, limit: int) -> list[object]:
    turn = asyncio.Semaphore(limit)

    async def one() -> int:
        async with turn:
            return (await client.get("/report")).status_code

    calls = (one() for _ in range(6))
    return await asyncio.gather(*calls, return_exceptions=True)


# --8<-- [end:crowd]


@asynccontextmanager
async def small_client(url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=url, limits=LIMITS, timeout=TIMEOUT, trust_env=False
    ) as client:
        yield client


async def demonstrate(read: Read) -> None:
    async with listening() as upstream:
        try:
            async with small_client(upstream.url) as client:
                print(f"{read.__name__}:", await read(client))
        except httpx.PoolTimeout as error:
            print(f"{read.__name__}: {error!r}")


def main() -> None:
    for read in (statuses, statuses_closed):
        asyncio.run(demonstrate(read))


if __name__ == "__main__":
    main()

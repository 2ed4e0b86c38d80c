"""What a scrape reads after many paths were asked for."""

from collections.abc import Callable

import httpx
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, generate_latest

PATHS = 200


# --8<-- [start:scraped]
async def scraped(
    create: Callable[[CollectorRegistry], FastAPI],
) -> str:
    registry = CollectorRegistry()
    transport = httpx.ASGITransport(create(registry))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://app"
    ) as client:
        for number in range(PATHS):
            await client.get(f"/orders/{number}")
            await client.get(f"/unknown/{number}")
    scrape = generate_latest(registry).decode()
    series = [
        line for line in scrape.splitlines() if not line.startswith("#")
    ]
    return f"{len(series)} series, {len(scrape) / 1024:.0f} kB a scrape"


# --8<-- [end:scraped]

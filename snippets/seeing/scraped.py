"""What a scrape reads after many paths were asked for."""

from collections.abc import Callable

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, generate_latest

from snippets.seeing.served import served

PATHS = 200


# --8<-- [start:scraped]
async def scraped(
    create: Callable[[CollectorRegistry], FastAPI],
) -> str:
    registry = CollectorRegistry()
    async with served(create(registry)) as client:
        for number in range(PATHS):
            await client.get(f"/orders/{number}")
            await client.get(f"/unknown/{number}")
    scrape = generate_latest(registry).decode()
    series = [
        line for line in scrape.splitlines() if not line.startswith("#")
    ]
    return f"{len(series)} series, {len(scrape) / 1024:.0f} kB a scrape"


# --8<-- [end:scraped]

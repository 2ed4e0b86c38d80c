"""A request that waits for the only connection of a pool.

The connection is taken before, and given back after a look at what
the trace has open at that moment.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import FastAPI
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import (
    InMemorySpanExporter,
)
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from snippets.seeing.served import served

LOOK_S = 0.1


@dataclass
class Traced:
    """What an application is made of: its engine and its tracer."""

    engine: AsyncEngine
    provider: TracerProvider
    arrived: asyncio.Event


CreateApp = Callable[[Traced], FastAPI]


# --8<-- [start:open]
async def open_while_waiting(dsn: str, create: CreateApp) -> str:
    """The innermost span that is open while a request waits."""
    kept = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    engine = create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg"),
        pool_size=1,
        max_overflow=0,
    )
    traced = Traced(engine, provider, asyncio.Event())
    async with served(create(traced)) as client:
        async with engine.connect():  # the only connection
            request = asyncio.create_task(client.get("/balance"))
            await traced.arrived.wait()
            await asyncio.sleep(LOOK_S)
            moment = time.time_ns()
            await asyncio.sleep(LOOK_S)
        (await request).raise_for_status()
    await engine.dispose()
    open_then = [
        span
        for span in kept.get_finished_spans()
        if (span.start_time or 0) < moment < (span.end_time or 0)
    ]
    return max(open_then, key=lambda s: s.start_time or 0).name


# --8<-- [end:open]

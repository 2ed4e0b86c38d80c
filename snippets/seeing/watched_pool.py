"""A pool that tells who waits for it.

The names are OpenTelemetry's, of its conventions for database
clients: https://opentelemetry.io/docs/specs/semconv/database/
"""

import time
from collections.abc import AsyncIterator, Iterable
from typing import Annotated, cast

from fastapi import Depends, FastAPI
from opentelemetry.metrics import (
    CallbackOptions,
    Meter,
    MeterProvider,
    Observation,
)
from sqlalchemy import QueuePool, text
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
)

BOUNDS_S = [0.001, 0.01, 0.1, 0.5, 1.0, 2.0, 4.0]
NAME = "db.client.connection"
STATE = f"{NAME}.state"


# --8<-- [start:watched]
class WatchedPool:
    def __init__(self, engine: AsyncEngine, meter: Meter) -> None:
        self.sessions = async_sessionmaker(engine)
        self.engine = engine
        pending = f"{NAME}.pending_requests"
        self.pending = meter.create_up_down_counter(pending)
        self.wait = meter.create_histogram(
            f"{NAME}.wait_time",
            unit="s",
            explicit_bucket_boundaries_advisory=BOUNDS_S,  # [!]
        )
        observe = meter.create_observable_up_down_counter
        observe(f"{NAME}.count", [self.count])

    def count(self, _: CallbackOptions) -> Iterable[Observation]:
        pool = cast("QueuePool", self.engine.pool)
        yield Observation(pool.checkedout(), {STATE: "used"})
        yield Observation(pool.checkedin(), {STATE: "idle"})

    async def session(self) -> AsyncIterator[AsyncSession]:
        async with self.sessions() as session:
            began = time.perf_counter()
            self.pending.add(1)
            try:
                await session.connection()
            finally:
                self.pending.add(-1)
                self.wait.record(time.perf_counter() - began)
            yield session


# --8<-- [end:watched]


def create_app(engine: AsyncEngine, provider: MeterProvider) -> FastAPI:
    app = FastAPI(telemetry={"meter_provider": provider})
    app.state.arrived = 0
    pool = WatchedPool(engine, provider.get_meter(__name__))

    async def arrive() -> None:
        app.state.arrived += 1

    @app.get("/balance", dependencies=[Depends(arrive)])
    async def balance(
        session: Annotated[AsyncSession, Depends(pool.session)],
    ) -> int:
        result = await session.scalars(text("SELECT 42"))
        return int(result.one())

    return app

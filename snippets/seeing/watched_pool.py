"""A pool that tells who waits for it.

The names: https://opentelemetry.io/docs/specs/semconv/database/
"""

import time
from collections.abc import AsyncIterator, Callable, Iterable
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
    def __init__(
        self, engine: AsyncEngine, meter: Meter, name: str
    ) -> None:
        self.engine, self.name = engine, {f"{NAME}.pool.name": name}
        self.sessions = async_sessionmaker(engine)
        counter = meter.create_up_down_counter
        self.pending = counter(f"{NAME}.pending_requests")
        self.wait = meter.create_histogram(
            f"{NAME}.wait_time",
            unit="s",
            explicit_bucket_boundaries_advisory=BOUNDS_S,  # [!]
        )
        observed = meter.create_observable_up_down_counter
        observed(f"{NAME}.count", [self.count])

    async def session(self) -> AsyncIterator[AsyncSession]:
        async with self.sessions() as session:
            began = time.perf_counter()
            self.pending.add(1, self.name)
            try:
                await session.connection()
            finally:
                self.pending.add(-1, self.name)
                self.wait.record(time.perf_counter() - began, self.name)
            yield session

    # --8<-- [end:watched]

    # --8<-- [start:count]
    def count(self, _: CallbackOptions) -> Iterable[Observation]:
        pool = cast("QueuePool", self.engine.pool)  # dispose() made it
        used, idle = pool.checkedout(), pool.checkedin()
        yield Observation(used, {STATE: "used", **self.name})
        yield Observation(idle, {STATE: "idle", **self.name})

    # --8<-- [end:count]


def create_app(
    engine: AsyncEngine,
    provider: MeterProvider,
    exclude: Callable[..., bool] | None = None,
) -> FastAPI:
    app = FastAPI(
        telemetry={"meter_provider": provider, "exclude": exclude}
    )
    app.state.arrived = 0
    pool = WatchedPool(engine, provider.get_meter(__name__), "orders")

    async def arrive() -> None:
        app.state.arrived += 1

    @app.get("/balance", dependencies=[Depends(arrive)])
    async def balance(
        session: Annotated[AsyncSession, Depends(pool.session)],
    ) -> int:
        result = await session.scalars(text("SELECT 42"))
        return int(result.one())

    return app

"""Live is not ready: a process whose database is away must not be restarted, only left alone.

A probe that restarts it makes an outage of the database one of all processes, which then connect
all at once.
"""

import asyncio
from typing import NamedTuple

from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from .bounded import Bounded
from .flights import Flights

ANSWER_S = 2.0


class Readiness(NamedTuple):
    """The database decides; without Redis the service is slower, and no more than that."""

    database: bool
    redis: bool


class Probe:
    """Asks on a connection of its own: a pool that is full is busy, and not away."""

    def __init__(self, engine: AsyncEngine, redis: Redis, bounded: Bounded) -> None:
        self._engine, self._redis, self._bounded = engine, redis, bounded
        self.flights = Flights()  # who asks meanwhile gets the same answer

    async def look(self) -> Readiness:
        """Whether requests can be answered."""
        found: Readiness = await self.flights.join("look", self._look)
        return found

    # --8<-- [start:probe]
    async def _look(self) -> Readiness:
        # Twice: the connection may have died while it was idle, and the second one is new.
        database = await self._answers() or await self._answers()
        return Readiness(database, bool(await self._bounded.ask(self._redis.ping)))

    async def _answers(self) -> bool:
        try:
            async with asyncio.timeout(ANSWER_S), self._engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError):
            return False
        return True

    # --8<-- [end:probe]

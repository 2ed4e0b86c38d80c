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


class Readiness(NamedTuple):
    """The database decides; without Redis the service is slower, and no more than that."""

    database: bool
    redis: bool


class Probe:
    """Asks on a connection of its own, as a pool that is full is busy, and not away."""

    def __init__(self, engine: AsyncEngine, redis: Redis, bounded: Bounded) -> None:
        self._engine, self._redis, self._bounded = (
            engine,
            redis,
            bounded,
        )
        self._turn = asyncio.Lock()

    async def look(self) -> Readiness:
        """Look twice: the connection may have died while it was idle, and the second is new."""
        async with self._turn:
            database = await self._answers() or await self._answers()
        pong = await self._bounded.ask(self._redis.ping)
        return Readiness(database, bool(pong))

    async def _answers(self) -> bool:
        try:
            async with self._engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError):
            return False
        return True

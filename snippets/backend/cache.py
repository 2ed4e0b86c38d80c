"""Values in Redis: typed, never older than what was there, loaded once for a crowd.

Without single flight, everybody who finds that an entry has expired loads it, at the moment with
the most readers. Without the version, a slow reader puts back what somebody has changed since.
"""

import json
from collections.abc import Awaitable, Callable
from functools import partial
from hashlib import sha256
from typing import Generic, TypeVar, cast

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from redis.asyncio import Redis

from . import metrics
from .bounded import Bounded
from .flights import Flights

PUT = """
if tonumber(redis.call('HGET', KEYS[1], 'version') or '-1') <= tonumber(ARGV[1]) then
    redis.call('HSET', KEYS[1], 'version', ARGV[1], 'value', ARGV[2])
    redis.call('EXPIRE', KEYS[1], ARGV[3])
end
"""


class Entry(BaseModel):
    """What can be kept: it has a number, and a version that is higher after each change."""

    model_config = ConfigDict(frozen=True, from_attributes=True)
    id: int
    version: int


Value = TypeVar("Value", bound=Entry)
Load = Callable[[], Awaitable[Value | None]]


class Cache(Generic[Value]):
    """Values of one type by their numbers.

    When Redis does not answer, a value is loaded each time. When it did not hear of a change, the
    old value is there for `ttl_s` at the longest.
    """

    def __init__(
        self, kind: type[Value], redis: Redis, bounded: Bounded, prefix: str, ttl_s: int
    ) -> None:
        self._redis, self._bounded, self._ttl_s = redis, bounded, ttl_s
        self._adapter = TypeAdapter[Value](kind)
        # Of another shape, another key: releases beside each other do not read each other's.
        schema = json.dumps(self._adapter.json_schema(), sort_keys=True)
        shape = sha256(schema.encode()).hexdigest()[:8]
        self._prefix = f"{prefix}{kind.__name__}:{shape}:"
        self.flights = Flights()

    async def get(self, number: int, load: Load[Value]) -> Value | None:
        """The value of this number, from Redis or loaded."""
        found = await self.flights.join(str(number), partial(self._get, number, load))
        return cast("Value | None", found)

    async def put(self, value: Value) -> None:
        """Store it, unless there is a newer one."""
        given = (f"{self._prefix}{value.id}", value.version, self._adapter.dump_json(value))
        await self._bounded.ask(self._redis.eval, PUT, 1, *given, self._ttl_s)

    async def _get(self, number: int, load: Load[Value]) -> Value | None:
        stored = await self._bounded.ask(self._redis.hget, f"{self._prefix}{number}", "value")
        if stored is not None:
            try:
                value = self._adapter.validate_json(stored)
            except ValidationError:
                metrics.CACHE.labels("unreadable").inc()
            else:
                metrics.CACHE.labels("hit").inc()
                return value
        loaded = await load()
        metrics.CACHE.labels("miss").inc()
        if loaded is not None:
            await self.put(loaded)
        return loaded

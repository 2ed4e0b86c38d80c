"""A client of Redis for the tests of caching."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

import lab


@pytest.fixture
async def redis(redis_lease: lab.RedisLease) -> AsyncIterator[Redis]:
    """Connected to the server that all tests share; the keys are those of the lease."""
    async with Redis.from_url(redis_lease.url) as redis:
        yield redis

"""A client of Redis, and a stream of its own for each test."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

import lab


@pytest.fixture
async def redis(redis_lease: lab.RedisLease) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_lease.url, decode_responses=True) as redis:
        yield redis


@pytest.fixture
def orders(redis_lease: lab.RedisLease) -> str:
    return f"{redis_lease.prefix}orders"

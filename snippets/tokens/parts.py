"""What the service is made of, opened and closed with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from argon2 import PasswordHasher
from fastapi import FastAPI
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from snippets.tokens.access import Keyring
from snippets.tokens.attempts import Attempts
from snippets.tokens.hashes import Hashes
from snippets.tokens.passwords import Passwords
from snippets.tokens.revocations import Revocations
from snippets.tokens.settings import Settings


# --8<-- [start:redis]
def redis_pool(settings: Settings) -> BlockingConnectionPool:
    """One that says soon when Redis is down."""
    wait_s = settings.redis_wait_s
    return BlockingConnectionPool.from_url(
        settings.redis_url,
        max_connections=settings.connections,
        timeout=wait_s,
        socket_timeout=wait_s,
        socket_connect_timeout=wait_s,
        retry=Retry(NoBackoff(), 0),
    )


# --8<-- [end:redis]


# --8<-- [start:opened]
@asynccontextmanager
async def opened(
    app: FastAPI, settings: Settings
) -> AsyncIterator[None]:
    keys = settings.keys
    app.state.origin = settings.origin
    app.state.settings = settings
    app.state.keyring = Keyring(
        keys, settings.issuer, settings.audience
    )
    hasher = PasswordHasher(
        settings.passes, settings.memory_kib, parallelism=1
    )
    app.state.passwords = Passwords(Hashes(hasher), settings.at_once)
    redis = redis_pool(settings)
    app.state.attempts = Attempts(redis, settings.prefix)
    async with asyncpg.create_pool(
        settings.dsn,
        min_size=1,
        max_size=settings.connections,
        command_timeout=5,
        timeout=2,  # to connect, which else takes a minute
    ) as pool:
        app.state.pool = pool
        client = Redis(connection_pool=redis)
        app.state.revocations = Revocations(
            pool, client, settings.prefix
        )
        yield
    await redis.disconnect()


# --8<-- [end:opened]

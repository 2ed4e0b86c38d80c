"""Redis tells which keys of a prefix have changed, in any client."""

import asyncio
from collections.abc import Callable
from typing import Any

from redis import RedisError
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

AGAIN_S = 0.1


# --8<-- [start:track]
def news_from(url: str) -> Redis:
    return Redis.from_url(
        url,
        protocol=2,
        decode_responses=True,
        encoding_errors="replace",  # no key ends the news
        # A retry would connect again, and not turn tracking on again.
        retry=Retry(NoBackoff(), retries=0),
        # On Python 3.11 a send with a timeout can lose a cancellation.
        socket_timeout=None,
    )


async def track(pubsub: Any, prefix: str) -> None:
    await pubsub.connect()
    connection = pubsub.connection
    await connection.send_command("CLIENT", "ID")
    me = await connection.read_response()
    await connection.send_command(
        *("CLIENT", "TRACKING", "ON", "REDIRECT", me),
        *("BCAST", "PREFIX", prefix),
    )
    await connection.read_response()
    await pubsub.subscribe("__redis__:invalidate")


# --8<-- [end:track]


# --8<-- [start:follow]
async def follow(
    news: Redis,
    prefix: str,
    tracked: asyncio.Event,
    forget: Callable[[list[str] | None], None],
) -> None:
    """Pass on the keys that change, until canceled; None: all."""
    while True:
        try:
            async with news.pubsub() as pubsub:
                await track(pubsub, prefix)
                async for message in pubsub.listen():
                    if message["type"] == "message":
                        forget(message["data"])
                    else:  # subscribed
                        forget(None)
                        tracked.set()
        except RedisError:  # away, or busy with a script
            pass  # and connect again
        finally:
            tracked.clear()
            forget(None)
        await asyncio.sleep(AGAIN_S)


# --8<-- [end:follow]

"""Counts an attempt when it has failed.

`guesses` tries twenty times at once, with Redis and without.
"""

from collections.abc import Awaitable, Callable

from redis.asyncio import Redis

from snippets.tokens.attempts import TooManyError

MOST = 5
WINDOW_S = 900


# --8<-- [start:attempts]
async def attempt(
    redis: Redis, key: str, verify: Callable[[], Awaitable[bool]]
) -> bool:
    if int(await redis.get(key) or 0) >= MOST:
        raise TooManyError
    right = await verify()  # takes its time, and all have looked
    if not right:
        await redis.incr(key)
        await redis.expire(key, WINDOW_S)
    return right


# --8<-- [end:attempts]

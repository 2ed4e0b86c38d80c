"""Twenty guesses at once, where five are allowed.

Running it makes them as it is published and as it is written here, with
Redis and without, and prints how many were compared with a password.
"""

import asyncio
from collections.abc import Awaitable, Callable

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from snippets.tokens.attempts import Attempts, TooManyError
from snippets.tokens.naive_attempts import attempt

AT_ONCE = 20
DOWN = "redis://127.0.0.1:1"
Guess = Callable[[], Awaitable[bool]]
Try = Callable[[BlockingConnectionPool, str, Guess], Awaitable[bool]]


async def naive(
    pool: BlockingConnectionPool, prefix: str, guess: Guess
) -> bool:
    redis = Redis(connection_pool=pool)
    return await attempt(redis, f"{prefix}ann", guess)


def counted() -> Try:
    made: list[Attempts] = []

    async def ours(
        pool: BlockingConnectionPool, prefix: str, guess: Guess
    ) -> bool:
        if not made:
            made.append(Attempts(pool, prefix))
        await made[0].take("5 per 15 minutes", "account", "ann")
        return await guess()

    return ours


# --8<-- [start:compared]
async def compared(url: str, prefix: str, attempts: Try) -> str:
    pool = BlockingConnectionPool.from_url(
        url, retry=Retry(NoBackoff(), 0)
    )
    guesses = 0

    async def guess() -> bool:
        nonlocal guesses
        guesses += 1
        await asyncio.sleep(0.2)  # argon2
        return False

    calls = (attempts(pool, prefix, guess) for _ in range(AT_ONCE))
    answers = await asyncio.gather(*calls, return_exceptions=True)
    await pool.disconnect()
    failed = sum(isinstance(one, RedisError) for one in answers)
    limited = sum(isinstance(one, TooManyError) for one in answers)
    return f"{guesses} compared, {limited} refused, {failed} failed"


# --8<-- [end:compared]


def main() -> None:
    import lab

    with lab.redis() as lease:
        for state, url in (("up", lease.url), ("down", DOWN)):
            for name, way in (("naive", naive), ("ours", counted())):
                said = asyncio.run(compared(url, lease.prefix, way))
                print(f"Redis {state}, {name}: {said}")


if __name__ == "__main__":
    main()

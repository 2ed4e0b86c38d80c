"""A session that has ended, with Redis and without.

Running it signs in twice, ends one session, and asks for both.
"""

import asyncio

import asyncpg
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from snippets.tokens.accounts import create_account
from snippets.tokens.revocations import Revocations
from snippets.tokens.schema import SCHEMA
from snippets.tokens.sessions import open_session

DOWN = "redis://127.0.0.1:1"


def client(url: str) -> Redis:
    retry = Retry(NoBackoff(), 0)
    return Redis.from_pool(
        BlockingConnectionPool.from_url(url, retry=retry)
    )


# --8<-- [start:outcome]
async def outcome(dsn: str, url: str, prefix: str) -> list[str]:
    said = []
    async with (
        asyncpg.create_pool(dsn, min_size=1) as pool,
        client(url) as up,
        client(DOWN) as down,
    ):
        await pool.execute(SCHEMA)
        account = await create_account(pool, "ann@shop.example", "")
        ended = await open_session(pool, account, "customer")
        other = await open_session(pool, account, "customer")
        assert ended is not None
        assert other is not None
        await Revocations(pool, up, prefix).end(ended.id)
        for state, redis in (("up", up), ("down", down)):
            revocations = Revocations(pool, redis, prefix)
            answers = (
                await revocations.ended(ended.id),
                await revocations.ended(other.id),
            )
            said.append(f"Redis {state}: {answers}")
        (key,) = await up.keys(f"{prefix}*")
        left = await up.ttl(key)
        said.append(f"Redis forgets within 600 s: {0 < left <= 600}")
    return said


# --8<-- [end:outcome]


def main() -> None:
    import lab

    with lab.postgres() as dsn, lab.redis() as lease:
        said = asyncio.run(outcome(dsn, lease.url, lease.prefix))
        print("\n".join(said))


if __name__ == "__main__":
    main()

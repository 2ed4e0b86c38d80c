"""Sessions that have ended before their access tokens have.

`revoked` ends a session, and asks for it with Redis and without.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from snippets.tokens.claims import LIFETIME

OPEN = """
SELECT 1 FROM session JOIN account ON account.id = account_id
WHERE session.id = $1 AND ended_at IS NULL AND expires_at > now()
  AND NOT disabled
"""
END = """
UPDATE session SET ended_at = coalesce(ended_at, now())
WHERE (id = $1 OR account_id = $2)
  AND (ended_at > now() - $3::interval OR ended_at IS NULL AND (
    $4::uuid IS NULL OR EXISTS (
      SELECT FROM session WHERE id = $4 AND ended_at IS NULL)))
RETURNING id
"""


# --8<-- [start:revocations]
class Revocations:
    """PostgreSQL knows, and Redis saves asking it.

    An entry outlives every access token of its session, and is gone.
    """

    LIFE: timedelta = 2 * LIFETIME  # one is perhaps being issued

    def __init__(self, pool: Any, redis: Redis, prefix: str) -> None:
        self._pool, self._redis, self._prefix = pool, redis, prefix

    async def end(
        self,
        session: UUID | None = None,
        account: int | None = None,
        asked_by: UUID | None = None,
    ) -> None:
        """Raises RedisError: ended, and Redis has to be told again.

        Whoever asks from an ended session ends nothing, but repeats.
        """
        given = (session, account, self.LIFE, asked_by)
        async with self._redis.pipeline(transaction=False) as told:
            for row in await self._pool.fetch(END, *given):
                told.set(self._key(row["id"]), 1, ex=self.LIFE)
            await told.execute()

    # --8<-- [end:revocations]
    # --8<-- [start:ended]
    async def ended(self, session: UUID) -> bool:
        try:
            return bool(await self._redis.exists(self._key(session)))
        except RedisError:
            found = await self._pool.fetchval(OPEN, session)  # [!]
            return found is None

    # --8<-- [end:ended]

    def _key(self, session: UUID) -> str:
        return f"{self._prefix}ended:{session}"

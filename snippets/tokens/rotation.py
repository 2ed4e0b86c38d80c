"""A refresh token is good for once; a second use ends its session.

`reuses` uses one token twenty times at once.
"""

import secrets
from typing import Any

from snippets.tokens.sessions import (
    Reused,
    Session,
    digest,
    remember,
)

# --8<-- [start:statements]
USE = """
UPDATE refresh_token AS token SET used_at = now()
FROM session JOIN account ON account.id = session.account_id
WHERE token.digest = $1 AND token.used_at IS NULL
  AND session.id = token.session_id AND session.ended_at IS NULL
  AND session.expires_at > now() AND NOT account.disabled
RETURNING session.id, account.id, account.role
"""
END_OF_REUSED = """
UPDATE session SET ended_at = coalesce(ended_at, now())
FROM refresh_token AS token
WHERE token.digest = $1 AND token.used_at IS NOT NULL
  AND session.id = token.session_id
RETURNING session.id
"""
# --8<-- [end:statements]


# --8<-- [start:rotate]
async def rotate(pool: Any, token: str) -> Session | Reused | None:
    used, following = digest(token), secrets.token_urlsafe(32)
    async with pool.acquire() as connection, connection.transaction():
        row = await connection.fetchrow(USE, used)  # [!]
        if row is not None:
            await remember(connection, row[0], following)
            return Session(row[0], row[1], row[2], following)
        # Returned, not raised: an exception would roll this back.
        ended = await connection.fetchval(END_OF_REUSED, used)
        return Reused(ended) if ended else None


# --8<-- [end:rotate]

"""Sessions, and the refresh token that each of them begins with."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

LIFETIME = timedelta(days=30)


class Session(NamedTuple):
    """Whose it is, and the token that continues it."""

    id: UUID
    account: int
    role: str
    token: str


class Reused(NamedTuple):
    """The session that ends because a token of it was used again."""

    id: UUID


def digest(token: str) -> bytes:
    """What is stored: of 256 random bits, nobody guesses the rest."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


# --8<-- [start:open]
async def open_session(
    pool: Any, account: int, role: str, compared: str | None = None
) -> Session | None:
    """None if it is disabled, or has another hash than was compared."""
    token = secrets.token_urlsafe(32)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(
            """DELETE FROM session
            WHERE account_id = $1 AND expires_at < now()""",
            account,
        )
        session = await connection.fetchval(
            """INSERT INTO session (account_id, expires_at)
            SELECT id, now() + $2 FROM account
            WHERE id = $1 AND NOT disabled
              AND ($3::text IS NULL OR password_hash = $3) FOR SHARE
            RETURNING id""",
            account,
            LIFETIME,
            compared,
        )
        if session is None:
            return None
        await remember(connection, session, token)
    return Session(session, account, role, token)


# --8<-- [end:open]


async def remember(connection: Any, session: UUID, token: str) -> None:
    await connection.execute(
        """INSERT INTO refresh_token (digest, session_id)
        VALUES ($1, $2)""",
        digest(token),
        session,
    )

"""Sessions, and refresh tokens of which each is good for once.

A token that is used again was stolen, from the one who uses it first or from the one who comes
second: nobody can tell which, so the session ends for both. Only digests are stored.
"""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from ..database.models import RefreshToken, Session

LIFETIME = timedelta(days=30)
USE = text("""
UPDATE refresh_token AS token SET used_at = now()
FROM session JOIN account ON account.id = session.account_id
WHERE token.digest = :digest AND token.used_at IS NULL
  AND session.id = token.session_id AND session.ended_at IS NULL AND session.expires_at > now()
RETURNING session.id, account.id, account.role
""")
END_OF_REUSED = text("""
UPDATE session SET ended_at = coalesce(ended_at, now())
FROM refresh_token AS token
WHERE token.digest = :digest AND token.used_at IS NOT NULL AND session.id = token.session_id
""")
END = text("""
UPDATE session SET ended_at = coalesce(ended_at, now())
FROM refresh_token AS token
WHERE token.digest = :digest AND session.id = token.session_id
""")


class Opened(NamedTuple):
    """A session, whose it is, and the token that continues it."""

    id: UUID
    account: int
    role: str
    token: str


def digest(token: str) -> bytes:
    """What is stored: of 256 random bits, nobody guesses the rest."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


async def open_session(session: AsyncSession, account: int, role: str) -> Opened:
    """A new one; those of this account that are over go away."""
    now, token = datetime.now(UTC), secrets.token_urlsafe(32)
    await session.execute(
        delete(Session).where(Session.account_id == account, Session.expires_at < now)
    )
    values = {"account_id": account, "expires_at": now + LIFETIME}
    number = (await session.scalars(insert(Session).values(values).returning(Session.id))).one()
    await remember(session, number, token)
    return Opened(number, account, role, token)


async def rotate(session: AsyncSession, token: str) -> Opened | None:
    """The session goes on with another token; None if it has ended, or ends for this one."""
    used = {"digest": digest(token)}
    row = (await session.execute(USE, used)).first()
    if row is None:
        # Nothing is raised: an exception would roll the end of the session back.
        await session.execute(END_OF_REUSED, used)
        return None
    following = secrets.token_urlsafe(32)
    await remember(session, row[0], following)
    return Opened(row[0], row[1], row[2], following)


async def revoke(session: AsyncSession, token: str) -> None:
    """End the session of this token, used or not."""
    await session.execute(END, {"digest": digest(token)})


async def remember(session: AsyncSession, number: UUID, token: str) -> None:
    """Store what the next use of this token is compared with."""
    values = {"digest": digest(token), "session_id": number}
    await session.execute(insert(RefreshToken).values(values))

"""Looks whether a refresh token is unused, and then uses it.

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

FIND = """
SELECT session.id, account_id, 'customer', used_at
FROM refresh_token JOIN session ON session.id = session_id
WHERE digest = $1
"""


# --8<-- [start:rotate]
async def rotate(pool: Any, token: str) -> Session | Reused | None:
    used, following = digest(token), secrets.token_urlsafe(32)
    async with pool.acquire() as connection:
        row = await connection.fetchrow(FIND, used)
        if row is None or row["used_at"]:
            return None
        await connection.execute(  # so have the others decided, too
            """UPDATE refresh_token SET used_at = now()
            WHERE digest = $1""",
            used,
        )
        await remember(connection, row[0], following)
    return Session(row[0], row[1], row[2], following)


# --8<-- [end:rotate]

"""Looks whether the address is free, and then takes it.

`signups` signs up with one address twenty times at once.
"""

from typing import Any

from snippets.tokens.accounts import TakenError


# --8<-- [start:accounts]
async def create_account(
    pool: Any, address: str, password_hash: str
) -> int:
    found = "SELECT 1 FROM account WHERE email = $1"
    if await pool.fetchval(found, address):
        raise TakenError
    number = await pool.fetchval(  # here others have looked, too
        """INSERT INTO account (email, email_key, password_hash)
        VALUES ($1, $1, $2) RETURNING id""",
        address,
        password_hash,
    )
    return int(number)


# --8<-- [end:accounts]

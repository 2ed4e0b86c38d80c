"""One address, one account: the unique constraint decides.

`signups` signs up with one address twenty times at once.
"""

import unicodedata
from typing import Any, NamedTuple


class TakenError(Exception):
    """There is an account with this address."""


class Account(NamedTuple):
    """What signing in needs to know."""

    id: int
    role: str
    disabled: bool
    password_hash: str | None


# --8<-- [start:key]
def address_key(address: str) -> str:
    """What two spellings of one address have in common.

    Raises:
        ValueError: it is no address.
    """
    folded = unicodedata.normalize("NFKC", address).casefold()
    key = unicodedata.normalize("NFKC", folded)
    local, _, domain = key.partition("@")
    if not (local and domain and key.isprintable()) or " " in key:
        raise ValueError("not an e-mail address")
    if "@" in domain or len(key) > 254:
        raise ValueError("not an e-mail address")
    return key


# --8<-- [end:key]


# --8<-- [start:accounts]
async def create_account(
    pool: Any, address: str, password_hash: str
) -> int:
    number = await pool.fetchval(
        """INSERT INTO account (email, email_key, password_hash)
        VALUES ($1, $2, $3)
        ON CONFLICT (email_key) DO NOTHING RETURNING id""",  # [!]
        address,
        address_key(address),
        password_hash,
    )
    if number is None:
        raise TakenError
    return int(number)


# --8<-- [end:accounts]


async def find_account(pool: Any, key: str) -> Account | None:
    row = await pool.fetchrow(
        """SELECT id, role, disabled, password_hash FROM account
        WHERE email_key = $1""",
        key,
    )
    return Account(*row) if row else None


async def renew_hash(
    pool: Any, account: Account, password_hash: str
) -> None:
    """Store it, unless the password has been changed meanwhile."""
    await pool.execute(
        """UPDATE account SET password_hash = $1
        WHERE id = $2 AND password_hash = $3""",
        password_hash,
        account.id,
        account.password_hash,
    )

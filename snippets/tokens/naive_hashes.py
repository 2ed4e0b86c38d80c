"""Compares a password with a hash, if there is an account.

`refusals` asks it, and prints what becomes of each hash.
"""

from typing import cast

from pwdlib import PasswordHash

from snippets.tokens.accounts import Account

password_hash = PasswordHash.recommended()


# --8<-- [start:check]
def is_right(password: str, account: Account | None) -> bool:
    if account is None:
        return False
    stored = cast("str", account.password_hash)
    return password_hash.verify(password, stored)


# --8<-- [end:check]

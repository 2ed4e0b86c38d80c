"""What becomes of each hash that an account may have.

Running it compares one password with all of them, as it is published
and as it is written here, and prints how often argon2 compared.
"""

from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from pwdlib.exceptions import UnknownHashError

from snippets.tokens.accounts import Account
from snippets.tokens.hashes import Hashes
from snippets.tokens.naive_hashes import is_right

PASSWORD = "correct horse battery staple"


# --8<-- [start:counted]
class Counted(PasswordHasher):
    """Counts the comparisons that were made to their end."""

    compared = 0

    def verify(
        self,
        hash: str | bytes,  # noqa: A002
        password: str | bytes,
    ) -> Literal[True]:
        try:
            right = super().verify(hash, password)
        except VerifyMismatchError:
            self.compared += 1
            raise
        self.compared += 1
        return right


# --8<-- [end:counted]


def kinds() -> dict[str, Account | None]:
    """An account for each."""
    older = PasswordHasher(time_cost=1, memory_cost=8 * 1024)
    hashes = {
        "this password": PasswordHasher().hash(PASSWORD),
        "another": PasswordHasher().hash("another"),
        "older parameters": older.hash(PASSWORD),
        "cut off": PasswordHasher().hash(PASSWORD)[:-10],
        "MD5": "5f4dcc3b5aa765d61d8327deb882cf99",
        "None": None,
    }
    accounts: dict[str, Account | None] = {"no account": None}
    for name, stored in hashes.items():
        accounts[name] = Account(1, "customer", False, stored)
    return accounts


def naive(account: Account | None) -> str:
    try:
        return "right" if is_right(PASSWORD, account) else "wrong"
    except (TypeError, UnknownHashError) as error:
        return type(error).__name__


def right(account: Account | None) -> str:
    hasher = Counted()
    stored = account.password_hash if account else None
    checked = Hashes(hasher).check(PASSWORD, stored)
    answer = "right" if checked.right else "wrong"
    renewed = "renewed" if checked.renewed else answer
    return f"{renewed}, {hasher.compared} ×"


def main() -> None:
    for name, account in kinds().items():
        print(f"{name:17}{naive(account):17}{right(account)}")


if __name__ == "__main__":
    main()

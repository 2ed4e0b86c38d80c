"""Accounts: one address, one account, and the unique constraint decides.

Looking first whether there is one lets two sign-ups at once both find none.
"""

import unicodedata
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ..database.models import Account
from .refusals import Reason, RefusedError


class Known(NamedTuple):
    """What signing in needs to know."""

    id: int
    role: str
    password_hash: str


def address_key(address: str) -> str:
    """What two spellings of one address have in common; raises ValueError if it is none."""
    folded = unicodedata.normalize("NFKC", address).casefold()
    key = unicodedata.normalize("NFKC", folded)
    local, _, domain = key.partition("@")
    if not (local and domain and key.isprintable()) or "@" in domain or " " in key:
        raise ValueError("not an e-mail address")
    if len(key) > 254:
        raise ValueError("not an e-mail address")
    return key


async def create(
    session: AsyncSession, address: str, password_hash: str, role: str = "customer"
) -> int:
    """The number of a new account."""
    columns = {"email": address, "email_key": address_key(address), "role": role}
    values = {**columns, "password_hash": password_hash}
    statement = insert(Account).values(values).on_conflict_do_nothing().returning(Account.id)
    number = await session.scalar(statement)
    if number is None:
        raise RefusedError(Reason.TAKEN)
    return number


async def find(session: AsyncSession, address: str) -> Known | None:
    """The account with this address."""
    columns = select(Account.id, Account.role, Account.password_hash)
    row = (await session.execute(columns.where(Account.email_key == address_key(address)))).first()
    return Known(*row) if row else None


async def renew_hash(session: AsyncSession, known: Known, password_hash: str) -> None:
    """Store a hash with newer parameters, unless the password has been changed meanwhile."""
    same = (Account.id == known.id, Account.password_hash == known.password_hash)
    await session.execute(update(Account).where(*same).values(password_hash=password_hash))

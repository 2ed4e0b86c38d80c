"""Who gets an address, when twenty want it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snippets.tokens import accounts as listing
from snippets.tokens import naive_accounts, signups
from snippets.tokens.accounts import Account, address_key, create_account, find_account, renew_hash


def key_or_none(address: str) -> str | None:
    try:
        return address_key(address)
    except ValueError:
        return None


@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_a_key_is_its_own_key(local: str, domain: str) -> None:
    key = key_or_none(f"{local}@{domain}")
    assert key is None or address_key(key) == key


@given(st.text(alphabet=st.characters(categories=["Lu", "Ll"]), min_size=1, max_size=9))
def test_letters_of_either_size_are_one_key(local: str) -> None:
    assert address_key(f"{local.casefold()}@x.org") == address_key(f"{local}@X.ORG")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann@Shop.Example", "ann@shop.example"),
        ("\u212aim@shop.example", "kim@shop.example"),
        ("stra\u00dfe@shop.example", "STRASSE@shop.example"),
        ("re\u0301ne@shop.example", "R\u00c9NE@shop.example"),
        ("ann\uff20shop.example", "ann@shop.example"),
    ],
)
def test_spellings_of_one_address(one: str, other: str) -> None:
    assert address_key(one) == address_key(other)


def test_different_letters_stay_different() -> None:
    assert address_key("m\u0131ke@x.org") != address_key("mike@x.org")  # dotless
    assert address_key("\u0430nn@x.org") != address_key("ann@x.org")  # Cyrillic
    assert address_key("a@m\u00fcnchen.org") != address_key("a@xn--mnchen-3ya.org")


@pytest.mark.parametrize(
    "text",
    ["", "@", "a@", "@b", "a@b@c", "a b@c", "a@b\n", "a@b\x00", "a@\ud800", "a@" + "b" * 254],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="not an e-mail address"):
        address_key(text)


@pytest.mark.naive("snippets/tokens/naive_accounts.py")
async def test_who_looks_first_is_told_of_an_error_and_stores_two(dsn: str) -> None:
    told, rows = await signups.outcome(dsn, naive_accounts.create_account)
    assert told == "19 × UniqueViolationError, 2 × created"
    assert rows == 2


async def test_who_asks_the_constraint_stores_one(dsn: str) -> None:
    told, rows = await signups.outcome(dsn, listing.create_account)
    assert told == "20 × TakenError, 1 × created"
    assert rows == 1


@pytest.mark.naive("snippets/tokens/naive_accounts.py")
async def test_who_comes_later_is_told_that_it_is_taken(accounts: Any) -> None:
    await naive_accounts.create_account(accounts, "ann@x.org", "")
    with pytest.raises(listing.TakenError):
        await naive_accounts.create_account(accounts, "ann@x.org", "")


async def test_a_renewed_hash_does_not_undo_a_new_password(accounts: Any) -> None:
    await create_account(accounts, "Ann@x.org", "old")
    account = await find_account(accounts, "ann@x.org")
    assert account == Account(1, "customer", False, "old")
    await renew_hash(accounts, account, "renewed")
    await renew_hash(accounts, account, "renewed again, of a password that has been changed")

    found = await find_account(accounts, "ann@x.org")
    assert found is not None
    assert found.password_hash == "renewed"
    assert await find_account(accounts, "bob@x.org") is None

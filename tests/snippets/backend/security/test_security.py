"""Tokens that are not for us, hashes that are none, and whom to count."""

import base64
import time
from typing import Any
from uuid import UUID

import jwt
import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from snippets.backend.security.access import Keyring
from snippets.backend.security.attempts import network
from snippets.backend.security.passwords import Passwords
from tests.snippets.backend.conftest import NOWHERE
from tests.snippets.backend.shop import settings_for

SETTINGS = settings_for("postgresql://nowhere", NOWHERE)
KEYRING = Keyring(SETTINGS)
KEY = b"k" * 32


def ours() -> str:
    """A token of now: this module may have been imported minutes ago."""
    return KEYRING.issue(7, UUID(int=1), "staff")


def made(key: bytes | None = KEY, headers: dict[str, Any] | None = None, **changed: Any) -> str:
    """A token like ours, but for what is given; None leaves out."""
    like = ours()
    claims = jwt.decode(like, options={"verify_signature": False}) | changed
    left = {name: value for name, value in claims.items() if value is not None}
    header = {"kid": jwt.get_unverified_header(like)["kid"], "typ": "at+jwt"} | (headers or {})
    return jwt.encode(left, key, "HS256" if key else None, header)


def forgeries() -> dict[str, str]:
    old, k = int(time.time()) - 3600, base64.urlsafe_b64encode(b"x" * 32).decode().rstrip("=")
    return {
        "unsigned": made(None),
        "signed by somebody": made(b"x" * 32),
        "with its key in its header": made(b"x" * 32, {"jwk": {"kty": "oct", "k": k}}),
        "of a key that is not known": made(headers={"kid": "other"}),
        "for another use": made(headers={"typ": "reset+jwt"}),
        "ended": made(iat=old, exp=old + 300),
        "for ten years": made(exp=old + 315_360_000),
        "of another issuer": made(iss="other"),
        "for another audience": made(aud="other"),
        "for several audiences": made(aud=["shop-api", "other"]),
        "of nobody": made(sub=""),
        "of a number that is too large": made(sub="9" * 19),
        "of another role": made(role="administrator"),
        "with half a session": made(sid="x"),
        "too long": made(more="x" * 3000),
        "no text": "ä" + ours(),
        "no token": "x",
        **{f"without {claim}": made(**{claim: None}) for claim in ("exp", "iat", "sub", "role")},
    }


@pytest.mark.parametrize("name", forgeries())
def test_a_token_that_is_not_ours_is_refused(name: str) -> None:
    with pytest.raises(jwt.InvalidTokenError):
        KEYRING.read(forgeries()[name])


def test_a_token_of_ours_says_who_is_asking() -> None:
    identity = KEYRING.read(made())
    assert (identity.account, identity.role, identity.sid) == (7, "staff", UUID(int=1))


@pytest.mark.parametrize("ahead_s", [5, -305])
def test_clocks_may_differ_a_little(ahead_s: int) -> None:
    issued = int(time.time()) + ahead_s
    assert KEYRING.read(made(iat=issued, exp=issued + 300)).account == 7


@pytest.mark.parametrize(
    "stored", ["5f4dcc3b5aa765d61d8327deb882cf99", "", "$argon2id$v=19$x", "ä"]
)
async def test_what_is_no_hash_is_as_slow_as_a_wrong_password(
    stored: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords, compared = Passwords(SETTINGS), list[str | bytes]()
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, stored: str | bytes, given: str | bytes) -> bool:
        if stored == passwords._nobody:
            compared.append(stored)
        return verify(self, stored, given)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    assert not (await passwords.check("password", stored)).right
    assert len(compared) == 1
    passwords.close()


async def test_without_memory_nobody_is_told_that_a_password_is_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    passwords = Passwords(SETTINGS)

    def fails(*_: object) -> bool:
        raise VerificationError("Memory allocation error")

    monkeypatch.setattr(PasswordHasher, "verify", fails)
    with pytest.raises(VerificationError):
        await passwords.check("password", await passwords.hash("password"))
    passwords.close()


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "20010db800010002/64"),
        ("2001:db8:1:2:ffff::", "20010db800010002/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_who_is_counted(address: str, counted: str) -> None:
    assert network(address) == counted

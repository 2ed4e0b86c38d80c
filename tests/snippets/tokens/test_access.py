"""Which tokens are read, by whom."""

import base64
import hashlib
import hmac
import time
from uuid import UUID

import jwt
import pytest

from snippets.tokens import forgeries, naive_access
from snippets.tokens.access import LONGEST, Keyring
from snippets.tokens.forgeries import KEYRING, KEYS, made, takers

SESSION = UUID(int=7)


@pytest.mark.naive("snippets/tokens/naive_access.py")
@pytest.mark.parametrize(
    ("kind", "who"),
    [
        ("ours", "tutorial unverified header ours"),
        ("by last month's key", "unverified ours"),
        ("unsigned", "unverified"),
        ("signed by somebody", "unverified"),
        ("its key in its header", "unverified header"),
        ("ended", "unverified"),
        ("without an end", "tutorial unverified header"),
        ("for ten years", "tutorial unverified header"),
        ("of another issuer", "tutorial unverified header"),
        ("for another audience", "unverified"),
        ("to reset a password", "tutorial unverified header"),
        ("of nobody", "tutorial unverified header"),
    ],
)
def test_who_takes_which(kind: str, who: str) -> None:
    assert takers(forgeries.forgeries()[kind]) == who.split()


def test_all_are_listed() -> None:
    assert len(forgeries.forgeries()) == 12


@pytest.mark.naive("snippets/tokens/naive_access.py")
def test_the_library_does_not_look_at_the_type_of_a_token() -> None:
    token = made(headers={"typ": "reset+jwt"})
    assert naive_access.read(token, KEYS["june"])["sub"] == "1"


def test_what_is_issued_is_read() -> None:
    identity = KEYRING.read(KEYRING.issue(7, SESSION, "customer"))
    assert (identity.sub, identity.sid, identity.role) == ("7", SESSION, "customer")
    assert identity.exp - identity.iat == 300


def test_a_new_key_signs_and_the_old_one_is_read_until_it_is_taken_out() -> None:
    old = Keyring({"may": KEYS["may"]}, forgeries.ISSUER, forgeries.AUDIENCE)
    new = Keyring({"june": KEYS["june"]}, forgeries.ISSUER, forgeries.AUDIENCE)
    token = old.issue(7, SESSION, "customer")

    assert KEYRING.read(token).sub == "7"
    assert new.read(KEYRING.issue(7, SESSION, "customer")).sub == "7"
    with pytest.raises(jwt.InvalidTokenError):
        new.read(token)
    with pytest.raises(jwt.InvalidTokenError):
        KEYRING.read(made(KEYS["may"]))  # says that it is June's


@pytest.mark.parametrize("claim", ["iss", "aud", "exp", "iat", "sub", "sid", "role"])
def test_each_claim_is_required_of_the_library(claim: str) -> None:
    with pytest.raises(jwt.MissingRequiredClaimError):
        KEYRING.read(made(**{claim: None}))


def test_a_time_is_a_number() -> None:
    now = int(time.time())
    for times in ({"exp": str(now + 60)}, {"iat": str(now)}, {"exp": float(now + 60)}):
        with pytest.raises(jwt.InvalidTokenError, match="other types"):
            KEYRING.read(made(**times))


def test_a_short_key_ends_the_start() -> None:
    with pytest.raises(ValueError, match="fewer than 32 bytes"):
        Keyring({"new": b"n" * 32, "old": b"short"}, "", "")


@pytest.mark.parametrize("token", ["", "a" * (LONGEST + 1), "\ud800", "\xe9.\xe9.\xe9"])
def test_what_is_no_token(token: str) -> None:
    with pytest.raises(jwt.InvalidTokenError):
        KEYRING.read(token)


def test_a_public_key_is_no_secret_where_the_list_says_so() -> None:
    """The forgery of python-jose's issue 414, for a service that verifies RS256."""
    public = base64.b64decode("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE") + b"\x13" * 64
    signed = b".".join(
        base64.urlsafe_b64encode(part).rstrip(b"=") for part in (b'{"alg":"HS256"}', b'{"sub":"1"}')
    )
    mac = base64.urlsafe_b64encode(hmac.digest(public, signed, hashlib.sha256)).rstrip(b"=")
    with pytest.raises(jwt.InvalidAlgorithmError):
        jwt.decode(signed + b"." + mac, public, algorithms=["RS256"])
    with pytest.raises(jwt.DecodeError, match='pass in a value for the "algorithms"'):
        jwt.decode(signed + b"." + mac, public)

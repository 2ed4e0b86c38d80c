"""`Not enough segments`, its siblings, and the 401 in their place."""

import base64
import json
from typing import Any

import jwt
import pytest
from fastapi import HTTPException
from fastapi.security import HTTPAuthorizationCredentials
from hypothesis import given
from hypothesis import strategies as st

from snippets.tokens import errors_segments
from tests.snippets.tokens.coding import decode, encode

TOKEN = encode(sub="7")


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "null",
        "undefined",
        "Bearer",
        "an-opaque-access-token",
        TOKEN.rpartition(".")[0],
        base64.b64encode(TOKEN.encode()).decode(),
    ],
)
def test_what_is_no_token(sent: str) -> None:
    with pytest.raises(jwt.DecodeError, match=r"^Not enough segments$"):
        decode(sent)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (f"Bearer {TOKEN}", "^Invalid header padding$"),
        (str(TOKEN.encode()), "^Invalid header padding$"),
        (json.dumps(TOKEN), "^Invalid header padding$"),
        (f"{TOKEN}\n", "^Invalid crypto padding$"),
        (TOKEN[:-1], "^(Invalid crypto padding|Signature verification failed)$"),
        (None, "^Invalid token type. Token must be a <class 'bytes'>$"),
    ],
)
def test_what_is_a_token_and_something_more_or_less(sent: Any, said: str) -> None:
    with pytest.raises(jwt.DecodeError, match=said):
        decode(sent)


@pytest.mark.parametrize("sent", [*errors_segments.SENT, "Bearer", "Bearer x y", "Basic eA=="])
async def test_each_is_a_401(sent: str) -> None:
    answer = await errors_segments.ask(errors_segments.current_user_or_401, sent)
    assert answer.startswith("401 ")


def test_it_says_which_scheme_and_what_was_wrong() -> None:
    bearer = HTTPAuthorizationCredentials(scheme="Bearer", credentials="null")
    with pytest.raises(HTTPException) as caught:
        errors_segments.current_user_or_401(bearer)
    assert caught.value.headers == {"WWW-Authenticate": 'Bearer error="invalid_token"'}


def test_it_is_caught_by_no_narrower_class() -> None:
    """As in a report: the handler lists the expired and those for another audience."""
    assert issubclass(jwt.DecodeError, jwt.InvalidTokenError)
    assert not issubclass(jwt.DecodeError, (jwt.ExpiredSignatureError, jwt.InvalidAudienceError))


async def test_and_a_500_where_it_is_not_caught() -> None:
    answer = await errors_segments.ask(errors_segments.current_user, "Bearer ")
    assert answer == "500 DecodeError: Not enough segments"


async def test_a_token_that_is_one_is_read_by_either() -> None:
    token = jwt.encode({"sub": "7", "exp": 2**40}, errors_segments.KEY)
    for user_of in (errors_segments.current_user, errors_segments.current_user_or_401):
        assert await errors_segments.ask(user_of, f"Bearer {token}") == '200 "7"'


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"sub": "7", "exp": 2**40}, 200),
        ({"sub": "7", "exp": 1}, 401),
        ({"sub": "7"}, 401),
        ({"exp": 2**40}, 401),
        ({"sub": 7, "exp": 2**40}, 401),
        ({"sub": "7", "exp": 2**40, "aud": "other"}, 401),
    ],
)
async def test_a_token_is_let_in_if_all_of_it_is_valid(claims: dict[str, Any], status: int) -> None:
    token = jwt.encode(claims, errors_segments.KEY)
    answer = await errors_segments.ask(errors_segments.current_user_or_401, f"Bearer {token}")
    assert answer.startswith(str(status))


async def test_brackets_in_brackets_are_invalid_too() -> None:
    header = base64.urlsafe_b64encode(b"[" * 40_000).decode().rstrip("=")
    answer = await errors_segments.ask(
        errors_segments.current_user_or_401, f"Bearer {header}.e30.e30"
    )
    assert answer.startswith("401 ")


@given(st.text(alphabet=st.characters(max_codepoint=0xFF)) | st.binary())
def test_nothing_that_is_sent_raises_anything_else(sent: str | bytes) -> None:
    with pytest.raises(jwt.InvalidTokenError):
        decode(sent)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("key1.live.0123", "^Invalid header string: 'utf-8' codec can't decode byte"),
        ("MTk4NjIy.Cl2FMQ.ZnCjm1XV", "^Invalid header string: must be a json object$"),
        (
            "flW3fKBvBvWXI4DvYDWucTdvBvWVHmV4AvW2.flW4d5IlK6CeVwblAGZlYDWyfUBvBwF5AwV6ZwVmZEu2"
            ".XK5JCdat9f8bAcKf8Ub6-EAJC8GYbyTAmgYIlFuFlhd",  # as in a report of a mailed link
            "^Invalid header string: 'utf-8' codec can't decode byte",
        ),
    ],
)
def test_what_has_two_dots_by_chance_is_not_even_json(sent: str, said: str) -> None:
    with pytest.raises(jwt.DecodeError, match=said):
        decode(sent)


def test_a_key_that_the_issuer_does_not_have_is_another_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret = base64.urlsafe_b64encode(b"k" * 32).decode()
    key = {"kty": "oct", "kid": "1", "alg": "HS256", "k": secret}
    monkeypatch.setattr(jwt.PyJWKClient, "fetch_data", lambda _: {"keys": [key]})
    client = jwt.PyJWKClient("https://idp.invalid/jwks.json")
    known, unknown = (
        jwt.encode({"sub": "7"}, b"k" * 32, headers={"kid": kid}) for kid in ("1", "2")
    )
    assert jwt.decode(known, client.get_signing_key_from_jwt(known)) == {"sub": "7"}
    with pytest.raises(jwt.PyJWKClientError, match="Unable to find a signing key"):
        client.get_signing_key_from_jwt(unknown)
    assert not issubclass(jwt.PyJWKClientError, jwt.InvalidTokenError)


def test_an_issuer_that_does_not_answer_is_a_kind_of_it() -> None:
    client = jwt.PyJWKClient("http://127.0.0.1:9/jwks.json")
    with pytest.raises(jwt.PyJWKClientConnectionError):
        client.get_signing_key_from_jwt(TOKEN)
    assert issubclass(jwt.PyJWKClientConnectionError, jwt.PyJWKClientError)


def test_the_report_of_a_token_that_was_encoded_twice() -> None:
    sent = base64.b64encode(TOKEN.encode()).decode()
    with pytest.raises(jwt.DecodeError, match=r"^Not enough segments$"):
        decode(sent)
    assert decode(TOKEN) == {"sub": "7"}


def test_asking_for_the_key_of_what_is_no_token_raises_the_same() -> None:
    """As in a report: the access token of the provider is opaque, its id token is a JWT."""
    client = jwt.PyJWKClient("https://idp.invalid/jwks.json")
    with pytest.raises(jwt.DecodeError, match=r"^Not enough segments$"):
        client.get_signing_key_from_jwt("ya29.an-opaque-access-token")


def test_five_segments_are_too_many_in_other_words() -> None:
    """An encrypted token, a JWE: PyJWT signs and does not decrypt."""
    with pytest.raises(jwt.DecodeError, match=r"^Invalid payload padding$"):
        decode(f"{TOKEN}.e30.e30")


def test_an_unverified_look_raises_the_same() -> None:
    with pytest.raises(jwt.DecodeError, match=r"^Not enough segments$"):
        jwt.decode("null", options={"verify_signature": False})
    with pytest.raises(jwt.DecodeError, match=r"^Not enough segments$"):
        jwt.get_unverified_header("null")


def test_a_key_that_nobody_has_is_no_invalid_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sends a token chooses its `kid`: without a second `except` that is a 500."""
    known = {"kty": "oct", "k": "a" * 43, "kid": "1", "use": "sig", "alg": "HS256"}
    client = jwt.PyJWKClient("https://idp.invalid/jwks.json")
    monkeypatch.setattr(client, "fetch_data", lambda: {"keys": [known]})
    token = jwt.encode({"sub": "7"}, errors_segments.KEY, headers={"kid": "2"})
    with pytest.raises(jwt.PyJWKClientError) as caught:
        client.get_signing_key_from_jwt(token)
    assert not isinstance(caught.value, jwt.InvalidTokenError | jwt.PyJWKClientConnectionError)


def test_keys_that_cannot_be_fetched_are_a_kind_of_it() -> None:
    token = jwt.encode({"sub": "7"}, errors_segments.KEY, headers={"kid": "2"})
    with pytest.raises(jwt.PyJWKClientConnectionError):
        jwt.PyJWKClient("http://127.0.0.1:1/jwks.json").get_signing_key_from_jwt(token)
    assert issubclass(jwt.PyJWKClientConnectionError, jwt.PyJWKClientError)

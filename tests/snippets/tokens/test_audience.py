"""`Invalid audience`, and `Audience doesn't match`."""

import jwt
import pytest

from snippets.tokens import errors_audience
from tests.snippets.tokens.coding import decode, encode


def test_who_does_not_say_which_it_is_may_not_read_it() -> None:
    with pytest.raises(jwt.InvalidAudienceError, match=r"^Invalid audience$"):
        errors_audience.read(errors_audience.issue(errors_audience.ORDERS))


@pytest.mark.parametrize("audience", ["https://invoices.example", "https://orders.example/"])
def test_nor_may_another(audience: str) -> None:
    with pytest.raises(jwt.InvalidAudienceError, match=r"^Audience doesn't match$"):
        errors_audience.read_as_orders(errors_audience.issue(audience))


def test_one_of_several_may() -> None:
    token = errors_audience.issue("https://invoices.example", errors_audience.ORDERS)
    assert errors_audience.read_as_orders(token)["sub"] == "7"
    assert decode(encode(aud="api"), audience=["api", "web"])


def test_a_token_without_one_is_missing_it() -> None:
    with pytest.raises(jwt.MissingRequiredClaimError, match=r'^Token is missing the "aud" claim$'):
        decode(encode(sub="7"), audience="api")


@pytest.mark.parametrize("aud", [5, ["5", 5]])
def test_a_number_is_no_audience(aud: object) -> None:
    with pytest.raises(jwt.InvalidAudienceError, match=r"^Invalid claim format in token$"):
        decode(encode(aud=aud), audience="5")


def test_the_report_of_a_token_of_fastapi_users() -> None:
    """Its JWTStrategy writes `["fastapi-users:auth"]`, and other code decodes by itself."""
    token = encode(sub="7", aud=["fastapi-users:auth"])
    with pytest.raises(jwt.InvalidAudienceError, match=r"^Invalid audience$"):
        decode(token)
    assert decode(token, audience="fastapi-users:auth")["sub"] == "7"


def test_none_says_nothing() -> None:
    with pytest.raises(jwt.InvalidAudienceError, match=r"^Invalid audience$"):
        decode(encode(aud="api"), audience=None)


def test_the_report_of_an_access_token_of_keycloak() -> None:
    token = encode(aud="account", azp="orders")
    with pytest.raises(jwt.InvalidAudienceError, match=r"^Audience doesn't match$"):
        decode(token, audience="orders")
    assert decode(encode(aud=["account", "orders"], azp="orders"), audience="orders")


def test_not_verifying_it_lets_in_tokens_of_other_services() -> None:
    assert decode(encode(aud="other"), options={"verify_aud": False}) == {"aud": "other"}
    with pytest.raises(jwt.InvalidTokenError):
        jwt.decode(errors_audience.issue("other"), errors_audience.KEY, algorithms=["HS256"])


def test_an_audience_that_is_taken_from_the_token_matches_always() -> None:
    token = encode(aud="other")
    unread = jwt.decode(token, options={"verify_signature": False})
    assert decode(token, audience=unread["aud"]) == {"aud": "other"}


def test_ours_requires_an_end_and_a_subject() -> None:
    for missing in ("exp", "sub", "aud"):
        claims = {"exp": 2**40, "sub": "7", "aud": errors_audience.ORDERS}
        del claims[missing]
        with pytest.raises(jwt.MissingRequiredClaimError):
            errors_audience.read_as_orders(jwt.encode(claims, errors_audience.KEY))


@pytest.mark.parametrize("aud", ["", [], None])
def test_an_empty_one_is_none(aud: object) -> None:
    assert decode(encode(aud=aud)) == {"aud": aud}
    with pytest.raises(jwt.MissingRequiredClaimError, match=r'^Token is missing the "aud" claim$'):
        decode(encode(aud=aud), audience="api")


def test_an_empty_setting_is_another() -> None:
    with pytest.raises(jwt.InvalidAudienceError, match=r"^Audience doesn't match$"):
        decode(encode(aud="api"), audience="")

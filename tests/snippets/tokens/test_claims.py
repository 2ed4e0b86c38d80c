"""`Token is missing the "exp" claim`, and the others that are required."""

from typing import Any

import jwt
import pytest

from snippets.tokens import errors_claims
from tests.snippets.tokens.coding import KEY, decode, encode


def test_what_is_required_and_was_not_written() -> None:
    with pytest.raises(jwt.MissingRequiredClaimError, match=r'^Token is missing the "exp" claim$'):
        errors_claims.read(errors_claims.issue("7"))


def test_what_was_written() -> None:
    assert errors_claims.read(errors_claims.issue_with_end("7"))["sub"] == "7"


def test_a_claim_that_is_null_is_missing() -> None:
    with pytest.raises(jwt.MissingRequiredClaimError, match=r'^Token is missing the "exp" claim$'):
        decode(encode(exp=None), options={"require": ["exp"]})


def test_the_first_that_is_missing_is_named() -> None:
    with pytest.raises(jwt.MissingRequiredClaimError, match=r'"sub"'):
        decode(encode(), options={"require": ["sub", "exp"]})


@pytest.mark.parametrize(
    ("arguments", "claim"), [({"audience": "api"}, "aud"), ({"issuer": "idp"}, "iss")]
)
def test_an_argument_requires_too(arguments: dict[str, str], claim: str) -> None:
    with pytest.raises(
        jwt.MissingRequiredClaimError, match=f'^Token is missing the "{claim}" claim$'
    ):
        decode(encode(sub="7"), **arguments)


def test_a_claim_of_our_own_is_required_too() -> None:
    with pytest.raises(jwt.MissingRequiredClaimError, match=r'"tenant"'):
        decode(encode(sub="7"), options={"require": ["tenant"]})


def test_the_report_of_three_that_are_missing_names_one_at_a_time() -> None:
    claims: dict[str, Any] = {"data": "x"}
    named = []
    for _ in range(3):
        with pytest.raises(jwt.MissingRequiredClaimError) as caught:
            decode(encode(**claims), options={"require": ["sub", "exp", "jti"]})
        named.append(caught.value.claim)
        claims[caught.value.claim] = {"exp": 2**40}.get(caught.value.claim, "x")
    assert named == ["sub", "exp", "jti"]
    assert decode(encode(**claims), options={"require": ["sub", "exp", "jti"]})


def test_the_option_of_other_days_requires_nothing() -> None:
    assert decode(encode(sub="7"), options={"require_exp": True}) == {"sub": "7"}


def test_the_header_is_another_place() -> None:
    token = jwt.encode({"sub": "7"}, KEY, headers={"exp": 2**40})
    with pytest.raises(jwt.MissingRequiredClaimError):
        decode(token, options={"require": ["exp"]})


def test_verifying_the_end_does_not_require_one() -> None:
    assert decode(encode(sub="7"), options={"verify_exp": True}) == {"sub": "7"}


def test_not_verifying_the_end_does_not_excuse_it() -> None:
    with pytest.raises(jwt.MissingRequiredClaimError):
        decode(encode(sub="7"), options={"require": ["exp"], "verify_exp": False})

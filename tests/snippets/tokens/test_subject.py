"""`Subject must be a string`, and what is one."""

import time
import uuid

import jwt
import pytest

from snippets.tokens import errors_subject
from tests.snippets.tokens.coding import decode, encode


def test_a_number_is_written_and_not_read() -> None:
    token = errors_subject.issue(7)
    with pytest.raises(jwt.exceptions.InvalidSubjectError, match=r"^Subject must be a string$"):
        errors_subject.read(token)


@pytest.mark.parametrize("sub", [None, 7, True, ["7"], {"user_id": 7}])
def test_nor_is_anything_else(sub: object) -> None:
    with pytest.raises(jwt.exceptions.InvalidSubjectError, match=r"^Subject must be a string$"):
        decode(encode(sub=sub))


def test_an_identifier_that_is_no_json_is_not_even_written() -> None:
    with pytest.raises(TypeError, match=r"^Object of type UUID is not JSON serializable$"):
        encode(sub=uuid.UUID(int=7))


def test_text_is() -> None:
    assert errors_subject.user_id_of(errors_subject.issue_text(7)) == 7


def test_tokens_of_before_are_read_meanwhile_and_no_others() -> None:
    for token in (errors_subject.issue(7), errors_subject.issue_text(7)):
        assert errors_subject.user_id_of_either(token) == 7
    for sub in (None, True, ["7"], {"user_id": 7}):
        with pytest.raises(jwt.InvalidTokenError):
            errors_subject.user_id_of_either(errors_subject.encode(sub))


def test_a_subject_of_before_that_is_no_number_is_an_invalid_token() -> None:
    token = errors_subject.encode("ada@example.org")
    for reader in (errors_subject.user_id_of, errors_subject.user_id_of_either):
        with pytest.raises(jwt.InvalidTokenError, match=r"^Subject is no user$"):
            reader(token)


def test_the_identifier_of_the_token_is_checked_as_well() -> None:
    with pytest.raises(jwt.exceptions.InvalidJTIError, match=r"^JWT ID must be a string$"):
        decode(encode(jti=7))


def test_both_require_a_subject_and_an_end() -> None:
    for reader in (errors_subject.user_id_of, errors_subject.user_id_of_either):
        for claims in ({"sub": "7"}, {"exp": time.time() + 60}):
            with pytest.raises(jwt.MissingRequiredClaimError):
                reader(jwt.encode(claims, errors_subject.KEY))


def test_the_report_of_a_dictionary() -> None:
    identity = {"user_id": 7, "role": "admin"}
    token = encode(sub=str(identity["user_id"]), role=identity["role"])
    assert decode(token) == {"sub": "7", "role": "admin"}


@pytest.mark.parametrize("subject", ["7", 7])
def test_expecting_a_number_is_no_help(subject: object) -> None:
    with pytest.raises(jwt.exceptions.InvalidSubjectError, match=r"^Subject must be a string$"):
        decode(encode(sub=7), subject=subject)


def test_not_verifying_it_takes_anything() -> None:
    for sub in (None, ["7"]):
        assert decode(encode(sub=sub), options={"verify_sub": False}) == {"sub": sub}


@pytest.mark.parametrize("sub", ["", "orders@clients", "9" * 5_000])
def test_text_that_is_no_number_is_an_invalid_token(sub: str) -> None:
    for reader in (errors_subject.user_id_of, errors_subject.user_id_of_either):
        with pytest.raises(jwt.InvalidTokenError, match=r"^Subject is no user$"):
            reader(errors_subject.encode(sub))

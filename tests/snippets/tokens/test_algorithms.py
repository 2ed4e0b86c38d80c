"""The `algorithms` argument that decode() requires."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from snippets.tokens import errors_algorithms
from tests.snippets.tokens.coding import KEY


def forged(key: bytes) -> str:
    """A token that says HS256, signed with bytes that everybody has."""

    def part(content: bytes) -> bytes:
        return base64.urlsafe_b64encode(content).rstrip(b"=")

    signed = part(b'{"alg":"HS256"}') + b"." + part(b'{"sub":"admin"}')
    return (signed + b"." + part(hmac.new(key, signed, hashlib.sha256).digest())).decode()


SAID = (
    r'^It is required that you pass in a value for the "algorithms" argument when calling'
    r" decode\(\)\.$"
)


@pytest.mark.parametrize(
    "read",
    [
        errors_algorithms.read,
        lambda token: jwt.decode(token, errors_algorithms.KEY, algorithms=[]),
        lambda token: jwt.decode(token, errors_algorithms.KEY, options={"require": ["sub"]}),
    ],
)
def test_it_is(read: Callable[[str], object]) -> None:
    with pytest.raises(jwt.DecodeError, match=SAID):
        read(errors_algorithms.issue("7"))


@pytest.mark.filterwarnings("ignore::jwt.warnings.RemovedInPyjwt3Warning")
@pytest.mark.filterwarnings("ignore:The `verify` argument:DeprecationWarning")
@pytest.mark.parametrize("arguments", [{"algorithm": "HS256"}, {"verify": False}])
def test_by_the_names_of_other_versions_it_is_not_passed(arguments: dict[str, Any]) -> None:
    with pytest.raises(jwt.DecodeError, match=SAID):
        jwt.decode(errors_algorithms.issue("7"), errors_algorithms.KEY, **arguments)


def test_with_a_list_it_is_read() -> None:
    assert errors_algorithms.read_hs256(errors_algorithms.issue("7"))["sub"] == "7"


@pytest.mark.parametrize("claims", [{"sub": "7"}, {"exp": 2**40}])
def test_a_token_without_an_end_or_a_subject_is_not(claims: dict[str, Any]) -> None:
    with pytest.raises(jwt.MissingRequiredClaimError):
        errors_algorithms.read_hs256(jwt.encode(claims, errors_algorithms.KEY))


def test_a_key_that_says_its_algorithm_needs_no_list() -> None:
    secret = base64.urlsafe_b64encode(KEY).decode()
    key = jwt.PyJWK({"kty": "oct", "k": secret, "alg": "HS256"})
    token = jwt.encode({"sub": "7"}, key.key, algorithm="HS256")
    assert jwt.decode(token, key) == {"sub": "7"}


def test_a_bare_string_is_searched_for_the_name() -> None:
    """`"HS256" in "HS256"` is true, and so it works by chance."""
    token = jwt.encode({"sub": "7"}, KEY)
    assert jwt.decode(token, KEY, algorithms="HS256") == {"sub": "7"}


def test_the_header_is_sent_as_it_is_whoever_signs() -> None:
    """As in a report: the unverified token is read in tests or behind a gateway."""
    token = jwt.encode({"sub": "7"}, KEY)
    with pytest.raises(jwt.DecodeError, match=SAID):
        jwt.decode(token)
    assert jwt.decode(token, options={"verify_signature": False}) == {"sub": "7"}


def test_another_algorithm_than_that_of_the_token_is_another_error() -> None:
    token = jwt.encode({"sub": "7"}, errors_algorithms.KEY * 2, algorithm="HS512")
    with pytest.raises(
        jwt.InvalidAlgorithmError, match=r"^The specified alg value is not allowed$"
    ):
        errors_algorithms.read_hs256(token)


def test_the_algorithm_that_the_token_names_is_chosen_by_who_forged_it() -> None:
    public_der = b"\x30\x59" + b"\x13" * 89  # bytes of a public key, without BEGIN and END
    token = forged(public_der)
    named = jwt.get_unverified_header(token)["alg"]
    assert jwt.decode(token, public_der, algorithms=[named]) == {"sub": "admin"}
    with pytest.raises(jwt.InvalidAlgorithmError):
        jwt.decode(token, public_der, algorithms=["RS256"])


def test_of_a_pem_it_is_a_key_error_that_no_handler_of_tokens_catches() -> None:
    """So it is, with cryptography, of a token that names the algorithm of another kind of key."""
    body = base64.b64encode(b"\x30\x59" + b"\x13" * 89).decode()
    pem = f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"
    with pytest.raises(jwt.InvalidKeyError, match="asymmetric key"):
        jwt.decode(forged(pem.encode()), pem, algorithms=["HS256", "RS256"])
    assert not issubclass(jwt.InvalidKeyError, jwt.InvalidTokenError)


def test_a_key_that_says_its_algorithm_reads_no_other() -> None:
    secret = base64.urlsafe_b64encode(KEY * 2).decode()
    key = jwt.PyJWK({"kty": "oct", "k": secret, "alg": "HS512"})
    token = jwt.encode({"sub": "7"}, KEY * 2, algorithm="HS256")
    with pytest.raises(jwt.InvalidAlgorithmError, match="does not match the key's algorithm"):
        jwt.decode(token, key, algorithms=["HS256", "HS512"])


def test_without_the_signature_anybody_is_anybody() -> None:
    token = jwt.encode({"sub": "admin"}, "x" * 32)
    assert jwt.decode(token, options={"verify_signature": False}) == {"sub": "admin"}
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, KEY, algorithms=["HS256"])


def test_two_keys_have_each_its_own_algorithm() -> None:
    keys = {"old": (KEY, "HS256"), "new": (KEY * 2, "HS512")}

    def read(token: str) -> dict[str, Any]:
        key, algorithm = keys[jwt.get_unverified_header(token)["kid"]]
        return jwt.decode(token, key, algorithms=[algorithm])

    for kid, (key, algorithm) in keys.items():
        token = jwt.encode({"sub": "7"}, key, algorithm=algorithm, headers={"kid": kid})
        assert read(token) == {"sub": "7"}
        other = "HS512" if algorithm == "HS256" else "HS256"
        with pytest.raises(jwt.InvalidAlgorithmError):
            read(jwt.encode({"sub": "7"}, KEY * 2, algorithm=other, headers={"kid": kid}))


def test_an_invalid_key_is_no_invalid_token() -> None:
    assert not issubclass(jwt.InvalidKeyError, jwt.InvalidTokenError)

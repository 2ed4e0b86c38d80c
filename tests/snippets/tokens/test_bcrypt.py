"""What bcrypt 5 says of long passwords, through passlib and alone."""

import hashlib
import logging
import secrets
import subprocess
import sys
import textwrap
import types
from typing import Any

import bcrypt
import pytest
from passlib.context import CryptContext
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher

from snippets.tokens import errors_bcrypt
from tests.snippets.tokens.coding import encode

TOO_LONG = (
    r"^password cannot be longer than 72 bytes, truncate manually if necessary"
    r" \(e\.g\. my_password\[:72\]\)$"
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The least work that bcrypt takes."""
    monkeypatch.setattr(errors_bcrypt, "ROUNDS", 4)


def test_passlib_fails_on_any_password() -> None:
    with pytest.raises(ValueError, match=TOO_LONG):
        errors_bcrypt.store("x")


def test_it_logs_that_it_cannot_read_the_version(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), pytest.raises(ValueError, match=TOO_LONG):
        errors_bcrypt.store("x")
    (record,) = caplog.records
    assert record.exc_info is not None
    assert record.getMessage() == "(trapped) error reading bcrypt version"
    assert repr(record.exc_info[1]).startswith("AttributeError(")
    assert str(record.exc_info[1]) == "module 'bcrypt' has no attribute '__about__'"


def test_so_does_the_verification_of_a_stored_one() -> None:
    stored = errors_bcrypt.hash_password("x")
    with pytest.raises(ValueError, match=TOO_LONG):
        CryptContext(schemes=["bcrypt"]).verify("x", stored)


def test_with_a_bcrypt_that_truncates_only_the_warning_is_left() -> None:
    """In a process of its own: passlib keeps a backend that once passed its test."""
    program = """
    import bcrypt
    from passlib.context import CryptContext
    refusing = bcrypt.hashpw
    bcrypt.hashpw = lambda raw, salt: refusing(raw[:72], salt)
    print(CryptContext(schemes=["bcrypt"], bcrypt__rounds=4).hash("x"))
    """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stderr.endswith("module 'bcrypt' has no attribute '__about__'\n")
    assert errors_bcrypt.verify_password("x", done.stdout.strip())
    assert not errors_bcrypt.verify_password("y", done.stdout.strip())


@pytest.mark.parametrize(
    "context",
    [
        {"schemes": ["bcrypt"], "bcrypt__truncate_error": True},
        {"schemes": ["bcrypt_sha256"]},
    ],
)
def test_no_setting_of_passlib_helps(context: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=TOO_LONG):
        CryptContext(**context).hash("x")


def test_nor_does_a_shorter_password_nor_a_second_try() -> None:
    """As in reports: a password of ten letters, truncated before it is handed over."""
    context = CryptContext(schemes=["bcrypt"], deprecated="auto")
    for _ in range(2):
        with pytest.raises(ValueError, match=TOO_LONG):
            context.hash("mypassword"[:72])


def test_the_hash_of_before_is_what_passlib_left() -> None:
    assert errors_bcrypt.verify_password("a" * 72, errors_bcrypt.LEFT)
    assert not errors_bcrypt.verify_password("a" * 71, errors_bcrypt.LEFT)


@pytest.mark.parametrize("ident", ["2a", "2b", "2y"])
def test_each_kind_that_passlib_has_written_is_verified(ident: str) -> None:
    stored = errors_bcrypt.LEFT.replace("$2b$", f"${ident}$")
    assert errors_bcrypt.verify_password("a" * 72, stored)


def test_argon2_has_no_such_limit() -> None:
    hashing = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    stored = hashing.hash("a" * 200)
    assert hashing.verify("a" * 200, stored)
    assert not hashing.verify("a" * 199 + "b", stored)


def test_pwdlib_raises_it_too_for_a_long_one_and_an_old_hash() -> None:
    with pytest.raises(ValueError, match=TOO_LONG):
        PasswordHash((BcryptHasher(),)).verify("a" * 80, errors_bcrypt.LEFT)


def test_the_report_of_a_random_password_that_is_too_long() -> None:
    """`token_urlsafe(64)` for a user who comes from another service: 86 characters."""
    with pytest.raises(ValueError, match=TOO_LONG):
        bcrypt.hashpw(secrets.token_urlsafe(64).encode(), bcrypt.gensalt(4))
    bcrypt.hashpw(secrets.token_urlsafe(48).encode(), bcrypt.gensalt(4))


def test_an_about_of_our_own_takes_away_the_warning_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    about = types.SimpleNamespace(__version__="5.0.0")
    monkeypatch.setattr(bcrypt, "__about__", about, raising=False)
    with pytest.raises(ValueError, match=TOO_LONG):
        errors_bcrypt.store("x")
    assert caplog.records == []


@pytest.mark.parametrize("password", ["a" * 73, "é" * 37, hashlib.sha512(b"x").hexdigest()])
def test_a_long_one_fails_without_passlib(password: str) -> None:
    with pytest.raises(ValueError, match=TOO_LONG):
        bcrypt.hashpw(password.encode(), bcrypt.gensalt(4))
    with pytest.raises(ValueError, match=TOO_LONG):
        bcrypt.checkpw(password.encode(), bcrypt.hashpw(b"x", bcrypt.gensalt(4)))


def test_72_characters_can_be_more_bytes() -> None:
    with pytest.raises(ValueError, match=TOO_LONG):
        bcrypt.hashpw(("é" * 80)[:72].encode(), bcrypt.gensalt(4))


@pytest.mark.parametrize("password", ["a" * 72, "é" * 36, "", "\0", "\ud800"])
def test_ours_takes_what_fits_and_knows_it_again(password: str) -> None:
    stored = errors_bcrypt.hash_password(password)
    assert errors_bcrypt.verify_password(password, stored)
    assert not errors_bcrypt.verify_password(f"{password[:-1]}x", stored)


@pytest.mark.parametrize("password", ["a" * 73, "é" * 37])
def test_ours_refuses_a_new_one_that_does_not(password: str) -> None:
    with pytest.raises(ValueError, match=r"^at most 72 bytes$"):
        errors_bcrypt.hash_password(password)


def test_a_long_one_that_was_truncated_when_stored_still_opens() -> None:
    stored = bcrypt.hashpw(b"a" * 72, bcrypt.gensalt(4)).decode()
    assert errors_bcrypt.verify_password("a" * 80, stored)
    assert not errors_bcrypt.verify_password("b" + "a" * 79, stored)


def test_it_is_cut_between_bytes_and_not_between_characters() -> None:
    stored = bcrypt.hashpw(("é" * 80).encode()[:72], bcrypt.gensalt(4)).decode()
    assert errors_bcrypt.verify_password("é" * 80, stored)
    assert not errors_bcrypt.verify_password("é" * 35, stored)


def test_truncated_tokens_of_one_user_are_all_the_same() -> None:
    first, second = (encode(sub="user-000000001", jti=jti) for jti in "ab")
    stored = bcrypt.hashpw(first.encode()[:72], bcrypt.gensalt(4))
    assert first != second
    assert bcrypt.checkpw(second.encode()[:72], stored)


def test_digested_before_they_are_two() -> None:
    from base64 import b64encode
    from hashlib import sha256

    def digest(token: str) -> bytes:
        return b64encode(sha256(token.encode()).digest())

    first, second = (encode(sub="user-000000001", jti=jti) for jti in "ab")
    stored = bcrypt.hashpw(digest(first), bcrypt.gensalt(4))
    assert len(digest(first)) == 44
    assert bcrypt.checkpw(digest(first), stored)
    assert not bcrypt.checkpw(digest(second), stored)


BCRYPT_SHA256 = f"$bcrypt-sha256$v=2,t=2b,r=12${'n' * 22}${'c' * 31}"


@pytest.mark.parametrize(
    "stored", ["", "no hash", "$argon2id$v=19$m=1,t=1,p=1$YQ$YQ", BCRYPT_SHA256]
)
def test_what_is_no_hash_of_bcrypt_is_another_error(stored: str) -> None:
    with pytest.raises(ValueError, match=r"^Invalid salt$"):
        errors_bcrypt.verify_password("x", stored)

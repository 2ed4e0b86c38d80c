"""Which hash is compared, and how many at a time."""

import asyncio
import contextlib
import threading
from typing import Literal

import bcrypt
import pytest
from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError, VerifyMismatchError
from hypothesis import given
from hypothesis import strategies as st
from pwdlib.exceptions import UnknownHashError

from snippets.tokens import naive_hashes, passwords, refusals
from snippets.tokens.accounts import Account
from snippets.tokens.hashes import LONGEST, Checked, Hashes, normal
from snippets.tokens.naive_passwords import verify_in_threads, verify_inline
from snippets.tokens.passwords import BusyError, Passwords
from snippets.tokens.refusals import PASSWORD, Counted, kinds

CHEAP = PasswordHasher(1, 8, parallelism=1)
# Named here, because to make the accounts, and their hashes, takes most of a second.
KINDS = ("no account", "this password", "another", "older parameters", "cut off", "MD5", "None")


@pytest.fixture(scope="module")
def accounts() -> dict[str, Account | None]:
    made = kinds()
    assert tuple(made) == KINDS
    return made


@given(st.text(max_size=20))
def test_a_normal_form_is_its_own(password: str) -> None:
    assert normal(normal(password).decode()) == normal(password)


def test_letters_with_their_accents_apart_are_the_same() -> None:
    assert normal("re\u0301ne\u0301") == normal("r\u00e9n\u00e9") == "r\u00e9n\u00e9".encode()


@pytest.mark.parametrize("password", ["a" * (LONGEST + 1), "\ud800"])
def test_what_is_too_long_or_no_text_is_refused(password: str) -> None:
    with pytest.raises(ValueError, match=r"longer than|surrogates"):
        normal(password)


@pytest.mark.parametrize("kind", KINDS)
def test_every_account_is_compared_once(kind: str, accounts: dict[str, Account | None]) -> None:
    account, hasher = accounts[kind], Counted()
    checked = Hashes(hasher).check(PASSWORD, account.password_hash if account else None)

    assert hasher.compared == 1
    assert checked.right == (kind in ("this password", "older parameters"))


@pytest.mark.parametrize(
    "stored", ["", "\xe9", "$argon2id$\x00", "$argon2id", "$argon2id$v=19$m=8"]
)
def test_so_is_one_whose_hash_is_none(stored: str) -> None:
    hasher = Counted(1, 8, parallelism=1)
    assert Hashes(hasher).check("", stored) == Checked(False)
    assert hasher.compared == 1


@pytest.mark.naive("snippets/tokens/naive_hashes.py")
def test_as_published_some_are_not_compared_and_some_are_errors(
    monkeypatch: pytest.MonkeyPatch, accounts: dict[str, Account | None]
) -> None:
    for kind, error in (("None", TypeError), ("MD5", UnknownHashError)):
        with pytest.raises(error):
            naive_hashes.is_right(PASSWORD, accounts[kind])
    assert [refusals.naive(accounts[k]) for k in ("None", "MD5")] == [
        "TypeError",
        "UnknownHashError",
    ]
    monkeypatch.setattr(naive_hashes, "password_hash", None)  # whoever compares now, fails
    assert not naive_hashes.is_right(PASSWORD, None)


def test_an_older_hash_is_renewed_for_who_knows_the_password() -> None:
    older = PasswordHasher(1, 16, parallelism=1).hash("right")
    hashes = Hashes(CHEAP)
    right, renewed = hashes.check("right", older)

    assert right
    assert renewed is not None
    assert not CHEAP.check_needs_rehash(renewed)
    assert hashes.check("right", renewed) == Checked(True)
    assert hashes.check("wrong", older) == Checked(False)


def test_no_memory_is_no_wrong_password() -> None:
    class Exhausted(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
            raise VerificationError("Memory allocation error")

    with pytest.raises(VerificationError, match="Memory"):
        Hashes(Exhausted(1, 8, parallelism=1)).check("x", CHEAP.hash("x"))


def test_nobody_has_a_password() -> None:
    class Lenient(PasswordHasher):
        """Takes any password for the hash of nobody."""

        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
            if not hash:
                raise VerificationError
            return True

    assert Hashes(Lenient(1, 8, parallelism=1)).check("x", None) == Checked(False)


class Held(Hashes):
    """Checks that end when they are let go."""

    def __init__(self) -> None:
        super().__init__(CHEAP)
        self.let_go = threading.Event()
        self.inside = 0
        self.most = 0
        self._lock = threading.Lock()

    def check(self, password: str, stored: str | None) -> Checked:
        """Waits, and compares."""
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        assert self.let_go.wait(30)
        with self._lock:
            self.inside -= 1
        return super().check(password, stored)


async def test_as_many_run_and_wait_as_may_and_the_rest_is_told_at_once() -> None:
    held = Held()
    guarded = Passwords(held, at_once=2, waiting=3)
    calls = [asyncio.create_task(guarded.verify("x", None)) for _ in range(8)]
    refused = [call for call in calls if isinstance(await failed(call), BusyError)]
    held.let_go.set()
    answers = await asyncio.gather(*calls, return_exceptions=True)

    assert len(refused) == 3
    assert answers.count(Checked(False)) == 5
    assert held.most <= 2
    assert await guarded.verify("x", None) == Checked(False)


async def failed(call: "asyncio.Task[Checked]") -> BaseException | None:
    """What was raised before anything was let go."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return call.exception() if call.done() else None


async def test_who_gives_up_while_waiting_leaves_the_place() -> None:
    held = Held()
    guarded = Passwords(held, at_once=1, waiting=1)
    first, second = (asyncio.create_task(guarded.verify("x", None)) for _ in range(2))
    assert await failed(second) is None
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    third = asyncio.create_task(guarded.verify("x", None))
    assert await failed(third) is None
    held.let_go.set()
    assert await first == await third == Checked(False)


async def test_who_gives_up_while_it_runs_keeps_the_place_until_the_thread_is_done() -> None:
    held = Held()
    guarded = Passwords(held, at_once=1, waiting=0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await guarded.verify("x", None)
    with pytest.raises(BusyError):
        await guarded.verify("x", None)
    held.let_go.set()


async def test_a_limiter_of_anyio_gives_the_place_away_while_the_thread_runs() -> None:
    held, limiter = Held(), CapacityLimiter(1)
    second = threading.Event()

    async def impatient() -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.01):
                await to_thread.run_sync(held.check, "x", None, limiter=limiter)

    await impatient()
    await to_thread.run_sync(second.set, limiter=limiter)  # beside the first, which still runs
    assert second.is_set()
    assert not held.let_go.is_set()
    held.let_go.set()


async def test_who_fails_leaves_the_place() -> None:
    guarded = Passwords(Hashes(CHEAP), at_once=1, waiting=0)
    for _ in range(3):
        with pytest.raises(ValueError, match="longer"):
            await guarded.verify("x" * 999, None)
    assert await guarded.hash("x") != ""


@pytest.mark.naive("snippets/tokens/naive_passwords.py")
async def test_on_the_loop_nobody_else_runs_meanwhile() -> None:
    ran: list[str] = []

    class Told(Hashes):
        def check(self, password: str, stored: str | None) -> Checked:
            ran.append("compared")
            return super().check(password, stored)

    async def other() -> None:
        ran.append("other")

    hashes = Told(CHEAP)
    calls = [asyncio.create_task(verify_inline(hashes, "x", None)) for _ in range(3)]
    await asyncio.gather(*calls, asyncio.create_task(other()))
    assert ran == ["compared", "compared", "compared", "other"]


@pytest.mark.naive("snippets/tokens/naive_passwords.py")
async def test_in_the_threads_of_all_forty_run_side_by_side() -> None:
    held = Held()
    calls = [asyncio.create_task(verify_in_threads(held, "x", None)) for _ in range(50)]
    for _ in range(1000):
        if held.inside == 40:
            break
        await asyncio.sleep(0.01)
    held.let_go.set()
    assert set(await asyncio.gather(*calls)) == {Checked(False)}
    assert held.most == 40


async def test_of_fifty_forty_two_are_compared_two_by_two() -> None:
    for _ in range(20):  # it used to depend on who was done before all had asked
        answers = await passwords.crowd(50)
        assert sum(isinstance(answer, BusyError) for answer in answers) == 8


def test_two_hashes_of_one_password_differ() -> None:
    assert Hashes(CHEAP).hash("x") != Hashes(CHEAP).hash("x")
    with pytest.raises(VerifyMismatchError):
        CHEAP.verify(CHEAP.hash("x"), "y")


def test_bcrypt_refuses_what_it_used_to_ignore() -> None:
    with pytest.raises(ValueError, match="cannot be longer than 72 bytes"):
        bcrypt.hashpw(b"a" * 73, bcrypt.gensalt(4))


def test_argon2_reads_all_of_a_long_password() -> None:
    hashes = Hashes(CHEAP)
    stored = hashes.hash("a" * 200 + "b")
    assert hashes.check("a" * 200 + "b", stored).right
    assert not hashes.check("a" * 200 + "c", stored).right

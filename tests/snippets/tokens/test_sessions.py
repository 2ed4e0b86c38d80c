"""How sessions go on and end."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

import lab
from snippets.tokens import naive_rotation, reuses, revoked, rotation, sessions
from snippets.tokens.access import CLOCK_SKEW
from snippets.tokens.accounts import create_account
from snippets.tokens.claims import LIFETIME
from snippets.tokens.revocations import Revocations
from snippets.tokens.rotation import rotate
from snippets.tokens.sessions import Reused, Session, open_session
from snippets.tokens.together import together


async def begun(pool: Any, email: str = "ann@shop.example") -> Session:
    account = await create_account(pool, email, "")
    session = await open_session(pool, account, "customer")
    assert session is not None
    return session


@pytest.mark.naive("snippets/tokens/naive_rotation.py")
async def test_who_looks_first_gives_twenty_tokens_for_one(dsn: str) -> None:
    assert await reuses.outcome(dsn, naive_rotation.rotate) == (20, 20)


@pytest.mark.naive("snippets/tokens/naive_rotation.py")
async def test_one_after_the_other_it_holds(accounts: Any) -> None:
    session = await begun(accounts)
    assert isinstance(await naive_rotation.rotate(accounts, session.token), Session)
    assert await naive_rotation.rotate(accounts, session.token) is None
    assert await naive_rotation.rotate(accounts, "unknown") is None


async def test_who_looks_by_using_gives_one_and_ends_the_session(dsn: str) -> None:
    assert await reuses.outcome(dsn, rotation.rotate) == (1, 0)


async def test_a_second_use_is_stored_though_it_is_an_error(accounts: Any) -> None:
    session = await begun(accounts)
    following = await rotate(accounts, session.token)
    assert isinstance(following, Session)
    assert following.id == session.id
    assert await rotate(accounts, session.token) == Reused(session.id)
    assert await rotate(accounts, session.token) == Reused(session.id)  # each is told
    assert await rotate(accounts, following.token) is None
    assert await rotate(accounts, "unknown") is None


async def test_a_token_that_could_not_be_used_is_not_used_up(accounts: Any) -> None:
    session = await begun(accounts)
    await accounts.execute("UPDATE account SET disabled = true")
    assert await rotate(accounts, session.token) is None
    await accounts.execute("UPDATE account SET disabled = false")
    assert isinstance(await rotate(accounts, session.token), Session)


async def test_who_is_disabled_begins_no_session(accounts: Any) -> None:
    session = await begun(accounts)
    await accounts.execute("UPDATE account SET disabled = true")
    assert await open_session(accounts, session.account, "customer") is None


@pytest.mark.parametrize("change", ["disabled = true", "password_hash = 'changed'"])
async def test_a_change_of_the_account_waits_for_sessions_that_begin(
    accounts: Any, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """So that whoever ends the sessions of an account then finds them all."""
    account = await create_account(accounts, "ann@shop.example", "")
    waited = 0

    async def meanwhile(*_: Any) -> None:
        nonlocal waited
        async with accounts.acquire() as other, other.transaction():
            await other.execute("SET LOCAL lock_timeout = '50ms'")
            with pytest.raises(asyncpg.LockNotAvailableError):
                await other.execute(f"UPDATE account SET {change}")
        waited += 1

    monkeypatch.setattr(sessions, "remember", meanwhile)
    assert await open_session(accounts, account, "customer") is not None
    assert waited == 1


async def test_sessions_that_have_expired_are_removed_with_their_tokens(accounts: Any) -> None:
    session = await begun(accounts)
    await accounts.execute("UPDATE session SET expires_at = now() - interval '1 s'")
    await open_session(accounts, session.account, "customer")
    assert await accounts.fetchval("SELECT count(*) FROM session") == 1
    assert await accounts.fetchval("SELECT count(*) FROM refresh_token") == 1


async def test_an_ended_session_is_known_with_redis_and_without(
    dsn: str, redis_lease: lab.RedisLease
) -> None:
    assert await revoked.outcome(dsn, redis_lease.url, redis_lease.prefix) == [
        "Redis up: (True, False)",
        "Redis down: (True, False)",
        "Redis forgets within 600 s: True",
    ]


async def test_without_redis_no_session_is_good_that_postgresql_does_not_know(
    accounts: Any,
) -> None:
    session = await begun(accounts)
    async with revoked.client(revoked.DOWN) as down:
        revocations = Revocations(accounts, down, "x:")
        assert not await revocations.ended(session.id)
        assert await revocations.ended(uuid4())
        for change in ("account SET disabled = true", "session SET expires_at = now()"):
            await accounts.execute(f"UPDATE {change}")
            assert await revocations.ended(session.id)
        with pytest.raises(RedisError):
            await revocations.end(session.id)
    assert await accounts.fetchval("SELECT ended_at IS NOT NULL FROM session")


async def test_all_of_an_account_end_and_no_others(
    accounts: Any, redis_lease: lab.RedisLease
) -> None:
    ann, bob = await begun(accounts), await begun(accounts, "bob@shop.example")
    second = await open_session(accounts, ann.account, "customer")
    assert second is not None
    async with Redis.from_url(redis_lease.url) as redis:
        revocations = Revocations(accounts, redis, redis_lease.prefix)
        await revocations.end(account=ann.account)
        ended = [await revocations.ended(one.id) for one in (ann, second, bob)]
    assert ended == [True, True, False]


def test_redis_remembers_longer_than_any_token_lives() -> None:
    assert Revocations.LIFE > LIFETIME + 2 * CLOCK_SKEW


async def test_calls_meet_and_their_errors_are_kept(accounts: Any) -> None:
    begun_calls = 0

    async def call() -> None:
        nonlocal begun_calls
        begun_calls += 1
        await accounts.execute("UPDATE account SET role = 'x'")
        assert begun_calls == 3  # all had begun
        raise asyncio.InvalidStateError

    lock = "LOCK TABLE account IN EXCLUSIVE MODE"
    answers = await together(accounts, lock, 3, call)
    assert [type(one) for one in answers] == [asyncio.InvalidStateError] * 3

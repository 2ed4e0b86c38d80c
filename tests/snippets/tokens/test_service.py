"""The service, asked as it is meant to be."""

import asyncio
from typing import Any

import asyncpg
import pytest
from argon2 import PasswordHasher

import lab
from snippets.tokens import answered, signing_in
from snippets.tokens.hashes import Hashes
from snippets.tokens.settings import Settings
from tests.snippets.tokens.conftest import PASSWORD, Service, Tokens


async def test_what_each_request_is_told(dsn: str, redis_lease: lab.RedisLease) -> None:
    settings = Settings(
        dsn=dsn,
        redis_url=redis_lease.url,
        prefix=redis_lease.prefix,
        keys={"june": b"j" * 32},
        origin="https://shop.example",
    )
    assert await answered.tour(settings) == [
        "sign up                     201",
        "sign up again               409",
        "wrong password              401 Bearer",
        "sign in                     201",
        "me, no token                401 Bearer",
        'me, bad token               401 Bearer error="invalid_token"',
        "me                          200",
        'report                      403 Bearer error="insufficient_scope"',
        "refresh, other site         403",
        "refresh                     200",
        'refresh, same token         401 Bearer error="invalid_token"',
        'me, session ended           401 Bearer error="invalid_token"',
    ]


async def test_an_administrator_sees_the_report(service: Service) -> None:
    await service.sign_up()
    await service.pool.execute("UPDATE account SET role = 'administrator'")
    tokens = Tokens.of(await service.sign_in())
    assert (await service.client.get("/report", headers=tokens.header)).status_code == 200


async def test_whoever_goes_on_has_the_role_of_today(service: Service) -> None:
    tokens = await service.begin()
    await service.pool.execute("UPDATE account SET role = 'administrator'")
    later = Tokens.of(await service.go_on(tokens.refresh))
    assert (await service.me(later.access)).json()["role"] == "administrator"


async def test_an_older_hash_is_renewed_at_the_sign_in(service: Service) -> None:
    older = Hashes(PasswordHasher(1, 16, parallelism=1)).hash(PASSWORD)
    await service.sign_up()
    await service.pool.execute("UPDATE account SET password_hash = $1", older)

    assert (await service.sign_in(password="wrong")).status_code == 401
    stored = "SELECT password_hash FROM account"
    assert await service.pool.fetchval(stored) == older
    assert (await service.sign_in()).status_code == 201
    assert await service.pool.fetchval(stored) != older
    assert (await service.sign_in()).status_code == 201


async def test_who_is_disabled_while_the_password_is_compared_is_refused(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.sign_up()
    verify = service.app.state.passwords.verify

    async def slow(*given: Any) -> Any:
        await service.pool.execute("UPDATE account SET disabled = true")
        return await verify(*given)

    monkeypatch.setattr(service.app.state.passwords, "verify", slow)
    assert (await service.sign_in()).status_code == 401


async def test_who_lost_the_answer_is_told_to_sign_in(service: Service) -> None:
    tokens = await service.begin()
    await service.go_on(tokens.refresh)  # and nothing arrives
    again = await service.go_on(tokens.refresh)
    assert again.status_code == 401
    assert again.json() == {"detail": "sign in again"}
    assert (await service.sign_in()).status_code == 201


async def test_a_422_says_where_and_no_more(service: Service) -> None:
    answer = await service.client.post("/accounts", json={"email": "x", "password": "short"})
    assert answer.json() == {
        "detail": [
            {"loc": ["body", "email"], "type": "value_error"},
            {"loc": ["body", "password"], "type": "too_short"},
        ]
    }


async def test_no_connection_is_held_while_passwords_are_compared(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.sign_up()
    idle: list[int] = []
    verify = service.app.state.passwords.verify

    async def counted(*given: Any) -> Any:
        idle.append(service.pool.get_size() - service.pool.get_idle_size())
        return await verify(*given)

    monkeypatch.setattr(service.app.state.passwords, "verify", counted)
    await service.sign_in()
    assert idle == [0]


def test_settings_do_not_tell_their_secrets(settings: Settings) -> None:
    for secret in (settings.dsn, settings.redis_url, "nnnn"):
        assert secret not in repr(settings)


async def test_a_short_key_ends_the_start(settings: Settings) -> None:
    from dataclasses import replace

    from snippets.tokens.service import create_app

    app = create_app(replace(settings, keys={"new": b"short"}))
    with pytest.raises(ValueError, match="fewer than 32 bytes"):
        async with app.router.lifespan_context(app):
            raise AssertionError


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.AdminShutdownError,
        asyncpg.CannotConnectNowError,
        asyncpg.TooManyConnectionsError,
        asyncpg.OutOfMemoryError,
        asyncpg.ReadOnlySQLTransactionError,
        asyncpg.ConnectionDoesNotExistError,
        asyncpg.InterfaceError,
        ConnectionRefusedError,
        TimeoutError,
    ],
)
async def test_a_database_that_cannot_now_is_a_503(
    service: Service, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    async def fail(*_: Any) -> Any:
        raise error("not now")

    monkeypatch.setattr(signing_in, "find_account", fail)
    answer = await service.sign_in()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


async def test_twenty_sign_ins_at_once_are_twenty_sessions(service: Service) -> None:
    await service.sign_up()
    for _ in range(5):
        await service.sign_in()
    await service.pool.execute("UPDATE session SET expires_at = now() - interval '1 s'")
    answers = await asyncio.gather(*(service.sign_in() for _ in range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert await service.pool.fetchval("SELECT count(*) FROM session") == 20

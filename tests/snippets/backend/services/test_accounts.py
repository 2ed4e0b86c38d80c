"""Accounts and sessions over HTTP: who gets in, how often, and until when."""

import asyncio
import threading
from collections import Counter
from typing import Any

import httpx
import pytest

from snippets.backend.security.access import Keyring
from snippets.backend.security.passwords import Checked, Passwords
from snippets.backend.services.accounts import address_key
from tests.snippets.backend.conftest import NOWHERE
from tests.snippets.backend.shop import Configure, Shop, is_problem, names, opened

PASSWORD = "correct horse battery staple"


def credentials(address: str | None = None, password: str = PASSWORD) -> dict[str, str]:
    return {"email": address or f"{next(names)}@example.com", "password": password}


async def signed_up(shop: Shop) -> dict[str, str]:
    body = credentials()
    (await shop.client.post("/accounts", json=body)).raise_for_status()
    return body


async def tokens(shop: Shop, body: dict[str, str]) -> Any:
    return (await shop.client.post("/tokens", json=body)).raise_for_status().json()


async def refresh(shop: Shop, token: str) -> httpx.Response:
    return await shop.client.post("/tokens/refresh", json={"refresh_token": token})


async def test_an_address_is_one_account_however_it_is_written(shop: Shop) -> None:
    body = credentials()
    spellings = [body["email"], body["email"].upper(), body["email"].replace("e", "\uff45")]
    crowd = [shop.client.post("/accounts", json=body | {"email": one}) for one in spellings * 3]
    answers = await asyncio.gather(*crowd)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 8}
    assert (await tokens(shop, body | {"email": spellings[1]}))["token_type"] == "bearer"


@pytest.mark.parametrize("address", ["a@b@c", "a b@c", "@b", "a@", "a\n@b", "a" * 255 + "@b"])
def test_what_is_no_address_has_no_key(address: str) -> None:
    with pytest.raises(ValueError, match="not an e-mail address"):
        address_key(address)


def test_what_looks_the_same_is_the_same_address() -> None:
    assert address_key("\u3391@EXAMPLE.com") == "khz@example.com"  # three letters in one


async def test_a_password_is_the_same_from_every_keyboard(shop: Shop) -> None:
    body = credentials(password="ä" * 15)
    (await shop.client.post("/accounts", json=body)).raise_for_status()
    await tokens(shop, body | {"password": "a\u0308" * 15})


async def test_unknown_and_wrong_get_the_same_answer_for_the_same_work(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    body, compared, answers = await signed_up(shop), list[str](), list[bytes]()
    hasher = shop.resources.passwords._hasher
    verify = type(hasher).verify

    def counted(self: object, stored: str, given: bytes) -> bool:
        if stored.startswith("$argon2id$"):
            compared.append(stored)
        return verify(hasher, stored, given)

    monkeypatch.setattr(type(hasher), "verify", counted)
    for wrong in (credentials(), body | {"password": "another"}):
        answer = await shop.client.post("/tokens", json=wrong)
        assert is_problem(answer, 401)
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        answers.append(answer.content)
    assert answers[0] == answers[1]
    assert len(compared) == 2


async def test_a_hash_with_old_parameters_is_renewed(configure: Configure) -> None:
    async with opened(configure()) as shop:
        body = await signed_up(shop)
    stored = "SELECT password_hash FROM account WHERE email = $1"
    async with opened(configure(argon2_passes=2)) as shop:
        old = await shop.database.fetchval(stored, body["email"])
        await tokens(shop, body)
        new = await shop.database.fetchval(stored, body["email"])
        assert "t=2" in new.split("$")[3]
        await tokens(shop, body)
        assert await shop.database.fetchval(stored, body["email"]) == new != old


async def test_a_refresh_token_is_good_for_once(shop: Shop) -> None:
    first = await tokens(shop, await signed_up(shop))
    second = (await refresh(shop, first["refresh_token"])).raise_for_status().json()
    reused = await refresh(shop, first["refresh_token"])
    assert is_problem(reused, 401)
    assert "invalid_token" in reused.headers["WWW-Authenticate"]
    # Nobody can tell which of both was stolen, so the session has ended for both.
    assert is_problem(await refresh(shop, second["refresh_token"]), 401)


async def test_a_token_that_is_used_ten_times_at_once_is_used_once(shop: Shop) -> None:
    token = (await tokens(shop, await signed_up(shop)))["refresh_token"]
    answers = await asyncio.gather(*(refresh(shop, token) for _ in range(10)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 401: 9}
    following = next(answer.json() for answer in answers if answer.status_code == 200)
    assert is_problem(await refresh(shop, following["refresh_token"]), 401)


async def test_signing_out_ends_the_session_and_no_other(shop: Shop) -> None:
    body = await signed_up(shop)
    other, out = await tokens(shop, body), await tokens(shop, body)
    revoke = {"refresh_token": out["refresh_token"]}
    for _ in range(2):
        assert (await shop.client.post("/tokens/revoke", json=revoke)).status_code == 204
    assert is_problem(await refresh(shop, out["refresh_token"]), 401)
    assert (await refresh(shop, other["refresh_token"])).status_code == 200
    assert is_problem(await refresh(shop, "never issued"), 401)


async def test_a_session_ends_by_itself_and_is_cleared(shop: Shop) -> None:
    body = await signed_up(shop)
    token = (await tokens(shop, body))["refresh_token"]
    mine = "account_id = (SELECT id FROM account WHERE email = $1)"
    await shop.database.execute(
        f"UPDATE session SET expires_at = now() WHERE {mine}", body["email"]
    )
    assert is_problem(await refresh(shop, token), 401)
    await tokens(shop, body)
    count = f"SELECT count(*) FROM session WHERE {mine}"
    assert await shop.database.fetchval(count, body["email"]) == 1


async def test_tokens_are_stored_by_their_digests(shop: Shop) -> None:
    token = (await tokens(shop, await signed_up(shop)))["refresh_token"]
    stored = await shop.database.fetch("SELECT digest FROM refresh_token")
    assert all(token.encode() not in digest for (digest,) in stored)


@pytest.mark.parametrize("redis_url", [None, NOWHERE])
async def test_guesses_are_counted_with_redis_and_without(
    configure: Configure, redis_url: str | None
) -> None:
    more = {"redis_url": redis_url} if redis_url else {}
    limits = {"attempts_by_account": "3 per 15 minutes", "attempts_by_network": "5 per 1 hour"}
    async with opened(configure(**limits, **more)) as shop:
        guess = credentials()
        crowd = [shop.client.post("/tokens", json=guess) for _ in range(4)]
        answers = await asyncio.gather(*crowd)
        assert Counter(answer.status_code for answer in answers) == {401: 3, 429: 1}
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert is_problem(refused, 429)
        assert refused.headers["Retry-After"] == "900"
        other = [await shop.client.post("/tokens", json=credentials()) for _ in range(2)]
        assert [answer.status_code for answer in other] == [401, 429]
        assert other[1].headers["Retry-After"] == "3600"
        assert is_problem(await shop.client.post("/accounts", json=credentials()), 429)


async def test_argon2_is_busy_before_it_takes_all_memory(
    configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()

    def slow(self: Passwords, given: bytes, stored: str | None) -> Checked:
        go.wait()
        return Checked(right=False)

    monkeypatch.setattr(Passwords, "_check", slow)
    async with opened(configure(argon2_at_once=1, argon2_waiting=2)) as shop:
        passwords = shop.resources.passwords
        inside = [asyncio.create_task(passwords.check("x", None)) for _ in range(3)]
        await asyncio.sleep(0)
        inside[0].cancel()  # nobody waits for it, and its thread works on
        await asyncio.sleep(0)
        refused = await shop.client.post("/tokens", json=credentials())
        assert is_problem(refused, 503)
        assert refused.json()["detail"] == "too many requests in service"
        go.set()
        await asyncio.gather(*inside, return_exceptions=True)
        assert (await passwords.check("x", None)).right is False


async def test_access_is_for_five_minutes_and_a_role(shop: Shop) -> None:
    given = await tokens(shop, await signed_up(shop))
    assert given["expires_in"] == 300
    who = {"Authorization": f"Bearer {given['access_token']}"}
    body = {"name": "Tea", "price_cents": 1, "stock": 1}
    forbidden = await shop.client.post("/products", json=body, headers=who)
    assert is_problem(forbidden, 403)
    assert "insufficient_scope" in forbidden.headers["WWW-Authenticate"]
    assert is_problem(await shop.client.post("/products", json=body), 401)


async def test_a_token_of_somebody_else_is_none(shop: Shop) -> None:
    answer = await shop.client.get("/orders", headers={"Authorization": "Bearer x.y.z"})
    assert is_problem(answer, 401)
    assert "invalid_token" in answer.headers["WWW-Authenticate"]


async def test_a_key_can_be_changed(configure: Configure) -> None:
    async with opened(configure()) as shop:
        who = await shop.account()
    following = {"secret_key": "n" * 32, "previous_secret_key": "k" * 32}
    async with opened(configure(**following)) as shop:
        assert (await shop.client.get("/orders", headers=who)).status_code == 200
        new = await shop.account()
    with pytest.raises(Exception, match="another key"):
        Keyring(configure()).read(new["Authorization"].removeprefix("Bearer "))

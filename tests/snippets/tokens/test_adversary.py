"""Somebody who wants in, over a socket, with everything that came to mind."""

import asyncio
import base64
import hashlib
import hmac
import json
import sys
import threading
import time
import unicodedata
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import product
from typing import Any, Literal

import asyncpg
import httpx
import pytest
from argon2 import PasswordHasher
from argon2.exceptions import HashingError, VerificationError
from redis.asyncio import Redis

from snippets.tokens.browsers import COOKIE
from snippets.tokens.hashes import Hashes
from snippets.tokens.served import served
from snippets.tokens.service import create_app
from snippets.tokens.settings import Settings
from tests.snippets.tokens.conftest import PASSWORD, Service, Tokens, without_redis

ANN, BOB = "ann@shop.example", "bob@shop.example"


@asynccontextmanager
async def serving(settings: Settings, **options: Any) -> AsyncIterator[Service]:
    app = create_app(settings)
    async with served(app, **options) as client:
        client.timeout = httpx.Timeout(20)
        yield Service(app, client, app.state.pool)


def part(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def token_of(claims: bytes | dict[str, Any], key: bytes = b"n" * 32, **header: Any) -> str:
    """A token whose parts no library has looked at."""
    head = {"alg": "HS256", "typ": "at+jwt", "kid": "new"} | header
    body = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    signed = part(json.dumps(head).encode()) + b"." + part(body)
    return (signed + b"." + part(hmac.new(key, signed, hashlib.sha256).digest())).decode()


def claims_of(service: Service, **changed: Any) -> dict[str, Any]:
    now = int(time.time())
    claims = {
        "iss": service.app.state.settings.issuer,
        "aud": service.app.state.settings.audience,
        "iat": now,
        "exp": now + 300,
        "sub": "1",
        "sid": str(uuid.uuid4()),
        "role": "administrator",
    }
    return {name: value for name, value in (claims | changed).items() if value != "absent"}


async def test_the_key_alone_would_let_anybody_in(service: Service) -> None:
    """What the tests below change is what refuses: unchanged, it is taken."""
    assert (await service.me(token_of(claims_of(service)))).status_code == 200


HEADERS: list[Any] = [
    {"alg": "none"},
    {"alg": "None"},
    {"alg": ""},
    {"alg": None},
    {"alg": ["HS256"]},
    {"alg": "HS512"},
    {"alg": "RS256"},
    {"typ": "JWT"},
    {"typ": None},
    {"typ": "reset+jwt"},
    {"typ": ["at+jwt"]},
    {"kid": "unknown"},
    {"kid": ""},
    {"kid": None},
    {"kid": 1},
    {"kid": ["new"]},
    {"kid": {"new": 1}},
    {"kid": "../../dev/null"},
    {"kid": "new' OR '1'='1"},
    {"kid": "old"},
    {"b64": False, "crit": ["b64"]},
    {"crit": ["exp"]},
    {"zip": "DEF", "enc": "A128GCM", "alg": "dir"},
]


async def test_no_header_gets_in(service: Service) -> None:
    for header in HEADERS:
        answer = await service.me(token_of(claims_of(service), **header))

        assert answer.status_code == 401, header
        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


async def test_no_key_that_the_token_brings_gets_in(service: Service) -> None:
    for key, named in product((b"x" * 32, b"o" * 32, b"n" * 31, b""), ("jwk", "jku", "x5u", "x5c")):
        own = {"kty": "oct", "k": part(key).decode()}
        brought = own if named == "jwk" else "https://evil.example"
        token = token_of(claims_of(service), key, **{named: brought})
        assert (await service.me(token)).status_code == 401, (key, named)


CLAIMS: list[Any] = [
    *({claim: "absent"} for claim in ("iss", "aud", "iat", "exp", "sub", "sid", "role")),
    *({claim: None} for claim in ("iss", "aud", "iat", "exp", "sub", "sid", "role")),
    {"iss": "https://evil.example"},
    {"iss": ["https://accounts.example"]},
    {"aud": "https://mail.example"},
    {"aud": ["https://api.example", "https://mail.example"]},
    {"aud": {"https://api.example": 1}},
    {"exp": 0},
    {"exp": True},
    {"exp": "9999999999"},
    {"exp": 9999999999},
    {"exp": 10**400},
    {"exp": -1},
    {"exp": 1.5e300},
    {"exp": []},
    {"iat": 9999999999},
    {"iat": 0},
    {"iat": "0"},
    {"nbf": 9999999999},
    {"nbf": "soon"},
    {"sub": 1},
    {"sub": ""},
    {"sub": "-1"},
    {"sub": "1 OR 1=1"},
    {"sub": "1\n"},
    {"sub": "\u0661"},
    {"sub": "9" * 19},
    {"sub": ["1"]},
    {"sid": "not one"},
    {"sid": 7},
    {"sid": {}},
    {"role": ["administrator"]},
    {"role": {"administrator": True}},
    {"jti": 5},
]


async def test_no_claim_of_another_kind_gets_in(service: Service) -> None:
    for changed in CLAIMS:
        answer = await service.me(token_of(claims_of(service, **changed)))
        assert answer.status_code == 401, changed


BODIES: list[Any] = [
    b"[]",
    b"null",
    b"1",
    b'"admin"',
    b"",
    b"{",
    b"\xff\xfe",
    b"[" * 1000,
    b'{"exp": NaN}',
    b'{"exp": Infinity}',
    b'{"sub": "\\ud800"}',
]


async def test_no_other_body_gets_in(service: Service) -> None:
    for body in BODIES:
        assert (await service.me(token_of(body))).status_code == 401, body


async def test_no_number_that_is_none_gets_in(service: Service) -> None:
    numbers = ("NaN", "Infinity", "-Infinity", "1e400")
    for claim, number in product(("exp", "iat", "nbf"), numbers):
        text = json.dumps(claims_of(service, **{claim: "here"})).replace('"here"', number)
        answer = await service.me(token_of(text.encode()))
        assert answer.status_code == 401, (claim, number)


async def test_clocks_may_differ_by_seconds_and_no_more(service: Service) -> None:
    now = int(time.time())
    told = {}
    for late in (5, 60):
        past = claims_of(service, iat=now - 300 - late, exp=now - late)
        ahead = claims_of(service, iat=now + late, exp=now + 300 + late)
        told[late] = [(await service.me(token_of(c))).status_code for c in (past, ahead)]
    assert told == {5: [200, 200], 60: [401, 401]}


SENT: list[str | bytes] = [
    "",
    " ",
    "Bearer",
    "Bearer ",
    "Bearer null",
    "Bearer undefined",
    "Bearer a.b.c",
    "Bearer ...",
    "Bearer e30.e30.",
    "Bearer " + "." * 3000,
    "Bearer " + "a" * 40_000,
    "Bearer x y",
    "Basic YW5uOnBhc3N3b3Jk",
    "Basic",
    "Token x",
    "Digest x",
    b"Bearer \xff\xfe.\xfd.\xfc",
]


async def test_no_other_credential_gets_in(service: Service) -> None:
    port = service.client.base_url.port
    for sent in SENT:
        raw = sent if isinstance(sent, bytes) else sent.encode()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = b"GET /me HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: "
        writer.write(head + raw + b"\r\n\r\n")
        answer = (await reader.read()).lower()
        writer.close()
        await writer.wait_closed()
        assert answer.startswith(b"http/1.1 401 "), sent
        assert b"\r\nwww-authenticate: bearer" in answer, sent


async def test_a_good_token_elsewhere_gets_nobody_in(service: Service) -> None:
    tokens = await service.begin()
    client, access = service.client, tokens.access
    ways = [
        await client.get("/me", params={"access_token": access, "token": access}),
        await client.get("/me", headers={"Cookie": f"access_token={access}; token={access}"}),
        await client.get("/me", headers={"X-Access-Token": access}),
        await client.get("/me", headers={"Proxy-Authorization": f"Bearer {access}"}),
        await client.get("/me", headers={"Authorization": access}),
        await client.get("/me", headers={"Authorization": f"Bearer Bearer {access}"}),
        await client.get("/me", headers={"Authorization": f'Bearer "{access}"'}),
    ]
    assert [answer.status_code for answer in ways] == [401] * len(ways)


async def test_nobody_promotes_himself(service: Service) -> None:
    tokens = await service.begin()
    head, body, signature = tokens.access.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    forged = part(json.dumps(claims | {"role": "administrator"}).encode()).decode()
    report = "/report"
    told = [
        (await service.client.get(report)).status_code,
        (await service.client.get(report, headers=tokens.header)).status_code,
    ]
    for access in (
        f"{head}.{forged}.{signature}",
        f"{head}.{forged}.",
        f"{head}.{forged}",
        f"{head}.{body}.{signature[:-2]}",
        f"{head}.{body}.{signature}.",
    ):
        header = {"Authorization": f"Bearer {access}"}
        told.append((await service.client.get(report, headers=header)).status_code)
    assert told == [401, 403, *[401] * 5]


async def test_what_a_client_adds_to_its_sign_up_is_not_stored(service: Service) -> None:
    body = {"email": ANN, "password": PASSWORD, "role": "administrator", "id": 7}
    body |= {"password_hash": "x", "disabled": False, "email_key": BOB}
    assert (await service.client.post("/accounts", json=body)).status_code == 201
    tokens = Tokens.of(await service.sign_in())

    assert (await service.me(tokens.access)).json() == {"account": "1", "role": "customer"}
    assert (await service.client.get("/report", headers=tokens.header)).status_code == 403


async def test_one_kind_of_token_is_not_taken_for_the_other(service: Service) -> None:
    tokens = await service.begin()

    assert (await service.me(tokens.refresh)).status_code == 401
    assert (await service.go_on(tokens.access)).status_code == 401
    assert (await service.me(tokens.access)).status_code == 200  # and nothing has ended


GUESSES: list[str] = [
    "",
    "x",
    "a" * 7000,
    "' OR used_at IS NULL --",
    "\xff",
    "%00",
    '"quoted"',
    "null",
]


async def test_no_guess_continues_a_session(service: Service) -> None:
    tokens = await service.begin()
    for token in GUESSES:
        headers = [(b"Cookie", f"{COOKIE}={token}".encode("latin-1"))]
        answer = await service.client.post("/sessions/refresh", headers=headers)
        assert answer.status_code == 401, token

    assert (await service.go_on(tokens.refresh)).status_code == 200


async def test_a_stored_digest_continues_no_session(service: Service) -> None:
    await service.begin()
    for (digest,) in await service.pool.fetch("SELECT digest FROM refresh_token"):
        for spelling in (digest.hex(), part(digest).decode()):
            assert (await service.go_on(spelling)).status_code == 401


async def test_twenty_uses_at_once_give_one_token_that_is_worth_nothing(
    service: Service,
) -> None:
    tokens = await service.begin()
    answers = await asyncio.gather(*(service.go_on(tokens.refresh) for _ in range(20)))
    given = [Tokens.of(answer) for answer in answers if answer.status_code == 200]

    assert Counter(answer.status_code for answer in answers) == {200: 1, 401: 19}
    assert (await service.go_on(given[0].refresh)).status_code == 401
    for access in (tokens.access, given[0].access):
        assert (await service.me(access)).status_code == 401


async def test_a_thief_and_the_owner_both_have_to_sign_in(service: Service) -> None:
    owner = await service.begin()
    thief = Tokens.of(await service.go_on(owner.refresh))
    assert (await service.go_on(owner.refresh)).status_code == 401  # the owner comes second

    for tokens in (owner, thief):
        assert (await service.me(tokens.access)).status_code == 401
        assert (await service.go_on(tokens.refresh)).status_code == 401


async def test_a_token_of_long_ago_ends_the_session_of_today(service: Service) -> None:
    first = await service.begin()
    last = first
    for _ in range(3):
        last = Tokens.of(await service.go_on(last.refresh))
    assert (await service.go_on(first.refresh)).status_code == 401
    assert (await service.go_on(last.refresh)).status_code == 401


async def test_it_ends_that_session_alone(service: Service) -> None:
    phone = await service.begin()
    laptop = Tokens.of(await service.sign_in())
    await service.go_on(phone.refresh)
    await service.go_on(phone.refresh)

    assert (await service.me(laptop.access)).status_code == 200
    assert (await service.go_on(laptop.refresh)).status_code == 200


async def test_a_session_ends_on_its_day_however_often_it_went_on(service: Service) -> None:
    tokens = Tokens.of(await service.go_on((await service.begin()).refresh))
    await service.pool.execute("UPDATE session SET expires_at = now()")
    assert (await service.go_on(tokens.refresh)).status_code == 401


@pytest.mark.parametrize("path", ["/sessions/current", "/sessions"])
async def test_who_has_signed_out_is_out(service: Service, path: str) -> None:
    tokens, other = await service.begin(), Tokens.of(await service.sign_in())
    for _ in range(2):  # and may say so twice
        answer = await service.client.delete(path, headers=tokens.header)
        assert answer.status_code == 204
        assert f'{COOKIE}=""; ' in answer.headers["set-cookie"]

    assert (await service.me(tokens.access)).status_code == 401
    assert (await service.go_on(tokens.refresh)).status_code == 401
    expected = 200 if path == "/sessions/current" else 401
    assert (await service.me(other.access)).status_code == expected
    assert (await service.go_on(other.refresh)).status_code == expected


async def test_nobody_signs_somebody_else_out(service: Service) -> None:
    ann, bob = await service.begin(ANN), await service.begin(BOB)
    await service.client.delete("/sessions", headers=bob.header)

    assert (await service.me(ann.access)).status_code == 200
    assert (await service.me(bob.access)).status_code == 401


async def test_whose_account_is_disabled_is_refused_like_everybody(service: Service) -> None:
    tokens = await service.begin()
    await service.pool.execute("UPDATE account SET disabled = true")
    right, wrong = await service.sign_in(), await service.sign_in(password="wrong")

    assert (right.status_code, right.text) == (wrong.status_code, wrong.text) == (401, wrong.text)
    assert (await service.go_on(tokens.refresh)).status_code == 401
    await service.app.state.revocations.end(account=1)
    assert (await service.me(tokens.access)).status_code == 401


async def test_no_other_site_acts_in_a_browser(service: Service) -> None:
    tokens = await service.begin()
    body = {"email": ANN, "password": PASSWORD}
    origins = ("https://evil.example", "null", "", "https://shop.example:1", "http://shop.example")
    acts = [
        ("POST", "/accounts"),
        ("POST", "/sessions"),
        ("POST", "/sessions/refresh"),
        ("DELETE", "/sessions"),
        ("DELETE", "/sessions/current"),
    ]
    for origin, (method, path) in product(origins, acts):
        headers = tokens.header | {"Cookie": f"{COOKIE}={tokens.refresh}", "Origin": origin}
        answer = await service.client.request(method, path, json=body, headers=headers)
        assert answer.status_code == 403, (origin, path)
        assert "set-cookie" not in answer.headers

    assert (await service.me(tokens.access)).status_code == 200
    assert (await service.go_on(tokens.refresh)).status_code == 200


async def test_our_own_page_acts(service: Service) -> None:
    tokens = await service.begin()
    assert (await service.go_on(tokens.refresh, Origin="https://shop.example")).status_code == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
async def test_no_form_signs_in(service: Service, kind: str) -> None:
    """What a page of another site may send without asking is no JSON."""
    await service.sign_up()
    content = json.dumps({"email": ANN, "password": PASSWORD})
    headers = {"Content-Type": kind} if kind else {}
    answer = await service.client.post("/sessions", content=content, headers=headers)
    assert answer.status_code == 422


async def guess(service: Service, times: int, **given: Any) -> Counter[int]:
    calls = (service.sign_in(password=f"guess {n}", **given) for n in range(times))
    return Counter(answer.status_code for answer in await asyncio.gather(*calls))


@pytest.mark.parametrize("redis", ["up", "down"])
async def test_guesses_at_once_are_as_many_as_guesses_in_turn(
    settings: Settings, redis: str
) -> None:
    limited = replace(settings, by_account="5 per 15 minutes")
    async with serving(limited if redis == "up" else without_redis(limited)) as service:
        await service.sign_up()

        assert await guess(service, 20) == {401: 5, 429: 15}
        answer = await service.sign_in()
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "900")


@pytest.mark.parametrize("redis", ["up", "down"])
async def test_nor_does_it_help_to_guess_at_many_accounts(settings: Settings, redis: str) -> None:
    limited = replace(settings, by_network="5 per 15 minutes")
    async with serving(limited if redis == "up" else without_redis(limited)) as service:
        calls = (service.sign_in(f"user{n}@shop.example") for n in range(20))
        told = Counter(answer.status_code for answer in await asyncio.gather(*calls))
    assert told == {401: 5, 429: 15}


@pytest.mark.parametrize(
    "spelling",
    [
        "ANN@SHOP.EXAMPLE",
        "Ann@shop.example",
        "\uff41\uff4e\uff4e@shop.example",
        "ann\uff20shop.example",
        "ann@\U0001d4c8hop.example",
    ],
)
async def test_nor_to_spell_the_address_in_other_ways(settings: Settings, spelling: str) -> None:
    async with serving(replace(settings, by_account="5 per 15 minutes")) as service:
        await service.sign_up()
        assert await guess(service, 5) == {401: 5}
        assert (await service.sign_in(spelling)).status_code == 429


async def test_nor_to_say_that_one_comes_from_elsewhere(settings: Settings) -> None:
    async with serving(replace(settings, by_network="5 per 15 minutes")) as service:
        told = Counter[int]()
        for n in range(8):
            forged = f"203.0.113.{n}"
            names = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP")
            headers = dict.fromkeys(names, forged)
            answer = await service.sign_in(f"user{n}@shop.example", **headers)
            told[answer.status_code] += 1
    assert told == {401: 5, 429: 3}


async def test_nor_to_say_so_to_a_proxy_that_adds_what_it_sees(settings: Settings) -> None:
    limited = replace(settings, by_network="5 per 15 minutes")
    async with serving(limited, forwarded_allow_ips="127.0.0.1") as service:
        told = Counter[int]()
        for n in range(8):
            forwarded = f"203.0.113.{n}, 198.51.100.7"
            header = {"X-Forwarded-For": forwarded}
            answer = await service.sign_in(f"user{n}@shop.example", **header)
            told[answer.status_code] += 1
    assert told == {401: 5, 429: 3}


async def test_one_token_in_two_spellings_is_of_one_session(service: Service) -> None:
    """PyJWT takes padding: a list of the texts of tokens would miss the second."""
    tokens = await service.begin()
    other = f"{tokens.access}="
    assert (await service.me(other)).status_code == 200
    await service.client.delete("/sessions/current", headers=tokens.header)
    assert (await service.me(other)).status_code == 401


async def test_nor_to_sign_in_oneself_in_between(settings: Settings) -> None:
    async with serving(replace(settings, by_network="6 per 15 minutes")) as service:
        await service.sign_up(BOB)  # counts, too
        told = []
        for n in range(3):
            told.append((await service.sign_in(ANN, f"guess {n}")).status_code)
            told.append((await service.sign_in(BOB)).status_code)
    assert told == [401, 201, 401, 201, 401, 429]


async def test_a_redis_that_says_nothing_holds_nobody_and_lets_nobody_in(
    settings: Settings,
) -> None:
    over, listening = asyncio.Event(), set[asyncio.Task[Any] | None]()

    async def listen(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        listening.add(asyncio.current_task())
        await over.wait()
        writer.close()
        await writer.wait_closed()

    silent = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    limited = replace(
        settings,
        redis_url=f"redis://127.0.0.1:{port}/0",
        redis_wait_s=0.05,
        by_account="5 per 15 minutes",
    )
    async with serving(limited) as service:
        tokens = await service.begin()
        assert await guess(service, 20) == {401: 4, 429: 16}
        assert (await service.me(tokens.access)).status_code == 200
        # It has ended, and Redis does not know: say so again.
        ended = await service.client.delete("/sessions/current", headers=tokens.header)
        assert (ended.status_code, ended.headers["retry-after"]) == (503, "2")
        assert (await service.me(tokens.access)).status_code == 401
    over.set()
    await asyncio.gather(*filter(None, listening))
    silent.close()


async def test_who_signed_out_while_redis_was_down_stays_out_after_saying_so_again(
    settings: Settings,
) -> None:
    async with serving(without_redis(settings)) as service:
        tokens = await service.begin()
        await service.client.delete("/sessions/current", headers=tokens.header)
        assert (await service.me(tokens.access)).status_code == 401
        assert (await service.go_on(tokens.refresh)).status_code == 401
    async with serving(settings) as service:  # Redis is back, and has not heard
        again = await service.client.delete("/sessions/current", headers=tokens.header)
        assert again.status_code == 204
        assert (await service.me(tokens.access)).status_code == 401


async def test_a_second_use_ends_the_session_though_redis_is_down(settings: Settings) -> None:
    async with serving(without_redis(settings)) as service:
        tokens = await service.begin()
        following = Tokens.of(await service.go_on(tokens.refresh))
        for _ in range(2):
            assert (await service.go_on(tokens.refresh)).status_code == 503
        assert (await service.go_on(following.refresh)).status_code == 401
        assert (await service.me(following.access)).status_code == 401


async def test_who_has_no_account_is_told_what_everybody_is(service: Service) -> None:
    await service.sign_up()
    told = []
    for email in (ANN, BOB):
        answer = await service.sign_in(email, "incorrect horse")
        headers = {name: value for name, value in answer.headers.items() if name != "date"}
        told.append((answer.status_code, answer.text, headers))
    assert told[0] == told[1]


@pytest.mark.parametrize(
    "stored", [None, "", "5f4dcc3b5aa765d61d8327deb882cf99", "$argon2id$", "\xe9"]
)
async def test_an_account_without_a_usable_hash_is_no_error_and_no_way_in(
    service: Service, stored: str | None
) -> None:
    await service.sign_up()
    await service.pool.execute("UPDATE account SET password_hash = $1", stored)
    for password in (PASSWORD, "", "None", stored or ""):
        assert (await service.sign_in(password=password)).status_code == 401


PASSWORDS: list[Any] = [
    None,
    7,
    True,
    [],
    {},
    ["x"],
    {"x": 1},
    float("nan"),
    "a" * 257,
    "\ud800" * 20,
]


@pytest.mark.parametrize("path", ["/accounts", "/sessions"])
async def test_what_is_no_password_is_a_422(service: Service, path: str) -> None:
    for password in PASSWORDS:
        content = json.dumps({"email": ANN, "password": password})
        headers = {"Content-Type": "application/json"}
        answer = await service.client.post(path, content=content, headers=headers)
        assert answer.status_code == 422, password


CONTENTS: list[tuple[bytes, int]] = [
    (b"", 422),
    (b"[]", 422),
    (b"null", 422),
    (b"{", 422),
    (b"\xff", 400),
    (b"[" * 8000, 400 if sys.version_info < (3, 13) else 422),  # from then on it reads as deep
    (b'{"email": "ann@shop.example", "password": "\\ud800\\ud800\\ud800aaaaaaaaaaaaaaa"}', 422),
    (b'{"email": "\\ud800@shop.example", "password": "correct horse battery"}', 422),
    (b'{"\\ud800": NaN, "email": NaN, "password": 1e999}', 422),
    (b'{"password": "' + b"a" * 1_000_000 + b'"}', 413),
]


@pytest.mark.parametrize("path", ["/accounts", "/sessions"])
async def test_no_body_is_a_500(service: Service, path: str) -> None:
    for content, status in CONTENTS:
        headers = {"Content-Type": "application/json"}
        answer = await service.client.post(path, content=content, headers=headers)
        assert answer.status_code == status, content[:60]


async def test_a_megabyte_is_refused_without_being_hashed(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    monkeypatch.setattr(Hashes, "check", lambda *_: hashed.append("check"))
    monkeypatch.setattr(Hashes, "hash", lambda *_: hashed.append("hash"))

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"a" * 10_000

    json_type = {"Content-Type": "application/json"}
    for path in ("/accounts", "/sessions"):
        body = {"email": ANN, "password": "a" * 1_000_000}
        assert (await service.client.post(path, json=body)).status_code == 413
        chunked = await service.client.post(path, content=pieces(), headers=json_type)
        assert chunked.status_code == 413
    assert hashed == []


async def test_no_refusal_repeats_the_password(service: Service) -> None:
    secret = "hunter2 hunter2"
    told = []
    for body in (
        {"email": "no address", "password": secret},
        {"email": ANN, "password": secret + "a" * 300},
        {"email": ANN, "passwrod": secret},
        {"email": secret, "password": "short"},
        [secret],
    ):
        told.append(await service.client.post("/accounts", json=body))
        told.append(await service.client.post("/sessions", json=body))
    form = await service.client.post("/sessions", data={"email": ANN, "password": secret})
    for answer in (*told, form):
        assert answer.status_code in (401, 422)
        assert "hunter2" not in answer.text


ADDRESSES: list[Any] = [
    "",
    "ann",
    "@shop.example",
    "ann@",
    "ann@shop@example",
    "ann@shop.example\x00",
    "ann@shop.example\r\nBcc: eve@evil.example",
    "ann @shop.example",
    "ann@shop.example\u200b",
    "\u202eann@shop.example",
    "\u00a0@shop.example",
    "ann\uff20shop@shop.example",
    "a" * 250 + "@shop.example",
    None,
    ["ann@shop.example"],
    {"$ne": ""},
]


@pytest.mark.parametrize("path", ["/accounts", "/sessions"])
async def test_what_is_no_address_is_a_422(service: Service, path: str) -> None:
    for email in ADDRESSES:
        body = {"email": email, "password": PASSWORD}
        assert (await service.client.post(path, json=body)).status_code == 422, email


@pytest.mark.parametrize(
    "address",
    [
        "ANN@SHOP.EXAMPLE",
        "\uff41nn@shop.example",
        "kim@shop.example".replace("k", "\u212a"),
        "stra\u00dfe@shop.example",
        "rene\u0301@shop.example",
    ],
)
async def test_another_spelling_is_the_same_account_and_no_second_one(
    service: Service, address: str
) -> None:
    for email in (ANN, "kim@shop.example", "strasse@shop.example", "ren\u00e9@shop.example"):
        await service.sign_up(email)
    body = {"email": address, "password": "another password of eve"}

    assert (await service.client.post("/accounts", json=body)).status_code == 409
    assert (await service.sign_in(address, body["password"])).status_code == 401
    assert (await service.sign_in(address)).status_code == 201


async def test_twenty_sign_ups_at_once_are_one_account(service: Service) -> None:
    body = {"email": ANN, "password": PASSWORD}
    posts = (service.client.post("/accounts", json=body) for _ in range(20))
    told = Counter(answer.status_code for answer in await asyncio.gather(*posts))
    assert told == {201: 1, 409: 19}


async def test_a_password_is_what_was_typed_on_any_keyboard(service: Service) -> None:
    password = "cr\u00e8me br\u00fbl\u00e9e, s'il vous pla\u00eet"
    await service.sign_up(password=password)
    decomposed = unicodedata.normalize("NFD", password)

    assert decomposed != password
    assert (await service.sign_in(password=decomposed)).status_code == 201
    for other in (password.upper(), password + " ", " " + password, password[:-1]):
        assert (await service.sign_in(password=other)).status_code == 401


async def test_nothing_of_a_password_is_cut_off(service: Service) -> None:
    long, zero = "a" * 100, "correct horse\x00battery staple"
    await service.sign_up(ANN, long + "b")
    await service.sign_up(BOB, zero)
    told = [
        await service.sign_in(ANN, long + "b"),
        await service.sign_in(ANN, long + "c"),
        await service.sign_in(ANN, long[:72]),
        await service.sign_in(BOB, zero),
        await service.sign_in(BOB, "correct horse\x00"),
        await service.sign_in(BOB, "correct horse"),
    ]
    assert [answer.status_code for answer in told] == [201, 401, 401, 201, 401, 401]


@pytest.mark.parametrize("text", ["' OR '1'='1", "x'; DROP TABLE account; --", "%", "_"])
async def test_no_text_is_sql(service: Service, text: str) -> None:
    await service.sign_up()
    assert (await service.sign_in(password=text + " " * 15)).status_code == 401
    address = f"{text.replace(' ', '')}@shop.example"
    assert (await service.sign_in(address)).status_code == 401
    assert (await service.sign_in()).status_code == 201


async def test_a_flood_is_told_to_come_back_and_leaves_nothing_behind(
    service: Service,
) -> None:
    await service.sign_up()
    passwords, let_go = service.app.state.passwords, threading.Event()
    passwords._room = threading.Semaphore(5)
    check = passwords._hashes.check

    def held(*given: Any) -> Any:
        assert let_go.wait(30)
        return check(*given)

    passwords._hashes.check = held
    calls = [asyncio.create_task(service.sign_in()) for _ in range(20)]
    refused = asyncio.Semaphore(0)
    for call in calls:
        call.add_done_callback(lambda _: refused.release())
    for _ in range(15):
        await refused.acquire()
    first = [call.result() for call in calls if call.done()]
    let_go.set()
    answers = await asyncio.gather(*calls)

    assert {(answer.status_code, answer.headers["retry-after"]) for answer in first} == {(503, "2")}
    assert Counter(answer.status_code for answer in answers) == {201: 5, 503: 15}
    assert (await service.sign_in()).status_code == 201


async def test_who_hangs_up_leaves_no_place_taken(service: Service) -> None:
    await service.sign_up()
    service.app.state.passwords._room = threading.Semaphore(1)
    port = service.client.base_url.port
    body = json.dumps({"email": ANN, "password": PASSWORD}).encode()
    head = b"POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    for _ in range(10):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()
    told = [(await service.sign_in()).status_code for _ in range(20)]
    assert told[-1] == 201


async def test_neither_store_holds_what_would_let_somebody_in(
    service: Service, settings: Settings
) -> None:
    tokens = await service.begin()
    await service.go_on(tokens.refresh)
    await service.go_on(tokens.refresh)
    rows: list[str] = []
    for table in ("account", "session", "refresh_token"):
        found = await service.pool.fetch(f"SELECT * FROM {table}")
        rows.extend(str(dict(row)) for row in found)
    async with Redis.from_url(settings.redis_url, decode_responses=True) as redis:
        keys = [key async for key in redis.scan_iter(f"{settings.prefix}*")]
        keys += [key async for key in redis.scan_iter(f"{settings.prefix}attempts*")]
        lives = [await redis.ttl(key) for key in keys]

    stored = " ".join((*rows, *keys))
    for secret in (PASSWORD, tokens.refresh, tokens.access):
        assert secret not in stored
    assert ANN not in " ".join(keys)
    assert len(keys) >= 3
    assert all(0 < life <= 900 for life in lives)


async def test_a_database_that_is_gone_is_a_503_and_no_way_in(service: Service) -> None:
    tokens = await service.begin()
    await service.pool.close()
    for answer in (await service.sign_in(), await service.go_on(tokens.refresh)):
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


async def test_the_reason_of_a_refusal_is_told_to_nobody(service: Service) -> None:
    good = claims_of(service)
    bad = [
        token_of(good, b"x" * 32),
        token_of(good, kid="unknown"),
        token_of(good, typ="JWT"),
        token_of(good | {"exp": 0}),
        token_of(good | {"aud": "other"}),
        "x",
    ]
    told = {(a.status_code, a.text) for a in [await service.me(token) for token in bad]}
    assert len(told) == 1


async def test_the_cookie_is_for_one_host_and_no_script(service: Service) -> None:
    await service.sign_up()
    answer = await service.sign_in()
    attributes = set(answer.headers["set-cookie"].split("; ")[1:])

    assert answer.headers["set-cookie"].startswith("__Host-")
    assert attributes == {"HttpOnly", "Max-Age=2592000", "Path=/", "SameSite=strict", "Secure"}
    assert answer.headers["cache-control"] == "no-store"
    assert (await service.go_on(Tokens.of(answer).refresh)).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "OPTIONS", "TRACE"])
async def test_no_other_method_does_anything(service: Service, method: str) -> None:
    tokens = await service.begin()
    for path in ("/sessions", "/sessions/refresh", "/accounts"):
        headers = tokens.header | {"Cookie": f"{COOKIE}={tokens.refresh}"}
        answer = await service.client.request(method, path, headers=headers)
        assert answer.status_code == 405
    assert (await service.go_on(tokens.refresh)).status_code == 200


async def test_of_a_disabling_and_a_going_on_one_comes_first(service: Service) -> None:
    """Whichever does, nobody goes on once the sessions have been ended."""
    tokens = await service.begin()
    going_on = asyncio.create_task(service.go_on(tokens.refresh))
    await service.pool.execute("UPDATE account SET disabled = true")
    await service.app.state.revocations.end(account=1)
    answer = await going_on
    if answer.status_code == 200:
        assert (await service.me(Tokens.of(answer).access)).status_code == 401


async def test_a_token_that_was_signed_out_ends_nothing_that_began_later(
    service: Service,
) -> None:
    """Else whoever has stolen one keeps its owner out for as long as it lives."""
    stolen = await service.begin()
    for path in ("/sessions/current", "/sessions"):
        assert (await service.client.delete(path, headers=stolen.header)).status_code == 204
    owner = Tokens.of(await service.sign_in())
    for path in ("/sessions/current", "/sessions"):
        assert (await service.client.delete(path, headers=stolen.header)).status_code == 204

    assert (await service.me(owner.access)).status_code == 200
    assert (await service.go_on(owner.refresh)).status_code == 200


async def test_who_signed_out_everywhere_while_redis_was_down_may_say_so_again(
    settings: Settings,
) -> None:
    async with serving(without_redis(settings)) as service:
        tokens, other = await service.begin(), Tokens.of(await service.sign_in())
        answer = await service.client.delete("/sessions", headers=tokens.header)
        assert answer.status_code == 503
    async with serving(settings) as service:
        assert (await service.me(other.access)).status_code == 200  # Redis has not heard
        answer = await service.client.delete("/sessions", headers=tokens.header)
        assert answer.status_code == 204
        assert (await service.me(other.access)).status_code == 401


async def test_sessions_that_ended_long_ago_are_not_ended_again(
    service: Service, settings: Settings
) -> None:
    tokens = await service.begin()
    await service.pool.execute(
        "INSERT INTO session (account_id, expires_at, ended_at)"
        " SELECT 1, now() + interval '1 day', now() - interval '1 day'"
        " FROM generate_series(1, 1000)"
    )
    assert (await service.client.delete("/sessions", headers=tokens.header)).status_code == 204
    async with Redis.from_url(settings.redis_url) as redis:
        keys = [key async for key in redis.scan_iter(f"{settings.prefix}ended:*")]
    assert len(keys) == 1


async def test_a_hundred_sign_outs_at_once_are_heard(service: Service) -> None:
    tokens = await service.begin()
    await asyncio.gather(*(service.sign_in() for _ in range(30)))
    path = "/sessions"
    calls = (service.client.delete(path, headers=tokens.header) for _ in range(100))
    answers = await asyncio.gather(*calls)
    assert Counter(answer.status_code for answer in answers) == {204: 100}
    assert (await service.me(tokens.access)).status_code == 401


async def test_a_password_that_is_changed_while_it_is_compared_lets_nobody_in(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.sign_up()
    verify = service.app.state.passwords.verify

    async def slow(*given: Any) -> Any:
        checked = await verify(*given)
        await service.pool.execute("UPDATE account SET password_hash = 'changed'")
        await service.app.state.revocations.end(account=1)
        return checked

    monkeypatch.setattr(service.app.state.passwords, "verify", slow)
    assert (await service.sign_in()).status_code == 401
    assert await service.pool.fetchval("SELECT count(*) FROM session") == 0


@pytest.mark.parametrize(("disabled", "status"), [(False, 503), (True, 401)])
async def test_who_signs_in_while_the_hash_is_renewed_is_told_to_come_back(
    service: Service, monkeypatch: pytest.MonkeyPatch, disabled: bool, status: int
) -> None:
    older = Hashes(PasswordHasher(1, 16, parallelism=1)).hash(PASSWORD)
    await service.sign_up()
    await service.pool.execute(
        "UPDATE account SET password_hash = $1, disabled = $2", older, disabled
    )
    passwords = service.app.state.passwords
    verify = passwords.verify

    async def slow(*given: Any) -> Any:
        checked = await verify(*given)
        renewed = await passwords.hash(PASSWORD)  # by another sign-in
        await service.pool.execute("UPDATE account SET password_hash = $1", renewed)
        return checked

    with monkeypatch.context() as patched:
        patched.setattr(passwords, "verify", slow)
        assert (await service.sign_in()).status_code == status
    assert (await service.sign_in()).status_code == (401 if disabled else 201)


class NoMemory(PasswordHasher):
    """What argon2 raises where it cannot have its memory."""

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        """Fails."""
        raise HashingError("Memory allocation error")

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
        """Fails."""
        raise VerificationError("Memory allocation error")


async def test_no_memory_is_a_503(service: Service) -> None:
    await service.sign_up()
    service.app.state.passwords._hashes._hasher = NoMemory()
    body = {"email": BOB, "password": PASSWORD}
    for answer in (await service.sign_in(), await service.client.post("/accounts", json=body)):
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


FAILURES: list[type[Exception]] = [
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.QueryCanceledError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.OutOfMemoryError,
    asyncpg.DiskFullError,
    asyncpg.TooManyConnectionsError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.ConnectionDoesNotExistError,
    asyncpg.InternalClientError,
]


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_database_that_fails_is_a_503(
    service: Service, monkeypatch: pytest.MonkeyPatch, failure: type[Exception]
) -> None:
    async def fail(*_: Any) -> None:
        raise failure("in the middle")

    monkeypatch.setattr("snippets.tokens.signing_in.find_account", fail)
    answer = await service.sign_in()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


async def test_a_server_that_only_reads_is_a_503(service: Service) -> None:
    """After a failover, until the connections have found the new primary."""
    await service.sign_up()
    tokens = Tokens.of(await service.sign_in())
    name = await service.pool.fetchval("SELECT current_database()")
    await service.pool.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    await service.pool.expire_connections()
    for answer in (await service.sign_in(), await service.go_on(tokens.refresh)):
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


async def test_nobody_waits_for_a_connection_without_an_end(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All are held, as by a database that says nothing."""
    tokens = await service.begin()
    size = service.app.state.settings.connections
    held = [await service.pool.acquire() for _ in range(size)]
    with monkeypatch.context() as patch:
        patch.setattr("snippets.tokens.service.LONGEST_S", 0.2)
        calls = (service.go_on(tokens.refresh) for _ in range(2 * size))
        answers = await asyncio.wait_for(asyncio.gather(*calls), 15)
    for connection in held:
        await service.pool.release(connection)

    assert Counter(answer.status_code for answer in answers) == {503: 2 * size}
    assert (await service.go_on(tokens.refresh)).status_code == 200


async def test_a_database_that_does_not_answer_is_not_waited_for_a_minute(
    service: Service,
) -> None:
    assert service.pool._connect_kwargs["timeout"] < 5


async def test_of_a_session_that_has_ended_that_alone_is_told(service: Service) -> None:
    tokens = await service.begin()
    await service.client.delete("/sessions/current", headers=tokens.header)
    assert (await service.me(tokens.access)).json() == {"detail": "signed out"}
    assert (await service.me("x")).json() == {"detail": "not signed in"}


async def test_a_token_that_has_ended_signs_nobody_out(service: Service) -> None:
    tokens = await service.begin()
    now = int(time.time())
    sid = await service.pool.fetchval("SELECT id::text FROM session")
    old = token_of(claims_of(service, iat=now - 400, exp=now - 100, sid=sid))
    header = {"Authorization": f"Bearer {old}"}
    answer = await service.client.delete("/sessions/current", headers=header)
    assert answer.status_code == 401
    assert (await service.me(tokens.access)).status_code == 200


async def test_who_is_kept_from_signing_in_goes_on(settings: Settings) -> None:
    async with serving(replace(settings, by_account="2 per 15 minutes")) as service:
        tokens = await service.begin()
        assert await guess(service, 3) == {401: 1, 429: 2}
        assert (await service.sign_in()).status_code == 429
        assert (await service.me(tokens.access)).status_code == 200
        assert (await service.go_on(tokens.refresh)).status_code == 200


async def test_the_cookie_is_read_in_one_place(service: Service) -> None:
    """Signing out asks for the header, which no other site can set."""
    tokens = await service.begin()
    cookie = {"Cookie": f"{COOKIE}={tokens.refresh}"}
    for path in ("/sessions", "/sessions/current"):
        assert (await service.client.delete(path, headers=cookie)).status_code == 401
    assert (await service.client.get("/me", headers=cookie)).status_code == 401
    assert (await service.go_on(tokens.refresh)).status_code == 200
